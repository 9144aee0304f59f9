"""Where fields lie on a scan and on its blank: all windows of a page in one resampling, one mosaic."""

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
"""Pixels between places that the map is asked for; between them it is linear (2 mm at 200 dpi)."""
Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Mosaic:
    """Windows stacked under each other: ``rows[i]`` = (top, bottom); each starts at ``boxes[i]``'s corner."""

    boxes: tuple[Box, ...]
    rows: tuple[tuple[int, int], ...]
    width: int
    density: float
    grid: Points
    """Coarse places in mm, all windows, row by row."""
    reference: Floats
    """Darkness of the blank, 0 paper to 1, in the same windows."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The windows asked for, as a key: boxes and density."""

    boxes: tuple[Box, ...]
    density: float


@lru_cache(maxsize=64)
def mosaic_of(prepared: PreparedSide, layout: Layout) -> Mosaic:
    """The mosaic of these windows for a side; kept by identity of the side."""
    density = layout.density
    width = -(-int(max(b.w for b in layout.boxes) * density) // STEP) * STEP
    rows, places, top = [], [], 0
    for box in layout.boxes:
        height = -(-int(box.h * density) // STEP) * STEP
        rows.append((top, top + height))
        y, x = np.mgrid[0 : height + 1 : STEP, 0 : width + 1 : STEP].astype(np.float64)
        corner = np.array([box.x, box.y])
        places.append((np.stack([x, y], -1).reshape(-1, 2) + 0.5) / density + corner)
        top += height
    grid = np.concatenate(places)
    if prepared.reference is None:
        blank = np.zeros((top, width), np.float32)
    else:
        found = _resampled(prepared.reference, prepared.to_pixels(grid), tuple(rows), width)
        blank = darkness(found)
    return Mosaic(layout.boxes, tuple(rows), width, density, grid, blank)


def cut(picture: Bytes, map_: PageMap, mosaic: Mosaic) -> Bytes:
    """The mosaic's windows of a scan, grey or BGR as the scan is; one ``cv2.remap``."""
    return _resampled(picture, map_.to_pixels(mosaic.grid), mosaic.rows, mosaic.width)


def _resampled(picture: Bytes, places: Points, rows: Sequence[tuple[int, int]], width: int) -> Bytes:
    across = width // STEP + 1
    weight = np.arange(STEP, dtype=np.float32) / STEP
    parts, at = [], 0
    for top, bottom in rows:
        down = (bottom - top) // STEP + 1
        g = places[at : at + down * across].astype(np.float32).reshape(down, across, 2)
        at += down * across
        tall = g[:-1, None] + (g[1:] - g[:-1])[:, None] * weight[None, :, None, None]
        tall = tall.reshape(bottom - top, across, 2)
        wide = tall[:, :-1, None] + (tall[:, 1:] - tall[:, :-1])[:, :, None] * weight[None, None, :, None]
        parts.append(wide.reshape(bottom - top, width, 2))
    places32 = np.concatenate(parts)
    found = cv2.remap(picture, places32, np.empty(0, np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found, np.uint8)


def darkness(grey: Bytes) -> Floats:
    """0 on paper to 1 on black, against the paper's own level near by (5 mm at 200 dpi)."""
    small = cv2.resize(grey, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    level = cv2.blur(cv2.dilate(small, np.ones((11, 11), np.uint8)), (11, 11))
    paper = cv2.resize(level, (grey.shape[1], grey.shape[0])).astype(np.float32)
    return np.asarray(np.clip(1 - grey / np.maximum(paper, 1), 0, 1), np.float32)


def excess(scan: Bytes, mosaic: Mosaic, tolerance_mm: float) -> Floats:
    """Darkness that the blank does not explain within ``tolerance_mm``, toner density evened out."""
    grey = np.asarray(cv2.cvtColor(scan, cv2.COLOR_BGR2GRAY), np.uint8) if scan.ndim == 3 else scan
    seen = darkness(grey)
    reach = 2 * max(1, round(tolerance_mm * mosaic.density)) + 1
    allowed = cv2.dilate(mosaic.reference, np.ones((reach, reach), np.uint8))
    return np.asarray(np.clip(seen - np.minimum(1, 1.6 * allowed), 0, 1), np.float32)


def quad_of(box: Box, map_: PageMap) -> Quad:
    """The corners of a box in pixels of the original."""
    a, b, c, d = map_.to_pixels(np.array(box.corners, np.float64))
    return (
        (float(a[0]), float(a[1])),
        (float(b[0]), float(b[1])),
        (float(c[0]), float(c[1])),
        (float(d[0]), float(d[1])),
    )
