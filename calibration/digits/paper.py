"""A digit box on simulated paper: lines, tint, pen, scanner; the grey crop as a form's window would cut it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.digits.distort import repenned, warped
from calibration.digits.leftovers import Darker, mishap, neighbour, print_under
from calibration.digits.sources import CANVAS, GLYPH

Picture = NDArray[np.uint8]
PATTERNED, MISHAPS, NEIGHBOURS = 0.25, 0.04, 0.08
"""Shares of the boxes with a pale printed pattern under them, with a bit of stamp, fold or staple, and with ink of the
boxes around them at a rim."""

OWN_BOX = (78, 62)
"""Height and width of a box of our own forms, in pixels of its crop."""


def _paper(rng: np.random.Generator, height: int, width: int) -> NDArray[np.float32]:
    """Light paper, sometimes tinted in patches as printed patterns and shadows do."""
    paper = np.full((height, width), rng.uniform(225, 255), np.float32)
    if rng.random() < 0.3:
        tint = cv2.resize(rng.uniform(0, 1, (3, 3)).astype(np.float32), (width, height))
        paper -= rng.uniform(5, 35) * (tint > rng.uniform(0.3, 0.7) if rng.random() < 0.5 else tint)
    if rng.random() < PATTERNED:
        paper -= print_under(rng, height, width)
    if rng.random() < MISHAPS:
        paper -= mishap(rng, height, width)
    return paper


def _frame(rng: np.random.Generator, ink: NDArray[np.float32], pad: int) -> tuple[int, int, int, int]:
    """Draw the box's four lines near the crop's rims, a little askew; returns the box's inside (x0, y0, x1, y1)."""
    height, width = ink.shape
    shift = rng.normal(0, 1.3, 2)
    x0, x1 = pad + shift[0], width - 1 - pad + shift[0]
    y0, y1 = pad + shift[1], height - 1 - pad + shift[1]
    thick = int(rng.integers(1, 4)) if rng.random() < 0.9 else int(rng.integers(4, 7))
    strength = float(rng.uniform(0.35, 1.0))
    tilt = rng.normal(0, 0.01 if rng.random() < 0.8 else 0.025) * height
    lines = np.zeros(ink.shape, np.uint8)
    ends: list[tuple[tuple[float, float], tuple[float, float]]]
    ends = [((x0, 0), (x0 + tilt, height)), ((x1, 0), (x1 + tilt, height))]
    ends += [((0, y0), (width, y0 - tilt)), ((0, y1), (width, y1 - tilt))]
    if rng.random() < 0.08:
        ends.pop(int(rng.integers(4)))
    if rng.random() < 0.08:
        gap = float(rng.uniform(2, 5))
        ends += [((x - gap, y - gap), (u - gap, v - gap)) for (x, y), (u, v) in ends[:2]]
    for start, end in ends:
        a, b = (tuple(int(v * 16) for v in p) for p in (start, end))
        cv2.line(lines, a, b, 255, thick, cv2.LINE_AA, 4)
    if rng.random() < 0.15:
        lines[rng.random(ink.shape) < 0.35] = 0
    np.maximum(ink, lines.astype(np.float32) / 255 * strength, out=ink)
    return int(x0), int(y0), int(x1), int(y1)


def _written(
    rng: np.random.Generator, canvas: Picture, inside: tuple[int, int, int, int], ink: NDArray[np.float32], sign: bool
) -> None:
    """Put a canvas's ink into the box, as large and as far from its middle as hands do."""
    x0, y0, x1, y1 = inside
    side = min(x1 - x0, y1 - y0)
    share = float(rng.uniform(0.75, 1.0)) if sign else float(np.clip(rng.normal(0.68, 0.12), 0.38, 0.98))
    scale = side / CANVAS if sign else share * side / GLYPH
    size = max(8, round(CANVAS * scale))
    small = cv2.resize(canvas, (size, size), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    middle = np.array([(x0 + x1) / 2, (y0 + y1) / 2]) + rng.normal(0, 0.06, 2) * [x1 - x0, y1 - y0]
    matrix = np.array([[1.0, 0.0, middle[0] - size / 2], [0.0, 1.0, middle[1] - size / 2]])
    placed = cv2.warpAffine(small, matrix, (ink.shape[1], ink.shape[0])).astype(np.float32) / 255
    np.maximum(ink, placed * float(rng.uniform(0.55, 1.0)), out=ink)


def box_size(rng: np.random.Generator) -> tuple[int, int]:
    """Height and width of a crop, in pixels."""
    return int(rng.integers(44, 100)), int(rng.integers(44, 72))


def box_crop(
    rng: np.random.Generator,
    canvas: Picture,
    sign: bool = False,
    *,
    legible: bool = False,
    size: tuple[int, int] | None = None,
) -> Picture:
    """A grey crop (about 200 dpi) of a box with the canvas's glyph written in it.

    ``sign``: the canvas is the box itself (signs that are no digits); otherwise its glyph is set into the box.
    ``legible``: a scan of one bit a pixel cuts between ink and paper; otherwise it may lose pale ink, as some do.
    ``size``: of the crop, by :func:`box_size` where none is given.
    """
    height, width = size or box_size(rng)
    pad = int(rng.integers(1, 7))
    glyph = warped(rng, canvas, float(rng.uniform(0.0, 0.6)))
    if rng.random() < 0.8:
        glyph = repenned(rng, glyph, 0.6)
    ink = np.zeros((height, width), np.float32)
    inside = _frame(rng, ink, pad)
    _written(rng, glyph, inside, ink, sign)
    if rng.random() < NEIGHBOURS:
        neighbour(rng, ink)
    ink = cv2.GaussianBlur(ink, (0, 0), float(rng.uniform(0.4, 1.0))).astype(np.float32)
    paper = _paper(rng, height, width)
    grey = _scanned(rng, paper, ink, rng.uniform(10, 90), rng.uniform(1, 7))
    if rng.random() < 0.12:
        cut = rng.uniform(140, 185)
        if legible:
            cut = (float(np.median(grey)) + float(grey[ink > 0.3 * ink.max()].mean())) / 2
        return np.where(grey > cut, 255, 0).astype(np.uint8)
    return _jpeg(grey, int(rng.integers(45, 92)))


def own_box_crop(
    rng: np.random.Generator,
    canvas: Picture,
    sign: bool = False,
    *,
    pen: float | None = None,
    under: Darker | None = None,
) -> Picture:
    """The same for a box of our own printed forms: 7 × 9 mm with thin grey lines, found by registration to 0.2 mm.

    Glyphs are as their writers left them, but for the pen; paper is plain, scanned at 200 dpi. ``pen``: grey level of
    the ink, one of its own for every box where none is given; ``under``: what is printed there (OWN_BOX pixels).
    """
    (height, width), pad = OWN_BOX, 4
    ink = np.zeros((height, width), np.float32)
    shift = rng.normal(0, 0.8, 2)
    x0, x1, y0, y1 = pad + shift[0], width - 1 - pad + shift[0], pad + shift[1], height - 1 - pad + shift[1]
    lines = np.zeros(ink.shape, np.uint8)
    corners = np.round(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]) * 16).astype(np.int32)
    cv2.polylines(lines, [corners], True, 255, int(rng.integers(1, 3)), cv2.LINE_AA, 4)
    ink += lines.astype(np.float32) / 255 * float(rng.uniform(0.25, 0.6))
    glyph = repenned(rng, canvas, 0.3) if rng.random() < 0.7 else canvas
    _written(rng, glyph, (int(x0), int(y0), int(x1), int(y1)), ink, sign)
    ink = cv2.GaussianBlur(ink, (0, 0), float(rng.uniform(0.5, 0.9))).astype(np.float32)
    paper = np.full(ink.shape, rng.uniform(232, 253), np.float32)
    if under is not None:
        paper -= under
    dark = rng.uniform(20, 90) if pen is None else pen
    return _jpeg(_scanned(rng, paper, ink, dark, rng.uniform(1, 4)), int(rng.integers(70, 92)))


def _scanned(
    rng: np.random.Generator, paper: NDArray[np.float32], ink: NDArray[np.float32], pen: float, noise: float
) -> Picture:
    crop = paper - ink * (paper - pen) + rng.normal(0, noise, ink.shape)
    return np.clip(crop, 0, 255).astype(np.uint8)


def _jpeg(grey: Picture, quality: int) -> Picture:
    _, packed = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
