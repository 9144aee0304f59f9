"""Black-and-white scans: a scanner's threshold has already decided what is ink, and taken thin and pale ink with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import cv2
import numpy as np

from pipeline.recognize.reading import FieldReading
from pipeline.scan.page import Pixels

LOW, HIGH = 51, 204
"""Between them a tone is neither black nor white."""
BETWEEN = 0.005
"""Share of a page's pixels that have such tones, the edges of its print: of 216 grey scans none has less than 0.0085,
of pages of two levels, halftones and those kept as JPEG among them, none has more than 0.0035."""
EVERY = 3
"""Pixels between those that are looked at."""


def has_two_levels(pixels: Pixels) -> bool:
    """Whether a page (h, w) or (h, w, 3) shows black and white alone."""
    some = pixels[::EVERY, ::EVERY]
    grey = some if some.ndim == 2 else cv2.cvtColor(np.ascontiguousarray(some), cv2.COLOR_BGR2GRAY)
    return bool(((grey > LOW) & (grey < HIGH)).mean() < BETWEEN)


def as_unclear(readings: Mapping[str, FieldReading]) -> dict[str, FieldReading]:
    """Readings of names, stamps and added writing on such a page: a stamp that is seen is there, the rest is unclear.

    Whether a name is struck is told by what its print does not explain, and a threshold changes print by more than
    that: on 40 simulated ballots, each under four thresholds and halftone, 33 names were taken for something else with
    all measures in order, and 19 pale stamps were gone.
    """
    return {name: one if _plain(one) else _unclear(one) for name, one in readings.items()}


def _plain(one: FieldReading) -> bool:
    return one.kind == "stamp" and one.value == "present"


def _unclear(one: FieldReading) -> FieldReading:
    return replace(one, scores={"unclear": 1.0}, measures={**one.measures, "two_level": 1.0})
