"""The contest or question that targets stand under: the first cell of their table row, or the text that heads them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from calibration.learn.lines import TextLine, in_reading_order
from calibration.learn.spelling import folded
from calibration.learn.strokes import Print, Rule
from pipeline.geometry import Box

if TYPE_CHECKING:
    from calibration.learn.labels import Labelled

HEADING_GAP_MM = 14.0
HEADING_LINES = 5
CONTAINER_MM = 30.0
"""Height of the largest field, black or framed, that is a heading's own."""
SAME_COLUMN_MM, SAME_ROW_MM = 2.5, 1.5
ROOM = 1.2
"""Of the usual distance from target to target: with less, no heading stands between two that have labels."""
PAGE_STEP = 1.5
"""Of the page's usual distance: a wider one is no column's usual one."""
PARAGRAPH_MM, SAME_LINE_MM = 1.2, 2.5
SPECK_SURE, LONE_SURE = 45.0, 92.0
LIMIT = re.compile(
    r"(?:vote|choose|select|mark|bầu|chọn|đánh dấu)\b\D{0,40}?\b(\d{1,2}|one|two|three|four|five|một|hai|ba|bốn|năm)\b",
    re.IGNORECASE,
)
NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5}


@dataclass(frozen=True, slots=True)
class _Head:
    """A heading, and the height at which its lowest line ends."""

    name: str
    limit: int | None
    bottom: float


def grouped(page: Print, found: Sequence[Labelled], rest: Sequence[TextLine]) -> list[Labelled]:
    """``found`` with group and limit; ``rest`` are the lines that are no labels."""
    # a lone sign is what OCR makes of a rule or a speck
    rest = [line for line in rest if sum(c.isalnum() for c in line.text) > 1]
    bands = _bands(page, found, rest)
    return bands if bands is not None else _under_headings(page, found, rest)


def limit_of(text: str) -> int | None:
    """How many votes "Vote for not more than 2" or "Bầu không quá 3" allows."""
    found = LIMIT.search(text)
    if not found:
        return None
    word = found.group(1).lower()
    return NUMBERS.get(word) or (int(word) if word.isdigit() else None)


# --- rows of a table ---------------------------------------------------------------------------------------


def _bands(page: Print, found: Sequence[Labelled], rest: Sequence[TextLine]) -> list[Labelled] | None:
    """Groups as rows of a table whose first cell names the contest; None where the page is not so made."""
    across = sorted((r for r in page.borders if r.across and r.end - r.start > 25), key=lambda r: r.at)
    if len(across) < 2 or not found:
        return None
    middles = [one.target.box.centre for one in found]
    named = []
    for one in found:
        x, y = one.target.box.centre
        above = max((r.at for r in across if r.at < y and r.start - 1 < x < r.end + 1), default=None)
        below = min((r.at for r in across if r.at > y and r.start - 1 < x < r.end + 1), default=None)
        if below is None:
            # a table's thick last line is no rule: it ends where its upright lines do
            below = max((r.end for r in page.rules if not r.across and r.start < y < r.end and r.at < x), default=None)
        if above is None or below is None:
            named.append(one)
            continue
        above, below = _band_of_first_cell(above, below, across, x)
        cell = _first_cell(page, above, below, x)
        # a cell in whose column targets stand holds options, not the contest
        if cell is not None and any(cell[0] < other[0] < cell[1] for other in middles):
            cell = None
        inside = [
            r for r in rest if cell is not None and above - 0.5 <= r.box.centre[1] <= below + 0.5 and _in(r, cell)
        ]
        name, limit = _heading(inside)
        named.append(replace(one, group=name, limit=limit))
    told = [g for g in named if sum(c.isalpha() for c in g.group) > 2]
    enough = len(told) >= 0.5 * len(named) and len({g.group for g in told}) >= 2
    return _with_own_text(page, named, rest) if enough else None


def _with_own_text(page: Print, named: Sequence[Labelled], rest: Sequence[TextLine]) -> list[Labelled]:
    """Where the first cell says nothing, as under a question at the end, the text above in the same column."""
    if all(one.group for one in named):
        return list(named)
    told = {g.group for g in named}
    headed = _under_headings(page, named, [r for r in rest if r.text not in told])
    return [one if one.group else other for one, other in zip(named, headed, strict=True)]


def _band_of_first_cell(above: float, below: float, across: Sequence[Rule], x: float) -> tuple[float, float]:
    """Rules that part only some columns do not part the contest: the band is bounded where its first cell is."""
    first = min((r.start for r in across if r.at in (above, below)), default=x)
    edge = min((r.start for r in across), default=first)
    up = max((r.at for r in across if r.at <= above + 0.1 and r.start < edge + 8), default=above)
    down = min((r.at for r in across if r.at >= below - 0.1 and r.start < edge + 8), default=below)
    return up, down


def _first_cell(page: Print, above: float, below: float, x: float) -> tuple[float, float] | None:
    """(left, right) of the band's first cell, where a rule parts it from the target."""
    y = (above + below) / 2
    uprights = sorted(r.at for r in page.rules if not r.across and r.start < y < r.end and 3.0 < r.at < x)
    left = min((r.start for r in page.borders if r.across and abs(r.at - above) < 1.5), default=0.0)
    uprights = [at for at in uprights if at > left + 8]
    return (left, uprights[0]) if uprights else None


def _in(line: TextLine, cell: tuple[float, float]) -> bool:
    return cell[0] - 1 <= line.box.centre[0] <= cell[1] + 1


# --- text above --------------------------------------------------------------------------------------------


def _under_headings(page: Print, found: Sequence[Labelled], rest: Sequence[TextLine]) -> list[Labelled]:
    """Groups by the text that stands alone above or between targets of one column.

    A column without a heading of its own at a place where the one left of it has one is that one's second column.
    """
    containers = [_container(page, line) for line in rest]
    own: dict[int, _Head | None] = {}
    apart: set[int] = set()
    columns = columns_of([one.target.box for one in found])
    every = [float(s) for c in columns for s in np.diff([found[i].target.box.centre[1] for i in c])]
    page_step = PAGE_STEP * float(np.percentile(every, 25)) if every else 0.0
    for column in columns:
        steps = np.diff([found[i].target.box.centre[1] for i in column])
        for place, i in enumerate(column):
            previous = found[column[place - 1]] if place else None
            near = sorted(float(s) for s in steps[max(0, place - 4) : place + 3])
            room = not place or steps[place - 1] > ROOM * min(near[len(near) // 4], page_step)
            # the same answer again is that to another question
            again = previous is not None and bool(found[i].label) and _same(found[i].label, previous.label)
            apart |= {i} if room or again else set()
            lines = _heading_above(page, found[i], previous, rest, containers) if room or again else []
            if not lines and (room or again):
                lines = _heading_aside(page, found[i], previous, rest, found)
            own[i] = _head_of(lines)
    for column in sorted(columns, key=lambda c: found[c[0]].target.box.x):
        for i in column:
            if i in apart:
                own[i] = _from_left(page, i, found, own) or own[i]
    named: dict[int, Labelled] = {}
    for column in columns:
        head: _Head | None = None
        guessed = False
        for place, i in enumerate(column):
            gap = found[i].target.box.y - found[column[place - 1]].target.box.bottom if place else 0.0
            head = own[i] or (head if gap <= 4 * HEADING_GAP_MM else None)
            # what follows has the same contest, and is as sure of it
            guessed = head is not None and own[i] is None and (i in apart or guessed)
            named[i] = replace(
                found[i],
                group=head.name if head else "",
                limit=head.limit if head else None,
                group_unsure=guessed,
            )
    return [_from_neighbour(named[i], named) for i in range(len(found))]


def _from_left(page: Print, i: int, found: Sequence[Labelled], own: dict[int, _Head | None]) -> _Head | None:
    """The heading of the target left of ``i`` in its row, if it is nearer than its own and no rule parts the two."""
    box = found[i].target.box
    beside = [
        j
        for j, one in enumerate(found)
        if one.target.box.right < box.x and abs(one.target.box.centre[1] - box.centre[1]) < SAME_ROW_MM
    ]
    for j in sorted(beside, key=lambda j: -found[j].target.box.x):
        head, other, mine = own[j], found[j].target.box, own[i]
        if head is None:
            continue
        y = box.centre[1]
        parted = any(not r.across and other.right < r.at < box.x and r.start < y < r.end for r in page.rules)
        return head if not parted and (mine is None or mine.bottom < head.bottom - 1.0) else None
    return None


def _head_of(lines: Sequence[TextLine]) -> _Head | None:
    if not lines:
        return None
    name, limit = _heading(lines)
    return _Head(name, limit, max(line.box.bottom for line in lines)) if name else None


def columns_of(boxes: Sequence[Box]) -> list[list[int]]:
    """Indices of boxes above each other, top to bottom."""
    columns: list[list[int]] = []
    for i in sorted(range(len(boxes)), key=lambda i: (boxes[i].y, boxes[i].x)):
        x = boxes[i].centre[0]
        column = next((c for c in columns if abs(boxes[c[-1]].centre[0] - x) < SAME_COLUMN_MM), None)
        if column is None:
            columns.append([i])
        else:
            column.append(i)
    return columns


def _container(page: Print, line: TextLine) -> Box:
    """The black field or the cell that a line stands in, as far across as it heads; else the line."""
    x, y = line.box.centre
    fields = [*page.black_fields, *(o.box for o in page.outlines if not o.alone)]
    wide = [f for f in fields if f.x <= line.box.x + 1 and f.right >= line.box.right - 1 and f.h <= CONTAINER_MM]
    holding = [f for f in wide if f.x <= x <= f.right and f.y <= y <= f.bottom]
    return min(holding, key=lambda f: f.w * f.h, default=line.box)


def _heading_above(
    page: Print,
    one: Labelled,
    previous: Labelled | None,
    rest: Sequence[TextLine],
    containers: Sequence[Box],
) -> list[TextLine]:
    """Lines right above a target, below the target before it, that overlap it and its label."""
    reach = one.target.box
    for line in one.lines:
        reach = reach.union(line.box)
    floor = max([line.box.bottom for line in previous.lines] + [previous.target.box.bottom]) if previous else 0.0
    top = reach.y
    picked: list[TextLine] = []
    field: Box | None = None
    for line, box in sorted(zip(rest, containers, strict=True), key=lambda pair: -pair[0].box.y):
        aside = 6.0 if box is line.box else -0.5
        over = min(box.right, reach.right + aside) - max(box.x, reach.x - aside)
        if line.box.y >= reach.y - 0.5 or line.box.centre[1] < floor or over <= 0:
            continue
        # of a field's heading nothing stands outside the field
        if picked and (field if field is not None else box) is not box and not (field is None and box is line.box):
            break
        level = bool(picked) and abs(line.box.centre[1] - picked[-1].box.centre[1]) < 0.5 * line.box.h
        allowed = 0.9 * max(picked[-1].box.h, line.box.h) + 1.0 if picked else HEADING_GAP_MM
        if not level and (top - line.box.bottom > allowed or len(picked) >= HEADING_LINES):
            break
        if picked and not level and _parted(page, line.box, picked[-1].box):
            break
        field = None if box is line.box else box
        picked.append(line)
        top = min(top, line.box.y) if level else line.box.y
    return _with_paragraph(page, picked, rest, floor, reach.y) if field is None else picked


def _heading_aside(
    page: Print, one: Labelled, previous: Labelled | None, rest: Sequence[TextLine], found: Sequence[Labelled]
) -> list[TextLine]:
    """The nearest lines above a target that begin left of it, where no other target stands under them."""
    floor = max([line.box.bottom for line in previous.lines] + [previous.target.box.bottom]) if previous else 0.0
    top = min([one.target.box.y, *(line.box.y for line in one.lines)])
    left = [
        line
        for line in rest
        if line.box.centre[1] > floor
        and line.box.bottom <= top + 0.5
        and top - line.box.bottom <= HEADING_GAP_MM
        and line.box.x < one.target.box.x
        and not any(_stands_under(other, line.box) for other in found)
    ]
    if not left:
        return []
    first = max(left, key=lambda line: line.box.bottom)
    return _with_paragraph(page, [first], rest, floor, top)


def _stands_under(one: Labelled, line: Box) -> bool:
    boxes = [one.target.box, *(own.box for own in one.lines)]
    return any(box.x < line.right and line.x < box.right and box.y > line.y for box in boxes)


def _with_paragraph(
    page: Print, picked: Sequence[TextLine], rest: Sequence[TextLine], floor: float, top: float
) -> list[TextLine]:
    """``picked`` with the lines of their paragraphs that do not stand over the target: a question's short last line."""
    found = list(picked)
    grown = True
    while grown and len(found) < HEADING_LINES:
        grown = False
        for line in rest:
            if any(line is one for one in found) or line.box.centre[1] < floor or line.box.y >= top - 0.5:
                continue
            if any(_in_paragraph(page, one.box, line.box) for one in found):
                found.append(line)
                grown = True
                break
    return found


def _in_paragraph(page: Print, a: Box, b: Box) -> bool:
    aside = max(a.x, b.x) - min(a.right, b.right)
    if abs(a.centre[1] - b.centre[1]) < 0.3 * max(a.h, b.h):
        return aside < SAME_LINE_MM and not any(
            not r.across and min(a.x, b.x) < r.at < max(a.right, b.right) and r.start < a.centre[1] < r.end
            for r in page.rules
        )
    upper, lower = (a, b) if a.y < b.y else (b, a)
    gap = lower.y - upper.bottom
    return -0.3 <= gap <= 0.9 * max(a.h, b.h) and abs(a.x - b.x) < PARAGRAPH_MM and not _parted(page, upper, lower)


def _same(a: str, b: str) -> bool:
    return folded(a) == folded(b)


def _parted(page: Print, upper: Box, lower: Box) -> bool:
    """Whether a rule parts two lines of text, be it broken by the lower one, as a frame is by its name."""
    left, right = min(upper.x, lower.x), max(upper.right, lower.right)
    crossing = [
        min(r.end, right) - max(r.start, left)
        for r in page.borders
        if r.across and upper.centre[1] < r.at < lower.bottom - 0.2
    ]
    return max(crossing, default=0.0) > 0.3 * (right - left)


def _heading(lines: Sequence[TextLine]) -> tuple[str, int | None]:
    """The words of a heading without the sentence that limits the votes, and that limit."""
    ordered = in_reading_order(lines)
    limit = limit_of(" ".join(line.text for line in ordered))
    named = [_without_limit(_surely(line)) for line in ordered]
    text = " ".join(name for name in named if name).strip(" .:;-—_|/")
    return re.sub(r"^(?:For|Cho)\s+(?=[A-ZĐ])", "", text), limit


def _without_limit(text: str) -> str:
    """A line without "Vote for 1", and nothing where a whole sentence limits the votes."""
    found = LIMIT.search(text)
    if not found:
        return text
    before = text[: found.start()].rstrip(" .:;-—_|/(")
    return before if found.start() > 2 and not text[found.end() :].strip(" .)") and before[-1:].isalnum() else ""


def _surely(line: TextLine) -> str:
    """A heading without the short words that tesseract makes of rules and specks."""
    return " ".join(w.text for i, w in enumerate(line.words) if w.sure >= _needed(w.text, i == 0) or len(w.text) > 3)


def _needed(text: str, first: bool) -> float:
    """A lone sign before the others is most often the corner of a frame."""
    return LONE_SURE if first and len(text) == 1 and text.isalnum() else SPECK_SURE


def _from_neighbour(one: Labelled, named: dict[int, Labelled]) -> Labelled:
    """A column without heading of its own belongs to the one beside it."""
    if one.group:
        return one
    y = one.target.box.centre[1]
    beside = [o for o in named.values() if o.group and abs(o.target.box.centre[1] - y) < 3]
    if not beside:
        return one
    nearest = min(beside, key=lambda o: abs(o.target.box.x - one.target.box.x))
    return replace(one, group=nearest.group, limit=nearest.limit, group_unsure=True)
