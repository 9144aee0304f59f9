"""Guesses of where a form lies on a page, from rough copies; each is only a guess until anchors confirm it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from pipeline.geometry import MM_PER_INCH, Size
from pipeline.scan.features import COARSE, ContentFeatures, Floats, Grey, Matrix, ink
from pipeline.scan.skew import INKED, skews
from pipeline.scan.view import PageView, chained, reduced_to_full

LONG_SIDE = 400
"""Pixels of the longer side of the copy that is searched: A5 at about 50 dpi, A4 at about 35."""
PAPERS = (
    Size(148, 210),
    Size(210, 297),
    Size(297, 420),
    Size(215.9, 279.4),
    Size(215.9, 355.6),
    Size(105, 148),
)
DPIS = (200, 300, 150, 100, 240, 250, 400, 600)
CLAIMS = (90.0, 1300.0)
"""Claimed resolutions believed; 72 and 96 are what programs write that do not know."""
SIZE_SLACK = 0.025


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """A guess, with how well ink fits (0 to 1, for ranking only)."""

    features: ContentFeatures
    matrix: Matrix
    """mm to pixels of the original."""
    likeness: float


@dataclass(frozen=True, slots=True, eq=False)
class Rough:
    """Ink of the page at low resolution, ``factor`` times reduced, and its skews (best guess first)."""

    ink: Grey
    factor: int
    skews: tuple[float, ...]
    inked: float
    """Share of pixels with ink."""


def rough(view: PageView) -> Rough:
    factor = max(1, round(max(view.height, view.width) / LONG_SIDE))
    if factor > 2 and factor % 2:
        factor += 1 if factor % 4 == 3 else -1
    small = view.reduced(factor)
    # the page's density is not known yet; INK_WINDOW_MM of a page of 250 mm
    dark = ink(small, max(small.shape) / 250)
    inside = dark[4:-4, 4:-4] if min(dark.shape) > 16 else dark
    return Rough(dark, factor, skews(dark), float((inside > INKED).mean()) if inside.size else 0.0)


def densities(view: PageView, size: Size) -> list[float]:
    """Pixels per mm that the page may have, likeliest first: as claimed, as its size in pixels tells."""
    found: list[float] = []
    if view.dpi is not None and CLAIMS[0] <= view.dpi <= CLAIMS[1] and round(view.dpi) != 96:
        found.append(view.dpi / MM_PER_INCH)
    long, short = max(view.width, view.height), min(view.width, view.height)
    for paper in (size, *PAPERS):
        across, down = long / max(paper.w, paper.h), short / min(paper.w, paper.h)
        fits_dpi = any(abs(across * MM_PER_INCH / dpi - 1) < SIZE_SLACK for dpi in DPIS)
        if abs(across / down - 1) < SIZE_SLACK and (paper is size or fits_dpi):
            found.append((across * down) ** 0.5)
    kept: list[float] = []
    for density in found:
        if all(abs(density / other - 1) > 0.012 for other in kept):
            kept.append(density)
    return kept


def scanned_densities(view: PageView, size: Size) -> list[float]:
    """A ladder of densities for a page whose size tells nothing: the form fills 45 to 105 % of the picture."""
    most = max(view.width, view.height) / max(size.w, size.h)
    return [most * 1.06 * 0.97**i for i in range(28)]


def poses(view: PageView, page: Rough, forms: list[ContentFeatures], density: float, quarter: bool) -> list[Pose]:
    """The best place of each form at ``density``, upright and upside down (``quarter``: lying on a side)."""
    found: list[Pose] = []
    for skew in page.skews:
        canvases: dict[float, tuple[Floats, float, Matrix]] = {}
        for features in forms:
            own = round(features.skew * 4) / 4
            if own not in canvases:
                canvas, to_full = _canvas(view, page, density, skew - own + (90 if quarter else 0))
                spectrum = cv2.dft(canvas)  # packed: half the work of a complex one
                canvases[own] = (np.asarray(spectrum), float(np.linalg.norm(canvas)), to_full)
            found += [_placed(features, flipped, *canvases[own]) for flipped in (False, True)]
    return sorted(found, key=lambda pose: -pose.likeness)


def _canvas(view: PageView, page: Rough, density: float, turn: float) -> tuple[Floats, Matrix]:
    """The page's ink upright at COARSE, zero mean, and the way from its pixels to those of the original."""
    width, height = view.width / density * COARSE, view.height / density * COARSE
    if 45 < turn % 180 < 135:
        width, height = height, width
    shape = (cv2.getOptimalDFTSize(int(height) + 8), cv2.getOptimalDFTSize(int(width) + 8))
    angle, step = np.radians(turn), density / page.factor / COARSE
    linear = step * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    centre = np.array([(page.ink.shape[1] - 1) / 2, (page.ink.shape[0] - 1) / 2])
    middle = np.array([(shape[1] - 1) / 2, (shape[0] - 1) / 2])
    matrix = np.column_stack([linear, centre - linear @ middle])
    source = cv2.GaussianBlur(page.ink, (0, 0), 0.4 * step) if step > 1.3 else page.ink
    canvas = cv2.warpAffine(source, matrix, (shape[1], shape[0]), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP).astype(
        np.float32
    )
    canvas -= canvas.mean()
    return canvas, chained(reduced_to_full(page.factor), matrix)


def _placed(features: ContentFeatures, flipped: bool, spectrum: Floats, energy: float, to_full: Matrix) -> Pose:
    shape = spectrum.shape[:2]
    conjugate, own_energy = _reference_spectrum(features, flipped, shape)
    product = cv2.mulSpectrums(spectrum, conjugate, 0, conjB=True)
    surface = cv2.dft(product, flags=cv2.DFT_INVERSE | cv2.DFT_REAL_OUTPUT | cv2.DFT_SCALE)
    _, best, _, (x, y) = cv2.minMaxLoc(surface)
    height, width = features.coarse.shape
    # the peak is known but for whole turns of the canvas: the centre of the form lies on the page
    x -= shape[1] if x + width / 2 > shape[1] else 0
    y -= shape[0] if y + height / 2 > shape[0] else 0
    sign, corner = (-1, (x + width - 1, y + height - 1)) if flipped else (1, (x, y))
    to_canvas = np.array(
        [[sign * COARSE, 0, corner[0] - sign * 0.5], [0, sign * COARSE, corner[1] - sign * 0.5]], np.float64
    )
    return Pose(features, chained(to_full, to_canvas), best / max(energy * own_energy, 1e-6))


@lru_cache(maxsize=48)
def _reference_spectrum(features: ContentFeatures, flipped: bool, shape: tuple[int, int]) -> tuple[Floats, float]:
    canvas = np.zeros(shape, np.float32)
    picture = features.coarse[::-1, ::-1] if flipped else features.coarse
    height, width = min(shape[0], picture.shape[0]), min(shape[1], picture.shape[1])
    canvas[:height, :width] = picture[:height, :width]
    canvas -= canvas.mean()
    return np.asarray(cv2.dft(canvas)), float(np.linalg.norm(canvas))


def first_quarter(view: PageView, size: Size) -> tuple[bool, bool]:
    """Whether to try the form on its side first: by the shape of the picture."""
    on_side = (view.width > view.height) != (size.w > size.h)
    return (on_side, not on_side)


def rungs(view: PageView, page: Rough, forms: list[ContentFeatures]) -> Iterator[list[Pose]]:
    """Batches of guesses, cheapest and likeliest first; stop when one is confirmed."""
    if not forms:
        return
    size = forms[0].size
    likely = densities(view, size)
    for density in likely:
        yield poses(view, page, forms, density, first_quarter(view, size)[0])[:3]
    for density in likely:
        yield poses(view, page, forms, density, first_quarter(view, size)[1])[:3]
    ladder: list[Pose] = []
    for density in scanned_densities(view, size):
        for quarter in first_quarter(view, size):
            ladder += poses(view, page, forms, density, quarter)[:2]
    yield sorted(ladder, key=lambda pose: -pose.likeness)[:8]
