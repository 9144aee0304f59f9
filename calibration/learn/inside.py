"""Letters printed in targets, as in the circles of answer sheets: alike ones are averaged and read once."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.learn.strokes import Print
from calibration.learn.targets import Target
from calibration.learn.words import sign_of
from pipeline.geometry import Box
from pipeline.scan.features import Grey

MIDDLE = 0.62
"""Share of a target's width and height in which its letter stands."""
SIDE = 40
"""Pixels of a letter's picture as it is compared."""
ALIKE = 0.88
"""Correlation of two prints of one letter; E and F of a sans serif have 0.8 at 200 dpi."""
FAINT = 45
INK_MM2 = 0.12
FEWEST, MOST_SIGNS = 6, 40
MOST_LETTERED = 0.8

Floats = NDArray[np.float32]


def letters_in(page: Print, targets: Sequence[Target]) -> dict[Target, tuple[str, float]]:
    """Per target the sign in it and how sure it is read, 0 to 100; nothing where most targets of a size have none."""
    picture, density = page.finest
    found: dict[Target, tuple[str, float]] = {}
    sizes = {(round(t.box.w, 1), round(t.box.h, 1)) for t in targets}
    for size in sizes:
        own = [t for t in targets if (round(t.box.w, 1), round(t.box.h, 1)) == size]
        printed = [t for t in own if _ink_mm2(page, t.box) >= INK_MM2]
        if len(own) >= FEWEST and len(printed) >= MOST_LETTERED * len(own):
            found |= _read(picture, density, own)
    return found


def _read(page: Grey, density: float, targets: Sequence[Target]) -> dict[Target, tuple[str, float]]:
    groups: list[tuple[Floats, list[tuple[Target, Floats]]]] = []
    for target in targets:
        picture = _picture(page, density, target.box)
        fitting = [(_alike(first, picture), i) for i, (first, _) in enumerate(groups)]
        best = max(fitting, default=(0.0, -1))
        if best[0] >= ALIKE:
            groups[best[1]][1].append((target, picture))
        elif len(groups) < MOST_SIGNS:
            groups.append((picture, [(target, picture)]))
    found = {}
    for first, members in groups:
        mean = np.mean([_onto(first, picture) for _, picture in members], axis=0)
        text, sure = sign_of(_on_white(mean))
        # alone of its kind it is dirt or a mark
        for target, _ in members:
            found[target] = (text, sure if len(members) > 1 else 0.0)
    return found


def _inner(box: Box) -> Box:
    x, y = box.centre
    return Box(x - box.w * MIDDLE / 2, y - box.h * MIDDLE / 2, box.w * MIDDLE, box.h * MIDDLE)


def _pixels(d: float, box: Box) -> tuple[int, int, int, int]:
    y0, y1, x0, x1 = (max(0, round(v * d)) for v in (box.y, box.bottom, box.x, box.right))
    return y0, y1, x0, x1


def _ink_mm2(page: Print, box: Box) -> float:
    y0, y1, x0, x1 = _pixels(page.blank.density, _inner(box))
    return float(cv2.countNonZero(page.ink(FAINT)[y0:y1, x0:x1]) / page.blank.density**2)


def _picture(page: Grey, density: float, box: Box) -> Floats:
    y0, y1, x0, x1 = _pixels(density, _inner(box))
    dark = 255 - page[y0:y1, x0:x1].astype(np.float32)
    dark -= min(float(np.percentile(dark, 20)), float(dark.max()) - 1)
    k = SIDE / max(1, dark.shape[0])
    return np.asarray(cv2.resize(dark, (max(8, round(dark.shape[1] * k)), SIDE), interpolation=cv2.INTER_CUBIC))


def _alike(a: Floats, b: Floats) -> float:
    score, _ = _best(a, b)
    return score


def _best(a: Floats, b: Floats) -> tuple[float, tuple[int, int]]:
    """How well ``b``'s middle fits somewhere near the middle of ``a``, and its place there."""
    rim = SIDE // 10
    if a.shape != b.shape or min(a.shape) <= 3 * rim:
        return 0.0, (rim, rim)
    fit = cv2.matchTemplate(a, b[rim:-rim, rim:-rim], cv2.TM_CCOEFF_NORMED)
    _, score, _, at = cv2.minMaxLoc(fit)
    return float(score), (int(at[0]), int(at[1]))


def _onto(first: Floats, other: Floats) -> Floats:
    rim = SIDE // 10
    _, (x, y) = _best(first, other)
    matrix = np.array([[1, 0, x - rim], [0, 1, y - rim]], np.float32)
    return np.asarray(cv2.warpAffine(other, matrix, (other.shape[1], other.shape[0])), np.float32)


def _on_white(dark: Floats) -> Grey:
    """Black on white, upright letters about 60 pixels high, with room round them."""
    large = cv2.resize(dark, None, fx=2.2, fy=2.2, interpolation=cv2.INTER_CUBIC)
    stretched = np.clip(255 - large * (235 / max(1.0, float(large.max()))), 0, 255)
    return np.asarray(np.pad(stretched, 40, constant_values=255).round(), np.uint8)
