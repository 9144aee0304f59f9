"""Many rows at once and many keys in one statement, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, bindparam, event, select
from sqlalchemy.exc import IntegrityError

from pipeline.election.definition import Election
from pipeline.storage import levels
from pipeline.storage.levels import Entry
from pipeline.storage.many import FILE, among, put_rows
from pipeline.storage.schema_levels import level_entry, level_sum
from pipeline.usecases.workspace import create_workspace

AT = datetime(2026, 3, 15, 20, 0, 0, 123456, tzinfo=UTC)
AWKWARD = ("tab\there", "line\nend", "back\\slash\\N", "", "\\.", "Phường Đống Đa", "quote ' and \"", "carriage\r")


@pytest.fixture
def db(tmp_path: Path, election: Election, address: str | None) -> Iterator[Connection]:
    made = create_workspace(tmp_path / "w", election, address)
    with made.database.write() as connection:
        yield connection
    made.close()


def entry(n: int) -> Entry:
    text = AWKWARD[n % len(AWKWARD)]
    figures = {"voted": n, f"votes:{text}": 3}
    approver = None if n % 2 else text
    return Entry("qh", 1, f"a{n} {text}", 1, "complete", "import", figures, {"note": text}, text, "x", approver, AT)


@pytest.mark.parametrize("number", [FILE - 1, FILE + 20])
def test_many_rows_come_back_as_few_do(db: Connection, number: int) -> None:
    given = {one.area: one for one in map(entry, range(number))}
    levels.add(db, list(given.values()))
    assert levels.latest(db, "qh", 1) == given
    some = [area for area in given if "\\" in area]
    assert levels.latest(db, "qh", 1, [*some, "unknown"]) == {area: given[area] for area in some}
    assert levels.latest(db, "qh", 1, []) == {}


def test_a_row_twice_is_refused_by_the_database_in_one_way(db: Connection) -> None:
    twice = [entry(n) for n in range(FILE + 20)]
    twice.append(replace(twice[0], reason="again"))
    tried = db.begin_nested()
    with pytest.raises(IntegrityError):
        levels.add(db, twice)
    tried.rollback()
    assert levels.latest(db, "qh", 1) == {}


def test_no_rows_are_no_statement(db: Connection) -> None:
    sent: list[str] = []
    event.listen(db, "before_cursor_execute", lambda _c, _cursor, statement, *_: sent.append(statement))
    put_rows(db, level_sum, [])
    assert sent == []


def test_however_many_keys_it_is_one_statement_on_postgresql(db: Connection) -> None:
    """A list of parameters would be another statement for each length, which the server plans anew."""
    query = select(level_entry.c.area).where(
        among(db.dialect.name, level_entry.c.area, "areas"), level_entry.c.contest == bindparam("contest")
    )
    sent: set[str] = set()
    event.listen(db, "before_cursor_execute", lambda _c, _cursor, statement, *_: sent.add(statement))
    for number in (0, 1, 3):
        assert db.scalars(query, {"areas": ["a"] * number, "contest": "qh"}).all() == []
    assert len(sent) == (1 if db.dialect.name == "postgresql" else 3)
