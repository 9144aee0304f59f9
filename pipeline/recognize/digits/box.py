"""The ink in digit boxes: paper's shade, box lines and specks taken away; boxes of one size at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.recognize.components import components
from pipeline.recognize.digits.normal_form import Bounds, Picture, bounds_of

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
TOGETHER = 128
"""Crops of one size that are worked on at once, as channels of one picture; OpenCV takes at most 512."""


@dataclass(frozen=True, slots=True, eq=False)
class BoxInk:
    """``ink``: the hand's ink, bright on black, the crop's size; lines of the form and specks are black.

    ``bounds``: of the ink, None without any. ``shade``: the darkest spot of the box's middle, in grey levels.
    """

    ink: Picture
    bounds: Bounds | None
    shade: float


def darkness(crop: Picture) -> Picture:
    """How much darker each pixel is than the paper round it (grey levels); of crops (h, w, n) each by itself."""
    side = max(3, min(crop.shape[:2]) // 2 | 1)
    smooth = cv2.blur(crop, (3, 3))
    paper = cv2.blur(cv2.dilate(smooth, cv2.getStructuringElement(cv2.MORPH_RECT, (side, side))), (side, side))
    return np.asarray(cv2.subtract(paper.reshape(crop.shape), crop), np.uint8).reshape(crop.shape)


def strongest_ink(dark: Picture) -> float:
    """The darkest spot of some pixels' size; single pixels of noise do not count."""
    return float(cv2.blur(dark, (3, 3)).max())


def box_ink(crop: Picture) -> Picture:
    """The hand's ink in a crop of one box; see :func:`box_inks`."""
    return box_inks([crop])[0].ink


def box_inks(crops: Sequence[Picture]) -> list[BoxInk]:
    """The ink of each crop: grey, a box with its lines on or near the rim.

    What touches a line keeps all but the line's own rows. Crops of one size are worked on together, which changes
    nothing of what is found and takes a fifth of the time.
    """
    found: dict[int, BoxInk] = {}
    of_size: dict[tuple[int, ...], list[int]] = {}
    for k, crop in enumerate(crops):
        of_size.setdefault(crop.shape, []).append(k)
    for places in of_size.values():
        for start in range(0, len(places), TOGETHER):
            some = places[start : start + TOGETHER]
            found.update(zip(some, _of_one_size([crops[k] for k in some]), strict=True))
    return [found[k] for k in range(len(crops))]


def _of_one_size(crops: Sequence[Picture]) -> list[BoxInk]:
    height, width = crops[0].shape
    around = darkness(_as_channels(crops))
    rows, columns = _between_lines(around)
    dark = around * rows[:, None]
    dark *= columns[None]
    middle, whole = _strongest(_inside(dark)), _strongest(dark)
    shades = _strongest(_inside(around)).tolist()
    pen = PEN * np.where(middle >= CONTRAST, middle, whole)
    inked = np.flatnonzero(whole >= CONTRAST)
    apart = _apart(dark)
    inks = np.zeros((len(crops), height, width), np.uint8)
    inks[inked] = _pen_strokes(apart[inked], np.maximum(pen[inked], FAINT).astype(np.uint8))
    bounds: list[Bounds | None] = [None] * len(crops)
    for k, found in zip(inked.tolist(), bounds_of(inks[inked]), strict=True):
        bounds[k] = found
    return [BoxInk(*each) for each in zip(inks, bounds, shades, strict=True)]


def _as_channels(crops: Sequence[Picture]) -> Picture:
    """Crops of one size as (h, w, n): OpenCV then works on all of them in one call, each by itself."""
    rows = np.stack(crops).reshape(len(crops), -1)
    return np.asarray(cv2.transpose(rows), np.uint8).reshape(*crops[0].shape, len(crops))


def _apart(stack: Picture) -> Picture:
    """(h, w, n) as (n, h, w)."""
    height, width, count = stack.shape
    return np.asarray(cv2.transpose(stack.reshape(-1, count)), np.uint8).reshape(count, height, width)


def _strongest(dark: Picture) -> NDArray[np.float64]:
    """:func:`strongest_ink` of each crop of (h, w, n)."""
    return np.asarray(cv2.blur(dark, (3, 3)).reshape(-1, dark.shape[2]).max(axis=0), np.float64)


def _inside(stack: Picture) -> Picture:
    """Crops (h, w, n) without their rims, where the boxes' lines lie."""
    rows, columns = (max(1, round(n * RIM)) for n in stack.shape[:2])
    return np.ascontiguousarray(stack[rows:-rows, columns:-columns])


def _between_lines(dark: Picture) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Of crops (h, w, n), the rows (h, n) and columns (w, n) that lie inside of the form's lines."""
    _, mask = cv2.threshold(dark, FAINT, 1, cv2.THRESH_BINARY)
    upright, level = (np.asarray(cv2.dilate(mask, way), np.uint8).reshape(dark.shape) for way in (_UPRIGHT, _LEVEL))
    rows, columns = _least_third(upright), _least_third(level.transpose(1, 0, 2))
    return _span(rows), _span(columns)


def _least_third(mask: Picture) -> NDArray[np.float64]:
    """Of (rows, along, n) of 0 and 1: per row, how much of the third of it that has least is dark, in 255ths."""
    along = mask.shape[1]
    thirds = []
    for k in range(3):
        start, end = along * k / 3, along * (k + 1) / 3
        first, last = int(np.ceil(start - 1e-9)), int(np.floor(end + 1e-9))
        dark = np.add.reduce(mask[:, first:last], axis=1, dtype=np.uint16).astype(np.float64)
        if first > start + 1e-9:
            dark += mask[:, first - 1] * (first - start)
        if last < end - 1e-9:
            dark += mask[:, last] * (end - last)
        thirds.append(dark)
    return np.asarray(np.rint(np.minimum.reduce(thirds) * (255 * 3 / along)) / 255, np.float64)


def _span(share: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The rows (rows, n) between the form's lines at both ends."""
    length, count = share.shape
    ends = _line_ends(np.concatenate([share, share[::-1]], axis=1))
    row = np.arange(length)[:, None]
    return np.asarray((row >= ends[:count]) & (row < length - ends[count:]), np.bool_)


def _line_ends(share: NDArray[np.float64]) -> NDArray[np.int64]:
    """Where, from the first row on, the form's line ends: after the last thin run of rows that are nearly all dark.

    ``share``: (rows, n), how much of the third of a row that has least is dark: a digit's bar does not reach both ends.
    """
    length, count = share.shape
    reach, edge, thick = round(length * RIM), round(length * EDGE), length * THICK
    full = share[: reach + 1] > np.where(np.arange(len(share[: reach + 1])) < edge, BROKEN_LINE, LINE)[:, None]
    end, begun = np.zeros(count, np.int64), np.zeros(count, np.int64)
    for row, line in enumerate(full):
        closed = ~line & (row > begun) & ((row - begun <= thick) | (begun <= 1))
        end[closed] = row
        begun[~line] = row + 1
    return end


def _pen_strokes(dark: Picture, least: NDArray[np.uint8]) -> Picture:
    """Of crops (n, h, w), what is darker than ``least`` and no dirt, with the blur round it."""
    count, height, width = dark.shape
    if not count:
        return dark
    beside = np.zeros((height, count, width + 1), np.uint8)  # a column apart: nothing touches the next one's ink
    np.greater(dark.transpose(1, 0, 2), least[:, None], out=beside[:, :, :-1].view(np.bool_))
    kept = _without_dirt(beside)
    near = np.asarray(cv2.dilate(kept.reshape(height, -1), _AROUND), np.uint8).reshape(beside.shape)
    return np.asarray(dark * near[:, :, :-1].transpose(1, 0, 2), np.uint8)


def _without_dirt(beside: Picture) -> Picture:
    """Masks of 0 and 1 (h, n, w + 1) without specks and without what clings to the rims: bits of lines, the
    neighbours' strokes."""
    height, _, apart = beside.shape
    outlines, within = cv2.findContours(beside.reshape(height, -1), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return beside
    pieces = [cv2.boundingRect(o) for o, hole in zip(outlines, within[0, :, 3].tolist(), strict=True) if hole < 0]
    rects = np.array(pieces, np.int64)
    dirty = np.unique(rects[_is_dirt(rects, height, apart), 0] // apart)
    if not len(dirty):
        return beside
    labels, stats = components(np.ascontiguousarray(beside[:, dirty]).reshape(height, -1))
    clean = ~_is_dirt(stats[:, :4], height, apart)
    clean[0] = False
    kept = beside.copy()
    kept[:, dirty] = clean[labels].reshape(height, len(dirty), apart)
    return kept


def _is_dirt(rects: NDArray[np.integer[Any]], height: int, apart: int) -> NDArray[np.bool_]:
    """Of pieces (n, 4: x, y, w, h) of crops so high, one every ``apart`` columns."""
    width = apart - 1
    x, y, w, h = rects.T.astype(np.float64)
    across, down = (x % apart + w / 2) / width, (y + h / 2) / height
    outside = np.minimum(np.minimum(across, down), np.minimum(1 - across, 1 - down))
    side = min(height, width)
    thin, longer = np.minimum(w, h) < 0.1 * side, np.maximum(w, h)
    clinging = (outside < RIM / 2) & (thin | (longer < 0.2 * side))
    line = (outside < RIM) & thin & ((w > 0.8 * width) | (h > 0.8 * height))
    return np.asarray((longer < SPECK * side) | clinging | line, np.bool_)
