"""What the whole sheet has that its blank does not, at a quarter of the density: stamp, added writing, folds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Box
from pipeline.recognize.artefacts import Ends, near_lines, printed_lines
from pipeline.recognize.windows import Bytes, Layout, Mosaic, cut, darkness, mosaic_of
from pipeline.scan.page import RegisteredPage
from pipeline.scan.prepare import PreparedSide

DENSITY = 4.0
"""Pixels a mm: 100 dpi, enough for writing of 3 mm and a quarter of the work."""
FRAME_MM = 0.75
"""So far beside a printed frame its own print may show where the scan lies a little off."""
RULE_MM = 15.0
"""Printed lines from this length on are frames or rules: no letter has a straight line of it."""
STRIPS = 8
"""A fold must show in every one of so many strips across the sheet; a pen stroke crosses at most five."""
FOLD = 5
"""Darkness of 255 from which a shading counts as a fold; paper noise averaged over a strip is below 2."""
FOLD_WANDER_PX, MOST_RISE_PX = 2, 16
"""A fold may lie so far (0.5 mm) off a straight line, and rise so far (4 mm) across the sheet: paper is folded by
hand, and scanned askew."""
BARE = 0
"""Darkness that print explains, up to which paper is bare; a crease under print does not show above it."""
SAMPLE, UPPER, LEAST_SAMPLES = 4, 0.65, 4
"""Every fourth pixel of a strip is looked at. A pen adds darkness: the upper middle of the bare pixels is robust to
it over 16 mm; fewer bare samples than the last tell nothing."""
LEAST_STRIPS = 4
"""A line of text hides a fold in the strips that it fills; so many others must be there to show it."""


@dataclass(frozen=True, slots=True, eq=False)
class SheetInk:
    """Excess darkness of the whole side in form coordinates, folds and streaks taken out; 0 to 255."""

    excess: Bytes
    blank: Bytes
    """Darkness of the blank, same shape."""
    folds: Bytes | None
    """The shading of folds, same shape; ``None`` where there is none."""
    frames: Bytes
    """Where the blank has long lines, and closely beside them (1), same shape."""


@dataclass(frozen=True, slots=True, eq=False)
class _Bare:
    """Where a side's blank has no print, by rows and strips across it: (height, STRIPS) each."""

    counts: NDArray[np.float32]
    """Samples of bare paper, at least 1."""
    upper: NDArray[np.intp]
    """Which of a strip's samples, in rising order with print as 0, is the upper middle of the bare ones."""
    known: NDArray[np.bool_]
    """Whether there is bare paper enough to tell."""


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    mosaic: Mosaic
    widened: Bytes
    """The blank's darkness spread by a pixel: what registration may be off."""
    allowed: Bytes
    """Darkness that print explains."""
    across: _Bare
    along: _Bare
    frames: Bytes


@lru_cache(maxsize=32)
def _plan(prepared: PreparedSide) -> _Plan:
    size = prepared.side.size
    mosaic = mosaic_of(prepared, Layout((Box(0.0, 0.0, size.w, size.h),), DENSITY))
    widened = np.asarray(cv2.dilate(mosaic.blank, np.ones((3, 3), np.uint8)), np.uint8)
    allowed = np.asarray(cv2.addWeighted(widened, 1.0, cv2.blur(widened, (3, 3)), 0.5, 0), np.uint8)
    frames = near_lines(mosaic.blank, DENSITY, FRAME_MM, RULE_MM)
    return _Plan(mosaic, widened, allowed, _bare(allowed), _bare(np.ascontiguousarray(allowed.T)), frames)


def _bare(allowed: Bytes) -> _Bare:
    paper = np.asarray(allowed <= BARE, np.uint8)
    counts = _samples(paper).sum(axis=2, dtype=np.intp)
    whole = _samples(paper).shape[2]
    upper = np.minimum(whole - counts + (counts * UPPER).astype(np.intp), whole - 1)
    return _Bare(np.maximum(counts, 1).astype(np.float32), upper, counts >= LEAST_SAMPLES)


def _inner(sheet: Bytes) -> Bytes:
    """Without the sheet's edges, which have shadows of their own."""
    margin = _margin(sheet)
    return sheet[:, margin : sheet.shape[1] - margin]


def _margin(sheet: Bytes) -> int:
    return int(0.07 * sheet.shape[1] + 0.5)


def _samples(sheet: Bytes) -> Bytes:
    """(height, STRIPS, samples of a strip)."""
    inner = _inner(sheet)
    strip = inner.shape[1] // STRIPS
    return inner[:, : strip * STRIPS].reshape(len(sheet), STRIPS, strip)[:, :, ::SAMPLE]


@lru_cache(maxsize=32)
def frame_of(prepared: PreparedSide) -> Ends:
    """Ends in mm (n, 2, 2) of the long lines that are printed on the side."""
    return printed_lines(_plan(prepared).mosaic.blank, DENSITY)


def sheet_ink(page: RegisteredPage, prepared: PreparedSide) -> SheetInk:
    """The sheet against its blank; the page without streaks."""
    plan = _plan(prepared)
    seen = darkness(cut(page.raw.pixels, page.map, plan.mosaic, page.pixels_per_mm))
    excess = np.asarray(cv2.subtract(seen, plan.allowed), np.uint8)
    folds = _folds(excess, plan)
    if folds is None:
        return SheetInk(excess, plan.widened, None, plan.frames)
    return SheetInk(np.asarray(cv2.subtract(excess, folds), np.uint8), plan.widened, folds, plan.frames)


def _folds(excess: Bytes, plan: _Plan) -> Bytes | None:
    """The shading of sheet-long folds across and along, limited to what shows in every strip."""
    across = _fold_rows(excess, plan.across)
    along = _fold_rows(np.asarray(cv2.transpose(excess), np.uint8), plan.along)
    if across is None and along is None:
        return None
    shading = np.zeros_like(excess)
    if across is not None:
        shading = np.maximum(shading, across)
    if along is not None:
        shading = np.maximum(shading, along.T)
    return shading


def _fold_rows(excess: Bytes, bare: _Bare) -> Bytes | None:
    wander = np.ones((MOST_RISE_PX + 2 * FOLD_WANDER_PX + 1, 1), np.uint8)
    enough = bare.known.sum(axis=1) >= LEAST_STRIPS
    # A fold's profile in a strip is the upper middle of its bare pixels, so their mean is at least a third of that.
    samples = np.ascontiguousarray(_samples(excess))
    sums = cv2.reduce(samples.reshape(-1, samples.shape[2]), 1, cv2.REDUCE_SUM, dtype=cv2.CV_32F)
    reach = cv2.dilate(sums.reshape(bare.counts.shape) / bare.counts, wander)
    reach[~bare.known] = 255
    shaded = np.flatnonzero(enough & (_second_least(reach.T) > FOLD / 3))
    if not len(shaded):
        return None
    # beyond these rows nothing is shaded, so that strips can be moved against each other without loss
    around = len(wander)
    rows = slice(max(0, shaded[0] - around), shaded[-1] + around + 1)
    ordered = np.sort(samples[rows].astype(np.uint16), axis=2)  # four times as quick as bytes
    profile = np.take_along_axis(ordered, bare.upper[rows, :, None], axis=2)[:, :, 0].astype(np.uint8)
    straight = _straight(profile, bare.known[rows], enough[rows], wander)
    if straight is None:
        return None
    limited = np.zeros(bare.counts.shape, np.uint8)
    limited[rows] = straight
    width = _inner(excess).shape[1] // STRIPS * STRIPS
    wide = cv2.resize(limited, (width, len(excess)), interpolation=cv2.INTER_LINEAR)
    full = np.zeros_like(excess)
    margin = _margin(excess)
    full[:, margin : margin + width] = wide
    full[:, :margin] = wide[:, :1]
    full[:, margin + width :] = wide[:, -1:]
    return np.asarray(cv2.dilate(full, np.ones((3, 3), np.uint8)), np.uint8)


def _straight(profile: Bytes, known: NDArray[np.bool_], enough: NDArray[np.bool_], wander: Bytes) -> Bytes | None:
    """Of the strips' shading (height, STRIPS) what lies on a straight line through all of them.

    A stroke beside a fold shows in some of the strips only, and must not be taken for a part of the fold.
    """
    shown = np.where(known, profile, 255).astype(np.uint8)
    height = len(shown)
    if not (enough & (_second_least(cv2.dilate(shown, wander).T) > FOLD)).any():
        return None
    down = _descents()
    wrapped = np.pad(np.ascontiguousarray(shown.T), ((0, 0), (MOST_RISE_PX, MOST_RISE_PX)), mode="wrap")
    moved = np.lib.stride_tricks.sliding_window_view(wrapped, height, axis=1)
    # (STRIPS, rises, height): every strip moved so that a fold with that rise is level
    level = np.stack([strip[MOST_RISE_PX + n] for strip, n in zip(moved, down.T, strict=True)])
    near = cv2.dilate(level.reshape(-1, height), np.ones((1, 2 * FOLD_WANDER_PX + 1), np.uint8)).reshape(level.shape)
    everywhere = _second_least(near)  # one strip may be hidden by a glare
    everywhere = np.where(enough & (everywhere > FOLD), everywhere, 0).astype(np.uint8)
    aligned = (_second_least(level)[:, enough].astype(np.int64) ** 2).sum(axis=1)
    aligned[~everywhere.any(axis=1)] = -1
    best = int(np.argmax(aligned))
    if aligned[best] < 0:
        return None
    back = np.stack([np.roll(everywhere[best], n) for n in down[best]], axis=1)
    return np.asarray(np.minimum(_filled(profile, known), back), np.uint8)


@lru_cache(maxsize=1)
def _descents() -> NDArray[np.intp]:
    """Rows by which each strip lies lower than the sheet's middle, for every rise of a fold: (rises, STRIPS)."""
    rises = np.arange(-MOST_RISE_PX, MOST_RISE_PX + 1, 2)
    return np.round(np.outer(rises / 2, np.linspace(-1, 1, STRIPS))).astype(np.intp)


def _second_least(strips: NDArray[Any]) -> NDArray[Any]:
    """Of all strips (the first axis) the second smallest value."""
    least, second = np.minimum(strips[0], strips[1]), np.maximum(strips[0], strips[1])
    for strip in strips[2:]:
        second = np.minimum(second, np.maximum(least, strip))
        least = np.minimum(least, strip)
    return np.asarray(second)


def _filled(profile: Bytes, known: NDArray[np.bool_]) -> Bytes:
    """Strips that print hides show what the nearest bare ones at both sides show, the darker of them."""
    left, right = np.where(known, profile, 0), np.where(known, profile, 0)
    for i in range(1, STRIPS):
        left[:, i] = np.where(known[:, i], left[:, i], left[:, i - 1])
        right[:, -i - 1] = np.where(known[:, -i - 1], right[:, -i - 1], right[:, -i])
    return np.asarray(np.maximum(left, right), np.uint8)
