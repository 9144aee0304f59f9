"""The light of a room at night on a table: falling off, pools of a lamp, shadows with an edge, hands in the picture."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.simulate.camera_geometry import Points
from calibration.simulate.ink import Pixels
from pipeline.geometry import Size

LightKind = Literal["even", "gradient", "pool", "shadow"]
LIGHTS: tuple[LightKind, ...] = ("even", "gradient", "pool", "shadow")
SHARES = (0.25, 0.3, 0.2, 0.25)
Shade = NDArray[np.float64]
SKINS = ((98, 132, 190), (120, 158, 214), (78, 108, 165), (62, 86, 136))
"""Of hands, BGR."""
FINGER_SCALE = 4
"""Hands are drawn this many times coarser than the photograph: they are out of focus."""


def light(rng: np.random.Generator, kind: LightKind, ratio: float, size: Size, table_mm: Points) -> Shade:
    """Level of light (n,), at most 1, at places (n, 2) of the table.

    ``ratio``: of the grey levels that white paper has in the brightest and the darkest place of the sheet, about.
    """
    reach = float(np.hypot(size.w, size.h)) / 2
    turn = rng.uniform(0, 2 * np.pi)
    toward = table_mm @ np.array([np.cos(turn), np.sin(turn)])
    low = 1 / ratio
    match kind:
        case "even" | "gradient":
            level = 1 - (1 - low) * np.clip(0.5 - toward / (2 * reach), 0, 1.3)
        case "pool":
            centre = rng.uniform(-0.5, 0.5, 2) * (size.w, size.h)
            away = ((table_mm - centre) ** 2).sum(axis=1)
            level = low + (1 - low) * np.exp(-away / (2 * (rng.uniform(0.5, 0.9) * reach) ** 2))
        case "shadow":
            level = shadow(rng, size, table_mm, 1 - low)
    return np.asarray(np.clip(level, 0.15, 1.0), np.float64)


def shadow(rng: np.random.Generator, size: Size, table_mm: Points, depth: float) -> Shade:
    """A shoulder, a head or an arm between the lamp and the table: dark on one side of a soft edge."""
    penumbra = float(np.exp(rng.uniform(np.log(1.0), np.log(18.0))))
    turn = rng.uniform(0, 2 * np.pi)
    axes = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    along, beside = ((table_mm - rng.uniform(-0.3, 0.3, 2) * (size.w, size.h)) @ axes.T).T
    if rng.random() < 0.5:  # a head or a shoulder
        radius = rng.uniform(50, 140)
        inside = radius - np.hypot(along - radius * 0.9, beside / rng.uniform(1.0, 1.8))
    else:  # an arm or a sleeve
        inside = rng.uniform(25, 60) - np.abs(along + 0.15 * beside)
    return np.asarray(1 - depth / (1 + np.exp(-np.clip(inside / penumbra * 3, -60, 60))), np.float64)


def telephone_shadow(rng: np.random.Generator, size: Size, table_mm: Points) -> Shade:
    """The telephone itself (some 75 × 160 mm, larger as the lamp is near) shades one edge of the sheet."""
    grown = rng.uniform(1.0, 1.5)
    half = np.array([75.0, 160.0]) * grown / 2
    side = int(rng.integers(4))
    middle = np.array([(0, -size.h), (size.w, 0), (0, size.h), (-size.w, 0)][side]) / 2
    out = middle / np.hypot(*middle)
    turn = np.arctan2(out[1], out[0]) + rng.normal(0, 0.2) + (np.pi / 2 if rng.random() < 0.3 else 0)
    centre = middle + out * rng.uniform(-10, 40) + rng.normal(0, 20, 2)
    axes = np.array([[-np.sin(turn), np.cos(turn)], [np.cos(turn), np.sin(turn)]])
    inside = (half - np.abs((table_mm - centre) @ axes.T)).min(axis=1)
    return np.asarray(1 - rng.uniform(0.15, 0.45) / (1 + np.exp(-inside / rng.uniform(1.0, 5.0))), np.float64)


def finger(rng: np.random.Generator, size: Size) -> Points:
    """The outline (n, 2) in mm of a finger or thumb that holds the sheet by an edge, and lies 5 to 15 mm on it."""
    side = int(rng.integers(4))
    length = size.w if side % 2 == 0 else size.h
    along = rng.uniform(0.15, 0.85) * length
    reach, radius = float(rng.uniform(5, 15)), float(rng.uniform(6.5, 9.5))
    lean = rng.normal(0, 0.35)
    tip = np.linspace(-np.pi / 2, np.pi / 2, 24)
    # upright, pointing up, its tip at (0, 0)
    outline = np.concatenate([
        [(-radius * 1.15, 75.0)],
        np.stack([radius * np.sin(tip), radius * 1.15 * (1 - np.cos(tip))], axis=1),
        [(radius * 1.15, 75.0)],
    ])  # fmt: skip
    turn = [np.pi, -np.pi / 2, 0.0, np.pi / 2][side] + lean
    place = [(along, reach), (size.w - reach, along), (along, size.h - reach), (reach, along)][side]
    c, s = np.cos(turn), np.sin(turn)
    return np.asarray(outline @ np.array([[c, s], [-s, c]]) + np.array(place), np.float64)


def show_finger(rng: np.random.Generator, picture: Pixels, outline: Points, pixels_per_mm: float) -> None:
    """Draw a finger (outline in pixels) into ``picture`` (BGR), rounded by light, with its shadow on the paper."""
    h, w = picture.shape[0] // FINGER_SCALE, picture.shape[1] // FINGER_SCALE
    mm = pixels_per_mm / FINGER_SCALE
    mask = np.zeros((h, w), np.uint8)
    points = np.rint(outline / FINGER_SCALE * 16).astype(np.int32)
    cv2.fillPoly(mask, [points], 255, cv2.LINE_8, 4)
    deep = cv2.distanceTransform(mask, cv2.DIST_L2, 3) / (7.5 * mm)
    round_ = np.clip(0.55 + 0.5 * np.sqrt(np.clip(deep, 0, 1)), 0, 1.05)[..., None]
    skin = np.clip(np.array(SKINS[int(rng.integers(len(SKINS)))]) * rng.normal(1, 0.05) * round_, 0, 255)
    alpha = cv2.GaussianBlur(mask, (0, 0), max(0.6, 0.25 * mm)).astype(np.float32)[..., None] / 255
    dark = cv2.GaussianBlur(mask, (0, 0), 2.5 * mm).astype(np.float32)[..., None] / 255
    size = (picture.shape[1], picture.shape[0])
    shaded = (255 * (1 - 0.5 * dark * (1 - alpha))).astype(np.uint8)
    level = cv2.resize(shaded, size, interpolation=cv2.INTER_LINEAR)
    big_skin = cv2.resize(skin.astype(np.uint8), size, interpolation=cv2.INTER_LINEAR)
    big_alpha = cv2.resize(alpha, size, interpolation=cv2.INTER_LINEAR)
    under = cv2.multiply(picture, cv2.merge([level] * 3), scale=1 / 255)
    picture[:] = cv2.blendLinear(big_skin, under, big_alpha, 1 - big_alpha)
