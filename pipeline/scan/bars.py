"""Dark solid bars in a picture, as timing marks and corner marks are, and where a page may lie in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from weakref import WeakKeyDictionary

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms.template import FormSide
from pipeline.geometry import Box, Size
from pipeline.scan.page import Pixels, Points
from pipeline.scan.view import PageView

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SEARCH_PPM = 4.0
"""Pixels per mm for finding bars: a bar of 1.5 mm is six pixels high, letters still keep apart from it."""
DARK = 0.55
"""A bar is darker than this share of the paper; print is at 0.2, grey smears of a feed roller at 0.7."""
MIN_FILL = 0.72
"""Share of its bounding box that a bar covers: skewed by 3 degrees 0.8, letters of its size 0.6."""
SLACK_MM = 30.0
"""How far from the picture's edge the paper's may lie, skew and the scanner's lid included."""


@dataclass(frozen=True, eq=False)
class Bars:
    """Dark solid components: bounding boxes and centres of mass, in pixels of the original."""

    low: Points
    high: Points
    mass: Points

    def __len__(self) -> int:
        return len(self.low)


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """Which bar is which mark: ``bar[i]`` is the index of the bar of mark i, or -1."""

    bar: Ints
    places: Points
    """Where each matched mark's centre is, (n, 2), by index of the mark."""
    ppm: float

    @property
    def found(self) -> float:
        return float((self.bar >= 0).mean())


_seen: WeakKeyDictionary[PageView, dict[tuple[float, ...], Bars]] = WeakKeyDictionary()
"""Bars already found in a picture: a form's two faces have the same marks."""


def bars_in(view: PageView, size: tuple[float, float], ppm: float, level: int, border: float) -> Bars:
    known = _seen.setdefault(view, {})
    key = (*(round(v, 2) for v in (*size, ppm, border)), level)
    if key not in known:
        known[key] = _found_bars(view, size, ppm, level, border)
    return known[key]


def _found_bars(view: PageView, size: tuple[float, float], ppm: float, level: int, border: float) -> Bars:
    """Components about as large as a bar of ``size`` mm at ``ppm``; narrow ones only where the paper ends."""
    factor = max(1, round(ppm / SEARCH_PPM))
    grey = view.reduced(factor)
    dark = _dark(grey, ppm / factor, size, level)
    if level == 0:
        inset = round(border * ppm / factor)
        dark[inset : max(inset, dark.shape[0] - inset), inset : max(inset, dark.shape[1] - inset)] = 0
    _, _, stats, centres = cv2.connectedComponentsWithStats(dark, ltype=_label_type(dark))
    low = stats[1:, :2].astype(np.float64)
    extent = stats[1:, 2:4].astype(np.float64)
    area = stats[1:, 4]
    want = np.array(size) * ppm / factor
    fill = area / (extent[:, 0] * extent[:, 1])
    ratio = extent / want
    whole = ((ratio > 0.62) & (ratio < 1.5)).all(axis=1)
    ends = (low < want).any(axis=1) | (low + extent > np.array(grey.shape[::-1]) - want).any(axis=1)
    cut = ends & (ratio > 0.25).all(axis=1) & (ratio < 1.5).all(axis=1) & (ratio.max(axis=1) > 0.62)
    good = (fill > MIN_FILL) & (whole | cut) & (area > 6)
    shift = (factor - 1) / 2

    def full(points: Points) -> Points:
        return np.asarray(points * factor + shift)

    # edges of pixels, so half a pixel before the first centre and after the last
    return Bars(
        full(low[good] - 0.5),
        full((low + extent)[good] - 0.5),
        full(np.asarray(centres[1:][good], np.float64)),
    )


def _label_type(mask: Pixels) -> int:
    """The narrower type of labels, three times as quick, wherever it is wide enough."""
    # a label is given to no more than each square of two by two pixels that has any (Bolelli et al. 2019)
    squares = cv2.dilate(mask, np.ones((2, 2), np.uint8), anchor=(0, 0))[::2, ::2]
    return cv2.CV_16U if np.count_nonzero(squares) < np.iinfo(np.uint16).max else cv2.CV_32S


@lru_cache(maxsize=64)
def border_of(size: Size, marks: tuple[Box, ...]) -> float:
    """How far from the picture's edge (mm) a mark can lie: a frame leaves the letters in the middle out."""
    depths = [min(m.right, m.bottom, size.w - m.x, size.h - m.y) for m in marks]
    return max(depths) + SLACK_MM


def _dark(grey: Pixels, ppm: float, size: tuple[float, float], level: int) -> Pixels:
    """1 where the picture is dark: against the paper of the page, or (level 1) against the paper around."""
    if level == 0:
        return np.asarray(cv2.threshold(grey, DARK * paper_level(grey), 1, cv2.THRESH_BINARY_INV)[1], np.uint8)
    # the mean over three bar lengths is between bar and paper wherever both are near
    k = max(3, round(3 * max(size) * ppm)) | 1
    around = cv2.blur(cv2.medianBlur(grey, 3), (k, k), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(grey < np.minimum(around, 200) * 0.75, np.uint8)


def paper_level(grey: Pixels) -> float:
    """The grey of the paper: the commonest tone of the lighter part (every fourth pixel is looked at)."""
    counts = np.bincount(grey[::4, ::4].ravel(), minlength=256).astype(np.float64)
    smooth = np.convolve(counts, np.ones(7), "same")
    return float(90 + np.argmax(smooth[90:]))


def scales_of(view: PageView, side: FormSide, turned: bool) -> list[float]:
    """Pixels per mm to try: the page fills the picture, or else the file's dpi is true."""
    w, h = (side.size.h, side.size.w) if turned else (side.size.w, side.size.h)
    fills = float(np.sqrt(view.width / w * view.height / h))
    scales = [fills]
    if view.dpi and not 0.8 < view.dpi / 25.4 / fills < 1.25:
        scales.append(view.dpi / 25.4)
    return scales


def turns_of(view: PageView, side: FormSide) -> list[int]:
    """Quarter turns to try, clockwise: first those in which the picture has the page's proportions."""
    lying = (view.width > view.height) != (side.size.w > side.size.h)
    return [90, 270, 0, 180] if lying else [0, 180, 90, 270]


def rotation(turn: int) -> Floats:
    """Turns the upright page's mm clockwise by ``turn`` (y downwards)."""
    c, s = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}[turn]
    return np.array([[c, -s], [s, c]], np.float64)


def nearest(predicted: Points, places: Points, within: float | Floats) -> Ints:
    """Index of the place nearest to each prediction, -1 where none is near; no place is used twice."""
    distance = (predicted[:, :1] - places[:, 0]) ** 2 + (predicted[:, 1:] - places[:, 1]) ** 2
    nearest = distance.argmin(axis=1)
    value = np.sqrt(distance[np.arange(len(predicted)), nearest])
    nearest[value > within] = -1
    for place in np.flatnonzero(np.bincount(nearest[nearest >= 0], minlength=len(places)) > 1):
        same = np.flatnonzero(nearest == place)
        nearest[same[value[same] > value[same].min()]] = -1
    return np.asarray(nearest, np.int64)
