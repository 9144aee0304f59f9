"""What is counted in a workspace goes up to its levels by itself, and is held back where a level is locked."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pipeline.access.roles import SYSTEM, Actor
from pipeline.election.definition import Election
from pipeline.storage import accounts, rulings, settings
from pipeline.storage import levels as stored
from pipeline.tally.levels import Node
from pipeline.tally.rounds import Decision, Ruling
from pipeline.usecases.level_acts import correct_area, lock_level, open_level
from pipeline.usecases.level_view import area_history, level_view
from pipeline.usecases.levels import tree
from pipeline.usecases.standing import standing
from pipeline.usecases.workspace import Workspace, create_workspace

_spec = importlib.util.spec_from_file_location("piles", Path(__file__).parents[1] / "usecases" / "conftest.py")
assert _spec
assert _spec.loader
piles = importlib.util.module_from_spec(_spec)
sys.modules["piles"] = piles
_spec.loader.exec_module(piles)

LAN = Actor("lan", "Lan", frozenset({"committee"}))
HUNG = Actor("hung", "Hùng", frozenset({"committee"}))
AREA, CONTEST, UNIT = "kv1", "qh", Node("unit", "qh-1")


@pytest.fixture
def night(tmp_path: Path, address: str | None, election: Election) -> Iterator[Workspace]:
    workspace = create_workspace(tmp_path / "w", election, address)
    with workspace.database.write() as db:
        settings.keep_profile(db, "profile", "{}")
        for actor in (LAN, HUNG):
            accounts.put(db, actor)
        fill(workspace, db, "pile-1", 3)
        piles.keep_figures(db, SYSTEM, [piles.figures_for(AREA, CONTEST, 3)], "", piles.AT)
    yield workspace
    workspace.close()


def fill(workspace: Workspace, db: object, key: str, ballots: int) -> None:
    pile = piles.open_pile(db, workspace.count, AREA, CONTEST, key)
    for _ in range(ballots):
        pile.read(pile.vote(*pile.names[: pile.seats]))
    pile.declare(ballots)


def state(workspace: Workspace, key: str, to: str) -> None:
    from pipeline.storage import batches  # noqa: PLC0415

    with workspace.database.write() as db:
        batches.set_state(db, key, to)  # type: ignore[arg-type]


def unit_of(workspace: Workspace) -> Node:
    return Node("unit", workspace.election.area(AREA).units[CONTEST])


def test_a_closed_batch_reaches_the_levels_once(night: Workspace) -> None:
    unit = unit_of(night)
    before = level_view(night, LAN, CONTEST, unit).here
    assert before.figures.get("valid", 0) == 0
    state(night, "pile-1", "closed")
    here = level_view(night, LAN, CONTEST, unit).here
    assert (here.figures["valid"], here.figures["voters"], here.of_state("complete")) == (3, 7, 1)
    versions = len(area_history(night, LAN, CONTEST, AREA))
    assert level_view(night, LAN, CONTEST).here.figures["valid"] == 3
    assert len(area_history(night, LAN, CONTEST, AREA)) == versions
    with night.database.read() as db:
        assert stored.stale(db) == {}


def test_an_area_that_is_annulled_where_it_is_counted_leaves_every_sum(night: Workspace) -> None:
    state(night, "pile-1", "closed")
    unit = unit_of(night)
    assert level_view(night, LAN, CONTEST, unit).here.figures["valid"] == 3
    decision = Decision("99/NQ-HĐBCQG", date(2026, 3, 18), "Hội đồng bầu cử quốc gia")
    with night.database.write() as db:
        rulings.add(
            db, Ruling("annul_area", CONTEST, unit.id, AREA, (), decision, "vi phạm"), author=LAN.id, at=piles.AT
        )
    here = level_view(night, LAN, CONTEST, unit).here
    assert (here.figures.get("valid", 0), here.of_state("annulled")) == (0, 1)
    last = area_history(night, LAN, CONTEST, AREA)[-1]
    assert last.figures["valid"] == 3
    assert "99/NQ-HĐBCQG" in last.detail["decision"]


def test_an_opened_batch_leaves_the_levels_again(night: Workspace) -> None:
    state(night, "pile-1", "closed")
    level_view(night, LAN, CONTEST)
    state(night, "pile-1", "open")
    here = level_view(night, LAN, CONTEST, unit_of(night)).here
    assert (here.figures.get("valid", 0), here.of_state("provisional")) == (0, 1)


def test_a_count_under_a_locked_level_waits_until_it_is_opened(night: Workspace) -> None:
    unit = unit_of(night)
    state(night, "pile-1", "closed")
    lock_level(night, LAN, CONTEST, unit, "chốt")
    state(night, "pile-1", "void")
    view = level_view(night, LAN, CONTEST, unit)
    assert view.here.figures["valid"] == 3
    assert {p.code for p in view.held} == {"level-locked"}
    held = view.here.figures
    assert level_view(night, LAN, CONTEST, unit).here.figures == held
    open_level(night, LAN, HUNG, CONTEST, unit, "hủy lô phiếu")
    after = level_view(night, LAN, CONTEST, unit)
    assert after.held == ()
    assert after.here.figures.get("valid", 0) == 0


def test_the_voters_of_a_count_go_up_under_a_lock_and_nothing_else_does(night: Workspace) -> None:
    unit = unit_of(night)
    state(night, "pile-1", "closed")
    lock_level(night, LAN, CONTEST, unit, "chốt")
    before = level_view(night, LAN, CONTEST, unit).here.figures
    for voters, spoiled, held in ((9, 0, set()), (9, 1, {"level-locked"})):
        given = piles.figures_for(AREA, CONTEST, 3, voters=voters, spoiled=spoiled, left_over=47 - spoiled)
        with night.database.write() as db:
            piles.keep_figures(db, SYSTEM, [given], "danh sách bổ sung", piles.AT)
        view = level_view(night, LAN, CONTEST, unit)
        assert {p.code for p in view.held} == held
        assert view.here.figures == {**before, "voters": 9}
    assert level_view(night, LAN, CONTEST).here.figures["voters"] == 9


def test_what_changes_while_it_goes_up_stays_marked(night: Workspace) -> None:
    state(night, "pile-1", "closed")
    with night.database.write() as db:
        before = stored.stale(db)[CONTEST]
        stored.touch(db, CONTEST, AREA)
        stored.settled(db, CONTEST, before)
        assert stored.stale(db) == {CONTEST: {AREA: before[AREA] + 1}}
        stored.settled(db, CONTEST, stored.stale(db)[CONTEST])
        assert stored.stale(db) == {}


def test_a_correction_by_a_decision_is_in_the_totals_of_the_count(night: Workspace) -> None:
    state(night, "pile-1", "closed")
    unit = unit_of(night)
    here = level_view(night, LAN, CONTEST, unit).here.figures
    correct_area(night, LAN, HUNG, CONTEST, AREA, {"voters": here["voters"] + 5}, "danh sách bổ sung")
    after = level_view(night, LAN, CONTEST, unit)
    assert after.held == ()
    assert after.here.figures["voters"] == here["voters"] + 5
    found = standing(night, LAN, CONTEST)
    assert [u.voters for u in found.units if u.unit == unit.id] == [here["voters"] + 5]
    assert tree(night, found).here.voters == here["voters"] + 5
    counted = standing(night, LAN, CONTEST, decisions=False)
    assert [u.voters for u in counted.units if u.unit == unit.id] == [here["voters"]]


def test_the_totals_are_the_kept_sums(night: Workspace) -> None:
    state(night, "pile-1", "closed")
    top = tree(night, standing(night, LAN, CONTEST)).here
    kept = level_view(night, LAN, CONTEST).here.figures
    assert {n: top.figures.get(n, 0) for n in kept} == dict(kept)
    assert (top.valid, top.invalid) == (kept["valid"], kept.get("invalid", 0))
