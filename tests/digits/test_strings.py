"""Numbers without boxes: read in all ways of parting the ink, weighed against each other."""

from __future__ import annotations

from importlib.resources import files

import cv2
import numpy as np
import pytest

from calibration.digits.line_paper import number_line, owned_line
from calibration.digits.strokes import draw_digit
from pipeline.recognize.digits.single import single_digits
from pipeline.recognize.digits.strings import line_ink, read_string, spans_of
from pipeline.recognize.number_values import values_of_strings
from pipeline.recognize.written import without_print


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


def dotted(digits: str, strengths: list[float], seed: int) -> np.ndarray:
    """Digits side by side above a row of black dots, each by a pen of its strength (1: as black as the dots)."""
    rng = np.random.default_rng(seed)
    dark = np.zeros((56, 215), np.float32)
    for x in range(6, 215, 9):
        cv2.circle(dark, (x, 46), 2, 1.0, -1, cv2.LINE_AA)
    for place, (digit, strength) in enumerate(zip(digits, strengths, strict=True)):
        glyph = cv2.resize(draw_digit(rng, int(digit)), (36, 36), interpolation=cv2.INTER_AREA) / 255 * strength
        part = dark[8:44, 12 + 34 * place : 48 + 34 * place]
        np.maximum(part, glyph.astype(np.float32), out=part)
    grey = 244 - 215 * cv2.GaussianBlur(dark, (0, 0), 0.6) + rng.normal(0, 2, dark.shape)
    return np.clip(grey, 0, 255).astype(np.uint8)


def test_black_dots_of_the_form_hide_no_pale_pen() -> None:
    numbers = [str(n) for n in np.random.default_rng(8).integers(100, 10_000, 40)]
    read = [read_string(dotted(n, [0.33] * len(n), k)).readings for k, n in enumerate(numbers)]
    right = sum(bool(found) and found[0][0] == n for found, n in zip(read, numbers, strict=True))
    assert right >= 30


def test_the_feet_of_letters_above_the_line_are_no_digits() -> None:
    printed = np.zeros((56, 215), np.uint8)
    for x in range(6, 215, 9):
        cv2.circle(printed, (x, 46), 2, 255, -1, cv2.LINE_AA)
    printed[:9, 170:174] = printed[:9, 196:200] = 255
    seen, taken_out = [], []
    for seed in range(10):
        crop = dotted("4735", [0.9] * 4, seed)
        crop[:9, 170:174] = crop[:9, 196:200] = 30
        bare = without_print(crop, printed)
        assert (bare[44:] == crop[44:]).all()  # the line is left for whoever reads it
        seen.append(read_string(crop).readings)
        taken_out.append(read_string(bare).readings)
    assert sum(bool(r) and r[0][0] == "4735" for r in seen) <= 2
    assert sum(bool(r) and r[0][0] == "4735" for r in taken_out) >= 8


def test_a_digit_too_pale_for_its_pen_is_told_as_left_out() -> None:
    lost = [read_string(dotted("4735", [0.9, 0.9, 0.25, 0.9], seed)) for seed in range(10)]
    assert sum(found.left_out for found in lost if found.readings[0][0] != "4735") >= 6
    assert not any(read_string(dotted("4735", [0.9] * 4, seed)).left_out for seed in range(10))
    assert values_of_strings((), left_out=True)[0][0][1] < 0.1 < values_of_strings(())[0][0][1]


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
