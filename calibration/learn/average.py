"""Several scans of one blank laid onto the first, what they have in common, and how far each differs from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from calibration.learn.blank import Blank
from pipeline.errors import Problem, Refusal
from pipeline.geometry import MM_PER_INCH
from pipeline.messages import message
from pipeline.scan.by_content import Anchored, find_side
from pipeline.scan.features import ContentFeatures, Grey, content_features
from pipeline.scan.page import PageSource, RawPage
from pipeline.scan.prepare import covering, warped
from pipeline.scan.view import PageView

EXTRA = 60
"""Darkness (of 255) beyond the common one within ``NEAR_MM`` that is ink of one scan alone."""
ALONE = 28
"""The same, above which it is left out of the mean; grain reaches 20, a pencil's edge 40."""
NEAR_MM = 0.5
SPECK_MM2 = 0.05
ALIKE_MM2 = 5.0
"""Ink that one of two pages has alone up to which they show the same print: a word of it is more."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A scan against the mean: misfit of its print (90th percentile, mm) and ink that the mean lacks."""

    place: str
    misfit_mm: float
    extra_mm2: float


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One side of the blank: what all scans show, and the scans themselves as they were."""

    name: str
    blank: Blank
    raws: tuple[RawPage, ...]
    differences: tuple[Difference, ...]


def averaged(name: str, blanks: Sequence[Blank]) -> Face:
    """The mean of the scans in the millimetres of the first; refused where one shows another paper."""
    first = blanks[0]
    raws = tuple(b.raw for b in blanks)
    if len(blanks) == 1:
        return Face(name, first, raws, ())
    base, density = covering(first.picture, first.density, first.size)
    features = content_features(base, density, first.size)
    laid, misfits, problems = [base], [0.0], []
    for blank in blanks[1:]:
        seen = _found(blank, features)
        if seen is None:
            text = message(
                "the print does not fit that of {first}; give scans of one blank form only", first=first.place
            )
            problems.append(Problem("blank-differs", blank.place, text))
            continue
        laid.append(warped(blank.picture, seen.fit.map, first.size, density))
        misfits.append(float(np.percentile(seen.fit.misfit_mm[seen.fit.kept], 90)))
    if problems:
        raise Refusal(problems)
    middle = _middle(laid, density)
    differences = tuple(
        Difference(b.place, round(m, 3), _extra_mm2(p, middle, density))
        for b, m, p in zip(blanks, misfits, laid, strict=True)
    )
    return Face(name, replace(first, picture=middle, density=density, fine=None), raws, differences)


def _found(blank: Blank, features: ContentFeatures) -> Anchored | None:
    """Where the print of another scan lies on this one."""
    raw = RawPage(PageSource(blank.place, "", 1), blank.picture, blank.density * MM_PER_INCH)
    return find_side(PageView(raw), features)


def same_print(one: Blank, other: Blank) -> bool:
    """Whether two pages show the same print: two scans of one face, not the two faces of a sheet."""
    base, density = covering(one.picture, one.density, one.size)
    seen = _found(other, content_features(base, density, one.size))
    if seen is None:
        return False
    laid = warped(other.picture, seen.fit.map, one.size, density)
    return _extra_mm2(base, laid, density) + _extra_mm2(laid, base, density) < ALIKE_MM2


def _middle(laid: Sequence[Grey], density: float) -> Grey:
    """The mean without what one scan alone has, tones made alike first.

    A median would thin lines that do not lie on each other to a tenth of a millimetre, and then be read as ink.
    """
    level = float(np.median([np.percentile(p[::8, ::8], 80) for p in laid]))
    shares = [level / max(1.0, float(np.percentile(p[::8, ::8], 80))) for p in laid]
    alike = np.stack([np.clip(p * share, 0, 255).astype(np.uint8) for p, share in zip(laid, shares, strict=True)])
    # of two the lighter: what one alone has is dirt
    common = alike.max(axis=0) if len(alike) == 2 else np.asarray(np.median(alike, axis=0), np.uint8)
    print_near = cv2.erode(common, _near(density))
    kept = [np.where(cv2.subtract(print_near, p) > ALONE, common, p) for p in alike]
    return np.asarray(np.mean(kept, axis=0).round(), np.uint8)


def _near(density: float) -> Grey:
    k = round(2 * NEAR_MM * density) | 1
    return np.ones((k, k), np.uint8)


def _extra_mm2(picture: Grey, middle: Grey, density: float) -> float:
    print_near = cv2.erode(middle, _near(density))
    extra = np.asarray((cv2.subtract(print_near, picture) > EXTRA).astype(np.uint8), np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(extra, connectivity=8)
    areas = stats[1:, cv2.CC_STAT_AREA] / density**2
    return round(float(areas[areas >= SPECK_MM2].sum()), 2)
