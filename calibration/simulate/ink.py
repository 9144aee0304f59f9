"""What a pen leaves on paper: colour, width, skips and pressure, with the exact mask of the ink beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.simulate.paths import Curve

Pixels = NDArray[np.uint8]
PAPER_DPI = 300
PAPER_PPMM = PAPER_DPI / 25.4
FINE = 2
"""Ink is drawn this many times finer than the paper's raster: widths then step by 0.04 mm."""
INK_THRESHOLD = 90
"""Coverage (of 255) from which a raster point counts as inked in the truth: a little under half."""

PenKind = Literal["ballpoint", "gel", "fountain", "felt", "pencil", "faint_pencil"]


@dataclass(frozen=True, slots=True)
class Pen:
    """``colour`` is BGR as on white paper; ``opacity`` how much of it shows; widths in mm."""

    kind: PenKind
    colour: tuple[int, int, int]
    width: float
    opacity: float
    skips: float
    """Gaps per 100 mm."""
    grain: float
    """How much the paper's grain shows in the line, 0 to 1."""
    swell: float
    """How much the width follows the pressure."""
    smears: bool = False


_COLOURS: dict[str, tuple[tuple[int, int, int], ...]] = {
    "blue": ((150, 60, 30), (165, 85, 40), (130, 40, 45)),
    "black": ((35, 32, 32), (55, 50, 48)),
    "red": ((50, 40, 195), (70, 50, 175)),
    "violet": ((130, 50, 90),),
    "grey": ((95, 93, 92), (80, 80, 82)),
}


def draw_pen(rng: np.random.Generator) -> Pen:
    """A pen as they lie in a voting booth: mostly blue ballpoints."""
    kinds: tuple[PenKind, ...] = ("ballpoint", "gel", "fountain", "felt", "pencil", "faint_pencil")
    kind = kinds[int(rng.choice(6, p=[0.62, 0.16, 0.04, 0.06, 0.08, 0.04]))]
    inks = ["blue", "black", "red", "violet"]
    name = "grey" if "pencil" in kind else inks[int(rng.choice(4, p=[0.68, 0.22, 0.07, 0.03]))]
    colours = _COLOURS[name]
    shade = np.array(colours[int(rng.integers(len(colours)))]) + rng.integers(-12, 13, 3)
    b, g, r = (int(c) for c in np.clip(shade, 15, 215))
    u = rng.uniform
    match kind:
        case "ballpoint":
            skips = float(rng.gamma(0.8, 1.2))
            return Pen(kind, (b, g, r), u(0.28, 0.55), u(0.72, 0.95), skips, u(0.1, 0.4), 0.25, rng.random() < 0.02)
        case "gel":
            return Pen(kind, (b, g, r), u(0.35, 0.75), u(0.88, 1.0), 0.1, 0.05, 0.15, rng.random() < 0.06)
        case "fountain":
            return Pen(kind, (b, g, r), u(0.4, 0.85), u(0.75, 0.95), 0.2, 0.05, 0.5, rng.random() < 0.06)
        case "felt":
            return Pen(kind, (b, g, r), u(0.9, 2.0), u(0.75, 0.95), 0.0, 0.08, 0.12)
        case "pencil":
            return Pen(kind, (b, g, r), u(0.35, 0.7), u(0.7, 0.9), 0.2, u(0.3, 0.5), 0.35)
        case "faint_pencil":
            return Pen(kind, (b, g, r), u(0.3, 0.6), u(0.42, 0.58), 0.2, u(0.25, 0.4), 0.25)


@lru_cache(maxsize=1)
def _grain() -> NDArray[np.float32]:
    """The paper's tooth, 0 to 1, one raster for all: strokes take windows of it."""
    rng = np.random.default_rng(20260315)
    field = rng.normal(0, 1, (1024, 2048)).astype(np.float32)
    field = cv2.GaussianBlur(field, (0, 0), 1.1) * 2.2 + cv2.GaussianBlur(field, (0, 0), 5.0) * 3.0
    return np.asarray(np.clip(0.5 + 0.28 * field, 0, 1), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """Ink on a window of the paper's raster whose top left point is ``(x, y)``: coverage 0 to 255."""

    x: int
    y: int
    coverage: Pixels

    def mask(self) -> NDArray[np.bool_]:
        return self.coverage >= INK_THRESHOLD


def _along(rng: np.random.Generator, n: int, scale: float, knots_apart: int = 14) -> NDArray[np.float64]:
    knots = max(2, n // knots_apart + 2)
    return np.interp(np.linspace(0, knots - 1, n), np.arange(knots), rng.normal(0, scale, knots))


def _skipped(rng: np.random.Generator, pen: Pen, n: int, step_mm: float) -> NDArray[np.bool_]:
    """Which steps of a stroke leave no ink; a ballpoint also starts late now and then."""
    gone = np.zeros(n, bool)
    for _ in range(rng.poisson(pen.skips * n * step_mm / 100)):
        length = max(1, int(rng.gamma(2.0, 0.5) / step_mm))
        at = int(rng.integers(0, n))
        gone[at : at + length] = True
    if pen.kind == "ballpoint" and rng.random() < 0.05:
        gone[: int(rng.uniform(0.3, 1.5) / step_mm)] = True
    return gone


def trace(rng: np.random.Generator, curves: Sequence[Curve], pen: Pen, width: float | None = None) -> Trace:
    """The ink that ``pen`` leaves along ``curves``."""
    every = np.concatenate(curves)
    base = width if width is not None else pen.width
    margin = base + 1.2
    scale = PAPER_PPMM
    x = int(np.floor((every[:, 0].min() - margin) * scale))
    y = int(np.floor((every[:, 1].min() - margin) * scale))
    w = int(np.ceil((every[:, 0].max() + margin) * scale)) - x
    h = int(np.ceil((every[:, 1].max() + margin) * scale)) - y
    fine = np.zeros((h * FINE, w * FINE), np.uint8)
    for curve in curves:
        _draw(rng, fine, (curve * scale - (x, y)) * FINE, pen, base)
    coarse = cv2.resize(fine, (w, h), interpolation=cv2.INTER_AREA)
    return Trace(x, y, np.asarray(coarse, np.uint8))


def _draw(rng: np.random.Generator, fine: Pixels, at: Curve, pen: Pen, width_mm: float) -> None:
    n = len(at)
    step = float(np.hypot(*np.diff(at, axis=0).T).mean()) / (PAPER_PPMM * FINE) if n > 1 else 0.3
    pressure = np.clip(1 + _along(rng, n, 0.5), 0.2, 1.8)
    taper = np.minimum(1, 0.45 + np.minimum(np.arange(n), np.arange(n)[::-1]) * step / rng.uniform(0.5, 4.0))
    widths = width_mm * PAPER_PPMM * FINE * (1 + pen.swell * (pressure - 1)) * taper
    thick = np.maximum(2, np.rint(widths)).astype(int)
    level = np.clip(255 * (0.78 + 0.22 * pressure), 110, 255).astype(int)
    gone = _skipped(rng, pen, n, max(step, 0.05))
    fixed = np.rint(at * 8).astype(np.int32)
    # runs of equal thickness in one call; a change of thickness is too small to show a corner
    edges = np.flatnonzero(np.diff(thick) | np.diff(gone.astype(int))) + 1
    for start, stop in zip([0, *edges], [*edges, n], strict=True):
        if gone[start]:
            continue
        run = fixed[start : min(stop + 1, n)].reshape(-1, 1, 2)
        cv2.polylines(fine, [run], False, int(level[start]), int(thick[start]), cv2.LINE_AA, 3)
    if pen.kind in ("ballpoint", "gel") and rng.random() < 0.3:
        blob = at[-1 if rng.random() < 0.6 else 0]
        cv2.circle(fine, (int(blob[0]), int(blob[1])), max(2, int(thick.mean() * 0.65)), 255, -1, cv2.LINE_AA)


def _windows(trace_: Trace, shape: tuple[int, ...]) -> tuple[slice, slice, Pixels] | None:
    """The part of a trace that lies on the sheet."""
    h, w = trace_.coverage.shape
    top, left = max(0, -trace_.y), max(0, -trace_.x)
    bottom, right = min(h, shape[0] - trace_.y), min(w, shape[1] - trace_.x)
    if top >= bottom or left >= right:
        return None
    rows = slice(trace_.y + top, trace_.y + bottom)
    columns = slice(trace_.x + left, trace_.x + right)
    return rows, columns, trace_.coverage[top:bottom, left:right]


def apply(rng: np.random.Generator, page: Pixels, trace_: Trace, pen: Pen) -> None:
    """Put a trace on the page (BGR or grey, changed in place): ink darkens what lies under it."""
    found = _windows(trace_, page.shape)
    if found is None:
        return
    rows, columns, coverage = found
    h, w = coverage.shape
    cover = coverage.astype(np.float32) * (pen.opacity / 255)
    if pen.grain > 0:
        grain = _grain()
        gy, gx = int(rng.integers(0, 512)), int(rng.integers(0, 512))
        tooth = np.take(np.take(grain, np.arange(gy, gy + h) % 1024, 0), np.arange(gx, gx + w) % 2048, 1)
        cover *= 1 - pen.grain * tooth
    if pen.smears:
        length = int(rng.uniform(8, 30))
        ghost = np.asarray(cv2.blur(cover, (length, 3)), np.float32)
        cover = np.maximum(cover, np.roll(ghost, length // 2, axis=1) * 0.25)
    window = page[rows, columns]
    if page.ndim == 2:
        grey = 0.114 * pen.colour[0] + 0.587 * pen.colour[1] + 0.299 * pen.colour[2]
        window[:] = (window * (1 - cover * np.float32(1 - grey / 255))).astype(np.uint8)
        return
    for k in range(3):
        keep = 1 - cover * np.float32(1 - pen.colour[k] / 255)
        window[..., k] = (window[..., k] * keep).astype(np.uint8)


@dataclass(slots=True, eq=False)
class InkMask:
    """Where on the sheet the voter's ink is, at :data:`PAPER_DPI`; the truth is measured on it."""

    inked: NDArray[np.bool_]

    @classmethod
    def empty(cls, shape: tuple[int, int]) -> InkMask:
        return cls(np.zeros(shape, bool))

    def add(self, trace_: Trace) -> None:
        found = _windows(trace_, self.inked.shape)
        if found is not None:
            rows, columns, coverage = found
            self.inked[rows, columns] |= coverage >= INK_THRESHOLD

    def merge(self, other: InkMask) -> None:
        self.inked |= other.inked
