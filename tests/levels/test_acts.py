"""Locks, corrections, voter totals after the lock, annulled areas: who may, what is refused, what stays readable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from country import AREAS, AT, of_area

from pipeline.access.roles import SYSTEM, Actor
from pipeline.election.definition import Election
from pipeline.errors import Refusal
from pipeline.storage import accounts, log
from pipeline.tally.levels import Node
from pipeline.tally.rounds import Decision
from pipeline.usecases.handing_up import hand_up, levels_of
from pipeline.usecases.level_acts import Minutes, annul_area, correct_area, lock_level, open_level, update_voters
from pipeline.usecases.level_view import area_history, check_everything, level_view
from pipeline.usecases.rulings import annul, rounds
from pipeline.usecases.workspace import Workspace

COMMITTEE = Actor("lan", "Lan", frozenset({"committee"}))
OTHER = Actor("hung", "Hùng", frozenset({"committee"}))
WITNESS = Actor("w", "W", frozenset({"witness"}))
UNIT, PROVINCE = Node("unit", "qh-1"), Node("place", "t")
MINUTES = Minutes("12/BB-BBC", date(2026, 3, 16), "Lan, Hùng")


@pytest.fixture
def counted(summary: Workspace, country: Election) -> Workspace:
    """Every area of the Assembly contest is complete."""
    with summary.database.write() as db:
        for actor in (COMMITTEE, OTHER, WITNESS):
            accounts.put(db, actor)
        hand_up(db, levels_of(summary.election), [of_area(a, 100 + i, i) for i, a in enumerate(AREAS)], AT)
    return summary


def codes(act: Callable[[], object]) -> set[str]:
    with pytest.raises(Refusal) as refused:
        act()
    return {p.code for p in refused.value.problems}


def acts(workspace: Workspace) -> list[str]:
    with workspace.database.read() as db:
        return [line.event.act for line in log.lines(db)]


def state(workspace: Workspace, node: Node) -> str:
    return level_view(workspace, COMMITTEE, "qh", node).here.state


def test_a_locked_level_keeps_its_figures_until_it_is_opened(counted: Workspace) -> None:
    lock_level(counted, COMMITTEE, "qh", UNIT)
    assert state(counted, UNIT) == "locked"
    right = {
        "voted": 101,
        "collected": 101,
        "by_hand": 101,
        "invalid": 1,
        "ground:c": 1,
        "issued": 101,
        "left_over": 19,
    }
    with pytest.raises(Refusal) as refused:
        correct_area(counted, COMMITTEE, OTHER, "qh", "a1", right, "đếm lại")
    assert {p.code for p in refused.value.problems} == {"level-locked"}
    assert "Đơn vị 1" in str(refused.value)
    open_level(counted, COMMITTEE, OTHER, "qh", UNIT, "khiếu nại 3")
    correct_area(counted, COMMITTEE, OTHER, "qh", "a1", right, "đếm lại")
    found = level_view(counted, COMMITTEE, "qh", UNIT)
    assert found.here.state == "corrected"
    assert found.here.since_lock["collected"] == 1
    assert [(lock.act, lock.reason, lock.approver) for lock in found.history] == [
        ("locked", "", None), ("opened", "khiếu nại 3", "hung")
    ]  # fmt: skip
    assert [(e.area, e.reason) for e in found.changes] == [("a1", "đếm lại")]
    assert acts(counted)[-3:] == ["level_locked", "level_opened", "area_corrected"]
    lock_level(counted, COMMITTEE, "qh", UNIT)
    assert state(counted, UNIT) == "locked"
    assert check_everything(counted, COMMITTEE) == 15


def test_opening_needs_a_reason_and_somebody_else(counted: Workspace) -> None:
    lock_level(counted, COMMITTEE, "qh", UNIT)
    assert codes(lambda: open_level(counted, COMMITTEE, OTHER, "qh", UNIT, " ")) == {"reason-missing"}
    assert codes(lambda: open_level(counted, COMMITTEE, COMMITTEE, "qh", UNIT, "x")) == {"own-approval"}
    assert codes(lambda: open_level(counted, COMMITTEE, WITNESS, "qh", UNIT, "x")) == {"not-permitted"}
    assert codes(lambda: open_level(counted, WITNESS, OTHER, "qh", UNIT, "x")) == {"not-permitted"}
    assert codes(lambda: open_level(counted, COMMITTEE, OTHER, "qh", PROVINCE, "x")) == {"level-open"}
    assert state(counted, UNIT) == "locked"


def test_a_level_is_signed_only_when_all_areas_are_complete(counted: Workspace, country: Election) -> None:
    with counted.database.write() as db:
        hand_up(db, levels_of(counted.election), [of_area("c1", 90, state="provisional")], AT)
    assert codes(lambda: lock_level(counted, COMMITTEE, "qh", PROVINCE, "", MINUTES)) == {"level-incomplete"}
    assert codes(lambda: lock_level(counted, COMMITTEE, "qh", PROVINCE)) == {"level-incomplete"}
    lock_level(counted, COMMITTEE, "qh", PROVINCE, "chốt số liệu 17 giờ 30")
    lock_level(counted, COMMITTEE, "qh", UNIT, "", MINUTES)
    assert state(counted, UNIT) == "signed"
    assert codes(lambda: lock_level(counted, COMMITTEE, "qh", UNIT, "", MINUTES)) == {"level-locked"}
    early = replace(MINUTES, day=date(2026, 3, 1))
    assert codes(lambda: lock_level(counted, COMMITTEE, "qh", Node("unit", "qh-2"), "", early)) == {"signed-day"}


def test_voter_totals_are_updated_after_the_lock_and_the_lock_shows_it(counted: Workspace) -> None:
    lock_level(counted, COMMITTEE, "qh", PROVINCE)
    assert codes(lambda: update_voters(counted, COMMITTEE, "qh", {"a1": 120}, "")) == {"reason-missing"}
    assert codes(lambda: update_voters(counted, COMMITTEE, "qh", {"a1": 99}, "biến động")) == {"R1"}
    update_voters(counted, COMMITTEE, "qh", {"a1": 120, "b1": 130}, "biến động cử tri")
    here = level_view(counted, COMMITTEE, "qh", PROVINCE).here
    assert here.state == "locked"
    assert here.since_lock == {"voters": 10 + 16}
    assert here.of_state("complete") == 5


def test_figures_that_break_a_rule_are_refused_with_the_number(counted: Workspace) -> None:
    def correct(incidents: str = "", **changed: int) -> object:
        return correct_area(counted, COMMITTEE, OTHER, "qh", "b1", changed, "đếm lại", incidents)

    assert codes(lambda: correct(valid=103)) == {"R6", "R8"}
    assert codes(lambda: correct(voted=500)) == {"R1"}
    assert codes(lambda: correct(issued=103, left_over=21)) == {"R4"}
    assert codes(lambda: correct(nobody=1)) == {"figure-unknown"}
    assert codes(lambda: correct(**{"votes:qh-2/1": 1})) == {"figure-unknown"}
    assert codes(lambda: correct(voted=104)) == {"nothing-to-correct"}
    assert len(area_history(counted, COMMITTEE, "qh", "b1")) == 1
    correct("có 1 phiếu không đóng dấu", issued=103, left_over=21)
    assert area_history(counted, COMMITTEE, "qh", "b1")[-1].detail["incidents"] == "có 1 phiếu không đóng dấu"


def test_an_annulled_area_leaves_every_sum(counted: Workspace) -> None:
    decision = Decision("99/NQ-HĐBCQG", date(2026, 3, 20), "Hội đồng bầu cử quốc gia")
    nameless = replace(decision, number=" ")
    assert codes(lambda: annul_area(counted, COMMITTEE, OTHER, "qh", "c2", nameless, "vi phạm")) == {"decision-missing"}
    annul_area(counted, COMMITTEE, OTHER, "qh", "c2", decision, "vi phạm")
    here = level_view(counted, COMMITTEE, "qh").here
    assert here.figures["valid"] == 510 - 104
    assert here.of_state("annulled") == 1
    assert here.state == "complete"
    again = area_history(counted, COMMITTEE, "qh", "c2")[-1]
    assert (again.author, again.approver) == (COMMITTEE.id, OTHER.id)
    # one record: what a round's annulment writes down is what a level's does
    assert next(u for u in rounds(counted, SYSTEM) if u.unit.id == "qh-2").totals.left_out == {"c2"}
    assert codes(lambda: annul_area(counted, COMMITTEE, OTHER, "qh", "c2", decision, "x")) == {"annulled-already"}
    assert codes(lambda: annul(counted, COMMITTEE, "qh-2", "c2", decision, "x")) == {"annulled-already"}
