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
LEAST_MM2 = 0.6
"""In a large target so much ink is a stroke, whatever its share."""
BESIDE_PX = 1.0
"""What lies so near to the line between a stroke's ends lies on it."""
NEXT_MM, OUT_MM = 2.0, 2.5
"""From so far beyond the target's inside to so far it is looked at whether the stroke runs on. The printed line lies
0.45 mm from the inside; a pen often overshoots it by a millimetre on both sides, and seldom by 2."""

HELD = 0.6
"""Of the ink within that one piece must be, for its ends to tell anything."""
EDGE_MM, RIM_MM = 0.35, 1.0
"""What comes so near to the inside's edge may go on beyond it: print, taken out there, takes ink with it. From so far
beyond the edge what goes on is seen."""
TAIL, NEAR = 0.3, 0.6
"""Share of the piece that its tail beyond the target may have, and at its edge; and how far (see OFF_CENTRE) what goes
beyond a large target may pass from its middle."""
OFF_CENTRE = 0.3
"""What passes a target's middle farther away than this share of half its smaller side, and goes on at both ends beyond
what a pen overshoots, is the arc of a circle round another target, or a line on its way."""
LEANING = 0.87
"""Cosine of the angle (30 degrees) to the page's sides up to which a fold with specks on it may seem to lean."""
OBLIQUE = 0.26
"""Sine of the angle (15 degrees) to both sides of the page from which a stroke is oblique."""


def crossings(wide: Floats, near: Floats, inside: Bools, ink: float, density: float, large: bool) -> dict[str, Floats]:
    """Per target: the longest stroke inside (mm, and as a share of the way across there), its darkness, its going on.

    ``wide`` (n, h, w) is 0 for paper and 1 for black, ``near`` (n, pixels of the ``inside``) its means over few pixels.
    What goes on along or across the page beyond the target, at both ends as dark as within, may be dirt on a scanner's
    glass or a fold: ``through`` is the darkness at the paler end, as a share of the stroke's own; 1 for what passes
    beside the middle on its way from elsewhere to elsewhere. ``held``: 1 where the stroke lies within the target, or
    all but a tail of it. ``large``: the target is, and its lines may be a table's.
    """
    found = np.zeros((5, len(wide)), np.float32)
    reach = 2 * round(EDGE_MM * density) + 1
    band = inside & ~(cv2.erode(inside.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0)
    rim = 2 * round(RIM_MM * density) + 1
    outside = ~(cv2.dilate(inside.astype(np.uint8), np.ones((rim, rim), np.uint8)) > 0)
    shares = (near > ink).mean(axis=1)
    least = min(LEAST, LEAST_MM2 * density**2 / max(1, int(inside.sum())))
    for i in np.flatnonzero((shares >= least) & (shares <= MOST)):
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
        # specks on a fold are darker than the fold, and no part of what runs on
        pale = min(own, float(np.percentile(means[mine], 40)))
        middle_of, axis = _axis(mine)
        ways = [axis, *(way for way in np.eye(2) if abs(axis @ way) > LEANING)]
        through = max(_through(wide[i], inside, middle_of, way, density) for way in ways) / pale
        middle = _off_middle(mine, inside)
        exits = components((mine & band).astype(np.uint8))[1][1:, cv2.CC_STAT_AREA]
        if large and middle > NEAR and len(exits):
            through = max(through, 1.0)
        if middle > OFF_CENTRE and _passes(wide[i] > ink, mine, len(exits) if large else 0):
            through = max(through, 1.0)
        beyond = float((wide[i] > ink)[outside].sum())
        tail = len(exits) == 1 and middle <= NEAR and beyond < TAIL * mine.sum() and exits[0] < TAIL * mine.sum()
        held = (not len(exits) or tail) and mine.sum() >= HELD * inked.sum()
        found[:, i] = length / density, length / chord, own, through, held
    return dict(zip(("stroke_mm", "crossing", "stroke_dark", "through", "held"), found, strict=True))


def _off_middle(mine: Bools, inside: Bools) -> float:
    """How far from the target's middle the piece passes, as a share of half its smaller side."""
    rows, columns = np.nonzero(mine)
    height, width = inside.shape
    apart = np.hypot(columns - (width - 1) / 2, rows - (height - 1) / 2).min()
    half = min(np.ptp(np.flatnonzero(inside.any(axis=axis))) for axis in (0, 1)) / 2
    return float(apart / half)


def _passes(inked: Bools, mine: Bools, exits: int) -> bool:
    """Whether the piece leaves the target, or the window round it, at two places."""
    if exits >= 2:
        return True
    labels, _ = components(inked.astype(np.uint8))
    border = _border(labels == np.bincount(labels[mine]).argmax())
    return int((border & ~np.roll(border, 1)).sum()) >= 2


def _border(window: Bools) -> Bools:
    """The pixels all round a window, once each."""
    return np.concatenate([window[0], window[1:, -1], window[-1, -2::-1], window[-2:0:-1, 0]])


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
