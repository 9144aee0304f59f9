"""Groups of five in a printed grid: counted cell by cell, lines taken out, doubt where a cell is not plain."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from calibration.digits.tally_paper import group_strokes
from pipeline.recognize.digits.normal_form import Picture
from pipeline.recognize.tally_grid import read_tally_grid

CELL = (56, 44)
COLUMNS, ROWS = 12, 3


def grid(counts: list[int], seed: int, *, line: int = 1, bent: float = 0.0, crossed_out: int | None = None) -> Picture:
    """A grid with so many strokes in each of its first cells, as a scanner gives it.

    ``bent``: pixels by which its level lines sag in the middle; ``crossed_out``: a cell with an X.
    """
    rng = np.random.default_rng(seed)
    ink = np.zeros((ROWS * CELL[1], COLUMNS * CELL[0]), np.uint8)
    height, width = ink.shape
    x = np.arange(width, dtype=np.float64)
    sag = bent * np.sin(np.pi * x / width)
    for k in range(COLUMNS + 1):
        place = min(k * CELL[0], width - 1)
        cv2.line(ink, (place, 0), (place, height), 150, line)
    for k in range(ROWS + 1):
        points = np.stack([x, min(k * CELL[1], height - 1) + sag], axis=1)
        cv2.polylines(ink, [np.round(points * 16).astype(np.int32)], False, 150, line, cv2.LINE_AA, 4)
    if crossed_out is not None:
        left, top = (crossed_out % COLUMNS) * CELL[0], (crossed_out // COLUMNS) * CELL[1]
        for start, end in (((8, 10), (48, 36)), ((48, 10), (8, 36))):
            cv2.line(ink, (left + start[0], top + start[1]), (left + end[0], top + end[1]), 255, 2, cv2.LINE_AA)
    for k, count in enumerate(counts):
        corner = np.array([(k % COLUMNS) * CELL[0] + 14.0, (k // COLUMNS) * CELL[1] + 7.0])
        for ends in group_strokes(rng, corner, 30.0, "gate")[:count]:
            cv2.polylines(ink, [np.round(ends * 16).astype(np.int32)], False, 255, 2, cv2.LINE_AA, 4)
    soft = cv2.GaussianBlur(ink, (0, 0), 0.6).astype(np.float32) / 255
    return np.clip(240 - 190 * soft + rng.normal(0, 3, ink.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("full", "last", "seed"), [(0, 3, 1), (4, 2, 2), (11, 1, 3), (12, 4, 4), (25, 3, 5), (3, 0, 6)]
)
def test_groups_are_counted_over_the_rows_of_the_grid(full: int, last: int, seed: int) -> None:
    counts = [5] * full + ([last] if last else [])
    assert read_tally_grid(grid(counts, seed), COLUMNS, ROWS, "gate").count == sum(counts)


def test_an_empty_grid_has_no_stroke_and_no_doubt() -> None:
    found = read_tally_grid(grid([], 7), COLUMNS, ROWS, "gate")
    assert (found.count, found.sure) == (0, True)


def test_a_begun_cell_before_the_last_one_is_in_doubt() -> None:
    assert not read_tally_grid(grid([5, 2, 5, 5], 8), COLUMNS, ROWS, "gate").sure
    assert not read_tally_grid(grid([5, 4, 5], 9), COLUMNS, ROWS, "gate").sure


@pytest.mark.parametrize(("line", "bent"), [(3, 0.0), (1, 6.0), (3, 6.0)])
def test_lines_as_thick_as_strokes_and_bent_ones_are_no_strokes(line: int, bent: float) -> None:
    assert read_tally_grid(grid([5] * 14 + [2], 11, line=line, bent=bent), COLUMNS, ROWS, "gate").count == 72
    assert read_tally_grid(grid([], 12, line=line, bent=bent), COLUMNS, ROWS, "gate").count == 0


def test_a_cell_crossed_out_counts_nothing_and_is_in_doubt() -> None:
    found = read_tally_grid(grid([5, 5, 3], 13, crossed_out=3), COLUMNS, ROWS, "gate")
    assert (found.count, found.sure) == (13, False)


def test_a_cell_behind_an_empty_one_is_in_doubt() -> None:
    assert not read_tally_grid(grid([5, 5, 0, 1], 14), COLUMNS, ROWS, "gate").sure
