"""Targets in rows and columns: the row's text says about whom, the column's head or the letter in it which answer."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from calibration.learn.lines import TextLine
from calibration.learn.targets import Target
from pipeline.geometry import Box

SAME_ROW_MM, SAME_COLUMN_MM = 1.8, 2.5
ROW_TEXT_MM = 150.0
NUMBER_MM = 14.0
"""How far left of its row of circles a question's number stands."""
AFTER_MM = 20.0
"""Text so near behind the last target of a row is its label, so that the row is no row of a grid."""
HEAD_MM, HEAD_GAP_MM, HEAD_LINES = 25.0, 3.0, 3
OWN_HEAD_MM = 6.0
BREAK = 2.2
"""Of the smallest distance between targets of a row: a wider one parts two questions."""
SPREAD = 2.5
"""Of the usual distance between rows: a wider one parts two grids."""
HEADED, HEADED_COLUMNS = 0.5, 0.7
"""Share of later rows with heads of their own, and of columns with a head: of two both."""

Row = list[Target]


@dataclass(frozen=True, slots=True)
class InGrid:
    """What a target's row and column say; the head is empty where the letter in the target is the answer."""

    row: TextLine | None
    head: tuple[TextLine, ...]
    run: tuple[Target, ...]
    """The targets of its row, itself included."""


def grid_labels(
    targets: Sequence[Target], lines: Sequence[TextLine], letters: Mapping[Target, object]
) -> dict[Target, InGrid]:
    """Per target of such a grid its row and head; ``letters`` are the targets in which something is printed."""
    found: dict[Target, InGrid] = {}
    for grid in _grids(targets, lines, letters):
        texts = {id(text) for _, text in grid if text is not None}
        lettered = all(t in letters for run, _ in grid for t in run)
        heads = {} if lettered else _heads(grid, lines, texts)
        columns = [any(heads.get(run[k]) for run, _ in grid) for k in range(len(grid[0][0]))]
        if lettered or sum(columns) >= HEADED_COLUMNS * len(columns):
            for run, text in grid:
                found |= {t: InGrid(text, tuple(heads.get(t, ())), tuple(run)) for t in run}
    return found


def bare_rows(targets: Sequence[Target], lines: Sequence[TextLine], letters: Mapping[Target, object]) -> list[Box]:
    """Where the number of a row of lettered circles stands that OCR of the page did not see."""
    found = []
    for runs in _runs(targets, lines):
        edge = 3.0
        for run in runs:
            first = run[0].box
            if all(t in letters for t in run) and _row_text(run, edge, lines) is None:
                left = max(edge + 0.8, first.x - NUMBER_MM)
                if first.x - left > 2.0:
                    found.append(Box(left, first.y - 0.4, first.x - 0.6 - left, first.h + 0.8))
            edge = run[-1].box.right
    return found


Grid = list[tuple[Row, TextLine | None]]


def _grids(targets: Sequence[Target], lines: Sequence[TextLine], letters: Mapping[Target, object]) -> list[Grid]:
    """Rows of targets with a text on their left, those above each other together."""
    rows: Grid = []
    for runs in _runs(targets, lines):
        texts, edge = [], 0.0
        for run in runs:
            texts.append(_row_text(run, edge, lines))
            edge = run[-1].box.right
        long = [len(run) > 1 for run in runs]
        lettered = [all(t in letters for t in run) for run in runs]
        if _text_behind(runs[-1], lines) and not lettered[-1]:
            continue
        for i, run in enumerate(runs):
            between = i + 1 < len(runs) and texts[i + 1] is None and _text_behind(run, lines)
            if long[i] and (lettered[i] or (texts[i] is not None and not between)):
                rows.append((run, texts[i]))
    grids = [part for column in _stacked(rows) for part in _parted(column)]
    return [grid for grid in grids if len(grid) > 1 and _whole(grid, targets)]


def _stacked(rows: Grid) -> list[Grid]:
    stacks: list[Grid] = []
    for row in rows:
        stack = next((s for s in stacks if _under(s[-1][0], row[0])), None)
        if stack is None:
            stacks.append([row])
        else:
            stack.append(row)
    return stacks


def _under(above: Row, row: Row) -> bool:
    return len(above) == len(row) and all(
        abs(a.box.centre[0] - b.box.centre[0]) < SAME_COLUMN_MM for a, b in zip(above, row, strict=True)
    )


def _parted(stack: Grid) -> list[Grid]:
    steps = np.diff([run[0].box.centre[1] for run, _ in stack])
    usual = float(np.median(steps)) if len(steps) else 0.0
    parts: list[Grid] = [[stack[0]]]
    for row, step in zip(stack[1:], steps, strict=True):
        if step > SPREAD * usual:
            parts.append([])
        parts[-1].append(row)
    return parts


def _whole(grid: Grid, targets: Sequence[Target]) -> bool:
    """Whether most targets among its rows and columns are in it; by chance two ovals stand at one height."""
    inside = {t for run, _ in grid for t in run}
    top, bottom = (min(t.box.y for t in inside), max(t.box.bottom for t in inside))
    every = [
        t
        for t in targets
        if top - 0.1 <= t.box.y
        and t.box.bottom <= bottom + 0.1
        and any(abs(t.box.centre[0] - own.box.centre[0]) < SAME_COLUMN_MM for own in grid[0][0])
    ]
    return len(inside) >= 0.7 * len(every)


def _runs(targets: Sequence[Target], lines: Sequence[TextLine]) -> list[list[Row]]:
    """Targets at one height, top to bottom, parted where text or a wider gap stands between."""
    found = []
    for row in _rows(targets):
        steps = [b.box.centre[0] - a.box.centre[0] for a, b in itertools.pairwise(row)]
        runs = [[row[0]]]
        for a, b, step in zip(row, row[1:], steps, strict=False):
            if step > BREAK * min(steps) or _text_between(a.box, b.box, lines):
                runs.append([])
            runs[-1].append(b)
        found.append(runs)
    return found


def _rows(targets: Sequence[Target]) -> list[Row]:
    """Two or more targets at one height."""
    rows: list[Row] = []
    for target in sorted(targets, key=lambda t: t.box.y):
        row = next((r for r in rows if abs(r[0].box.centre[1] - target.box.centre[1]) < SAME_ROW_MM), None)
        if row is None:
            rows.append([target])
        else:
            row.append(target)
    return [sorted(row, key=lambda t: t.box.x) for row in rows if len(row) > 1]


def _level(line: TextLine, box: Box) -> bool:
    return min(line.box.bottom, box.bottom) - max(line.box.y, box.y) > 0.3 * min(line.box.h, box.h)


def _text_between(a: Box, b: Box, lines: Sequence[TextLine]) -> bool:
    return any(_level(line, a) and a.right - 0.5 < line.box.x and line.box.right < b.x + 0.5 for line in lines)


def _text_behind(run: Row, lines: Sequence[TextLine]) -> bool:
    last = run[-1].box
    return any(_level(line, last) and last.right - 0.5 < line.box.x < last.right + AFTER_MM for line in lines)


def _row_text(run: Row, edge: float, lines: Sequence[TextLine]) -> TextLine | None:
    """The line left of the first target and right of ``edge``."""
    first = run[0].box
    left = [
        line
        for line in lines
        if _level(line, first) and line.box.right < first.x + 0.5 and line.box.x > edge - 0.5
        and first.x - line.box.right < ROW_TEXT_MM
    ]  # fmt: skip
    wordy = [line for line in left if sum(c.isalpha() for c in line.text) > 2]
    return max(wordy or left, key=lambda line: line.box.right, default=None)


def _heads(grid: Grid, lines: Sequence[TextLine], taken: set[int]) -> dict[Target, list[TextLine]]:
    """Every target's own head where most have one, else the one above its column."""
    own: dict[Target, list[TextLine]] = {}
    above: dict[Target, list[TextLine]] = {}
    for k, target in enumerate(grid[0][0]):
        head = _head(target, lines, taken, 0.0, HEAD_MM)
        floor = 0.0
        for run, _ in grid:
            above[run[k]] = head
            own[run[k]] = _head(run[k], lines, taken, floor, OWN_HEAD_MM)
            floor = run[k].box.bottom
    later = [t for run, _ in grid[1:] for t in run]
    return own if sum(bool(own[t]) for t in later) >= HEADED * len(later) else above


def _head(top: Target, lines: Sequence[TextLine], taken: set[int], floor: float, reach: float) -> list[TextLine]:
    """Lines above a target, over its middle and below ``floor``."""
    x, edge = top.box.centre[0], top.box.y
    found: list[TextLine] = []
    for line in sorted(lines, key=lambda line: -line.box.bottom):
        if id(line) in taken or line.box.bottom > edge or not line.box.x - 3 <= x <= line.box.right + 3:
            continue
        if line.box.y < floor or edge - line.box.bottom > (HEAD_GAP_MM if found else reach) or len(found) == HEAD_LINES:
            break
        found.insert(0, line)
        edge = line.box.y
    return found
