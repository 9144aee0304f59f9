"""Who is looking at what, and what grids show, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from people import AN, BA
from sqlalchemy import Connection
from test_ingest import ingest, scans

from pipeline.election.definition import Election
from pipeline.storage import accounts, grid_checks, items, leases
from pipeline.storage.grid_checks import Choice
from pipeline.storage.leases import Wanted
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


def test_an_item_is_lent_to_one_account_until_it_is_given_back_or_the_lease_runs_out(db: Connection) -> None:
    every = [i.id for i in leases.free(db, "an", ALL, 1000, AT)]
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


def test_what_is_wanted(db: Connection) -> None:
    every = {i.id for i in leases.free(db, "ba", ALL, 1000, AT)}
    assert not leases.free(db, "ba", Wanted(batch="other"), 9, AT)
    assert not leases.free(db, "ba", Wanted(contest="xa"), 9, AT)
    off = min(every)
    assert {i.id for i in leases.free(db, "ba", Wanted(but=(off,)), 1000, AT)} == every - {off}
    assert {i.subject.kind for i in leases.free(db, "ba", Wanted(kind="field"), 1000, AT)} == {"field"}


def test_begun_items_come_first(workspace: Workspace, db: Connection) -> None:
    last = leases.free(db, "an", Wanted(kind="field"), 1000, AT)[-1]
    enter(db, workspace.count, AN, last.id, "clear", AT)
    assert leases.free(db, "ba", ALL, 1, AT)[0].id == last.id
    assert last.id not in [i.id for i in leases.free(db, "an", ALL, 1000, AT)]


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
    assert seen not in [i.id for i in leases.free(db, "an", ALL, 1000, AT)]
    assert seen in [i.id for i in leases.free(db, "ba", ALL, 1000, AT)]
    choice = Choice("strike", "clear", accepted=True)
    sure = grid_checks.unseen(db, "an", choice, 1000)
    assert [c.score for c in sure] == sorted(c.score for c in sure)
    grid_checks.show(db, "an", sure[:1], AT)
    grid_checks.decide(db, "an", sure[0].page, sure[0].field, "same", AT)
    assert grid_checks.verdict(db, "an", sure[0].page, sure[0].field) == ("same", "clear")
    assert len(grid_checks.unseen(db, "ba", choice, 1000)) == len(sure) - 1
