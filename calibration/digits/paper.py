"""A digit box on simulated paper: lines, tint, pen, scanner; the grey crop as a form's window would cut it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.digits.distort import repenned, warped
from calibration.digits.sources import CANVAS, GLYPH

Picture = NDArray[np.uint8]
PATTERNED = 0.25
"""Share of the paper with a pale printed pattern under the boxes."""


def _paper(rng: np.random.Generator, height: int, width: int) -> NDArray[np.float32]:
    """Light paper, sometimes tinted in patches as printed patterns and shadows do."""
    paper = np.full((height, width), rng.uniform(225, 255), np.float32)
    if rng.random() < 0.3:
        tint = cv2.resize(rng.uniform(0, 1, (3, 3)).astype(np.float32), (width, height))
        paper -= rng.uniform(5, 35) * (tint > rng.uniform(0.3, 0.7) if rng.random() < 0.5 else tint)
    if rng.random() < PATTERNED:
        paper -= _pattern(rng, height, width)
    return paper


def _pattern(rng: np.random.Generator, height: int, width: int) -> NDArray[np.float32]:
    """A part of what is printed pale under a form's boxes: letters of a mark far larger than the box, rings, a raster.

    Grey levels that it is darker than the paper; paler than any pen, dark enough to be taken for one.
    """
    seen = np.zeros((height, width), np.uint8)
    places = rng.uniform(-0.3, 1.3, (4, 2)) * [width, height]
    match int(rng.integers(4)):
        case 0:
            letter = "ABEHKMNPRTVW"[int(rng.integers(12))]
            at = (int(places[0][0] - width), int(places[0][1] + 0.7 * height))
            size, thick = float(rng.uniform(1.5, 5.0)), int(rng.integers(3, 16))
            cv2.putText(seen, letter, at, cv2.FONT_HERSHEY_SIMPLEX, size, 255, thick, cv2.LINE_AA)
        case 1:
            for radius in rng.uniform(0.3, 1.6, int(rng.integers(1, 4))) * width:
                at = (int(places[0][0]), int(places[0][1]))
                cv2.circle(seen, at, int(radius), 255, int(rng.integers(1, 8)), cv2.LINE_AA)
        case 2:
            step = int(rng.integers(4, 9))
            seen[::step, ::step] = 255
            seen = np.asarray(cv2.dilate(seen, np.ones((2, 2), np.uint8)), np.uint8)
        case _:
            cv2.polylines(seen, [places.astype(np.int32)], False, 255, int(rng.integers(2, 9)), cv2.LINE_AA)
    soft = cv2.GaussianBlur(seen, (0, 0), float(rng.uniform(0.6, 2.5))).astype(np.float32) / 255
    return np.asarray(soft * float(rng.uniform(12, 55)), np.float32)


def _frame(rng: np.random.Generator, ink: NDArray[np.float32], pad: int) -> tuple[int, int, int, int]:
    """Draw the box's four lines near the crop's rims, a little askew; returns the box's inside (x0, y0, x1, y1)."""
    height, width = ink.shape
    shift = rng.normal(0, 1.3, 2)
    x0, x1 = pad + shift[0], width - 1 - pad + shift[0]
    y0, y1 = pad + shift[1], height - 1 - pad + shift[1]
    thick = int(rng.integers(1, 4))
    strength = float(rng.uniform(0.35, 1.0))
    tilt = rng.normal(0, 0.01) * height
    lines = np.zeros(ink.shape, np.uint8)
    ends = [((x0, 0), (x0 + tilt, height)), ((x1, 0), (x1 + tilt, height))]
    ends += [((0, y0), (width, y0 - tilt)), ((0, y1), (width, y1 - tilt))]
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


def box_crop(rng: np.random.Generator, canvas: Picture, sign: bool = False, *, legible: bool = False) -> Picture:
    """A grey crop (about 200 dpi) of a box with the canvas's glyph written in it.

    ``sign``: the canvas is the box itself (signs that are no digits); otherwise its glyph is set into the box.
    ``legible``: a scan of one bit a pixel cuts between ink and paper; otherwise it may lose pale ink, as some do.
    """
    height, width = int(rng.integers(44, 100)), int(rng.integers(44, 72))
    pad = int(rng.integers(1, 7))
    glyph = warped(rng, canvas, float(rng.uniform(0.0, 0.6)))
    if rng.random() < 0.8:
        glyph = repenned(rng, glyph, 0.6)
    ink = np.zeros((height, width), np.float32)
    inside = _frame(rng, ink, pad)
    _written(rng, glyph, inside, ink, sign)
    ink = cv2.GaussianBlur(ink, (0, 0), float(rng.uniform(0.4, 1.0))).astype(np.float32)
    paper = _paper(rng, height, width)
    grey = _scanned(rng, paper, ink, rng.uniform(10, 90), rng.uniform(1, 7))
    if rng.random() < 0.12:
        cut = rng.uniform(140, 185)
        if legible:
            cut = (float(np.median(grey)) + float(grey[ink > 0.3 * ink.max()].mean())) / 2
        return np.where(grey > cut, 255, 0).astype(np.uint8)
    return _jpeg(grey, int(rng.integers(45, 92)))


def own_box_crop(rng: np.random.Generator, canvas: Picture, sign: bool = False) -> Picture:
    """The same for a box of our own printed forms: 7 × 9 mm with thin grey lines, found by registration to 0.2 mm.

    Glyphs are as their writers left them, but for the pen; paper is plain, scanned at 200 dpi.
    """
    height, width, pad = 78, 62, 4
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
    return _jpeg(_scanned(rng, paper, ink, rng.uniform(20, 90), rng.uniform(1, 4)), int(rng.integers(70, 92)))


def _scanned(
    rng: np.random.Generator, paper: NDArray[np.float32], ink: NDArray[np.float32], pen: float, noise: float
) -> Picture:
    crop = paper - ink * (paper - pen) + rng.normal(0, noise, ink.shape)
    return np.clip(crop, 0, 255).astype(np.uint8)


def _jpeg(grey: Picture, quality: int) -> Picture:
    _, packed = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
