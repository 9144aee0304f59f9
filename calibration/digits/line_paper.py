"""A number on simulated paper without boxes: digits of several writers on a blank, ruled or dotted line."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.digits.distort import repenned
from pipeline.recognize.digits.normal_form import ink_bounds

Picture = NDArray[np.uint8]


def number_line(rng: np.random.Generator, glyphs: list[Picture]) -> Picture:
    """A grey crop (about 200 dpi) of a line with the canvases' glyphs side by side, about one pair in six touching.

    Glyphs are as their writers left them, but for the pen; sizes and heights vary a little from digit to digit.
    """
    return owned_line(rng, glyphs)[0]


def owned_line(rng: np.random.Generator, glyphs: list[Picture]) -> tuple[Picture, NDArray[np.int8]]:
    """:func:`number_line`, and the place of the glyph that each pixel's ink is of; -1 without ink."""
    height = int(rng.integers(30, 44))
    ink = np.zeros((2 * height, round(1.1 * height * len(glyphs)) + 2 * height), np.float32)
    owner = np.full(ink.shape, -1, np.int8)
    across, base = 0.6 * height, 1.55 * height
    gap, same_pen = float(rng.uniform(-0.02, 0.25)), rng.random() < 0.7
    strength = float(rng.uniform(0.7, 1.0))
    for k, canvas in enumerate(glyphs):
        glyph = _glyph(repenned(rng, canvas, 0.3) if same_pen else canvas, height * float(rng.uniform(0.82, 1.05)))
        tall, wide = glyph.shape
        x, y = round(across), round(base - tall + rng.normal(0, 0.04) * height)
        place = ink[y : y + tall, x : x + wide]
        mine = glyph[: place.shape[0], : place.shape[1]] * strength
        owner[y : y + tall, x : x + wide][(mine > place) & (mine > 0.3 * strength)] = k
        np.maximum(place, mine, out=place)
        across += wide + max(gap + rng.normal(0, 0.07), -0.12) * height
    _ruled(rng, ink, round(base) + 3)
    soft = cv2.GaussianBlur(ink, (0, 0), float(rng.uniform(0.5, 0.9)))
    paper = float(rng.uniform(230, 252))
    grey = paper - soft * (paper - rng.uniform(20, 90)) + rng.normal(0, rng.uniform(1, 4), ink.shape)
    _, packed = cv2.imencode(".jpg", np.clip(grey, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 80])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8), owner


def _glyph(canvas: Picture, tall: float) -> NDArray[np.float32]:
    top, bottom, left, right = ink_bounds(canvas) or (0, 2, 0, 2)
    part = canvas[top:bottom, left:right]
    wide = min(part.shape[1] * tall / part.shape[0], 1.1 * tall)
    small = cv2.resize(part, (max(2, round(wide)), round(tall)), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32) / np.float32(255)


def _ruled(rng: np.random.Generator, ink: NDArray[np.float32], row: int) -> None:
    match int(rng.integers(3)):
        case 1:
            ink[row : row + 2] = np.maximum(ink[row : row + 2], 0.5)
        case 2:
            ink[row : row + 2, ::6] = 0.6
            ink[row : row + 2, 1::6] = 0.6
