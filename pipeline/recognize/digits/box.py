"""The ink in one digit box: paper's shade, box lines and specks taken away."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.recognize.components import components
from pipeline.recognize.digits.normal_form import Picture

CONTRAST = 30
"""Grey levels by which ink is darker than the paper around it, at the least; printed tints and shadows stay below."""
FAINT = 24
"""From here a pixel may be ink; the form's lines are found with it. A pale hand is not measured against them."""
RIM = 0.24
"""Share of the crop's height or width, from each side, in which lines of the form are looked for."""
LINE = 0.75
"""Share of each third of a row that is dark where a line of the form lies."""
EDGE, BROKEN_LINE = 0.1, 0.45
"""So near to the rim (share of the crop) a line needs to be dark over this share only: scans break thin lines up."""
THICK = 0.2
"""Share of the crop's height that a line of the form takes at the most, its blur and its rise included."""
PEN = 0.4
"""Share of the darkest ink in the box's middle from which a pixel belongs to the same pen."""
_UPRIGHT, _LEVEL, _AROUND = (np.ones(shape, np.uint8) for shape in ((3, 1), (1, 3), (3, 3)))
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


def _between_lines(dark: Picture) -> tuple[slice, slice]:
    """The rows and columns of a crop that lie inside of the form's lines."""
    _, mask = cv2.threshold(dark, FAINT, 255, cv2.THRESH_BINARY)
    height, width = dark.shape
    rows = cv2.resize(cv2.dilate(mask, _UPRIGHT), (3, height), interpolation=cv2.INTER_AREA).min(axis=1)
    columns = cv2.resize(cv2.dilate(mask, _LEVEL), (width, 3), interpolation=cv2.INTER_AREA).min(axis=0)
    return _span((rows / 255).tolist()), _span((columns / 255).tolist())


def _span(share: list[float]) -> slice:
    return slice(_line_end(share), max(len(share) - _line_end(share[::-1]), 0))


def _line_end(share: list[float]) -> int:
    """Where, from the first row on, the form's line ends: after the last thin run of rows that are nearly all dark.

    ``share``: of each row, how much of the third of it that has least is dark: a digit's bar does not reach both ends.
    """
    reach, edge = round(len(share) * RIM), round(len(share) * EDGE)
    full = [s > (BROKEN_LINE if row < edge else LINE) for row, s in enumerate(share[: reach + 1])]
    thick = len(share) * THICK
    end, begun = 0, 0
    for row, line in enumerate(full):
        if line:
            continue
        if row > begun and (row - begun <= thick or begun <= 1):
            end = row
        begun = row + 1
    return end


def box_ink(crop: Picture) -> Picture:
    """The hand's ink in a crop of one box, bright on black, same size; lines of the form and specks are black.

    ``crop``: grey, a box with its lines on or near the rim. What touches a line keeps all but the line's own rows.
    """
    around = darkness(crop)
    place = _between_lines(around)
    dark = np.zeros_like(crop)
    dark[place] = around[place]
    middle, whole = strongest_ink(inside(dark)), strongest_ink(dark)
    if whole < CONTRAST:
        return np.zeros_like(crop)
    pen = PEN * (middle if middle >= CONTRAST else whole)
    _, mask = cv2.threshold(dark, max(FAINT, pen), 255, cv2.THRESH_BINARY)
    near = cv2.dilate(_without_dirt(np.asarray(mask, np.uint8)), _AROUND)
    return np.asarray(cv2.bitwise_and(dark, near), np.uint8)


def _without_dirt(mask: Picture) -> Picture:
    """Ink without specks and without what clings to the rim: bits of lines, the neighbours' strokes."""
    height, width = mask.shape
    labels, stats = components(mask)
    side = min(height, width)
    table = np.zeros(len(stats), np.uint8)
    for k, (x, y, w, h, _) in enumerate(stats.tolist()):
        if k == 0:
            continue
        middle = (x + w / 2) / width, (y + h / 2) / height
        outside = min(*middle, 1 - middle[0], 1 - middle[1])
        thin = min(w, h) < 0.1 * side
        speck = max(w, h) < SPECK * side
        clinging = outside < RIM / 2 and (thin or max(w, h) < 0.2 * side)
        line = outside < RIM and thin and (w > 0.8 * width or h > 0.8 * height)
        table[k] = 0 if speck or clinging or line else 255
    return table[labels]


def inside(picture: Picture) -> Picture:
    """A crop without its rim, where the box's lines lie."""
    rows, columns = (max(1, round(n * RIM)) for n in picture.shape)
    return picture[rows:-rows, columns:-columns]
