"""Who is looking at what, and what grids show, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from people import AN, BA
from sqlalchemy import Connection, and_, event, select, update
from test_ingest import ingest, scans

from pipeline.election.definition import Election
from pipeline.review.consensus import opened
from pipeline.review.items import NewItem, Subject
from pipeline.review.reasons import Pen, pen_of
from pipeline.storage import accounts, asked, ballots, grid_checks, items, leases
from pipeline.storage.grid_checks import Choice, Crop, Verdict
from pipeline.storage.items import StoredItem
from pipeline.storage.leases import Wanted
from pipeline.storage.measured import measured
from pipeline.storage.readings import written_with
from pipeline.storage.schema import field_reading, item
from pipeline.usecases.review import enter
from pipeline.usecases.workspace import Workspace, create_workspace

AT = datetime(2026, 3, 15, 20, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ALL = Wanted()


@pytest.fixture
def workspace(tmp_path: Path, election: Election, address: str | None) -> Iterator[Workspace]:
    made = create_workspace(tmp_path / "w", election, address)
    ingest(made, scans(tmp_path / "s", 18))
    yield made
    made.close()


@pytest.fixture
def db(workspace: Workspace) -> Iterator[Connection]:
    with workspace.database.write() as connection:
        accounts.put(connection, AN)
        accounts.put(connection, BA)
        yield connection


def free(db: Connection, account: str, wanted: Wanted, limit: int, at: datetime) -> list[StoredItem]:
    """What would be lent now; nothing is."""
    with db.begin_nested() as tried:
        keys = leases.lend_next(db, account, wanted, limit, (), at, at + MINUTE)
        tried.rollback()
    return [one.item for one in asked.asked(db, keys)]


def test_an_item_is_lent_to_one_account_until_it_is_given_back_or_the_lease_runs_out(db: Connection) -> None:
    every = [i.id for i in free(db, "an", ALL, 1000, AT)]
    assert sorted(every) == sorted(i.id for i in items.of_batch(db, "kv1-qh"))
    assert len(every) > 2
    mine = every[:2]
    leases.lend(db, mine, "an", AT + MINUTE)
    assert leases.number_free(db, "an", ALL, AT, 999) == len(every)
    assert leases.number_free(db, "ba", ALL, AT, 999) == len(every) - 2
    assert leases.number_free(db, "ba", ALL, AT, 1) == 1
    assert leases.number_free(db, "ba", ALL, AT + 2 * MINUTE, 999) == len(every)
    assert (leases.holder(db, mine[0], AT), leases.holder(db, mine[0], AT + MINUTE)) == ("an", None)
    assert leases.keep(db, "an", AT + 3 * MINUTE) == 2
    assert leases.holder(db, mine[0], AT + 2 * MINUTE) == "an"
    leases.give_back(db, "ba", mine)
    leases.give_back(db, "an", mine[:1])
    assert (leases.holder(db, mine[0], AT), leases.holder(db, mine[1], AT)) == (None, "an")


INKS: list[tuple[dict[str, float], Pen]] = [
    ({"ink_mm2": 0.0, "faint_mm2": 0.0}, "none"),
    ({"ink_mm2": 0.2, "faint_mm2": 0.29}, "none"),
    ({"ink_mm2": 0.2, "faint_mm2": 0.3}, "faint"),
    ({"ink_mm2": 4.0, "faint_mm2": 2.01}, "faint"),
    ({"ink_mm2": 4.0, "faint_mm2": 2.0}, "dark"),
    ({"ink_mm2": 4.0}, "dark"),
    ({"faint_mm2": 1.0}, "faint"),
    ({}, "none"),
]


def test_how_dark_the_pen_was_is_told_alike_by_the_database(db: Connection) -> None:
    r = field_reading
    places = db.execute(select(r.c.page, r.c.field).where(r.c.kind == "strike").limit(len(INKS))).all()
    for place, (measures, pen) in zip(places, INKS, strict=True):
        assert pen_of(measures) == pen
        this = and_(r.c.page == place.page, r.c.field == place.field)
        db.execute(update(r).where(this).values(measures=measures))
        found = [p for p in get_args(Pen) if db.scalar(select(r.c.field).where(this, written_with(p)))]
        assert found == [pen], measures


def test_what_is_wanted_by_pen(db: Connection) -> None:
    fields = {i.id: i for i in free(db, "an", Wanted(kind="field"), 1000, AT)}
    by_pen = {p: free(db, "an", Wanted(pen=p), 1000, AT) for p in get_args(Pen)}
    assert sorted(i.id for found in by_pen.values() for i in found) == sorted(fields)  # other items have no pen
    one = next(iter(fields.values()))
    this = and_(field_reading.c.page == one.page, field_reading.c.field == one.subject.field)
    db.execute(update(field_reading).where(this).values(measures={"ink_mm2": 1.0, "faint_mm2": 9.0}))
    assert one.id in {i.id for i in free(db, "an", Wanted(pen="faint"), 1000, AT)}
    assert one.id not in {i.id for i in free(db, "an", Wanted(pen="dark"), 1000, AT)}


def test_a_grid_by_pen(db: Connection) -> None:
    choice = Choice("strike", "clear", accepted=True)
    every = grid_checks.unseen(db, "an", choice, 1000)
    by_pen = [grid_checks.unseen(db, "an", replace(choice, pen=p), 1000) for p in get_args(Pen)]
    assert sum(len(found) for found in by_pen) == len(every) > 5
    assert {(c.page, c.field) for found in by_pen for c in found} == {(c.page, c.field) for c in every}


def test_what_is_wanted(db: Connection) -> None:
    every = {i.id for i in free(db, "ba", ALL, 1000, AT)}
    assert not free(db, "ba", Wanted(batch="other"), 9, AT)
    assert not free(db, "ba", Wanted(contest="xa"), 9, AT)
    off = min(every)
    assert {i.id for i in free(db, "ba", Wanted(but=(off,)), 1000, AT)} == every - {off}
    assert {i.subject.kind for i in free(db, "ba", Wanted(kind="field"), 1000, AT)} == {"field"}


def test_begun_items_come_first(workspace: Workspace, db: Connection) -> None:
    last = free(db, "an", Wanted(kind="field"), 1000, AT)[-1]
    enter(db, workspace.count, AN, last.id, "clear", AT)
    assert free(db, "ba", ALL, 1, AT)[0].id == last.id
    assert last.id not in [i.id for i in free(db, "an", ALL, 1000, AT)]


def say(db: Connection, account: str, crop: Crop, word: Verdict) -> None:
    place = (crop.page, crop.field)
    grid_checks.decide(db, account, [(grid_checks.seen_by(db, account, {place})[place], word)], AT)


def test_what_was_seen_in_a_grid_is_not_lent_and_what_was_checked_is_not_shown(db: Connection) -> None:
    places = {(i.page, i.subject.field): i.id for i in items.of_batch(db, "kv1-qh", "field")}
    asked = [
        crop
        for value in ("clear", "struck", "partial", "unclear")
        for crop in grid_checks.unseen(db, "an", Choice("strike", value, accepted=False), 100)
    ]
    assert {(c.page, c.field) for c in asked} == set(places)
    grid_checks.show(db, "an", asked[:1], AT)
    grid_checks.show(db, "an", asked[:1], AT)
    seen = places[asked[0].page, asked[0].field]
    assert seen not in [i.id for i in free(db, "an", ALL, 1000, AT)]
    assert seen in [i.id for i in free(db, "ba", ALL, 1000, AT)]
    choice = Choice("strike", "clear", accepted=True)
    sure = grid_checks.unseen(db, "an", choice, 1000)
    assert [c.score for c in sure] == sorted(c.score for c in sure)
    grid_checks.show(db, "an", sure[:1], AT)
    say(db, "an", sure[0], "same")
    place = (sure[0].page, sure[0].field)
    seen_there = grid_checks.seen_by(db, "an", {place})[place]
    assert (seen_there.verdict, seen_there.shown, seen_there.seed) == ("same", "clear", False)
    assert len(grid_checks.unseen(db, "ba", choice, 1000)) == len(sure) - 1


def test_the_measured_error_counts_places_wrong_ones_doubts_and_known_crops(db: Connection) -> None:
    """Two people look over accepted readings; what is doubted is settled by two answers, alike or otherwise."""
    choice = Choice("strike", "clear", accepted=True)
    nothing = measured(db, "qh")
    assert (nothing.looked_over, nothing.seeds, nothing.bound) == (0, 0, None)
    crops = grid_checks.unseen(db, "an", choice, 12)
    grid_checks.show(db, "an", crops, AT)
    assert measured(db, "qh") == nothing  # shown is not looked over
    for n, crop in enumerate(crops):
        say(db, "an", crop, "odd" if n < 3 else "same")
    grid_checks.show(db, "ba", crops[3:5], AT)
    for crop in crops[3:5]:
        say(db, "ba", crop, "same")
    for crop, value in zip(crops, ("struck", "clear", None), strict=False):
        ballot = ballots.of_page(db, crop.page)
        assert ballot is not None
        subject = Subject("field", ballot.id, crop.field, "strike")
        items.add(db, crop.batch, [NewItem(subject, opened("field"))], crop.page)
        state = {"state": "settled", "value": value} if value else {}
        if state:
            db.execute(update(item).where(item.c.id == items.item_id(subject)).values(**state))
    found = measured(db, "qh")
    assert (found.looked_over, found.wrong, found.open_doubts, found.seeds) == (12, 1, 1, 0)
    struck = grid_checks.unseen(db, "an", replace(choice, value="struck"), 3)
    grid_checks.show(db, "an", [replace(c, value="clear") for c in struck], AT)
    for n, crop in enumerate(struck):
        say(db, "an", crop, "odd" if n else "same")
    found = measured(db, "qh")
    assert (found.looked_over, found.seeds, found.missed) == (12, 3, 1)
    assert found.bound is not None
    assert measured(db, "xa").looked_over == 0


def test_postgresql_looks_up_for_each_item_who_answered_it(db: Connection) -> None:
    """A join would read every entry there is for one item, since the planner knows nothing of a new account."""
    if db.dialect.name != "postgresql":
        pytest.skip("how PostgreSQL plans")
    sent: list[tuple[str, Any]] = []
    hear = lambda _c, _cursor, statement, parameters, *_: sent.append((statement, parameters))  # noqa: E731
    event.listen(db, "before_cursor_execute", hear)
    leases.lend_next(db, "an", Wanted(kind="field"), 1, (), AT, AT + MINUTE)
    event.remove(db, "before_cursor_execute", hear)
    ((statement, parameters),) = sent
    plan = "\n".join(db.exec_driver_sql("EXPLAIN " + statement, parameters).scalars())
    assert "SubPlan" in plan
    assert "Anti Join" not in plan, plan
