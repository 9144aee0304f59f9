"""The printed lines of a grid of tally cells: traced where the grid has them, and taken out of the strokes' ink."""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.recognize.digits.normal_form import Picture

Way: TypeAlias = NDArray[np.float32]
REACH = 0.25
"""Share of a cell by which a line may lie off its place in an even grid, and wander on its way."""
STEP = 6
"""Pixels along a line over which it may leave its row by one: paper on a photograph is bent."""
LEAST = 8.0
"""Grey levels by which a printed line is darker than the paper at the least, by its median."""
SIDE = 0.25
"""Share of a line's darkness down to which its sides reach."""
PASSES = 3
"""Times that lines are looked for, each time where their neighbours told."""
BEYOND = 0.4
"""Darkness, as a share of a line's, that what lies beyond the crop counts for: the grid's rim may lie there."""
STRAIGHT = 0.1
"""Share of a line's darkness that leaving its row by one costs."""
ITS_OWN = 0.2
"""Share of a line's way, at the least, on which nothing darker stands near it."""
SEEN = 0.1
"""Share of a line's way that must lie in the crop for its sides to be told there."""
WIDEST = 0.2
"""Share of a cell that a line is thick at the most."""


def without_grid(dark: Picture, columns: int, rows: int) -> Picture:
    """The darkness of a grid's crop without its lines; strokes that cross a line stay whole."""
    level = _without(dark, rows)
    return np.ascontiguousarray(_without(np.ascontiguousarray(level.T), columns).T)


def _without(dark: Picture, count: int) -> Picture:
    """Without the level lines between ``count`` rows and at their rims."""
    height, width = dark.shape
    cell = height / count
    pad = round(cell)
    steps = max(2, width // STEP)
    palest = _palest(dark, steps)
    beyond = BEYOND * float(np.quantile(palest.max(axis=0), 0.5))
    padded = np.pad(palest, ((pad, pad), (0, 0)), constant_values=beyond)
    lines = _traced(padded, np.arange(count + 1) * cell + pad, cell)
    at = (np.arange(steps) + 0.5) * width / steps
    columns = np.arange(width)
    out = np.pad(dark, ((pad, pad), (0, 0)))
    beside = cv2.dilate(out, np.ones((1, 3), np.uint8))  # strokes lean
    paths = np.rint([np.interp(columns, at, line) for line in lines]).astype(np.int64)
    sides = [_sides(out, path, max(2, round(WIDEST * cell)), pad) for path in paths]
    for path, side in zip(paths, sides, strict=True):
        if side is not None:
            up, down = side
            kept = np.minimum(beside[path - up - 1, columns], beside[path + down + 1, columns])
            for k in range(-up, down + 1):
                out[path + k, columns] = np.minimum(out[path + k, columns], kept)
    return np.ascontiguousarray(out[pad:-pad])


def _palest(dark: Picture, steps: int) -> Way:
    """Of every few pixels along the lines the palest third (rows, steps): strokes across a line cover less of it."""
    height, width = dark.shape
    each = width // steps
    parts = np.sort(dark[:, : each * steps].reshape(height, steps, each), axis=2)
    return np.asarray(parts[:, :, : max(1, each // 3)].mean(axis=2), np.float32)


def _traced(parts: Way, places: NDArray[np.float64], cell: float) -> NDArray[np.float64]:
    """Rows of the lines (lines, steps). Where a line is not found near its place, it is looked for anew at the place
    that its neighbours tell: all lines are bent alike."""
    reach = max(2, round(REACH * cell))
    around = np.arange(-reach, reach + 1)
    steps = np.arange(parts.shape[1])
    off = np.zeros((len(places), len(steps)))
    for _ in range(PASSES):
        middles = np.clip(np.rint(places[:, None] + off).astype(np.int64), reach, len(parts) - reach - 1)
        bands = parts[middles[:, None] + around[:, None], steps]
        ways = _darkest_ways(bands)
        seen = np.take_along_axis(bands, ways[:, None], axis=1)[:, 0]
        lines = middles + around[ways]
        good = seen >= max(0.5 * float(np.median(seen)), LEAST)
        off = _smoothed(lines - places[:, None], good)
    return np.asarray(lines, np.float64)


def _smoothed(off: NDArray[np.float64], good: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How far the lines lie off their places: told by those that were found, between the lines and along them."""
    place = np.arange(len(off))
    told = np.zeros_like(off)
    for step in range(off.shape[1]):
        if good[:, step].any():
            told[:, step] = np.interp(place, place[good[:, step]], off[good[:, step], step])
    return np.asarray(cv2.blur(told, (9, 3)), np.float64)


def _darkest_ways(bands: Way) -> NDArray[np.int64]:
    """Of bands (lines, rows, steps), the row at every step of the way through that is darkest and moves by one row a
    step at the most (dynamic programming)."""
    lines, rows, steps = bands.shape
    # strokes may stand beside most of a line, and are darker; they are no better than the line
    usual = np.quantile(bands.max(axis=1), ITS_OWN, axis=1)[:, None, None]
    bands = np.minimum(bands, usual)
    best, cost = bands[:, :, 0], STRAIGHT * usual[:, :, 0]
    came = np.zeros((steps, lines, rows), np.int64)
    place = np.arange(rows)
    for step in range(1, steps):
        wall = np.pad(best, ((0, 0), (1, 1)), constant_values=-np.inf)
        ways = np.stack([wall[:, 1:-1], wall[:, :-2] - cost, wall[:, 2:] - cost])
        chosen = ways.argmax(axis=0)
        came[step] = place + np.array([0, -1, 1])[chosen]
        best = ways.max(axis=0) + bands[:, :, step]
    found = np.zeros((lines, steps), np.int64)
    found[:, -1] = best.argmax(axis=1)
    for step in range(steps - 1, 0, -1):
        found[:, step - 1] = np.clip(came[step, np.arange(lines), found[:, step]], 0, rows - 1)
    return found


def _sides(dark: Picture, path: NDArray[np.int64], most: int, pad: int) -> tuple[int, int] | None:
    """Rows above and below the path that the line takes; None where there is no line.

    The crop is ``pad`` rows within ``dark``; a line on its rim may lie in it for a part of its way only.
    """
    profile = np.full(2 * most + 1, np.nan)
    for k in range(2 * most + 1):
        rows = path + k - most
        inside = np.flatnonzero((rows >= pad) & (rows < len(dark) - pad))
        if len(inside) > SEEN * len(path):
            profile[k] = np.median(dark[rows[inside], inside])
    peak = float(np.nanmax(profile[most - 2 : most + 3], initial=0.0))
    if peak < LEAST:
        return None
    pale = profile <= SIDE * peak
    up = next((k for k in range(most) if pale[most - k - 1]), most)
    down = next((k for k in range(most) if pale[most + k + 1]), most)
    return up, down
