"""Where fields lie on a scan and on its blank: windows cut in one resampling, as darkness against the paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Box, Quad
from pipeline.scan.page import PageMap, Points
from pipeline.scan.prepare import PreparedSide

TILE_PX = 112
"""Windows are cut in pieces of about this size (14 mm at 8 pixels a mm), each by its own affine map: paper bends over
20 mm and more, and seldom by half a millimetre, so that a piece is off by some hundredths of a millimetre at most."""
BESIDE_PX = 2
"""Pixels round windows that a part of a thinned picture keeps, more than any resampling looks at."""
NOISE = 12
"""Darkness of 255 on a blank up to which it is paper."""
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Mosaic:
    """Windows stacked under each other, all of one width: ``rows[i]`` = (top, bottom) of ``boxes[i]``."""

    boxes: tuple[Box, ...]
    rows: tuple[tuple[int, int], ...]
    width: int
    density: float
    tiles: tuple[tuple[int, int, int, int], ...]
    """(top, left, bottom, right) in pixels of the mosaic."""
    corners: Points
    """Places in mm of the tiles' corners, four each: upper left, upper right, lower left, lower right."""
    blank: Bytes
    """Darkness of the blank in the same windows: 0 paper, 255 black."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The windows asked for, as a key: boxes in mm and pixels per mm."""

    boxes: tuple[Box, ...]
    density: float


@lru_cache(maxsize=64)
def mosaic_of(prepared: PreparedSide, layout: Layout) -> Mosaic:
    """The mosaic of these windows for a side; kept by identity of the side."""
    density = layout.density
    width = int(np.ceil(max(b.w for b in layout.boxes) * density))
    rows, tiles, places, top = [], [], [], 0
    for box in layout.boxes:
        height = int(np.ceil(box.h * density))
        rows.append((top, top + height))
        for y0, y1 in pairwise(_cuts(height)):
            for x0, x1 in pairwise(_cuts(width)):
                tiles.append((top + y0, x0, top + y1, x1))
                corners = np.array([(x0, y0), (x1, y0), (x0, y1), (x1, y1)], np.float64)
                places.append((corners + 0.5) / density + np.array([box.x, box.y]))
        top += height
    corners = np.concatenate(places)
    if prepared.reference is None:
        blank = np.zeros((top, width), np.uint8)
    else:
        # A blank denser than the windows is thinned first, as the scan is, so that thin print looks alike.
        picture, shrink = _thinned(prepared.reference, prepared.pixels_per_mm, density)
        blank = darkness(_resampled(picture, _shrunk(prepared.to_pixels(corners), shrink), tiles, (top, width)))
        # a blank that was scanned has noise, and what lies under the noise of a scan is not print
        blank = np.asarray(cv2.threshold(blank, NOISE, 0, cv2.THRESH_TOZERO)[1], np.uint8)
    return Mosaic(layout.boxes, tuple(rows), width, density, tuple(tiles), corners, blank)


def _cuts(length: int) -> list[int]:
    """Where a window of ``length`` pixels is cut in pieces, both ends included."""
    count = max(1, round(length / TILE_PX))
    return [round(i * length / count) for i in range(count + 1)]


def cut(picture: Bytes, map_: PageMap, mosaic: Mosaic, pixels_per_mm: float) -> Bytes:
    """The mosaic's windows of a scan, grey or BGR as the scan is."""
    places, shape = map_.to_pixels(mosaic.corners), (mosaic.rows[-1][1], mosaic.width)
    shrink = _shrink_of(pixels_per_mm, mosaic.density)
    if shrink == 1:
        return _resampled(picture, places, mosaic.tiles, shape)
    part, first = _part_with(picture, places, shrink)
    return _resampled(_averaged(part, shrink), _shrunk(places - first, shrink), mosaic.tiles, shape)


def _part_with(picture: Bytes, places: Points, shrink: int) -> tuple[Bytes, Points]:
    """The part of a picture in which ``places`` lie, and its first pixel (x, y), a multiple of ``shrink``.

    What lies beyond the picture is taken from its last pixels, so the part reaches as far as the picture does.
    """
    size = np.array(picture.shape[1::-1]) // shrink
    low = np.clip(np.floor(places.min(axis=0) / shrink) - BESIDE_PX, 0, np.maximum(size - 1, 0)).astype(np.int64)
    high = np.clip(np.ceil(places.max(axis=0) / shrink) + BESIDE_PX + 1, low + 1, np.maximum(size, low + 1))
    (left, top), (right, bottom) = (low * shrink).tolist(), (high.astype(np.int64) * shrink).tolist()
    return picture[top:bottom, left:right], (low * shrink).astype(np.float64)


def _thinned(picture: Bytes, pixels_per_mm: float, density: float) -> tuple[Bytes, int]:
    """The picture averaged over whole pixels where it is at least 1.6 times denser than the windows."""
    shrink = _shrink_of(pixels_per_mm, density)
    return (picture if shrink == 1 else _averaged(picture, shrink)), shrink


def _shrink_of(pixels_per_mm: float, density: float) -> int:
    return max(1, round(pixels_per_mm / density)) if pixels_per_mm >= 1.6 * density else 1


def _averaged(picture: Bytes, shrink: int) -> Bytes:
    size = (picture.shape[1] // shrink, picture.shape[0] // shrink)
    whole = picture[: size[1] * shrink, : size[0] * shrink]
    return np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), np.uint8)


def _shrunk(places: Points, shrink: int) -> Points:
    """Places in a picture thinned by ``shrink``; whole numbers stay pixel centres."""
    return places if shrink == 1 else (places + 0.5) / shrink - 0.5


def _resampled(
    picture: Bytes, places: Points, tiles: Sequence[tuple[int, int, int, int]], shape: tuple[int, int]
) -> Bytes:
    """Every tile by the affine map that comes nearest to the places of its corners in the picture."""
    found = np.empty((*shape, *picture.shape[2:]), np.uint8)
    a, b, c, d = np.moveaxis(places.reshape(-1, 4, 2), 1, 0)
    size = np.array([(right - left, bottom - top) for top, left, bottom, right in tiles], np.float64)
    across = (b - a + d - c) / (2 * size[:, :1])
    down = (c - a + d - b) / (2 * size[:, 1:])
    first = (a + b + c + d) / 4 - across * size[:, :1] / 2 - down * size[:, 1:] / 2
    matrices = np.stack([across, down, first], axis=2)
    for (top, left, bottom, right), matrix in zip(tiles, matrices, strict=True):
        found[top:bottom, left:right] = cv2.warpAffine(
            picture,
            matrix,
            (right - left, bottom - top),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
    return found


def darkness(picture: Bytes) -> Bytes:
    """0 on paper to 255 on black against the paper's own level near by (about 6 mm at 8 pixels a mm).

    Of a coloured picture the channel in which a pixel is darkest: blue, red and black ink all show alike.
    """
    small = cv2.resize(picture, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    level = cv2.blur(cv2.dilate(small, np.ones((7, 7), np.uint8)), (7, 7))
    paper = cv2.resize(level, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_LINEAR)
    light = cv2.divide(picture, paper, scale=255.0)
    if light.ndim == 3:
        blue, green, red = cv2.split(light)
        light = cv2.min(cv2.min(blue, green), red)
    return np.asarray(cv2.bitwise_not(light), np.uint8)


def quad_of(box: Box, map_: PageMap) -> Quad:
    """The corners of a box in pixels of the original."""
    return quads_of([box], map_)[0]


def quads_of(boxes: Sequence[Box], map_: PageMap) -> list[Quad]:
    """The corners of boxes in pixels of the original; much cheaper than one by one."""
    places = map_.to_pixels(np.array([box.corners for box in boxes], np.float64).reshape(-1, 2)).tolist()
    corners = [(x, y) for x, y in places]
    return [(corners[i], corners[i + 1], corners[i + 2], corners[i + 3]) for i in range(0, len(corners), 4)]
