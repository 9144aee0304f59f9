"""What pens, forms and scanners do to a digit: the augmentation of the training."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.digits.sources import CANVAS
from calibration.digits.strokes import rim_line
from pipeline.recognize.digits.normal_form import ink_bounds, normal_form

Picture = NDArray[np.uint8]

LITTLE = 0.6
"""How much glyphs that stay nearly plain are turned, slanted, stretched and swayed, at the most."""
_GRID = np.stack(np.meshgrid(np.arange(CANVAS), np.arange(CANVAS)), -1).astype(np.float32)


def warped(rng: np.random.Generator, canvas: Picture, much: float) -> Picture:
    """Turned, slanted, stretched, swayed. ``much``: 0 to 1.5."""
    turn, slant = rng.normal(0, 0.10 * much), rng.normal(0, 0.26 * much)
    stretch = np.exp(rng.normal(0, 0.16 * much))
    size = np.exp(rng.normal(0, 0.05))
    cos, sin = np.cos(turn), np.sin(turn)
    matrix = np.array([[cos, -sin], [sin, cos]]) @ np.array([[1.0, slant], [0.0, 1.0]])
    matrix = matrix @ np.diag([stretch, 1 / stretch]) * size
    sway = rng.normal(0, 1.3 * much, (5, 5, 2)).astype(np.float32)
    middle = (CANVAS - 1) / 2
    places = (_GRID - np.float32(middle)) @ matrix.T.astype(np.float32) + np.float32(middle)
    places = places + cv2.resize(sway, (CANVAS, CANVAS), interpolation=cv2.INTER_CUBIC)
    x, y = np.ascontiguousarray(places[..., 0]), np.ascontiguousarray(places[..., 1])
    return np.asarray(cv2.remap(canvas, x, y, cv2.INTER_LINEAR), np.uint8)


def repenned(rng: np.random.Generator, canvas: Picture, much: float) -> Picture:
    """Strokes made broader or thinner: blurred, and cut again at another height; a hard cut gives one bit a pixel."""
    blur = float(rng.uniform(0.6, 0.8 + 1.2 * much))
    soft = cv2.GaussianBlur(canvas, (0, 0), blur)
    steep = float(rng.choice([1.5, 3.0, 20.0]))
    height = max(float(rng.uniform(0.5 - 0.32 * min(much, 1.0), 0.5 + 0.12 * much)), 0.5 / steep + 0.02)
    most = max(int(soft.max()), 1)
    cut = np.clip((soft.astype(np.float32) / most - height) * steep + 0.5, 0, 1)
    return np.asarray(cut * 255, np.uint8)


def _coarse(rng: np.random.Generator, canvas: Picture) -> Picture:
    """The ink cut to its bounds, thinned to few pixels, one bit each; often drawn out to the square as well."""
    bounds = ink_bounds(canvas)
    if bounds is None:
        return canvas
    top, bottom, left, right = bounds
    part = canvas[top:bottom, left:right]
    tall = int(rng.integers(13, 30))
    wide = tall if rng.random() < 0.55 else max(3, round(tall * part.shape[1] / part.shape[0]))
    small = np.asarray(cv2.resize(part, (min(wide, 3 * tall), tall), interpolation=cv2.INTER_AREA), np.uint8)
    if rng.random() < 0.7:
        small = np.where(small > rng.uniform(70, 150), 255, 0).astype(np.uint8)
    if rng.random() < 0.5:
        small = np.asarray(cv2.GaussianBlur(small, (0, 0), float(rng.uniform(0.3, 0.7))), np.uint8)
    return small


def _on_paper(rng: np.random.Generator, canvas: Picture, lines: bool) -> Picture:
    """Bits of form lines, specks, fading along the stroke, JPEG."""
    if lines and rng.random() < 0.45:
        for _ in range(int(rng.integers(1, 3))):
            rim_line(rng, canvas, whole=rng.random() < 0.35)
    if rng.random() < 0.25:
        for _ in range(int(rng.integers(1, 4))):
            x, y = rng.integers(2, CANVAS - 3, 2)
            canvas[y : y + int(rng.integers(1, 3)), x : x + int(rng.integers(1, 3))] = int(rng.integers(60, 256))
    if rng.random() < 0.3:
        light = cv2.resize(rng.uniform(0.55, 1, (3, 3)).astype(np.float32), (CANVAS, CANVAS))
        canvas = np.asarray(canvas * light, np.uint8)
    if rng.random() < 0.2:
        _, packed = cv2.imencode(".jpg", canvas, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(20, 70))])
        canvas = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
        canvas[canvas < 40] = 0
    return canvas


def distorted(rng: np.random.Generator, canvas: Picture, box: bool = False, most: float = 1.25) -> Picture:
    """A canvas as the network may meet it, in normal form.

    ``box``: the canvas is its box (signs, whose size tells what they are); otherwise the ink is and fills it.
    ``most``: how much at the most it is turned, slanted, stretched and swayed; 1.25 is more than most hands do.
    """
    much = float(rng.uniform(0.0, most))
    picture = warped(rng, canvas, much)
    if rng.random() < 0.75:
        picture = repenned(rng, picture, much)
    if rng.random() < 0.35:
        picture = _on_paper(rng, picture.copy(), lines=not box)
    if not box and rng.random() < 0.35:
        picture = _coarse(rng, picture)
    side = CANVAS if box else max(picture.shape) * float(rng.uniform(1.0, 1.4)) * 0.7
    return normal_form(picture, side)


def nearly_plain(rng: np.random.Generator, canvas: Picture) -> Picture:
    """A canvas's glyph as its writer left it, a little turned, slanted, stretched and swayed, in normal form."""
    much = float(rng.uniform(0.0, LITTLE))
    picture = warped(rng, canvas, much)
    if rng.random() < 0.3:
        picture = repenned(rng, picture, much)
    return normal_form(picture, CANVAS * 0.7)
