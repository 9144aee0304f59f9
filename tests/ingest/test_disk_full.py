"""A disk that fills up in the middle: refused in one line, nothing half written, gone on with to the same totals."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fake_reader
import psycopg
import pytest
from sqlalchemy import event
from test_ingest import VOTES, counted, ingest, scans, workspace_of

from pipeline.access.roles import SYSTEM
from pipeline.election.definition import Election
from pipeline.errors import Refusal
from pipeline.storage import ballots, batches, pages
from pipeline.usecases import ingest as reading
from pipeline.usecases.backup import back_up, restore
from pipeline.usecases.execution import process_pool
from pipeline.usecases.ingest import ingest_batch, open_batch
from pipeline.usecases.workspace import Workspace, open_workspace

SHEETS = 60


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many transactions, so that there are many places where the disk can be full."""
    monkeypatch.setattr(reading, "PAGES_A_TRANSACTION", 8)
    monkeypatch.setattr(reading, "FILES_A_TRANSACTION", 20)


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of its own of 24 MiB, which only root can make; where the user of the database server may look."""
    folder = Path(tempfile.mkdtemp(prefix="kiemphieu-disk-"))
    command = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        folder.rmdir()
        pytest.skip("a small disk is mounted by root only")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


def leave_free(disk: Path, size: int) -> None:
    """Fill the disk up to ``size`` bytes."""
    ballast = disk / "ballast"
    ballast.unlink(missing_ok=True)
    state = os.statvfs(disk)
    with ballast.open("wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, max(state.f_bavail * state.f_frsize - size, 4096))


def nothing_is_half_written(workspace: Workspace) -> int:
    """Every saved page has its ballot, every named file is stored whole; gives the number of pages."""
    assert list(workspace.images.folder.rglob(".new-*")) == []
    with workspace.database.read() as db:
        if batches.get(db, "kv1-qh") is None:
            return 0
        saved = pages.of_batch(db, "kv1-qh")
        assert {b.page for b in ballots.of_batch(db, "kv1-qh")} == {p.id for p in saved}
        for file in pages.files_of(db, "kv1-qh"):
            workspace.images.load(file.sha256)
    counted(workspace)  # the log is whole
    return len(saved)


def is_told_in_one_line(refusal: Refusal) -> None:
    (problem,) = refusal.problems
    assert problem.code == "disk-full", str(problem)
    assert "\n" not in str(problem)
    assert "same command again" in str(problem)


def as_the_command(folder: Path, files: list[Path]) -> Refusal | None:
    """What ``kiemphieu ingest`` does: open, read, close; gives the refusal."""
    try:
        workspace = open_workspace(folder)
        try:
            ingest(workspace, files)
        finally:
            workspace.close()
    except Refusal as refusal:
        return refusal
    return None


def test_a_disk_that_is_full_at_many_moments_costs_nothing_but_time(
    tmp_path: Path, election: Election, small_disk: Path
) -> None:
    files = scans(tmp_path / "s", SHEETS)
    undisturbed = workspace_of(tmp_path / "whole", election)
    ingest(undisturbed, files)
    workspace_of(small_disk / "w", election).close()
    seen: set[int] = set()
    refused = 0
    for free in range(0, 2_000_000, 24_000):
        leave_free(small_disk, free)
        refusal = as_the_command(small_disk / "w", files)
        (small_disk / "ballast").unlink()
        looked_at = open_workspace(small_disk / "w")
        seen.add(nothing_is_half_written(looked_at))
        looked_at.close()
        if refusal is None:
            break
        is_told_in_one_line(refusal)
        refused += 1
    assert refused > 5
    assert len(seen) > 2, "the disk was never full in the middle"
    ingest(open_workspace(small_disk / "w"), files)
    assert counted(open_workspace(small_disk / "w")) == counted(undisturbed)


@pytest.fixture
def on_small_disk(postgresql: str, small_disk: Path) -> Iterator[str]:
    """A PostgreSQL database whose tables lie on the small disk (its journal does not)."""
    small_disk.chmod(0o755)
    name = f"t{time.monotonic_ns()}"
    with psycopg.connect(postgresql, autocommit=True) as connection:
        (small_disk / "tables").mkdir()
        shutil.chown(small_disk / "tables", "postgres", "postgres")
        connection.execute(f"CREATE TABLESPACE {name} LOCATION '{small_disk / 'tables'}'")  # type: ignore[call-overload]
        connection.execute(f"CREATE DATABASE {name} TABLESPACE {name}")  # type: ignore[call-overload]
        yield postgresql.rsplit("/", 1)[0] + f"/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]
        connection.execute(f"DROP TABLESPACE {name}")  # type: ignore[call-overload]


def test_a_server_whose_disk_is_full_costs_nothing_but_time(
    tmp_path: Path, election: Election, small_disk: Path, on_small_disk: str
) -> None:
    files = scans(tmp_path / "s", SHEETS)
    undisturbed = workspace_of(tmp_path / "whole", election)
    ingest(undisturbed, files)
    workspace_of(tmp_path / "w", election, on_small_disk).close()
    refused = 0
    for free in range(0, 2_000_000, 16_000):
        leave_free(small_disk, free)
        refusal = as_the_command(tmp_path / "w", files)
        (small_disk / "ballast").unlink()
        looked_at = open_workspace(tmp_path / "w")
        nothing_is_half_written(looked_at)
        looked_at.close()
        if refusal is None:
            break
        is_told_in_one_line(refusal)
        refused += 1
    assert refused
    assert counted(open_workspace(tmp_path / "w")) == counted(undisturbed)


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("nth", [1, 7, 25])
def test_a_scan_that_cannot_be_kept_stops_the_command(
    tmp_path: Path, election: Election, monkeypatch: pytest.MonkeyPatch, call: str, nth: int
) -> None:
    owner: Any = os if call == "fsync" else Path
    real, calls = getattr(owner, call), []

    def full(*given: Any) -> Any:
        calls.append(1)
        if len(calls) == nth:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*given)

    files = scans(tmp_path / "s", SHEETS)
    workspace = workspace_of(tmp_path / "w", election)
    with monkeypatch.context() as patched:
        patched.setattr(owner, call, full)
        with pytest.raises(Refusal) as caught:
            ingest(workspace, files)
    is_told_in_one_line(caught.value)
    nothing_is_half_written(workspace)
    ingest(workspace, files)
    assert nothing_is_half_written(workspace) == SHEETS


def test_a_database_that_is_full_stops_the_workers_too(tmp_path: Path, election: Election) -> None:
    """SQLite's own limit on pages stands for the disk, so that this needs no root."""
    files = scans(tmp_path / "s", SHEETS)
    workspace = workspace_of(tmp_path / "w", election)
    open_batch(workspace, SYSTEM, "kv1-qh", "kv1", "qh", None, "simplex")
    with workspace.database.read() as db:
        size = db.exec_driver_sql("PRAGMA page_count").scalar_one()

    def limit(connection: Any) -> None:
        if connection.get_execution_options().get("writing"):
            connection.exec_driver_sql(f"PRAGMA max_page_count = {size + 20}")

    event.listen(workspace.database.engine, "begin", limit)
    with process_pool(2) as pool, pytest.raises(Refusal) as caught:
        ingest_batch(workspace, SYSTEM, "kv1-qh", files, pool, read=fake_reader.read)
    event.remove(workspace.database.engine, "begin", limit)
    is_told_in_one_line(caught.value)
    workspace.close()
    again = open_workspace(tmp_path / "w")
    assert 0 < nothing_is_half_written(again) < SHEETS
    ingest(again, files)
    assert counted(again)[:2] == (SHEETS, SHEETS - SHEETS // len(VOTES))


def test_a_backup_and_a_workspace_from_it_are_whole_or_not_there(
    tmp_path: Path, election: Election, small_disk: Path
) -> None:
    workspace = workspace_of(tmp_path / "w", election)
    ingest(workspace, scans(tmp_path / "s", SHEETS))
    leave_free(small_disk, 100_000)
    with pytest.raises(Refusal, match="disk-full"):
        back_up(workspace, small_disk / "b.tar")
    assert [p.name for p in small_disk.iterdir()] == ["ballast"]

    back_up(workspace, tmp_path / "b.tar")
    for free in (0, 50_000, 200_000, 400_000):
        leave_free(small_disk, free)
        with pytest.raises(Refusal, match="disk-full"):
            restore(tmp_path / "b.tar", small_disk / "second")
        assert [p.name for p in small_disk.iterdir()] == ["ballast"]
    (small_disk / "ballast").unlink()
    restore(tmp_path / "b.tar", small_disk / "second")
    assert counted(open_workspace(small_disk / "second")) == counted(workspace)
