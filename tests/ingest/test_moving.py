"""A sheet that lay in the wrong pile: read once where it belongs, whatever others do meanwhile."""

from __future__ import annotations

from pathlib import Path

import fake_reader
import pytest
from people import AN, BA

from pipeline.access.roles import SYSTEM
from pipeline.audit.chain import verify
from pipeline.election.definition import Election
from pipeline.errors import Refusal
from pipeline.review.items import move_to
from pipeline.storage import accounts, batches, items, log, pages
from pipeline.usecases.batches import batch_count, close_batch, move_page, moves_waiting, void_batch
from pipeline.usecases.execution import Outcome, Task
from pipeline.usecases.ingest import ingest_batch, open_batch
from pipeline.usecases.review import enter
from pipeline.usecases.workspace import Workspace, create_workspace

SHEET = "clear,clear,clear,struck,struck"
HERE, THERE = "kv1-qh", "kv2-qh"


@pytest.fixture
def workspace(tmp_path: Path, election: Election, address: str | None) -> Workspace:
    """A pile with one rejected sheet that belongs to another open pile, where one sheet lies."""
    made = create_workspace(tmp_path / "w", election, address)
    for batch, text in ((HERE, "foreign"), (THERE, SHEET)):
        file = tmp_path / f"{batch}.jpg"
        file.write_text(text, encoding="utf-8")
        open_batch(made, SYSTEM, batch, batch[:3], "qh", 1, "simplex")
        ingest_batch(made, SYSTEM, batch, [file], read=fake_reader.read)
    return made


def read(task: Task) -> list[Outcome]:
    """The sheet is a plain ballot where it belongs."""
    return [fake_reader.ballot(page.source, task.expected[0], SHEET) for page in task.pages]


def sheet(workspace: Workspace) -> str:
    with workspace.database.read() as db:
        (page,) = [p.id for p in pages.of_batch(db, HERE)]
    return page


def said(workspace: Workspace, value: str) -> None:
    """Two people say what the sheet is."""
    with workspace.database.write() as db:
        (item,) = items.of_batch(db, HERE, "page")
        for actor in (AN, BA):
            accounts.put(db, actor)
            enter(db, workspace.count, actor, item.id, value, workspace.clock())


def scanned(workspace: Workspace, batch: str) -> int:
    with workspace.database.read() as db:
        found = batches.get(db, batch)
        assert found is not None
        assert verify(log.lines(db)) is None
        return batch_count(db, found).scanned


@pytest.mark.parametrize("to", [HERE, "kv9-qh", ""])
def test_nobody_sends_a_sheet_to_a_pile_that_is_not_another_open_one(workspace: Workspace, to: str) -> None:
    with pytest.raises(Refusal) as refused:
        said(workspace, move_to(to))
    assert refused.value.problems[0].code == ("move-target" if to else "answer-unknown")
    with workspace.database.read() as db:
        assert moves_waiting(db) == ()


def test_a_pile_is_neither_closed_nor_voided_while_sheets_are_on_their_way_to_it(workspace: Workspace) -> None:
    said(workspace, move_to(THERE))
    with pytest.raises(Refusal, match="batch-moving"):
        close_batch(workspace, SYSTEM, THERE, "")
    with pytest.raises(Refusal, match="batch-moving"):
        void_batch(workspace, SYSTEM, THERE, "scanned twice")
    assert move_page(workspace, SYSTEM, sheet(workspace), THERE, read) == "read"
    assert (scanned(workspace, HERE), scanned(workspace, THERE)) == (0, 2)
    close_batch(workspace, SYSTEM, THERE, "one more than declared")


def test_a_sheet_that_two_programs_move_at_once_is_there_once(workspace: Workspace) -> None:
    said(workspace, move_to(THERE))
    page = sheet(workspace)

    def while_another_moves_it(task: Task) -> list[Outcome]:
        move_page(workspace, SYSTEM, page, THERE, read)
        return read(task)

    assert move_page(workspace, SYSTEM, page, THERE, while_another_moves_it) == "read"
    assert scanned(workspace, THERE) == 2


def test_a_sheet_never_gets_into_a_pile_that_was_closed_while_it_was_read(workspace: Workspace) -> None:
    page = sheet(workspace)

    def while_the_pile_is_closed(task: Task) -> list[Outcome]:
        close_batch(workspace, SYSTEM, THERE, "")
        return read(task)

    with pytest.raises(Refusal, match="move-target"):
        move_page(workspace, SYSTEM, page, THERE, while_the_pile_is_closed)
    assert scanned(workspace, THERE) == 1
    with workspace.database.read() as db:
        standing = pages.get(db, page)
    assert standing is not None
    assert standing.status == "rejected"
