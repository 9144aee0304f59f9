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
Tint = NDArray[np.float64]
SKINS = ((138, 163, 205), (155, 178, 218), (112, 140, 186), (92, 116, 158))
"""Of hands, BGR."""
FINGER_SCALE = 4
"""Hands are drawn this many times coarser than the photograph: they are out of focus."""
TIP = 24
"""Points of a finger's outline round its tip, between three on either side where it becomes a hand."""


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


def fingers(rng: np.random.Generator, size: Size) -> tuple[Points, ...]:
    """Outlines (n, 2) in mm of a thumb, or of two fingers, that hold the sheet by an edge and lie 5 to 15 mm on it."""
    side = int(rng.integers(4))
    length = size.w if side % 2 == 0 else size.h
    along, lean = float(rng.uniform(0.2, 0.8)) * length, float(rng.normal(0, 0.35))
    places = [along] if rng.random() < 0.7 else [along - 10.5, along + 10.5]
    return tuple(_finger(rng, size, side, at, lean) for at in places)


def _finger(rng: np.random.Generator, size: Size, side: int, along: float, lean: float) -> Points:
    reach, radius = float(rng.uniform(5, 15)), float(rng.uniform(7.5, 9.5))
    tip = np.linspace(-np.pi / 2, np.pi / 2, TIP)
    # upright, pointing up, its tip at (0, 0)
    outline = np.concatenate([
        [(-42.0, 190.0), (-36.0, 88.0), (-radius * 1.15, 62.0)],
        np.stack([radius * np.sin(tip), radius * 1.15 * (1 - np.cos(tip))], axis=1),
        [(radius * 1.15, 62.0), (36.0, 88.0), (42.0, 190.0)],
    ])  # fmt: skip
    turn = [np.pi, -np.pi / 2, 0.0, np.pi / 2][side] + lean
    place = [(along, reach), (size.w - reach, along), (along, size.h - reach), (reach, along)][side]
    c, s = np.cos(turn), np.sin(turn)
    return np.asarray(outline @ np.array([[c, s], [-s, c]]) + np.array(place), np.float64)


def draw_skin(rng: np.random.Generator) -> Tint:
    """The colour of a hand, BGR."""
    return np.asarray(np.array(SKINS[int(rng.integers(len(SKINS)))]) * rng.normal(1, 0.05), np.float64)


def show_finger(rng: np.random.Generator, picture: Pixels, outline: Points, pixels_per_mm: float, skin: Tint) -> None:
    """Draw a finger (outline in pixels) into ``picture`` (BGR), rounded by light, with its shadow on the paper."""
    h, w = picture.shape[0] // FINGER_SCALE, picture.shape[1] // FINGER_SCALE
    mm = pixels_per_mm / FINGER_SCALE
    mask = np.zeros((h, w), np.uint8)
    points = np.rint(outline / FINGER_SCALE * 16).astype(np.int32)
    cv2.fillPoly(mask, [points], 255, cv2.LINE_8, 4)
    deep = cv2.distanceTransform(mask, cv2.DIST_L2, 3) / (7.5 * mm)
    round_ = 0.66 + 0.38 * np.sqrt(np.clip(deep, 0, 1))
    round_ = round_ * cv2.resize(
        rng.normal(1, 0.012, (h // 12 + 1, w // 12 + 1)), (w, h), interpolation=cv2.INTER_CUBIC
    )
    shown = skin * round_[..., None]
    nail = cv2.GaussianBlur(_nail(outline / FINGER_SCALE, (h, w)), (0, 0), 0.35 * mm)[..., None]
    shown = np.clip(shown * (1 - 0.45 * nail) + np.array((185, 190, 225)) * 0.45 * nail, 0, 255)
    alpha = cv2.GaussianBlur(mask, (0, 0), max(0.6, 0.25 * mm)).astype(np.float32)[..., None] / 255
    dark = cv2.GaussianBlur(mask, (0, 0), 2.5 * mm).astype(np.float32)[..., None] / 255
    size = (picture.shape[1], picture.shape[0])
    shaded = (255 * (1 - 0.5 * dark * (1 - alpha))).astype(np.uint8)
    level = cv2.resize(shaded, size, interpolation=cv2.INTER_LINEAR)
    big_skin = cv2.resize(shown.astype(np.uint8), size, interpolation=cv2.INTER_LINEAR)
    big_alpha = cv2.resize(alpha, size, interpolation=cv2.INTER_LINEAR)
    under = cv2.multiply(picture, cv2.merge([level] * 3), scale=1 / 255)
    picture[:] = cv2.blendLinear(big_skin, under, big_alpha, 1 - big_alpha)


def _nail(outline: Points, shape: tuple[int, int]) -> NDArray[np.float32]:
    """1 where the nail of a finger is, seen from above."""
    tip, root = outline[[TIP // 2 + 2, TIP // 2 + 3]].mean(axis=0), outline[[0, -1]].mean(axis=0)
    width = float(np.hypot(*(outline[TIP + 2] - outline[3])))
    way = (root - tip) / np.hypot(*(root - tip))
    centre = tip + way * 0.42 * width
    found = np.zeros(shape, np.float32)
    axes, turn = (0.36 * width, 0.3 * width), float(np.rad2deg(np.arctan2(way[1], way[0])))
    cv2.ellipse(found, ((float(centre[0]), float(centre[1])), (2 * axes[0], 2 * axes[1]), turn), 1.0, -1, cv2.LINE_AA)
    return found
