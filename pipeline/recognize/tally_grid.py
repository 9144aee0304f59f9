"""Tally strokes in a printed grid, one group of five a cell: as the count forms of other countries have them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.recognize.components import components
from pipeline.recognize.digits.box import FAINT, PEN, darkness, strongest_ink
from pipeline.recognize.tally_strokes import CONTRAST, FULL, Group, Picture, Style, TallyReading, read_tally

LINE_CELLS, LINE_ROWS = 1.8, 2.0
"""Cells that a printed line runs along at the least, level and upright; no stroke of a hand does."""
PALEST = 60
"""Grey levels up to which the threshold for ink sinks on pale photos."""
GROUP = 0.9
"""Height of a group in cells."""
SPECK = 0.3
"""Pieces smaller than this share of a group are what lines and dirt leave."""
NEARLY = 3
"""Strokes from which a cell with others behind it is taken for a full one, in doubt: only the last may be begun."""


def read_tally_grid(crop: Picture, columns: int, rows: int, style: Style) -> TallyReading:
    """The groups of a grid's cells, row by row. ``crop``: grey, the grid's outer lines on its rims.

    Groups lie in the order of cells. A cell before the last one in use that does not show five strokes is in doubt,
    and so is every cell whose own strokes are no plain group.
    """
    height, width = crop.shape[0] / rows, crop.shape[1] / columns
    pitch = GROUP * height
    bare = _without_lines(crop, width, height)
    if bare is None:
        return TallyReading(())
    cells: dict[int, list[Group]] = {}
    for group in read_tally(bare, style, pitch).groups:
        x, y, w, h = group.place
        row = min(rows - 1, int((y + h / 2) / height))
        column = min(columns - 1, int((x + w / 2) / width))
        cells.setdefault(row * columns + column, []).append(group)
    used = sorted(cells)
    return TallyReading(tuple(_cell(cells[cell], last=cell == used[-1]) for cell in used))


def _cell(groups: list[Group], *, last: bool) -> Group:
    strokes = FULL if any(g.strokes == FULL for g in groups) else min(FULL, sum(g.strokes for g in groups))
    sure = len(groups) == 1 and groups[0].sure
    if not last and strokes < FULL:
        return Group(groups[0].place, FULL if strokes >= NEARLY else strokes, False)
    return Group(groups[0].place, strokes, sure)


def _without_lines(crop: Picture, width: float, height: float) -> Picture | None:
    """Dark strokes on white without the grid's lines; None without any ink."""
    dark = darkness(crop)
    strongest = strongest_ink(dark)
    if strongest < CONTRAST:
        return None
    _, mask = cv2.threshold(dark, max(FAINT, min(PALEST, PEN * strongest)), 255, cv2.THRESH_BINARY)
    level = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, max(3, round(LINE_CELLS * width))), np.uint8))
    upright = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((max(3, round(LINE_ROWS * height)), 1), np.uint8))
    lines = cv2.max(cv2.dilate(level, np.ones((3, 1), np.uint8)), cv2.dilate(upright, np.ones((1, 3), np.uint8)))
    left = np.asarray(np.where(lines > 0, 0, mask), np.uint8)
    # where a line crossed a stroke its own width is missing
    left = np.asarray(cv2.morphologyEx(left, cv2.MORPH_CLOSE, np.ones((5, 1), np.uint8)), np.uint8)
    left = np.asarray(cv2.morphologyEx(left, cv2.MORPH_CLOSE, np.ones((1, 3), np.uint8)), np.uint8)
    return _clean(left, SPECK * GROUP * height)


def _clean(mask: NDArray[np.uint8], least: float) -> Picture:
    labels, stats = components(mask)
    keep = np.array([0, *(255 if max(w, h) >= least else 0 for _, _, w, h, _ in stats[1:].tolist())], np.uint8)
    return np.asarray(cv2.bitwise_not(keep[labels]), np.uint8)
