"""Parameters that several commands take, and what they refuse before anything is done."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path

import click

from pipeline.errors import refuse
from pipeline.review.profile import Profile, load_profile
from pipeline.usecases.execution import process_pool

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)


class Share(click.ParamType[float]):
    """A share strictly between 0 and 1."""

    name = "share"

    def convert(self, value: object, _param: click.Parameter | None, _ctx: click.Context | None) -> float:
        try:
            share = float(str(value))
        except ValueError:
            share = 0.0
        if not 0 < share < 1:
            raise refuse("share", str(value), "is no share; write a number between 0 and 1, as 0.0001")
        return share


SHARE = Share()


def postgresql_url(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """``--database``: a path would be a second SQLite file, found or not by where the program is started."""
    if value is not None and not value.startswith(("postgresql://", "postgresql+psycopg://")):
        raise refuse("database-address", value, "is no PostgreSQL address; write postgresql://user@host/name")
    return value


def own_name(_context: click.Context, parameter: click.Parameter, value: str) -> str:
    """A person's name: answers are told apart by it."""
    if not value.strip():
        raise refuse("name-empty", f"--{parameter.name}", "'{value}' is no name; give the person's name", value=value)
    return " ".join(value.split())


def refuse_existing(*files: Path | None) -> None:
    """Refused where one of ``files`` stands already: figures once given away are not replaced in silence."""
    for file in files:
        if file is not None and file.exists():
            raise refuse("file-exists", str(file), "the file exists; choose a new name, nothing was overwritten")


def profile_of(file: Path) -> Profile:
    """The calibration profile in a file that a person named."""
    if not file.is_file():
        raise refuse("file-missing", str(file), "there is no such file; check the path")
    return load_profile(file)


@contextmanager
def workers(count: int | None) -> Iterator[Executor]:
    """Processes of this machine; when the block is left in the middle, work that has not begun is dropped."""
    with process_pool(count) as pool:
        _start(pool, count or os.cpu_count() or 1)
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _start(pool: Executor, count: int) -> None:
    """Start the processes deaf to Ctrl-C, which reaches the whole group: the parent alone answers it."""
    answered = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        for _ in range(count):
            pool.submit(abs, 0)
    finally:
        signal.signal(signal.SIGINT, answered)
