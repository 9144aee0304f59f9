"""Later rounds (Art. 79 to 81): what follows, who stands, who is elected in the end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Refusal
from pipeline.tally.rounds import (
    Decision,
    FollowUp,
    HeldRound,
    extra_election,
    final,
    follow_up,
    re_vote,
    settled_tie,
    without_annulled,
)
from pipeline.tally.totals import AreaResult, total
from pipeline.tally.winners import Runner, UnitOutcome, outcome

DAY = date(2026, 3, 15)
DECISION = Decision("12/NQ-HĐBCQG", date(2026, 3, 17), "Hội đồng bầu cử quốc gia")
LIST = ("a", "b", "c", "d", "e")


def held(*elected: str, seats: int = 3, recognised: bool = True, kind: str = "first", **more: object) -> HeldRound:
    found = UnitOutcome(recognised, elected, (), 0, seats - len(elected))
    return HeldRound(kind, DAY, seats, LIST, found, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "assembly", "follows"),
    [
        (held("a", "b", "c"), True, "nothing"),
        (held("a", "b"), True, "extra_election_asked"),  # Art. 79.1: any shortage
        (held("a", "b"), False, "seats_stay_empty"),  # Art. 79.2: two thirds are enough
        (held("a"), False, "extra_election_due"),
        (held("a", kind="extra"), False, "seats_stay_empty"),  # Art. 79.3: no second one
        (held(recognised=False), True, "re_vote_asked"),  # Art. 80.2
        (held(recognised=False), False, "re_vote_due"),  # Art. 80.3
        (held("a", "b", "c", annulled=DECISION), False, "re_vote_due"),  # Art. 81.1
    ],
)
def test_what_follows_from_a_round(one: HeldRound, assembly: bool, follows: FollowUp) -> None:
    assert follow_up(one, "art-79", assembly) == follows


def test_a_tie_is_decided_before_anything_follows() -> None:
    tied = HeldRound("first", DAY, 2, LIST, UnitOutcome(True, ("a",), ("b", "c"), 1, 0))
    assert follow_up(tied, "art-79", True) == "person_decides_tie"


def test_a_congress_decides_itself_whether_to_vote_again() -> None:
    assert follow_up(held("a", "b"), "meeting", False) == "meeting_decides"
    assert follow_up(held("a", "b"), "none", False) == "seats_stay_empty"


def test_article_79_an_extra_election_is_among_those_not_elected_for_the_empty_seats() -> None:
    later = extra_election("xa-1", held("b"), DAY + timedelta(days=7), DECISION, "art-79", False)
    assert (later.kind, later.seats, later.candidates) == ("extra", 2, ("a", "c", "d", "e"))


def test_article_80_a_re_vote_is_with_the_first_list() -> None:
    later = re_vote("xa-1", held(recognised=False), DAY + timedelta(days=1), DECISION_EARLY, "art-79", False)
    assert (later.kind, later.seats, later.candidates) == ("re_vote", 3, LIST)


DECISION_EARLY = Decision("1", DAY, "Ủy ban bầu cử xã")


@pytest.mark.parametrize(
    ("one", "day", "decision", "code"),
    [
        (held("a", "b"), DAY + timedelta(days=7), DECISION, "round-not-due"),  # two thirds of a council
        (held("a", kind="extra"), DAY + timedelta(days=7), DECISION, "round-not-due"),
        (held(recognised=False), DAY + timedelta(days=7), DECISION, "round-not-due"),  # that is a re-vote
        (held("a"), DAY + timedelta(days=8), DECISION, "round-day"),
        (held("a"), DAY, DECISION_EARLY, "round-day"),
        (held("a"), DAY + timedelta(days=1), DECISION, "round-day"),  # decided after it
        (held("a"), DAY + timedelta(days=7), Decision(" ", DAY, "x"), "decision-missing"),
    ],
)
def test_an_extra_election_that_may_not_be_is_refused(one: HeldRound, day: date, decision: Decision, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        extra_election("xa-1", one, day, decision, "art-79", False)
    assert [p.code for p in refusal.value.problems] == [code]


def test_a_re_vote_is_refused_where_turnout_was_over_half_or_it_was_one_already() -> None:
    for one in (held("a"), held(kind="re_vote", annulled=DECISION)):
        with pytest.raises(Refusal, match="round-not-due"):
            re_vote("xa-1", one, DAY + timedelta(days=7), DECISION, "art-79", False)


def test_an_extra_election_adds_and_a_re_vote_replaces() -> None:
    more = HeldRound("extra", DAY, 2, LIST[1:], UnitOutcome(True, ("c",), (), 0, 1))
    found = final([held("a"), more], "art-79", False)
    assert (found.elected, found.missing, found.follows) == (("a", "c"), 1, "seats_stay_empty")
    again = HeldRound("re_vote", DAY, 3, LIST, UnitOutcome(True, ("d", "e"), (), 0, 1))
    found = final([held("a", "b", "c", annulled=DECISION), again], "art-79", False)
    assert found.by_round == (("re_vote", ("d", "e")),)
    assert (found.missing, found.follows) == (1, "seats_stay_empty")


def test_an_annulled_unit_elects_nobody() -> None:
    found = final([held("a", "b", "c", annulled=DECISION)], "art-79", True)
    assert (found.elected, found.missing, found.follows) == ((), 3, "re_vote_asked")


def test_a_person_settles_a_tie_for_exactly_the_open_seats() -> None:
    tied = UnitOutcome(True, ("a",), ("b", "c", "d"), 2, 0)
    assert settled_tie("u", tied, ["d", "b"]) == UnitOutcome(True, ("a", "b", "d"), (), 0, 0)
    for wrong in (["b"], ["b", "b"], ["b", "a"], ["b", "c", "d"]):
        with pytest.raises(Refusal, match="tie-choice"):
            settled_tie("u", tied, wrong)
    with pytest.raises(Refusal, match="tie-settled"):
        settled_tie("u", UnitOutcome(True, ("a",), (), 0, 0), ["a"])


results = st.builds(
    lambda valid, votes: AreaResult(valid=valid, votes={n: v for n, v in votes.items() if v}),
    st.integers(0, 50),
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 50)),
)


@given(st.dictionaries(st.sampled_from("pqrst"), results), st.frozensets(st.sampled_from("pqrst")), st.data())
def test_annulled_areas_are_left_out_and_come_back_with_their_re_vote(areas, annulled, data) -> None:  # type: ignore[no-untyped-def]
    kept = total(r for a, r in areas.items() if a not in annulled)
    assert without_annulled(areas, annulled, {}) == kept
    again = {a: data.draw(results) for a in annulled & areas.keys()}
    assert without_annulled(areas, annulled, again) == kept + total(again.values())


@given(st.lists(st.integers(0, 40), min_size=4, max_size=6), st.integers(1, 3), st.integers(20, 40), st.booleans())
def test_rounds_never_elect_more_people_than_seats_or_anybody_twice(votes, seats, valid, assembly) -> None:  # type: ignore[no-untyped-def]
    runners = [Runner(f"c{n}", date(1980, 1, 1 + n), v) for n, v in enumerate(votes)]
    one = HeldRound("first", DAY, seats, tuple(r.id for r in runners), outcome(runners, seats, valid, 100, 60))
    if follow_up(one, "art-79", assembly) not in ("extra_election_asked", "extra_election_due"):
        return
    later = extra_election("u", one, DAY + timedelta(days=7), DECISION, "art-79", assembly)
    again = [Runner(c, date(1980, 1, 1), valid) for c in later.candidates]
    two = HeldRound("extra", later.day, later.seats, later.candidates, outcome(again, later.seats, valid, 100, 60))
    found = final([one, two], "art-79", assembly)
    assert len(found.elected) == len(set(found.elected)) <= seats
    assert found.missing == seats - len(found.elected)
