"""Timing marks that the scanner cut off at the paper's edge, made whole on a picture with a wider margin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from calibration.learn.blank import Blank
from calibration.learn.marks import whole_mark
from calibration.learn.strokes import Print
from pipeline.geometry import Box, Size

AT_EDGE_MM = 1.5
"""A scanner's own white rim is a millimetre wide."""
SAME_MM = 0.35
"""By which the uncut side of a cut mark differs from that of a whole one."""
SMALLEST_SHARE, LARGEST_SHARE = 0.35, 0.95
FEWEST = 5
MARGIN_MM = 0.5

Edge = tuple[int, bool]
"""Axis (0 across, 1 down) and whether it is the far edge."""
EDGES: tuple[Edge, ...] = ((0, False), (0, True), (1, False), (1, True))


def completed(blank: Blank) -> Blank:
    """The blank with marks cut by its edges drawn whole; the same blank where none is.

    The reader finds marks by their middles, so half a mark would be looked for in the wrong place on a scan that
    shows it whole.
    """
    page = Print(blank)
    whole = whole_mark(page)
    if whole is None:
        return blank
    cut = {edge: _cut(page.bars, edge, whole, blank.size) for edge in EDGES}
    room = {
        edge: whole[edge[0]] - float(np.median([(b.w, b.h)[edge[0]] for b in bars])) + MARGIN_MM if bars else 0.0
        for edge, bars in cut.items()
    }
    return _drawn(blank, whole, cut, room) if any(room.values()) else blank


def _cut(bars: Sequence[Box], edge: Edge, whole: tuple[float, float], size: Size) -> list[Box]:
    axis, far = edge
    found = []
    for bar in bars:
        length, other = (bar.w, bar.h) if axis == 0 else (bar.h, bar.w)
        gap = ((size.w - bar.right, size.h - bar.bottom) if far else (bar.x, bar.y))[axis]
        share = length / whole[axis]
        if gap <= AT_EDGE_MM and abs(other - whole[1 - axis]) <= SAME_MM and SMALLEST_SHARE < share < LARGEST_SHARE:
            found.append(bar)
    outer = [((b.right, b.bottom) if far else (b.x, b.y))[axis] for b in found]
    return found if len(found) >= FEWEST and float(np.ptp(outer)) < 2 * SAME_MM else []


def _drawn(blank: Blank, whole: tuple[float, float], cut: dict[Edge, list[Box]], room: dict[Edge, float]) -> Blank:
    d = blank.density
    pads = {edge: round(mm * d) for edge, mm in room.items()}
    left, right, top, bottom = (pads[edge] for edge in EDGES)
    paper = int(np.percentile(blank.picture[::8, ::8], 80))
    picture = np.pad(blank.picture, ((top, bottom), (left, right)), constant_values=paper)
    black = int(np.percentile(blank.picture[::4, ::4], 2))
    for (axis, far), bars in cut.items():
        for bar in bars:
            full = _whole_bar(bar, axis, far, whole)
            y0, y1 = (max(0, round(v * d) + top) for v in (full.y, full.bottom))
            x0, x1 = (max(0, round(v * d) + left) for v in (full.x, full.right))
            picture[y0:y1, x0:x1] = np.minimum(picture[y0:y1, x0:x1], black)
    return replace(blank, picture=picture, fine=None)


def _whole_bar(bar: Box, axis: int, far: bool, whole: tuple[float, float]) -> Box:
    """The bar with its inner end where it is and its outer end beyond the picture."""
    if axis == 0:
        return Box(bar.x if far else bar.right - whole[0], bar.y, whole[0], bar.h)
    return Box(bar.x, bar.y if far else bar.bottom - whole[1], bar.w, whole[1])
