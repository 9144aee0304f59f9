"""A printed form filled in by a simulated hand and scanned: digits in their boxes, strokes in cells, signatures."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.digits.sources import CANVAS
from calibration.digits.strokes import draw_digit
from calibration.digits.tally_paper import group_strokes
from pipeline.forms.template import Form, FormField
from pipeline.geometry import Box, pixels_per_mm

Picture = NDArray[np.uint8]
Glyphs = Callable[[int], Picture]
"""A digit's canvas in one hand."""
DPI = 200.0
PPM = pixels_per_mm(DPI)
LINE_DIGIT_MM = 3.6
"""Room that a digit takes on a line."""


def filled(
    rng: np.random.Generator,
    blank: Picture,
    form: Form,
    texts: Mapping[str, str],
    glyphs: Glyphs | None = None,
    side: int = 0,
) -> Picture:
    """The page ``blank`` (200 dpi, side number ``side``) with ``texts`` written on it: digits right-aligned, or as many
    signs as a number has boxes (``_`` leaves one empty), on a line from its left end; of a tally its count; of a
    signature anything. Fields without a text stay empty. Grey, ink and paper as a scanner gives them."""
    ink = np.zeros(blank.shape, np.float32)
    pen = float(rng.uniform(0.7, 0.95))
    for field in form.sides[side].fields:
        text = texts.get(field.id)
        if text is None:
            continue
        match field.kind:
            case "number":
                (_digits if field.boxes else _on_line)(rng, ink, field, text, glyphs or (lambda d: draw_digit(rng, d)))
            case "tally":
                _tally(rng, ink, field, int(text))
            case "signature":
                _signature(rng, ink, field.box)
            case _:
                raise ValueError(f"no hand for a field of kind {field.kind}")
    soft = cv2.GaussianBlur(ink * pen, (0, 0), 0.6)
    paper = blank.astype(np.float32) * np.float32(0.96)
    page = paper * (1 - soft) + 25 * soft + rng.normal(0, 2.5, blank.shape)
    return np.clip(page, 0, 255).astype(np.uint8)


def _digits(rng: np.random.Generator, ink: NDArray[np.float32], field: FormField, text: str, glyphs: Glyphs) -> None:
    for box, letter in zip(field.boxes, text.rjust(len(field.boxes), "_"), strict=True):
        if letter != "_":
            write_digit(rng, ink, box, glyphs(int(letter)))


def _on_line(rng: np.random.Generator, ink: NDArray[np.float32], field: FormField, text: str, glyphs: Glyphs) -> None:
    """Digits side by side on the dots, a comma before the decimals."""
    left = field.box.x + float(rng.uniform(0.5, 2.0))
    for place, letter in enumerate(text):
        if field.decimals and place == len(text) - field.decimals:
            foot = (np.array([left + 0.4, field.box.y + 0.72 * field.box.h]) * PPM).round().astype(int)
            cv2.line(ink, foot.tolist(), (foot + np.array([-2, 7])).tolist(), 1.0, 2, cv2.LINE_AA)
            left += 1.2
        box = Box(left, field.box.y + 0.5, LINE_DIGIT_MM, field.box.h - 1.5)
        write_digit(rng, ink, box, glyphs(int(letter)))
        left += LINE_DIGIT_MM + float(rng.uniform(0.2, 0.8))


def write_digit(rng: np.random.Generator, ink: NDArray[np.float32], box: Box, canvas: Picture) -> None:
    """A canvas's glyph into a box (mm), as large and as far from its middle as hands do."""
    size = round(float(np.clip(rng.normal(1.05, 0.1), 0.8, 1.25)) * box.w * PPM * CANVAS / 46)
    small = cv2.resize(canvas, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    x, y = (np.array(box.centre) + rng.normal(0, 0.25, 2)) * PPM - size / 2
    place = ink[round(y) : round(y) + size, round(x) : round(x) + size]
    np.maximum(place, small[: place.shape[0], : place.shape[1]], out=place)


def _tally(rng: np.random.Generator, ink: NDArray[np.float32], field: FormField, count: int) -> None:
    size = field.pitch * PPM
    drawn = np.zeros(ink.shape, np.uint8)
    groups = [5] * (count // 5) + ([count % 5] if count % 5 else [])
    for k, strokes in enumerate(groups):
        corner = np.array([field.box.x + 2.0 + k * field.pitch * 1.7, field.box.y + 2.4]) * PPM + rng.normal(0, 2, 2)
        for points in group_strokes(rng, corner, size, field.style)[:strokes]:
            cv2.polylines(drawn, [np.round(points * 16).astype(np.int32)], False, 255, 2, cv2.LINE_AA, 4)
    np.maximum(ink, drawn.astype(np.float32) / 255, out=ink)


def _signature(rng: np.random.Generator, ink: NDArray[np.float32], box: Box) -> None:
    across = np.linspace(box.x + 0.15 * box.w, box.x + 0.8 * box.w, 24)
    down = box.y + box.h / 2 + rng.normal(0, box.h / 7, 24)
    drawn = np.zeros(ink.shape, np.uint8)
    points = np.round(np.stack([across, down], 1) * PPM * 16).astype(np.int32)
    cv2.polylines(drawn, [points], False, 255, 3, cv2.LINE_AA, 4)
    np.maximum(ink, drawn.astype(np.float32) / 255, out=ink)


def laid_askew(page: Picture, degrees: float) -> Picture:
    """The page turned on the glass of a scanner that is a little larger."""
    grown = cv2.copyMakeBorder(page, 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=250)
    height, width = grown.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(grown, turn, (width, height), borderValue=(250,)), np.uint8)
