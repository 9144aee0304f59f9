"""Tally strokes in one cell: squares of four strokes and a diagonal, or four bars and one across; how many in all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.recognize.digits.box import FAINT, PEN, darkness, strongest_ink

Picture = NDArray[np.uint8]
Place: TypeAlias = tuple[int, int, int, int]
"""x, y, width and height in pixels of the crop."""
Style = Literal["square", "gate"]
"""``square``: the Vietnamese square, its diagonal is the fifth; ``gate``: four upright bars, the fifth across."""

CONTRAST = 35
"""Grey levels by which a tally stroke is darker than the paper at the least."""
THERE, ABSENT = 0.7, 0.35
"""Share of a side that ink covers from which the stroke is there for sure, and below which it is absent for sure."""
FULL = 5


@dataclass(frozen=True, slots=True)
class Group:
    """Strokes that belong together: where they lie, how many, how sure."""

    place: Place
    strokes: int
    sure: bool


@dataclass(frozen=True, slots=True)
class TallyReading:
    """All groups of a cell from left to right, row by row.

    ``sure``: every group is, and a square that is not full, or a bar without its four fellows, stands at the end.
    """

    groups: tuple[Group, ...]

    @property
    def count(self) -> int:
        return sum(g.strokes for g in self.groups)

    @property
    def sure(self) -> bool:
        begun = [g for g in self.groups if g.strokes < FULL]
        last = self.groups[len(self.groups) - len(begun) :]
        return all(g.sure for g in self.groups) and list(last) == begun and sum(g.strokes for g in begun) < FULL


def read_tally(crop: Picture, style: Style, pitch: float) -> TallyReading:
    """The strokes of one cell. ``crop``: grey, without the cell's own lines; ``pitch``: usual height of a group, px."""
    dark = darkness(crop)
    strongest = strongest_ink(dark)
    if strongest < CONTRAST:
        return TallyReading(())
    _, mask = cv2.threshold(dark, max(FAINT, PEN * strongest), 255, cv2.THRESH_BINARY)
    ink = np.asarray(mask, np.uint8)
    found = [_group(ink, place, style, pitch) for place in _places(ink, style, pitch)]
    return TallyReading(tuple(g for g in found if g is not None))


def _places(mask: Picture, style: Style, pitch: float) -> list[Place]:
    """Bounds of the groups in reading order: a square's strokes nearly meet, bars are joined by the stroke across."""
    gap = round(pitch * (0.08 if style == "square" else 0.05)) | 1
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    boxes = [(x, y, w, h) for x, y, w, h, _ in stats[1:].tolist() if max(w, h) > 0.3 * pitch]
    if style == "square":
        boxes = _met(boxes, pitch)
    rows: list[list[Place]] = []
    for box in sorted(boxes, key=lambda b: b[1] + b[3] / 2):
        if rows and box[1] + box[3] / 2 - (rows[-1][0][1] + rows[-1][0][3] / 2) < 0.6 * pitch:
            rows[-1].append(box)
        else:
            rows.append([box])
    return [box for row in rows for box in sorted(row)]


def _met(boxes: list[Place], pitch: float) -> list[Place]:
    """Parts of one square whose corners stay open, put together."""
    out: list[Place] = []
    for box in boxes:
        near = next((k for k, other in enumerate(out) if _one_square(box, other, pitch)), None)
        if near is None:
            out.append(box)
        else:
            merged = _both(out.pop(near), box)
            out = _met([*out, merged], pitch)
    return out


def _both(one: Place, other: Place) -> Place:
    x, y = min(one[0], other[0]), min(one[1], other[1])
    right, low = (max(one[k] + one[k + 2], other[k] + other[k + 2]) for k in (0, 1))
    return x, y, right - x, low - y


def _one_square(one: Place, other: Place, pitch: float) -> bool:
    gaps = [max(one[k], other[k]) - min(one[k] + one[k + 2], other[k] + other[k + 2]) for k in (0, 1)]
    return max(gaps) < 0.3 * pitch and max(_both(one, other)[2:]) < 1.35 * pitch


def _group(mask: Picture, place: Place, style: Style, pitch: float) -> Group | None:
    x, y, w, h = place
    part = mask[y : y + h, x : x + w] > 0
    strokes, sure = _square(part, pitch) if style == "square" else _gate(part, pitch)
    return Group(place, strokes, sure) if strokes else None


def _square(part: NDArray[np.bool_], pitch: float) -> tuple[int, bool]:
    """Sides of the square that are there, and the diagonal: each covers its band from end to end or hardly at all."""
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


def _gate(part: NDArray[np.bool_], pitch: float) -> tuple[int, bool]:
    """One bar, or four with the fifth across, set upright first: then a bar fills its columns and the fifth none.

    A stroke across closes a five; whether it lies across just four bars is what makes it sure.
    """
    height, width = part.shape
    profile = max((_sheared(part, slant) for slant in np.linspace(-0.4, 0.4, 17)), key=lambda p: float((p**2).sum()))
    bars = [_runs(profile > share) for share in (0.4, 0.55, 0.7)]
    filled = np.flatnonzero(profile > 0.55)
    between = profile[filled[0] : filled[-1]] if len(filled) else profile[:0]
    gaps = between[between < 0.4]
    across = float((gaps > 0.025).mean()) if len(gaps) else 0.0
    if width <= 0.75 * pitch or across < 0.6:
        lone = set(bars) == {1} and int((profile > 0.4).sum()) <= 0.2 * pitch
        return max(bars[1], 1), lone and height > 0.5 * pitch
    level = part[round(height * 0.1) : max(round(height * 0.9), 1)]
    bars.append(int(np.bincount([_runs(row) for row in level]).argmax()))
    if width >= 1.9 * pitch or not FULL - 2 <= round(np.median(bars)) <= FULL:
        return bars[1] + 1, False
    return FULL, FULL - 1 in bars and max(bars) - min(bars) <= 2 and across > 0.75


def _sheared(part: NDArray[np.bool_], slant: float) -> NDArray[np.float32]:
    """How much of its height each column's ink fills when the part is set upright by ``slant`` (x per y)."""
    height, width = part.shape
    rise = abs(slant) * height
    matrix = np.array([[1.0, slant, rise - slant * height / 2 - rise / 2], [0.0, 1.0, 0.0]])
    upright = cv2.warpAffine(part.astype(np.float32), matrix, (width + round(rise), height))
    return np.asarray(upright.mean(axis=0), np.float32)


def _runs(row: NDArray[np.bool_]) -> int:
    return int(row[0]) + int(np.count_nonzero(row[1:] & ~row[:-1]))
