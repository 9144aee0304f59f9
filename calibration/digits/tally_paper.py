"""A tally cell on simulated paper: groups of strokes as tired hands draw them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
PITCH = 34
"""Pixels of a group's height at 200 dpi: some 4 mm."""


def _line(rng: np.random.Generator, ink: Picture, ends: NDArray[np.float64], wobble: float, width: int) -> None:
    middle = ends.mean(0) + rng.normal(0, wobble * PITCH * 0.5, 2)
    t = np.linspace(0, 1, 8)[:, None]
    control = 2 * middle - ends.mean(0)
    curve = (1 - t) ** 2 * ends[0] + 2 * t * (1 - t) * control + t**2 * ends[1]
    cv2.polylines(ink, [np.round(curve * 16).astype(np.int32)], False, 255, width, cv2.LINE_AA, 4)


def _square(
    rng: np.random.Generator, corner: NDArray[np.float64], size: NDArray[np.float64]
) -> list[NDArray[np.float64]]:
    """The five strokes in the order in which they are drawn: left, top, right, bottom, diagonal."""
    a, b, c, d = (corner + size * p for p in np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float))
    strokes = [np.array(ends) for ends in ((a, d), (a, b), (b, c), (d, c), (d, b) if rng.random() < 0.6 else (a, c))]
    return [s + rng.normal(0, 0.045, (2, 2)) * PITCH for s in strokes]


def _gate(
    rng: np.random.Generator, corner: NDArray[np.float64], size: NDArray[np.float64]
) -> list[NDArray[np.float64]]:
    lean = rng.normal(0, 0.05) * PITCH
    bars = [
        np.array([corner + size * [k / 3, 0] + [lean, 0], corner + size * [k / 3, 1] - [lean, 0]])
        + rng.normal(0, 0.03, (2, 2)) * PITCH
        for k in range(4)
    ]
    across = np.array([corner + size * [-0.2, 0.8], corner + size * [1.2, 0.2]]) + rng.normal(0, 0.06, (2, 2)) * PITCH
    return [*bars, across]


def group_strokes(
    rng: np.random.Generator, corner: NDArray[np.float64], size: float, style: str
) -> list[NDArray[np.float64]]:
    """The five strokes of a group of ``size`` pixels at ``corner``, each (2, 2): its ends; in the order of drawing."""
    scale = size / PITCH
    sides = PITCH * rng.uniform(0.85, 1.1, 2)
    zero = np.zeros(2)
    made = _square(rng, zero, sides) if style == "square" else _gate(rng, zero, sides * [0.9, 1.0])
    return [corner + ends * scale for ends in made]


def tally_cell(rng: np.random.Generator, count: int, style: str) -> Picture:
    """A grey crop of a cell with ``count`` strokes, groups of five from left to right in rows of six."""
    groups = [5] * (count // 5) + ([count % 5] if count % 5 else [])
    rows = max(1, -(-len(groups) // 6))
    ink = np.zeros((round(PITCH * 1.6) * rows + 12, round(PITCH * 1.75) * 6 + 16), np.uint8)
    width, wobble = int(rng.integers(1, 4)), float(rng.uniform(0, 0.05))
    for k, strokes in enumerate(groups):
        corner = np.array([12 + (k % 6) * PITCH * 1.7, 12 + (k // 6) * PITCH * 1.55]) + rng.normal(0, 0.05, 2) * PITCH
        size = PITCH * rng.uniform(0.85, 1.1, 2)
        made = _square(rng, corner, size) if style == "square" else _gate(rng, corner, size * [0.9, 1.0])
        for ends in made[:strokes]:
            _line(rng, ink, ends, wobble, width)
    soft = cv2.GaussianBlur(ink, (0, 0), float(rng.uniform(0.4, 0.9))).astype(np.float32) / 255
    paper = float(rng.uniform(225, 252))
    grey = paper - soft * (paper - rng.uniform(20, 100)) + rng.normal(0, rng.uniform(1, 6), ink.shape)
    _, packed = cv2.imencode(".jpg", np.clip(grey, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 80])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
