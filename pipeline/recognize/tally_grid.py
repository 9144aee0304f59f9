"""Tally strokes in a printed grid, one group of five a cell: as the count forms of other countries have them."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.recognize.components import components
from pipeline.recognize.digits.box import FAINT, PEN, darkness, strongest_ink
from pipeline.recognize.digits.normal_form import Picture
from pipeline.recognize.tally_gates import struck
from pipeline.recognize.tally_groups import FULL, Group, Style, TallyReading
from pipeline.recognize.tally_lines import without_grid
from pipeline.recognize.tally_strokes import CONTRAST, read_tally

GROUP = 0.9
"""Height of a group in cells."""
SPECK = 0.3
"""Pieces smaller than this share of a group are what lines and dirt leave."""
LONGER = 1.35
"""Cells, across or down, from which ink belongs to two of them."""
NEAR = 0.15
"""Share of a cell's width: a bar so near to a line is in doubt."""
CUT = 2
"""Pixels on either side of a line that part such ink."""
RIM = 0.12
"""Share of a cell: long ink less high is what a level line left, and what keeps so near to the rim is of its frame."""
NEARLY = 2
"""Strokes from which a cell with others behind it is taken for a full one, in doubt: only the last may be begun."""


def read_tally_grid(crop: Picture, columns: int, rows: int, style: Style) -> TallyReading:
    """The groups of a grid's cells, row by row. ``crop``: grey, the grid's outer lines on its rims.

    Groups lie in the order of cells. A cell before the last one in use that does not show five strokes is in doubt,
    and so is every cell whose own strokes are no plain group. A cell crossed out counts nothing and is in doubt, too.
    """
    height, width = crop.shape[0] / rows, crop.shape[1] / columns
    pitch = GROUP * height
    bare = _without_lines(crop, columns, rows)
    if bare is None:
        return TallyReading(())
    cells: dict[int, list[Group]] = {}
    for group in read_tally(bare, style, pitch).groups:
        x, y, w, h = group.place
        row = min(rows - 1, int((y + h / 2) / height))
        column = min(columns - 1, int((x + w / 2) / width))
        cells.setdefault(row * columns + column, []).append(group)
    crossed_out = {cell for cell, groups in cells.items() if len(groups) == 1 and _struck(bare, groups[0])}
    used = sorted(set(cells) - crossed_out)
    read = {cell: _cell(cells[cell], last=cell == used[-1]) for cell in used}
    for cell in used:
        alone = cell > 0 and cell - 1 not in read  # nobody leaves a cell out: what is there may be no stroke
        if alone or _on_a_line(cells[cell], width):
            read[cell] = replace(read[cell], sure=False)
    read |= {cell: Group(cells[cell][0].place, 0, False) for cell in crossed_out}
    return TallyReading(tuple(read[cell] for cell in sorted(read)))


def _on_a_line(groups: list[Group], width: float) -> bool:
    """Whether a lone bar stands where a printed line is: it may be what the line left."""
    bars = [g for g in groups if g.strokes == 1]
    middles = [(g.place[0] + g.place[2] / 2) / width for g in bars]
    return any(abs(middle - round(middle)) < NEAR for middle in middles)


def _struck(bare: Picture, group: Group) -> bool:
    """A cell crossed out with an X is not in use; people are asked, as it may have been a count taken back."""
    x, y, w, h = group.place
    return not (group.sure and group.strokes == FULL) and struck(np.asarray(255 - bare[y : y + h, x : x + w], np.uint8))


def _cell(groups: list[Group], *, last: bool) -> Group:
    strokes = FULL if any(g.strokes == FULL for g in groups) else min(FULL, sum(g.strokes for g in groups))
    sure = all(g.sure for g in groups) and (len(groups) == 1 or strokes < FULL)
    if not last and strokes < FULL:
        return Group(groups[0].place, FULL if strokes >= NEARLY else strokes, False)
    return Group(groups[0].place, strokes, sure)


def _without_lines(crop: Picture, columns: int, rows: int) -> Picture | None:
    """Dark strokes on white without the grid's lines and without specks; None without any ink."""
    dark = without_grid(darkness(crop), columns, rows)
    strongest = strongest_ink(dark)
    if strongest < CONTRAST:
        return None
    _, mask = cv2.threshold(dark, max(FAINT, PEN * strongest), 255, cv2.THRESH_BINARY)
    cell = (crop.shape[1] / columns, crop.shape[0] / rows)
    parted = _parted(np.asarray(mask, np.uint8), cell)
    labels, stats = components(parted)
    kept = cv2.dilate(_strokes(stats, crop.shape, cell)[labels], np.ones((3, 3), np.uint8))
    return np.asarray(255 - np.where(mask > parted, 0, dark * kept), np.uint8)


def _parted(mask: Picture, cell: tuple[float, float]) -> Picture:
    """Ink that reaches over a line into the next cell, cut there: strokes of two cells that touch."""
    labels, stats = components(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)))
    width, height = cell
    longer = np.flatnonzero((stats[:, 2] > LONGER * width) | (stats[:, 3] > LONGER * height))
    wide = np.isin(labels, longer[longer > 0])
    between = np.zeros(mask.shape, np.bool_)
    for count, size, lines in ((mask.shape[0], height, between), (mask.shape[1], width, between.T)):
        at = np.rint(np.arange(1, round(count / size)) * size).astype(np.int64)
        for step in range(-CUT, CUT):
            lines[at + step] = True
    return np.where(wide & between, 0, mask).astype(np.uint8)


def _strokes(stats: NDArray[np.int32], shape: tuple[int, ...], cell: tuple[float, float]) -> Picture:
    """Which pieces of ink may be strokes (1): no specks, no flat rests of lines, nothing that keeps to the rim."""
    x, y, w, h = stats[:, :4].T
    inner = np.minimum(np.minimum(x + w, y + h), np.minimum(shape[1] - x, shape[0] - y))
    flat = (h < RIM * cell[1]) & (w > 2 * h)
    keep = (np.maximum(w, h) >= SPECK * GROUP * cell[1]) & ~flat & (inner > RIM * cell[1])
    keep[0] = False
    return np.asarray(keep, np.uint8)
