"""A scanned page reduced to the sizes that registration looks at, made when first asked for."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.scan.features import Grey, Matrix
from pipeline.scan.page import Points, RawPage


class PageView:
    """Grey copies of a page, reduced by whole factors; colour turns grey only after the reduction."""

    def __init__(self, raw: RawPage) -> None:
        self._raw = raw
        self._reduced: dict[int, Grey] = {}

    @property
    def height(self) -> int:
        return int(self._raw.pixels.shape[0])

    @property
    def width(self) -> int:
        return int(self._raw.pixels.shape[1])

    @property
    def dpi(self) -> float | None:
        return self._raw.dpi

    def reduced(self, factor: int) -> Grey:
        """The page at 1/``factor``; areas are averaged."""
        if factor not in self._reduced:
            small = self._halved(factor)
            grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY) if small.ndim == 3 else small
            self._reduced[factor] = np.asarray(grey, np.uint8)
        return self._reduced[factor]

    def _halved(self, factor: int) -> Grey:
        """Even factors by halves: OpenCV averages 2 x 2 pixels ten times quicker than other areas."""
        if factor % 2:
            return _shrunk(self._raw.pixels, factor)
        return _shrunk(self._raw.pixels if factor == 2 else self.reduced(factor // 2), 2)


def _shrunk(pixels: Grey, factor: int) -> Grey:
    height, width = pixels.shape[0] // factor, pixels.shape[1] // factor
    if factor == 1 or not height or not width:
        return pixels
    # cropped to whole multiples: only exact factors take OpenCV's quick way
    whole = pixels[: height * factor, : width * factor]
    return np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def reduced_to_full(factor: int) -> Matrix:
    """Pixels at 1/``factor`` to pixels of the original."""
    shift = (factor - 1) / 2
    return np.array([[factor, 0, shift], [0, factor, shift]], np.float64)


def chained(second: Matrix, first: Matrix) -> Matrix:
    """``second`` after ``first``."""
    return np.asarray(np.vstack([second, [0, 0, 1]]) @ np.vstack([first, [0, 0, 1]]))[:2]


def inverted(matrix: Matrix) -> Matrix:
    return np.asarray(cv2.invertAffineTransform(matrix), np.float64)


def applied(matrix: Matrix, points: Points) -> Points:
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2])
