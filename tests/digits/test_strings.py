"""Numbers without boxes: read in all ways of parting the ink, weighed against each other."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest

from calibration.digits.line_paper import number_line, owned_line
from calibration.digits.strokes import draw_digit
from pipeline.recognize.digits.single import single_digits
from pipeline.recognize.digits.strings import line_ink, read_string, spans_of


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


def test_a_run_of_pieces_that_is_no_single_digit_is_told() -> None:
    """Of lines of two drawn digits, the runs that hold both glyphs and those that hold one, whole and alone."""
    rng = np.random.default_rng(4)
    alone, both = [], []
    for _ in range(60):
        crop, owner = owned_line(rng, [draw_digit(rng, int(d)) for d in rng.integers(0, 10, 2)])
        found = spans_of(crop)
        chances = single_digits(found.forms, found.shapes)
        for mask, chance in zip(found.masks, chances, strict=True):
            of = owner[mask]
            shares = [(of == k).sum() / (owner == k).sum() for k in (0, 1)]
            if min(shares) > 0.9:
                both.append(chance)
            elif max(shares) > 0.9 and min(shares) < 0.02:
                alone.append(chance)
    assert len(alone) > 60 and len(both) > 5
    assert np.median(alone) > 0.8
    assert np.median(both) < 0.2


def test_all_weights_together_hold_at_most_200_000_parameters() -> None:
    weights = [f.read_bytes() for f in files("pipeline.recognize.digits").iterdir() if f.name.endswith(".onnx")]
    assert sum(map(len, weights)) <= 4 * 200_000
