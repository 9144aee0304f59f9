"""The one form in which the network sees ink, whatever paper, pen or data set it came from."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

SIDE = 28
"""Pixels of the normal form along one side."""
FILL = 24
"""Pixels that the longer side of a digit's ink takes."""
SMALLEST = 0.3
"""Ink smaller than this share of its box is not enlarged to full size: a dot must stay smaller than a zero."""
INK = 0.25
"""Share of the darkest ink from which a pixel counts as ink; below it lies blur."""


def ink_bounds(ink: Picture) -> tuple[int, int, int, int] | None:
    """Rows and columns (top, bottom, left, right; the end is not included) that hold ink; None without any."""
    most = int(ink.max(initial=0))
    if most == 0:
        return None
    dark = ink > most * INK
    rows = np.flatnonzero(dark.any(axis=1))
    columns = np.flatnonzero(dark.any(axis=0))
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def normal_form(ink: Picture, box_side: float) -> Picture:
    """A box's ink (bright on black, any size) as SIDE × SIDE pixels: ink centred, its longer side FILL pixels.

    ``box_side``: the shorter side of the box in the pixels of ``ink``. Narrow ink is widened towards the square (the
    root of its aspect), because sources and writers differ in it most. No ink gives a black picture.
    """
    out = np.zeros((SIDE, SIDE), np.uint8)
    bounds = ink_bounds(ink)
    if bounds is None:
        return out
    top, bottom, left, right = bounds
    part = ink[top:bottom, left:right]
    height, width = part.shape
    longer = max(height, width)
    full = FILL * min(1.0, longer / (SMALLEST * box_side))
    across = full * math.sqrt(min(height, width) / longer)
    tall, wide = (full, across) if height >= width else (across, full)
    rows, columns = max(1, round(tall)), max(1, round(wide))
    method = cv2.INTER_AREA if height > rows else cv2.INTER_LINEAR
    small = cv2.resize(part, (columns, rows), interpolation=method)
    row, column = (SIDE - rows) // 2, (SIDE - columns) // 2
    out[row : row + rows, column : column + columns] = small
    most = int(small.max(initial=0))
    return np.asarray(cv2.convertScaleAbs(out, alpha=255.0 / most), np.uint8) if 0 < most < 255 else out
