"""Tally strokes in one cell: squares of four strokes and a diagonal, or four bars and one across; how many in all."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.recognize.digits.box import FAINT, PEN, darkness, strongest_ink
from pipeline.recognize.digits.normal_form import Picture
from pipeline.recognize.tally_gates import read_gates
from pipeline.recognize.tally_groups import FULL, Group, Place, Style, TallyReading, both, gaps, in_reading_order

CONTRAST = 35
"""Grey levels by which a tally stroke is darker than the paper at the least."""
THERE, ABSENT = 0.7, 0.35
"""Share of a side that ink covers from which the stroke is there for sure, and below which it is absent for sure."""


def read_tally(crop: Picture, style: Style, pitch: float) -> TallyReading:
    """The strokes of one cell. ``crop``: grey, without the cell's own lines; ``pitch``: usual height of a group, px."""
    dark = darkness(crop)
    strongest = strongest_ink(dark)
    if strongest < CONTRAST:
        return TallyReading(())
    _, mask = cv2.threshold(dark, max(FAINT, PEN * strongest), 255, cv2.THRESH_BINARY)
    ink = np.asarray(mask, np.uint8)
    groups = (
        read_gates(dark, ink, pitch)
        if style == "gate"
        else [_square(ink, place, pitch) for place in _places(ink, pitch)]
    )
    return TallyReading(in_reading_order(groups, pitch))


def _places(mask: Picture, pitch: float) -> list[Place]:
    """Bounds of the squares: the strokes of one nearly meet."""
    gap = round(pitch * 0.08) | 1
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    return _met([(x, y, w, h) for x, y, w, h, _ in stats[1:].tolist() if max(w, h) > 0.3 * pitch], pitch)


def _met(boxes: list[Place], pitch: float) -> list[Place]:
    """Parts of one square whose corners stay open, put together."""
    out: list[Place] = []
    for box in boxes:
        near = next((k for k, other in enumerate(out) if _one_square(box, other, pitch)), None)
        if near is None:
            out.append(box)
        else:
            merged = both(out.pop(near), box)
            out = _met([*out, merged], pitch)
    return out


def _one_square(one: Place, other: Place, pitch: float) -> bool:
    across, down = gaps(one, other)
    return max(across, down) < 0.3 * pitch and max(both(one, other)[2:]) < 1.35 * pitch


def _square(mask: Picture, place: Place, pitch: float) -> Group:
    """Sides of the square that are there, and the diagonal: each covers its band from end to end or hardly at all."""
    x, y, w, h = place
    strokes, sure = _sides(mask[y : y + h, x : x + w] > 0, pitch)
    return Group(place, strokes, sure)


def _sides(part: NDArray[np.bool_], pitch: float) -> tuple[int, bool]:
    height, width = part.shape
    thin = 0.38 * pitch
    if width < thin or height < thin:
        return 1, max(height, width) > 0.5 * pitch
    band_x, band_y = max(2, round(width * 0.3)), max(2, round(height * 0.3))
    inner_y, inner_x = slice(band_y, height - band_y), slice(band_x, width - band_x)
    cover = [
        part[inner_y, :band_x].any(axis=1).mean(),
        part[inner_y, width - band_x :].any(axis=1).mean(),
        part[:band_y, inner_x].any(axis=0).mean(),
        part[height - band_y :, inner_x].any(axis=0).mean(),
    ]
    middle = part[inner_y, inner_x]
    crossed = min(float(middle.any(axis=1).mean()), float(middle.any(axis=0).mean()))
    cover.append(crossed)
    there = sum(c >= (THERE + ABSENT) / 2 for c in cover)
    sure = all(c >= THERE or c <= ABSENT for c in cover)
    regular = max(width, height) < 1.7 * pitch and width < 1.8 * height and height < 1.8 * width
    lone_diagonal = crossed >= THERE and there < FULL
    return max(there, 1), sure and regular and not lone_diagonal
