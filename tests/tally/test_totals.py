"""Totals are sums: the order and the grouping of ballots never matter."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.tally.ballots import GROUNDS, InvalidVote, ValidVote, Vote
from pipeline.tally.totals import NOTHING, AreaResult, count, result_of, total

NAMES = ("c1", "c2", "c3", "c4")
votes: st.SearchStrategy[Vote] = st.one_of(
    st.builds(ValidVote, st.frozensets(st.sampled_from(NAMES), min_size=1)),
    st.builds(InvalidVote, st.sampled_from(GROUNDS)),
)
piles = st.lists(votes, max_size=30)


@given(piles, st.randoms())
def test_the_order_of_ballots_never_matters(pile: list[Vote], random) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(pile)
    random.shuffle(shuffled)
    assert count(shuffled) == count(pile)


@given(piles, piles)
def test_adding_areas_equals_adding_their_ballots(one: list[Vote], other: list[Vote]) -> None:
    assert count(one) + count(other) == count([*one, *other])


@given(piles, piles, piles)
def test_addition_is_associative_and_commutative(a: list[Vote], b: list[Vote], c: list[Vote]) -> None:
    x, y, z = count(a), count(b), count(c)
    assert (x + y) + z == x + (y + z)
    assert x + y == y + x
    assert x + NOTHING == x


@given(piles)
def test_one_pass_equals_the_sum_of_single_ballots(pile: list[Vote]) -> None:
    assert total(result_of(v) for v in pile) == count(pile)


@given(piles)
def test_every_ballot_is_valid_or_invalid_and_every_name_left_a_vote(pile: list[Vote]) -> None:
    result = count(pile)
    assert result.valid + result.invalid_total == len(pile)
    assert sum(result.leaving.values()) == result.valid
    assert sum(k * n for k, n in result.leaving.items()) == sum(result.votes.values())


def test_a_result_with_open_ballots_is_not_complete() -> None:
    assert NOTHING.complete
    assert not (AreaResult(undecided=1) + NOTHING).complete


def test_two_areas_add_up_figure_by_figure() -> None:
    one = AreaResult(collected=3, scanned=2, by_hand=1, valid=2, invalid={"c": 1}, votes={"c1": 2}, leaving={1: 2})
    other = AreaResult(collected=2, scanned=1, set_aside=1, valid=1, invalid={"a": 1}, votes={"c2": 1}, leaving={1: 1})
    assert one + other == AreaResult(
        collected=5,
        scanned=3,
        by_hand=1,
        set_aside=1,
        valid=3,
        invalid={"a": 1, "c": 1},
        votes={"c1": 2, "c2": 1},
        leaving={1: 3},
    )
