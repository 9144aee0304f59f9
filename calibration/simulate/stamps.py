"""The polling team's stamp on a ballot: round or rectangular, turned, off its place, badly inked."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from calibration.simulate.ink import PAPER_PPMM, Pen, Pixels, Trace
from calibration.simulate.lettering import text_raster
from pipeline.geometry import Box

ROUND_MM = 36.0
SHAPES = ("round", "round_plain", "rectangle", "rectangle_wide")
FARTHEST_MM = 12.0
"""How far off its place a team presses a stamp at most."""


def _ring_text(canvas: Pixels, text: str, radius: float, size: int) -> None:
    """Letters standing on a circle, from lower left over the top to lower right."""
    centre = canvas.shape[0] / 2
    angles = np.linspace(-125, 125, len(text))
    for letter, angle in zip(text, angles, strict=True):
        if letter == " ":
            continue
        glyph = text_raster(letter, "LiberationSans-Bold.ttf", size)
        h, w = glyph.shape
        a = np.deg2rad(angle)
        turn = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
        middle = np.array([centre + radius * np.sin(a), centre - radius * np.cos(a)])
        shift = middle - turn @ np.array([w / 2, h / 2])
        matrix = np.column_stack([turn, shift])
        layer = cv2.warpAffine(glyph, matrix, (canvas.shape[1], canvas.shape[0]))
        np.maximum(canvas, np.asarray(layer, np.uint8), out=canvas)


def _centred(canvas: Pixels, text: str, y: float, size: int) -> None:
    glyph = text_raster(text, "LiberationSans-Bold.ttf", size)
    fit = min(1.0, (canvas.shape[1] - 6 * PAPER_PPMM) / glyph.shape[1])
    if fit < 1:
        glyph = np.asarray(cv2.resize(glyph, None, fx=fit, fy=fit, interpolation=cv2.INTER_AREA), np.uint8)
    h, w = glyph.shape
    x0, y0 = (canvas.shape[1] - w) // 2, int(y - h / 2)
    if x0 >= 0 and y0 >= 0 and y0 + h <= canvas.shape[0]:
        part = canvas[y0 : y0 + h, x0 : x0 + w]
        np.maximum(part, glyph, out=part)


def _round(star: bool, words: str) -> Pixels:
    side = int((ROUND_MM + 4) * PAPER_PPMM)
    canvas = np.zeros((side, side), np.uint8)
    middle = (side // 2, side // 2)
    mm = PAPER_PPMM
    cv2.circle(canvas, middle, int(17.6 * mm), 255, int(0.8 * mm), cv2.LINE_AA)
    cv2.circle(canvas, middle, int(16.6 * mm), 255, max(1, int(0.25 * mm)), cv2.LINE_AA)
    cv2.circle(canvas, middle, int(10.5 * mm), 255, max(1, int(0.3 * mm)), cv2.LINE_AA)
    _ring_text(canvas, words, 13.5 * mm, int(3.4 * mm))
    if star:
        turns = np.deg2rad(np.arange(10) * 36 - 90)
        radii = np.where(np.arange(10) % 2 == 0, 4.2, 1.6) * mm
        points = np.stack([middle[0] + radii * np.cos(turns), middle[1] + radii * np.sin(turns)], axis=1)
        cv2.fillPoly(canvas, [points.astype(np.int32)], 255, cv2.LINE_AA)
    else:
        _centred(canvas, "TỔ", side / 2 - 2.6 * mm, int(4.0 * mm))
        _centred(canvas, "BẦU CỬ", side / 2 + 2.6 * mm, int(4.0 * mm))
    return canvas


def _rectangle(width: float, height: float, lines: tuple[str, ...]) -> Pixels:
    mm = PAPER_PPMM
    canvas = np.zeros((int((height + 4) * mm), int((width + 4) * mm)), np.uint8)
    corner = (int((width + 2) * mm), int((height + 2) * mm))
    cv2.rectangle(canvas, (int(2 * mm), int(2 * mm)), corner, 255, int(0.6 * mm), cv2.LINE_AA)
    for i, line in enumerate(lines):
        _centred(
            canvas,
            line,
            (2 + height * (i + 0.6) / (len(lines) + 0.2)) * mm,
            int(height / len(lines) * 0.62 * mm),
        )
    return canvas


@lru_cache(maxsize=16)
def stamp_raster(shape: str, number: str) -> Pixels:
    """The freshly cut stamp of a team, coverage 0 to 255 at paper resolution."""
    if shape == "trial":  # on test decks, so that no printed sheet bears what looks like a team's stamp
        return _rectangle(36, 16, ("PHIẾU THỬ", "KHÔNG DÙNG ĐỂ BẦU"))
    if shape == "round":
        return _round(True, f"TỔ BẦU CỬ SỐ {number} XÃ AN PHÚ")
    if shape == "round_plain":
        return _round(False, f"KHU VỰC BỎ PHIẾU SỐ {number}")
    if shape == "rectangle":
        return _rectangle(34, 14, ("TỔ BẦU CỬ", f"SỐ {number}"))
    return _rectangle(42, 12, (f"TỔ BẦU CỬ SỐ {number}",))


def choose_stamp(rng: np.random.Generator) -> tuple[str, tuple[int, int, int]]:
    """The shape and the ink (BGR) of one team's stamp."""
    shape = SHAPES[int(rng.choice(4, p=[0.6, 0.15, 0.15, 0.1]))]
    inks = ((50, 40, 205), (70, 55, 190), (60, 70, 215), (165, 60, 45), (150, 45, 110))
    return shape, inks[int(rng.choice(5, p=[0.4, 0.25, 0.15, 0.12, 0.08]))]


def _blotches(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """How well each spot of the stamp took ink, 0.3 to 1: clouds, and one weak side."""
    h, w = shape
    small = rng.normal(0, 1, (9, 9)).astype(np.float32)
    clouds = cv2.resize(small, (w, h), interpolation=cv2.INTER_CUBIC)
    speckle = cv2.resize(rng.normal(0, 1, (h // 4 + 1, w // 4 + 1)).astype(np.float32), (w, h))
    lean = rng.uniform(0, 2 * np.pi)
    ys, xs = np.mgrid[-1 : 1 : h * 1j, -1 : 1 : w * 1j]
    weak = rng.uniform(0, 0.55) * (np.cos(lean) * xs + np.sin(lean) * ys)
    field = 0.85 + 0.16 * clouds + 0.10 * speckle + weak
    return np.asarray(np.clip(field, 0.3, 1.0), np.float32)


def _pressed(rng: np.random.Generator, raster: Pixels, turn_deg: float) -> Pixels:
    """The stamp turned, and its ink blotched."""
    h, w = raster.shape
    side = int(np.ceil(np.hypot(h, w)))
    matrix = cv2.getRotationMatrix2D((w / 2, h / 2), turn_deg, 1.0)
    matrix[:, 2] += (side - w) / 2, (side - h) / 2
    turned = cv2.warpAffine(raster, matrix, (side, side))
    worn = np.asarray(turned, np.float32) * _blotches(rng, (side, side))
    if rng.random() < 0.3:  # too wet: letters run
        worn = np.asarray(cv2.dilate(worn, np.ones((3, 3))), np.float32)
    return np.asarray(worn, np.uint8)


def press(
    rng: np.random.Generator, place: Box, lowest: float, shape: str, colour: tuple[int, int, int], number: str
) -> list[tuple[Trace, Pen]]:
    """The impressions of one stamping near ``place``, none below ``lowest`` (mm): one, now and then a ghost too."""
    raster = stamp_raster(shape, number)
    half = raster.shape[0] / 2 / PAPER_PPMM
    away = min(rng.gamma(1.6, 2.4), FARTHEST_MM)
    lean = rng.uniform(0, 2 * np.pi)
    x = place.centre[0] + away * np.cos(lean)
    y = min(place.centre[1] + away * np.sin(lean), lowest - half)
    turn = rng.normal(0, 9) if rng.random() < 0.93 else rng.uniform(-180, 180)
    strength = float(rng.uniform(0.38, 0.55) if rng.random() < 0.12 else rng.uniform(0.6, 0.95))
    pen = Pen("gel", colour, 0.5, strength, 0, 0.35, 0)
    coverage = _pressed(rng, raster, turn)
    shift = coverage.shape[0] / 2
    spot = Trace(int(x * PAPER_PPMM - shift), int(y * PAPER_PPMM - shift), coverage)
    impressions = [(spot, pen)]
    if rng.random() < 0.06:  # the stamp bounced
        part = coverage.copy()
        part[: int(shift * rng.uniform(0.8, 1.3))] = 0
        hop = rng.normal(0, 2.0, 2) * PAPER_PPMM
        ghost = Pen("gel", colour, 0.5, strength * 0.45, 0, 0.35, 0)
        impressions.append((Trace(spot.x + int(hop[0]), spot.y + int(hop[1]) - 4, part), ghost))
    return impressions
