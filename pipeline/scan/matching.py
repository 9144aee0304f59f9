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
    offsets = np.zeros((len(windows), 2))
    likeness = np.zeros(len(windows))
    # OpenCV would turn every pair into floats by itself, which takes longer
    for i, (window, picture) in enumerate(zip(windows.astype(np.float32), patches.pictures, strict=True)):
        surface = cv2.matchTemplate(window, picture, cv2.TM_CCOEFF_NORMED)
        _, likeness[i], _, (x, y) = cv2.minMaxLoc(surface)
        offsets[i] = _refined(np.asarray(surface), x, y)
    return Matches((offsets - reach) / density, likeness)


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


def _refined(surface: NDArray[np.float32], x: int, y: int) -> tuple[float, float]:
    """The peak between whole pixels by a parabola each way."""
    height, width = surface.shape
    best = surface[y, x]
    dx = _vertex(surface[y, x - 1], best, surface[y, x + 1]) if 0 < x < width - 1 else 0.0
    dy = _vertex(surface[y - 1, x], best, surface[y + 1, x]) if 0 < y < height - 1 else 0.0
    return x + dx, y + dy


def _vertex(left: float, middle: float, right: float) -> float:
    bend = left - 2 * middle + right
    return 0.5 * float(left - right) / float(bend) if bend < -1e-9 else 0.0
