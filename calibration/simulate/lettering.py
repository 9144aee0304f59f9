"""Printed and stamped letters as rasters, and handwriting as traces of a pen."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from calibration.simulate.ink import FINE, PAPER_PPMM, Pixels, Trace

FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))


@lru_cache(maxsize=32)
def _font_file(name: str) -> Path | None:
    for folder in FONT_FOLDERS:
        for found in sorted(folder.rglob(name)):
            return found
    return None


@lru_cache(maxsize=64)
def font(name: str, size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font file ``name`` (``DejaVuSerif.ttf``) of the system, or Pillow's own where it is missing."""
    found = _font_file(name) or _font_file("DejaVuSans.ttf")
    return ImageFont.truetype(str(found), size_px) if found else ImageFont.load_default(size_px)


def text_raster(text: str, name: str, size_px: int) -> Pixels:
    """Coverage (0 to 255) of one line of text, tightly cropped."""
    face = font(name, size_px)
    left, top, right, bottom = face.getbbox(text)
    image = Image.new("L", (max(1, int(right - left) + 2), max(1, int(bottom - top) + 2)), 0)
    ImageDraw.Draw(image).text((1 - left, 1 - top), text, fill=255, font=face)
    return np.asarray(image, np.uint8).copy()


_SCRIPTS = (cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, cv2.FONT_ITALIC)
_ACCENTS = "aeiouyAEIOUY"


def handwriting(
    rng: np.random.Generator, text: str, at_mm: tuple[float, float], height_mm: float, width_mm: float
) -> Trace:
    """``text`` (plain letters) written by hand, its base line starting at ``at_mm``, with accents over vowels."""
    scale_px = PAPER_PPMM * FINE
    face = _SCRIPTS[int(rng.integers(len(_SCRIPTS)))]
    thickness = max(2, round(width_mm * scale_px))
    size = height_mm * scale_px / 21.0  # Hershey capitals are 21 units high
    (w, h), low = cv2.getTextSize(text, face, size, thickness)
    pad = int(h * 0.8) + 8
    fine = np.zeros((h + low + 2 * pad, w + 2 * pad), np.uint8)
    cv2.putText(fine, text, (pad, pad + h), face, size, 255, thickness, cv2.LINE_AA)
    _accents(rng, fine, text, (pad, pad + h), w, h, thickness)
    warped = _uneven(rng, fine, h)
    small = cv2.resize(warped, (warped.shape[1] // FINE, warped.shape[0] // FINE), interpolation=cv2.INTER_AREA)
    x = round(at_mm[0] * PAPER_PPMM) - pad // FINE
    y = round(at_mm[1] * PAPER_PPMM) - (pad + h) // FINE
    return Trace(x, y, np.asarray(small, np.uint8))


def _accents(
    rng: np.random.Generator, fine: Pixels, text: str, base: tuple[int, int], w: int, h: int, thickness: int
) -> None:
    for i, letter in enumerate(text):
        if letter in _ACCENTS and rng.random() < 0.55:
            x = base[0] + int(w * (i + 0.6) / len(text))
            y = base[1] - int(h * rng.uniform(0.95, 1.25))
            reach = int(h * rng.uniform(0.12, 0.25)) * (1 if rng.random() < 0.5 else -1)
            cv2.line(
                fine,
                (x - reach, y + abs(reach)),
                (x + reach, y - abs(reach) // 3),
                255,
                thickness,
                cv2.LINE_AA,
            )


def _uneven(rng: np.random.Generator, fine: Pixels, h: int) -> Pixels:
    """The writing with an unsteady base line, slant and letter size."""
    rows, columns = fine.shape
    xs = np.arange(columns, dtype=np.float32)
    knots = max(3, columns // max(8, h) + 2)
    lift = np.interp(xs, np.linspace(0, columns, knots), rng.normal(0, 0.10 * h, knots)).astype(np.float32)
    pull = np.interp(xs, np.linspace(0, columns, knots), rng.normal(0, 0.12 * h, knots)).astype(np.float32)
    slant = np.float32(rng.normal(0.0, 0.18))
    ys = np.arange(rows, dtype=np.float32)[:, None]
    map_x = xs[None, :] + pull[None, :] + slant * (ys - rows / 2)
    map_y = np.broadcast_to(ys, (rows, columns)) + lift[None, :]
    return np.asarray(cv2.remap(fine, map_x.astype(np.float32), map_y.astype(np.float32), cv2.INTER_LINEAR), np.uint8)
