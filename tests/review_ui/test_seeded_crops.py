"""Crops that are known to be otherwise, seeded into grids: they measure the person and change nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typed_paper import ASKED, Sheet, scan
from visitors import Browser, person

from pipeline.access.roles import Actor
from pipeline.review.states import EnteredOnce, Settled
from pipeline.storage import grid_checks, items
from pipeline.storage.items import StoredItem
from pipeline.usecases.grid import Choice, confirm, sheet
from pipeline.usecases.measured import measured
from pipeline.usecases.review import enter, queue, withdraw
from pipeline.usecases.totals import area_totals
from pipeline.usecases.work import work_view
from pipeline.usecases.workspace import Workspace

CLEAR = Choice("strike", "clear", accepted=True)
SHEETS = [Sheet((f"struck {ASKED}", "clear", "clear", "clear", "struck"))] + [
    Sheet(("clear", "clear", "clear", "struck", "struck")) for _ in range(8)
]


@pytest.fixture
def people(workspace: Workspace, tmp_path: Path, known_password: str) -> dict[str, Actor]:
    """An and Ba have settled the one asked place as crossed out; Chi and Dao look at grids."""
    scan(workspace, tmp_path / "scans", SHEETS)
    found = {key: person(workspace, known_password, key, "reviewer") for key in ("an", "ba", "chi", "dao")}
    for key in ("an", "ba"):
        with workspace.database.write() as db:
            (item,) = queue(db, found[key])
            enter(db, workspace.count, found[key], item.id, "struck", workspace.clock())
    return found | {"leader": person(workspace, known_password, "leader", "team_leader")}


def known(workspace: Workspace) -> StoredItem:
    with workspace.database.read() as db:
        (item,) = items.of_batch(db, "kv1-qh", "field")
    return item


def key_of(item: StoredItem) -> str:
    return f"{item.page}:{item.subject.field}"


def test_one_crop_of_the_sheet_is_known_to_be_otherwise(workspace: Workspace, people: dict[str, Actor]) -> None:
    keys = [c.key for c in sheet(workspace, people["chi"], CLEAR).crops]
    seed = key_of(known(workspace))
    assert keys.count(seed) == 1
    assert len(keys) > 20
    with workspace.database.read() as db:
        places = {tuple(k.split(":")) for k in keys}
        seen = grid_checks.seen_by(db, "chi", places)  # type: ignore[arg-type]
    assert seen.keys() == places
    assert {f"{p}:{f}" for (p, f), one in seen.items() if one.seed} == {seed}


def test_who_answered_it_is_not_shown_it(workspace: Workspace, people: dict[str, Actor]) -> None:
    for key in ("an", "ba"):
        assert key_of(known(workspace)) not in [c.key for c in sheet(workspace, people[key], CLEAR).crops]


@pytest.mark.parametrize("noticed", [True, False])
def test_it_is_told_like_all_others_and_counts_for_the_person_alone(
    workspace: Workspace, people: dict[str, Actor], noticed: bool
) -> None:
    before = known(workspace)
    keys = [c.key for c in sheet(workspace, people["chi"], CLEAR).crops]
    done = confirm(workspace, people["chi"], keys, [key_of(before)] if noticed else [])
    assert (done.same + done.odd, done.odd) == (len(keys), int(noticed))
    assert known(workspace) == before
    with workspace.database.read() as db:
        assert area_totals(db, workspace.count, "kv1", "qh").open_items == 0
    view = work_view(workspace, people["leader"])
    (chi,) = [r.did for r in view.reviewers if r.name == "Chi"]
    assert (chi.seeds, chi.noticed, chi.checked, chi.odd) == (1, int(noticed), len(keys) - 1, 0)
    assert key_of(before) not in [c.key for c in sheet(workspace, people["chi"], CLEAR).crops]


def test_a_seed_that_was_missed_never_settles_anything(workspace: Workspace, people: dict[str, Actor]) -> None:
    keys = [c.key for c in sheet(workspace, people["chi"], CLEAR).crops]
    confirm(workspace, people["chi"], keys, [])
    with workspace.database.write() as db:
        withdraw(db, workspace.count, people["ba"], known(workspace).id, workspace.clock())
        assert isinstance(known_in(db), EnteredOnce)
        withdraw(db, workspace.count, people["an"], known_in_id(db), workspace.clock())
        enter(
            db, workspace.count, people["ba"], known_in_id(db), "clear", workspace.clock()
        )  # what the seed was shown as
        assert isinstance(known_in(db), EnteredOnce)
        assert [i.id for i in queue(db, people["chi"])] == []  # has seen it
        enter(db, workspace.count, people["dao"], known_in_id(db), "clear", workspace.clock())
        assert isinstance(known_in(db), Settled)


def known_in(db: items.Connection) -> object:
    (item,) = items.of_batch(db, "kv1-qh", "field")
    return item.state


def known_in_id(db: items.Connection) -> str:
    (item,) = items.of_batch(db, "kv1-qh", "field")
    return item.id


def test_short_sheets_and_asked_readings_have_none(workspace: Workspace, people: dict[str, Actor]) -> None:
    field = workspace.election.candidates_of("qh-1")[0].id
    short = sheet(workspace, people["chi"], Choice("strike", "clear", True, field=field)).crops
    assert 0 < len(short) < 10
    asked = sheet(workspace, people["chi"], Choice("strike", "clear", False)).crops
    assert key_of(known(workspace)) not in [c.key for c in (*short, *asked)]


def test_the_committee_reads_the_bound(
    workspace: Workspace, people: dict[str, Actor], signed_in_at: Callable[..., Browser]
) -> None:
    keys = [c.key for c in sheet(workspace, people["chi"], CLEAR).crops]
    confirm(workspace, people["chi"], keys, [key_of(known(workspace))])
    found = measured(workspace, Actor("x", "X", frozenset({"committee"})), "qh")
    assert (found.looked_over, found.wrong, found.seeds, found.missed) == (len(keys) - 1, 0, 1, 0)
    # one known crop, noticed: people may miss up to 97.5 %, so nothing is known yet
    assert found.bound == 1.0
    text = signed_in_at(workspace, "uyban", "committee").client.get("/measured/qh").text
    assert "100,00 %" in text
