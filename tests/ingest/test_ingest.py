"""Ingest: counted once whatever is given again, killed or broken; the same on both databases."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import fake_reader
import pytest

from kiemphieu.piles import closed_before, piles_of
from pipeline.access.roles import SYSTEM
from pipeline.audit.chain import verify
from pipeline.election.definition import Election
from pipeline.errors import Refusal
from pipeline.storage import batches, log
from pipeline.usecases.batches import batch_count, close_batch
from pipeline.usecases.execution import process_pool
from pipeline.usecases.ingest import IngestResult, ingest_batch, open_batch
from pipeline.usecases.totals import area_totals
from pipeline.usecases.workspace import Workspace, create_workspace, open_workspace

VOTES = ("clear,clear,clear,struck,struck", "struck,clear,clear,clear,struck", "clear,partial,clear,struck,struck")


def scans(folder: Path, count: int) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    for n in range(count):
        (folder / f"s{n:03}.jpg").write_text(f"{VOTES[n % 3]}#{n}", encoding="utf-8")
    return sorted(folder.iterdir())


def workspace_of(folder: Path, election: Election, address: str | None = None) -> Workspace:
    return create_workspace(folder, election, address)


def ingest(workspace: Workspace, files: list[Path], batch: str = "kv1-qh", area: str = "kv1") -> IngestResult:
    open_batch(workspace, SYSTEM, batch, area, "qh", None, "simplex")
    return ingest_batch(workspace, SYSTEM, batch, files, read=fake_reader.read)


def counted(workspace: Workspace, area: str = "kv1") -> tuple[int, int, dict[str, int], int]:
    with workspace.database.read() as db:
        found = area_totals(db, workspace.count, area, "qh")
        assert verify(log.lines(db)) is None
    return found.result.scanned, found.result.valid, dict(found.result.votes), found.open_items


def test_every_ballot_is_counted_and_what_is_unclear_is_asked(
    tmp_path: Path, election: Election, address: str | None
) -> None:
    workspace = workspace_of(tmp_path / "w", election, address)
    result = ingest(workspace, scans(tmp_path / "s", 30))
    assert (result.read, result.asked) == (30, 10)
    scanned, valid, votes, asked = counted(workspace)
    assert (scanned, valid, asked) == (30, 20, 10)
    assert votes == {"qh-1-1": 10, "qh-1-2": 20, "qh-1-3": 20, "qh-1-4": 10}


def test_the_same_files_again_change_nothing_and_say_so(
    tmp_path: Path, election: Election, address: str | None
) -> None:
    workspace = workspace_of(tmp_path / "w", election, address)
    files = scans(tmp_path / "s", 12)
    ingest(workspace, files)
    before = counted(workspace)
    again = ingest(workspace, files)
    assert (again.pages, len(again.already)) == (0, 12)
    assert counted(workspace) == before


def test_a_copy_under_another_name_is_counted_once(tmp_path: Path, election: Election) -> None:
    workspace = workspace_of(tmp_path / "w", election)
    files = scans(tmp_path / "s", 3)
    copy = tmp_path / "s" / "z.jpg"
    copy.write_bytes(files[0].read_bytes())
    result = ingest(workspace, [*files, copy])
    assert (result.read, result.already) == (3, ["z.jpg"])


def test_a_scan_that_stands_in_another_batch_is_not_counted_and_named(tmp_path: Path, election: Election) -> None:
    workspace = workspace_of(tmp_path / "w", election)
    files = scans(tmp_path / "s", 3)
    ingest(workspace, files)
    second = ingest(workspace, files[:1], "kv2-qh", "kv2")
    assert second.elsewhere == {"s000.jpg": "kv1-qh"}
    assert counted(workspace, "kv2")[0] == 0


def test_a_page_that_kills_its_worker_is_asked_and_no_other_is_lost(tmp_path: Path, election: Election) -> None:
    workspace = workspace_of(tmp_path / "w", election)
    files = scans(tmp_path / "s", 20)
    files[7].write_text("kill#7", encoding="utf-8")
    open_batch(workspace, SYSTEM, "kv1-qh", "kv1", "qh", 20, "simplex")
    with process_pool(2) as pool:
        result = ingest_batch(
            workspace, SYSTEM, "kv1-qh", files, pool, read=fake_reader.read, renew=lambda: process_pool(2)
        )
    assert (result.read, dict(result.rejected)) == (19, {"reader_crashed": 1})


def test_a_batch_does_not_close_while_sheets_are_missing(tmp_path: Path, election: Election) -> None:
    workspace = workspace_of(tmp_path / "w", election)
    open_batch(workspace, SYSTEM, "kv1-qh", "kv1", "qh", 4, "simplex")
    files = [f for n, f in enumerate(scans(tmp_path / "s", 4)) if n != 2]
    ingest_batch(workspace, SYSTEM, "kv1-qh", files, read=fake_reader.read)
    with pytest.raises(Refusal, match="R23"):
        close_batch(workspace, SYSTEM, "kv1-qh")
    assert close_batch(workspace, SYSTEM, "kv1-qh", "one sheet is torn, see the minutes").batch.state == "closed"


def test_a_closed_batch_handed_in_again_is_told_apart_from_one_with_another_scan(
    tmp_path: Path, election: Election, address: str | None
) -> None:
    workspace = workspace_of(tmp_path / "w", election, address)
    files = [f for n, f in enumerate(scans(tmp_path / "s", 5)) if n != 2]
    ingest(workspace, files[:3])
    files[3].unlink()
    (tmp_path / "s" / "s002.jpg").unlink()
    sheet = tmp_path / "batches.csv"
    sheet.write_text("batch,area,contest,declared,sides,folder\nkv1-qh,kv1,qh,3,1,s\n", encoding="utf-8")
    (pile,) = piles_of(sheet, workspace)
    assert not closed_before(workspace, pile)
    open_batch(workspace, SYSTEM, "kv1-qh", "kv1", "qh", 3, "simplex")
    close_batch(workspace, SYSTEM, "kv1-qh")
    (pile,) = piles_of(sheet, workspace)
    assert closed_before(workspace, pile)
    assert not closed_before(workspace, replace(pile, declared=4))
    assert not closed_before(workspace, replace(pile, area="kv2"))
    files[3].write_text(f"{VOTES[0]}#99", encoding="utf-8")
    with pytest.raises(Refusal, match="closed"):
        piles_of(sheet, workspace)


CHILD = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[3])
import fake_reader
from pipeline.access.roles import SYSTEM
from pipeline.usecases import execution, ingest
from pipeline.usecases.workspace import open_workspace
ingest.PAGES_A_TRANSACTION = 2
execution.PAGES_A_TASK = ingest.PAGES_A_TASK = 2
ingest.BLIND_SAMPLE = 0.0
workspace = open_workspace(Path(sys.argv[1]))
ingest.open_batch(workspace, SYSTEM, "kv1-qh", "kv1", "qh", None, "simplex")
print("ready", flush=True)
files = sorted(Path(sys.argv[2]).iterdir())
ingest.ingest_batch(workspace, SYSTEM, "kv1-qh", files, read=fake_reader.read)
"""


def test_killed_at_many_moments_the_same_command_ends_in_the_same_totals(tmp_path: Path, election: Election) -> None:
    files = scans(tmp_path / "s", 60)
    undisturbed = workspace_of(tmp_path / "whole", election)
    ingest(undisturbed, files)
    workspace_of(tmp_path / "killed", election).close()
    command = [sys.executable, "-c", CHILD, str(tmp_path / "killed"), str(tmp_path / "s"), str(Path(__file__).parent)]
    killed = 0
    for moment in range(20):
        child = subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | {"PYTHONHASHSEED": "0"})
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(0.004 * moment)
        child.send_signal(signal.SIGKILL)
        killed += child.wait() == -signal.SIGKILL
    assert killed > 5
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    again = open_workspace(tmp_path / "killed")
    assert counted(again) == counted(undisturbed)
    with again.database.read() as db:
        batch = batches.get(db, "kv1-qh")
        assert batch is not None
        assert batch_count(db, batch).scanned == 60


def test_a_file_name_that_is_no_utf8_is_kept_with_its_bytes_spelled_out(tmp_path: Path, election: Election) -> None:
    workspace = workspace_of(tmp_path / "w", election)
    (scan,) = scans(tmp_path / "s", 1)
    odd = Path(os.fsdecode(os.fsencode(scan.parent) + b"/phi\xe1u.jpg"))
    scan.rename(odd)
    open_batch(workspace, SYSTEM, "kv1-qh", "kv1", "qh", 1, "simplex")
    ingest_batch(workspace, SYSTEM, "kv1-qh", [odd], read=fake_reader.read)
    again = ingest_batch(workspace, SYSTEM, "kv1-qh", [odd], read=fake_reader.read)
    assert again.already == ["phi\\xe1u.jpg"]
