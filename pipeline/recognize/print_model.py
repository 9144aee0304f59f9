"""How a page shows its own print: as soft and as dark as this scan made it, so that ink between letters is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.recognize.windows import Bytes

SOFTNESS = (0.0, 0.5, 0.8, 1.1, 1.5, 2.0)
"""Standard deviations (pixels of the windows) of the blur that a scan may have more than its blank."""
SHARE = 0.4
"""Of the places with one darkness on the blank, the share that is no darker than print is here: noise lies on
both sides, a pen only adds."""
LEVELS = 8
"""Steps of the blank's darkness that are told apart; between them the page's darkness is linear."""
FEWEST = 30
"""Places below which a step tells nothing."""
EDGE = 0.5
"""Pixels by which an edge of print may lie off after alignment, and letters be bolder than the blank's."""
BOLDER = 1.05
HALO = 0.45
"""Of the darkness next to print, what is never taken for ink by itself."""
_AROUND = np.ones((3, 3), np.uint8)
FAR_OFF = 60
"""A place that is further off than this counts no more: a pen was there."""


@dataclass(frozen=True, slots=True, eq=False)
class PrintModel:
    """``softness``: which of SOFTNESS the page's print has; ``darkness``: of the page for each of the blank (256)."""

    softness: int
    darkness: Bytes

    def allowed(self, blank: Bytes) -> tuple[Bytes, Bytes]:
        """The darkness that print explains, for a blank of this softness laid onto the page: closely, and amply.

        What exceeds the ample one is ink; what exceeds the close one is ink where it adjoins such ink.
        """
        shown = cv2.LUT(blank, self.darkness)
        wide = cv2.dilate(shown, _AROUND)
        slope = cv2.subtract(wide, cv2.erode(shown, _AROUND))
        close = cv2.addWeighted(shown, BOLDER, slope, EDGE / 2, 0)
        ample = cv2.addWeighted(wide, 1.0, cv2.blur(wide, (3, 3)), HALO, 0)
        return np.asarray(close, np.uint8), np.asarray(ample, np.uint8)


PLAIN = PrintModel(0, np.arange(256, dtype=np.uint8))
"""Print shown as on the blank; for a form of which no print is known."""


def softened(blank: Bytes) -> tuple[Bytes, ...]:
    """The blank at each of SOFTNESS."""
    return tuple(np.asarray(cv2.GaussianBlur(blank, (0, 0), s), np.uint8) if s else blank for s in SOFTNESS)


def print_model(seen: Sequence[Bytes], blanks: Sequence[Sequence[Bytes]]) -> PrintModel:
    """The model that explains windows of a page best.

    ``seen``: windows of the page; ``blanks``: for each of SOFTNESS the blank in those windows, laid onto them.
    Windows with little ink of a pen are best; half of the print may lie under ink.
    """
    tables = np.array([sum(_table(s, b) for s, b in zip(seen, windows, strict=True)) for windows in blanks], np.float64)
    counts = tables.sum(axis=2)
    known = counts >= FEWEST  # (softness, LEVELS)
    middle = _middle(tables, np.maximum(counts, 1.0))
    off = np.minimum(np.abs(np.arange(64) * 4 + 2 - middle[:, :, None]), FAR_OFF)
    misfit = ((tables * off).sum(axis=2) * known).sum(axis=1)
    misfit[~known[:, 1:].any(axis=1)] = np.inf  # no print
    best = int(np.argmin(misfit))
    return PLAIN if np.isinf(misfit[best]) else PrintModel(best, _curve(known[best], middle[best]))


def _table(seen: Bytes, blank: Bytes) -> np.ndarray:
    """How many places have each darkness, (LEVELS of the blank, 64 of the page)."""
    return cv2.calcHist([blank, seen], [0, 1], None, [LEVELS, 64], [0, 256, 0, 256])


def _middle(tables: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The page's darkness below which SHARE of the places with one darkness on the blank lie."""
    share = np.cumsum(tables, axis=2) / counts[:, :, None]
    above = np.minimum((share < SHARE).sum(axis=2), 63)
    upper = np.take_along_axis(share, above[:, :, None], axis=2)[:, :, 0]
    lower = np.take_along_axis(share, np.maximum(above - 1, 0)[:, :, None], axis=2)[:, :, 0]
    back = np.where((above > 0) & (upper > lower), (upper - SHARE) / np.maximum(upper - lower, 1e-9), 0.0)
    return np.asarray(4.0 * (above + 1 - back))


def _curve(known: np.ndarray, middle: np.ndarray) -> Bytes:
    """The page's darkness for each of the blank (256), from the steps that are known."""
    steps = np.flatnonzero(known)
    width = 256 // LEVELS
    levels = np.maximum.accumulate(np.where(steps == 0, 0.0, middle[steps]))
    places = np.where(steps == 0, 0.0, steps * width + width / 2)
    slope = levels[-1] / max(places[-1], 1.0)
    last = min(255.0, levels[-1] + (255 - places[-1]) * slope / 2)
    curve = np.interp(np.arange(256), [0.0, *places, 255.0], [0.0, *levels, last])
    return np.asarray(np.rint(curve), np.uint8)
