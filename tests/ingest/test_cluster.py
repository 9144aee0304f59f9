"""Ingest on Dask: a real scheduler and real workers that are killed, hang, never come or see other files."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import fake_reader
import pytest
from test_ingest import counted, ingest, scans, workspace_of

from pipeline.access.roles import SYSTEM
from pipeline.election.definition import Election
from pipeline.errors import Refusal
from pipeline.storage import pages
from pipeline.usecases import execution
from pipeline.usecases.cluster import Cluster, cluster
from pipeline.usecases.ingest import IngestResult, ingest_batch, open_batch
from pipeline.usecases.workspace import Workspace

pytest.importorskip("distributed", reason="Dask is not installed; 'make test' installs it")

SHEETS = 96
"""Twelve tasks; the first twenty pages are saved while at least half of them have not begun."""
PATIENCE = 60
"""Seconds that anything here may take on a busy machine before the test fails instead of waiting."""


@dataclass
class Machines:
    """A scheduler and the workers started on it, all processes of their own."""

    folder: Path
    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start_workers(self, number: int, *options: str) -> None:
        command = ["worker", self.address, "--no-dashboard", "--nthreads", "2", "--local-directory", str(self.folder)]
        self.workers += [_dask(*command, *options) for _ in range(number)]
        with cluster(self.address) as pool:
            pool._client.wait_for_workers(len(self.workers), timeout=PATIENCE)

    def kill_workers(self, number: int) -> None:
        for worker in self.workers[:number]:
            worker.send_signal(signal.SIGKILL)
            worker.wait(PATIENCE)
        del self.workers[:number]


def _dask(*arguments: str) -> subprocess.Popen[bytes]:
    # The page that kills is tried once and once alone, not four times each.
    settings = {
        "PYTHONPATH": str(Path(fake_reader.__file__).parent),
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0" if "--once" in arguments else "3",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *(a for a in arguments if a != "--once")],
        env=os.environ | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


@contextmanager
def machines(folder: Path, *options: str) -> Iterator[Machines]:
    address = f"tcp://127.0.0.1:{_free_port()}"
    scheduler = _dask("scheduler", "--host", address, "--no-dashboard", *options)
    running = Machines(folder, address, scheduler)
    # Without a scheduler everything that still waits for a worker is refused, so that no test waits without end.
    too_long = threading.Timer(PATIENCE, scheduler.kill)
    too_long.start()
    try:
        yield running
    finally:
        too_long.cancel()
        for process in (*running.workers, scheduler):
            # The group, since a nanny's worker is a child of its own.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(PATIENCE)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution, "LOOK_SECONDS", 0.3)


def read_on(
    workspace: Workspace,
    files: list[Path],
    pool: Cluster,
    *,
    read: execution.Reader = fake_reader.slow_read,
    at_first: Callable[[], None] | None = None,
) -> IngestResult:
    """Ingest ``files``; ``at_first`` happens once, when the first pages have been saved."""
    open_batch(workspace, SYSTEM, "kv1-qh", "kv1", "qh", None, "simplex")
    happened: list[int] = []

    def progress(done: int, of: int) -> None:
        if at_first and not happened:
            happened.append(done)
            assert done < of / 2, "nothing is left to disturb"
            at_first()

    return ingest_batch(workspace, SYSTEM, "kv1-qh", files, pool, progress=progress, read=read)


def numbers_saved(workspace: Workspace) -> int:
    with workspace.database.read() as db:
        return len(pages.of_batch(db, "kv1-qh"))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scans that every test here counts."""
    folder = tmp_path_factory.mktemp("scans")
    scans(folder, SHEETS)
    return folder


@pytest.fixture
def whole(tmp_path: Path, election: Election, undisturbed: Path) -> tuple[int, int, dict[str, int], int]:
    """The totals of a run without any cluster."""
    workspace = workspace_of(tmp_path / "whole", election)
    ingest(workspace, sorted(undisturbed.iterdir()))
    return counted(workspace)


Totals = tuple[int, int, dict[str, int], int]


@pytest.mark.usefixtures("quick_looks")
def test_killed_workers_cost_no_page_and_double_none(
    tmp_path: Path, election: Election, undisturbed: Path, whole: Totals
) -> None:
    """One of two workers is killed: the other reads its pages. Then both: refused, and gone on with new ones."""
    workspace = workspace_of(tmp_path / "w", election)
    second = workspace_of(tmp_path / "second", election)
    files = sorted(undisturbed.iterdir())
    with machines(tmp_path) as running:
        running.start_workers(2)
        with cluster(running.address) as pool:
            result = read_on(workspace, files, pool, at_first=lambda: running.kill_workers(1))
        assert (result.read, numbers_saved(workspace)) == (SHEETS, SHEETS)
        assert counted(workspace) == whole

        with cluster(running.address, alone=1.5) as pool, pytest.raises(Refusal, match="cluster-empty"):
            read_on(second, files, pool, at_first=lambda: running.kill_workers(1))
        kept = numbers_saved(second)
        assert 0 < kept < SHEETS
        running.start_workers(1)
        with cluster(running.address) as pool:
            result = read_on(second, files, pool)
        assert result.read == SHEETS - kept
        assert counted(second) == whole


@pytest.mark.usefixtures("quick_looks")
def test_a_page_that_kills_every_worker_is_asked_and_no_other_is_lost(
    tmp_path: Path, election: Election, undisturbed: Path
) -> None:
    workspace = workspace_of(tmp_path / "w", election)
    files = sorted(undisturbed.iterdir())[:24]
    deadly = tmp_path / "deadly.jpg"
    deadly.write_text("kill#", encoding="utf-8")
    with machines(tmp_path, "--once") as running:
        running.start_workers(1, "--nanny")
        with cluster(running.address) as pool:
            result = read_on(workspace, [*files, deadly], pool, read=fake_reader.read)
    assert (result.read, dict(result.rejected)) == (24, {"reader_crashed": 1})


@pytest.mark.usefixtures("quick_looks")
@pytest.mark.parametrize("trouble", [signal.SIGKILL, signal.SIGSTOP])
def test_a_scheduler_that_dies_or_hangs_is_refused_and_what_was_read_is_kept(
    tmp_path: Path, election: Election, undisturbed: Path, monkeypatch: pytest.MonkeyPatch, trouble: signal.Signals
) -> None:
    monkeypatch.setattr("pipeline.usecases.cluster.ANSWER_SECONDS", 2.0)
    workspace = workspace_of(tmp_path / "w", election)
    with machines(tmp_path) as running:
        running.start_workers(1)
        with (
            cluster(running.address, connect_seconds=20, alone=3) as pool,
            pytest.raises(Refusal, match=r"cluster-lost|workers-lost"),
        ):
            read_on(
                workspace,
                sorted(undisturbed.iterdir()),
                pool,
                at_first=lambda: running.scheduler.send_signal(trouble),
            )
    assert 0 < numbers_saved(workspace) < SHEETS


def test_a_worker_that_sees_other_files_is_refused_and_nothing_is_read(
    tmp_path: Path, election: Election, undisturbed: Path
) -> None:
    workspace = workspace_of(tmp_path / "w", election)
    files = sorted(undisturbed.iterdir())[:8]
    with machines(tmp_path) as running:
        running.start_workers(1)
        with cluster(running.address) as pool:
            with pytest.raises(Refusal, match="forms-unreadable"):
                read_on(workspace, files, pool, read=fake_reader.read_with_other_forms)
            shutil.copytree(tmp_path / "w" / "forms", tmp_path / "w" / "forms-old")
            form = next((tmp_path / "w" / "forms-old").glob("*.json"))
            form.write_bytes(form.read_bytes() + b"\n")
            with pytest.raises(Refusal, match="forms-changed"):
                read_on(workspace, files, pool, read=fake_reader.read_with_other_forms)
            with pytest.raises(Refusal, match="image-missing"):
                read_on(workspace, files, pool, read=fake_reader.read_other_bytes)
            shutil.copytree(tmp_path / "w" / "images", tmp_path / "w" / "images-old")
            for scan in (tmp_path / "w" / "images-old").glob("??/*"):
                scan.write_bytes(b"struck,struck,struck,struck,struck#")
            with pytest.raises(Refusal, match="image-changed"):
                read_on(workspace, files, pool, read=fake_reader.read_other_bytes)
    assert numbers_saved(workspace) == 0


@pytest.mark.parametrize("listening", [False, True])
def test_an_address_where_no_scheduler_answers_is_refused(listening: bool) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        if listening:
            silent.listen()
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(Refusal, match="cluster-refused") as caught, cluster(address, connect_seconds=0.5):
            pass
    assert caught.value.problems[0].place == address


@pytest.mark.parametrize("address", ["", "nonsense", "ftp://127.0.0.1:1", "tcp://127.0.0.1:notaport"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Refusal, match="cluster-refused"), cluster(address, connect_seconds=0.5):
        pass
