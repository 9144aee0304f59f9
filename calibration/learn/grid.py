"""Targets in rows and columns: the row's text says about whom, the column's head says which answer."""

from __future__ import annotations

from collections.abc import Sequence

from calibration.learn.lines import TextLine
from calibration.learn.targets import Target

SAME_ROW_MM, SAME_COLUMN_MM = 1.8, 2.5
ROW_TEXT_MM = 150.0
AFTER_MM = 20.0
"""Text so near behind the last target of a row is its label, so that the row is no row of a grid."""
HEAD_MM, HEAD_GAP_MM, HEAD_LINES = 25.0, 3.0, 3

Row = list[Target]


def grid_labels(targets: Sequence[Target], lines: Sequence[TextLine]) -> dict[Target, tuple[TextLine, list[TextLine]]]:
    """Per target of such a grid the line of its row and the lines of its column's head; else nothing."""
    rows = [(row, text) for row in _rows(targets) if (text := _row_text(row, lines)) is not None]
    if len(rows) < 2:
        return {}
    inside = [t for row, _ in rows for t in row]
    rows = [(row, text) for row, text in rows if all(_whole_column(t, inside, targets) for t in row)]
    found: dict[Target, tuple[TextLine, list[TextLine]]] = {}
    texts = {id(text) for _, text in rows}
    for row, text in rows:
        for target in row:
            above = [t for r, _ in rows for t in r if abs(t.box.centre[0] - target.box.centre[0]) < SAME_COLUMN_MM]
            top = min(above, key=lambda t: t.box.y)
            found[target] = (text, _head(top, lines, texts))
    headed = sum(bool(head) for _, head in found.values())
    return found if headed >= 0.5 * len(found) else {}


def _whole_column(target: Target, inside: Sequence[Target], targets: Sequence[Target]) -> bool:
    """Whether most targets above and below it are in such rows too; by chance two ovals stand at one height."""
    own, every = (
        sum(abs(t.box.centre[0] - target.box.centre[0]) < SAME_COLUMN_MM for t in group) for group in (inside, targets)
    )
    return own >= 0.7 * every


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


def _row_text(row: Row, lines: Sequence[TextLine]) -> TextLine | None:
    """The line left of the first target; None where text stands between or right behind the targets."""
    first, last = row[0].box, row[-1].box
    level = [line for line in lines if line.box.y < first.centre[1] < line.box.bottom]
    if any(first.right - 0.5 < line.box.x < last.right + AFTER_MM for line in level):
        return None
    left = [line for line in level if line.box.right < first.x + 0.5 and first.x - line.box.right < ROW_TEXT_MM]
    wordy = [line for line in left if sum(c.isalpha() for c in line.text) > 2]
    return max(wordy or left, key=lambda line: line.box.right, default=None)


def _head(top: Target, lines: Sequence[TextLine], taken: set[int]) -> list[TextLine]:
    """Lines above the column's first target, over its middle."""
    x, edge = top.box.centre[0], top.box.y
    found: list[TextLine] = []
    for line in sorted(lines, key=lambda line: -line.box.bottom):
        if id(line) in taken or line.box.bottom > edge or not line.box.x - 3 <= x <= line.box.right + 3:
            continue
        if edge - line.box.bottom > (HEAD_GAP_MM if found else HEAD_MM) or len(found) == HEAD_LINES:
            break
        found.insert(0, line)
        edge = line.box.y
    return found
