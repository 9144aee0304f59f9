"""Registration by printed text and lines: a rough guess is refined on large patches, then on small ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.forms.template import FormSide
from pipeline.scan.candidate import Candidate
from pipeline.scan.features import ContentFeatures, Matrix
from pipeline.scan.local_map import Fit, LocalMap, affine_of, fitted, pixels_per_mm_of, rotation_of
from pipeline.scan.matching import Matches, matched
from pipeline.scan.page import Points
from pipeline.scan.poses import rough, rungs
from pipeline.scan.view import PageView, applied, chained

MID_SEARCH_MM, FINE_SEARCH_MM = 4.0, 1.25
"""1.5 % stretch moves the ends of an A5 page by 1.6 mm and half a degree by 0.9 mm; wobble then leaves 0.5 mm."""
MID_AGREE_MM = 0.9
MID_LIKE, FINE_LIKE = 0.35, 0.45
"""Correlation from which a patch counts as seen; random text reaches 0.3 at the better of many places."""
MIN_FOUND = 0.4
"""Share of anchors below which nothing is believed: names may all be scribbled over, the rest must be there."""
MISFIT_LIMIT_MM = 0.45
"""An anchor within this of the fit is found."""
IN_LINE_MM = 2.0
"""Anchors that all lie so near to one line (root mean square) do not tell how the sheet is turned and stretched."""
WELL_FOUND = 0.8
"""Share of anchors found from which the map is no guess between them."""
FLAT_MM, OUTLINES_MM, ALL_FOUND, ALL_MM = 0.06, 13.0, 0.95, 25.0
"""A sheet whose anchors, well found, miss by no more than the first is flat: there a target, which is found again by
its own outline, may lie so much farther from the next anchor than a name, and still farther where nearly all are
found. A cross hides the only anchor in a large box."""


@dataclass(frozen=True, slots=True, eq=False)
class Anchored:
    """A confirmed guess and its evidence per anchor, for decisions and for drawing."""

    fit: Fit
    found: NDArray[np.bool_]
    likeness: NDArray[np.float64]


def confirmed(view: PageView, features: ContentFeatures, pose: Matrix) -> Anchored | None:
    """Refine a guess; None as soon as the print does not bear it out."""
    better = _refined_on_large(view, features, pose)
    return None if better is None else anchored(view, features, better)


def _refined_on_large(view: PageView, features: ContentFeatures, pose: Matrix) -> Matrix | None:
    patches = features.mid
    if len(patches.centres) < 3:
        return pose
    matches = matched(view, pose, patches, MID_SEARCH_MM)
    seen = matches.likeness > MID_LIKE
    if seen.sum() < 3:
        return None
    bend = _agreed(patches.centres[seen], matches.offsets[seen], max(3, int(0.3 * len(seen))))
    return None if bend is None else chained(pose, bend)


def _agreed(centres: Points, offsets: Points, needed: int) -> Matrix | None:
    """An affine change that most offsets share, from the pair of patches that most others agree with."""
    n = len(centres)
    a, b = np.triu_indices(n, 1)
    p, q = centres @ (1, 1j), (centres + offsets) @ (1, 1j)
    span = p[b] - p[a]
    far = np.abs(span) > 30
    if not far.any():
        return None
    a, b, span = a[far], b[far], span[far]
    turn = (q[b] - q[a]) / span
    sane = np.abs(turn - 1) < 0.06
    if not sane.any():
        return None
    a, turn = a[sane], turn[sane]
    misfit = np.abs(turn[:, None] * (p[None, :] - p[a][:, None]) + q[a][:, None] - q[None, :])
    near = misfit < MID_AGREE_MM * 1.6
    kept = near[int(np.argmax(near.sum(axis=1)))]
    if kept.sum() < needed:
        return None
    target = centres + offsets
    bend = np.eye(2, 3)
    for _ in range(2):
        if kept.sum() < 4:
            break
        bend = affine_of(centres[kept], target[kept], np.ones(int(kept.sum())))
        kept = np.linalg.norm(applied(bend, centres) - target, axis=1) < MID_AGREE_MM
    return bend if kept.sum() >= needed and np.abs(bend[:, :2] - np.eye(2)).max() < 0.06 else None


def anchored(view: PageView, features: ContentFeatures, pose: Matrix) -> Anchored | None:
    """The fine fit about a pose that is right to a millimetre."""
    patches = features.fine
    if len(patches.centres) < 4:
        return None
    matches: Matches = matched(view, pose, patches, FINE_SEARCH_MM)
    seen = matches.likeness > FINE_LIKE
    if seen.sum() < 4 or _in_line(patches.centres[seen]):
        return None
    fit = fitted(pose, patches.centres[seen], matches.offsets[seen], features.size)
    found = np.zeros(len(seen), bool)
    found[np.flatnonzero(seen)[fit.kept & (fit.misfit_mm < MISFIT_LIMIT_MM)]] = True
    return Anchored(fit, found, matches.likeness)


def _in_line(places: Points) -> bool:
    apart = np.linalg.svd(places - places.mean(axis=0), compute_uv=False)
    return bool(apart[-1] < IN_LINE_MM * np.sqrt(len(places)))


def candidate(form: str, side: FormSide, features: ContentFeatures, seen: Anchored) -> Candidate:
    """The evidence in numbers."""
    misfits = seen.fit.misfit_mm[seen.fit.kept]
    found = float(seen.found.mean())
    score = float(np.clip(seen.likeness, 0, 1)[seen.found].sum() / len(seen.found))
    residual = float(np.percentile(misfits, 90)) if len(misfits) else float("inf")
    map_: LocalMap = seen.fit.map
    matrix = map_.matrix
    centres = features.fine.centres
    farther = _apart(side, centres[seen.found]) - _apart(side, centres)
    outlined = np.array([f.kind in ("oval", "box") for f in side.fields if f.kind != "stray"], bool)
    flat = residual <= FLAT_MM and found > WELL_FOUND
    allowed = np.where(outlined & flat, ALL_MM if found > ALL_FOUND else OUTLINES_MM, 0.0)
    unseen = float((farther - allowed).max(initial=0.0))
    return Candidate(
        form, side.name, map_, rotation_of(matrix), residual, found, score, pixels_per_mm_of(matrix), unseen
    )


def _apart(side: FormSide, anchors: Points) -> NDArray[np.float64]:
    """Distance (mm) of every field to the nearest of the anchors."""
    boxes = np.array([(f.box.x, f.box.y, f.box.right, f.box.bottom) for f in side.fields if f.kind != "stray"])
    if not len(boxes) or not len(anchors):
        return np.zeros(len(boxes))
    x, y = anchors[:, 0][None], anchors[:, 1][None]
    across = np.maximum(np.maximum(boxes[:, [0]] - x, x - boxes[:, [2]]), 0)
    down = np.maximum(np.maximum(boxes[:, [1]] - y, y - boxes[:, [3]]), 0)
    return np.asarray(np.hypot(across, down).min(axis=1), np.float64)


def find_side(view: PageView, features: ContentFeatures) -> Anchored | None:
    """Where one side lies on a page, whichever way; None where it does not. Used on blank sheets."""
    for batch in rungs(view, rough(view), [features]):
        for pose in batch:
            seen = confirmed(view, features, pose.matrix)
            if seen is not None and seen.found.mean() > MIN_FOUND:
                return seen
    return None
