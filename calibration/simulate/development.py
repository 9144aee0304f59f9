"""What a telephone's lens, sensor and program make of a sharp scene: blur, grain, white balance, sharpening."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.simulate.grain import with_grain
from calibration.simulate.ink import Pixels
from calibration.simulate.tabletop import Background

FULL = 4000
"""Pixels along the longer side of the picture for which blur is given."""


@dataclass(frozen=True, slots=True)
class Development:
    """Blur and grain are of a picture of 12 megapixels, in its pixels and grey levels."""

    focus: float
    """Standard deviation of the blur."""
    slant: float
    """How much more blurred one side of the picture is."""
    motion: float
    """Length of a shake; 0: none."""
    motion_deg: float
    sharpening: float
    noise: float
    gains: tuple[float, float, float]
    """Exposure times white balance, BGR."""
    contrast: float
    """0: as the sensor has it; 1: a full S."""
    black: float
    """Share of white that black has: haze of the lens and light of the room."""
    quality: int


def draw_development(rng: np.random.Generator, background: Background) -> Development:
    """Telephones expose for the whole picture: a sheet on a dark desk comes out bright, on a white one grey."""
    exposure = {"dark desk": rng.uniform(0.92, 1.12), "white desk": rng.uniform(0.68, 0.92)}.get(
        background, rng.uniform(0.75, 1.02)
    )
    warmth, green = rng.normal(0.05, 0.08), rng.normal(0, 0.02)
    return Development(
        focus=float(min(4.5, 0.7 + rng.gamma(1.3, 0.75))),
        slant=float(rng.uniform(0.5, 2.0) if rng.random() < 0.25 else 0),
        motion=float(rng.uniform(3, 14) if rng.random() < 0.22 else 0),
        motion_deg=float(rng.uniform(0, 180)),
        sharpening=float(rng.uniform(0.2, 1.1)),
        noise=float(min(9.0, 1.0 + rng.gamma(1.5, 1.5))),
        gains=(float(exposure * (1 - warmth)), float(exposure * (1 + green)), float(exposure * (1 + 0.6 * warmth))),
        contrast=float(rng.uniform(0, 0.6)),
        black=float(rng.uniform(0.01, 0.16)),
        quality=int(rng.integers(70, 96)),
    )


def developed(rng: np.random.Generator, scene: Pixels, of: Development) -> Pixels:
    """The finished picture of a sharp BGR scene."""
    scale = max(scene.shape[:2]) / FULL
    picture = _blurred(rng, scene, of, scale)
    picture = np.asarray(cv2.LUT(picture, _tones(of)), np.uint8)
    picture = _grainy(rng, picture, of.noise)
    if of.sharpening:
        soft = cv2.GaussianBlur(picture, (0, 0), max(0.8, 1.5 * scale))
        picture = np.asarray(cv2.addWeighted(picture, 1 + of.sharpening, soft, -of.sharpening, 0), np.uint8)
    return picture


def whitened(picture: Pixels) -> Pixels:
    """What scan programs call a document: the paper made white, whatever its light was."""
    small = cv2.resize(picture, None, fx=0.1, fy=0.1, interpolation=cv2.INTER_AREA)
    paper = cv2.GaussianBlur(cv2.dilate(small, np.ones((9, 9), np.uint8)), (0, 0), 6)
    big = cv2.resize(paper, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(picture, np.maximum(big, 30), scale=248), np.uint8)


def _blurred(rng: np.random.Generator, scene: Pixels, of: Development, scale: float) -> Pixels:
    sigma = max(0.4, of.focus * scale)
    picture = np.asarray(cv2.GaussianBlur(scene, (0, 0), sigma), np.uint8)
    if of.slant:
        softer = cv2.GaussianBlur(picture, (0, 0), max(0.4, of.slant * scale))
        turn, (h, w) = rng.uniform(0, 2 * np.pi), scene.shape[:2]
        ramp = np.add.outer(np.sin(turn) * np.linspace(-1, 1, h), np.cos(turn) * np.linspace(-1, 1, w))
        weight = np.clip(0.5 + 0.6 * ramp, 0, 1).astype(np.float32)
        picture = np.asarray(cv2.blendLinear(softer, picture, weight, 1 - weight), np.uint8)
    if of.motion * scale > 1.5:
        picture = np.asarray(cv2.filter2D(picture, -1, _shake(of.motion * scale, of.motion_deg)), np.uint8)
    return picture


def _shake(length: float, degrees: float) -> NDArray[np.float32]:
    """The kernel of a straight shake; its middle is exact, so that nothing moves."""
    middle = int(length / 2) + 2
    kernel = np.zeros((2 * middle + 1, 2 * middle + 1), np.float32)
    for along in np.linspace(-length / 2, length / 2, 4 * int(length) + 9):
        x, y = along * np.cos(np.deg2rad(degrees)), along * np.sin(np.deg2rad(degrees))
        column, row = int(np.floor(x)), int(np.floor(y))
        across, down = x - column, y - row
        at = kernel[middle + row : middle + row + 2, middle + column : middle + column + 2]
        at += np.outer((1 - down, down), (1 - across, across)).astype(np.float32)
    return np.asarray(kernel / kernel.sum(), np.float32)


def _tones(of: Development) -> Pixels:
    levels = np.arange(256)[:, None] / 255.0 * np.array(of.gains)[None, :]
    levels = of.black + (1 - of.black) * levels
    curve = levels + of.contrast * 0.12 * np.sin(2 * np.pi * (np.clip(levels, 0, 1) - 0.5))
    return np.asarray((255 * np.clip(curve, 0, 1)).round(), np.uint8).reshape(256, 1, 3)


@lru_cache(maxsize=1)
def _grain() -> NDArray[np.float32]:
    """What a telephone's own smoothing leaves of noise: fine in brightness, in blots in colour; deviation about 1."""
    rng = np.random.default_rng(11)
    bright = cv2.GaussianBlur(rng.normal(0, 1, (1100, 1300)).astype(np.float32), (0, 0), 0.8)
    blots = cv2.GaussianBlur(rng.normal(0, 1, (1100, 1300, 3)).astype(np.float32), (0, 0), 3)
    both = bright[..., None] / bright.std() * 0.9 + blots / blots.std() * 0.45
    return np.asarray(both, np.float32)


@lru_cache(maxsize=4)
def _grain_tile(level: int) -> tuple[Pixels, Pixels]:
    """The grain at ``level`` quarters of a grey level, as what to add and what to take away."""
    grain = _grain() * (level / 4)
    plus = np.rint(np.clip(grain, 0, 255)).astype(np.uint8)
    return plus, np.rint(np.clip(-grain, 0, 255)).astype(np.uint8)


def _grainy(rng: np.random.Generator, picture: Pixels, sigma: float) -> Pixels:
    at = int(rng.integers(0, 500)), int(rng.integers(0, 500))
    return with_grain(picture, _grain_tile(round(sigma * 4)), at)
