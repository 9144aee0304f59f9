"""What is printed beside each target, above it or below it, and the contest or question that it stands under."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from calibration.learn.gaps import Gap, gaps_of
from calibration.learn.grid import InGrid, grid_labels
from calibration.learn.headings import LIMIT, columns_of, grouped
from calibration.learn.lines import TextLine, in_reading_order, rule_between
from calibration.learn.spelling import NUMBER
from calibration.learn.strokes import Print, Rule
from calibration.learn.targets import Target
from pipeline.geometry import Box

BESIDE_MM, TOUCHING_MM = 110.0, 0.6
"""How far a label may lie from its target (boxes stand at the right edge of a page), and how far print may reach
into it."""
NEAR_MM = 12.0
"""How far a label above or below may lie, where nothing stands beside."""
SAME_EDGE_MM = 1.6
LEVEL_MM = 15.0
"""A line so near beside another target is that one's label."""
LINE_GAP = 0.85
"""Of the higher line's height, between two lines of one label."""
LEVEL, FAR_LEVEL, NEARBY_MM = 0.15, 0.3, 12.0
"""Of the lower height that a line and its target share; more where the line is not near by."""
FEWEST_USUAL, USUAL_MM = 4, 12.0
"""Labels of a column begin or end within so much of each other."""
COLUMN_MM = 30.0
"""A target of another column so near in height shows that the column goes on beside the line."""
HANGING = 0.7
"""Of a line's height, by which a label may reach further above its target's middle than below it."""
LABEL_LINES = 5
SURE = 60.0
"""Tesseract's confidence from which a label is not doubted."""
Side = Literal["right", "left"]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A target with its printed label and the heading of its group."""

    target: Target
    label: str = ""
    sure: float = 0.0
    group: str = ""
    limit: int | None = None
    """How many of the group may be marked, where the heading says it."""
    lines: tuple[TextLine, ...] = ()
    of_row: bool = False
    """Whether ``group`` is the row of a grid and ``label`` the head of its column, or the letter in the target."""
    row: tuple[TextLine, ...] = ()
    """The lines of that row's text, among ``lines``."""
    group_unsure: bool = False
    """Whether the target stands apart from those whose group it was given, without a heading of its own."""


def labelled(
    page: Print, targets: Sequence[Target], lines: Sequence[TextLine], letters: Mapping[Target, tuple[str, float]]
) -> tuple[list[Labelled], list[Gap]]:
    """Every target with the text beside or in it (``letters``), and with its group's heading; labels without target."""
    grid = grid_labels(targets, lines, letters)
    in_rows = {id(line) for place in grid.values() for line in (place.row, *place.head)}
    left = [line for line in lines if id(line) not in in_rows]
    plain, gaps = _labelled(page, [t for t in targets if t not in grid], targets, left)
    heads = {id(line) for place in grid.values() for line in place.head}
    rows = [
        _in_grid(page, target, grid[target], targets, [line for line in lines if id(line) not in heads], letters)
        for target in targets
        if target in grid
    ]
    order = {id(t): i for i, t in enumerate(targets)}
    return sorted([*plain, *rows], key=lambda one: order[id(one.target)]), gaps


def _in_grid(
    page: Print,
    target: Target,
    place: InGrid,
    targets: Sequence[Target],
    lines: Sequence[TextLine],
    letters: Mapping[Target, tuple[str, float]],
) -> Labelled:
    others = [t.box for t in targets if t not in place.run]
    row = extended(page, [place.row], lines, set(), others, None) if place.row is not None else []
    if row and len(row[0].words) > 1 and NUMBER.match(row[0].words[0].text):
        row = [row[0].from_word(1), *row[1:]]
    # one unsure word in a long question is no reason to doubt it
    sure = [line.sure for line in (*row[:1], *place.head)]
    label = _joined(place.head)
    if not place.head and target in letters:
        label, own = letters[target]
        sure.append(own)
    return Labelled(
        target, label, min(sure, default=0.0), _joined(row), lines=(*row, *place.head), of_row=True, row=tuple(row)
    )


def _labelled(
    page: Print, own: Sequence[Target], targets: Sequence[Target], lines: Sequence[TextLine]
) -> tuple[list[Labelled], list[Gap]]:
    if not own:
        return [], []
    used: set[int] = set()
    parts: dict[int, list[TextLine]] = {}
    for column, side in _sided(page, own, targets, lines):
        level = _where_usual({i: _level_lines(page, own[i], targets, lines, side) for i in column}, own)
        for i in column:
            mine = [line for line in level[i] if _nearest(line, column, own, level) == i]
            parts[i] = mine
            used |= {id(line) for line in mine}
    found: list[Labelled] = []
    for i, target in enumerate(own):
        block = parts[i]
        if not block:
            near = _near(page, target, targets, [line for line in lines if id(line) not in used])
            block = [near] if near is not None else []
        beside = (
            bool(parts[i])
            or not block
            or min(target.box.bottom, block[0].box.bottom) > max(target.box.y, block[0].box.y)
        )
        found.append(_whole(page, target, block, lines, used, targets, target.box if beside else None))
        used |= {id(line) for line in found[-1].lines}
    owners = Counter(id(line) for one in found for line in one.lines)
    found = [replace(one, sure=0.0) if any(owners[id(line)] > 1 for line in one.lines) else one for one in found]
    rest = [line for line in lines if id(line) not in used]
    gaps = gaps_of(page, found, rest)
    without = {id(line) for gap in gaps for line in gap.lines}
    return grouped(page, found, [line for line in rest if id(line) not in without]), gaps


def _whole(
    page: Print,
    target: Target,
    block: Sequence[TextLine],
    lines: Sequence[TextLine],
    used: Collection[int],
    targets: Sequence[Target],
    middle: Box | None,
) -> Labelled:
    """A target with its label, whose lines above and below are added: beside a target (``middle``) about its middle."""
    if not block:
        return Labelled(target)
    whole = extended(page, block, lines, used, [t.box for t in targets if t is not target], middle)
    return Labelled(target, _joined(whole), min(line.sure for line in whole), lines=tuple(whole))


def _joined(lines: Sequence[TextLine]) -> str:
    return " ".join(line.text for line in in_reading_order(lines)).strip(" .:;-—_|…")


def _sided(
    page: Print, own: Sequence[Target], targets: Sequence[Target], lines: Sequence[TextLine]
) -> list[tuple[list[int], Side]]:
    """Columns of targets, each with the side on which its labels stand.

    That is the page's side, where more have text and nearer, but for a column where most have it on the other alone.
    """
    gaps: dict[Side, dict[int, float]] = {"right": {}, "left": {}}
    for side, known in gaps.items():
        for i, target in enumerate(own):
            beside = _beside(page, target, targets, lines, side)
            if beside is not None:
                known[i] = _gap(target, beside, side)
    scores = {side: sum(1 / (2.0 + g) for g in known.values()) for side, known in gaps.items()}
    usual: Side = "right" if scores["right"] >= scores["left"] else "left"
    other: Side = "left" if usual == "right" else "right"
    columns: list[tuple[list[int], Side]] = []
    for column in columns_of([t.box for t in own]):
        here, there = (sum(i in gaps[side] for i in column) for side in (usual, other))
        columns.append((column, other if here < 0.5 * len(column) and there > here else usual))
    return columns


def _gap(target: Target, line: TextLine, side: Side) -> float:
    return line.box.x - target.box.right if side == "right" else target.box.x - line.box.right


def _level_lines(
    page: Print, target: Target, targets: Sequence[Target], lines: Sequence[TextLine], side: Side
) -> list[TextLine]:
    """The nearest line level with the target on that side, and those above and below it that are level as well."""
    first = _beside(page, target, targets, lines, side)
    if first is None:
        return []
    return [first] + [
        line
        for line in lines
        if line is not first and _aligned(first.box, line.box) and _is_beside(page, target, targets, line, side, LEVEL)
    ]


def _where_usual(level: dict[int, list[TextLine]], own: Sequence[Target]) -> dict[int, list[TextLine]]:
    """Without lines that begin and end elsewhere than those beside most targets of the column."""
    found = {i: lines[0] for i, lines in level.items() if lines}
    if len(found) < FEWEST_USUAL:
        return level
    starts = {i: line.box.x - own[i].box.x for i, line in found.items()}
    ends = {i: line.box.right - own[i].box.x for i, line in found.items()}
    usual = (float(np.median(list(starts.values()))), float(np.median(list(ends.values()))))
    odd = {i for i in found if min(abs(starts[i] - usual[0]), abs(ends[i] - usual[1])) > USUAL_MM}
    return {i: [] if i in odd else lines for i, lines in level.items()}


def _nearest(line: TextLine, column: Sequence[int], own: Sequence[Target], level: dict[int, list[TextLine]]) -> int:
    """The target of a column that a line belongs to: of those that it is level with the one at its height."""
    with_it = [i for i in column if any(other is line for other in level[i])]
    return min(with_it, key=lambda i: abs(own[i].box.centre[1] - line.box.centre[1]))


def _aligned(a: Box, b: Box) -> bool:
    return min(abs(a.x - b.x), abs(a.right - b.right), abs(a.centre[0] - b.centre[0])) < SAME_EDGE_MM


def _beside(
    page: Print, target: Target, targets: Sequence[Target], lines: Sequence[TextLine], side: Side, within: bool = True
) -> TextLine | None:
    """The nearest line level with the target on that side, with no other target and no rule between."""
    level = [line for line in lines if _is_beside(page, target, targets, line, side, LEVEL, within)]
    return min(level, key=lambda line: _gap(target, line, side), default=None)


def _is_beside(
    page: Print,
    target: Target,
    targets: Sequence[Target],
    line: TextLine,
    side: Side,
    share: float,
    within: bool = True,
) -> bool:
    box, gap = target.box, _gap(target, line, side)
    level = min(line.box.bottom, box.bottom) - max(line.box.y, box.y)
    if not -TOUCHING_MM <= gap <= BESIDE_MM or level < share * min(line.box.h, box.h):
        return False
    if gap > NEARBY_MM and level < FAR_LEVEL * min(line.box.h, box.h):
        return False
    y = box.centre[1]
    left, right = (box.right, line.box.x) if side == "right" else (line.box.right, box.x)
    if any(_column_between(t.box, left, right, box, targets) for t in targets):
        return False
    corridor = Box(left - 0.1, y - 0.3, max(0.2, right - left + 0.2), 0.6)
    if any(t is not target and t.box.overlaps(corridor) for t in targets):
        return False
    return not (within and any(_parts(rule, corridor) for rule in page.rules))


def _column_between(other: Box, left: float, right: float, box: Box, targets: Sequence[Target]) -> bool:
    """Whether a target stands between in a column that goes on above and below: what is behind it is that column's."""
    if not left < other.centre[0] < right or abs(other.centre[1] - box.centre[1]) > COLUMN_MM:
        return False
    own = [t.box.centre[1] for t in targets if abs(t.box.centre[0] - other.centre[0]) < SAME_EDGE_MM]
    return min(own) < box.centre[1] < max(own)


def _parts(rule: Rule, corridor: Box) -> bool:
    return not rule.across and corridor.x < rule.at < corridor.right and rule.start < corridor.y < rule.end


def _near(page: Print, target: Target, targets: Sequence[Target], lines: Sequence[TextLine]) -> TextLine | None:
    """The nearest line above or below it, else the one behind a rule on its left: a table row's name."""
    box = target.box
    found = []
    for line in lines:
        across = max(line.box.x - box.right, box.x - line.box.right, 0.0)
        down = max(line.box.y - box.bottom, box.y - line.box.bottom, 0.0)
        if across <= NEAR_MM / 3 and down <= NEAR_MM and not rule_between(page.rules, box, line.box):
            found.append((down + across / 2 + (0.0 if line.box.y > box.y else 3.0), id(line), line))
    if found:
        return min(found)[2]
    behind = _beside(page, target, targets, lines, "left", within=False)
    return behind or _beside(page, target, targets, lines, "right", within=False)


def extended(
    page: Print,
    block: Sequence[TextLine],
    lines: Sequence[TextLine],
    used: Collection[int],
    others: Sequence[Box],
    middle: Box | None,
) -> list[TextLine]:
    """``block`` with the lines set solid below and above it that have its left, right or middle.

    Lines level with one of ``others`` (targets) are theirs. Above, only as far as below the middle of ``middle``, for
    what stands further above is a heading; without it as far as the lines go.
    """
    found = list(block)
    for down in (True, False):
        while len(found) < LABEL_LINES and (more := _next_line(page, found, lines, used, others, down)):
            if not down and middle is not None:
                y, low = middle.centre[1], max(line.box.bottom for line in found)
                if y - more.box.y > low - y + HANGING * more.box.h:
                    break
            found.append(more)
    return in_reading_order(found)


def _next_line(
    page: Print,
    found: Sequence[TextLine],
    lines: Sequence[TextLine],
    used: Collection[int],
    others: Sequence[Box],
    down: bool,
) -> TextLine | None:
    first = found[0].box
    last = max(found, key=lambda line: line.box.bottom).box if down else min(found, key=lambda line: line.box.y).box
    fitting = [
        line
        for line in lines
        if id(line) not in used
        and not any(line is one for one in found)
        and (line.box.y - last.bottom if down else last.y - line.box.bottom) >= -0.3
        and (line.box.y - last.bottom if down else last.y - line.box.bottom) <= LINE_GAP * max(last.h, line.box.h)
        and 0.5 < line.box.h / first.h < 2.0
        and any(_aligned(one.box, line.box) for one in found)
        and not rule_between(page.borders, last, line.box)
        and not any(t.y < line.box.bottom and line.box.y < t.bottom and _level(t, line.box) for t in others)
        and not LIMIT.search(line.text)
    ]
    return min(fitting, key=lambda line: abs(line.box.y - last.y), default=None)


def _level(target: Box, line: Box) -> bool:
    return min(abs(target.x - line.right), abs(line.x - target.right)) < LEVEL_MM
