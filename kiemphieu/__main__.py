"""The ``kiemphieu`` command: one line per refusal, never a stack trace for bad input."""

from __future__ import annotations

import os
import sys

# Imaging libraries start a thread per core and then fight over two of them: one read step took 36 ms
# instead of 3.4. Parallel work is done by processes, so every process keeps to one thread. Must be set
# before numpy is imported.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ.setdefault(_name, "1")


def main() -> None:
    """Run the command line; exit code 0 done, 1 refused, 2 wrong usage, 130 interrupted."""
    from kiemphieu.cli import cli, language  # noqa: PLC0415  (the environment above must stand first)
    from pipeline.errors import Refusal  # noqa: PLC0415
    from pipeline.messages import render  # noqa: PLC0415

    try:
        cli(standalone_mode=True)
    except Refusal as refusal:
        for problem in refusal.problems:
            text = " ".join(render(problem.text, language()).split())
            print(f"{problem.place}: {text} [{problem.code}]", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output (head, less) has gone; nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


if __name__ == "__main__":
    main()
