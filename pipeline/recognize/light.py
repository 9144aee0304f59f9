"""A coloured scan as one picture of light: each place by its darkest channel, with the paper white in all of them."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.forms.template import FormSide
from pipeline.recognize.windows import Bytes
from pipeline.scan.page import RegisteredPage

EVERY_MM = 3.0
"""Distance of the places on the sheet where its paper is looked at."""
PAPER = 0.7
"""Of these places, the share that is no lighter than paper: most are bare, and noise lies on both sides."""
LIT = 32
"""Levels below which a channel shows no paper: nothing is told by it, and its noise is not made larger."""
ROWS = 64
"""Rows made at once: what lies between stays near the processor."""


def light_of(page: RegisteredPage, side: FormSide) -> Bytes:
    """The page's picture in one channel, (height, width); a grey one as it is.

    Blue, red and black ink all show dark, on coloured paper as well: a channel in which the *paper* is dark is made
    lighter first, else yellow paper would hide blue ink. The paper is looked at on the sheet, not beside it.
    """
    pixels = page.raw.pixels
    if pixels.ndim == 2:
        return pixels
    levels = _paper(page, side)
    scales = np.where(levels >= LIT, levels.max() / np.maximum(levels, 1.0), 1.0)
    light = np.empty(pixels.shape[:2], np.uint8)
    for top in range(0, len(light), ROWS):
        planes = cv2.split(pixels[top : top + ROWS])
        blue, green, red = (
            plane if scale < 1.004 else cv2.convertScaleAbs(plane, alpha=scale)
            for plane, scale in zip(planes, scales.tolist(), strict=True)
        )
        cv2.min(cv2.min(blue, green), red, light[top : top + ROWS])
    return light


def _paper(page: RegisteredPage, side: FormSide) -> np.ndarray:
    """The level of bare paper in each channel."""
    x, y = (np.arange(EVERY_MM, length - EVERY_MM / 2, EVERY_MM) for length in (side.size.w, side.size.h))
    places = page.map.to_pixels(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2))
    height, width = page.raw.pixels.shape[:2]
    columns = np.clip(np.rint(places[:, 0]), 0, width - 1).astype(np.intp)
    rows = np.clip(np.rint(places[:, 1]), 0, height - 1).astype(np.intp)
    seen = page.raw.pixels[rows, columns]
    return np.asarray(np.partition(seen, int(PAPER * len(seen)), axis=0)[int(PAPER * len(seen))], np.float64)
