"""What grids may still show is kept in their order; whatever people do, none is missing and none is shown twice."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from visitors import person

from pipeline.access.roles import SYSTEM, Actor
from pipeline.recognize.reading import FieldReading
from pipeline.review.decide import Decision
from pipeline.review.reasons import pen_of
from pipeline.storage import grid_checks, grid_queue, items, readings
from pipeline.storage.grid_checks import Choice
from pipeline.storage.schema import field_reading
from pipeline.storage.schema import grid_queue as queue
from pipeline.usecases.batches import void_batch
from pipeline.usecases.grid import confirm, sheet
from pipeline.usecases.reviewing import Wanted, answer, next_questions, undo
from pipeline.usecases.workspace import Workspace

Place = tuple[str, str]
CLEAR, ASKED = Choice("strike", "clear", True), Choice("strike", "clear", False)


@pytest.fixture
def people(count: Workspace, known_password: str) -> list[Actor]:
    return [person(count, known_password, key, "reviewer") for key in ("an", "ba", "chi")]


def queued(count: Workspace) -> set[Place]:
    with count.database.read() as db:
        return {(row.page, row.field) for row in db.execute(select(queue.c.page, queue.c.field))}


def shown(count: Workspace, actor: Actor, choice: Choice) -> list[Place]:
    with count.database.read() as db:
        return [(c.page, c.field) for c in grid_checks.unseen(db, actor.id, choice, 500)]


def one_that_waits(count: Workspace) -> items.StoredItem:
    with count.database.read() as db:
        fields = items.of_batch(db, "kv1-qh", "field")
        for one in fields:
            assert one.page is not None
            (read,) = [r for r in readings.of_page(db, one.page) if r.field == one.subject.field]
            if read.value == "clear":
                return one
    raise AssertionError("nothing clear is asked")


def test_every_reading_of_an_open_batch_is_queued_with_its_pen(count: Workspace) -> None:
    with count.database.read() as db:
        stored = {
            (r.page, r.field, r.value, r.accepted, r.score, "kv1-qh", "qh", pen_of(r.measures))
            for r in db.execute(select(field_reading))
        }
        names = ("page", "field", "value", "accepted", "score", "batch", "contest", "pen")
        assert {tuple(getattr(row, n) for n in names) for row in db.execute(select(queue))} == stored
    assert len(stored) > 50


def test_least_certain_first_and_only_what_fits(count: Workspace, people: list[Actor]) -> None:
    with count.database.read() as db:
        r = field_reading
        fitting = select(r.c.score, r.c.page, r.c.field).where(r.c.kind == "strike", r.c.value == "clear", r.c.accepted)
        expected = [(row.page, row.field) for row in db.execute(fitting.order_by(r.c.score, r.c.page, r.c.field))]
    assert shown(count, people[0], CLEAR) == expected


def test_a_checked_reading_leaves_the_queue(count: Workspace, people: list[Actor]) -> None:
    crops = sheet(count, people[0], CLEAR).crops
    assert {(c.page, c.field) for c in crops} <= queued(count)
    confirm(count, people[0], [c.key for c in crops], [crops[0].key])
    known = {(c.page, c.field) for c in crops}
    assert not known & queued(count)
    assert not known & set(shown(count, people[1], CLEAR))


def test_what_is_settled_leaves_and_what_is_taken_back_returns(count: Workspace, people: list[Actor]) -> None:
    an, ba, chi = people
    one = one_that_waits(count)
    assert one.page is not None
    place = (one.page, one.subject.field)
    answer(count, an, one.id, "clear", Wanted(), 0, ())
    assert place in shown(count, chi, ASKED)
    answer(count, ba, one.id, "clear", Wanted(), 0, ())
    assert place not in queued(count)
    undo(count, ba, one.id)
    assert place in queued(count)
    assert place in shown(count, chi, ASKED)
    answer(count, ba, one.id, "struck", Wanted(), 0, ())
    assert place not in shown(count, chi, ASKED)
    assert {q.item for q in next_questions(count, chi, Wanted(kind="field"), 9)} >= {one.id}


def test_a_batch_that_is_open_no_longer_shows_nothing(count: Workspace, people: list[Actor]) -> None:
    assert queued(count)
    void_batch(count, SYSTEM, "kv1-qh", "read upside down")
    assert not queued(count)
    assert shown(count, people[0], CLEAR) == []


def test_a_measure_that_could_not_be_taken_counts_as_no_ink(count: Workspace) -> None:
    with count.database.read() as db:
        page = db.scalar(select(field_reading.c.page).limit(1))
    assert page is not None
    reading = FieldReading("x", "strike", {"clear": 1.0}, {"ink_mm2": float("nan"), "faint_mm2": 0.1}, ((0, 0),) * 4)
    with count.database.write() as db:
        grid_queue.add(db, "kv1-qh", "qh", page, [(reading, Decision("clear", True, 0.5, 0.0), 0.5)])
        assert db.scalar(select(queue.c.pen).where(queue.c.field == "x")) == "none"
