"""Which of two forms that look alike a page is: the places where they differ are compared, and only these."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import MM_PER_INCH
from pipeline.scan.by_content import confirmed
from pipeline.scan.features import FINE, ContentFeatures, Floats, Grey, Matrix
from pipeline.scan.matching import sampled
from pipeline.scan.page import PageMap, PageSource, Points, RawPage
from pipeline.scan.poses import rough, rungs
from pipeline.scan.prepare import PreparedSide, warped
from pipeline.scan.view import PageView, applied, inverted

SHARED_ANCHORS = 0.2
"""Forms that share fewer of the anchors cannot be taken for one another, since a page must show 0.4."""
WINDOW = (64, 20)
"""16 x 5 mm at FINE: a word of a printed line."""
MOST_WINDOWS = 14
DIFFERENCE = 40.0
"""Grey levels at a place, after SOFTEN, from which two prints differ; two scans of one print stay below 30."""
DIFFERING_PIXELS = 24
Mask = NDArray[np.bool_]
SOFTEN = 0.8
"""Gaussian, pixels at FINE (0.2 mm): leaves a letter its shape and forgives the error of registration."""
MARGIN = 0.2
"""Share of evidence by which one must win: clean pages give 0.7, a differing name under three thick strokes 0.3."""


@dataclass(frozen=True, slots=True, eq=False)
class Rivalry:
    """Places (mm on the first form) where two forms differ, and what only one of them prints there."""

    centres: Points
    only_own: Mask
    only_other: Mask


@lru_cache(maxsize=512)
def rivalry(own: PreparedSide, other: PreparedSide) -> Rivalry | None:
    """How to tell two sides apart; None where no page can be taken for both. No centres: nothing tells."""
    if own.features is None or other.features is None or other.reference is None:
        return None
    picture = _laid_onto(own.features, other)
    return None if picture is None else _differing(own.features.fine_picture, picture)


def _laid_onto(own: ContentFeatures, other: PreparedSide) -> Grey | None:
    reference = other.reference
    assert reference is not None
    source = PageSource(other.form, "", 1)
    view = PageView(RawPage(source, reference, other.pixels_per_mm * MM_PER_INCH))
    for pose in next(rungs(view, rough(view), [own]), []):
        seen = confirmed(view, own, pose.matrix)
        if seen is not None and seen.found.mean() >= SHARED_ANCHORS:
            return warped(reference, seen.fit.map, own.size, FINE)
    return None


def _differing(own: Grey, other: Grey) -> Rivalry:
    a, b = (cv2.GaussianBlur(p.astype(np.float32), (0, 0), SOFTEN) for p in (own, other))
    differs = (np.abs(np.asarray(a) - np.asarray(b)) > DIFFERENCE).astype(np.float32)
    width, height = WINDOW
    mass = np.asarray(cv2.boxFilter(differs, -1, WINDOW, normalize=False, borderType=cv2.BORDER_CONSTANT))
    mass[: height // 2] = mass[-(height // 2) :] = 0
    mass[:, : width // 2] = mass[:, -(width // 2) :] = 0
    places: list[tuple[int, int]] = []
    while len(places) < MOST_WINDOWS:
        y, x = (int(i) for i in np.unravel_index(int(np.argmax(mass)), mass.shape))
        if mass[y, x] < DIFFERING_PIXELS:
            break
        places.append((x, y))
        mass[max(0, y - height) : y + height, max(0, x - width) : x + width] = 0
    centres = np.array(places, np.float64).reshape(-1, 2) / FINE
    darker = np.asarray(b) - np.asarray(a)
    masks = [[_window(mask, x, y) for x, y in places] for mask in (darker > DIFFERENCE, -darker > DIFFERENCE)]
    return Rivalry(centres, np.array(masks[0], bool), np.array(masks[1], bool))


def _window(picture: Mask, x: int, y: int) -> Mask:
    width, height = WINDOW
    return picture[y - height // 2 : y + height // 2, x - width // 2 : x + width // 2]


def flattened(map_: PageMap, centres: Points) -> tuple[Matrix, Points]:
    """An affine map, and the centres moved so that it takes them where ``map_`` does."""
    a, b, c, d = map_.to_pixels(np.array([[20.0, 20], [120, 20], [20, 120], [120, 120]]))
    linear = np.column_stack([(b - a + d - c) / 200, (c - a + d - b) / 200])
    matrix = np.column_stack([linear, (a + b + c + d) / 4 - linear @ (70.0, 70.0)])
    return matrix, applied(inverted(matrix), map_.to_pixels(centres))


def preference(view: PageView, map_: PageMap, between: Rivalry) -> float:
    """From -1 (the other form) to 1 (the first form); 0: nothing tells.

    Ink is looked for where only one of the two prints: voters and stamps add ink to both places alike, and
    take none away.
    """
    if not len(between.centres):
        return 0.0
    matrix, centres = flattened(map_, between.centres)
    windows = sampled(view, matrix, centres, WINDOW[::-1], FINE)
    dark = darkness(windows)
    own, other = _mean(dark, between.only_own), _mean(dark, between.only_other)
    return (own - other) / max(own, other, 0.3)


def _mean(dark: Floats, mask: Mask) -> float:
    """Mean darkness under a mask; an addition of print alone is told by its absence: half as dark counts as none."""
    return float(dark[mask].mean()) if mask.any() else 0.35


def darkness(windows: Grey) -> Floats:
    """0 for paper, 1 for print, over all windows together."""
    ink, paper = np.percentile(windows[:, ::2, ::2], (3, 80))
    return np.asarray(np.clip((paper - windows.astype(np.float32)) / max(paper - ink, 25.0), 0, 1), np.float32)
