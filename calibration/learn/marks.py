"""Which of a face's solid bars and frames are there to be found by: timing marks, corner marks, a printed box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np

from calibration.learn.strokes import Print
from pipeline.geometry import Box, Size

ALIKE = 0.14
"""Share by which marks of one kind differ in width and height; scans at 200 dpi add a pixel of 8."""
ON_LINE_MM = 1.3
"""How far marks of one edge lie off its line: feeding bends and stretches paper by a millimetre."""
EDGE_SHARE = 0.25
"""Marks lie in the outer quarter of the page."""
FEWEST_TIMING = 8
"""Of the format of form documents."""
SPARSE = 0.8
"""An edge whose places are filled to less than this is taken for a code that differs from sheet to sheet."""
SQUARE = 0.2
SMALLEST_CORNER_MM = 2.5
FRAME_SHARE = 0.4
"""Of the page's area that a printed box round the page encloses."""


@dataclass(frozen=True, slots=True)
class TimingMarks:
    """``marks`` on full edges; ``code`` those of sparse edges, which are left out."""

    marks: tuple[Box, ...]
    code: tuple[Box, ...]


def timing_marks(page: Print) -> TimingMarks | None:
    """Equal bars along at least two edges; None where there are none."""
    best: TimingMarks | None = None
    for alike in _families(page.bars):
        if len(alike) >= FEWEST_TIMING:
            found = _on_edges(alike, page.blank.size)
            if found and (best is None or len(found.marks) > len(best.marks)):
                best = found
    return best


def whole_mark(page: Print) -> tuple[float, float] | None:
    """Width and height (mm) of the marks of an edge that no scanner has cut: the largest that stand in a row."""
    size = page.blank.size
    found = []
    for alike in _families(page.bars):
        centres = np.array([b.centre for b in alike])
        edges = [(axis, low) for axis in (0, 1) for low in (True, False)] if len(alike) >= FEWEST_TIMING else []
        for axis, low in edges:
            extent = (size.w, size.h)[axis]
            across = centres[:, axis]
            outer = across < EDGE_SHARE * extent if low else across > (1 - EDGE_SHARE) * extent
            line = _outermost(across, outer, low)
            if line is not None and line.sum() >= FEWEST_TIMING:
                found.append((float(np.median([b.w for b in alike])), float(np.median([b.h for b in alike]))))
    return max(found, key=lambda s: s[0] * s[1], default=None)


def _families(bars: Sequence[Box]) -> list[list[Box]]:
    """Bars of one size together, each bar once, the commonest size first."""
    left, families = list(bars), []
    while left:
        grouped = [[b for b in left if _alike(a, b)] for a in left]
        largest = max(grouped, key=len)
        families.append(largest)
        taken = set(map(id, largest))
        left = [b for b in left if id(b) not in taken]
    return families


def _alike(a: Box, b: Box) -> bool:
    slack_w, slack_h = max(ALIKE * a.w, 0.26), max(ALIKE * a.h, 0.26)
    return abs(a.w - b.w) <= slack_w and abs(a.h - b.h) <= slack_h


def _on_edges(bars: Sequence[Box], size: Size) -> TimingMarks | None:
    centres = np.array([b.centre for b in bars])
    lines: dict[str, np.ndarray] = {}
    for name, axis, extent, low in (
        ("left", 0, size.w, True),
        ("right", 0, size.w, False),
        ("top", 1, size.h, True),
        ("bottom", 1, size.h, False),
    ):
        across = centres[:, axis]
        outer = across < EDGE_SHARE * extent if low else across > (1 - EDGE_SHARE) * extent
        line = _outermost(across, outer, low)
        if line is not None:
            lines[name] = line
    if len(lines) < 2:
        return None
    full, sparse = np.zeros(len(bars), bool), np.zeros(len(bars), bool)
    for name, line in lines.items():
        along = np.sort(centres[line, 1 if name in ("left", "right") else 0])
        target = full if _filled(along) >= SPARSE else sparse
        target |= line
    marks = tuple(b for b, f in zip(bars, full, strict=True) if f)
    code = tuple(b for b, f, s in zip(bars, full, sparse, strict=True) if s and not f)
    places = np.array([m.centre for m in marks]).reshape(-1, 2)
    wide = len(marks) >= FEWEST_TIMING and np.ptp(places, axis=0).min() > 0.3 * min(size.w, size.h)
    return TimingMarks(marks, code) if wide else None


def _outermost(across: np.ndarray, outer: np.ndarray, low: bool) -> np.ndarray | None:
    """Which bars lie on the outermost line with three or more of them."""
    order = np.sort(across[outer])
    for at in order if low else order[::-1]:
        line: np.ndarray = outer & (np.abs(across - at) <= ON_LINE_MM)
        line &= np.abs(across - np.median(across[line])) <= ON_LINE_MM
        if line.sum() >= 3:
            return line
    return None


def _filled(along: np.ndarray) -> float:
    """Share of the regular places between the first and the last that have a mark."""
    steps = np.diff(along)
    steps = steps[steps > 0.5]
    if not len(steps):
        return 0.0
    return float(len(steps) / max(1.0, round((along[-1] - along[0]) / float(np.percentile(steps, 20)))))


def corner_marks(page: Print) -> tuple[Box, Box, Box, Box] | None:
    """Four equal squares near the corners, clockwise from top left."""
    size = page.blank.size
    for alike in _families(page.bars):
        squares = [b for b in alike if abs(b.w / b.h - 1) < SQUARE and min(b.w, b.h) > SMALLEST_CORNER_MM]
        if len(squares) < 4:
            continue
        corners = ((0.0, 0.0), (size.w, 0.0), (size.w, size.h), (0.0, size.h))
        nearest = [min(squares, key=lambda b: abs(b.centre[0] - x) + abs(b.centre[1] - y)) for x, y in corners]
        if len(set(nearest)) == 4 and _rectangular(nearest, size):
            a, b, c, d = nearest
            return a, b, c, d
    return None


def _rectangular(marks: Sequence[Box], size: Size) -> bool:
    a, b, c, d = (np.array(m.centre) for m in marks)
    slack = 0.01 * size.h + 1.0
    near = all(
        min(x, size.w - x) < EDGE_SHARE * size.w and min(y, size.h - y) < EDGE_SHARE * size.h for x, y in (a, b, c, d)
    )
    return (
        near
        and float(np.abs(a + c - b - d).max()) < slack
        and all(np.linalg.norm(p - q) > 20 for p, q in combinations((a, b, c, d), 2))
    )


def printed_box(page: Print) -> Box | None:
    """The outermost printed rectangle that encloses much of the page, along the middle of its line."""
    blank = page.blank
    contours, _ = cv2.findContours(page.ink(), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    whole = float(blank.picture.size)
    best: tuple[float, Box] | None = None
    for contour in contours:
        x, y, w, h = cv2.boundingRect(contour)
        area = cv2.contourArea(contour)
        if area < FRAME_SHARE * whole or area < 0.96 * w * h:
            continue
        if min(x, y, blank.picture.shape[1] - x - w, blank.picture.shape[0] - y - h) < blank.density:
            continue  # the shadow of the paper's edge
        line = 0.15 * blank.density
        box = blank.box(x + line, y + line, x + w - line, y + h - line)
        if best is None or area > best[0]:
            best = (area, box)
    return best[1] if best else None
