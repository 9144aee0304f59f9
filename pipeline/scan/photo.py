"""Photographs of a sheet made flat: perspective and uneven light taken out, so that the page reads like a scan.

A telephone sees the sheet askew and in the light of a lamp. Where a picture fits no form as a scan, the sheet is looked
for in it: by its outline, the bright quadrangle on what lies around it, and else by features of the blank form
(SIFT, Lowe 2004; homography by MAGSAC++, Barath et al. 2020). What is found is resampled to a flat page, and that is
registered as any scan is: a photograph is believed for the same reasons as a scan, never because a quadrangle was seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import MM_PER_INCH, Box, Size
from pipeline.scan.page import PageMap, Pixels, Points, RawPage
from pipeline.scan.prepare import PreparedSide
from pipeline.scan.two_level import has_two_levels

Projection = NDArray[np.float64]
"""(3, 3): homogeneous, from flat pixels to pixels of the photograph."""

_Features = tuple[Points, NDArray[np.float32]]
"""Places and descriptions."""

LOOKED_AT = 1000
"""Pixels of the longer side of the copy in which outline and features are looked for."""
DENSITIES = (150 / MM_PER_INCH, 300 / MM_PER_INCH)
"""Pixels per mm of a flat page: as many as the photograph has, within these."""
LEAST_SHARE, STRAIGHT = 0.15, 0.02
"""Of the picture, the sheet's least share; and how far its outline may lie off four straight sides, of its length."""
ASPECT = 1.35
"""How far the sides of a sheet seen askew may differ from its own proportions."""
EDGE_PX, BESIDE_SHARE = 15, 0.05
"""Beside a sheet, so far off its edge, there is at least the second of a photograph; a scan shows the sheet alone."""
AS_LIGHT, OTHER_SHARE, LIGHT_TABLE, OTHER_INLIERS = 0.75, 0.04, 0.7, 12
"""What is lighter beside a sheet than the first of its own light may be another sheet where it is more than the second
of it, and less than the third of all around, which then is a light table. As many features as the last are print."""
FEATURES, NEAREST, INLIERS, OFF_PX = 3000, 0.75, 25, 4.0
"""Features of a picture at most; nearest against second nearest; matches that agree at the least, and how well."""
BACKGROUND_MM, PAPER = 8.0, 235
"""Paper is the brightest within so far (writing and print are narrower); it becomes as light as a scan shows it."""


@dataclass(frozen=True, slots=True, eq=False)
class Flat:
    """A flat page made of a photograph, and where its pixels lie in it."""

    raw: RawPage
    projection: Projection


@dataclass(frozen=True, slots=True, eq=False)
class PhotoMap:
    """From mm of a form to pixels of the photograph that its flat page was made of."""

    flat: PageMap
    projection: Projection

    def to_pixels(self, points_mm: Points) -> Points:
        return projected(self.projection, self.flat.to_pixels(points_mm))


def flat_pages(raw: RawPage, sides: Sequence[PreparedSide], outlined: bool = False) -> Iterator[Flat]:
    """Flat pages that ``raw`` may be a photograph of, likeliest first; each is a guess until a form fits it.

    None of a photograph that shows a second sheet: the flat page of one would hide the other. ``outlined``: only of a
    sheet whose outline is seen on something darker, so never of a scan. None of a picture in black and white, which no
    telephone takes: made flat it would look like grey.
    """
    if has_two_levels(raw.pixels):
        return
    factor = max(1.0, max(raw.pixels.shape[:2]) / LOOKED_AT)
    small = _grey(_reduced(raw.pixels, factor))
    sizes = sorted({(s.side.size.w, s.side.size.h) for s in sides})
    seen: _Features | None = None
    outline = _outline(small)
    around = outline is not None and _beside(small, outline).mean() >= BESIDE_SHARE
    if outline is not None and around and (not outlined or _on_darker(small, outline)):
        seen = _features(small)
        if _is_alone(small, seen, outline, sides):
            for size in sizes:
                corners = _corners_of(outline, Size(*size))
                if corners is not None:
                    yield _flat(raw, Size(*size), (corners + 0.5) * factor - 0.5)
    if outlined:
        return
    seen = seen or _features(small)
    for side in sides:
        corners = _by_features(seen, side)
        if corners is not None and _is_alone(small, seen, corners, sides):
            yield _flat(raw, side.side.size, (corners + 0.5) * factor - 0.5)


def _reduced(pixels: Pixels, factor: float) -> Pixels:
    size = (round(pixels.shape[1] / factor), round(pixels.shape[0] / factor))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8) if factor > 1 else pixels


def _grey(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8) if pixels.ndim == 3 else pixels


# --- the sheet's outline ------------------------------------------------------------


def _outline(small: Pixels) -> Points | None:
    """The four corners of the brightest large quadrangle, clockwise; None where nothing is one."""
    smooth = cv2.medianBlur(small, 7)
    # print and writing are no holes in the sheet
    closed = cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    thresholds, _ = cv2.threshold(closed, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    local = cv2.adaptiveThreshold(closed, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 301, -5)
    for bright in ((closed > thresholds).astype(np.uint8) * 255, local, cv2.Canny(closed, 20, 60)):
        found = _quadrangle(np.asarray(bright, np.uint8))
        if found is not None:
            return found
    return None


def _quadrangle(bright: NDArray[np.uint8]) -> Points | None:
    joined = cv2.morphologyEx(bright, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    contours, _ = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:3]:
        hull = cv2.convexHull(contour)
        if cv2.contourArea(hull) < LEAST_SHARE * bright.size:
            return None
        corners = cv2.approxPolyDP(hull, STRAIGHT * cv2.arcLength(hull, True), True)
        if len(corners) == 4:
            return _clockwise(corners[:, 0].astype(np.float64))
    return None


def _beside(small: Pixels, corners: Points) -> NDArray[np.bool_]:
    """The pixels beside the sheet, a little off its edge."""
    sheet = np.zeros(small.shape, np.uint8)
    cv2.fillConvexPoly(sheet, np.rint(corners).astype(np.int32), 1)
    return np.asarray(cv2.dilate(sheet, np.ones((EDGE_PX, EDGE_PX), np.uint8)) == 0)


def _on_darker(small: Pixels, corners: Points) -> bool:
    """Whether the sheet lies on something darker, as never on the glass of a scanner with its light lid."""
    beside = _beside(small, corners)
    dark = small[beside] <= AS_LIGHT * np.median(small[~beside])
    return bool(dark.mean() > 1 - OTHER_SHARE)


def _is_alone(small: Pixels, seen: _Features, corners: Points, sides: Sequence[PreparedSide]) -> bool:
    """Whether no other sheet shows beside this one: nothing as light on a darker table, and no print of a form."""
    beside = _beside(small, corners)
    sheet = float(cv2.contourArea(corners.astype(np.float32)))
    light = float((beside & (small > AS_LIGHT * np.median(small[~beside]))).sum())
    if OTHER_SHARE * sheet < light < LIGHT_TABLE * float(beside.sum()):
        return False
    x, y = np.clip(np.rint(seen[0]).astype(np.intp).T, 0, np.array([[small.shape[1] - 1], [small.shape[0] - 1]]))
    rest = (seen[0][beside[y, x]], seen[1][beside[y, x]])
    return all(_matched(rest, side, OTHER_INLIERS) is None for side in sides)


def _clockwise(corners: Points) -> Points:
    middle = corners.mean(axis=0)
    turn = np.arctan2(corners[:, 1] - middle[1], corners[:, 0] - middle[0])
    return corners[np.argsort(turn)]


def _corners_of(outline: Points, size: Size) -> Points | None:
    """The outline beginning with the corner that makes it lie as the sheet does, upright or upside down."""
    sides = np.linalg.norm(np.roll(outline, -1, axis=0) - outline, axis=1)
    across, down = (sides[0] + sides[2]) / 2, (sides[1] + sides[3]) / 2
    wanted = size.h / size.w
    for corners, seen in ((outline, down / across), (np.roll(outline, -1, axis=0), across / down)):
        if 1 / ASPECT < seen / wanted < ASPECT:
            return corners
    return None


# --- features of the blank form ------------------------------------------------------------


def _features(grey: Pixels) -> _Features:
    places, described = cv2.SIFT.create(nfeatures=FEATURES).detectAndCompute(grey, None)
    if described is None:
        return np.zeros((0, 2)), np.zeros((0, 128), np.float32)
    return np.array([p.pt for p in places], np.float64), np.asarray(described, np.float32)


@lru_cache(maxsize=16)
def _of_blank(side: PreparedSide) -> _Features:
    """Features of the blank: places in mm."""
    assert side.reference is not None
    factor = max(1.0, max(side.reference.shape) / LOOKED_AT)
    places, described = _features(_reduced(side.reference, factor))
    return ((places + 0.5) * factor) / side.pixels_per_mm, described


def _by_features(seen: _Features, side: PreparedSide) -> Points | None:
    """Where the corners of the side lie in the picture, by features that its blank shares with it."""
    found = _matched(seen, side, INLIERS)
    if found is None:
        return None
    corners = projected(found, np.array(Box(0, 0, side.side.size.w, side.side.size.h).corners))
    return corners if _convex(corners) else None


def _matched(seen: _Features, side: PreparedSide, least: int) -> Projection | None:
    """From mm of the side to pixels of the picture; None where fewer than ``least`` features agree on one."""
    if side.reference is None or len(seen[0]) < least:
        return None
    known, described = _of_blank(side)
    if len(known) < least:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(described, seen[1], k=2)
    good = [p[0] for p in pairs if len(p) == 2 and p[0].distance < NEAREST * p[1].distance]
    if len(good) < least:
        return None
    mm = np.array([known[m.queryIdx] for m in good])
    at = np.array([seen[0][m.trainIdx] for m in good])
    found, agree = cv2.findHomography(mm, at, cv2.USAC_MAGSAC, OFF_PX, maxIters=5000, confidence=0.999)
    return np.asarray(found, np.float64) if found is not None and int(agree.sum()) >= least else None


def _convex(corners: Points) -> bool:
    area = cv2.contourArea(corners.astype(np.float32))
    return bool(cv2.isContourConvex(corners.astype(np.float32).reshape(-1, 1, 2))) and area > 1000


# --- the flat page ------------------------------------------------------------


def _flat(raw: RawPage, size: Size, corners: Points) -> Flat:
    """The sheet whose four ``corners`` (pixels, clockwise from its top left) lie there, flat and evenly lit."""
    density = float(np.clip(_density(corners, size), *DENSITIES))
    width, height = round(size.w * density), round(size.h * density)
    own = np.array(Box(-0.5, -0.5, width, height).corners, np.float32)
    projection = cv2.getPerspectiveTransform(own, corners.astype(np.float32))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    pixels = cv2.warpPerspective(raw.pixels, projection, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    even = _evenly_lit(np.asarray(pixels, np.uint8), density)
    return Flat(replace(raw, pixels=even, dpi=density * MM_PER_INCH), np.asarray(projection, np.float64))


def _density(corners: Points, size: Size) -> float:
    """Pixels per mm of the photograph, on average over the sheet."""
    return float(np.sqrt(cv2.contourArea(corners.astype(np.float32)) / (size.w * size.h)))


def _evenly_lit(pixels: Pixels, density: float) -> Pixels:
    """Each colour divided by the paper's light around."""
    step = max(1, round(density))
    small = cv2.resize(pixels, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA)
    reach = round(BACKGROUND_MM * density / step) | 1
    paper = cv2.dilate(cv2.medianBlur(small, 3), np.ones((reach, reach), np.uint8))
    paper = cv2.GaussianBlur(paper, (0, 0), reach / 2)
    light = cv2.resize(paper, (pixels.shape[1], pixels.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(pixels, np.maximum(light, 1), scale=PAPER), np.uint8)


def projected(projection: Projection, places: Points) -> Points:
    """Pixels of the photograph for pixels of the flat page, both (n, 2)."""
    found = cv2.perspectiveTransform(places.reshape(-1, 1, 2).astype(np.float64), projection)
    return np.asarray(found, np.float64).reshape(-1, 2)
