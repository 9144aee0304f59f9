"""Where patches of a reference are found on a page, near where a rough pose expects them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.scan.features import Grey, Matrix, Patches
from pipeline.scan.local_map import pixels_per_mm_of
from pipeline.scan.page import Points
from pipeline.scan.view import PageView, chained, inverted, reduced_to_full


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """Per patch: mm from the expected to the best place, and the correlation there (-1 to 1)."""

    offsets: Points
    likeness: NDArray[np.float64]


def matched(view: PageView, pose: Matrix, patches: Patches, search_mm: float) -> Matches:
    """Look for every patch within ``search_mm`` of its expected place; ``pose`` is mm to full pixels."""
    density = patches.pixels_per_mm
    reach = max(2, round(search_mm * density))
    windows = sampled(view, pose, patches.centres, patch_shape(patches, reach), density)
    side = 2 * reach + 1
    surfaces = np.empty((len(windows), side, side), np.float32)
    # OpenCV would turn every pair into floats by itself, which takes longer
    for window, picture, surface in zip(windows.astype(np.float32), patches.pictures, surfaces, strict=True):
        cv2.matchTemplate(window, picture, cv2.TM_CCOEFF_NORMED, surface)
    places, likeness = _peaks(surfaces)
    return Matches((places - reach) / density, likeness)


def patch_shape(patches: Patches, reach: int) -> tuple[int, int]:
    height, width = patches.pictures.shape[1:]
    return height + 2 * reach, width + 2 * reach


def sampled(view: PageView, pose: Matrix, centres: Points, shape: tuple[int, int], density: float) -> Grey:
    """Upright windows (n, h, w) of the page about ``centres`` (mm), ``density`` pixels per mm."""
    height, width = shape
    factor = max(1, int(pixels_per_mm_of(pose) / (0.85 * density)))
    level = view.reduced(factor)
    to_level = chained(inverted(reduced_to_full(factor)), pose)
    windows = np.empty((len(centres), height, width), np.uint8)
    linear = to_level[:, :2] / density
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    starts = centres @ to_level[:, :2].T + to_level[:, 2] - linear @ middle
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    matrix = np.empty((2, 3))
    matrix[:, :2] = linear
    for window, start in zip(windows, starts, strict=True):
        matrix[:, 2] = start
        cv2.warpAffine(level, matrix, (width, height), window, flags, cv2.BORDER_REPLICATE)
    return windows


def _peaks(surfaces: NDArray[np.float32]) -> tuple[Points, NDArray[np.float64]]:
    """Where (x, y) each surface (n, h, w) is highest, between whole pixels by a parabola each way, and how high."""
    count, height, width = surfaces.shape
    each = np.arange(count)
    flat = surfaces.reshape(count, -1)
    best = np.argmax(flat, axis=1) if count else np.zeros(0, np.intp)
    y, x = np.divmod(best, width)
    middle = flat[each, best].astype(np.float64)
    left, right = (surfaces[each, y, np.clip(x + step, 0, width - 1)] for step in (-1, 1))
    upper, lower = (surfaces[each, np.clip(y + step, 0, height - 1), x] for step in (-1, 1))
    dx = np.where((x > 0) & (x < width - 1), _vertex(left, middle, right), 0.0)
    dy = np.where((y > 0) & (y < height - 1), _vertex(upper, middle, lower), 0.0)
    return np.column_stack([x + dx, y + dy]), middle


def _vertex(left: NDArray[np.float32], middle: NDArray[np.float64], right: NDArray[np.float32]) -> NDArray[np.float64]:
    bend = left - 2 * middle + right
    return np.where(bend < -1e-9, 0.5 * (left - right) / np.minimum(bend, -1e-9), 0.0)
