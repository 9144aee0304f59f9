"""Pens, and what they leave on a printed page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchmarks.foreign_papers.draw import Draw, Points

PenKind = Literal["blue", "dark blue", "black", "red", "pencil", "felt", "blue felt"]

COLOURS: dict[PenKind, tuple[int, int, int]] = {
    "blue": (150, 60, 30), "dark blue": (110, 35, 20), "black": (35, 30, 30), "red": (45, 35, 190),
    "pencil": (90, 88, 88), "felt": (25, 22, 22), "blue felt": (140, 40, 20),
}  # fmt: skip
"""BGR."""
FREQUENCY: dict[PenKind, int] = {
    "blue": 30, "dark blue": 12, "black": 28, "red": 7, "pencil": 14, "felt": 6, "blue felt": 3,
}  # fmt: skip
STEP_MM = 0.06
"""Between the points of a stroke as it is drawn."""
FINER = 3
"""A stroke is drawn so many times as fine as the page."""


@dataclass(frozen=True, slots=True)
class Pen:
    """``width`` in mm; ``opacity`` is the share of the print that the ink hides."""

    kind: PenKind
    width: float
    opacity: float


def draw_pen(draw: Draw) -> Pen:
    kind = draw.one_of(list(FREQUENCY), list(FREQUENCY.values()))
    if kind == "pencil":
        return Pen(kind, draw.between(0.4, 0.8), draw.between(0.35, 0.95))
    wide = kind in ("felt", "blue felt")
    return Pen(kind, draw.between(0.75, 1.0) if wide else draw.between(0.3, 0.65), draw.between(0.8, 1.0))


def draw_thin_pen(draw: Draw) -> Pen:
    kinds: tuple[PenKind, ...] = ("pencil", "blue", "red")
    kind = draw.one_of(kinds)
    opacity = draw.between(0.42, 0.7) if kind == "pencil" else draw.between(0.7, 0.95)
    return Pen(kind, draw.between(0.28, 0.4), opacity)


@dataclass(frozen=True, slots=True)
class Stroke:
    """The middle of a line in mm, and the target that it was meant for."""

    points: Points
    target: int | None


class InkedPage:
    """A printed page and all the ink on it."""

    def __init__(self, picture: NDArray[np.uint8], dpi: int) -> None:
        self.pixels = picture.astype(np.float32)
        self.per_mm = dpi / 25.4
        self.h, self.w = picture.shape[:2]
        self.ink = np.zeros((self.h, self.w), np.float32)
        self.strokes: list[Stroke] = []

    def stroke(self, draw: Draw, points: ArrayLike, pen: Pen, target: int | None = None) -> None:
        """Draw a line through ``points``, in mm, with the tremor and the pressure of a hand."""
        line = _trembling(draw, _resampled(np.array(points, np.float64)))
        self.strokes.append(Stroke(line, target))
        edge = pen.width + 0.5
        window = self.window(*(line.min(0) - edge), *(line.max(0) + edge))
        high, wide = self.ink[window].shape
        if high < 2 or wide < 2:
            return
        alpha = self._drawn(draw, line, pen, window)
        hidden = np.clip(_texture(draw, alpha, pen, self.per_mm) * pen.opacity, 0, 1)[..., None]
        under = self.pixels[window]
        darker = np.minimum(under, np.array(COLOURS[pen.kind], np.float32))
        self.pixels[window] = under * (1 - hidden) + darker * hidden
        self.ink[window] = np.maximum(self.ink[window], alpha)

    def window(self, left: float, top: float, right: float, bottom: float) -> tuple[slice, slice]:
        """The pixels of a box in mm, as far as they lie on the page."""
        k = self.per_mm
        rows = slice(max(0, int(top * k)), max(0, min(self.h, int(bottom * k) + 2)))
        return rows, slice(max(0, int(left * k)), max(0, min(self.w, int(right * k) + 2)))

    def _drawn(self, draw: Draw, line: Points, pen: Pen, window: tuple[slice, slice]) -> NDArray[np.float32]:
        high, wide = self.ink[window].shape
        fine = np.zeros((high * FINER, wide * FINER), np.uint8)
        pressure = 1 + 0.18 * np.sin(np.linspace(0, draw.between(2, 9), len(line)) + draw.between(0, 6))
        radii = np.maximum(8, pen.width / 2 * self.per_mm * FINER * pressure * 16).astype(int)
        at = ((line * self.per_mm - (window[1].start, window[0].start)) * FINER * 16).astype(int)
        for (x, y), radius in zip(at.tolist(), radii.tolist(), strict=True):
            cv2.circle(fine, (x, y), radius, 255, -1, cv2.LINE_8, 4)
        covered = cv2.resize(fine, (wide, high), interpolation=cv2.INTER_AREA)
        return np.asarray(covered / 255, np.float32)


def blurred(values: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma), np.float32)


def _resampled(points: Points) -> Points:
    along = np.r_[0, np.cumsum(np.hypot(*np.diff(points, axis=0).T))]
    if along[-1] <= 0:
        points, along = np.vstack([points[:1], points[:1] + 0.02]), np.array([0, 0.03])
    at = np.linspace(0, along[-1], max(2, int(along[-1] / STEP_MM)))
    return np.stack([np.interp(at, along, points[:, i]) for i in range(2)], 1)


def _trembling(draw: Draw, line: Points) -> Points:
    if len(line) <= 12:
        return line
    kernel = np.hanning(25) / np.sqrt((np.hanning(25) ** 2).sum())
    noise = draw.rng.normal(0, 1, (2, len(line) + 24))
    return line + 0.06 * np.stack([np.convolve(each, kernel, "valid") for each in noise], 1)


def _texture(draw: Draw, alpha: NDArray[np.float32], pen: Pen, per_mm: float) -> NDArray[np.float32]:
    """Pencils are grainy, ball pens skip, felt pens bleed."""
    at_200_dpi = per_mm / 7.9
    if pen.kind in ("felt", "blue felt"):
        return blurred(alpha, 0.5)
    grain = draw.noise(alpha.shape)
    if pen.kind == "pencil":
        return np.asarray(alpha * np.clip(1 + 0.9 * blurred(grain, 0.8 * at_200_dpi), 0.25, 1.2), np.float32)
    return np.asarray(alpha * np.clip(1 + 0.6 * blurred(grain, 1.5 * at_200_dpi), 0.45, 1), np.float32)
