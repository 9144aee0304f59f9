"""How many statements an act of reviewing makes while all others wait, on both databases: one more costs everybody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from people import AN, BA
from sqlalchemy import event
from test_ingest import ingest, scans

from pipeline.election.definition import Election
from pipeline.storage import accounts
from pipeline.usecases.grid import Choice, confirm, sheet
from pipeline.usecases.reviewing import Wanted, answer, next_questions
from pipeline.usecases.workspace import Workspace, create_workspace

FIELDS = Wanted(kind="field")


@pytest.fixture
def workspace(tmp_path: Path, election: Election, address: str | None) -> Iterator[Workspace]:
    made = create_workspace(tmp_path / "w", election, address)
    ingest(made, scans(tmp_path / "s", 18))
    with made.database.write() as db:
        accounts.put(db, AN)
        accounts.put(db, BA)
    yield made
    made.close()


@contextmanager
def counted(workspace: Workspace) -> Iterator[list[str]]:
    """The statements of transactions that write, without those that begin them and the lock."""
    within: list[str] = []

    def heard(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        begins = statement.startswith("BEGIN") or "pg_advisory" in statement
        if connection.get_execution_options().get("writing") and not begins:
            within.append(statement)

    event.listen(workspace.database.engine, "before_cursor_execute", heard)
    yield within
    event.remove(workspace.database.engine, "before_cursor_execute", heard)


def test_lending_is_one_statement(workspace: Workspace) -> None:
    with counted(workspace) as within:
        found = next_questions(workspace, AN, FIELDS, 3)
    assert len(found) == 3
    assert len(within) == 1, within
    with counted(workspace) as within:
        assert {q.item for q in next_questions(workspace, AN, FIELDS, 2, [q.item for q in found])}.isdisjoint(
            q.item for q in found
        )
    assert len(within) == 1, within


def test_a_first_answer_is_seven_and_one_that_settles_twelve(workspace: Workspace) -> None:
    first = next_questions(workspace, AN, FIELDS, 2)
    with counted(workspace) as within:
        kept, more = answer(workspace, AN, first[0].item, "clear", FIELDS, 1, [first[1].item])
    assert (kept, len(more)) == ("kept", 1)
    assert len(within) <= 7, within
    (again,) = [q for q in next_questions(workspace, BA, FIELDS, 1) if q.item == first[0].item]
    with counted(workspace) as within:
        assert answer(workspace, BA, again.item, "clear", FIELDS, 0, ())[0] == "kept"
    assert len(within) <= 12, within


def test_a_grid_is_sought_while_others_write(workspace: Workspace) -> None:
    with counted(workspace) as within:
        crops = sheet(workspace, AN, Choice("strike", "clear", accepted=True)).crops
    assert len(crops) > 20
    assert len(within) == 1, within


def test_confirming_a_sheet_takes_as_many_statements_for_one_crop_as_for_all(workspace: Workspace) -> None:
    keys = [c.key for c in sheet(workspace, BA, Choice("strike", "clear", accepted=True)).crops]
    numbers = []
    for shown, odd in ((keys[:2], keys[:1]), (keys[2:], keys[2:6])):
        with counted(workspace) as within:
            done = confirm(workspace, BA, shown, odd)
        assert (done.same, done.odd) == (len(shown) - len(odd), len(odd))
        numbers.append(len(within))
    assert numbers[0] == numbers[1]
    assert numbers[0] <= 11
