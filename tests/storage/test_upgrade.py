"""A database of an older program, at rest and in use: brought up with its data, or refused and left as it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from people import AN, BA, CHI, answer
from sqlalchemy import MetaData, insert, inspect, select, text
from test_ingest import counted, ingest, scans

from pipeline.access.roles import SYSTEM
from pipeline.election.definition import Election
from pipeline.errors import Refusal
from pipeline.storage import batches, database
from pipeline.storage.database import Database, numbers_go_on, open_database
from pipeline.storage.migrations import head, revision, upgrade
from pipeline.storage.schema import grid_queue, metadata
from pipeline.usecases.batches import close_batch
from pipeline.usecases.workspace import DATABASE, create_workspace, open_workspace

FIRST = "0001"


def place(tmp_path: Path, address: str | None) -> str | Path:
    return address or tmp_path / "count.sqlite"


def columns(opened: Database) -> set[str]:
    with opened.read() as db:
        return {column["name"] for column in inspect(db).get_columns("batch")}


def in_grids(opened: Database) -> set[tuple[object, ...]]:
    with opened.read() as db:
        return {tuple(row) for row in db.execute(select(grid_queue))}


def made_by_an_older_program(folder: Path, election: Election, address: str | None, files: list[Path]) -> Path:
    """A workspace with a count in it, its tables as revision 0001 made them."""
    workspace = create_workspace(folder, election, address)
    ingest(workspace, files)
    with workspace.database.read() as db:
        rows = {table.name: [dict(r._mapping) for r in db.execute(select(table))] for table in metadata.sorted_tables}
    if address:
        with workspace.database.write() as db:
            db.execute(text("DROP SCHEMA public CASCADE"))
            db.execute(text("CREATE SCHEMA public"))
    workspace.close()
    for file in folder.glob(DATABASE + "*"):
        file.unlink()
    old = open_database(address or folder / DATABASE)
    upgrade(old, FIRST)
    with old.write() as db:
        known = MetaData()
        known.reflect(db)
        for table in (t for t in metadata.sorted_tables if t.name in known.tables):
            kept = set(known.tables[table.name].columns.keys())
            if rows[table.name]:
                db.execute(insert(table), [{k: v for k, v in row.items() if k in kept} for row in rows[table.name]])
            numbers_go_on(db, table)
    assert "explanation" not in columns(old)
    old.close()
    return folder


def test_revisions_make_the_tables_that_the_program_speaks_of(tmp_path: Path, address: str | None) -> None:
    opened = open_database(place(tmp_path, address))
    upgrade(opened)
    with opened.read() as db:
        assert compare_metadata(MigrationContext.configure(db), metadata) == []
    assert revision(opened) == head()


def test_a_count_of_an_older_program_goes_on(tmp_path: Path, election: Election, address: str | None) -> None:
    files = scans(tmp_path / "s", 18)
    new = create_workspace(tmp_path / "new", election)
    ingest(new, files)
    old = made_by_an_older_program(tmp_path / "old", election, address, files[:9])
    opened = open_workspace(old)
    assert revision(opened.database) == head()
    with opened.database.read() as db:
        batch = batches.get(db, "kv1-qh")
        assert batch
        assert batch.explanation is None
    ingest(opened, files)
    assert counted(opened) == counted(new)
    assert in_grids(opened.database) == in_grids(new.database) != set()
    for actor in (AN, BA, CHI):
        answer(opened, actor)
    close_batch(opened, SYSTEM, "kv1-qh", "nobody counted by hand")


def test_while_another_program_writes_the_upgrade_waits_and_is_refused(
    tmp_path: Path, address: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.5)
    other = open_database(place(tmp_path, address))
    upgrade(other, FIRST)
    mine = open_database(place(tmp_path, address))
    with other.write() as db:
        db.execute(text("INSERT INTO profile (digest, document) VALUES ('d', '{}')"))
        with pytest.raises(Refusal, match="database-busy"):
            upgrade(mine)
    assert revision(mine) == FIRST
    assert upgrade(mine) == FIRST
    with mine.read() as db:
        assert db.scalar(text("SELECT document FROM profile")) == "{}"


def test_a_reader_that_looks_at_the_tables_sees_one_moment(
    tmp_path: Path, address: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite upgrades beside it; PostgreSQL cannot change a table that is read and says so, instead of waiting."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.5)
    other = open_database(place(tmp_path, address))
    upgrade(other, FIRST)
    mine = open_database(place(tmp_path, address))
    with other.read() as db:
        assert "explanation" not in tuple(db.execute(text("SELECT * FROM batch")).keys())
        if address:
            with pytest.raises(Refusal, match="database-busy"):
                upgrade(mine)
            assert revision(mine) == FIRST
        else:
            upgrade(mine)
        assert "explanation" not in tuple(db.execute(text("SELECT * FROM batch")).keys())
    upgrade(mine)
    assert "explanation" in columns(mine)
    assert "explanation" in columns(other)


def test_two_programs_upgrade_at_once_and_one_does_it(tmp_path: Path, address: str | None) -> None:
    first = open_database(place(tmp_path, address))
    upgrade(first, FIRST)
    before: list[str | None] = []

    def bring_up() -> None:
        before.append(upgrade(open_database(place(tmp_path, address))))

    threads = [threading.Thread(target=bring_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(map(str, before)) == [FIRST, head(), head(), head()]


KILLED = """
import os, signal, sys
from alembic import op
from pathlib import Path
from pipeline.storage.database import open_database
from pipeline.storage.migrations import upgrade
real = op.add_column
def once(*given):
    real(*given)
    os.kill(os.getpid(), signal.SIGKILL)
op.add_column = once
upgrade(open_database(sys.argv[1] if "://" in sys.argv[1] else Path(sys.argv[1])))
"""


def test_an_upgrade_that_is_killed_halfway_leaves_the_tables_as_they_were(tmp_path: Path, address: str | None) -> None:
    opened = open_database(place(tmp_path, address))
    upgrade(opened, FIRST)
    before = columns(opened)
    run = subprocess.run([sys.executable, "-c", KILLED, str(place(tmp_path, address))], check=False, env=os.environ)
    assert run.returncode == -signal.SIGKILL
    assert (columns(opened), revision(opened)) == (before, FIRST)
    upgrade(opened)
    assert (columns(opened), revision(opened)) == (before | {"explanation", "explained_by", "folder"}, head())


def test_tables_of_a_newer_program_are_refused_and_left_alone(tmp_path: Path, address: str | None) -> None:
    opened = open_database(place(tmp_path, address))
    upgrade(opened)
    with opened.write() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Refusal, match="schema-newer"):
        upgrade(opened)
    assert revision(opened) == "9999"
