"""A PostgreSQL server of our own for a measurement: as it is installed, commits wait for the disk."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

POURING = (
    "fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0",
    "max_wal_size=8GB", "checkpoint_timeout=1h", "maintenance_work_mem=512MB", "shared_buffers=1GB", "autovacuum=off",
)  # fmt: skip
"""While rows are poured in by the million, nothing waits for the disk; it is flushed when the server ends."""


@contextmanager
def own_postgresql(kept: Path | None = None, pouring: bool = False) -> Iterator[str]:
    """The URL of its database; data and socket in ``kept``, else in a temporary folder that is gone afterwards.

    ``pouring``: commits do not wait for the disk, for filling it alone; everything is on disk when the block ends.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise SystemExit("no PostgreSQL server in /usr/lib/postgresql; 'make test' installs it")
    folder = kept or Path(tempfile.mkdtemp(prefix="kiemphieu-pg-"))
    folder.mkdir(parents=True, exist_ok=True)
    as_user: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = [str(found[-1]), "-D", str(folder / "data"), "-A", "trust", "-U", "measurer", "-E", "UTF8"]
    if not (folder / "data").exists():
        subprocess.run([*as_user, *made], check=True, capture_output=True, cwd="/")
    started = [str(found[-1].parent / "postgres"), "-D", str(folder / "data"), "-p", str(port), "-k", str(folder)]
    options = POURING if pouring else ()
    server = subprocess.Popen(
        [*as_user, *started, "-c", "listen_addresses=127.0.0.1", *(part for o in options for part in ("-c", o))],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
    )  # fmt: skip
    address = f"postgresql://measurer@127.0.0.1:{port}/postgres"
    try:
        _wait_for(address)
        yield address
    finally:
        os.kill(int((folder / "data" / "postmaster.pid").read_text(encoding="utf-8").split()[0]), signal.SIGINT)
        server.wait(timeout=600)
        if pouring:
            os.sync()
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)


def _wait_for(address: str) -> None:
    for _ in range(200):
        try:
            psycopg.connect(address, connect_timeout=1).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise SystemExit("the PostgreSQL server did not start")
