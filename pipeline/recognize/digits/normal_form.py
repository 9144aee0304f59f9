"""The one form in which the network sees ink, whatever paper, pen or data set it came from."""

from __future__ import annotations

import math
from collections.abc import Sequence

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


Bounds = tuple[int, int, int, int]
"""Rows and columns (top, bottom, left, right; the end is not included)."""


def ink_bounds(ink: Picture) -> Bounds | None:
    """Rows and columns that hold ink; None without any."""
    return bounds_of(ink[None])[0]


def bounds_of(inks: Picture) -> list[Bounds | None]:
    """:func:`ink_bounds` of n pictures of one size (n, h, w)."""
    count, height, width = inks.shape
    if not inks.size:
        return [None] * count
    rows = np.asarray(cv2.reduce(inks.reshape(-1, width), 1, cv2.REDUCE_MAX), np.uint8).reshape(count, height)
    columns, most = inks.max(axis=1), rows.max(axis=1)
    ink = (most * INK).astype(np.uint8)[:, None]
    down, across = rows > ink, columns > ink
    ends = (down.argmax(1), height - down[:, ::-1].argmax(1), across.argmax(1), width - across[:, ::-1].argmax(1))
    return [
        (top, bottom, left, right) if any_ink else None
        for any_ink, top, bottom, left, right in zip(most > 0, *(end.tolist() for end in ends), strict=True)
    ]


def normal_form(ink: Picture, box_side: float) -> Picture:
    """A box's ink (bright on black, any size) as SIDE × SIDE pixels: ink centred, its longer side FILL pixels.

    ``box_side``: the shorter side of the box in the pixels of ``ink``. Narrow ink is widened towards the square (the
    root of its aspect), because sources and writers differ in it most. No ink gives a black picture.
    """
    return np.asarray(normal_forms([(ink, ink_bounds(ink), box_side)])[0], np.uint8)


def normal_forms(inks: Sequence[tuple[Picture, Bounds | None, float]]) -> Picture:
    """:func:`normal_form` (n, SIDE, SIDE) of inks whose bounds are known, each with its box's shorter side."""
    forms = np.zeros((len(inks), SIDE, SIDE), np.uint8)
    for form, (ink, bounds, box_side) in zip(forms, inks, strict=True):
        if bounds is not None:
            _set_in(form, ink, bounds, box_side)
    most = forms.max(axis=(1, 2), initial=0).astype(np.float32)
    stretch = np.float32(255) / np.where(most > 0, most, np.float32(255))
    return np.rint(forms * stretch[:, None, None]).astype(np.uint8)


def _set_in(form: Picture, ink: Picture, bounds: Bounds, box_side: float) -> None:
    top, bottom, left, right = bounds
    height, width = bottom - top, right - left
    longer = max(height, width)
    full = FILL * min(1.0, longer / (SMALLEST * box_side))
    across = full * math.sqrt(min(height, width) / longer)
    tall, wide = (full, across) if height >= width else (across, full)
    rows, columns = max(1, round(tall)), max(1, round(wide))
    method = cv2.INTER_AREA if height > rows else cv2.INTER_LINEAR
    row, column = (SIDE - rows) // 2, (SIDE - columns) // 2
    part = ink[top:bottom, left:right]
    form[row : row + rows, column : column + columns] = cv2.resize(part, (columns, rows), interpolation=method)
