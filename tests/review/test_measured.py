"""What is made of grids and known crops: a bound on the error of accepted readings."""

from __future__ import annotations

from pipeline.review.bounds import upper_bound
from pipeline.review.measured import Measured


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
