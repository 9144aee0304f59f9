"""Numbers without boxes: read in all ways of parting the ink, weighed against each other."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.digits.line_paper import number_line
from calibration.digits.strokes import draw_digit
from pipeline.recognize.digits.strings import line_ink, read_string


def test_bare_paper_has_no_reading() -> None:
    assert read_string(np.full((70, 200), 240, np.uint8)).readings == ()


def test_a_ruled_line_alone_has_no_reading() -> None:
    crop = np.full((70, 200), 240, np.uint8)
    crop[52:54] = 90
    assert read_string(crop).readings == ()
    assert not line_ink(crop).any()


def test_the_shares_of_all_readings_add_up_to_one_and_fall() -> None:
    rng = np.random.default_rng(2)
    shares = [share for _, share in read_string(number_line(rng, [draw_digit(rng, k) for k in (4, 0, 7)])).readings]
    assert sum(shares) == pytest.approx(1.0)
    assert shares == sorted(shares, reverse=True)


def test_drawn_numbers_are_read_and_those_misread_are_less_sure() -> None:
    rng = np.random.default_rng(3)
    right, wrong = [], []
    for _ in range(120):
        text = str(rng.integers(1, 1000))
        found = read_string(number_line(rng, [draw_digit(rng, int(d)) for d in text])).readings
        (right if found and found[0][0] == text else wrong).append(found[0][1] if found else 0.0)
    assert len(right) >= 84
    assert np.median(right) > np.median(wrong)
