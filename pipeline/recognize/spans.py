"""How much of a printed line strokes span, from the pixels of plain ink: where they begin, end and leave gaps."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.recognize.windows import Bytes

DENSITY = 8.0
"""Pixels a mm of the windows: about that of a 200 dpi scan, so that a 0.25 mm line keeps its two pixels."""
RUN_GAP_MM = 6.8
"""Strokes through a name that stand so near to each other are one crossing-out: people draw them five apart."""
BEYOND_PX = 36
"""A stroke's end may lie hidden under letters for 4.5 mm (the bar of a T), seen again only beside the name."""
LONG_PX, SHORT_PX, UPRIGHT_PX = 9, 5, 14
"""Ink as long as the first (1.1 mm) beside a name, and nowhere as tall as the third, is a stroke that runs out of
it, and not one of a row of upright ones; so is ink as long as the second at the height of the name's last ink."""
BAND_PX, BAND = 10, 0.55
"""More than this share of a level stroke's ink lies within 1.2 mm of height; upright strokes fill 4 mm evenly."""
END_PX, ROW = 4, 0.75
"""So near to a name's end (0.5 mm) an upright stroke may stand in the name or beside it: not counted where ink fills
less than the second of what it spans, as rows of upright strokes do."""
UNSURE_SPAN = 0.03
"""Taken from the span of a row of upright strokes, as much as is empty between them: whether the last of them stands
in the name or just beside it is a matter of a tenth of a millimetre."""


def span_of_strokes(sure: Bytes, ink: Bytes, x0: int, x1: int) -> float:
    """Share of the name between ``x0`` and ``x1`` that strokes cover.

    A stroke's ends are where it is plain, and between them it is followed through the letters; beside the name only
    a level stroke that runs out of it counts, since the last letter may hide where it does.
    """
    inked = columns(sure)
    long, end = columns(_level(sure, LONG_PX)), 3 * LONG_PX
    level = _level(sure, SHORT_PX)
    inked[:x0] = long[:x0] | _at_height(level[:, :x0], sure[:, x0 : x0 + end])
    inked[x1:] = long[x1:] | _at_height(level[:, x1:], sure[:, x1 - end : x1])
    at = np.flatnonzero(inked[x0 - BEYOND_PX : x1 + BEYOND_PX]) + x0 - BEYOND_PX
    first, last = (max(at[0], x0), min(at[-1] + 1, x1)) if len(at) else (x0, x0)
    if first >= last:
        return 0.0
    inked[first:last] |= ink[:, first:last].any(axis=0)
    filled = float(inked[first:last].mean())
    if filled < ROW and not _level_band(sure[:, x0:x1]):
        inked[: x0 + END_PX] = False
        inked[x1 - END_PX :] = False
    return max(0.0, longest_stretch(inked, x0, x1) - UNSURE_SPAN * (1.0 - filled))


def _level_band(ink: Bytes) -> bool:
    """Whether most of the ink lies at one height, as that of a level stroke and never that of upright ones."""
    rows = ink.sum(axis=1, dtype=np.int64)
    sums = np.convolve(rows, np.ones(BAND_PX, np.int64))
    return bool(sums.max() > BAND * rows.sum())


def columns(ink: Bytes) -> NDArray[np.bool_]:
    """Which columns have ink."""
    return np.asarray(ink.any(axis=0), np.bool_)


def _level(ink: Bytes, length: int) -> Bytes:
    """Ink of level strokes: at least ``length`` pixels long, and lower than upright strokes of thick pens."""
    wide = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    upright = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((UPRIGHT_PX, 1), np.uint8))
    return np.asarray(cv2.subtract(wide, cv2.dilate(upright, np.ones((1, 9), np.uint8))), np.uint8)


def _at_height(outside: Bytes, inside: Bytes) -> NDArray[np.bool_]:
    """Columns of ``outside`` whose ink stands as high as that of ``inside``, the end of the name beside it."""
    rows = np.flatnonzero(inside.any(axis=1))
    if not len(rows):
        return np.zeros(outside.shape[1], np.bool_)
    first, last = max(0, int(rows[0]) - LONG_PX), int(rows[-1]) + LONG_PX
    return np.asarray(outside[first:last].any(axis=0), np.bool_)


def longest_stretch(inked: NDArray[np.bool_], x0: int, x1: int, beyond: int = BEYOND_PX) -> float:
    """Share of the name between ``x0`` and ``x1`` that its longest stretch of ink without a wide gap covers.

    The stretch may begin and end outside: print can hide where it enters the name.
    """
    first = x0 - beyond
    at = np.flatnonzero(inked[first : x1 + beyond]) + first
    if not len(at):
        return 0.0
    cuts = np.flatnonzero(np.diff(at) > RUN_GAP_MM * DENSITY)
    starts = np.maximum(at[np.append(0, cuts + 1)], x0)
    ends = np.minimum(at[np.append(cuts, len(at) - 1)], x1 - 1)
    return max(0.0, float((ends - starts + 1).max() / (x1 - x0)))
