"""The ``kiemphieu`` command: one line per refusal, never a stack trace for bad input."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Sequence

# Imaging libraries start a thread per core and then fight over two of them: one read step took 36 ms
# instead of 3.4. Parallel work is done by processes, so every process keeps to one thread. Must be set
# before numpy is imported.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ.setdefault(_name, "1")

DONE, REFUSED, USAGE, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; exit code 0 done, 1 refused, 2 wrong usage, 130 interrupted."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal without Vietnamese letters shows their numbers
            stream.reconfigure(errors="backslashreplace")
    try:
        sys.exit(_run(arguments))
    except BrokenPipeError:
        # The reader of our output (head, less) has gone; nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(REFUSED)
    except KeyboardInterrupt:  # before the command line was parsed, or while it ended
        sys.exit(INTERRUPTED)


def _run(arguments: Sequence[str] | None) -> int:
    """The exit code; whatever the user can mend is told on standard error."""
    import click  # noqa: PLC0415  (the environment above must stand before anything is imported)

    from kiemphieu.cli import cli  # noqa: PLC0415
    from kiemphieu.language import language, translated  # noqa: PLC0415
    from pipeline.errors import Refusal, spoken_place  # noqa: PLC0415
    from pipeline.messages import message, render  # noqa: PLC0415

    try:
        code = translated(cli).main(arguments, prog_name="kiemphieu", standalone_mode=False)
        return code if isinstance(code, int) else DONE
    except click.exceptions.NoArgsIsHelpError as asked:
        asked.show()
        return USAGE
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "kiemphieu"
        text = message("{fault} See '{command} --help'", fault=_sentence(error.format_message()), command=path)
        _tell(f"{path}: {render(text, language())} [usage]")
        return USAGE
    except click.Abort:
        _tell(render(message("stopped; what was done until now is kept"), language()))
        return INTERRUPTED
    except Refusal as refusal:
        for problem in refusal.problems:
            _tell(f"{spoken_place(problem.place, language())}: {render(problem.text, language())} [{problem.code}]")
        return REFUSED
    except OSError as error:
        # Folders and files of the user, wherever they are written; other errors of the system are bugs.
        if error.errno == errno.EPIPE or not (error.filename or error.errno in (errno.ENOSPC, errno.EROFS)):
            raise
        text = message("cannot be used ({why}); check path, permissions and free space", why=error.strerror or "")
        _tell(f"{error.filename or 'disk'}: {render(text, language())} [file-unusable]")
        return REFUSED


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", ")")) else text + "."


def _tell(line: str) -> None:
    """One line on standard error, whatever line breaks a file name or a library's message has."""
    print(" ".join(_printable(line).split()), file=sys.stderr)


def _printable(text: str) -> str:
    """A file name may hold bytes that are no text."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


if __name__ == "__main__":
    main()
