"""What is printed beside each target, and the contest or question that it stands under."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from calibration.learn.grid import grid_labels
from calibration.learn.lines import TextLine, in_reading_order
from calibration.learn.spelling import NUMBER
from calibration.learn.strokes import Print, Rule
from calibration.learn.targets import Target
from pipeline.geometry import Box

BESIDE_MM, TOUCHING_MM = 110.0, 0.6
"""How far a label may lie from its target (boxes stand at the right edge of a page), and how far print may reach
into it."""
NEAR_MM = 9.0
"""How far a label above or below may lie, where nothing stands beside."""
SAME_EDGE_MM = 1.6
LEVEL_MM = 15.0
"""A line so near beside another target is that one's label."""
LINE_GAP = 0.75
"""Of the line's height, between two lines of one label."""
HEADING_GAP_MM = 14.0
HEADING_LINES = 4
SURE = 60.0
"""Tesseract's confidence from which a label is not doubted."""
SPECK_SURE = 45.0
Side = Literal["right", "left"]
LIMIT = re.compile(
    r"(?:vote|choose|select|mark|bầu|chọn|đánh dấu)\b\D{0,40}?\b(\d{1,2}|one|two|three|four|five|một|hai|ba|bốn|năm)\b",
    re.IGNORECASE,
)
NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5}


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
    """Whether ``group`` is the row of a grid and ``label`` the head of its column."""


def labelled(page: Print, targets: Sequence[Target], lines: Sequence[TextLine]) -> list[Labelled]:
    """Every target with the text beside it, and with its group's heading."""
    grid = grid_labels(targets, lines)
    plain = _labelled(page, [t for t in targets if t not in grid], targets, lines)
    rows = [_in_grid(target, *grid[target]) for target in targets if target in grid]
    order = {id(t): i for i, t in enumerate(targets)}
    return sorted([*plain, *rows], key=lambda one: order[id(one.target)])


def _in_grid(target: Target, row: TextLine, head: Sequence[TextLine]) -> Labelled:
    text = _joined([row.from_word(1)]) if len(row.words) > 1 and NUMBER.match(row.words[0].text) else _joined([row])
    sure = min([row.sure, *(line.sure for line in head)])
    return Labelled(target, _joined(head), sure, text, lines=(row, *head), of_row=True)


def _labelled(
    page: Print, own: Sequence[Target], targets: Sequence[Target], lines: Sequence[TextLine]
) -> list[Labelled]:
    if not own:
        return []
    side = _common_side(page, own, lines)
    primary: dict[int, TextLine] = {}
    for i, target in enumerate(own):
        line = _beside(page, target, targets, lines, side) or _near(page, target, targets, lines)
        if line is not None:
            primary[i] = line
    owners = Counter(id(line) for line in primary.values())
    used = {id(line) for line in primary.values()}
    found: list[Labelled] = []
    for i, target in enumerate(own):
        if i not in primary:
            found.append(Labelled(target))
            continue
        label_lines = _with_continuation(primary[i], lines, used, targets)
        used |= {id(line) for line in label_lines}
        sure = min(line.sure for line in label_lines) if owners[id(primary[i])] == 1 else 0.0
        found.append(Labelled(target, _joined(label_lines), sure, lines=tuple(label_lines)))
    rest = [line for line in lines if id(line) not in used]
    return _grouped(page, found, rest)


def _joined(lines: Sequence[TextLine]) -> str:
    return " ".join(line.text for line in lines).strip(" .:;-—_|…")


def _common_side(page: Print, targets: Sequence[Target], lines: Sequence[TextLine]) -> Side:
    """On which side of their targets labels stand: where more have text, and nearer."""
    scores = {}
    for side in ("right", "left"):
        gaps = [_gap(t, line, side) for t in targets if (line := _beside(page, t, targets, lines, side, True))]
        near = sum(1 / (2.0 + g) for g in gaps)
        scores[side] = near
    return "right" if scores["right"] >= scores["left"] else "left"


def _gap(target: Target, line: TextLine, side: Side) -> float:
    return line.box.x - target.box.right if side == "right" else target.box.x - line.box.right


def _beside(
    page: Print, target: Target, targets: Sequence[Target], lines: Sequence[TextLine], side: Side, within: bool = True
) -> TextLine | None:
    """The nearest line level with the target on that side, with no other target and no rule between."""
    box, best = target.box, None
    for line in lines:
        gap = _gap(target, line, side)
        level = min(line.box.bottom, box.bottom) - max(line.box.y, box.y)
        if not -TOUCHING_MM <= gap <= BESIDE_MM or level < 0.3 * min(line.box.h, box.h):
            continue
        if best is not None and gap >= _gap(target, best, side):
            continue
        y = box.centre[1]
        left, right = (box.right, line.box.x) if side == "right" else (line.box.right, box.x)
        corridor = Box(left - 0.1, y - 0.3, max(0.2, right - left + 0.2), 0.6)
        if any(t is not target and t.box.overlaps(corridor) for t in targets):
            continue
        if within and any(_parts(rule, corridor) for rule in page.rules):
            continue
        best = line
    return best


def _parts(rule: Rule, corridor: Box) -> bool:
    return not rule.across and corridor.x < rule.at < corridor.right and rule.start < corridor.y < rule.end


def _near(page: Print, target: Target, targets: Sequence[Target], lines: Sequence[TextLine]) -> TextLine | None:
    """The nearest line above or below it, else the one behind a rule on its left: a table row's name."""
    box = target.box
    found = []
    for line in lines:
        across = max(line.box.x - box.right, box.x - line.box.right, 0.0)
        down = max(line.box.y - box.bottom, box.y - line.box.bottom, 0.0)
        if across <= NEAR_MM / 2 and down <= NEAR_MM and not _rule_between(page, box, line.box):
            found.append((down + across / 2 + (0.0 if line.box.y > box.y else 3.0), id(line), line))
    if found:
        return min(found)[2]
    behind = _beside(page, target, targets, lines, "left", within=False)
    return behind or _beside(page, target, targets, lines, "right", within=False)


def _rule_between(page: Print, a: Box, b: Box) -> bool:
    low, high = sorted((a.centre[1], b.centre[1]))
    x = (max(a.x, b.x) + min(a.right, b.right)) / 2
    return any(r.across and low < r.at < high and r.start - 1 < x < r.end + 1 for r in page.rules)


def _with_continuation(
    first: TextLine, lines: Sequence[TextLine], used: set[int], targets: Sequence[Target]
) -> list[TextLine]:
    """The label's first line and those set solid below it, with the same left, right or middle."""
    found = [first]
    while True:
        last = found[-1].box
        below = [
            line
            for line in lines
            if id(line) not in used
            and line not in found
            and -0.3 <= line.box.y - last.bottom <= LINE_GAP * min(first.box.h, line.box.h)
            and 0.65 < line.box.h / first.box.h < 1.55
            and min(
                abs(line.box.x - first.box.x),
                abs(line.box.right - first.box.right),
                abs(line.box.centre[0] - first.box.centre[0]),
            )
            < SAME_EDGE_MM
            and not any(
                t.box.y < line.box.bottom and line.box.y < t.box.bottom and _level(t.box, line.box) for t in targets
            )
        ]
        if not below or len(found) > 3 or LIMIT.search(below[0].text):
            return found
        found.append(below[0])


def _level(target: Box, line: Box) -> bool:
    return min(abs(target.x - line.right), abs(line.x - target.right)) < LEVEL_MM


# --- groups ---------------------------------------------------------------------------------------------


def _grouped(page: Print, found: Sequence[Labelled], rest: Sequence[TextLine]) -> list[Labelled]:
    bands = _bands(page, found, rest)
    if bands is not None:
        return bands
    return _under_headings(found, rest)


def _bands(page: Print, found: Sequence[Labelled], rest: Sequence[TextLine]) -> list[Labelled] | None:
    """Groups as rows of a table whose first cell names the contest; None where the page is not so made."""
    across = sorted((r for r in page.borders if r.across and r.end - r.start > 25), key=lambda r: r.at)
    if len(across) < 2 or not found:
        return None
    grouped = []
    for one in found:
        x, y = one.target.box.centre
        above = max((r.at for r in across if r.at < y and r.start - 1 < x < r.end + 1), default=None)
        below = min((r.at for r in across if r.at > y and r.start - 1 < x < r.end + 1), default=None)
        if above is None or below is None:
            grouped.append(one)
            continue
        above, below = _band_of_first_cell(above, below, across, x)
        cell = _first_cell(page, above, below, x)
        inside = [
            r for r in rest if cell is not None and above - 0.5 <= r.box.centre[1] <= below + 0.5 and _in(r, cell)
        ]
        name, limit = _heading(inside)
        grouped.append(replace(one, group=name, limit=limit))
    named = [g for g in grouped if g.group]
    enough = len(named) >= 0.5 * len(grouped) and len({g.group for g in named}) >= 2
    return grouped if enough else None


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


def _heading(lines: Sequence[TextLine]) -> tuple[str, int | None]:
    """The words of a heading without the sentence that limits the votes, and that limit."""
    ordered = in_reading_order(lines)
    limit = limit_of(" ".join(line.text for line in ordered))
    named = [_surely(line) for line in ordered if not LIMIT.search(line.text)]
    text = " ".join(named).strip(" .:;-—_|")
    return re.sub(r"^(?:For|Cho)\s+(?=[A-ZĐ])", "", text), limit


def _surely(line: TextLine) -> str:
    """A heading without the short words that tesseract makes of rules and specks."""
    return " ".join(w.text for w in line.words if w.sure >= SPECK_SURE or len(w.text) > 3)


def limit_of(text: str) -> int | None:
    """How many votes "Vote for not more than 2" or "Bầu không quá 3" allows."""
    found = LIMIT.search(text)
    if not found:
        return None
    word = found.group(1).lower()
    return NUMBERS.get(word) or (int(word) if word.isdigit() else None)


def _under_headings(found: Sequence[Labelled], rest: Sequence[TextLine]) -> list[Labelled]:
    """Groups by the text that stands alone above or between targets of one column."""
    grouped: dict[int, Labelled] = {}
    for column in _columns(found):
        group, limit = "", None
        previous: Labelled | None = None
        for i in column:
            heading = _heading_above(found[i], previous, rest)
            if heading:
                group, limit = _heading(heading)
            elif previous is None or found[i].target.box.y - previous.target.box.bottom > 4 * HEADING_GAP_MM:
                group, limit = "", None
            grouped[i] = replace(found[i], group=group, limit=limit)
            previous = found[i]
    return [_from_neighbour(grouped[i], grouped) for i in range(len(found))]


def _columns(found: Sequence[Labelled]) -> list[list[int]]:
    """Indices of targets above each other, top to bottom."""
    columns: list[list[int]] = []
    for i in sorted(range(len(found)), key=lambda i: (found[i].target.box.y, found[i].target.box.x)):
        x = found[i].target.box.centre[0]
        column = next((c for c in columns if abs(found[c[-1]].target.box.centre[0] - x) < 2.5), None)
        if column is None:
            columns.append([i])
        else:
            column.append(i)
    return columns


def _heading_above(one: Labelled, previous: Labelled | None, rest: Sequence[TextLine]) -> list[TextLine]:
    """Lines right above a target, below the target before it, that overlap it and its label."""
    reach = one.target.box
    for line in one.lines:
        reach = reach.union(line.box)
    floor = max([line.box.bottom for line in previous.lines] + [previous.target.box.bottom]) if previous else 0.0
    top = reach.y
    picked: list[TextLine] = []
    for line in sorted(rest, key=lambda line: -line.box.y):
        over = min(line.box.right, reach.right + 6) - max(line.box.x, reach.x - 6)
        if line.box.y >= reach.y - 0.5 or line.box.centre[1] < floor or over <= 0:
            continue
        allowed = HEADING_GAP_MM if not picked else 1.3 * picked[-1].box.h + 1.0
        if top - line.box.bottom > allowed or len(picked) >= HEADING_LINES:
            break
        picked.append(line)
        top = line.box.y
    return picked


def _from_neighbour(one: Labelled, grouped: dict[int, Labelled]) -> Labelled:
    """A column without heading of its own belongs to the one beside it."""
    if one.group:
        return one
    y = one.target.box.centre[1]
    beside = [o for o in grouped.values() if o.group and abs(o.target.box.centre[1] - y) < 3]
    if not beside:
        return one
    nearest = min(beside, key=lambda o: abs(o.target.box.x - one.target.box.x))
    return replace(one, group=nearest.group, limit=nearest.limit)
