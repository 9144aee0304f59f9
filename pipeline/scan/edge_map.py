"""The map that marks along a page's edges give: a homography, and what they say that it misses."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.scan.page import Points

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class EdgeMap:
    """A homography, then what the marks along each edge say that it misses, blended across the page.

    ``rows``: corrections in pixels as functions of y along the left and right edge; ``columns``: what then
    remains as functions of x along the top and bottom edge. Feed stretch is a function of y alone.
    """

    homography: Floats
    left: Curve
    right: Curve
    top: Curve
    bottom: Curve

    def to_pixels(self, points_mm: Points) -> Points:
        """See :class:`pipeline.scan.page.PageMap`."""
        points = np.asarray(points_mm, np.float64).reshape(-1, 2)
        pixels = _projected(self.homography, points) + self._of_rows(points)
        return pixels + _blend(self.top, self.bottom, points[:, 0], points[:, 1])

    def _of_rows(self, points: Points) -> Points:
        return _blend(self.left, self.right, points[:, 1], points[:, 0])


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A correction along an edge that lies at ``across`` mm: (dx, dy) pixels at places ``along`` it, mm."""

    across: float
    along: Floats
    shift: Floats

    def at(self, along: Floats) -> Points:
        if not self.along.size:
            return np.zeros((along.size, 2))
        return np.stack([np.interp(along, self.along, self.shift[:, i]) for i in (0, 1)], axis=1)


def fitted_edges(source: Points, target: Points, ppm: float) -> tuple[EdgeMap, Floats]:
    """The map through matched marks, and how far each mark lies from it, in pixels."""
    homography = _homography(source, target, ppm)
    flat = EdgeMap(homography, *(Curve(0.0, np.zeros(0), np.zeros((0, 2))) for _ in range(4)))
    rest = target - flat.to_pixels(source)
    low, high = source.min(axis=0), source.max(axis=0)
    left, right = (_curve(source, rest, 0, edge) for edge in (low[0], high[0]))
    rows = EdgeMap(homography, left, right, flat.top, flat.bottom)
    rest = target - rows.to_pixels(source)
    top, bottom = (_curve(source, rest, 1, edge) for edge in (low[1], high[1]))
    page_map = EdgeMap(homography, left, right, top, bottom)
    return page_map, np.linalg.norm(target - page_map.to_pixels(source), axis=1)


def _homography(source: Points, target: Points, ppm: float) -> Floats:
    """Least squares over the marks, those more than 2 mm off left out; affine where only three are known."""
    if len(source) == 3:
        affine = cv2.getAffineTransform(source.astype(np.float32), target.astype(np.float32))
        return np.asarray(np.vstack([affine, [0, 0, 1]]), np.float64)
    fit = np.asarray(cv2.findHomography(source, target, 0)[0], np.float64)
    off = np.linalg.norm(_projected(fit, source) - target, axis=1)
    keep = off < max(2.0 * ppm, 3 * float(np.median(off)))
    if keep.all() or keep.sum() < 4:
        return fit
    return np.asarray(cv2.findHomography(source[keep], target[keep], 0)[0], np.float64)


def _projected(homography: Floats, points: Points) -> Points:
    p = points @ homography[:, :2].T + homography[:, 2]
    return np.asarray(p[:, :2] / p[:, 2:])


def _curve(source: Points, rest: Points, axis: int, edge: float) -> Curve:
    """What remains at the marks within 3 mm of an edge, as a median over three neighbours."""
    on_edge = np.abs(source[:, axis] - edge) < 3.0
    along = source[on_edge, 1 - axis]
    if along.size < 5:
        return Curve(edge, np.zeros(0), np.zeros((0, 2)))
    order = np.argsort(along)
    along, shift = along[order], rest[on_edge][order]
    padded = np.pad(shift, ((1, 1), (0, 0)), mode="edge")
    smooth = np.median(np.stack([padded[:-2], padded[1:-1], padded[2:]]), axis=0)
    return Curve(edge, along, smooth)


def _blend(low: Curve, high: Curve, along: Floats, across: Floats) -> Points:
    """Between two edges the corrections are mixed by distance; without marks on one, the other's fade."""
    if not low.along.size:
        return high.at(along) if not high.along.size else _fading(high, low.across, along, across)
    if not high.along.size:
        return _fading(low, high.across, along, across)
    share = np.clip((across - low.across) / (high.across - low.across), 0, 1)[:, None]
    return np.asarray(low.at(along) * (1 - share) + high.at(along) * share)


def _fading(one: Curve, other_edge: float, along: Floats, across: Floats) -> Points:
    """The correction of the only edge that has one, fading towards the other edge."""
    span = other_edge - one.across
    share = 1 - np.clip((across - one.across) / span, 0, 1) if span else np.ones(along.size)
    return np.asarray(one.at(along) * share[:, None])
