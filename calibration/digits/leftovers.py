"""What is in a box beside the hand's ink: print under it, the back of the sheet, stamps, folds, staples, neighbours.

Every function returns grey levels (height, width) by which the paper is darker, or draws such.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Darker = NDArray[np.float32]
Maker = Callable[[np.random.Generator, int, int], Darker]
_LETTERS = "ABEHKMNPRTVWXYFL"
FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_TRIPLEX, cv2.FONT_HERSHEY_COMPLEX_SMALL)


def _softened(rng: np.random.Generator, seen: Picture, blur: tuple[float, float], depth: tuple[float, float]) -> Darker:
    soft = cv2.GaussianBlur(seen, (0, 0), float(rng.uniform(*blur))).astype(np.float32) / 255
    return np.asarray(soft * float(rng.uniform(*depth)), np.float32)


def mark_letter(rng: np.random.Generator, height: int, width: int) -> Darker:
    """A part of a pale letter that is far larger than the box, or of rings: a watermark."""
    seen = np.zeros((height, width), np.uint8)
    places = rng.uniform(-0.3, 1.3, (4, 2)) * [width, height]
    if rng.random() < 0.5:
        letter = _LETTERS[int(rng.integers(len(_LETTERS)))]
        at = (int(places[0][0] - width), int(places[0][1] + 0.7 * height))
        size, thick = float(rng.uniform(1.5, 5.0)), int(rng.integers(3, 16))
        cv2.putText(seen, letter, at, int(rng.choice(FONTS)), size, 255, thick, cv2.LINE_AA)
    else:
        at = (int(places[0][0]), int(places[0][1]))
        for radius in rng.uniform(0.3, 1.6, int(rng.integers(1, 4))) * width:
            cv2.circle(seen, at, int(radius), 255, int(rng.integers(1, 8)), cv2.LINE_AA)
    return _softened(rng, seen, (0.6, 2.5), (12, 55))


def emblem(rng: np.random.Generator, height: int, width: int) -> Darker:
    """Part of a picture printed pale: a few broad curves and patches."""
    seen = np.zeros((height, width), np.uint8)
    for _ in range(int(rng.integers(1, 4))):
        points = (rng.uniform(-0.3, 1.3, (4, 2)) * [width, height]).astype(np.int32)
        if rng.random() < 0.3:
            cv2.fillPoly(seen, [points], 255, cv2.LINE_AA)
        else:
            cv2.polylines(seen, [points], False, 255, int(rng.integers(2, 9)), cv2.LINE_AA)
    return _softened(rng, seen, (0.6, 2.5), (10, 50))


def raster(rng: np.random.Generator, height: int, width: int) -> Darker:
    """Dots of a screened tint."""
    seen = np.zeros((height, width), np.uint8)
    step, first = int(rng.integers(4, 9)), rng.integers(0, 4, 2)
    seen[first[0] :: step, first[1] :: step] = 255
    if rng.random() < 0.5:
        seen[first[0] + step // 2 :: step, first[1] + step // 2 :: step] = 255
    seen = np.asarray(cv2.dilate(seen, np.ones((2, 2), np.uint8)), np.uint8)
    return _softened(rng, seen, (0.5, 1.5), (15, 60))


def guilloche(rng: np.random.Generator, height: int, width: int) -> Darker:
    """Bundles of fine waving lines, as on security paper."""
    seen = np.zeros((height, width), np.uint8)
    along = np.linspace(-10, 110, 40)
    wave, phase, high = rng.uniform(20, 90), rng.uniform(0, 6.3), rng.uniform(3, 15)
    gap = rng.uniform(4, 12)
    turn = rng.uniform(0, np.pi)
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    for k in np.arange(-60, 60, gap):
        sway = high * np.sin(2 * np.pi * along / wave + phase + 0.02 * k)
        points = np.stack([along - 50, k + sway], 1) @ matrix + [width / 2, height / 2]
        cv2.polylines(seen, [np.round(points * 16).astype(np.int32)], False, 255, 1, cv2.LINE_AA, 4)
    return _softened(rng, seen, (0.5, 1.2), (15, 70))


def small_print(rng: np.random.Generator, height: int, width: int) -> Darker:
    """Lines of tiny pale print across the box."""
    seen = np.zeros((height, width), np.uint8)
    size, gap = float(rng.uniform(0.2, 0.45)), int(rng.integers(9, 22))
    text = "".join(_LETTERS[int(k)] for k in rng.integers(0, len(_LETTERS), 14))
    for y in range(int(rng.integers(0, gap)), height + gap, gap):
        at = (int(rng.integers(-30, 0)), y)
        cv2.putText(seen, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, 255, 1, cv2.LINE_AA)
    return _softened(rng, seen, (0.5, 1.2), (12, 60))


def through_the_sheet(rng: np.random.Generator, height: int, width: int) -> Darker:
    """Print of the other side, mirrored, pale and soft."""
    seen = np.zeros((height, width), np.uint8)
    text = "".join(_LETTERS[int(k)] for k in rng.integers(0, len(_LETTERS), 5))
    size = float(rng.uniform(0.4, 2.0))
    at = (int(rng.uniform(-0.5, 0.4) * width), int(rng.uniform(0.1, 1.1) * height))
    cv2.putText(seen, text, at, int(rng.choice(FONTS)), size, 255, int(rng.integers(1, 4)), cv2.LINE_AA)
    return _softened(rng, np.ascontiguousarray(seen[:, ::-1]), (1.0, 2.2), (8, 45))


def leader(rng: np.random.Generator, height: int, width: int) -> Darker:
    """A dotted or dashed line to write on, low in the box."""
    seen = np.zeros((height, width), np.uint8)
    y, step = int(rng.uniform(0.55, 0.95) * height), int(rng.integers(4, 9))
    long = int(rng.integers(1, 4))
    for x in range(int(rng.integers(0, step)), width, step):
        cv2.line(seen, (x, y), (min(x + long - 1, width - 1), y), 255, int(rng.integers(1, 3)))
    return _softened(rng, seen, (0.4, 0.8), (40, 160))


def stamp(rng: np.random.Generator, height: int, width: int) -> Darker:
    """A part of a round stamp: its double ring, letters between; patchy."""
    seen = np.zeros((height, width), np.uint8)
    radius = float(rng.uniform(90, 150))
    turn = rng.uniform(0, 2 * np.pi)
    off = radius + rng.uniform(-0.4, 0.4) * width
    at = (int(width / 2 + off * np.cos(turn)), int(height / 2 + off * np.sin(turn)))
    cv2.circle(seen, at, int(radius), 255, int(rng.integers(2, 5)), cv2.LINE_AA)
    if rng.random() < 0.6:
        cv2.circle(seen, at, int(radius - rng.uniform(6, 30)), 255, int(rng.integers(1, 3)), cv2.LINE_AA)
    patches = cv2.resize(rng.uniform(0.2, 1, (5, 5)).astype(np.float32), (width, height))
    return np.asarray(_softened(rng, seen, (0.6, 1.2), (30, 120)) * patches, np.float32)


def crease(rng: np.random.Generator, height: int, width: int) -> Darker:
    """A fold from rim to rim: a dark side and a light one."""
    dark, light = np.zeros((height, width), np.uint8), np.zeros((height, width), np.uint8)
    ends = rng.uniform(0, 1, 2)
    across = rng.random() < 0.5
    a, b = (
        ((0, ends[0] * height), (width, ends[1] * height))
        if across
        else ((ends[0] * width, 0), (ends[1] * width, height))
    )
    shift = (0, 2) if across else (2, 0)
    start, end = ((int(p[0]), int(p[1])) for p in (a, b))
    cv2.line(dark, start, end, 255, int(rng.integers(1, 3)), cv2.LINE_AA)
    cv2.line(
        light, (start[0] + shift[0], start[1] + shift[1]), (end[0] + shift[0], end[1] + shift[1]), 255, 2, cv2.LINE_AA
    )
    return np.asarray(
        _softened(rng, dark, (0.7, 1.8), (15, 60)) - _softened(rng, light, (0.7, 1.8), (0, 25)), np.float32
    )


def staple(rng: np.random.Generator, height: int, width: int) -> Darker:
    """A staple or its shadow and holes near a rim: a short dark bar with soft shade."""
    seen = np.zeros((height, width), np.uint8)
    at = rng.uniform(-0.1, 1.1, 2) * [width, height]
    turn, long = rng.uniform(0, np.pi), rng.uniform(8, 40)
    way = np.array([np.cos(turn), np.sin(turn)]) * long / 2
    ends = np.round(np.stack([at - way, at + way])).astype(np.int32)
    cv2.polylines(seen, [ends], False, 255, int(rng.integers(1, 5)), cv2.LINE_AA)
    hard = _softened(rng, seen, (0.5, 1.0), (40, 140))
    return np.asarray(hard + _softened(rng, seen, (3.0, 6.0), (20, 60)), np.float32)


PALE: tuple[Maker, ...] = (
    mark_letter, mark_letter, emblem, raster, guilloche, small_print, through_the_sheet, leader,
)  # fmt: skip
"""Printed under boxes, whole forms through."""
RARE: tuple[Maker, ...] = (stamp, crease, staple)
"""On some spots of some forms."""


def print_under(rng: np.random.Generator, height: int, width: int) -> Darker:
    """What is printed pale under a form's boxes."""
    return PALE[int(rng.integers(len(PALE)))](rng, height, width)


def mishap(rng: np.random.Generator, height: int, width: int) -> Darker:
    """A bit of stamp, fold or staple."""
    return RARE[int(rng.integers(len(RARE)))](rng, height, width)


def neighbour(rng: np.random.Generator, ink: NDArray[np.float32]) -> None:
    """Draw what sticks out of the box beside, above or below: the end of a stroke at a rim."""
    height, width = ink.shape
    side = int(rng.integers(4))
    along, deep = rng.uniform(0.1, 0.9, 2), rng.uniform(0.03, 0.2)
    ends = np.array(
        [[along[0], -0.05], [(along[0] + along[1]) / 2, deep], [along[1], -0.05 if rng.random() < 0.5 else deep]]
    )
    if side % 2:
        ends = ends[:, ::-1]
    if side > 1:
        ends = 1 - ends
    seen = np.zeros(ink.shape, np.uint8)
    points = np.round(ends * [width, height] * 16).astype(np.int32)
    cv2.polylines(seen, [points], False, 255, int(rng.integers(2, 5)), cv2.LINE_AA, 4)
    np.maximum(ink, seen.astype(np.float32) / 255 * float(rng.uniform(0.5, 1.0)), out=ink)
