"""Workspaces of the example election on SQLite and on a real PostgreSQL server."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from pipeline.election.definition import Election
from pipeline.election.load import load_election

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def election() -> Election:
    return load_election(Path(str(files("kiemphieu.example"))))


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a server of our own, started as a user without rights; data and socket in a temporary folder."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server binaries in /usr/lib/postgresql; 'make test' installs them")
    folder = Path(tempfile.mkdtemp(prefix="kiemphieu-pg-"))
    as_user: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = [str(binaries / "initdb"), "-D", str(folder / "data"), "-N", "-A", "trust", "-U", "tester", "-E", "UTF8"]
    subprocess.run([*as_user, *made], check=True, capture_output=True, cwd="/")
    server = subprocess.Popen(
        [*as_user, str(binaries / "postgres"), "-D", str(folder / "data"), "-p", str(port), "-k", str(folder),
         "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
    )  # fmt: skip
    try:
        _wait_for(port)
        yield f"postgresql://tester@127.0.0.1:{port}/postgres"
    finally:
        # To the server itself: it ends at once, while for SIGTERM it waits for every connection.
        os.kill(int((folder / "data" / "postmaster.pid").read_text(encoding="utf-8").split()[0]), signal.SIGQUIT)
        server.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(port: int) -> None:
    import psycopg  # noqa: PLC0415

    for _ in range(100):
        try:
            psycopg.connect(f"postgresql://tester@127.0.0.1:{port}/postgres", connect_timeout=1).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise AssertionError("the PostgreSQL server did not start")


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest) -> str | None:
    """``None`` for SQLite, or the URL of a new, empty PostgreSQL database."""
    if request.param == "sqlite":
        return None
    import psycopg  # noqa: PLC0415

    server = request.getfixturevalue("postgresql")
    name = f"t{time.monotonic_ns()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
    return str(server).rsplit("/", 1)[0] + f"/{name}"
