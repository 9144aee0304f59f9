"""Tables whose empty cells are to be marked: agree and disagree beside a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2

from calibration.learn.strokes import Outline, Print
from pipeline.geometry import Box

WIDTHS, HEIGHTS = (5.0, 60.0), (4.0, 40.0)
"""mm of a cell that a voter marks."""
RECTANGLE = 0.95
SAME_EDGE_MM = 0.9
FEWEST_IN_ROW = 3
EMPTY_MM2 = 0.25
"""Ink in an empty cell: dust; a single full stop of 11 points has 0.2."""
INSET_MM = 0.7


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a ruled table, its lines' middles as edges."""

    box: Box
    empty: bool


@dataclass(frozen=True, slots=True)
class Row:
    """Empty cells beside each other, the printed cell below or above each, and the printed cell left of the first."""

    cells: tuple[Box, ...]
    names: tuple[Box, ...]
    head: Box | None


@dataclass(frozen=True, slots=True)
class Column:
    """Empty cells above each other, with the row of cells that stands left of each, and the printed head."""

    cells: tuple[Box, ...]
    rows: tuple[tuple[Box, ...], ...]
    """Per cell the printed cells left of it, from left to right."""
    head: Box | None


def cells_of(page: Print) -> list[Cell]:
    """Every rectangular cell of tables, boxes standing alone left out."""
    cells = [o for o in page.outlines if not o.alone and o.fill >= RECTANGLE]
    return [Cell(o.box, ink_mm2(page, o.box) <= EMPTY_MM2) for o in cells if o.box.h <= 80]


def columns_of(cells: Sequence[Cell]) -> list[Column]:
    """Columns of two or more empty cells beside printed ones, left to right; neighbours share their edge."""
    left = _meeting([c.box for c in cells if c.empty and _fits(c.box)])
    printed = [c.box for c in cells if not c.empty]
    columns: list[Column] = []
    while left:
        first = left[0]
        column = sorted((b for b in left if _above(first, b)), key=lambda b: b.y)
        left = [b for b in left if not _above(first, b)]
        labelled = [(b, _row(b, printed)) for b in column]
        labelled = [(b, row) for b, row in labelled if row]
        if len(labelled) >= 2:
            columns.append(Column(tuple(b for b, _ in labelled), tuple(r for _, r in labelled), _head(column, printed)))
    return sorted(columns, key=lambda c: (c.cells[0].x, c.cells[0].y))


def rows_of(cells: Sequence[Cell], columns: Sequence[Column]) -> list[Row]:
    """Rows of three or more empty cells of one width, each with a printed cell of its width below or above it."""
    taken = [b for column in columns for b in column.cells]
    left = _meeting([c.box for c in cells if c.empty and _fits(c.box)])
    left = [b for b in left if not any(b.grown(-1).overlaps(t) for t in taken)]
    printed = [c.box for c in cells if not c.empty]
    rows: list[Row] = []
    while left:
        first = left[0]
        row = sorted((b for b in left if _level(first, b)), key=lambda b: b.x)
        left = [b for b in left if not _level(first, b)]
        for under in (True, False):
            named = [(b, n) for b in row if (n := _named_by(b, printed, under)) is not None]
            if len(named) >= FEWEST_IN_ROW:
                head = [b for b in printed if b.right <= row[0].x + SAME_EDGE_MM and b.y < first.centre[1] < b.bottom]
                rows.append(
                    Row(
                        tuple(b for b, _ in named),
                        tuple(n for _, n in named),
                        max(head, key=lambda b: b.x, default=None),
                    )
                )
                break
    return rows


def _level(a: Box, b: Box) -> bool:
    same = abs(a.y - b.y) <= SAME_EDGE_MM and abs(a.bottom - b.bottom) <= SAME_EDGE_MM
    return same and abs(a.w - b.w) <= 2 * SAME_EDGE_MM


def _named_by(cell: Box, printed: Sequence[Box], under: bool) -> Box | None:
    """The printed cell that meets ``cell`` below, or above."""
    for b in printed:
        same = abs(b.x - cell.x) <= SAME_EDGE_MM and abs(b.right - cell.right) <= SAME_EDGE_MM
        gap = b.y - cell.bottom if under else cell.y - b.bottom
        if same and abs(gap) <= SAME_EDGE_MM:
            return b
    return None


def _meeting(boxes: Sequence[Box]) -> list[Box]:
    """Boxes whose edges lie within a line's width of each other, moved to the middle between."""
    found = []
    for box in boxes:
        x0 = _shared(box.x, [o.right for o in boxes if _beside(o, box)])
        x1 = _shared(box.right, [o.x for o in boxes if _beside(o, box)])
        y0 = _shared(box.y, [o.bottom for o in boxes if _under(o, box)])
        y1 = _shared(box.bottom, [o.y for o in boxes if _under(o, box)])
        found.append(Box(x0, y0, x1 - x0, y1 - y0))
    return found


def _shared(edge: float, others: Sequence[float]) -> float:
    nearest = min(others, key=lambda o: abs(o - edge), default=edge)
    return (edge + nearest) / 2 if abs(nearest - edge) <= SAME_EDGE_MM else edge


def _beside(a: Box, b: Box) -> bool:
    return a.y < b.bottom - SAME_EDGE_MM and b.y < a.bottom - SAME_EDGE_MM


def _under(a: Box, b: Box) -> bool:
    return a.x < b.right - SAME_EDGE_MM and b.x < a.right - SAME_EDGE_MM


def _fits(box: Box) -> bool:
    return WIDTHS[0] <= box.w <= WIDTHS[1] and HEIGHTS[0] <= box.h <= HEIGHTS[1]


def _above(a: Box, b: Box) -> bool:
    return abs(a.x - b.x) <= SAME_EDGE_MM and abs(a.right - b.right) <= SAME_EDGE_MM


def _row(cell: Box, printed: Sequence[Box]) -> tuple[Box, ...]:
    beside = [b for b in printed if b.right <= cell.x + SAME_EDGE_MM and b.y - 0.5 <= cell.centre[1] <= b.bottom + 0.5]
    return tuple(sorted(beside, key=lambda b: b.x))


def _head(column: Sequence[Box], printed: Sequence[Box]) -> Box | None:
    top = column[0].y
    above = [b for b in printed if b.x - 1 <= column[0].centre[0] <= b.right + 1 and b.bottom <= top + SAME_EDGE_MM]
    return max(above, key=lambda b: b.y) if above else None


def ink_mm2(page: Print, box: Box, inset: float = INSET_MM) -> float:
    """Square millimetres of ink in a box, ``inset`` mm of its rim left out."""
    d = page.blank.density
    inner = box.grown(-inset)
    y0, y1, x0, x1 = (max(0, round(v * d)) for v in (inner.y, inner.bottom, inner.x, inner.right))
    part = page.ink()[y0:y1, x0:x1]
    return cv2.countNonZero(part) / d**2 if part.size else 99.0


def outlines_inside(box: Box, outlines: Sequence[Outline]) -> bool:
    """Whether a target stands inside a cell."""
    return any(box.overlaps(o.box) and o.alone for o in outlines)
