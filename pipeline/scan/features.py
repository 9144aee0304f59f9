"""What of a reference picture is looked for on a page: its ink seen coarsely, and patches at two sizes."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Size
from pipeline.scan.page import Pixels
from pipeline.scan.skew import skews

Grey = NDArray[np.uint8]
Floats = NDArray[np.float32]
Matrix = NDArray[np.float64]
"""2 x 3, affine."""

FINE = 4.0
"""Pixels per mm for the last measurement: 100 dpi, where letters keep their shape and blur does not matter yet."""
MID = 2.0
COARSE = 1.0
FINE_PATCH, FINE_CELL = (32, 20), (44.0, 8.0)
"""Width and height in pixels (8 x 5 mm: a syllable and the one beside it), and in mm the cell that wants one:
every printed line must have its own, for feeding wobbles from line to line."""
MID_PATCH, MID_CELL = (32, 20), (46.0, 40.0)
MOST_PATCHES = 72
INK_WINDOW_MM = 9.0
"""Paper is lighter than its surroundings' mean over so much; wider takes shadows for ink, narrower loses titles."""
INK_CAP = np.uint8(90)
"""Contrast above which ink counts no more: pen, stamp and black borders must not outweigh print."""


@dataclass(frozen=True, slots=True, eq=False)
class Patches:
    """``pictures`` (n, h, w) grey 0 to 255, each centred at ``centres`` (n, 2) mm, ``pixels_per_mm`` dense."""

    centres: NDArray[np.float64]
    pictures: Floats
    pixels_per_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class ContentFeatures:
    """Features of one side, computed once; ``coarse`` is ink at 1 pixel per mm, ``fine_picture`` grey at 4."""

    size: Size
    skew: float
    """Turn of the print in the reference, degrees: 0 unless the reference was scanned."""
    coarse: Floats
    mid: Patches
    fine: Patches
    fine_picture: Grey


def resampled(picture: Pixels, from_ppm: float, to_ppm: float, size: Size) -> Grey:
    """``picture`` of a whole side (grey, ``from_ppm``) at ``to_ppm``, pixel centres counted exactly."""
    ratio = from_ppm / to_ppm
    if ratio > 1.2:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.4 * ratio), np.uint8)
    shift = (ratio - 1) / 2
    matrix = np.array([[ratio, 0, shift], [0, ratio, shift]])
    shape = (round(size.w * to_ppm), round(size.h * to_ppm))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(picture, matrix, shape, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def ink(grey: Pixels, pixels_per_mm: float) -> Grey:
    """How much darker than its surroundings each pixel is, capped."""
    k = max(3, round(INK_WINDOW_MM * pixels_per_mm)) | 1
    around = cv2.blur(grey, (k, k), borderType=cv2.BORDER_REPLICATE)
    return np.minimum(np.asarray(cv2.subtract(around, grey), np.uint8), INK_CAP)


def content_features(reference: Grey, pixels_per_mm: float, size: Size) -> ContentFeatures:
    """Features of a blank side; ``reference`` covers it exactly."""
    fine = resampled(reference, pixels_per_mm, FINE, size)
    mid = resampled(reference, pixels_per_mm, MID, size)
    dark = ink(mid, MID)
    coarse = resampled(dark, MID, COARSE, size).astype(np.float32)
    large, small = patches(mid, MID, MID_PATCH, MID_CELL), patches(fine, FINE, FINE_PATCH, FINE_CELL)
    return ContentFeatures(size, skews(dark)[0], coarse, large, small, fine)


def patches(picture: Grey, pixels_per_mm: float, patch: tuple[int, int], cell: tuple[float, float]) -> Patches:
    """The most textured patch of every cell (mm) of a grid that has one worth following."""
    w, h = patch
    height, width = picture.shape
    worth = _texture(picture, patch)
    margin_x, margin_y = w // 2 + 1, h // 2 + 1
    worth[:margin_y] = worth[height - margin_y :] = 0
    worth[:, :margin_x] = worth[:, width - margin_x :] = 0
    floor = 0.12 * float(np.percentile(worth[worth > 0], 98)) if (worth > 0).any() else 1.0
    places = _best_places(worth, floor, (cell[0] * pixels_per_mm, cell[1] * pixels_per_mm))
    cut = [picture[y - h // 2 : y - h // 2 + h, x - w // 2 : x - w // 2 + w] for x, y in places]
    # the centre of an even patch lies between its two middle pixels
    centres = [(x / pixels_per_mm, y / pixels_per_mm) for x, y in places]
    pictures = np.array(cut, np.float32) if cut else np.zeros((0, h, w), np.float32)
    return Patches(np.array(centres, np.float64).reshape(-1, 2), pictures, pixels_per_mm)


def _best_places(worth: Floats, floor: float, cell: tuple[float, float]) -> list[tuple[int, int]]:
    """Best first, each alone within half a cell either way, so that none crowds out another line."""
    left = worth.copy()
    places: list[tuple[int, int]] = []
    half_x, half_y = int(cell[0] / 2), int(cell[1] / 2)
    while len(places) < MOST_PATCHES:
        y, x = (int(i) for i in np.unravel_index(int(np.argmax(left)), left.shape))
        if left[y, x] <= floor:
            break
        places.append((x, y))
        left[max(0, y - half_y) : y + half_y + 1, max(0, x - half_x) : x + half_x + 1] = 0
    return places


def _texture(picture: Grey, patch: tuple[int, int]) -> Floats:
    """The weaker direction's gradient energy over a patch: a line alone, which slides along itself, has none."""
    smooth = cv2.GaussianBlur(picture, (3, 3), 0)
    gx = cv2.Sobel(smooth, cv2.CV_32F, 1, 0)
    gy = cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    xx, yy, xy = (np.asarray(cv2.blur(p, patch)) for p in (gx * gx, gy * gy, gx * gy))
    half, root = (xx + yy) / 2, np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    return np.asarray(np.maximum(half - root, 0), np.float32)
