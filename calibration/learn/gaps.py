"""Labels in a column of targets beside which no target was found: it is marked on the blank, or there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from calibration.learn.headings import columns_of
from calibration.learn.lines import TextLine
from calibration.learn.strokes import Print
from pipeline.forms.template import FieldKind
from pipeline.geometry import Box

if TYPE_CHECKING:
    from calibration.learn.labels import Labelled

FEWEST = 3
SAME_EDGE_MM, SAME_HEIGHT = 1.2, 1.45
PITCH_SHARE = 0.12
"""Of the distance between targets: by so much their distances differ."""
FURTHEST = 3
"""Targets in a row that may be missing."""
MARKED_SHARE, FAINT = 0.1, 45
"""Of a target's place that is ink where it is marked; marks of a half of averaged sheets are faint."""
INNER = 0.8
LARGER, LOGO_SHARE = 1.25, 0.3
"""By so much a pen goes beyond the target that it fills; what is so full beyond that is a sign."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A label without a target: ``box`` where the target would be, ``marked`` whether ink stands there."""

    kind: FieldKind
    box: Box
    lines: tuple[TextLine, ...]
    marked: bool

    @property
    def label(self) -> str:
        return " ".join(line.text for line in self.lines).strip(" .:;-—_|…")


def gaps_of(page: Print, found: Sequence[Labelled], rest: Sequence[TextLine]) -> list[Gap]:
    """Gaps of every column; ``rest`` are the lines that are no labels."""
    gaps: list[Gap] = []
    every = [one.target.box for one in found]
    for column in columns_of(every):
        own = [found[i] for i in column if found[i].lines and not found[i].of_row]
        if len(own) >= FEWEST:
            gaps += _in_column(page, own, every, rest)
    return gaps


def _in_column(page: Print, own: Sequence[Labelled], every: Sequence[Box], rest: Sequence[TextLine]) -> list[Gap]:
    target = own[0].target
    x = float(np.median([one.target.box.centre[0] for one in own]))
    firsts = [one.lines[0].box for one in own]
    start = float(np.median([b.x for b in firsts]))
    end = float(np.median([b.right for b in firsts]))
    flush_left = _spread([b.x for b in firsts]) <= _spread([b.right for b in firsts])
    below = float(np.median([b.centre[1] - one.target.box.centre[1] for b, one in zip(firsts, own, strict=True)]))
    high = float(np.median([b.h for b in firsts]))
    pitches = _pitches(own)
    if not pitches or _spread([b.x for b in firsts] if flush_left else [b.right for b in firsts]) > SAME_EDGE_MM:
        return []
    found = []
    for line in rest:
        aligned = abs(line.box.x - start) if flush_left else abs(line.box.right - end)
        y = line.box.centre[1] - below
        away = [abs(y - one.target.box.centre[1]) for one in own]
        above = [a for a, one in zip(away, own, strict=True) if one.target.box.centre[1] < y]
        below_it = [a for a, one in zip(away, own, strict=True) if one.target.box.centre[1] > y]
        sides = [min(side) for side in (above, below_it) if side]
        regular = [any(_whole_steps(a / pitch) for pitch in pitches) for a in sides]
        place = Box(x - target.box.w / 2, y - target.box.h / 2, target.box.w, target.box.h)
        if (
            aligned > SAME_EDGE_MM
            or not high / SAME_HEIGHT < line.box.h < high * SAME_HEIGHT
            or not any(regular)
            or any(place.grown(0.5).overlaps(box) for box in (*every, *page.black_fields))
        ):
            continue
        marked = _ink_share(page, place) >= MARKED_SHARE and not _on_logo(page, place)
        # a heading may stand one step above a target, but not as far below the one before
        if marked or (len(sides) == 2 and all(regular)):
            more = [r for r in rest if r is not line and _below(line, r, 0.45 * pitches[0])]
            found.append(Gap(target.kind, place, (line, *more), marked))
    return found


def _on_logo(page: Print, place: Box) -> bool:
    """Whether the ink is a sign beside a heading: larger than a filled target would be, on every side."""
    w, h = 0.3 * place.w, 0.3 * place.h
    beside = (
        Box(place.x - w, place.y, w / 2, place.h),
        Box(place.right + w / 2, place.y, w / 2, place.h),
        Box(place.x, place.y - h, place.w, h / 2),
        Box(place.x, place.bottom + h / 2, place.w, h / 2),
    )
    inked = sum(_ink_share(page, side) > LOGO_SHARE for side in beside)
    return inked >= 3 or any(
        sign.overlaps(place) and (sign.w > LARGER * place.w or sign.h > LARGER * place.h) for sign in page.pictures
    )


def _whole_steps(away: float) -> bool:
    return away <= FURTHEST + 0.5 and abs(away - round(away)) < PITCH_SHARE


def _below(first: TextLine, line: TextLine, reach: float) -> bool:
    """The further lines of a label, with what OCR joined to them."""
    over = line.box.x < first.box.right and first.box.x < line.box.right
    return over and 0 < line.box.y - first.box.y < reach


def _spread(values: Sequence[float]) -> float:
    low, high = np.percentile(values, (20, 80))
    return float(high - low)


def _pitches(own: Sequence[Labelled]) -> list[float]:
    """The distances from target to target that come more than once, or among few at all, millimetres."""
    steps = np.diff(sorted(one.target.box.centre[1] for one in own))
    found: list[float] = []
    for step in sorted(float(s) for s in steps if s > 1.0):
        often = (np.abs(steps - step) < PITCH_SHARE * step).sum() >= max(1, min(2.0, 0.3 * len(steps)))
        if often and not any(abs(step - other) < PITCH_SHARE * step for other in found):
            found.append(step)
    return found


def _ink_share(page: Print, box: Box) -> float:
    d = page.blank.density
    x, y = box.centre
    w, h = INNER * box.w, INNER * box.h
    y0, y1, x0, x1 = (max(0, round(v * d)) for v in (y - h / 2, y + h / 2, x - w / 2, x + w / 2))
    part = page.ink(FAINT)[y0:y1, x0:x1]
    return float(cv2.countNonZero(part) / part.size) if part.size else 0.0
