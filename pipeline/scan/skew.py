"""How far the printed lines of a page are turned from the picture's own rows."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

INKED = 30
"""Contrast from which a pixel is ink: paper's own texture stays below 15."""
TURNS = np.arange(-6.0, 6.01, 0.4)
"""Skew looked for first, degrees. One step moves the end of an A5 line by one pixel at 1 pixel per mm."""
NEXT = 3
"""Steps at both sides of the rough turn that are looked at closely."""


def skews(dark: NDArray[np.uint8]) -> tuple[float, ...]:
    """The turns that make rows, and those that make columns, of ink stand out most."""
    shrink = max(1, round(max(dark.shape) / 200))
    small = cv2.resize(dark, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA)
    y, x = np.nonzero(small[3:-3, 3:-3] > INKED / 2)
    if len(x) < 20:
        return (0.0,)
    if len(x) > 6000:
        step = len(x) // 6000 + 1
        x, y = x[::step], y[::step]
    found = [_sharpest(along, across) for along, across in ((x, y), (-y, x))]
    return tuple(found) if abs(found[0] - found[1]) > 0.5 else (float(np.mean(found)),)


def _sharpest(along: NDArray[np.intp], across: NDArray[np.intp]) -> float:
    """The turn in degrees: the best of every second of TURNS by a third of the ink, then those beside it by all."""
    rough = 2 * int(np.argmax(_sharpness(along[::3], across[::3], TURNS[::2])))
    first = max(0, rough - NEXT)
    turns = TURNS[first : rough + NEXT + 1]
    sharp = _sharpness(along, across, turns)
    best = int(np.argmax(sharp))
    turn = float(best)
    if 0 < best < len(turns) - 1:
        left, middle, right = sharp[best - 1 : best + 2]
        turn += 0.5 * (left - right) / (left - 2 * middle + right - 1e-9)
    return float(turns[0] + turn * (TURNS[1] - TURNS[0]))


def _sharpness(along: NDArray[np.intp], across: NDArray[np.intp], turns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of every turn the squares of what lies in each row, summed."""
    angles = np.radians(turns)[:, None]
    places = np.cos(angles) * across - np.sin(angles) * along
    places -= places.min() - 0.5
    length = int(places.max()) + 2
    index = places.astype(np.intp) + length * np.arange(len(turns))[:, None]
    counts = np.bincount(index.ravel(), minlength=length * len(turns)).reshape(len(turns), -1)
    return np.asarray((counts.astype(np.float64) ** 2).sum(axis=1))
