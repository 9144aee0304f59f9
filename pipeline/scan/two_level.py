"""Black-and-white scans: a scanner's threshold has already decided what is ink, and taken thin and pale ink with it."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.scan.page import Pixels

LOW, HIGH = 51, 204
"""Between them a tone is neither black nor white."""
BETWEEN, OF_INK = 0.005, 0.09
"""Share of a page's pixels that have such tones, the edges of its print, and their share of all that is not white: a
page with less of both has two levels. Of 216 grey scans none has less than 0.0085 of the first; of pages of two levels,
halftones and those kept as JPEG among them, none has more than 0.0035. A sheet with little print has little of the
first and, in grey, much of the second."""
EVERY = 3
"""Pixels between those that are looked at."""


def has_two_levels(pixels: Pixels) -> bool:
    """Whether a page (h, w) or (h, w, 3) shows black and white alone."""
    rows = pixels[::EVERY]
    grey = rows if rows.ndim == 2 else np.asarray(cv2.cvtColor(rows, cv2.COLOR_BGR2GRAY), np.uint8)
    grey = np.ascontiguousarray(grey[:, ::EVERY])
    between, inked = (cv2.countNonZero(cv2.inRange(grey, low, HIGH - 1)) for low in (LOW + 1, 0))
    return between < BETWEEN * grey.size and between < OF_INK * inked
