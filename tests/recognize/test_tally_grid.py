"""Groups of five in a printed grid: counted cell by cell, lines taken out, doubt where a cell is not plain."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from calibration.digits.tally_paper import group_strokes
from pipeline.recognize.tally_grid import read_tally_grid
from pipeline.recognize.tally_strokes import Picture

CELL = (56, 44)
COLUMNS, ROWS = 12, 3


def grid(counts: list[int], seed: int) -> Picture:
    """A grid with so many strokes in each of its first cells, as a scanner gives it."""
    rng = np.random.default_rng(seed)
    ink = np.zeros((ROWS * CELL[1], COLUMNS * CELL[0]), np.uint8)
    for k in range(COLUMNS + 1):
        cv2.line(
            ink, (min(k * CELL[0], ink.shape[1] - 1), 0), (min(k * CELL[0], ink.shape[1] - 1), ink.shape[0]), 150, 1
        )
    for k in range(ROWS + 1):
        cv2.line(
            ink, (0, min(k * CELL[1], ink.shape[0] - 1)), (ink.shape[1], min(k * CELL[1], ink.shape[0] - 1)), 150, 1
        )
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
