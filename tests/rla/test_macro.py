"""The batch-level audit: a published example number for number, and its laws."""

from __future__ import annotations

from fractions import Fraction
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.rla.assertions import Assertion
from pipeline.rla.macro import Pile, difference, draws_needed, error_bound, overstatement, p_value, taint

# 2008, 3rd Congressional District of California: M. Lindeman, "A Kaplan-Markov auditing example using 2008 California
# data", 2010; precincts drawn, with ballots cast and votes, and what the hand count found where it differed.
LUNGREN = {"Durston": 17453, "Tuma": 148151, "Padilla": 142046}
WHOLE_BOUND = 20.47
DIFFERENT = [
    # ballots, counted (Lungren, Durston, Tuma, Padilla), seen, times drawn
    (424, (231, 149, 13, 12), (230, 150, 13, 12), 1, 0.003953),
    (919, (440, 392, 30, 16), (442, 393, 30, 16), 2, -0.000244),
    (990, (528, 332, 34, 33), (528, 332, 36, 33), 2, 0.000199),
    (382, (158, 172, 14, 15), (158, 182, 14, 15), 1, 0.027174),
    (684, (387, 220, 10, 9), (387, 220, 10, 11), 1, 0.000289),
    (706, (402, 210, 10, 30), (403, 211, 10, 30), 1, 0.0),
    (442, (215, 163, 16, 21), (215, 164, 16, 21), 1, 0.002024),
    (736, (323, 330, 19, 26), (324, 334, 19, 26), 1, 0.004115),
    (544, (291, 195, 12, 13), (293, 196, 12, 13), 1, -0.000368),
]
ALIKE = 36
"""Draws whose hand count was that of the machine."""
ASSERTIONS = [Assertion("ahead", "Lungren", loser, margin) for loser, margin in LUNGREN.items()]


def pile(ballots: int, votes: tuple[int, ...]) -> Pile:
    return Pile(ballots, sum(votes), dict(zip(("Lungren", "Durston", "Tuma", "Padilla"), votes, strict=True)))


def test_bounds_and_errors_are_those_of_the_published_example() -> None:
    assert float(error_bound(ASSERTIONS[:1], Pile(139, 131, {"Lungren": 48, "Durston": 83}))) == pytest.approx(
        0.005958860940812468
    )
    assert float(error_bound(ASSERTIONS, pile(382, (158, 172, 14, 15)))) == pytest.approx(0.021085200252105654)
    counted, seen = pile(382, (158, 172, 14, 15)), pile(382, (158, 182, 14, 15))
    assert float(overstatement(ASSERTIONS, counted, seen)) == pytest.approx(0.000572967398155045)
    assert p_value(WHOLE_BOUND, [0.003953]) == pytest.approx(0.9549228314475828)


@pytest.mark.parametrize("row", DIFFERENT)
def test_the_taint_of_each_precinct_is_the_published_one(
    row: tuple[int, tuple[int, ...], tuple[int, ...], int, float],
) -> None:
    ballots, counted, seen, _, expected = row
    assert taint(ASSERTIONS, pile(ballots, counted), pile(ballots, seen)) == pytest.approx(expected, abs=6e-7)


def test_the_risk_of_all_draws_is_the_published_one() -> None:
    taints = [t for b, c, s, n, _ in DIFFERENT for t in [taint(ASSERTIONS, pile(b, c), pile(b, s))] * n]
    assert p_value(WHOLE_BOUND, [*taints, *[0.0] * ALIKE]) == pytest.approx(0.098616, abs=5e-6)


piles = st.builds(
    lambda a, b, none: Pile(a + b + none, a + b, {"a": a, "b": b}), *(st.integers(0, 60) for _ in range(3))
)


@given(
    piles,
    piles,
    st.sampled_from(["ahead", "above_half", "not_above_half"]),
    st.sampled_from(["valid", "collected", "summoned"]),
)
def test_no_pile_errs_by_more_than_its_bound(counted: Pile, seen: Pile, kind: str, base: str) -> None:
    """Whatever is found among as many sheets."""
    of = [Assertion(kind, "a" if kind != "not_above_half" else "", "b" if kind != "above_half" else "", 7, base)]  # type: ignore[arg-type]
    sheets = max(counted.ballots, seen.ballots)
    counted, seen = (Pile(sheets, p.valid, p.votes) for p in (counted, seen))
    assert overstatement(of, counted, seen) <= error_bound(of, counted)
    assert taint(of, counted, seen) <= 1
    assert taint(of, counted, counted) == 0


@given(piles, piles)
def test_two_piles_together_differ_by_the_sum_of_both(one: Pile, other: Pile) -> None:
    both = Pile(
        one.ballots + other.ballots, one.valid + other.valid, {c: one.votes[c] + other.votes[c] for c in ("a", "b")}
    )
    for of in (Assertion("ahead", "a", "b", 1), Assertion("above_half", "a", "", 1)):
        assert difference(of, both) == difference(of, one) + difference(of, other)


def test_a_pile_that_is_not_found_ends_nothing() -> None:
    assert p_value(20, [taint(ASSERTIONS, pile(10, (5, 5, 0, 0)), None), *[0.0] * 1000]) == 1
    assert draws_needed(0.1, 20, [1.0]) == inf


@given(st.floats(0.001, 0.2), st.floats(1.5, 300))
def test_the_draws_needed_are_the_fewest(risk: float, bound: float) -> None:
    needed = int(draws_needed(risk, bound))
    assert p_value(bound, [0.0] * needed) <= risk * (1 + 1e-9)
    assert needed == 1 or p_value(bound, [0.0] * (needed - 1)) > risk * (1 - 1e-9)


def test_bounds_are_exact_fractions() -> None:
    assert error_bound(ASSERTIONS[:1], pile(10, (6, 4, 0, 0))) == Fraction(12, 17453)
