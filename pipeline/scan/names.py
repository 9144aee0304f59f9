"""Whether the names that a form prints are the names on a page: compared letter by letter, struck or not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.scan.features import FINE, Floats, Grey
from pipeline.scan.local_map import pixels_per_mm_of
from pipeline.scan.page import PageMap, Points
from pipeline.scan.prepare import PreparedSide
from pipeline.scan.view import PageView, chained, inverted, reduced_to_full

AROUND_MM = 0.5
PRINT = 0.55
"""Darkness of the form's own print from which a place is compared: the insides of strokes, not their soft edges."""
STRETCH = 16
"""Pixels at FINE (4 mm, one or two capitals) that are judged together: a name that differs by one syllable
differs over 8 mm, and a spot of dust covers a quarter of it."""
LEAST_PRINT = 24.0
"""Print (dark pixels) that a stretch must have to tell anything."""
SHIFTS = tuple((dx, dy) for dy in range(-1, 2) for dx in range(-2, 3))
"""Pixels at FINE by which a stretch is moved about before it is held to differ: at the end of a long name, beyond
the last anchor, feeding has moved print by 0.5 mm."""
UNLIKE = 0.7
"""Stretches below this are looked at again, moved about; all others are plainly there."""
SOLID, SOLID_ROWS = 0.97, 0.3
"""Rows or columns dark so far, from the window's edge on, show the scanner's lid behind torn paper, where they make up
so much of a line's height, or a stretch of its length. The densest scribble leaves half a millimetre at the edges."""


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """A printed line of a form: where its window lies, where print is in it, and how much of it in each stretch."""

    shape: tuple[int, int]
    mask: NDArray[np.bool_]
    wanted: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Names:
    """The lines of a side; ``corners``: top left, top right and bottom left pixel of each window, mm (3 n, 2)."""

    lines: tuple[_Line, ...]
    corners: Points


def names_printed(view: PageView, map_: PageMap, side: PreparedSide) -> float:
    """The form's print that is there, as a share, where least of it is; 1 for a side without names.

    Pen only darkens, so a struck name scores as a clear one. What a scribble hides counts as there: nothing tells.
    """
    names = _names(side)
    if not names.lines:
        return 1.0
    places = map_.to_pixels(names.corners).reshape(-1, 3, 2)
    pictures = [_seen(view, line.shape, place) for line, place in zip(names.lines, places, strict=True)]
    seen = _darkness(pictures, [line.mask for line in names.lines])
    return min(_least(line, dark) for line, dark in zip(names.lines, seen, strict=True))


@lru_cache(maxsize=512)
def _names(side: PreparedSide) -> _Names:
    windows = list(_windows(side))
    if side.features is None or not windows:
        return _Names((), np.zeros((0, 2)))
    pictures = [side.features.fine_picture[y0:y1, x0:x1] for x0, y0, x1, y1 in windows]
    print_, paper = np.percentile(np.concatenate([picture.ravel() for picture in pictures]), (3, 80))
    own = _darkness(pictures, [picture < (print_ + paper) / 2 for picture in pictures])
    masks = [dark > PRINT for dark in own]
    lines = [_Line((m.shape[0], m.shape[1]), m, _summed(dark, m)) for dark, m in zip(own, masks, strict=True)]
    corners = [((x0, y0), (x1 - 1, y0), (x0, y1 - 1)) for x0, y0, x1, y1 in windows]
    return _Names(tuple(lines), (np.array(corners, np.float64).reshape(-1, 2) + 0.5) / FINE)


def _windows(side: PreparedSide) -> Iterator[tuple[int, int, int, int]]:
    """Pixels at FINE round every printed line of every name: left, top, right, bottom."""
    width, height = round(side.side.size.w * FINE), round(side.side.size.h * FINE)
    for field in side.side.fields:
        for box in (field.lines or (field.box,)) if field.kind == "strike" else ():
            around = box.grown(AROUND_MM)
            x0, y0 = max(0, int(around.x * FINE)), max(0, int(around.y * FINE))
            x1, y1 = min(width, int(around.right * FINE) + 1), min(height, int(around.bottom * FINE) + 1)
            if x1 - x0 > STRETCH and y1 - y0 > 1:
                yield x0, y0, x1, y1


def _seen(view: PageView, shape: tuple[int, int], corners: Points) -> Grey:
    """The page in a window whose corner pixels lie at ``corners`` of the original; white where the picture ends."""
    height, width = shape
    right, down = (corners[1] - corners[0]) / (width - 1), (corners[2] - corners[0]) / (height - 1)
    full = np.column_stack([right, down, corners[0]])
    factor = max(1, int(pixels_per_mm_of(full) / 0.85))
    matrix = chained(inverted(reduced_to_full(factor)), full)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(view.reduced(factor), matrix, (width, height), flags=flags, borderValue=255))


def _darkness(pictures: Sequence[Grey], masks: Sequence[NDArray[np.bool_]]) -> list[Floats]:
    """0 for paper, 1 for print; print is the darker quarter of what lies under ``masks``, so pen is not its measure."""
    under = np.concatenate([picture[mask] for picture, mask in zip(pictures, masks, strict=True)])
    paper = float(np.percentile(np.concatenate([picture[::3].ravel() for picture in pictures]), 80))
    ink = float(np.percentile(under[::2], 25)) if under.size else 0.0
    span = max(paper - ink, 25.0)
    return [np.asarray(np.clip((paper - picture.astype(np.float32)) / span, 0, 1), np.float32) for picture in pictures]


def _least(line: _Line, seen: Floats) -> float:
    """The share of the line's print that is there, in the stretch with the smallest."""
    told = line.wanted >= LEAST_PRINT
    if not told.any():
        return 1.0
    if _torn(seen > PRINT):
        return 0.0
    found = _summed(seen, line.mask)
    if (found[told] / line.wanted[told]).min() < UNLIKE:
        around = np.asarray(cv2.copyMakeBorder(seen, 1, 1, 2, 2, cv2.BORDER_REPLICATE), np.float32)
        height, width = seen.shape
        moved = [around[1 + dy : 1 + dy + height, 2 + dx : 2 + dx + width] for dx, dy in SHIFTS]
        found = np.max([_summed(one, line.mask) for one in moved], axis=0)
    return float((found[told] / line.wanted[told]).min())


def _torn(dark: NDArray[np.bool_]) -> bool:
    """Whether the dark lid of a scanner reaches into the line from above, below or a side."""
    rows, columns = dark.mean(axis=1) > SOLID, dark.mean(axis=0) > SOLID
    across = max(_run(columns), _run(columns[::-1]))
    return max(_run(rows), _run(rows[::-1])) > SOLID_ROWS * len(rows) or across > STRETCH


def _run(solid: NDArray[np.bool_]) -> int:
    """How many are solid from the first on."""
    return len(solid) if solid.all() else int(solid.argmin())


def _summed(dark: Floats, mask: NDArray[np.bool_]) -> Floats:
    """Darkness under the mask over every stretch of the line."""
    columns = np.concatenate([[0.0], np.cumsum((dark * mask).sum(axis=0))])
    return np.asarray(columns[STRETCH:] - columns[:-STRETCH], np.float32)
