"""The ink in one digit box: paper's shade, box lines and specks taken away."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.recognize.components import components
from pipeline.recognize.digits.normal_form import Picture

CONTRAST = 30
"""Grey levels by which ink is darker than the paper around it, at the least; printed tints and shadows stay below."""
FAINT = 24
"""From here a pixel may be ink; the form's lines are found with it. A pale hand is not measured against them."""
RIM = 0.24
"""Share of the crop's height or width, from each side, in which lines of the form are looked for."""
LINE = 0.75
"""Share of a row's length that is dark where a line of the form lies; a digit's bar spans less of its box."""
EDGE, BROKEN_LINE = 0.1, 0.5
"""So near to the rim (share of the crop) a line needs to be dark over this share only: scans break thin lines up."""
PEN = 0.4
"""Share of the darkest ink in the box's middle from which a pixel belongs to the same pen."""
SPECK = 0.05
"""Ink whose bounds are smaller than this share of the crop's shorter side, both ways, is dirt."""


def darkness(crop: Picture) -> Picture:
    """How much darker each pixel is than the paper round it (grey levels)."""
    side = max(3, min(crop.shape) // 2 | 1)
    smooth = cv2.blur(crop, (3, 3))
    paper = cv2.blur(cv2.dilate(smooth, cv2.getStructuringElement(cv2.MORPH_RECT, (side, side))), (side, side))
    return np.asarray(cv2.subtract(paper, crop), np.uint8)


def strongest_ink(dark: Picture) -> float:
    """The darkest spot of some pixels' size; single pixels of noise do not count."""
    return float(cv2.blur(dark, (3, 3)).max())


def _lines(dark: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Rows near the upper and lower rim that hold a line of the form, and all rows outside of it."""
    height = len(dark)
    joined = dark | np.roll(dark, 1, 0) | np.roll(dark, -1, 0)
    share = joined.mean(axis=1)
    reach, edge = max(1, round(height * RIM)), max(1, round(height * EDGE))
    full = share > LINE
    full[:edge] |= share[:edge] > BROKEN_LINE
    full[height - edge :] |= share[height - edge :] > BROKEN_LINE
    out = np.zeros(height, bool)
    upper, lower = np.flatnonzero(full[:reach]), np.flatnonzero(full[height - reach :])
    if len(upper):
        out[: upper[-1] + 1] = True
    if len(lower):
        out[height - reach + lower[0] :] = True
    return out


def box_ink(crop: Picture) -> Picture:
    """The hand's ink in a crop of one box, bright on black, same size; lines of the form and specks are black.

    ``crop``: grey, a box with its lines on or near the rim. What touches a line keeps all but the line's own rows.
    """
    dark = darkness(crop)
    inked = dark > FAINT
    keep = np.ones_like(inked)
    keep[_lines(inked), :] = False
    keep[:, _lines(inked.T)] = False
    dark[~keep] = 0
    middle, whole = strongest_ink(inside(dark)), strongest_ink(dark)
    if whole < CONTRAST:
        return np.zeros_like(crop)
    threshold = max(FAINT, PEN * (middle if middle >= CONTRAST else whole))
    mask = _without_dirt(np.where(dark > threshold, np.uint8(255), np.uint8(0)))
    near = cv2.dilate(mask, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.bitwise_and(dark, near), np.uint8)


def _without_dirt(mask: Picture) -> Picture:
    """Ink without specks and without what clings to the rim: bits of lines, the neighbours' strokes."""
    height, width = mask.shape
    labels, stats = components(mask)
    side = min(height, width)
    keep = np.zeros(len(stats), bool)
    for k in range(1, len(stats)):
        x, y, w, h, _ = (int(n) for n in stats[k])
        speck = max(w, h) < SPECK * side
        middle = (x + w / 2) / width, (y + h / 2) / height
        outside = min(*middle, 1 - middle[0], 1 - middle[1])
        thin = min(w, h) < 0.1 * side
        clinging = outside < RIM / 2 and (thin or max(w, h) < 0.2 * side)
        line = outside < RIM and thin and (w > 0.8 * width or h > 0.8 * height)
        keep[k] = not (speck or clinging or line)
    return np.where(keep[labels], np.uint8(255), np.uint8(0))


def inside(picture: Picture) -> Picture:
    """A crop without its rim, where the box's lines lie."""
    rows, columns = (max(1, round(n * RIM)) for n in picture.shape)
    return picture[rows:-rows, columns:-columns]
