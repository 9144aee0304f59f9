"""Which squares of a picture are a form's four corner marks."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from pipeline.forms.template import FormSide
from pipeline.geometry import Box
from pipeline.scan.bars import Bars, Match, bars_in, border_of, nearest, scales_of, turns_of
from pipeline.scan.page import Points
from pipeline.scan.view import PageView

Floats = NDArray[np.float64]

MAX_SQUARES = 40
"""More solid squares than that on a page are a pattern, not marks; the largest are kept."""


def corner_matches(view: PageView, side: FormSide, marks: tuple[Box, Box, Box, Box], level: int) -> list[Match]:
    """Matches of all four marks, or of three where one is covered, for every turn that the squares allow."""
    size = (float(np.median([m.w for m in marks])), float(np.median([m.h for m in marks])))
    matches: list[Match] = []
    for ppm in scales_of(view, side, turned=turns_of(view, side)[0] in (90, 270)):
        bars = bars_in(view, size, ppm, level, border_of(side.size, marks))
        matches = [m for t in turns_of(view, side) if (m := _corners(bars, marks, t, ppm)) is not None]
        if matches:
            break
    return matches


def _corners(bars: Bars, marks: tuple[Box, Box, Box, Box], turn: int, ppm: float) -> Match | None:
    """The best four (or three) squares for ``marks`` on a page turned by ``turn``."""
    centres = np.array([m.centre for m in marks])
    middle = ((bars.low + bars.high) / 2 + bars.mass) / 2
    if len(middle) > MAX_SQUARES:
        area = np.prod(bars.high - bars.low, axis=1)
        middle = middle[np.argsort(-area)[:MAX_SQUARES]]
    best: Match | None = None
    lowest = 0.0
    for a, b in ((0, 2), (1, 3)):
        for i, j in product(range(len(middle)), repeat=2):
            fit = _similarity(centres[[a, b]], middle[[i, j]])
            angle = np.degrees(np.arctan2(fit[1, 0], fit[0, 0])) - turn
            scale = float(np.hypot(fit[0, 0], fit[1, 0]))
            if i == j or abs((angle + 180) % 360 - 180) > 12 or not 0.7 < scale / ppm < 1.4:
                continue
            predicted = centres @ fit[:, :2].T + fit[:, 2]
            # 2.5 % of stretch over an A4 page moves the other corners by 4 mm
            bar = nearest(predicted, middle, 5.0 * scale)
            off = float(np.linalg.norm(predicted - middle[bar], axis=1)[bar >= 0].sum())
            merit = (bar >= 0).sum() - 0.1 * off / scale
            if (bar >= 0).sum() >= 3 and merit > lowest:
                lowest, best = float(merit), Match(bar, middle, scale)
    return best


def _similarity(source: Points, target: Points) -> Floats:
    """The similarity (2 x 3) that takes two points to two points."""
    s = complex(*(source[1] - source[0]))
    t = complex(*(target[1] - target[0]))
    z = t / s
    linear = np.array([[z.real, -z.imag], [z.imag, z.real]])
    return np.column_stack([linear, target[0] - linear @ source[0]])
