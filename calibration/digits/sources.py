"""Handwritten digits from three data sets, brought to one canvas."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import refuse
from pipeline.recognize.digits.normal_form import ink_bounds

CANVAS = 56
"""Pixels of a canvas along one side: room to turn and to shift a glyph of GLYPH pixels."""
GLYPH = 36

Canvases = NDArray[np.uint8]
Labels = NDArray[np.int64]

FILES = {
    "mnist-train": "mnist/train.npz",
    "mnist-test": "mnist/test.npz",
    "optdigits32": "optdigits32/train.npz",
    "semeion": "semeion/all.npz",
}
SMOOTHING = {"mnist-train": 0.0, "mnist-test": 0.0, "optdigits32": 0.7, "semeion": 1.0}
"""Blur, in canvas pixels, that takes the stairs off a source of one bit a pixel."""


@dataclass(frozen=True, slots=True)
class Source:
    """One data set. ``raw``: pictures as they are (n, side, side), ink bright; ``labels``: 0 to 9."""

    name: str
    raw: Canvases
    labels: Labels


def load(folder: Path, name: str) -> Source:
    """A data set of the folder of digits; refused when its file is absent."""
    path = folder / FILES[name]
    if not path.is_file():
        raise refuse(
            "digits-absent", str(path), "no such data set; give the folder that holds {file}", file=FILES[name]
        )
    with np.load(path) as kept:
        return Source(name, kept["x"], kept["y"].astype(np.int64))


def canvases(source: Source) -> Canvases:
    """Every glyph of a source, aspect kept, its longer side GLYPH pixels, in the middle of a canvas."""
    out = np.zeros((len(source.raw), CANVAS, CANVAS), np.uint8)
    blur = SMOOTHING[source.name]
    for place, picture in zip(out, source.raw, strict=True):
        bounds = ink_bounds(picture)
        if bounds is None:
            continue
        top, bottom, left, right = bounds
        part = picture[top:bottom, left:right]
        scale = GLYPH / max(part.shape)
        tall, wide = (max(1, round(n * scale)) for n in part.shape)
        large = cv2.resize(part, (wide, tall), interpolation=cv2.INTER_LINEAR)
        row, column = (CANVAS - tall) // 2, (CANVAS - wide) // 2
        place[row : row + tall, column : column + wide] = large
        if blur:
            place[:] = cv2.GaussianBlur(place, (0, 0), blur)
    return out
