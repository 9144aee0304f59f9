"""Where fields lie on a scan and on its blank: windows cut in one resampling, as darkness against the paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Box, Quad
from pipeline.scan.page import PageMap, Points
from pipeline.scan.prepare import PreparedSide

STEP = 16
"""Pixels between places that the map is asked for; between them it is linear (2 mm at 8 pixels a mm)."""
Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Mosaic:
    """Windows stacked under each other, all of one width: ``rows[i]`` = (top, bottom) of ``boxes[i]``."""

    boxes: tuple[Box, ...]
    rows: tuple[tuple[int, int], ...]
    width: int
    density: float
    grid: Points
    """Coarse places in mm, all windows, row by row."""
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
    width = _whole_steps(max(b.w for b in layout.boxes) * density)
    rows, places, top = [], [], 0
    for box in layout.boxes:
        height = _whole_steps(box.h * density)
        rows.append((top, top + height))
        y, x = np.mgrid[0 : height + 1 : STEP, 0 : width + 1 : STEP].astype(np.float64)
        # Half a pixel on: there the nodes lie in _spread's picture.
        places.append((np.stack([x, y], -1).reshape(-1, 2) + 1.0) / density + np.array([box.x, box.y]))
        top += height
    grid = np.concatenate(places)
    if prepared.reference is None:
        blank = np.zeros((top, width), np.uint8)
    else:
        # A blank denser than the windows is thinned first, as the scan is, so that thin print looks alike.
        picture, shrink = _thinned(prepared.reference, prepared.pixels_per_mm, density)
        blank = darkness(_resampled(picture, _shrunk(prepared.to_pixels(grid), shrink), tuple(rows), width))
    return Mosaic(layout.boxes, tuple(rows), width, density, grid, blank)


def _whole_steps(pixels: float) -> int:
    return -(-int(np.ceil(pixels)) // STEP) * STEP


def cut(picture: Bytes, map_: PageMap, mosaic: Mosaic, pixels_per_mm: float) -> Bytes:
    """The mosaic's windows of a scan, grey or BGR as the scan is; one ``cv2.remap``."""
    thin, shrink = _thinned(picture, pixels_per_mm, mosaic.density)
    return _resampled(thin, _shrunk(map_.to_pixels(mosaic.grid), shrink), mosaic.rows, mosaic.width)


def _thinned(picture: Bytes, pixels_per_mm: float, density: float) -> tuple[Bytes, int]:
    """The picture averaged over whole pixels where it is at least 1.6 times denser than the windows."""
    shrink = max(1, round(pixels_per_mm / density)) if pixels_per_mm >= 1.6 * density else 1
    if shrink == 1:
        return picture, 1
    size = (picture.shape[1] // shrink, picture.shape[0] // shrink)
    whole = picture[: size[1] * shrink, : size[0] * shrink]
    return np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), np.uint8), shrink


def _shrunk(places: Points, shrink: int) -> Points:
    """Places in a picture thinned by ``shrink``; whole numbers stay pixel centres."""
    return places if shrink == 1 else (places + 0.5) / shrink - 0.5


def _resampled(picture: Bytes, places: Points, rows: Sequence[tuple[int, int]], width: int) -> Bytes:
    places32 = spread(places, rows, width)
    found = cv2.remap(picture, places32, np.empty(0, np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found, np.uint8)


def spread(places: Points, rows: Sequence[tuple[int, int]], width: int) -> Floats:
    """For every pixel of a mosaic its place, (height, width, 2), from those of the coarse grid.

    ``cv2.resize`` lays node j at pixel 16 j + 7.5; cut off by 7 it is 16 j + 0.5, where the grid was asked.
    """
    across = width // STEP + 1
    whole = np.empty((rows[-1][1], width, 2), np.float32)
    nodes = places.astype(np.float32)
    at = 0
    for top, bottom in rows:
        down = (bottom - top) // STEP + 1
        g = nodes[at : at + down * across].reshape(down, across, 2)
        at += down * across
        wide = cv2.resize(g, (across * STEP, down * STEP), interpolation=cv2.INTER_LINEAR)
        whole[top:bottom] = wide[7 : 7 + bottom - top, 7 : 7 + width]
    return whole


def darkness(picture: Bytes) -> Bytes:
    """0 on paper to 255 on black against the paper's own level near by (about 6 mm at 8 pixels a mm).

    Of a coloured picture the channel in which a pixel is darkest: blue, red and black ink all show alike.
    """
    small = cv2.resize(picture, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    level = cv2.blur(cv2.dilate(small, np.ones((7, 7), np.uint8)), (7, 7))
    paper = cv2.resize(level, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_LINEAR)
    light = cv2.divide(picture, paper, scale=255.0)
    if light.ndim == 3:
        light = cv2.min(cv2.min(light[:, :, 0], light[:, :, 1]), light[:, :, 2])
    return np.asarray(cv2.bitwise_not(light), np.uint8)


def quad_of(box: Box, map_: PageMap) -> Quad:
    """The corners of a box in pixels of the original."""
    a, b, c, d = map_.to_pixels(np.array(box.corners, np.float64))
    return (
        (float(a[0]), float(a[1])),
        (float(b[0]), float(b[1])),
        (float(c[0]), float(c[1])),
        (float(d[0]), float(d[1])),
    )
