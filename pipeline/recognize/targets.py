"""How much a voter's pen left in printed ovals and boxes.

The printed outline of each target says where it lies to a twentieth of a millimetre, even on paper that was
stretched between its marks; the ink is counted well inside that outline, so that print is not taken for pen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms.template import FieldKind, FieldValue, FormField
from pipeline.geometry import Box, Quad
from pipeline.recognize.artefacts import Streaks, streaks_of
from pipeline.recognize.crossing import crossings
from pipeline.recognize.holes import widest
from pipeline.recognize.page_light import page_light
from pipeline.recognize.reading import FieldReading
from pipeline.recognize.sheet_ink import frame_of
from pipeline.recognize.target_traces import ALIKE, darkest_spot, on_line, pieces_of_line, tint_around
from pipeline.recognize.windows import Layout, cut, mosaic_of
from pipeline.scan.page import Pixels, Points, RegisteredPage
from pipeline.scan.prepare import PreparedSide

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

DENSITY = 8.0
"""Pixels per mm of a window: 200 dpi."""
COARSE = 2
"""The outline is looked for at half of that; a hairline is still a tenth of a step dark there."""
SEARCH_MM = 1.75
"""How far an outline may lie from where the registration puts it; targets stand 3 mm apart and more."""
AROUND_MM = 0.9
"""What is looked at round a target: farther out the names begin."""
FARTHER_MM = 1.25
"""How much farther out than a mark's surroundings it is looked how broad it is, and whether it runs on."""
FARTHER_PX = round(FARTHER_MM * DENSITY)
OUTLINE_MM = 0.45
"""Half the width of the ring that belongs to the print; a line of 0.4 mm blurred by a scanner at 200 dpi."""
INK = 0.22
"""Darkness, of 1 for black, from which a pixel is ink; the grain of the coarsest scan reaches 0.15."""
FAINT = 0.07
"""Mean darkness of a few pixels, above the page's own grain, that a faint pencil leaves."""
SURE_FIT = 0.55
"""Correlation above which an outline's own place is believed, whatever its neighbours say."""
LIKELY_FIT = 0.3
"""Correlation above which it is believed within ``NEIGHBOUR_MM`` of what its neighbours say."""
NEIGHBOUR_MM = 0.25
MARKED_INK, MARKED_STEP = 0.22, 0.02
"""Share of the inside that is ink at which marked is as likely as not: of strokes that people read as votes
on real ballots none has less than 0.27, of marks that people disagree about none has more than 0.23. Blots of pens as
large as a mark fill up to 0.25 of a box of 3.5 mm; alone they are accepted from 0.264 on."""
CROSSING = {
    "stroke_mm": (2.2, 0.045), "crossing": (0.7, 0.022), "stroke_dark": (0.22, 0.009), "through": (0.7, -0.045),
    "fit": (0.5, 0.022), "outline": (0.75, 0.022),
}  # fmt: skip
"""Of a thin stroke: where it is as likely as not that it crosses the target, and by how much that becomes sure. Of dots
and short strokes in targets of 3 to 5 mm none is 2.3 mm long. Where a target's outline was not found it may itself be
what seems to cross it."""
PALE = 0.4
"""Darkness below which what is in a target and round it as well may be the edge of a shadow."""
BEYOND_MM = 1.6
"""An outline that is found this far off, at the end of where it is looked for, may be anything."""
LARGE_MM, HELD_MM = 6.0, (4.0, 0.045)
"""Smaller side from which a target is large: a pen's tick or cross leaves little ink in it, its outline lies farther
from its middle than it is looked for, and a stroke so long that ends within it was made in it."""
SLIGHT = 0.27
"""Share of a small oval below which its ink may be a slip of the pen (decision 13)."""
TRACE = {"ink": 0.03, "faint": 0.055, "around": 0.014, "faint_around": 0.3}
"""Traces that leave it open whether a target is empty; 99 % of the empty ones have a tenth of first and third, none
of the second, which the faintest pencil leaves, and a fifth of the last, which a faint ring round it reaches."""
BLOT_MM, BLOT_CROSSING = 2.5, 0.95
"""What is shorter, and goes less of the way across, is a dot, a blot or a short stroke: of plain marks that fill no
more than a third of their target one in a thousand is."""
ARMS, ARM_CROSSING = ((2.9, 0.08), (3.1, 0.12)), 0.98
"""mm, ink round the target: a stroke so short beside so much ink may be an arm of a mark that stands beside it. Of
plain marks in boxes none is like that, in ovals three in a thousand are."""
TOGETHER = {"ink": 0.03, "faint": 0.055, "around": 0.014, "faint_around": 0.04, "spot": 0.03, "on_line_mm": 0.075}
"""Where each trace alone leaves it open whether a target is empty. A stroke along the printed line leaves a little of
several; grain leaves a little of one."""
TRACES = ("faint", "around", "faint_around", "spot", "on_line_mm", "together")
"""Measures that speak against an empty target, the larger the more."""
OWN_PIXELS = 1.5
"""By so many pixels of a black-and-white scan a printed line is here broader than there."""
SPECKS = 0.1
"""What five black pixels of such a scan, which its threshold leaves here and there, are in a measure of spots."""
VOID = 3
"""Grey of the lid of a scanner seen through a hole; pen and print of an unclipped scan are lighter."""
CLIPPED = 252
"""Grey of paper at which a scan is clipped: there print and pen are as black as a hole."""


@dataclass(frozen=True, slots=True, eq=False)
class _Shape:
    """A printed outline at both densities: what is searched for, and the zones in which ink is counted."""

    template: Floats
    """Coarse picture of the outline, box and ``AROUND_MM`` on every side."""
    inside: Bools
    outside: Bools
    ring: Bools
    rim: Bools
    """The printed line and what lies so near to it that neither inside nor outside counts it."""
    along: Floats
    """(pixels of ``rim``, pieces): which piece of the line each belongs to, as mm of ink across for a black pixel."""


@dataclass(frozen=True, slots=True, eq=False)
class _Aligned:
    """Targets of one size: darkness over box and surroundings, outline exactly in the middle."""

    dark: Floats
    """(n, h, w), 0 paper to 1 black."""
    wide: Floats
    """The same with ``FARTHER_MM`` more on every side."""
    shape: _Shape
    shift_mm: Points
    fit: Floats
    """Correlation of the window with the outline, at the best place."""
    spread_mm: Floats
    """How far the neighbours disagree about the shift, where the target's own outline is not plain."""
    level: Floats
    """Lightness of the paper round each target, of 1 for the page's paper."""
    void: Floats
    """Share of the inside that is as black as no ink, where the scan can tell."""
    large: bool


def read_targets(
    page: RegisteredPage, side: PreparedSide, fields: Sequence[FormField], two_level: bool = False
) -> list[FieldReading]:
    """Marked, unmarked or unclear with the evidence, one reading per field, in the order of ``fields``.

    ``two_level``: the scan is black and white, so that a printed line is a pixel broader here and gone there. What
    dirt in the scanner drew through a target makes no mark, and leaves open whether an empty one is empty.
    """
    readings = _read_fields(page, side, fields, two_level)
    streaks = _streaks(page, side, fields)
    crossed = [bool(streaks) and streaks.crosses(np.array(reading.quad)) for reading in readings]
    if not any(crossed):  # along a sheet's edge nearly every scan shows some
        return readings
    grey = page.raw.pixels if page.raw.pixels.ndim == 2 else cv2.cvtColor(page.raw.pixels, cv2.COLOR_BGR2GRAY)
    clean = replace(page, raw=replace(page.raw, pixels=streaks.taken_out(np.asarray(grey, np.uint8))))
    return [
        _streaked(one, other) if through else one
        for one, other, through in zip(readings, _read_fields(clean, side, fields, two_level), crossed, strict=True)
    ]


def _streaks(page: RegisteredPage, side: PreparedSide, fields: Sequence[FormField]) -> Streaks:
    """The streaks of the page, told from the form's frames and from the lines of its own targets."""
    corners = np.array([f.box.corners for f in fields])
    edges = np.stack([corners, np.roll(corners, -1, axis=1)], axis=2)
    frame, edges = (page.map.to_pixels(e.reshape(-1, 2)).reshape(-1, 2, 2) for e in (frame_of(side), edges))
    scale = max(1.0, page.pixels_per_mm / DENSITY)
    return streaks_of(page.raw.pixels, page.pixels_per_mm, page.rotation_deg, frame, edges, scale=scale)


def _streaked(seen: FieldReading, clean: FieldReading) -> FieldReading:
    """A target through which a streak runs: marked by what is seen without it, unmarked by what is seen with it."""
    measures = {**clean.measures, **{n: max(seen.measures[n], clean.measures[n]) for n in TRACES}, "streaked": 1.0}
    marked = min(seen.scores["marked"], clean.scores["marked"])
    unmarked = min(seen.scores["unmarked"], clean.scores["unmarked"])
    scores: dict[FieldValue, float] = {
        "marked": marked, "unmarked": unmarked, "unclear": max(0.0, 1 - marked - unmarked),
    }  # fmt: skip
    return replace(seen, scores=scores, measures=measures)


def _read_fields(
    page: RegisteredPage, side: PreparedSide, fields: Sequence[FormField], two_level: bool
) -> list[FieldReading]:
    readings: dict[int, FieldReading] = {}
    for places in _of_one_size(fields):
        alike = _read_alike(page, side, [fields[i] for i in places], two_level)
        readings |= dict(zip(places, alike, strict=True))
    return [readings[i] for i in range(len(fields))]


def _of_one_size(fields: Sequence[FormField]) -> list[list[int]]:
    """Indices of the fields, together where kind and size are the same to a tenth of a millimetre."""
    groups: dict[tuple[FieldKind, float, float], list[int]] = {}
    for i, field in enumerate(fields):
        groups.setdefault((field.kind, round(field.box.w, 1), round(field.box.h, 1)), []).append(i)
    return list(groups.values())


def _read_alike(
    page: RegisteredPage, side: PreparedSide, fields: Sequence[FormField], two_level: bool
) -> list[FieldReading]:
    seen, blank = _stacks(page, side, fields)
    aligned = _aligned(seen, fields)
    dark, wide, ground = aligned.dark, aligned.wide, None
    if blank is not None:
        printed = _aligned(blank, fields)
        dark, wide = _without_print(dark, printed.dark), _without_print(wide, printed.wide)
        ground = np.asarray(np.median(printed.dark[:, aligned.shape.outside], axis=1), np.float32)
    measures = _measures(dark, wide, aligned, ground)
    measures["large"] = np.full(len(dark), aligned.large, np.float32)
    measures["slight"] = np.maximum(SLIGHT - measures["ink"], 0) * (1 - measures["large"])
    measures["shaded"] = np.where(measures["darkest"] < PALE, measures["around"], np.float32(0))
    lost = (measures["fit"] < SURE_FIT) | (measures["shift_mm"] > BEYOND_MM)
    unsure = np.maximum(measures["shift_mm"], measures["spread_mm"])
    measures["unplaced_mm"] = np.where(lost, unsure, np.float32(0))
    measures["wider_mm"] = _wider(wide, aligned.shape, fields[0].box)
    measures["on_line_mm"] = on_line(aligned.dark, aligned.shape.rim, aligned.shape.along)
    if two_level:
        measures["on_line_mm"] -= np.float32(OWN_PIXELS / page.pixels_per_mm)
        measures["spot"] -= np.float32(SPECKS)
    measures["together"] = _together(measures)
    measures["blot_mm"] = _blots(measures)
    readings = []
    quads = _quads(page, fields, aligned.shift_mm)
    for i, field in enumerate(fields):
        values = {name: float(column[i]) for name, column in measures.items()}
        readings.append(FieldReading(field.id, field.kind, scores_of(values), values, quads[i]))
    return readings


# --- windows ------------------------------------------------------------


def _stacks(page: RegisteredPage, side: PreparedSide, fields: Sequence[FormField]) -> tuple[Pixels, Pixels | None]:
    """Grey windows (n, h, w) of the page and of the blank, each centred on where the target should be."""
    boxes = tuple(f.box.grown(AROUND_MM + SEARCH_MM) for f in fields)
    mosaic = mosaic_of(side, Layout(boxes, DENSITY))
    picture = cut(page.raw.pixels, page.map, mosaic, page.pixels_per_mm)
    if picture.ndim == 3:
        picture = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
    size = (round(boxes[0].h * DENSITY), round(boxes[0].w * DENSITY))
    blank = None
    if side.reference is not None:
        blank = _windows(np.asarray(cv2.bitwise_not(mosaic.blank), np.uint8), mosaic.rows, size)
    return _windows(picture, mosaic.rows, size), blank


def _windows(picture: Pixels, rows: Sequence[tuple[int, int]], size: tuple[int, int]) -> Pixels:
    h, w = size
    return np.stack([picture[top : top + h, :w] for top, _ in rows])


def _paper(windows: Pixels, centres: Points) -> tuple[Floats, Floats]:
    """Grey of the paper in each window, never far below the page's light there, and how light each is against it."""
    light = np.percentile(windows[:, ::2, ::2], 85, axis=(1, 2)).astype(np.float32)
    page = page_light(light, centres)
    return np.maximum(light, 0.8 * page), light / page


# --- where the outline is ------------------------------------------------------------


def _aligned(windows: Pixels, fields: Sequence[FormField]) -> _Aligned:
    """Every window's darkness, moved so that the printed outline lies in the middle."""
    centres = np.array([f.box.centre for f in fields])
    paper, level = _paper(windows, centres)
    dark = np.clip(1 - windows / paper[:, None, None], 0, 1).astype(np.float32)
    _, h, w = dark.shape
    size = w // COARSE, h // COARSE
    whole = dark[:, : size[1] * COARSE, : size[0] * COARSE]
    # beyond 0.6 a pixel is pen or black print, and must not outweigh a hairline
    coarse = np.minimum(np.stack([cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in whole]), 0.6)
    box = fields[0].box
    tried = [
        (shape, *_found(coarse, shape.template)) for shape in _shapes(fields[0].kind, round(box.w, 1), round(box.h, 1))
    ]
    shape, places, fit = max(tried, key=lambda t: float(np.median(t[2])))
    shift, spread = _settled(places * COARSE / DENSITY, fit, centres)
    cut_out = _moved(dark, shift * DENSITY, shape.inside.shape)
    wide = _moved(dark, shift * DENSITY, tuple(side + 2 * FARTHER_PX for side in shape.inside.shape))
    lid = (cut_out >= 1 - VOID / paper[:, None, None])[:, shape.inside].mean(axis=1)
    void = np.where(paper >= CLIPPED, 0, lid).astype(np.float32)
    return _Aligned(cut_out, wide, shape, shift, fit, spread, level, void, min(box.w, box.h) >= LARGE_MM)


def _found(coarse: Floats, template: Floats) -> tuple[Points, Floats]:
    """Shift (coarse pixels, (n, 2)) at which the outline fits best in each window, and the correlation."""
    shifts, fits = [], []
    for window in coarse:
        match = cv2.matchTemplate(window, template, cv2.TM_CCOEFF_NORMED)
        y, x = np.unravel_index(int(match.argmax()), match.shape)
        dx, dy = _peak(match[y, :], int(x)), _peak(match[:, x], int(y))
        shifts.append((x + dx - (match.shape[1] - 1) / 2, y + dy - (match.shape[0] - 1) / 2))
        fits.append(match[y, x])
    return np.array(shifts, np.float64), np.array(fits, np.float32)


def _peak(values: NDArray[Any], at: int) -> float:
    """Where between pixels a parabola through the highest value and its neighbours has its top."""
    if not 0 < at < len(values) - 1:
        return 0.0
    before, top, after = (float(v) for v in values[at - 1 : at + 2])
    bend = before - 2 * top + after
    return 0.0 if bend >= 0 else 0.5 * (before - after) / bend


def _settled(shift: Points, fit: Floats, centres: Points) -> tuple[Points, Floats]:
    """Each target's shift (mm): its own where its outline is plain, else what its neighbours' say.

    And how far the three nearest of these disagree (mm), 1 where there are fewer than three to ask.
    """
    settled, spread = shift.copy(), np.zeros(len(shift), np.float32)
    plain = np.flatnonzero(fit >= SURE_FIT)
    for i in np.flatnonzero(fit < SURE_FIT):
        near = plain[np.argsort(np.linalg.norm(centres[plain] - centres[i], axis=1))[:5]]
        expected = np.median(shift[near], axis=0) if near.size else np.zeros(2)
        own = fit[i] >= LIKELY_FIT and np.linalg.norm(shift[i] - expected) <= NEIGHBOUR_MM
        spread[i] = np.ptp(shift[near[:3]], axis=0).max() if near.size > 2 else 1.0
        if not own:
            settled[i] = expected
    return settled, spread


def _moved(dark: Floats, shift: Points, size: tuple[int, ...]) -> Floats:
    """The middle ``size`` of every window after moving it by ``shift`` pixels."""
    h, w = size
    _, height, width = dark.shape
    moved = np.empty((len(dark), h, w), np.float32)
    for i, (x, y) in enumerate(shift):
        left, top = (width - w) / 2 + x, (height - h) / 2 + y
        middle = (left + (w - 1) / 2, top + (h - 1) / 2)
        moved[i] = cv2.getRectSubPix(dark[i], (w, h), middle)
    return moved


@lru_cache(maxsize=64)
def _shapes(kind: FieldKind, w: float, h: float) -> tuple[_Shape, ...]:
    """The outlines that a target of this kind and size (mm) may have been printed with."""
    if kind == "box":
        return (_shape(_to_rounded(w, h, 0.0)),)
    distances = (_to_rounded(w, h, min(w, h) / 2), _to_ellipse(w, h))
    return tuple(_shape(d) for d in distances)


def _shape(distance: Floats) -> _Shape:
    coarse = np.exp(-0.5 * (distance / 0.14) ** 2)
    height, width = (n // COARSE * COARSE for n in coarse.shape)
    tiles = coarse[:height, :width].reshape(height // COARSE, COARSE, width // COARSE, COARSE)
    inside, ring, rim = distance < -OUTLINE_MM, np.abs(distance) <= 0.12, np.abs(distance) <= OUTLINE_MM
    template = tiles.mean(axis=(1, 3)).astype(np.float32)
    return _Shape(template, inside, distance > OUTLINE_MM, ring, rim, pieces_of_line(distance, rim, DENSITY))


def _places(w: float, h: float) -> tuple[Floats, Floats]:
    """Places (mm from the middle) of the pixels of a window that shows a target and its surroundings."""
    columns, rows = (2 * round((side / 2 + AROUND_MM) * DENSITY / 2) * 2 for side in (w, h))
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    return (x - (columns - 1) / 2) / DENSITY, (y - (rows - 1) / 2) / DENSITY


def _to_rounded(w: float, h: float, radius: float) -> Floats:
    """Distance (mm, negative inside) to a rectangle with round corners."""
    x, y = _places(w, h)
    qx, qy = np.abs(x) - w / 2 + radius, np.abs(y) - h / 2 + radius
    beyond = np.hypot(np.maximum(qx, 0), np.maximum(qy, 0))
    return np.asarray(beyond + np.minimum(np.maximum(qx, qy), 0) - radius, np.float32)


def _to_ellipse(w: float, h: float) -> Floats:
    """Distance (mm, negative inside; good near the line) to an ellipse."""
    x, y = _places(w, h)
    value = np.hypot(2 * x / w, 2 * y / h)
    slope = np.hypot(4 * x / w**2, 4 * y / h**2) / np.maximum(value, 1e-6)
    return np.asarray(np.maximum((value - 1) / np.maximum(slope, 1e-6), -min(w, h) / 2), np.float32)


# --- what is in it ------------------------------------------------------------


def _without_print(dark: Floats, blank: Floats) -> Floats:
    """Darkness that the blank form does not explain within a quarter of a millimetre."""
    allowed = np.stack([cv2.dilate(b, np.ones((5, 5), np.uint8)) for b in blank])
    return np.asarray(np.where(allowed > INK, np.maximum(dark - 1.6 * allowed, 0), dark), np.float32)


def _measures(dark: Floats, wide: Floats, aligned: _Aligned, ground: Floats | None) -> dict[str, Floats]:
    """Per target: shares of the inside that are ink, at three depths, ink outside, outline, surroundings.

    ``ground``: the darkness that the blank has round each.
    """
    shape = aligned.shape
    inside = dark[:, shape.inside]
    # a page's coarse grain or grey paper is in every target, and round it, where most targets may be marked
    means = inside.mean(axis=1), dark[:, shape.outside].mean(axis=1)
    grain = min(np.percentile(mean, 25) for mean in means) if len(dark) >= ALIKE else 0.0
    # dust and salt-and-pepper are single pixels: capped and averaged they are no trace
    near, soft = _averaged(dark, shape.inside, 3), _averaged(np.minimum(dark, 0.5), shape.inside, 5)
    soft_around = _averaged(np.minimum(dark, 0.5), shape.outside, 5)
    tint = tint_around(dark[:, shape.outside], soft_around, ground)[:, None]
    around = np.stack([cv2.blur(d, (3, 3)) for d in dark])[:, shape.outside] - tint
    inked, inked_around = (near > INK).mean(axis=1), (around > INK).mean(axis=1)
    # the dots of a picture that was made black and white by halftone are in every target, too
    dots = min(np.percentile(share, 25) for share in (inked, inked_around)) if len(dark) >= ALIKE else 0.0
    return crossings(wide, near, np.pad(shape.inside, FARTHER_PX), INK, DENSITY, aligned.large) | {
        "ink": np.maximum(inked - dots, 0) / (1 - dots),
        "faint": (soft > grain + FAINT).mean(axis=1),
        "mean": np.maximum(inside.mean(axis=1) - grain, 0),
        "darkest": np.percentile(near, 99, axis=1),
        "void": aligned.void,
        "around": inked_around,
        "faint_around": (soft_around > np.maximum(grain, tint) + FAINT).mean(axis=1),
        "spot": darkest_spot(soft),
        "outline": (aligned.dark[:, shape.ring] > 0.1).mean(axis=1),
        "fit": aligned.fit,
        "spread_mm": aligned.spread_mm,
        "level": aligned.level,
        "shift_mm": np.linalg.norm(aligned.shift_mm, axis=1).astype(np.float32),
    }


def _together(measures: Mapping[str, Floats]) -> Floats:
    """All traces of ink in each target, of 1 for one that alone leaves it open whether it is empty."""
    parts = [np.maximum(measures[name], 0) / np.float32(limit) for name, limit in TOGETHER.items()]
    return np.asarray(np.sum(parts, axis=0), np.float32)


def _blots(measures: Mapping[str, Floats]) -> Floats:
    """By how much the ink in each target is shorter than a stroke; 0 for strokes, fills, large and empty targets."""
    length, crossing = measures["stroke_mm"], measures["crossing"]
    stroke = (length > 0) & (measures["large"] == 0)
    blot = np.where(stroke & (crossing < BLOT_CROSSING), np.float32(BLOT_MM) - length, np.float32(0))
    arms = [
        np.where(stroke & (crossing < ARM_CROSSING) & (measures["around"] >= beside), np.float32(short) - length, 0)
        for short, beside in ARMS
    ]
    return np.asarray(np.maximum(np.max([blot, *arms], axis=0), 0), np.float32)


def _wider(wide: Floats, shape: _Shape, box: Box) -> Floats:
    """By how many mm the broadest ink in each target is wider than the target itself."""
    broad = widest(wide, np.pad(shape.inside, FARTHER_PX), INK, DENSITY)
    return np.asarray(np.maximum(broad - min(box.w, box.h), 0), np.float32)


def _averaged(dark: Floats, zone: Bools, side: int) -> Floats:
    """Means over squares of ``side`` pixels, of the zone's pixels alone: the outline does not leak into it."""
    weight = zone.astype(np.float32)
    around = np.maximum(cv2.blur(weight, (side, side)), 1e-6)
    return np.stack([(cv2.blur(d * weight, (side, side)) / around)[zone] for d in dark])


def scores_of(measures: Mapping[str, float]) -> dict[FieldValue, float]:
    """What the measures say: unclear takes what neither a plain mark nor an empty target explains."""
    crossing = min((measures[name] - limit) / step for name, (limit, step) in _crossing(measures).items())
    marked = _rising(max((measures["ink"] - MARKED_INK) / MARKED_STEP, crossing))
    trace = max(measures[name] / limit for name, limit in TRACE.items())
    unmarked = _rising(5 * (1 - trace)) * (1 - marked)
    return {"marked": marked, "unmarked": unmarked, "unclear": max(0.0, 1 - marked - unmarked)}


def _crossing(measures: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    """What a thin stroke must reach in this target to be its mark."""
    limits = dict(CROSSING)
    if measures["large"]:
        if measures["spread_mm"] <= NEIGHBOUR_MM:
            del limits["fit"], limits["outline"]
        if measures["held"]:
            del limits["crossing"]
            limits["stroke_mm"] = HELD_MM
    return limits


def _rising(x: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(x, -30, 30))))


def _quads(page: RegisteredPage, fields: Sequence[FormField], shift_mm: Points) -> list[Quad]:
    """The corners of every target in pixels of the page."""
    corners = np.array([f.box.corners for f in fields]) + shift_mm[:, None]
    places = page.map.to_pixels(corners.reshape(-1, 2)).reshape(-1, 4, 2).tolist()
    return [((a[0], a[1]), (b[0], b[1]), (c[0], c[1]), (d[0], d[1])) for a, b, c, d in places]
