"""Lines that the scanner or a fold drew: straight, along an edge of the picture or the sheet, page-long."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.scan.page import Pixels

SHARE = 0.88
"""Of the picture's length that a streak must show on. Real streaks show on 0.97 and more; a level stroke through
a long name and its title reached 0.64 and must never be taken for one."""
DIP = 5
"""Grey levels below the neighbourhood; noise of a scan is about 3."""


@dataclass(frozen=True, slots=True, eq=False)
class Streaks:
    """Columns and rows of the picture as scanned on which a streak lies (true there)."""

    columns: NDArray[np.bool_]
    rows: NDArray[np.bool_]

    def at(self, places: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Which of the places (..., 2) in pixels of the picture lie on a streak."""
        hit = np.zeros(places.shape[:2], np.bool_)
        if self.columns.any():
            hit |= self.columns[np.clip(np.rint(places[..., 0]).astype(np.int32), 0, len(self.columns) - 1)]
        if self.rows.any():
            hit |= self.rows[np.clip(np.rint(places[..., 1]).astype(np.int32), 0, len(self.rows) - 1)]
        return hit

    def __bool__(self) -> bool:
        return bool(self.columns.any() or self.rows.any())


def streaks_of(pixels: Pixels) -> Streaks:
    """Dirt on the scanner's glass draws a line along the feed: found by columns, and by rows on a turned page."""
    grey = pixels if pixels.ndim == 2 else pixels[:, :, 1]
    return Streaks(_lines(grey[::8]), _lines(np.ascontiguousarray(grey[:, ::8].T)))


def _lines(sample: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Columns of ``sample`` that are darker than their neighbours over most of its height."""
    around = cv2.blur(sample, (15, 1))
    dips = cv2.subtract(around, sample) > DIP
    share = dips.mean(axis=0)
    found = share > SHARE
    grown: NDArray[np.bool_] = cv2.dilate(found.astype(np.uint8)[None], np.ones((1, 5), np.uint8))[0] > 0
    return grown
