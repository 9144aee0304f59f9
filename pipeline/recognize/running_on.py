"""Whether what lies along a name runs straight on at both sides of it, as folds and dirt do and strokes do not.

A sheet that was folded askew shows a line from edge to edge. Where it rises more than a level fold, which is taken out
of the picture (``sheet_ink``), it may lie along a name from end to end, like a stroke.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Box
from pipeline.recognize.sheet_ink import DENSITY, SheetInk

NEAR_MM, FAR_MM = 3.0, 25.0
"""From where to where beside a name it is looked: strokes end before the second, most of them before the first."""
OFF_MM = 0.75
"""How far off the line it may lie: a stroke's course along the letters gives its direction so exactly."""
SHOWN, LEAST = 5.0, 0.3
"""Darkness of 255 of what is there at all, and its share of what lies along the name."""
BARE = 12
"""Places without print, 0.5 mm apart, that a side needs to tell anything."""
STEP_MM = 0.5


def runs_on(sheet: SheetInk, name: Box) -> float:
    """The share of the bare places beside the name, of the side with less of it, at which its line goes on.

    0 where nothing lies along the name, or where one side has too little bare paper to tell.
    """
    left, right = (_middle(sheet, name, third) for third in (0, 2))
    if left is None or right is None:
        return 0.0
    slope = (right[1] - left[1]) / (right[0] - left[0])
    level = min(left[2], right[2])

    def at(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(left[1] + slope * (x - left[0]), np.float64)

    beside = np.arange(NEAR_MM, FAR_MM, STEP_MM)
    sides = name.x - beside, name.x + name.w + beside
    return min(_shown(sheet, x, at(x), max(SHOWN, LEAST * level)) for x in sides)


def _middle(sheet: SheetInk, name: Box, third: int) -> tuple[float, float, float] | None:
    """Where the ink of a third of the name lies in the middle (x, y in mm), and how dark it is along the line."""
    top, bottom = (round(v * DENSITY) for v in (name.y, name.y + name.h))
    first, last = (round((name.x + name.w * (third + n) / 3) * DENSITY) for n in (0, 1))
    ink = sheet.excess[max(0, top) : bottom, max(0, first) : last].astype(np.float64)
    if not ink.size or not ink.any():
        return None
    rows = ink.sum(axis=1)
    y = float((rows * (np.arange(len(rows)) + 0.5)).sum() / rows.sum())
    return (first + last) / 2 / DENSITY, name.y + y / DENSITY, float(np.median(ink.max(axis=0)))


def _shown(sheet: SheetInk, x: NDArray[np.float64], y: NDArray[np.float64], least: float) -> float:
    """Of the bare places among these (mm), the share at which anything is there."""
    height, width = sheet.excess.shape
    columns, rows = np.round(x * DENSITY).astype(int), np.round(y * DENSITY).astype(int)
    off = round(OFF_MM * DENSITY)
    inside = (columns >= 0) & (columns < width) & (rows >= off) & (rows < height - off)
    columns, rows = columns[inside], rows[inside]
    steps = np.arange(-off, off + 1)
    bare = (sheet.blank[rows[:, None] + steps, columns[:, None]] == 0).all(axis=1)
    if bare.sum() < BARE:
        return 0.0
    columns, rows = columns[bare], rows[bare]
    there = sheet.excess[rows[:, None] + steps, columns[:, None]].max(axis=1)
    return float((there > least).mean())
