"""Art. 78: turnout, more than half of the valid ballots, most votes first, the older in a tie."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipeline.tally.winners import Runner, outcome, shortfall, standings


def runner(name: str, votes: int, year: int = 1980, day: int = 1) -> Runner:
    return Runner(name, date(year, 1, day), votes)


def test_the_most_votes_above_half_are_elected() -> None:
    result = outcome([runner("a", 70), runner("b", 90), runner("c", 60), runner("d", 40)], 2, 100, 200, 150)
    assert result.elected == ("b", "a")
    assert result.missing == 0


def test_half_exactly_is_not_enough() -> None:
    """15,000 of 30,000 prints 50.00 %, and so does 15,001: only the integers tell them apart."""
    assert outcome([runner("a", 15_000)], 1, 30_000, 40_000, 30_000).elected == ()
    assert outcome([runner("a", 15_001)], 1, 30_000, 40_000, 30_000).elected == ("a",)


def test_turnout_of_half_exactly_is_not_recognised() -> None:
    result = outcome([runner("a", 90)], 1, 100, 200, 100)
    assert not result.recognised
    assert result.elected == ()
    assert result.missing == 1
    assert outcome([runner("a", 90)], 1, 100, 200, 101).recognised


def test_a_re_vote_is_recognised_whatever_the_turnout() -> None:
    assert outcome([runner("a", 5)], 1, 6, 200, 6, needs_turnout=False).elected == ("a",)


def test_rules_without_half_elect_by_votes_alone_but_nobody_without_a_vote() -> None:
    result = outcome([runner("a", 30), runner("b", 0)], 2, None, 200, 150)
    assert result.elected == ("a",)
    assert result.missing == 1


def test_of_those_summoned_more_than_half_whoever_came() -> None:
    """348 summoned, 4 absent throughout: 172 votes are exactly half of 344, whatever number of ballots is valid."""
    field = [runner("a", 172), runner("b", 173)]
    assert outcome(field, 2, 348 - 4, 348, 300, needs_turnout=False, older_wins=False).elected == ("b",)


def test_in_a_congress_age_decides_no_tie() -> None:
    field = [runner("young", 60, 1990), runner("old", 60, 1950), runner("first", 80, 1999)]
    result = outcome(field, 2, 100, 200, 150, older_wins=False)
    assert result.elected == ("first",)
    assert result.undecided == ("old", "young")
    assert result.open_seats == 1


def test_in_a_tie_for_the_last_seat_the_older_wins() -> None:
    field = [runner("young", 60, 1990), runner("old", 60, 1950), runner("first", 80, 1999)]
    assert outcome(field, 2, 100, 200, 150).elected == ("first", "old")


def test_a_tie_with_equal_birth_dates_is_left_to_a_person() -> None:
    field = [runner("a", 60), runner("b", 60), runner("c", 80), runner("d", 60, 1990)]
    result = outcome(field, 2, 100, 200, 150)
    assert result.elected == ("c",)
    assert result.undecided == ("a", "b")
    assert result.open_seats == 1
    assert result.missing == 0


def test_equal_birth_dates_matter_only_at_the_last_seat() -> None:
    field = [runner("a", 60), runner("b", 60), runner("c", 55)]
    result = outcome(field, 2, 100, 200, 150)
    assert result.elected == ("a", "b")
    assert result.undecided == ()


def test_a_tie_below_half_elects_nobody() -> None:
    result = outcome([runner("a", 50), runner("b", 50)], 1, 100, 200, 150)
    assert result.elected == ()
    assert result.missing == 1


def test_nothing_collected_elects_nobody() -> None:
    assert outcome([runner("a", 0)], 1, 0, 10, 0).missing == 1


def test_a_council_votes_again_only_below_two_thirds_and_the_assembly_may_for_any_seat() -> None:
    assert shortfall(1, 3, assembly=False) == "seats_stay_empty"
    assert shortfall(2, 3, assembly=False) == "extra_election_due"
    assert shortfall(1, 3, assembly=True) == "extra_election_asked"
    assert shortfall(0, 3, assembly=True) == "none"
    assert shortfall(2, 3, assembly=False, first_round=False) == "seats_stay_empty"


def test_standings_list_everybody_by_votes_then_age() -> None:
    births = {"a": date(1980, 1, 1), "b": date(1970, 1, 1), "c": date(1960, 1, 1)}
    assert [r.id for r in standings({"a": 5, "b": 5}, births)] == ["b", "a", "c"]


fields = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3)), min_size=1, max_size=6).map(
    lambda rows: [Runner(f"c{i}", date(1980, 1, 1) + timedelta(days=d), v) for i, (v, d) in enumerate(rows)]
)


@given(fields, st.integers(1, 4), st.integers(30, 60), st.randoms())
def test_the_order_of_candidates_never_matters(field, seats, valid, random) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(field)
    random.shuffle(shuffled)
    assert outcome(shuffled, seats, valid, 100, 60) == outcome(field, seats, valid, 100, 60)


@given(fields, st.integers(1, 4), st.integers(30, 60), st.data())
def test_one_more_vote_never_harms_a_candidate(field, seats, valid, data) -> None:  # type: ignore[no-untyped-def]
    """A new ballot for one candidate alone moves that candidate never down: not elected, tied, elected."""

    def rank(result, name: str) -> int:  # type: ignore[no-untyped-def]
        return 2 if name in result.elected else 1 if name in result.undecided else 0

    chosen = data.draw(st.sampled_from(field))
    before = outcome(field, seats, valid, 150, 80)
    more = [Runner(r.id, r.birth_date, r.votes + (r is chosen)) for r in field]
    after = outcome(more, seats, valid + 1, 150, 81)
    assert rank(after, chosen.id) >= rank(before, chosen.id)


@given(fields, st.integers(1, 4), st.integers(30, 60), st.booleans(), st.data())
def test_one_more_vote_for_one_harms_nobody_without_taking_a_seat(field, seats, valid, older, data) -> None:  # type: ignore[no-untyped-def]
    """Under a majority of those summoned one more vote changes no threshold: only the seat that it wins is lost."""
    chosen = data.draw(st.sampled_from(field))
    before = outcome(field, seats, valid, 150, 80, older_wins=older)
    more = [Runner(r.id, r.birth_date, r.votes + (r is chosen)) for r in field]
    after = outcome(more, seats, valid, 150, 80, older_wins=older)
    lost = {*before.elected} - {*after.elected, *after.undecided}
    assert len(lost) <= 1
    assert not lost or chosen.id in (*after.elected, *after.undecided)


@given(fields, st.integers(1, 4), st.integers(30, 60))
def test_seats_are_filled_open_or_missing(field, seats, valid) -> None:  # type: ignore[no-untyped-def]
    result = outcome(field, seats, valid, 100, 60)
    assert len(result.elected) + result.open_seats + result.missing == seats
    assert (result.open_seats == 0) == (result.undecided == ())
    assert len(result.undecided) != result.open_seats or result.open_seats == 0
