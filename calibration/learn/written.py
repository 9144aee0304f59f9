"""What people write on count forms: numbers in rows of digit boxes, and places to sign. Looked for only when asked.

A row of small boxes may as well be meant for a voter's marks, so a ballot is never searched for numbers by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from calibration.learn.finds import Find
from calibration.learn.labels import SURE
from calibration.learn.lines import TextLine, in_reading_order
from calibration.learn.spelling import folded
from calibration.learn.strokes import Print
from calibration.learn.tables import EMPTY_MM2, RECTANGLE, ink_mm2
from pipeline.geometry import Box

WIDTHS, HEIGHTS, ASPECT = (2.5, 10.0), (3.5, 13.0), (0.4, 1.3)
"""mm of a digit box, and its width over its height."""
ONE_SIZE_MM, LEVEL_MM = 0.6, 0.8
"""By so much boxes of one number differ in size and in height."""
APART_MM, COMMA_MM = 2.0, 6.0
"""Digit boxes touch, or stand so far from each other at the most; so far where a comma stands between."""
FEWEST = 2
LABEL_MM = 0.8
"""Of a box's height, how far above or below its middle a line of the label left of it stands at the most."""
ABOVE_MM = 6.0
SIGNS = re.compile(r"^ky\b|\b(ky ten|ky ghi ro|chu ky|signature|signed|sign here|firma|unterschrift|assinatura)\b")
"""Words that stand at a place to sign, folded."""
SIGN_WIDE, SIGN_BELOW, SIGN_HIGH = 48.0, 1.5, 15.0
"""mm: a place to sign below such words."""


@dataclass(frozen=True, slots=True)
class Digits:
    """The boxes of one number from left to right, and how many of them stand behind a printed comma."""

    boxes: tuple[Box, ...]
    decimals: int = 0


def digit_boxes(page: Print) -> list[Digits]:
    """Rows of two or more empty boxes of one size side by side, each row from left to right, top to bottom."""
    boxes = [
        o.box
        for o in page.outlines
        if o.fill >= RECTANGLE and _digit_sized(o.box) and ink_mm2(page, o.box) <= EMPTY_MM2
    ]
    rows: list[Digits] = []
    left = sorted(boxes, key=lambda b: (b.x, b.y))
    while left:
        row = [left.pop(0)]
        while following := next((b for b in left if _goes_on(row[-1], b)), None):
            row.append(following)
            left.remove(following)
        if len(row) >= FEWEST:
            rows.append(Digits(tuple(row)))
    return _with_decimals(page, sorted(rows, key=lambda row: (round(row.boxes[0].y), row.boxes[0].x)))


def _with_decimals(page: Print, rows: Sequence[Digits]) -> list[Digits]:
    """Rows between which only a comma or point stands are one number."""
    joined: list[Digits] = []
    for row in rows:
        last = joined[-1] if joined and not joined[-1].decimals else None
        if last is not None and _decimals_of(page, last.boxes[-1], row.boxes[0]):
            joined[-1] = Digits((*last.boxes, *row.boxes), len(row.boxes))
        else:
            joined.append(row)
    return joined


def _decimals_of(page: Print, last: Box, first: Box) -> bool:
    """Whether a sign hangs at the feet of the boxes between two rows, and nothing else is printed there."""
    alike = abs(first.w - last.w) <= ONE_SIZE_MM and abs(first.y - last.y) <= LEVEL_MM
    if not alike or not APART_MM / 4 < first.x - last.right <= COMMA_MM:
        return False
    gap = Box(last.right + 0.4, last.y - 0.5, first.x - last.right - 0.8, 0.5 * last.h + 0.5)
    feet = Box(gap.x, last.y + 0.5 * last.h, gap.w, 0.5 * last.h + 1.5)
    return gap.w > 0 and ink_mm2(page, gap, 0.0) < 0.05 < ink_mm2(page, feet, 0.0)


def _digit_sized(box: Box) -> bool:
    return (
        WIDTHS[0] <= box.w <= WIDTHS[1]
        and HEIGHTS[0] <= box.h <= HEIGHTS[1]
        and ASPECT[0] <= box.w / box.h <= ASPECT[1]
    )


def _goes_on(last: Box, box: Box) -> bool:
    alike = abs(box.w - last.w) <= ONE_SIZE_MM and abs(box.h - last.h) <= ONE_SIZE_MM
    return alike and abs(box.y - last.y) <= LEVEL_MM and -LEVEL_MM <= box.x - last.right <= APART_MM


def numbers(rows: Sequence[Digits], lines: Sequence[TextLine]) -> list[Find]:
    """A number for every row of digit boxes, labelled by the text left of it, else above it."""
    wholes = [_around(row.boxes) for row in rows]
    found = []
    for row, whole in zip(rows, wholes, strict=True):
        text = _beside(whole, wholes, lines) or _above(whole, lines)
        label = " ".join(line.text for line in in_reading_order(text)).strip(" .:;-—_|…")
        sure = min((line.sure for line in text), default=0.0)
        doubts = ("no_label",) if not label else ("label_unsure",) if sure < SURE else ()
        found.append(Find("number", whole, label, "", row.boxes, doubts, decimals=row.decimals))
    return found


def _around(row: Sequence[Box]) -> Box:
    whole = row[0]
    for box in row[1:]:
        whole = whole.union(box)
    return whole


def _beside(whole: Box, others: Sequence[Box], lines: Sequence[TextLine]) -> list[TextLine]:
    """The text left of a number, up to the number before it on the same height."""
    level, reach = whole.centre[1], LABEL_MM * whole.h
    before = [o.right for o in others if o.right < whole.x and o.y - 1 < level < o.bottom + 1]
    begin = max(before, default=0.0)
    left = [line for line in lines if begin <= line.box.x and line.box.right <= whole.x + 1]
    return [line for line in left if abs(line.box.centre[1] - level) < reach]


def _above(whole: Box, lines: Sequence[TextLine]) -> list[TextLine]:
    over = [
        line
        for line in lines
        if line.box.x < whole.right and line.box.right > whole.x and 0 <= whole.y - line.box.bottom <= ABOVE_MM
    ]
    return sorted(over, key=lambda line: whole.y - line.box.bottom)[:1]


def places_to_sign(page: Print, lines: Sequence[TextLine]) -> list[Find]:
    """A place below every short text that asks for a signature; its size is guessed."""
    size, found = page.blank.size, []
    for line in lines:
        if len(line.words) > 8 or not SIGNS.search(folded(line.text)):
            continue
        x = min(max(2.0, line.box.centre[0] - SIGN_WIDE / 2), size.w - SIGN_WIDE - 2.0)
        below = line.box.bottom + SIGN_BELOW
        walls = [o.box.y for o in lines if o.box.y > line.box.bottom and o.box.x < x + SIGN_WIDE and o.box.right > x]
        height = min([SIGN_HIGH, size.h - below - 2.0, *(y - below - 0.5 for y in walls)])
        if height >= SIGN_HIGH / 3:
            box = Box(round(x, 2), round(below, 2), SIGN_WIDE, round(height, 2))
            found.append(Find("signature", box, line.text.strip(" .:;-—_|…()"), doubts=("stamp_guessed",)))
    return found
