"""The exact bound of a share, and what is made of grids and known crops."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.review.measured import Measured, upper_bound


@pytest.mark.parametrize(
    ("found", "of", "confidence", "expected"),
    [
        (0, 100, 0.95, 1 - 0.05 ** (1 / 100)),  # nothing found: the closed form
        (0, 3_000, 0.95, 1 - 0.05 ** (1 / 3_000)),
        (0, 1, 0.95, 0.95),
        (1, 10, 0.95, 0.394163),  # Clopper and Pearson, from tables
        (5, 1000, 0.975, 0.011629),
        (10, 100, 0.975, 0.176223),
        (7, 7, 0.95, 1.0),
        (0, 0, 0.95, 1.0),
    ],
)
def test_the_bound_is_exact(found: int, of: int, confidence: float, expected: float) -> None:
    assert upper_bound(found, of, confidence) == pytest.approx(expected, abs=2e-6)


@settings(deadline=None)
@given(st.integers(1, 500), st.data())
def test_the_bound_lies_above_what_was_found_and_grows_with_it(of: int, data: st.DataObject) -> None:
    found = data.draw(st.integers(0, of - 1))
    assert found / of < upper_bound(found, of) <= upper_bound(found + 1, of) <= 1.0


def test_more_cannot_be_found_than_looked_at() -> None:
    with pytest.raises(ValueError, match="3 of 2"):
        upper_bound(3, 2)


def test_without_known_crops_there_is_no_bound() -> None:
    assert Measured(1000, 0, 0, 0, 0).bound is None
    assert Measured(0, 0, 0, 10, 0).bound is None


def test_what_people_miss_and_what_is_open_widens_the_bound() -> None:
    sharp = Measured(10_000, 1, 0, 200, 0).bound
    blunt = Measured(10_000, 1, 0, 200, 40).bound
    doubted = Measured(10_000, 1, 3, 200, 0).bound
    assert sharp is not None
    assert blunt is not None
    assert doubted is not None
    assert upper_bound(1, 10_000, 0.975) < sharp < blunt < 2 * sharp
    assert doubted > sharp
    assert Measured(10_000, 1, 0, 5, 5).bound == 1.0
