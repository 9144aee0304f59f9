"""Tally strokes counted in a cell; what is not plain is not sure."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.digits.tally_paper import PITCH, tally_cell
from pipeline.recognize.tally_groups import Style
from pipeline.recognize.tally_strokes import read_tally

Picture = NDArray[np.uint8]


def squares(*strokes: int) -> Picture:
    """Clean squares side by side, each with so many of its five strokes."""
    crop = np.full((60, 20 + 60 * len(strokes)), 240, np.uint8)
    for k, count in enumerate(strokes):
        x, y = 12 + 60 * k, 12
        ends = [((x, y), (x, y + 34)), ((x, y), (x + 34, y)), ((x + 34, y), (x + 34, y + 34))]
        ends += [((x, y + 34), (x + 34, y + 34)), ((x, y + 34), (x + 34, y))]
        for start, end in ends[:count]:
            cv2.line(crop, start, end, 60, 2, cv2.LINE_AA)
    return crop


def test_an_empty_cell_counts_nothing() -> None:
    reading = read_tally(np.full((60, 300), 235, np.uint8), "square", PITCH)
    assert reading.count == 0 and reading.sure and reading.groups == ()


@pytest.mark.parametrize("strokes", [1, 2, 3, 4, 5])
def test_each_stage_of_a_square_is_told(strokes: int) -> None:
    reading = read_tally(squares(5, strokes), "square", PITCH)
    assert [g.strokes for g in reading.groups] == [5, strokes]
    assert reading.sure


def test_a_begun_square_before_a_full_one_is_never_sure() -> None:
    reading = read_tally(squares(3, 5), "square", PITCH)
    assert reading.count == 8 and not reading.sure


def test_a_diagonal_without_its_square_is_never_sure() -> None:
    crop = squares(5, 0)
    cv2.line(crop, (72, 46), (106, 12), 60, 2, cv2.LINE_AA)
    cv2.line(crop, (72, 12), (72, 46), 60, 2, cv2.LINE_AA)
    assert not read_tally(crop, "square", PITCH).sure


def test_a_square_scribbled_over_is_never_sure() -> None:
    crop = squares(5, 5)
    rng = np.random.default_rng(1)
    points = np.array([72, 12]) + rng.uniform(-2, 38, (30, 2))
    cv2.polylines(crop, [points.astype(np.int32)], False, 60, 3)
    cv2.line(crop, (66, 30), (150, 30), 60, 3)
    assert not read_tally(crop, "square", PITCH).sure


def gates(*groups: list[tuple[tuple[int, int], tuple[int, int]]], pen: int = 2) -> Picture:
    """Strokes on clean paper, groups side by side; ends in pixels of a group 34 high."""
    crop = np.full((60, 20 + 60 * len(groups)), 240, np.uint8)
    for k, strokes in enumerate(groups):
        for (x, y), (u, v) in strokes:
            cv2.line(crop, (x + 14 + 60 * k, y + 12), (u + 14 + 60 * k, v + 12), 60, pen, cv2.LINE_AA)
    return crop


BARS = [((x, 0), (x, 34)) for x in (0, 10, 20, 30)]
ACROSS = ((-6, 28), (36, 6))


@pytest.mark.parametrize("strokes", [1, 2, 3, 4, 5])
def test_each_stage_of_a_gate_is_told(strokes: int) -> None:
    reading = read_tally(gates([*BARS, ACROSS], [*BARS, ACROSS][:strokes]), "gate", PITCH)
    assert reading.count == 5 + strokes and reading.sure


def test_bars_that_touch_are_no_five() -> None:
    touching = [((0, 0), (6, 34)), ((12, 0), (9, 34)), ((16, 0), (20, 34)), ((28, 0), (23, 34))]
    assert read_tally(gates(touching, pen=3), "gate", PITCH).count == 4


def test_bars_that_lie_on_each_other_are_never_sure() -> None:
    reading = read_tally(gates([*BARS, ACROSS], [((0, 0), (6, 34)), ((6, 0), (0, 34))], pen=4), "gate", PITCH)
    assert not reading.sure


def test_a_stroke_that_ends_short_of_the_fourth_bar_makes_a_five_in_doubt() -> None:
    reading = read_tally(gates([*BARS, ((-6, 28), (24, 12))]), "gate", PITCH)
    assert (reading.count, reading.sure) == (5, False)


def test_fives_that_touch_are_counted_apart() -> None:
    long = ((-14, 28), (46, 6))
    assert read_tally(gates([*BARS, long], [*BARS, ((-16, 4), (36, 6))]), "gate", PITCH).count == 10


@pytest.mark.parametrize("style", ["square", "gate"])
def test_simulated_cells_are_counted_and_a_sure_count_is_right(style: Style) -> None:
    rng = np.random.default_rng(21)
    wrong = sure_wrong = 0
    for _ in range(200):
        count = int(rng.integers(0, 46))
        reading = read_tally(tally_cell(rng, count, style), style, PITCH)
        wrong += reading.count != count
        sure_wrong += reading.sure and reading.count != count
    assert sure_wrong == 0
    assert wrong <= 2
