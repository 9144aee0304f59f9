"""Votes by shares: classes of ballots, whole numbers, and laws that hold however classes are cut and counted."""

from __future__ import annotations

import random
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from pipeline.tally.ballots import InvalidVote, ValidVote, Vote
from pipeline.tally.shares import elected_by_shares, parted, person_of, weighed
from pipeline.tally.totals import AreaResult, count

PEOPLE = ("a", "b", "c")
BIRTHS = {p: date(1970, 1, n) for n, p in enumerate(PEOPLE, start=1)}
SIZES = (1, 10, 1000)
BALLOTS = st.lists(st.tuples(st.sampled_from(SIZES), st.frozensets(st.sampled_from(PEOPLE), max_size=2)), max_size=40)


def counted(ballots: list[tuple[int, frozenset[str]]]) -> list[tuple[int, AreaResult]]:
    """Each class counted by itself; a ballot that leaves nobody is invalid."""
    found = []
    for size in SIZES:
        votes: list[Vote] = [
            ValidVote(frozenset(f"{n}-{size}" for n in names)) if names else InvalidVote("d")
            for s, names in ballots
            if s == size
        ]
        found.append((size, count(votes)))
    return found


@given(BALLOTS)
def test_law_shares_are_ballots_times_the_number_on_them(ballots: list[tuple[int, frozenset[str]]]) -> None:
    found = weighed(counted(ballots))
    for person in PEOPLE:
        assert found.votes.get(person, 0) == sum(size for size, names in ballots if person in names)
        assert found.ballots.votes_for(person) == sum(person in names for _, names in ballots)
    assert found.valid + found.invalid == sum(size for size, _ in ballots)
    assert found.invalid == sum(size for size, names in ballots if not names)


@given(BALLOTS, st.randoms())
def test_law_the_order_of_ballots_and_classes_never_matters(
    ballots: list[tuple[int, frozenset[str]]], rng: random.Random
) -> None:
    mixed = rng.sample(ballots, len(ballots))
    classes = counted(mixed)
    rng.shuffle(classes)
    assert weighed(classes) == weighed(counted(ballots))


@given(BALLOTS, BALLOTS)
def test_law_adding_boxes_of_a_class_is_adding_their_shares(
    one: list[tuple[int, frozenset[str]]], other: list[tuple[int, frozenset[str]]]
) -> None:
    together, apart = weighed(counted([*one, *other])), weighed([*counted(one), *counted(other)])
    assert (together.votes, together.valid, together.invalid) == (apart.votes, apart.valid, apart.invalid)


@given(BALLOTS, st.sampled_from(SIZES), st.sampled_from(PEOPLE), st.sampled_from([None, "valid"]))
def test_law_one_more_ballot_for_somebody_never_costs_them_the_seat(
    ballots: list[tuple[int, frozenset[str]]], size: int, person: str, half: str | None
) -> None:
    def wins(cast: list[tuple[int, frozenset[str]]]) -> bool:
        found = weighed(counted(cast))
        return person in elected_by_shares(found, BIRTHS, 1, found.valid if half else None).elected

    assert not wins(ballots) or wins([*ballots, (size, frozenset({person}))])


@given(st.integers(1, 10**9), st.sets(st.integers(2, 10**6), max_size=5))
def test_law_a_holding_goes_whole_into_ballots(shares: int, sizes: set[int]) -> None:
    found = parted(shares, [1, *sizes])
    assert found is not None
    assert sum(size * n for size, n in found.items()) == shares


def test_a_holding_that_does_not_go_in_is_told() -> None:
    assert parted(1234, [1000, 100]) is None
    assert parted(1200, [1000, 100]) == {1000: 1, 100: 2}


def test_few_large_ballots_outweigh_many_small_ones_and_equal_shares_are_left_to_the_meeting() -> None:
    classes = [
        (1000, AreaResult(valid=2, votes={"a-1000": 2}, leaving={1: 2})),
        (1, AreaResult(valid=1999, votes={"b-1": 1999}, leaving={1: 1999})),
    ]
    found = weighed(classes)
    assert elected_by_shares(found, BIRTHS, 1, None).elected == ("a",)
    assert elected_by_shares(found, BIRTHS, 1, found.valid).elected == ("a",)  # 2 x 2000 > 3999
    tied = weighed([(1000, classes[0][1]), (1, AreaResult(valid=2000, votes={"b-1": 2000}, leaving={1: 2000}))])
    outcome = elected_by_shares(tied, BIRTHS, 1, None)
    assert (outcome.elected, set(outcome.undecided)) == ((), {"a", "b"})
    assert elected_by_shares(tied, BIRTHS, 1, tied.valid).missing == 1  # nobody has more than half


def test_a_person_of_a_class_keeps_a_number_that_is_part_of_the_name() -> None:
    assert person_of("hdqt-10-10", 10) == "hdqt-10"
    assert person_of("hdqt-10-100", 10) == "hdqt-10-100"
