"""A backup in the middle of a count, gone on from on another laptop and another database."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from people import AN, BA, CHI, answer, states
from test_ingest import counted, ingest, scans, workspace_of

from pipeline.access.roles import SYSTEM, Actor
from pipeline.election.definition import Election
from pipeline.errors import Refusal
from pipeline.messages import message
from pipeline.scan.page import PageSource, Rejection
from pipeline.storage import accounts, batches, pages
from pipeline.storage.migrations import head, revision
from pipeline.usecases import backup
from pipeline.usecases.backup import back_up, restore
from pipeline.usecases.batches import close_batch
from pipeline.usecases.workspace import open_workspace


def test_a_second_laptop_goes_on_from_a_backup_made_in_the_middle(
    tmp_path: Path, election: Election, address: str | None
) -> None:
    files = scans(tmp_path / "s", 20)
    first = workspace_of(tmp_path / "first", election)
    ingest(first, files[:9])
    back_up(first, tmp_path / "b.tar")
    restore(tmp_path / "b.tar", tmp_path / "second", address)
    second = open_workspace(tmp_path / "second")
    assert counted(second) == counted(first)
    ingest(second, files)
    ingest(first, files)
    assert counted(second) == counted(first)
    assert counted(second)[0] == 20


def test_a_damaged_backup_is_refused_and_nothing_is_made(tmp_path: Path, election: Election) -> None:
    workspace = workspace_of(tmp_path / "w", election)
    ingest(workspace, scans(tmp_path / "s", 3))
    back_up(workspace, tmp_path / "b.tar")
    content = bytearray((tmp_path / "b.tar").read_bytes())
    place = content.find(b"struck")
    content[place : place + 6] = b"xxxxxx"
    (tmp_path / "b.tar").write_bytes(content)
    with pytest.raises(Refusal, match="no whole backup"):
        restore(tmp_path / "b.tar", tmp_path / "second")
    assert not (tmp_path / "second").exists()


def test_a_backup_overwrites_nothing(tmp_path: Path, election: Election) -> None:
    workspace = workspace_of(tmp_path / "w", election)
    back_up(workspace, tmp_path / "b.tar")
    with pytest.raises(Refusal, match="the file exists"):
        back_up(workspace, tmp_path / "b.tar")
    with pytest.raises(Refusal, match="not empty"):
        restore(tmp_path / "b.tar", tmp_path / "w")


def test_people_go_on_where_they_stopped_on_another_database_and_back(
    tmp_path: Path, election: Election, address: str | None
) -> None:
    """SQLite, then the other database, then SQLite again; entries, settled items and the log go along."""
    files = scans(tmp_path / "s", 30)
    undisturbed = workspace_of(tmp_path / "whole", election)
    ingest(undisturbed, files)
    for actor in (AN, BA, CHI):
        answer(undisturbed, actor)

    first = workspace_of(tmp_path / "first", election)
    ingest(first, files)
    answer(first, AN, limit=6)
    answer(first, BA, limit=3)
    back_up(first, tmp_path / "1.tar")
    restore(tmp_path / "1.tar", tmp_path / "second", address)
    second = open_workspace(tmp_path / "second")
    assert states(second) == states(first)
    answer(second, BA)
    answer(second, AN, limit=2)
    back_up(second, tmp_path / "2.tar")
    restore(tmp_path / "2.tar", tmp_path / "third")
    third = open_workspace(tmp_path / "third")
    for actor in (AN, CHI):
        answer(third, actor)
    assert counted(third) == counted(undisturbed)
    assert counted(third)[3] == 0
    assert {key: state for key, (state, _) in states(third).items()}.keys() == states(undisturbed).keys()


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
import fake_reader, time
from pipeline.access.roles import SYSTEM
from pipeline.usecases import ingest
from pipeline.usecases.workspace import open_workspace
ingest.PAGES_A_TRANSACTION = 1
ingest.PAGES_A_TASK = 1
ingest.BLIND_SAMPLE = 0.0
workspace = open_workspace(Path(sys.argv[1]))
ingest.open_batch(workspace, SYSTEM, "kv1-qh", "kv1", "qh", None, "simplex")
files = sorted(Path(sys.argv[2]).iterdir())
def read(task):
    print("page", flush=True)
    return fake_reader.read(task)
ingest.ingest_batch(workspace, SYSTEM, "kv1-qh", files, read=read)
"""


def test_a_backup_taken_while_another_program_counts_is_of_one_moment(
    tmp_path: Path, election: Election, address: str | None
) -> None:
    files = scans(tmp_path / "s", 60)
    workspace = workspace_of(tmp_path / "w", election, address)
    here = str(Path(__file__).parent)
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path / "w"), str(tmp_path / "s"), here], stdout=subprocess.PIPE
    )
    assert writer.stdout is not None
    for _ in range(5):
        writer.stdout.readline()
    back_up(workspace, tmp_path / "b.tar")
    assert writer.communicate(timeout=60)
    assert writer.returncode == 0
    restore(tmp_path / "b.tar", tmp_path / "second")
    second = open_workspace(tmp_path / "second")
    assert 4 <= counted(second)[0] < 60
    ingest(second, files)
    assert counted(second) == counted(workspace)
    assert counted(second)[0] == 60


RESTORER = """
import os, signal, sys
from pathlib import Path
from pipeline.usecases import backup
def killed(*_):
    os.kill(os.getpid(), signal.SIGKILL)
name, _, attribute = sys.argv[3].partition(".")
setattr(getattr(backup, name) if attribute else backup, attribute or name, killed)
backup.restore(Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.parametrize("at", ["ImageStore.keep", "open_database", "_loaded", "upgrade", "Path.rename"])
def test_a_restore_that_is_killed_leaves_nothing_that_can_be_counted_in(
    tmp_path: Path, election: Election, at: str
) -> None:
    workspace = workspace_of(tmp_path / "w", election)
    ingest(workspace, scans(tmp_path / "s", 3))
    back_up(workspace, tmp_path / "b.tar")
    command = [sys.executable, "-c", RESTORER, str(tmp_path / "b.tar"), str(tmp_path / "second"), at]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    with pytest.raises(Refusal, match="no workspace is here"):
        open_workspace(tmp_path / "second")
    restore(tmp_path / "b.tar", tmp_path / "third")
    assert counted(open_workspace(tmp_path / "third")) == counted(workspace)


def rewritten(source: Path, target: Path, **changes: object) -> None:
    """A copy of a backup with another head."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for member in old:
            content = old.extractfile(member)
            assert content is not None
            data = content.read()
            if member.name == backup.MANIFEST:
                data = json.dumps(json.loads(data) | changes).encode()
            backup._put(new, {}, member.name, data)


def test_pages_that_were_moved_and_any_text_come_back(tmp_path: Path, election: Election, address: str | None) -> None:
    """A moved page points at a page that may stand later; a name may hold what some take for the end of a line."""
    odd = Actor("odd", "a\u2028b\x85c\x0bd\ne", frozenset({"reviewer"}))
    workspace = workspace_of(tmp_path / "w", election)
    ingest(workspace, scans(tmp_path / "s", 12))
    with workspace.database.write() as db:
        accounts.put(db, odd)
        there = batches.add(
            db, key="kv2-qh", area="kv2", contest="qh", declared=None, sides="simplex",
            profile=workspace.profile.digest, form_set=workspace.form_set, at=workspace.clock(),
        )  # fmt: skip
        for page in pages.of_batch(db, "kv1-qh"):
            moved = Rejection(PageSource("x", page.sha256, 1), "blank", message("The page fits no form."))
            pages.add_file(db, there.id, page.sha256, "x", 1)
            pages.add(db, there.id, [moved], moved_from=page.id)
        saved = pages.of_batch(db, there.id)
    back_up(workspace, tmp_path / "b.tar")
    restore(tmp_path / "b.tar", tmp_path / "second", address)
    with open_workspace(tmp_path / "second").database.read() as db:
        assert pages.of_batch(db, "kv2-qh") == saved
        assert accounts.get(db, "odd") == odd


def test_a_backup_of_an_older_program_is_brought_up(tmp_path: Path, election: Election, address: str | None) -> None:
    """Revision 0001 knew no explanations of batches; a table may be unknown to it altogether."""
    workspace = workspace_of(tmp_path / "w", election)
    ingest(workspace, scans(tmp_path / "s", 9))
    back_up(workspace, tmp_path / "b.tar")
    old_one(tmp_path / "b.tar", tmp_path / "old.tar")
    restore(tmp_path / "old.tar", tmp_path / "second", address)
    second = open_workspace(tmp_path / "second")
    assert counted(second) == counted(workspace)
    assert revision(second.database) == head()
    for actor in (AN, BA, CHI):
        answer(second, actor)
    close_batch(second, SYSTEM, "kv1-qh", "nobody counted by hand")


LATER = (
    "team_decision", "credential", "session", "lease", "grid_check", "slip", "batch_result", "team", "token",
    "figures_entry", "signed", "level_entry", "level_sum", "level_change", "level_lock", "level_stale", "deadlines",
    "opinion", "grid_queue", "count_sheet", "count_entry", "ruling",
    "confirmed_rule", "way", "typed_bundle", "typed_ballot", "looked_up", "particulars", "result_audit",
    "result_audit_seen",
)  # fmt: skip
"""Tables that the older program does not have; the first stands for one that it might have lacked."""


def old_one(source: Path, target: Path) -> None:
    parts: dict[str, str] = {}
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for member in old:
            content = old.extractfile(member)
            assert content is not None
            data = content.read()
            if member.name.removeprefix("tables/").removesuffix(".jsonl") in LATER:
                continue
            if member.name == "tables/batch.jsonl":
                rows = [json.loads(line) for line in data.splitlines()]
                for row in rows:
                    del row["explanation"], row["explained_by"], row["folder"]
                data = "".join(json.dumps(row) + "\n" for row in rows).encode()
            if member.name == backup.MANIFEST:
                data = json.dumps({"format": backup.FORMAT, "revision": "0001", "parts": parts}).encode()
            backup._put(new, parts, member.name, data)


def test_a_backup_of_a_newer_program_is_refused_and_nothing_is_made(tmp_path: Path, election: Election) -> None:
    workspace = workspace_of(tmp_path / "w", election)
    back_up(workspace, tmp_path / "b.tar")
    rewritten(tmp_path / "b.tar", tmp_path / "newer.tar", revision="9999")
    with pytest.raises(Refusal, match="schema-newer"):
        restore(tmp_path / "newer.tar", tmp_path / "second")
    assert not (tmp_path / "second").exists()
    rewritten(tmp_path / "b.tar", tmp_path / "same.tar", revision=head())
    restore(tmp_path / "same.tar", tmp_path / "second")


@pytest.mark.parametrize("length", [0, 100, 5000, -20000])
def test_a_backup_that_was_cut_short_is_refused(tmp_path: Path, election: Election, length: int) -> None:
    workspace = workspace_of(tmp_path / "w", election)
    ingest(workspace, scans(tmp_path / "s", 3))
    back_up(workspace, tmp_path / "b.tar")
    (tmp_path / "short.tar").write_bytes((tmp_path / "b.tar").read_bytes()[:length])
    with pytest.raises(Refusal, match="backup-damaged"):
        restore(tmp_path / "short.tar", tmp_path / "second")
    assert not (tmp_path / "second").exists()


def test_a_scan_that_rotted_stops_a_backup_and_leaves_no_file(tmp_path: Path, election: Election) -> None:
    workspace = workspace_of(tmp_path / "w", election)
    ingest(workspace, scans(tmp_path / "s", 3))
    rotten = workspace.images.path(workspace.images.digests()[1])
    sound = rotten.read_bytes()
    rotten.write_bytes(sound[:-1] + b"?")
    (tmp_path / "target").mkdir()
    with pytest.raises(Refusal, match="image-changed"):
        back_up(workspace, tmp_path / "target" / "b.tar")
    assert list((tmp_path / "target").iterdir()) == []
    rotten.write_bytes(sound)
    back_up(workspace, tmp_path / "target" / "b.tar")
    shutil.rmtree(tmp_path / "w")
    restore(tmp_path / "target" / "b.tar", tmp_path / "w")
    assert open_workspace(tmp_path / "w").images.load(rotten.name) == sound
