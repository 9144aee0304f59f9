"""Decisions about units in a workspace: ties, annulments, later rounds that are counted apart and joined."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipeline.access.roles import SYSTEM, Actor
from pipeline.election.codec import digest
from pipeline.election.definition import Election
from pipeline.election.load import load_election
from pipeline.election.rules import rules_of
from pipeline.election.write import write_election
from pipeline.errors import Refusal
from pipeline.storage import log
from pipeline.tally.rounds import Decision
from pipeline.usecases.extra_rounds import joined
from pipeline.usecases.rulings import annul, order_round, rounds, settle_tie
from pipeline.usecases.standing import standing
from pipeline.usecases.totals import totals
from pipeline.usecases.workspace import Workspace
from tests.election.conftest import Files
from tests.rounds.conftest import put_figures, scan

DECISION = Decision("12/NQ-HĐBCQG", date(2026, 3, 17), "Hội đồng bầu cử quốc gia")
Make = Callable[..., Workspace]


def unit(workspace: Workspace, key: str):  # type: ignore[no-untyped-def]
    return next(u for u in rounds(workspace, SYSTEM) if u.unit.id == key)


def test_a_shortage_calls_for_an_extra_election_and_it_is_counted_and_joined(
    first: Workspace, make: Make, tmp_path: Path
) -> None:
    found = unit(first, "qh-1")
    assert (found.held.outcome.elected, found.follows) == (("q1",), "extra_election_asked")
    later = order_round(first, SYSTEM, "extra", ["qh-1"], date(2026, 3, 22), DECISION)
    write_election(tmp_path / "later", later)
    read = load_election(tmp_path / "later")
    assert read == later
    assert [c.id for c in read.candidates] == ["q2", "q3", "q4"]
    assert [(u.id, u.seats) for u in read.units] == [("ca-nuoc", 0), ("qh-tinh", 0), ("qh-1", 1)]
    assert {a.id: dict(a.units) for a in read.areas} == {"kv1": {"qh": "qh-1"}, "kv2": {"qh": "qh-1"}}
    assert read.round is not None
    assert read.round.of == digest(first.election)
    second = make(read, "second")
    for area in ("kv1", "kv2"):
        scan(second, area, "qh", ["q3", "q3", "q4"])
        put_figures(second, area, "qh", 3)
    ((one, whole),) = [pair for pair in joined(SYSTEM, first, [second]) if pair[0].id == "qh-1"]
    assert one.seats == 2
    assert (whole.elected, whole.missing, whole.follows) == (("q1", "q3"), 0, "nothing")
    assert [kind for kind, _ in whole.by_round] == ["first", "extra"]
    with pytest.raises(Refusal, match="round-foreign"):
        joined(SYSTEM, second, [first])


def test_low_turnout_calls_for_a_re_vote_that_is_recognised_as_it_is(first: Workspace, make: Make) -> None:
    put_figures(first, "kv1", "qh", 6, voters=9, voted=6)
    put_figures(first, "kv2", "qh", 6, voters=8, voted=6)
    assert unit(first, "qh-1").follows == "extra_election_asked"
    put_figures(first, "kv1", "qh", 6, voters=60, voted=8)
    found = unit(first, "qh-1")
    assert not found.held.outcome.recognised
    assert found.follows == "re_vote_asked"
    with pytest.raises(Refusal, match="round-not-due"):
        order_round(first, SYSTEM, "extra", ["qh-1"], date(2026, 3, 22), DECISION)
    later = order_round(first, SYSTEM, "re_vote", ["qh-1"], date(2026, 3, 22), DECISION)
    assert [c.id for c in later.candidates] == ["q1", "q2", "q3", "q4"]
    assert not rules_of(later).winner_needs_turnout
    second = make(later, "second")
    for area in ("kv1", "kv2"):
        scan(second, area, "qh", ["q2+q4", "q2", "q4+q2"])
        put_figures(second, area, "qh", 3, voters=90, voted=5)
    ((_, whole),) = joined(SYSTEM, first, [second])
    assert whole.by_round == (("re_vote", ("q2", "q4")),)
    assert whole.missing == 0


def test_an_annulled_area_is_left_out_of_its_unit(first: Workspace) -> None:
    annul(first, SYSTEM, "qh-1", "kv2", DECISION, "Hòm phiếu bị thay")
    found = unit(first, "qh-1")
    assert found.totals.result.valid == 6
    assert found.totals.left_out == {"kv2"}
    assert found.held.outcome.elected == ("q1",)
    with first.database.read() as db:
        same = [u for u in totals(db, first.count, SYSTEM).units if u.unit == "qh-1"]
        line = log.head(db)
    assert same == [found.totals]
    assert line.event.detail["area"] == "kv2"  # type: ignore[union-attr]
    with pytest.raises(Refusal, match="annulled-already"):
        annul(first, SYSTEM, "qh-1", "kv2", DECISION, "again")
    assert standing(first, SYSTEM, "qh").area("kv2").totals.result.valid == 6  # its own figures stay readable


def test_an_annulled_unit_elects_nobody_and_votes_again(first: Workspace) -> None:
    annul(first, SYSTEM, "qh-1", "", DECISION, "Vi phạm nghiêm trọng")
    found = unit(first, "qh-1")
    assert found.held.outcome.elected == ()
    assert found.follows == "re_vote_asked"
    assert len(order_round(first, SYSTEM, "re_vote", ["qh-1"], date(2026, 3, 20), DECISION).candidates) == 4


@pytest.fixture
def tied(files: Files, make: Make) -> Workspace:
    """q2 and q3 are of one age and have the same votes for the second seat."""
    files.areas = files.areas[:3]
    files.put("areas", 3, "qh", "")
    files.put("candidates", 4, "birth_date", "03/04/1971")
    workspace = make(files.load())
    scan(workspace, "kv1", "qh", ["q1+q2", "q1+q3", "q1+q2", "q1+q3", "q2+q3"])
    put_figures(workspace, "kv1", "qh", 5)
    return workspace


def test_a_tie_that_the_law_does_not_settle_is_decided_by_people(tied: Workspace) -> None:
    found = unit(tied, "qh-1")
    assert (found.held.outcome.undecided, found.follows) == (("q2", "q3"), "person_decides_tie")
    with pytest.raises(Refusal, match="tie-choice"):
        settle_tie(tied, SYSTEM, "qh-1", ["q4"], DECISION)
    settle_tie(tied, SYSTEM, "qh-1", ["q3"], DECISION)
    found = unit(tied, "qh-1")
    assert (found.held.outcome.elected, found.follows) == (("q1", "q3"), "nothing")
    with pytest.raises(Refusal, match="tie-settled"):
        settle_tie(tied, SYSTEM, "qh-1", ["q2"], DECISION)


@pytest.mark.parametrize(
    ("decision", "code"),
    [
        (replace(DECISION, number=" "), "decision-missing"),
        (replace(DECISION, authority=""), "decision-missing"),
        (replace(DECISION, day=date(2026, 3, 14)), "decision-day"),
    ],
)
def test_a_decision_that_cannot_be_is_refused_and_nothing_is_kept(
    tied: Workspace, decision: Decision, code: str
) -> None:
    with pytest.raises(Refusal, match=code):
        settle_tie(tied, SYSTEM, "qh-1", ["q3"], decision)
    assert unit(tied, "qh-1").totals.rulings == ()


def test_a_unit_that_is_not_complete_is_not_ruled_on(files: Files, make: Make) -> None:
    workspace = make(files.load())
    assert unit(workspace, "xa-1").follows is None
    with pytest.raises(Refusal, match="unit-not-complete"):
        settle_tie(workspace, SYSTEM, "xa-1", ["x1"], DECISION)
    with pytest.raises(Refusal, match="unit-unknown"):
        annul(workspace, SYSTEM, "xa-9", "", DECISION, "x")
    with pytest.raises(Refusal, match="area-unknown"):
        annul(workspace, SYSTEM, "xa-1", "kv2", DECISION, "x")
    with pytest.raises(Refusal, match="not-permitted"):
        annul(workspace, Actor("an", "An", frozenset({"reviewer"})), "xa-1", "", DECISION, "x")


def test_the_first_election_stays_as_it_was(first: Workspace) -> None:
    before: Election = first.election
    order_round(first, SYSTEM, "extra", ["qh-1"], date(2026, 3, 22), DECISION)
    assert first.election == before
    assert [r.kind for r in unit(first, "qh-1").totals.rulings] == ["extra"]
