"""What the whole sheet has that its blank does not, at a quarter of the density: stamp, added writing, folds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from pipeline.geometry import Box
from pipeline.recognize.windows import Bytes, Layout, Mosaic, cut, darkness, mosaic_of
from pipeline.scan.page import RegisteredPage
from pipeline.scan.prepare import PreparedSide

DENSITY = 4.0
"""Pixels a mm: 100 dpi, enough for writing of 3 mm and a quarter of the work."""
STRIPS = 8
"""A fold must show in every one of so many strips across the sheet; a pen stroke crosses at most five."""
FOLD = 5
"""Darkness of 255 from which a shading counts as a fold; paper noise averaged over a strip is below 2."""
FOLD_WANDER_PX = 6
"""A fold may wander so far (1.5 mm) between strips: paper is folded by hand."""


@dataclass(frozen=True, slots=True, eq=False)
class SheetInk:
    """Excess darkness of the whole side in form coordinates, folds and streaks taken out; 0 to 255."""

    excess: Bytes
    blank: Bytes
    """Darkness of the blank, same shape."""
    folds: Bytes | None
    """The shading of folds, same shape; ``None`` where there is none."""


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    mosaic: Mosaic
    widened: Bytes
    """The blank's darkness spread by a pixel: what registration may be off."""
    allowed: Bytes
    """Darkness that print explains."""


@lru_cache(maxsize=32)
def _plan(prepared: PreparedSide) -> _Plan:
    size = prepared.side.size
    mosaic = mosaic_of(prepared, Layout((Box(0.0, 0.0, size.w, size.h),), DENSITY))
    widened = cv2.dilate(mosaic.blank, np.ones((3, 3), np.uint8))
    allowed = cv2.addWeighted(widened, 1.0, cv2.blur(widened, (3, 3)), 0.5, 0)
    return _Plan(mosaic, np.asarray(widened, np.uint8), np.asarray(allowed, np.uint8))


def sheet_ink(page: RegisteredPage, prepared: PreparedSide) -> SheetInk:
    """The sheet against its blank; the page without streaks."""
    plan = _plan(prepared)
    seen = darkness(cut(page.raw.pixels, page.map, plan.mosaic, page.pixels_per_mm))
    excess = np.asarray(cv2.subtract(seen, plan.allowed), np.uint8)
    folds = _folds(excess)
    if folds is None:
        return SheetInk(excess, plan.widened, None)
    return SheetInk(np.asarray(cv2.subtract(excess, folds), np.uint8), plan.widened, folds)


def _folds(excess: Bytes) -> Bytes | None:
    """The shading of sheet-long folds across and along, limited to what shows in every strip."""
    across = _fold_rows(excess)
    along = _fold_rows(np.ascontiguousarray(excess.T))
    if across is None and along is None:
        return None
    shading = np.zeros_like(excess)
    if across is not None:
        shading = np.maximum(shading, across)
    if along is not None:
        shading = np.maximum(shading, along.T)
    return shading


def _fold_rows(excess: Bytes) -> Bytes | None:
    height, width = excess.shape
    margin = round(0.07 * width)  # the sheet's edges have shadows of their own
    inner = excess[:, margin : width - margin]
    strip = inner.shape[1] // STRIPS
    # A fold's profile in a strip is the upper middle of its pixels, so their mean is at least a third of that.
    means = cv2.resize(inner, (STRIPS, height), interpolation=cv2.INTER_AREA)
    reach = cv2.dilate(means, np.ones((2 * FOLD_WANDER_PX + 1, 1), np.uint8))
    if np.partition(reach, 1, axis=1)[:, 1].max() < FOLD / 3:
        return None
    cells = inner[:, : strip * STRIPS].reshape(height, STRIPS, strip)[:, :, ::5]
    # Print leaves holes of 0 and a pen adds: the upper middle is robust to both over 16 mm.
    profile = np.partition(cells, int(cells.shape[2] * 0.65), axis=2)[:, :, int(cells.shape[2] * 0.65)]
    reach = cv2.dilate(np.ascontiguousarray(profile), np.ones((2 * FOLD_WANDER_PX + 1, 1), np.uint8))
    everywhere = np.sort(reach, axis=1)[:, 1]  # one strip may be hidden by print or a glare
    if everywhere.max() <= FOLD:
        return None
    common = np.where(everywhere > FOLD, everywhere, 0).astype(np.uint8)
    limited = np.minimum(profile, common[:, None])
    wide = cv2.resize(limited, (strip * STRIPS, height), interpolation=cv2.INTER_LINEAR)
    full = np.zeros_like(excess)
    full[:, margin : margin + wide.shape[1]] = wide
    full[:, :margin] = wide[:, :1]
    full[:, margin + wide.shape[1] :] = wide[:, -1:]
    return np.asarray(cv2.dilate(full, np.ones((3, 3), np.uint8)), np.uint8)
