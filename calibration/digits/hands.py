"""Ways of writing a digit added to glyphs that lack them: the bar across a 7, the flag of a 1."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.recognize.digits.normal_form import ink_bounds

Picture = NDArray[np.uint8]
STEM = 0.45
"""Width over height up to which a 1 is a bare stem that may get a flag."""


def _pen(canvas: Picture) -> int:
    """Width of the pen in pixels: ink over the length of its middle line, about."""
    thick = cv2.distanceTransform((canvas > 127).astype(np.uint8), cv2.DIST_L2, 3)
    return max(1, round(2 * float(np.percentile(thick[thick > 0], 75)) - 0.5)) if (thick > 0).any() else 2


def barred(rng: np.random.Generator, canvas: Picture) -> Picture:
    """A 7 with a bar across its stem; as it was where its middle is not one stem."""
    bounds = ink_bounds(canvas)
    if bounds is None:
        return canvas
    top, bottom, left, right = bounds
    row = round(top + float(rng.uniform(0.42, 0.62)) * (bottom - top))
    inked = np.flatnonzero(canvas[row] > 100)
    if not len(inked) or inked[-1] - inked[0] > 0.5 * (right - left) + 2:
        return canvas
    middle = float(inked.mean()) + float(rng.normal(0, 1.0))
    half = float(rng.uniform(0.18, 0.38)) * (bottom - top)
    rise = float(rng.normal(0.05, 0.12)) * half
    out = canvas.copy()
    ends = np.array([[middle - half, row + rise], [middle + half * float(rng.uniform(0.7, 1.1)), row - rise]])
    cv2.polylines(out, [np.round(ends * 16).astype(np.int32)], False, 255, _pen(canvas), cv2.LINE_AA, 4)
    return out


def flagged(rng: np.random.Generator, canvas: Picture) -> Picture:
    """A bare 1 with a flag that falls steeply to the left from its top; as it was where it is no bare stem."""
    bounds = ink_bounds(canvas)
    if bounds is None or bounds[3] - bounds[2] > STEM * (bounds[1] - bounds[0]):
        return canvas
    top, bottom, _, _ = bounds
    pen = _pen(canvas)
    tip = np.flatnonzero(canvas[min(top + 1, bottom - 1)] > 60)
    if not len(tip):
        return canvas
    long = float(rng.uniform(0.2, 0.6)) * (bottom - top)
    fall = np.deg2rad(float(rng.uniform(33, 65)))
    start = np.array([float(tip.mean()), top + pen / 2])
    end = start + long * np.array([-np.cos(fall), np.sin(fall)])
    bend = (start + end) / 2 + rng.normal(0, 0.05 * long, 2)
    out = canvas.copy()
    points = np.stack([start, bend, end])
    cv2.polylines(out, [np.round(points * 16).astype(np.int32)], False, 255, pen, cv2.LINE_AA, 4)
    return out
