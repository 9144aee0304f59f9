"""A printed name and the ink on it: how much of it is crossed, where, and what lies beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms.template import FieldValue, FormField
from pipeline.geometry import Box
from pipeline.recognize.beside import TALLER, ink_beside, ink_on_title
from pipeline.recognize.name_ink import (
    PLAIN_MM2,
    Seen,
    area_mm2,
    end_heights,
    faint_lines,
    grown_ink,
    height_mm,
    plain_ink,
    shifted,
)
from pipeline.recognize.print_model import PrintModel, print_model, softened
from pipeline.recognize.reading import FieldReading
from pipeline.recognize.sheet_ink import DENSITY as FOLD_DENSITY
from pipeline.recognize.spans import (
    DENSITY,
    crossed,
    longest_stretch,
    open_ends,
    row_of_uprights,
    span_of_strokes,
    within,
)
from pipeline.recognize.windows import Bytes, Layout, Mosaic, cut, darkness, mosaic_of, quads_of
from pipeline.scan.page import RegisteredPage
from pipeline.scan.prepare import PreparedSide

MARGIN_X_MM, MARGIN_Y_MM = 12.0, 2.4
"""Seen around a name: signs beside it stand within 12 mm; above and below a neighbour's ink shows."""
NEAR_MM = 0.7
"""Ink nearer than this belongs to the name: 0.5 mm by definition, and what registration may be off."""
REACH_PX = 3
"""How far (pixels) a window may lie off after registration: 0.37 mm; its 99th percentile is 0.2 mm."""
FAR_MM = 8.5
"""A stroke seldom runs on so far behind its name; what stands there may be a word that it touches."""
BEHIND_MM = 4.0
"""Ends of zigzags and waves are over so far behind the name; a word that they run into is not."""
CORE_INSET_PX = 1
"""A line drawn under a name or over it may touch the letters' feet or heads so far (0.25 mm) and crosses nothing."""
HEART_INSET = 0.12
"""Of the letters' height at their heads and feet, where over- and underlines run into print."""
EDGE_PX = 2
"""At the upper and lower edge of a printed line (0.25 mm), where ink may as well lie outside."""
MIDDLE, MIDDLE_GAP_MM = (0.25, 0.8), 6.0
"""Of the height of a printed line, accents and all, what lies between its heads and its feet; and how far apart
crossings of it may be, with a margin to what is one crossing-out (:data:`pipeline.recognize.spans.RUN_GAP_MM`)."""
LINED_PX, LINED_STEP_PX, LINED_MOST = 80, 4, 60
"""A faint level line is looked for over 10 mm, every half millimetre; what is darker than the last counts no more."""
LINED_BARE, LINED_FEW = 60, 0.2
"""Darkness of print up to which a line is looked for between the letters; and the share of a row that is so bare from
which the mean over its bare places is more than half believed."""
PATCHY_SPAN = 0.94
"""Share of a name that strokes reach below which what they leave out within it counts, too (``patchy``)."""
SHOWN_CORE = 0.3
"""A row of upright strokes crosses the letters where it shows on so much of the name's middle; letters hide more."""
RING_PX = 41
"""Gaps up to 5 mm in the ink through the middle of the letters are those of a wave or of upright strokes."""
FOLD_EXTRA = 1.6
"""A crease is darker than the shading around it that the sheet shows at a quarter of the density."""
SIDE_PX, BARE, FOLD_SHOWN, FOLD_PLACES, FOLD_DARK = 8, 4, 8, 100, 0.9
"""A fold is looked at from 1 mm beside the name on, on paper without print, where its shading is at least the third;
from so many places its darkness is taken, darker than this share of them."""
THIN_MM = 0.12
"""So thin on average, letters' share and all, is what is left of a fold where it is taken out; pens leave more."""
COMMON, FEW = 0.3, 3
"""Of a page's printed lines without plain ink, the share that nobody marked faintly either, at the least; fewer such
lines than the second tell nothing."""
CLEANEST = 2
"""Printed lines, those with the least on them, that tell how a page shows print."""


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """One printed line of a name in its window: pixel bounds of the print, and its capitals' rows."""

    field: int
    box: Box
    x0: int
    x1: int
    y0: int
    y1: int
    core: tuple[int, int]
    heart: tuple[int, int]
    """The rows through the middle of the letters' bodies."""


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    mosaic: Mosaic
    lines: tuple[_Line, ...]
    print_reach: Bytes
    """The blank's darkness spread by the tolerance: ink there cannot be told from print."""
    blanks: tuple[Bytes, ...]
    """The blank at each of SOFTNESS."""


def lines_of(field: FormField) -> tuple[Box, ...]:
    return field.lines or (field.box,)


@lru_cache(maxsize=64)
def _plan(prepared: PreparedSide) -> _Plan:
    fields = [f for f in prepared.side.fields if f.kind == "strike"]
    owned = [(i, line) for i, field in enumerate(fields) for line in lines_of(field)]
    boxes = tuple(
        Box(b.x - MARGIN_X_MM, b.y - MARGIN_Y_MM, b.w + 2 * MARGIN_X_MM, b.h + 2 * MARGIN_Y_MM) for _, b in owned
    )
    mosaic = mosaic_of(prepared, Layout(boxes, DENSITY))
    lines = []
    for (field, box), (top, _) in zip(owned, mosaic.rows, strict=True):
        x0, x1 = round(MARGIN_X_MM * DENSITY), round((MARGIN_X_MM + box.w) * DENSITY)
        y0, y1 = round(MARGIN_Y_MM * DENSITY), round((MARGIN_Y_MM + box.h) * DENSITY)
        core = _core_rows(mosaic.blank[top + y0 : top + y1, x0:x1])
        aside = round(HEART_INSET * (core[1] - core[0]))
        heart = (y0 + core[0] + aside, y0 + core[1] - aside)
        lines.append(_Line(field, box, x0, x1, y0, y1, (y0 + core[0], y0 + core[1]), heart))
    reach = np.asarray(cv2.dilate(mosaic.blank, np.ones((3, 3), np.uint8)), np.uint8)
    return _Plan(mosaic, tuple(lines), reach, softened(mosaic.blank))


def _core_rows(blank: Bytes) -> tuple[int, int]:
    """The rows through the body of the letters, accents and the outermost rows left out.

    Accents and dots below reach beyond the letters, so the box's middle is not the letters' middle.
    """
    rows = blank.mean(axis=1)
    height = len(rows)
    if rows.max() < 8:  # no print known (a form without reference): the middle of the box
        return round(0.25 * height), max(round(0.75 * height), round(0.25 * height) + 1)
    body = np.flatnonzero(rows > 0.45 * np.percentile(rows, 90))
    first, last = int(body[0]), int(body[-1]) + 1
    inset = CORE_INSET_PX
    return round(first + inset), max(round(last - inset), round(first + inset) + 1)


def read_strikes(
    page: RegisteredPage, prepared: PreparedSide, fields: Sequence[FormField], folds: Bytes | None
) -> list[FieldReading]:
    """A reading per strike field of the side, in order; ``fields`` are all of them."""
    if not fields:
        return []
    plan = _plan(prepared)
    seen = darkness(cut(page.raw.pixels, page.map, plan.mosaic, page.pixels_per_mm))
    offsets = [
        _offset(seen[top:bottom], plan.mosaic.blank[top:bottom], line)
        for line, (top, bottom) in zip(plan.lines, plan.mosaic.rows, strict=True)
    ]
    model = _model(seen, plan, offsets)
    found: list[list[dict[str, float]]] = [[] for _ in fields]
    for line, (top, bottom), offset in zip(plan.lines, plan.mosaic.rows, offsets, strict=True):
        close, ample = model.allowed(shifted(plan.blanks[model.softness][top:bottom], offset))
        window = seen[top:bottom]
        if folds is not None:
            shading = _of_window(folds, line.box, window.shape)
            extra = _fold_extra(window, shading, plan.print_reach[top:bottom], line)
            window = np.asarray(cv2.addWeighted(window, 1.0, shading, -extra, 0), np.uint8)
            crease = _crease(shading, line)
        else:
            crease = 0.0
        print_reach = plan.print_reach[top:bottom]
        one = _measured(Seen(window, close, ample, print_reach, round(offset[1])), line)
        thin = one["ink_mm2"] < THIN_MM * line.box.w
        found[line.field].append(one | {"crease": crease, "creased": crease if thin else 0.0})
    _without_common_faintness(found, fields)
    readings = []
    quads = quads_of([field.box for field in fields], page.map)
    for field, measured, quad in zip(fields, found, quads, strict=True):
        measures = joined(measured)
        readings.append(FieldReading(field.id, "strike", _scores(measures), measures, quad))
    return readings


def _fold_extra(window: Bytes, shading: Bytes, blank: Bytes, line: _Line) -> float:
    """How much darker than the sheet's shading the fold is here, seen on the bare paper at both sides of the name.

    A crease is narrower than the sheet shows it, so it is darker than the shading; without one, taking away more
    than the shading would take a faint stroke with it.
    """
    sides = np.ones(window.shape, np.bool_)
    sides[:, line.x0 - SIDE_PX : line.x1 + SIDE_PX] = False
    seen = sides & (blank < BARE) & (shading > 0.7 * shading.max()) & (shading > FOLD_SHOWN)
    if np.count_nonzero(seen) < FOLD_PLACES:
        return FOLD_EXTRA
    ratio = np.quantile(window[seen].astype(np.float64) / shading[seen], FOLD_DARK)
    return float(np.clip(ratio, 1.0, FOLD_EXTRA))


def _crease(shading: Bytes, line: _Line) -> float:
    """Darkness (0 to 255) of the fold that runs along the line's letters: it may hide a faint level stroke."""
    rows = shading[line.y0 : line.y1, line.x0 : line.x1].mean(axis=1)
    return float(rows.max())


def _without_common_faintness(found: Sequence[Sequence[dict[str, float]]], fields: Sequence[FormField]) -> None:
    """Take from every line the faint ink that most lines of the page have: the back's print showing through."""
    lines = [
        (m, box.w)
        for measured, f in zip(found, fields, strict=True)
        for m, box in zip(measured, lines_of(f), strict=True)
    ]
    # a faint stroke beside plain ones would else be taken for what all lines have
    bare = [m["faint_mm2"] / width for m, width in lines if m["ink_mm2"] < PLAIN_MM2]
    common = float(np.quantile(bare, COMMON)) if len(bare) >= FEW else 0.0
    for m, width in lines:
        m["faint_mm2"] = max(0.0, m["faint_mm2"] - 1.5 * common * width)


def _model(seen: Bytes, plan: _Plan, offsets: Sequence[tuple[float, float]]) -> PrintModel:
    """How this page shows print, from the names that have the least on them."""
    parts = [
        (slice(top + line.y0 - 4, top + line.y1 + 4), slice(line.x0 - 4, line.x1 + 4))
        for line, (top, _) in zip(plan.lines, plan.mosaic.rows, strict=True)
    ]
    inks = [float(cv2.subtract(seen[part], plan.print_reach[part]).mean()) for part in parts]
    least = np.argsort(inks, kind="stable")[:CLEANEST]
    pages = [shifted(np.ascontiguousarray(seen[parts[i]]), (-offsets[i][0], -offsets[i][1])) for i in least]
    return print_model(pages, [[np.ascontiguousarray(soft[parts[i]]) for i in least] for soft in plan.blanks])


def _of_window(folds: Bytes, line: Box, shape: tuple[int, ...]) -> Bytes:
    """The part of the sheet's fold shading that a line's window shows, at the window's density."""
    scale = DENSITY / FOLD_DENSITY
    x, y = line.x - MARGIN_X_MM, line.y - MARGIN_Y_MM
    matrix = np.array([[scale, 0, -x * DENSITY], [0, scale, -y * DENSITY]], np.float32)
    return np.asarray(cv2.warpAffine(folds, matrix, (shape[1], shape[0]), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _offset(seen: Bytes, blank: Bytes, line: _Line) -> tuple[float, float]:
    """By how many pixels the line lies off the blank, to a tenth; 0 where print is too little to tell."""
    r, around = REACH_PX + 1, 6
    rows = slice(max(r, line.y0 - around), line.y1 + around)
    columns = slice(max(r, line.x0 - around), min(line.x1 + around, blank.shape[1] - r))
    template = blank[rows, columns]
    if template.mean() < 2:
        return 0.0, 0.0
    window = seen[rows.start - r : rows.stop + r, columns.start - r : columns.stop + r : 2]
    # as floats: OpenCV takes twice as long to turn bytes into them
    fit = cv2.matchTemplate(window.astype(np.float32), template[:, ::2].astype(np.float32), cv2.TM_CCORR_NORMED)
    _, _, _, (x, y) = cv2.minMaxLoc(fit)
    return 2 * (x + _peak(np.asarray(fit[y], np.float32), x)) - r, y + _peak(np.asarray(fit[:, x], np.float32), y) - r


def _peak(values: NDArray[np.float32], at: int) -> float:
    """Where between its neighbours a maximum lies, by a parabola."""
    if at in (0, len(values) - 1):
        return 0.0
    left, middle, right = (float(v) for v in values[at - 1 : at + 2])
    bend = left - 2 * middle + right
    return 0.0 if bend >= 0 else 0.5 * (left - right) / bend


TRACES = {"ink_mm2": 0.3, "faint_mm2": 0.5, "lined": 8.5}
"""What a clear name may have of each at the most; nearly so much of all three is a faint stroke (``traces``)."""
MEASURES = (
    "span", "open", "core", "middle", "heart", "ring", "ink_mm2", "faint_mm2", "lined", "title_mm2", "beside_mm2",
    "signs_mm2", "taller_mm", "far_mm2",
)  # fmt: skip


def _measured(seen: Seen, line: _Line) -> dict[str, float]:
    """Measures of one line: shares of its width, mm and mm²."""
    excess = np.asarray(cv2.subtract(seen.page, seen.ample), np.uint8)
    near = round(NEAR_MM * DENSITY)
    zone = (slice(line.y0 - near, line.y1 + near), slice(line.x0 - near, line.x1 + near))
    sure = plain_ink(excess, zone)
    if not cv2.countNonZero(sure):
        none = dict.fromkeys(MEASURES, 0.0) | {"open": 1.0}
        faint = {"faint_mm2": area_mm2(faint_lines(excess[zone])), "lined": _lined(seen, line)}
        return none | faint | {"title_mm2": ink_on_title(seen, zone)}
    ink = grown_ink(sure, seen)
    ends = end_heights(ink[zone])
    rows = slice(line.y0 + seen.down, line.y1 + seen.down)
    row = row_of_uprights(sure, slice(rows.start - near, rows.stop + near), line.x0, line.x1)
    beside, signs = ink_beside(ink, zone, seen.print_reach, ends, row)
    ink_mm2 = area_mm2(sure[zone])
    # Where there is plain ink, faint ink tells nothing more: its lines need not be parted from noise.
    faint_ink = faint_lines(excess[zone]) if ink_mm2 < 1.0 else ink[zone]
    behind = beside[:, line.x1 + round(BEHIND_MM * DENSITY) :]
    # a line along the letters' feet draws the offset to itself, so what lies there by it or without it does not count
    heart = slice(line.heart[0] + max(0, seen.down), line.heart[1] + min(0, seen.down))
    # what runs along the line's very edge may lie over or under it, by what registration may be off
    inner = slice(rows.start + EDGE_PX, rows.stop - EDGE_PX) if row is None else rows
    core = longest_stretch(crossed(ink[line.core[0] : line.core[1]]), line.x0, line.x1, 0)
    upright = row.span if row is not None and core >= SHOWN_CORE else 0.0
    return {
        "span": span_of_strokes(
            within(sure, inner) if row is None else sure[inner],
            ink[inner],
            seen.print_reach[_moved_rows(inner, -seen.down)],
            line.x0,
            line.x1,
        ),
        "open": open_ends(ink[inner], line.x0, line.x1),
        "core": max(core, upright),
        "middle": max(_middle(ink, rows, line), upright),
        # plain ink only: from a line that touches the letters' heads, ink is followed down into them
        "heart": max(longest_stretch(crossed(sure[heart]), line.x0, line.x1, 0), upright),
        "ring": _ring(sure, line, near),
        "ink_mm2": ink_mm2,
        "faint_mm2": area_mm2(faint_ink),
        "lined": _lined(seen, line) if ink_mm2 < 1.0 else 0.0,
        "title_mm2": ink_on_title(seen, zone) if ink_mm2 < 1.0 else 0.0,
        "beside_mm2": area_mm2(beside),
        "signs_mm2": signs,
        # a wave or zigzag runs on as tall as it was; a word behind a level stroke is taller
        "taller_mm": max(0.0, height_mm(behind) - TALLER * ends[1]),
        "far_mm2": area_mm2(beside[:, line.x1 + round(FAR_MM * DENSITY) :]),
    }


def _lined(seen: Seen, line: _Line) -> float:
    """Darkness (0 to 60) by which one height between the letters is darker than the others, over 10 mm of them.

    A faint level stroke shows only in the gaps between bold letters, in pieces too short to be told from noise one by
    one; they lie at one height. Only the gaps are looked at: the unexplained edges of bars, of which some names have
    many at one height, would be taken for it.
    """
    rows, columns = slice(line.core[0] + seen.down, line.core[1] + seen.down), slice(line.x0, line.x1)
    bare = np.asarray(seen.print_reach[line.core[0] : line.core[1], columns] < LINED_BARE, np.float32)
    dark = np.minimum(cv2.subtract(seen.page[rows, columns], seen.close[rows, columns]), LINED_MOST) * bare
    wide = min(LINED_PX, dark.shape[1])
    every = slice(wide // 2, dark.shape[1] - wide // 2 + 1, LINED_STEP_PX)
    means = cv2.blur(dark, (wide, 3))[:, every] / (cv2.blur(bare, (wide, 3))[:, every] + LINED_FEW)
    return float((means - np.median(means, axis=0)).max(initial=0.0))


def _moved_rows(rows: slice, by: int) -> slice:
    return slice(rows.start + by, rows.stop + by)


def _middle(ink: Bytes, rows: slice, line: _Line) -> float:
    """Share of the name that is crossed through the middle of its printed line, without wide gaps.

    A wave that swings round the letters, over their heads and under their feet, crosses the middle here and there.
    """
    height = rows.stop - rows.start
    middle = ink[rows.start + round(MIDDLE[0] * height) : rows.start + round(MIDDLE[1] * height)]
    return longest_stretch(crossed(middle), line.x0, line.x1, 0, MIDDLE_GAP_MM)


def _ring(ink: Bytes, line: _Line, near: int) -> float:
    """Share of the name's width that has ink above and below but none through the middle of its letters.

    A flat ring may touch the letters' feet and heads all along; it is no crossing-out.
    """
    quarter = round(0.25 * (line.core[1] - line.core[0]))
    upper, lower = line.core[0] + quarter, line.core[1] - quarter
    body = ink[:, line.x0 : line.x1]
    above = body[line.y0 - near : upper].any(axis=0).mean()
    below = body[lower : line.y1 + near].any(axis=0).mean()
    if not (above and below):
        return 0.0
    middle = np.zeros((1, body.shape[1] + 2 * RING_PX), np.uint8)
    middle[0, RING_PX:-RING_PX] = body[upper:lower].any(axis=0)
    filled = cv2.morphologyEx(middle, cv2.MORPH_CLOSE, np.ones((1, RING_PX), np.uint8))
    return max(0.0, float(min(above, below) - filled[0, RING_PX:-RING_PX].mean()))


def joined(lines: Sequence[dict[str, float]]) -> dict[str, float]:
    """A name on two lines is as struck as its less struck line, and as inked as both together."""
    joined = {name: min(m[name] for m in lines) for name in ("span", "core", "middle", "heart")}
    worst = ("open", "ring", "taller_mm", "crease", "creased", "lined")
    joined |= {name: max(m[name] for m in lines) for name in worst}
    sums = ("ink_mm2", "faint_mm2", "title_mm2", "beside_mm2", "signs_mm2", "far_mm2")
    joined |= {name: sum(m[name] for m in lines) for name in sums}
    joined["patchy"] = 1.0 - joined["core"] if joined["span"] < PATCHY_SPAN else 0.0
    return joined | {"traces": sum(joined[name] / most for name, most in TRACES.items())}


def _scores(m: Mapping[str, float]) -> dict[FieldValue, float]:
    """Weights of the four values, by how far the worst measure is from where its meaning turns."""
    struck = min((m["span"] - 0.85) / 0.1, (m["core"] - 0.2) / 0.4)
    clear = min((0.5 - m["ink_mm2"]) / 0.4, (1.0 - m["faint_mm2"]) / 0.6, (0.7 - m["beside_mm2"]) / 0.4)
    sure = {"struck": min(1.0, max(0.0, struck)), "clear": min(1.0, max(0.0, clear))}
    rest = 1.0 - max(sure.values())
    partial = 0.7 if m["ink_mm2"] > 1.0 and m["core"] > 0.1 else 0.3
    weights: dict[FieldValue, float] = {
        "struck": sure["struck"],
        "partial": partial * rest,
        "clear": sure["clear"],
        "unclear": (1.0 - partial) * rest,
    }
    whole = sum(weights.values())
    return {value: weight / whole for value, weight in weights.items()}
