"""A box counted by typing: bundles of fifty, any ballot recalled and corrected, counts laid beside each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from pipeline.access.roles import SYSTEM, Actor
from pipeline.errors import Refusal
from pipeline.review.states import TeamVote
from pipeline.storage import accounts, log, ways
from pipeline.usecases.batches import close_batch
from pipeline.usecases.comparing import compare, settle_by_looking, take_count
from pipeline.usecases.review import before_team, team_decides
from pipeline.usecases.standing import standing
from pipeline.usecases.typing import (
    begin_count,
    correct_ballot,
    end_bundle,
    end_count,
    entry_log,
    insert_ballot,
    tally_sheet,
    type_ballot,
    typed_count,
    void_count,
)
from pipeline.usecases.workspace import Workspace
from tests.election.conftest import Files
from tests.rounds.conftest import put_figures, scan

ONE, TWO, THREE = (Actor(k, k.title(), frozenset({"operator"})) for k in ("mot", "hai", "ba"))
LEADER = Actor("truong", "Phạm Văn Dũng", frozenset({"team_leader"}))
AREA, CONTEST = "kv1", "qh"
PILE = ["34", "24", "0", "234", "1", "2p34"]
"""Unit qh-1 has two seats and four names: crossed out 3 and 4, so q1 and q2 are left; and so on."""


@pytest.fixture
def workspace(files: Files, make: Callable[..., Workspace]) -> Workspace:
    files.head["rules"] = [{"name": "counts", "value": "2", "by": "Ban kiểm phiếu 14/03/2026"}]
    made = make(files.load())
    with made.database.write() as db:
        for actor in (ONE, TWO, THREE, LEADER):
            accounts.put(db, actor)
    return made


def typed(workspace: Workspace, actor: Actor, pile: Sequence[str], end: bool = True) -> str:
    way = begin_count(workspace, actor, AREA, CONTEST)
    for number, value in enumerate(pile):
        bundle, place = number // 50 + 1, number % 50 + 1
        if number and place == 1:
            end_bundle(workspace, actor, way.id, bundle - 1)
        type_ballot(workspace, actor, way.id, bundle, place, value)
    if end:
        end_count(workspace, actor, way.id)
    return way.id


def stands(workspace: Workspace, key: str) -> dict[int, tuple[str, ...]]:
    with workspace.database.read() as db:
        return {b: v for b, v in ways.standing(db, key).items() if v}


def test_a_bundle_with_51_ballots_is_refused_and_nothing_is_kept(workspace: Workspace) -> None:
    way = typed(workspace, ONE, ["34"] * 50, end=False)
    with pytest.raises(Refusal) as told:
        type_ballot(workspace, ONE, way, 1, 51, "34")
    (problem,) = told.value.problems
    assert (problem.code, problem.place) == ("bundle-full", "1/51")
    assert "number 51" in str(problem.text)
    assert len(stands(workspace, way)[1]) == 50
    assert end_bundle(workspace, ONE, way, 1) == 2
    type_ballot(workspace, ONE, way, 2, 1, "0")
    with pytest.raises(Refusal, match="bundle-full"):
        insert_ballot(workspace, ONE, way, 1, 7, "0")
    assert {b: len(v) for b, v in stands(workspace, way).items()} == {1: 50, 2: 1}


def test_the_same_ballot_sent_twice_is_kept_once_and_no_place_is_left_out(workspace: Workspace) -> None:
    way = typed(workspace, ONE, ["34", "24"], end=False)
    type_ballot(workspace, ONE, way, 1, 2, "2 4")
    with pytest.raises(Refusal, match="place-taken"):
        type_ballot(workspace, ONE, way, 1, 4, "0")
    with pytest.raises(Refusal, match="bundle-closed"):
        type_ballot(workspace, ONE, way, 2, 1, "0")
    with pytest.raises(Refusal, match="typed-wrong"):
        type_ballot(workspace, ONE, way, 1, 3, "5")
    assert stands(workspace, way) == {1: ("3 4", "2 4")}


def test_any_ballot_is_recalled_corrected_taken_out_and_put_in(workspace: Workspace) -> None:
    way = typed(workspace, ONE, [*["34"] * 50, "24", "0"], end=False)
    correct_ballot(workspace, ONE, way, 1, 7, "2 4")
    assert stands(workspace, way)[1][6] == "2 4"
    correct_ballot(workspace, ONE, way, 2, 1, "-")
    assert stands(workspace, way)[2] == ("0",)
    insert_ballot(workspace, ONE, way, 2, 1, "1")
    assert stands(workspace, way)[2] == ("1", "0")
    correct_ballot(workspace, ONE, way, 2, 2, "234")
    type_ballot(workspace, ONE, way, 2, 3, "4")
    assert stands(workspace, way)[2] == ("1", "2 3 4", "4")
    with pytest.raises(Refusal, match="place-empty"):
        correct_ballot(workspace, ONE, way, 2, 4, "0")
    printed = entry_log(workspace, LEADER, way)
    assert [v for b, p, _, v in printed if (b, p) == (1, 7)] == ["3 4", "2 4"]  # nothing is lost
    with workspace.database.read() as db:
        told = next(e.event.detail for e in log.lines(db) if e.event.act == "ballot_retyped")
    assert told == {"bundle": 1, "place": 7, "version": 2}


def test_counts_are_blind_and_one_person_counts_a_box_once(workspace: Workspace) -> None:
    way = typed(workspace, ONE, PILE)
    with pytest.raises(Refusal, match="way-unknown"):
        typed_count(workspace, TWO, way)
    with pytest.raises(Refusal, match="way-done"):
        begin_count(workspace, ONE, AREA, CONTEST)
    with pytest.raises(Refusal, match="way-closed"):
        type_ballot(workspace, ONE, way, 1, 7, "0")
    with pytest.raises(Refusal, match="not-permitted"):
        compare(workspace, TWO, AREA, CONTEST)
    open_one = begin_count(workspace, TWO, AREA, CONTEST)
    assert begin_count(workspace, TWO, AREA, CONTEST) == open_one


def test_two_counts_that_agree_go_into_the_totals_and_invalid_ballots_before_the_team(workspace: Workspace) -> None:
    for actor in (ONE, TWO):
        typed(workspace, actor, PILE)
    found = compare(workspace, LEADER, AREA, CONTEST)
    assert (found.differing, found.agreeing, found.enough) == ((), 2, True)
    batch = take_count(workspace, LEADER, AREA, CONTEST)
    with workspace.database.write() as db:
        waiting = before_team(db, LEADER)
        assert sorted(i.subject.doubts[0] for i in waiting) == ["c", "c", "name_partial:q2"]
        for item in waiting:
            value = "invalid:c" if item.subject.doubts == ("c",) else "valid:q1,q2"
            team_decides(
                db,
                workspace.count,
                LEADER,
                [item.id],
                tuple("ABC"),
                [TeamVote(m, value) for m in "ABC"],
                workspace.clock(),
            )
    close_batch(workspace, SYSTEM, batch)
    put_figures(workspace, AREA, CONTEST, 6)
    area = standing(workspace, SYSTEM, CONTEST, AREA).area(AREA)
    assert dict(area.totals.result.votes) == {"q1": 4, "q2": 2, "q3": 1}
    assert (area.totals.result.valid, dict(area.totals.result.invalid), area.totals.result.by_hand) == (4, {"c": 2}, 6)
    assert area.official
    with pytest.raises(Refusal, match="scanned-already"):
        take_count(workspace, LEADER, AREA, CONTEST)


def test_what_differs_is_settled_by_looking_before_anything_counts(workspace: Workspace) -> None:
    typed(workspace, ONE, PILE)
    with pytest.raises(Refusal, match="counts-missing"):
        take_count(workspace, LEADER, AREA, CONTEST)
    typed(workspace, TWO, [*PILE[:3], "24", *PILE[4:]])
    typed(workspace, THREE, [*PILE[:1], *PILE[2:]])  # passed over the second ballot
    found = compare(workspace, LEADER, AREA, CONTEST)
    assert {(d.difference.bundle, d.difference.place) for d in found.differing} == {(1, 2), (1, 4)}
    assert found.agreed == ()
    with pytest.raises(Refusal, match="counts-differ"):
        take_count(workspace, LEADER, AREA, CONTEST)
    with pytest.raises(Refusal, match="difference-gone"):
        settle_by_looking(workspace, LEADER, AREA, CONTEST, (1, 1), "34", "x")
    with pytest.raises(Refusal, match="reason-missing"):
        settle_by_looking(workspace, LEADER, AREA, CONTEST, (1, 2), "24", " ")
    with pytest.raises(Refusal, match="typed-wrong"):
        settle_by_looking(workspace, LEADER, AREA, CONTEST, (1, 2), "9", "x")
    settle_by_looking(workspace, LEADER, AREA, CONTEST, (1, 2), "24", "có trong tệp")
    settle_by_looking(workspace, LEADER, AREA, CONTEST, (1, 4), "234", "gạch rõ ba tên")
    found = compare(workspace, LEADER, AREA, CONTEST)
    assert found.agreed == ("3 4", "2 4", "0", "2 3 4", "1", "2p 3 4")
    assert found.agreeing == 3
    assert take_count(workspace, LEADER, AREA, CONTEST)


def test_the_tally_sheet_must_give_the_same_totals(workspace: Workspace) -> None:
    for actor in (ONE, TWO):
        typed(workspace, actor, PILE[:5])
    good = {"valid": 3, "invalid": 2, "q1": 3, "q2": 1, "q3": 1, "q4": 0}
    with pytest.raises(Refusal, match="tally-missing"):
        tally_sheet(workspace, THREE, AREA, CONTEST, {"valid": 3})
    with pytest.raises(Refusal, match="R7"):
        tally_sheet(workspace, THREE, AREA, CONTEST, good | {"q1": 4})
    with pytest.raises(Refusal, match="candidate-unknown"):
        tally_sheet(workspace, THREE, AREA, CONTEST, good | {"q9": 1})
    tally_sheet(workspace, THREE, AREA, CONTEST, good | {"q2": 2})
    assert dict(compare(workspace, LEADER, AREA, CONTEST).tallies) == {"q2": (1, (2,))}
    tally_sheet(workspace, THREE, AREA, CONTEST, good)
    found = compare(workspace, LEADER, AREA, CONTEST)
    assert (dict(found.tallies), found.agreeing) == ({}, 3)


def test_scans_are_one_of_the_counts_and_close_only_when_another_agrees(workspace: Workspace) -> None:
    """Names left: q1+q2 is 3 and 4 crossed out."""
    scan(workspace, AREA, CONTEST, ["q1+q2", "q1+q3", "q1"], close=False)
    with pytest.raises(Refusal, match="counts-missing"):
        close_batch(workspace, SYSTEM, f"{AREA}-{CONTEST}")
    way = typed(workspace, ONE, ["34", "23", "234"])
    found = compare(workspace, LEADER, AREA, CONTEST)
    assert [(c.key, c.ballots) for c in found.counts] == [(way, 3), ("scanned", 3)]
    (one,) = found.differing
    assert (one.key, one.difference.values) == ((1, 2), ("2 3", "2 4"))
    settle_by_looking(workspace, LEADER, AREA, CONTEST, (1, 2), "23", "đã xem phiếu")
    assert compare(workspace, LEADER, AREA, CONTEST).open == 1  # the scanned ballot is wrong and is corrected first
    settle_by_looking(workspace, LEADER, AREA, CONTEST, (1, 2), "24", "xem lại: gạch 2 và 4")
    assert compare(workspace, LEADER, AREA, CONTEST).enough
    close_batch(workspace, SYSTEM, f"{AREA}-{CONTEST}")


def test_a_count_is_taken_out_with_a_reason(workspace: Workspace) -> None:
    way = typed(workspace, ONE, PILE)
    with pytest.raises(Refusal, match="reason-missing"):
        void_count(workspace, LEADER, way, "")
    void_count(workspace, LEADER, way, "gõ nhầm hòm phiếu")
    assert compare(workspace, LEADER, AREA, CONTEST).counts == ()
    begin_count(workspace, ONE, AREA, CONTEST)
