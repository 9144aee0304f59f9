"""Where a stamp is meant to be: told by printed words, bounded by what is printed around."""

from __future__ import annotations

import re
from collections.abc import Sequence

from calibration.learn.finds import Find
from calibration.learn.lines import TextLine
from calibration.learn.spelling import folded
from calibration.learn.strokes import Print
from pipeline.geometry import Box

WORDS = re.compile(r"\b(dong dau|dau cua|con dau|stamp|seal|sello)\b")
LARGEST = (38.0, 34.0)
"""mm: the seal of an election team has 36 mm and less."""
STEP_MM = 0.5
CLEAR_MM = 1.0


def stamp_place(page: Print, lines: Sequence[TextLine], taken: Sequence[Box]) -> Find | None:
    """The place of the first such words; None where there are none, or a whole sentence speaks of a stamp."""
    for line in lines:
        if WORDS.search(folded(line.text)) and len(line.words) <= 6:
            own = [line, *_with_it(line, lines)]
            return _place(page, own, [o.box for o in lines if o not in own], taken)
    return None


def _with_it(line: TextLine, lines: Sequence[TextLine]) -> list[TextLine]:
    """Lines of the same small block, set under the first with the same middle."""
    found: list[TextLine] = []
    last = line.box
    for other in lines:
        near = 0 < other.box.y - last.y < 2.2 * max(last.h, other.box.h)
        if other is not line and near and abs(other.box.centre[0] - last.centre[0]) < 3 and len(other.words) <= 6:
            found.append(other)
            last = other.box
    return found


def _place(page: Print, own: Sequence[TextLine], others: Sequence[Box], taken: Sequence[Box]) -> Find:
    box = own[0].box
    for line in own[1:]:
        box = box.union(line.box)
    label = " ".join(line.text for line in own)
    ring = [o.box for o in page.outlines if _holds(o.box, box) and o.box.w < 80 and o.box.h < 80]
    if ring:
        return Find("stamp", min(ring, key=lambda b: b.w * b.h), label)
    return Find("stamp", _grown(page, box, (*others, *taken)), label, doubts=("stamp_guessed",))


def _holds(outer: Box, inner: Box) -> bool:
    return outer.x <= inner.x and outer.y <= inner.y and inner.right <= outer.right and inner.bottom <= outer.bottom


def _grown(page: Print, box: Box, others: Sequence[Box]) -> Box:
    """The box widened on every side until print, a rule or the largest seal stops it."""
    rules = [
        Box(r.start, r.at - 0.2, r.end - r.start, 0.4) if r.across else Box(r.at - 0.2, r.start, 0.4, r.end - r.start)
        for r in page.rules
    ]
    walls = [*others, *rules]
    size = page.blank.size
    grown = box
    moved = True
    while moved:
        moved = False
        for left, top, right, bottom in ((1, 0, 0, 0), (0, 0, 1, 0), (0, 1, 0, 0), (0, 0, 0, 1)):
            wider = Box(
                grown.x - left * STEP_MM,
                grown.y - top * STEP_MM,
                grown.w + (left + right) * STEP_MM,
                grown.h + (top + bottom) * STEP_MM,
            )
            inside = wider.x > 3 and wider.y > 3 and wider.right < size.w - 3 and wider.bottom < size.h - 3
            small = wider.w <= max(LARGEST[0], box.w) and wider.h <= max(LARGEST[1], box.h)
            if inside and small and not any(wider.grown(CLEAR_MM).overlaps(w) for w in walls):
                grown, moved = wider, True
    return Box(round(grown.x, 2), round(grown.y, 2), round(grown.w, 2), round(grown.h, 2))
