"""Exact binomial bounds against published and closed-form values."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.review.bounds import readings_needed, shown, tail, upper_bound

# One-sided 95 % upper bounds: Clopper-Pearson 90 % two-sided limits as tabled (Hald, Statistical Tables, 1952;
# the rule of three and its successors: 2.996, 4.744, 6.296, 7.754 expected errors for 0, 1, 2, 3 seen of very many).
TABLED = [
    (0, 10, 0.2589),
    (1, 10, 0.3942),
    (2, 10, 0.5069),
    (5, 10, 0.7776),
    (9, 10, 0.9949),
    (0, 20, 0.1391),
    (3, 20, 0.3437),
    (0, 100, 0.0295),
    (1, 100, 0.0466),
    (2, 100, 0.0616),
]


@pytest.mark.parametrize(("errors", "readings", "bound"), TABLED)
def test_upper_bounds_are_those_of_the_tables(errors: int, readings: int, bound: float) -> None:
    assert upper_bound(errors, readings, 0.95) == pytest.approx(bound, abs=6e-5)


@pytest.mark.parametrize(("errors", "expected"), [(0, 2.9957), (1, 4.7439), (2, 6.2958), (3, 7.7537)])
def test_of_very_many_readings_the_bound_is_that_of_poisson(errors: int, expected: float) -> None:
    assert 10_000_000 * upper_bound(errors, 10_000_000, 0.95) == pytest.approx(expected, abs=2e-4)


def test_readings_without_error_that_a_claim_needs() -> None:
    assert readings_needed(0.05, 0.95) == 59  # Wilks 1941
    assert readings_needed(0.1, 0.9) == 22
    assert readings_needed(0.0001, 0.95) == 29_956
    assert shown(0, 29_956, 0.0001, 0.95)
    assert not shown(0, 29_955, 0.0001, 0.95)


def test_with_nothing_read_nothing_is_claimed() -> None:
    assert upper_bound(0, 0, 0.95) == 1.0
    assert not shown(0, 0, 0.5, 0.5)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))), st.floats(0.5, 0.999))
def test_the_bound_is_where_the_tail_is_what_confidence_leaves(counts: tuple[int, int], confidence: float) -> None:
    errors, readings = counts
    bound = upper_bound(errors, readings, confidence)
    assert errors / readings < bound < 1
    assert tail(errors, readings, bound) == pytest.approx(1 - confidence, rel=1e-9)


@given(st.integers(1, 60), st.floats(0.01, 0.99))
def test_the_tail_is_the_plain_sum(readings: int, share: float) -> None:
    errors = readings // 2
    plain = math.fsum(math.comb(readings, k) * share**k * (1 - share) ** (readings - k) for k in range(errors + 1))
    assert tail(errors, readings, share) == pytest.approx(plain, rel=1e-9)
