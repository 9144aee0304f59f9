"""One annulled area votes again by itself (Art. 81): counted apart, its figures take the place of the annulled ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipeline.access.roles import SYSTEM, Actor
from pipeline.election.definition import Election
from pipeline.election.load import load_election
from pipeline.election.write import write_election
from pipeline.errors import Refusal
from pipeline.storage import accounts
from pipeline.tally.levels import Node
from pipeline.tally.rounds import Decision
from pipeline.usecases.level_acts import correct_area, lock_level
from pipeline.usecases.level_view import area_history, check_everything, level_view
from pipeline.usecases.rulings import annul, no_extra_election, order_round, rounds
from pipeline.usecases.standing import standing
from pipeline.usecases.take_in import hand_over, take_in
from pipeline.usecases.totals import totals
from pipeline.usecases.workspace import Workspace
from tests.rounds.conftest import put_figures, scan

DECISION = Decision("12/NQ-HĐBCQG", date(2026, 3, 17), "Hội đồng bầu cử quốc gia")
LAN, HUNG = (Actor(n, n.title(), frozenset({"committee"})) for n in ("lan", "hung"))
AGAIN, DAY = ["q1+q2", "q1+q2", "q2", "q2", "q1+q2"], date(2026, 3, 20)
UNIT = Node("unit", "qh-1")
Make = Callable[..., Workspace]


@pytest.fixture
def first(first: Workspace) -> Workspace:
    """The first round, where two people approve each other's acts."""
    with first.database.write() as db:
        for actor in (LAN, HUNG):
            accounts.put(db, actor)
    return first


def counted(make: Make, later: Election, left: list[str] = AGAIN) -> Workspace:
    """The re-vote of kv2 in a workspace of its own."""
    second = make(later, f"second-{len(left)}")
    scan(second, "kv2", "qh", left)
    put_figures(second, "kv2", "qh", len(left))
    return second


def handed(second: Workspace, folder: Path) -> Path:
    path = folder / f"{second.folder.name}.json"
    path.write_bytes(hand_over(second, LAN))
    return path


def unit(workspace: Workspace):  # type: ignore[no-untyped-def]
    return next(u for u in rounds(workspace, SYSTEM) if u.unit.id == "qh-1")


def refused(act: Callable[[], object]) -> set[str]:
    with pytest.raises(Refusal) as found:
        act()
    return {p.code for p in found.value.problems}


def order(first: Workspace) -> Election:
    annul(first, SYSTEM, "qh-1", "kv2", DECISION, "Hòm phiếu bị thay")
    return order_round(first, SYSTEM, "re_vote", ["qh-1"], DAY, DECISION, ["kv2"])


def test_the_definition_of_the_round_holds_that_area_alone_and_the_first_list(first: Workspace, tmp_path: Path) -> None:
    later = order(first)
    write_election(tmp_path / "later", later)
    assert load_election(tmp_path / "later") == later
    assert [(a.id, dict(a.units)) for a in later.areas] == [("kv2", {"qh": "qh-1"})]
    assert [c.id for c in later.candidates] == ["q1", "q2", "q3", "q4"]
    assert (later.unit("qh-1").seats, later.round and later.round.kind) == (2, "re_vote_area")


def test_a_unit_of_which_one_area_votes_elects_nobody_in_that_round(first: Workspace, make: Make) -> None:
    second = counted(make, order(first))
    assert standing(second, SYSTEM, "qh").area("kv2").official
    assert unit(second).held is None
    with second.database.read() as db:
        assert [u.outcome for u in totals(db, second.count, SYSTEM).units] == [None]


def test_its_figures_take_the_place_of_the_annulled_ones(first: Workspace, make: Make, tmp_path: Path) -> None:
    later = order(first)
    assert level_view(first, LAN, "qh", UNIT).here.figures["valid"] == 6
    assert unit(first).held.outcome.elected == ("q1",)
    assert take_in(first, LAN, handed(counted(make, later), tmp_path)).new == 1
    here = level_view(first, LAN, "qh", UNIT).here
    assert (here.figures["valid"], here.figures["votes:q2"], here.of_state("annulled")) == (11, 7, 0)
    assert check_everything(first, LAN) > 0
    found = unit(first)
    assert (found.totals.result.valid, found.totals.voted, found.totals.left_out) == (
        11,
        here.figures["voted"],
        frozenset(),
    )
    assert found.held.outcome.elected == ("q1", "q2")
    with first.database.read() as db:
        assert [u for u in totals(db, first.count, SYSTEM).units if u.unit == "qh-1"] == [found.totals]
    assert [r.kind for r in found.totals.rulings] == ["annul_area", "re_vote", "re_voted"]


def test_the_annulled_figures_and_every_later_version_stay_readable(
    first: Workspace, make: Make, tmp_path: Path
) -> None:
    later = order(first)
    level_view(first, LAN, "qh")
    path = handed(counted(make, later), tmp_path)
    take_in(first, LAN, path)
    assert take_in(first, LAN, path).new == 0
    correct_area(first, LAN, HUNG, "qh", "kv2", {"voters": 40}, "danh sách bổ sung")
    history = area_history(first, LAN, "qh", "kv2")
    assert [(e.state, e.source, e.figures["valid"]) for e in history] == [
        ("complete", "count", 6),
        ("annulled", "annulment", 6),
        ("complete", "re_vote", 5),
        ("complete", "correction", 5),
    ]
    assert "12/NQ-HĐBCQG" in history[2].detail["decision"]
    assert level_view(first, LAN, "qh", UNIT).number_of_changes == 3


def test_a_re_vote_that_nobody_ordered_or_that_differs_is_refused(first: Workspace, make: Make, tmp_path: Path) -> None:
    assert refused(lambda: order_round(first, SYSTEM, "re_vote", ["qh-1"], DAY, DECISION, ["kv2"])) == {
        "area-not-annulled"
    }
    later = order(first)
    assert refused(lambda: order_round(first, SYSTEM, "extra", ["qh-1"], DAY, DECISION, ["kv2"])) == {"round-kind"}
    assert refused(lambda: order_round(first, SYSTEM, "re_vote", ["qh-1"], DAY, DECISION, ["kv9"])) == {"area-unknown"}
    late = date(2026, 3, 23)
    assert refused(lambda: order_round(first, SYSTEM, "re_vote", ["qh-1"], late, DECISION, ["kv2"])) == {"round-day"}
    take_in(first, LAN, handed(counted(make, later), tmp_path))
    other = handed(counted(make, later, ["q1", "q1", "q2"]), tmp_path)
    assert refused(lambda: take_in(first, LAN, other)) == {"area-signed"}
    foreign = tmp_path / "foreign.json"
    foreign.write_text(other.read_text(encoding="utf-8").replace('"kv2"', '"kv1"'), encoding="utf-8")
    assert refused(lambda: take_in(first, LAN, foreign)) == {"round-not-ordered"}
    assert level_view(first, LAN, "qh", UNIT).here.figures["valid"] == 11


def test_the_council_may_hold_no_extra_election(first: Workspace) -> None:
    assert unit(first).follows == "extra_election_asked"
    assert refused(lambda: no_extra_election(first, LAN, "qh-1", DECISION, " ")) == {"reason-missing"}
    no_extra_election(first, LAN, "qh-1", DECISION, "Hội đồng quyết định không bầu thêm")
    assert unit(first).follows == "seats_stay_empty"
    assert refused(lambda: order_round(first, SYSTEM, "extra", ["qh-1"], DAY, DECISION)) == {"round-not-due"}
    assert refused(lambda: no_extra_election(first, LAN, "qh-1", DECISION, "x")) == {"round-not-due"}


def test_a_level_is_not_changed_by_a_re_vote_under_a_lock(first: Workspace, make: Make, tmp_path: Path) -> None:
    later = order(first)
    level_view(first, LAN, "qh")
    lock_level(first, LAN, "qh", UNIT, "chốt")
    path = handed(counted(make, later), tmp_path)
    assert refused(lambda: take_in(first, LAN, path)) == {"level-locked"}
    assert [r.kind for r in unit(first).totals.rulings] == ["annul_area", "re_vote"]
