"""Windows cut out of scans denser than they are."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.forms.template import ByContent, FormSide
from pipeline.geometry import Box, Size
from pipeline.recognize.windows import Layout, cut, mosaic_of
from pipeline.scan.page import Points
from pipeline.scan.prepare import PreparedSide

SHEET = Size(60.0, 80.0)


class _Turned:
    """Where mm lie on a scan that is turned a little."""

    def __init__(self, ppm: float, degrees: float) -> None:
        a = np.radians(degrees)
        self.linear = ppm * np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])

    def to_pixels(self, points: Points) -> Points:
        return np.asarray(points @ self.linear.T - 0.5)


@pytest.mark.parametrize("box", [Box(20, 30, 25, 8), Box(-3, -4, 12, 9), Box(52, 71, 20, 20), Box(70, 90, 5, 5)])
@pytest.mark.parametrize("ppm", [23.6, 15.75])
def test_windows_of_a_dense_scan_are_those_of_the_scan_made_thinner_as_a_whole(box: Box, ppm: float) -> None:
    """In the middle, over an edge, and wholly beyond it."""
    rng = np.random.default_rng(3)
    shape = (round(SHEET.h * ppm), round(SHEET.w * ppm))
    dense = np.asarray(rng.integers(0, 255, shape), np.uint8)
    side = PreparedSide("f", FormSide("front", SHEET, ByContent(), ()), None, ppm, None)
    mosaic = mosaic_of(side, Layout((box,), 8.0))
    found = cut(dense, _Turned(ppm, 1.5), mosaic, ppm)
    assert np.array_equal(found, _of_the_whole(dense, _Turned(ppm, 1.5), box, ppm))


def _of_the_whole(dense: NDArray[np.uint8], where: _Turned, box: Box, ppm: float) -> NDArray[np.uint8]:
    shrink = round(ppm / 8.0)
    h, w = (n // shrink for n in dense.shape)
    thin = cv2.resize(dense[: h * shrink, : w * shrink], (w, h), interpolation=cv2.INTER_AREA)
    side = PreparedSide("f", FormSide("front", SHEET, ByContent(), ()), None, 8.0, None)

    class Thin:
        def to_pixels(self, points: Points) -> Points:
            return np.asarray((where.to_pixels(points) + 0.5) / shrink - 0.5)

    return np.asarray(cut(np.asarray(thin, np.uint8), Thin(), mosaic_of(side, Layout((box,), 8.0)), 8.0), np.uint8)
