"""One hand and one pen write a whole form: what the surely read boxes tell about the doubtful ones.

Both are evidence beside the ink, stated as chances: ink far paler than the form's pen may be print or a stain, and in
the hand of somebody who crosses the 7 a stroke with a flag and no bar is rather a 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.recognize.digits.box import BoxInk
from pipeline.recognize.digits.normal_form import INK
from pipeline.recognize.digits.reader import CLASSES

SURE = 0.95
"""Chance from which a digit is read surely enough to tell about the hand."""
FEWEST = 5
"""Digits that must be read surely before the form's pen is known."""
PALER, PALEST = 0.6, 0.35
"""Darkness, as a share of the pen's, below which ink may not be the pen's; and from which that is as likely as not."""
STRAY, AS_LIKELY = 0.01, 0.5
"""Chance, at these two shares, that such ink is not the pen's but the form's or a stain."""
BAR_ON_A_ONE = 0.05
"""Chance that a 1 seems to have a bar across its stem."""
ZONE = (0.3, 0.78)
"""Rows, as shares of the ink's height, in which a seven's bar lies."""
BAR, BOTH_SIDES = 0.05, 0.18
"""How far, over the ink's height, a bar sticks out of the stem on either side, and on both together."""
_ONE, _SEVEN, _EMPTY = (CLASSES.index(letter) for letter in "17_")


def with_the_hand(inks: Sequence[BoxInk], chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """The chances (n, classes) of the boxes of one form, each with what the other boxes tell about pen and hand."""
    return _by_crossed_sevens(inks, _by_pen(inks, chances))


def darkness_of(box: BoxInk) -> float:
    """Grey levels by which the middle of the strokes is darker than the paper; 0 without ink."""
    return float(_darknesses([box])[0])


def _darknesses(inks: Sequence[BoxInk]) -> NDArray[np.float64]:
    """:func:`darkness_of` each box: the upper quartile of what counts as ink."""
    levels = np.zeros((len(inks), 256), np.int64)
    for row, box in zip(levels, inks, strict=True):
        if box.bounds is not None:
            top, bottom, left, right = box.bounds
            row[:] = np.bincount(box.ink[top:bottom, left:right].ravel(), minlength=256)
    most = 255 - (levels[:, ::-1] > 0).argmax(axis=1)
    levels[np.arange(256) <= (INK * most).astype(np.int64)[:, None]] = 0
    return np.where(levels.any(axis=1), _quantiles(levels, 0.75), 0.0)


def _quantiles(levels: NDArray[np.int64], share: float) -> NDArray[np.float64]:
    """The quantile of each row's pixels, counted by grey level; between two levels in a straight line."""
    upto = np.cumsum(levels, axis=1)
    at = share * np.maximum(upto[:, -1] - 1, 0)
    low, high = ((upto <= rank[:, None]).sum(axis=1) for rank in (np.floor(at), np.ceil(at)))
    return np.asarray(low + (high - low) * (at - np.floor(at)), np.float64)


def _by_pen(inks: Sequence[BoxInk], chances: NDArray[np.float64]) -> NDArray[np.float64]:
    sure = np.flatnonzero(chances[:, :10].max(axis=1, initial=0.0) >= SURE)
    if len(sure) < FEWEST:
        return chances
    dark = _darknesses(inks)
    share = dark / np.median(dark[sure])
    odds = np.interp(share, [PALEST, PALER], np.log([AS_LIKELY / (1 - AS_LIKELY), STRAY / (1 - STRAY)]))
    stray = np.where((dark > 0) & (share < PALER), 1 / (1 + np.exp(-odds)), 0.0)
    out = chances * (1 - stray)[:, None]
    out[:, _EMPTY] += stray
    return np.asarray(out, np.float64)


def _by_crossed_sevens(inks: Sequence[BoxInk], chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where the hand's sure sevens are crossed, a 7 without bar is as rare as they say (Laplace's rule).

    A bar across the stem makes a 1 unlikely in any hand.
    """
    inked = np.array([box.bounds is not None for box in inks], np.bool_)
    either = np.flatnonzero((chances[:, _ONE] + chances[:, _SEVEN] > 0.5) & inked)
    bars = np.array([crossed(inks[k]) for k in either.tolist()], np.bool_)
    sevens = chances[either, _SEVEN] >= SURE
    with_bar, without = int((sevens & bars).sum()), int((sevens & ~bars).sum())
    out = chances.copy()
    for k, bar, seven in zip(either.tolist(), bars.tolist(), sevens.tolist(), strict=True):
        if bar:
            out[k, _ONE] *= BAR_ON_A_ONE
        elif with_bar:
            out[k, _SEVEN] *= min(1.0, 2 * (without - seven + 1) / (with_bar + without - seven + 2))
    return np.asarray(out / np.maximum(out.sum(axis=1, keepdims=True), 1e-300), np.float64)


def crossed(box: BoxInk) -> bool:
    """Whether a bar crosses the stem: in some rows of the middle, ink on both sides of where the stem lies."""
    if box.bounds is None:
        return False
    top, bottom, left, right = box.bounds
    height = bottom - top
    part = box.ink[top:bottom, left:right] > 0.5 * float(box.ink.max())
    first, last = round(ZONE[0] * height), round(ZONE[1] * height)
    rows = np.arange(first, last)[part[first:last].any(axis=1)]
    if height < 8 or len(rows) < 6:
        return False
    starts = part[rows].argmax(axis=1)
    ends = part.shape[1] - part[rows, ::-1].argmax(axis=1)
    if int((ends - starts).max()) < BOTH_SIDES * height:  # less than a bar sticks out, the stem included
        return False
    begun, ended = _stem(rows, starts), _stem(rows, ends)
    left_out, right_out = (begun - starts) / height, (ends - ended) / height
    return bool(((np.minimum(left_out, right_out) >= BAR) & (left_out + right_out >= BOTH_SIDES)).any())


def _stem(rows: NDArray[np.int64], edge: NDArray[np.int64]) -> NDArray[np.float64]:
    """The stem's edge in every row: a straight line through the middles of many pairs of rows (Theil and Sen)."""
    i, j = _far_apart(len(rows))
    slope = _middle((edge[j] - edge[i]) / (rows[j] - rows[i]))
    return np.asarray(slope * rows + _middle(edge - slope * rows), np.float64)


@lru_cache(maxsize=256)
def _far_apart(count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of places at least a third of all places apart."""
    i, j = np.triu_indices(count, max(1, count // 3))
    return i, j


def _middle(values: NDArray[np.float64]) -> float:
    """The median, for short arrays much faster than numpy's."""
    ordered = np.sort(values)
    half = len(ordered) // 2
    return float(ordered[half]) if len(ordered) % 2 else float(ordered[half - 1] + ordered[half]) / 2
