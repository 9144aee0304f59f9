"""A thin stroke right across a printed oval or box: little ink, and as plain a mark as a filled one."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.recognize.components import components

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

LEAST, MOST = 0.02, 0.35
"""Shares of the inside that are ink, between which a stroke is looked for: less is none, more is a mark by itself."""
BESIDE_PX = 1.0
"""What lies so near to the line between a stroke's ends lies on it."""
NEXT_MM, OUT_MM = 2.0, 2.5
"""From so far beyond the target's inside to so far it is looked at whether the stroke runs on. The printed line lies
0.45 mm from the inside; a pen often overshoots it by a millimetre on both sides, and seldom by 2."""

OBLIQUE = 0.26
"""Sine of the angle (15 degrees) to both sides of the page from which a stroke is oblique."""


def crossings(wide: Floats, near: Floats, inside: Bools, ink: float, density: float) -> dict[str, Floats]:
    """Per target: the longest stroke inside (mm, and as a share of the way across there), its darkness, its going on.

    ``wide`` (n, h, w) is 0 for paper and 1 for black, ``near`` (n, pixels of the ``inside``) its means over few pixels.
    What goes on along or across the page beyond the target, at both ends as dark as within, may be dirt on a scanner's
    glass or a fold: ``through`` is the darkness at the paler end, as a share of the stroke's own.
    """
    found = np.zeros((4, len(wide)), np.float32)
    shares = (near > ink).mean(axis=1)
    for i in np.flatnonzero((shares >= LEAST) & (shares <= MOST)):
        inked, means = np.zeros(inside.shape, np.uint8), np.zeros(inside.shape, np.float32)
        inked[inside], means[inside] = near[i] > ink, near[i]
        labels, stats = components(inked)
        largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
        mine = labels == largest
        a, b = _ends(mine)
        length = float(np.linalg.norm(b - a)) + 1
        if length < 3:
            continue
        along = (b - a) / (length - 1)
        chord = _chord(inside, a, along)
        own = float(means[mine].mean())
        found[:, i] = length / density, length / chord, own, _through(wide[i], inside, *_axis(mine), density) / own
    return dict(zip(("stroke_mm", "crossing", "stroke_dark", "through"), found, strict=True))


def _ends(piece: Bools) -> tuple[NDArray[Any], NDArray[Any]]:
    """The two pixels (x, y) of a piece that lie farthest from each other."""
    rows, columns = np.nonzero(piece)
    hull = cv2.convexHull(np.stack([columns, rows], axis=1).astype(np.int32))[:, 0].astype(np.float64)
    apart = np.linalg.norm(hull[:, None] - hull[None], axis=2)
    first, last = np.unravel_index(int(apart.argmax()), apart.shape)
    return hull[first], hull[last]


def _axis(piece: Bools) -> tuple[NDArray[Any], NDArray[Any]]:
    """Middle (x, y) of a piece and its direction: farthest pixels are the corners of a thick stroke, and lie askew."""
    rows, columns = np.nonzero(piece)
    vx, vy, x, y = cv2.fitLine(np.stack([columns, rows], axis=1).astype(np.float32), cv2.DIST_L2, 0, 0.01, 0.01).ravel()
    return np.array([x, y]), np.array([vx, vy])


def _chord(inside: Bools, point: NDArray[Any], along: NDArray[Any]) -> float:
    """How long (pixels) the inside is on the line through ``point``."""
    rows, columns = np.nonzero(inside)
    way = np.stack([columns, rows], axis=1) - point
    on = np.abs(way @ np.array([-along[1], along[0]])) < BESIDE_PX
    places = way[on] @ along
    return float(np.ptp(places)) + 1 if len(places) else 1.0


def _through(dark: Floats, inside: Bools, point: NDArray[Any], along: NDArray[Any], density: float) -> float:
    """Darkness (means over small squares) beyond the printed line at both ends of the stroke; the paler end's.

    Nothing for oblique strokes: dirt on the glass leaves lines along the way of the paper.
    """
    if np.abs(along).min() > OBLIQUE:
        return 0.0
    height, width = dark.shape
    steps = np.arange(-height - width, height + width + 1) * 0.5
    line = point + steps[:, None] * along
    within = (line >= 0).all(axis=1) & (line <= np.array([width - 1, height - 1])).all(axis=1)
    line = line[within]
    x, y = np.rint(line).astype(np.intp).T
    on = np.flatnonzero(inside[y, x])
    if not len(on):
        return 0.0
    soft = cv2.blur(dark, (3, 3))
    first, last = round(2 * NEXT_MM * density), round(2 * OUT_MM * density)
    before = slice(max(0, on[0] - last), max(0, on[0] - first))
    after = slice(on[-1] + 1 + first, on[-1] + 1 + last)
    ends = [soft[y[part], x[part]] for part in (before, after)]
    return min(float(end.mean()) if len(end) else 0.0 for end in ends)
