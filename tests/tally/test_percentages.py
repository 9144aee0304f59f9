"""Two decimals, half up; valid and invalid total 100.00."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.tally.percentages import percentage, valid_and_invalid


@pytest.mark.parametrize(
    ("part", "whole", "printed"),
    [
        (1, 3, "33.33"),
        (2, 3, "66.67"),
        (1, 8, "12.50"),
        (1, 800, "0.13"),  # 0.125: half goes up
        (15_001, 30_000, "50.00"),
        (0, 7, "0.00"),
        (7, 7, "100.00"),
        (1, 20_000, "0.01"),  # 0.005
        (1, 20_001, "0.00"),
    ],
)
def test_a_share_is_rounded_half_up(part: int, whole: int, printed: str) -> None:
    assert str(percentage(part, whole)) == printed


def test_nothing_collected_has_no_percentage() -> None:
    assert percentage(0, 0) is None
    assert valid_and_invalid(0, 0) is None


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_valid_and_invalid_total_one_hundred(valid: int, invalid: int) -> None:
    shares = valid_and_invalid(valid, valid + invalid)
    assert shares is None or shares[0].hundredths + shares[1].hundredths == 10_000
