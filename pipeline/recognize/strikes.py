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
from pipeline.recognize.artefacts import Streaks
from pipeline.recognize.reading import FieldReading
from pipeline.recognize.sheet_ink import DENSITY as FOLD_DENSITY
from pipeline.recognize.windows import Bytes, Layout, Mosaic, cut, darkness, mosaic_of, quad_of, spread
from pipeline.scan.page import RegisteredPage
from pipeline.scan.prepare import PreparedSide

DENSITY = 8.0
"""Pixels a mm of the windows: about that of a 200 dpi scan, so that a 0.25 mm line keeps its two pixels."""
MARGIN_X_MM, MARGIN_Y_MM = 12.0, 2.4
"""Seen around a name: signs beside it stand within 12 mm; above and below a neighbour's ink shows."""
NEAR_MM = 0.7
"""Ink nearer than this belongs to the name: 0.5 mm by definition, and what registration may be off."""
REACH_PX = 3
"""How far (pixels) a window may lie off after registration: 0.37 mm; its 99th percentile is 0.2 mm."""
INK, FAINT = 38, 24
"""Darkness of 255 above the blank's that is ink, and that already speaks against a clear name. Paper noise of
the roughest scans stays below 20; the faintest pencil line gives 40."""
SPECK_MM2 = 0.05
"""Smaller spots are dust and noise: a resting pen leaves 0.2 mm² and more."""
FAR_MM = 8.5
"""A stroke seldom runs on so far behind its name; what stands there may be a word that it touches."""
BEHIND_MM = 4.0
"""Ends of zigzags and waves are over so far behind the name; a word that they run into is not."""
JOIN_PX = 11
"""Pieces of one stroke beside a name lie at most so near (1.2 mm): a pen skips, a sign stands apart."""
SIGN_MM = 1.2
"""A tick, cross or letter is taller; the end of a level stroke is not."""
CLOSE_MM = 5.0
"""A gap in the ink through the letters' bodies that still is one crossing-out: the bars of E, H and A hide up
to 4 mm of a level line, and zigzags and rows of vertical strokes have gaps by their nature. A ring has the
whole name between its two ends, an underline no ink here at all."""


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


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    mosaic: Mosaic
    lines: tuple[_Line, ...]
    print_reach: Bytes
    """The blank's darkness spread by the tolerance: ink there cannot be told from print."""


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
        lines.append(_Line(field, box, x0, x1, y0, y1, (y0 + core[0], y0 + core[1])))
    return _Plan(mosaic, tuple(lines), np.asarray(cv2.dilate(mosaic.blank, np.ones((3, 3), np.uint8)), np.uint8))


def _core_rows(blank: Bytes) -> tuple[int, int]:
    """The rows through the body of the letters, accents and the outer 10 % left out.

    Accents and dots below reach beyond the letters, so the box's middle is not the letters' middle.
    """
    rows = blank.mean(axis=1)
    height = len(rows)
    if rows.max() < 8:  # no print known (a form without reference): the middle of the box
        return round(0.25 * height), max(round(0.75 * height), round(0.25 * height) + 1)
    body = np.flatnonzero(rows > 0.45 * np.percentile(rows, 90))
    first, last = int(body[0]), int(body[-1]) + 1
    inset = 0.1 * (last - first)
    return round(first + inset), max(round(last - inset), round(first + inset) + 1)


def read_strikes(
    page: RegisteredPage, prepared: PreparedSide, fields: Sequence[FormField], streaks: Streaks, folds: Bytes | None
) -> list[FieldReading]:
    """A reading per strike field of the side, in order; ``fields`` are all of them."""
    if not fields:
        return []
    plan = _plan(prepared)
    seen = darkness(cut(page.raw.pixels, page.map, plan.mosaic, page.pixels_per_mm))
    masked = _streaked(plan.mosaic, page, streaks) if streaks else None
    found: list[list[dict[str, float]]] = [[] for _ in fields]
    for line, (top, bottom) in zip(plan.lines, plan.mosaic.rows, strict=True):
        hidden = None if masked is None else masked[top:bottom]
        window = _excess(seen[top:bottom], plan.mosaic.blank[top:bottom], line.x1 + 8)
        if folds is not None:
            window = np.asarray(cv2.subtract(window, _of_window(folds, line.box, window.shape)), np.uint8)
        found[line.field].append(_measured(window, plan.print_reach[top:bottom], line, hidden))
    readings = []
    for field, measured in zip(fields, found, strict=True):
        measures = _joined(measured)
        readings.append(FieldReading(field.id, "strike", _scores(measures), measures, quad_of(field.box, page.map)))
    return readings


def _of_window(folds: Bytes, line: Box, shape: tuple[int, ...]) -> Bytes:
    """The part of the sheet's fold shading that a line's window shows, at the window's density."""
    scale = DENSITY / FOLD_DENSITY
    x, y = line.x - MARGIN_X_MM, line.y - MARGIN_Y_MM
    matrix = np.array([[scale, 0, -x * DENSITY], [0, scale, -y * DENSITY]], np.float32)
    return np.asarray(cv2.warpAffine(folds, matrix, (shape[1], shape[0]), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _streaked(mosaic: Mosaic, page: RegisteredPage, streaks: Streaks) -> NDArray[np.bool_]:
    """Pixels of the mosaic that lie on a streak of the scan (true)."""
    places = spread(page.map.to_pixels(mosaic.grid), mosaic.rows, mosaic.width)
    return streaks.at(places)


def _excess(seen: Bytes, blank: Bytes, right: int) -> Bytes:
    """Darkness that the blank does not explain, the window laid onto the blank first."""
    dx, dy = _offset(seen[:, :right], blank[:, :right])
    moved = blank
    if abs(dx) > 0.05 or abs(dy) > 0.05:
        matrix = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
        moved = np.asarray(cv2.warpAffine(blank, matrix, (blank.shape[1], blank.shape[0])), np.uint8)
    spread = cv2.dilate(moved, np.ones((3, 3), np.uint8))
    # Print may come out darker and softer than the blank's: a third more, and a soft edge.
    allowed = cv2.addWeighted(spread, 1.0, cv2.blur(spread, (3, 3)), 0.45, 0)
    return np.asarray(cv2.subtract(seen, allowed), np.uint8)


def _offset(seen: Bytes, blank: Bytes) -> tuple[float, float]:
    """By how many pixels the window lies off the blank, to a tenth; 0 where print is too little to tell."""
    r = REACH_PX + 1
    template = blank[r:-r, r:-r]
    if template.mean() < 2:
        return 0.0, 0.0
    fit = cv2.matchTemplate(seen[::1, ::2], np.ascontiguousarray(template[:, ::2]), cv2.TM_CCORR_NORMED)
    _, _, _, (x, y) = cv2.minMaxLoc(fit)
    return 2 * (x + _peak(np.asarray(fit[y], np.float32), x)) - r, y + _peak(np.asarray(fit[:, x], np.float32), y) - r


def _peak(values: NDArray[np.float32], at: int) -> float:
    """Where between its neighbours a maximum lies, by a parabola."""
    if at in (0, len(values) - 1):
        return 0.0
    left, middle, right = (float(v) for v in values[at - 1 : at + 2])
    bend = left - 2 * middle + right
    return 0.0 if bend >= 0 else 0.5 * (left - right) / bend


def _measured(excess: Bytes, blank: Bytes, line: _Line, hidden: NDArray[np.bool_] | None) -> dict[str, float]:
    """Measures of one line: extents and gaps in shares of its width and mm, areas in mm²."""
    if hidden is not None:
        excess = np.where(hidden, 0, excess).astype(np.uint8)
    near = round(NEAR_MM * DENSITY)
    zone = (slice(line.y0 - near, line.y1 + near), slice(line.x0 - near, line.x1 + near))
    ink, detached = _parted((excess > INK).astype(np.uint8), zone, blank)
    body = ink[line.y0 - near : line.y1 + near, line.x0 : line.x1]
    around = np.ascontiguousarray(ink[zone])
    faint = (excess[zone] > FAINT).astype(np.uint8)
    ink_mm2 = float(cv2.countNonZero(around)) / DENSITY**2
    # Where there is plain ink, faint ink tells nothing more: its spots need not be parted from noise.
    faint_ink = _without_specks(faint, 4 * SPECK_MM2) if ink_mm2 < 1.0 else faint
    inked = np.asarray(body.any(axis=0), np.bool_)
    core = np.asarray(ink[line.core[0] : line.core[1], line.x0 : line.x1].any(axis=0), np.bool_)
    measures = _extents(inked, line.x1 - line.x0)
    closed = _closed(core)
    thirds = np.array_split(closed, 3)
    beside = ink[line.y0 - near : line.y1 + near].copy()
    beside[:, line.x0 - near : line.x1 + near] = 0
    behind = np.flatnonzero(beside[:, line.x1 + round(BEHIND_MM * DENSITY) :].any(axis=1))
    return measures | {
        "core": float(closed.mean()),
        "core_gap_mm": _widest_gap(core),
        "core_middle": float(thirds[1].mean()),
        "core_outer": float(min(thirds[0].mean(), thirds[2].mean())),
        "ink_mm2": ink_mm2,
        "faint_mm2": float(cv2.countNonZero(faint_ink)) / DENSITY**2,
        "beside_mm2": float(beside.sum()) / DENSITY**2,
        "detached_mm2": detached,
        "behind_mm": float(behind[-1] - behind[0] + 1) / DENSITY if len(behind) else 0.0,
        "far_mm2": float(beside[:, line.x1 + round(FAR_MM * DENSITY) :].sum()) / DENSITY**2,
    }


def _parted(ink: Bytes, zone: tuple[slice, slice], blank: Bytes) -> tuple[Bytes, float]:
    """Ink without specks, and the area (mm²) of signs that stand beside the name apart from its strokes.

    A stroke that runs on over the printed "Ông" is cut up by its letters, so print beside the name joins ink;
    thin leftovers (under SIGN_MM tall) are ends of strokes, not signs.
    """
    if cv2.countNonZero(ink) < SPECK_MM2 * DENSITY**2:
        return np.zeros_like(ink), 0.0
    ink = _without_specks(ink, SPECK_MM2)
    if cv2.countNonZero(ink) - cv2.countNonZero(np.ascontiguousarray(ink[zone])) < SIGN_MM * DENSITY:
        return ink, 0.0
    joins = (blank > 50).astype(np.uint8)
    joins[zone] = 0
    joined = cv2.bitwise_or(cv2.dilate(ink, np.ones((3, JOIN_PX), np.uint8)), joins)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    apart = np.ones(len(stats), np.bool_)
    apart[np.unique(labels[zone][ink[zone] > 0])] = False
    apart[0] = False
    areas = np.bincount(labels[ink > 0], minlength=len(stats))
    first, last = _spans(np.asarray(labels, np.int32), ink, len(stats))
    middle = (first + last) / 2
    sign = (last - first + 1 >= SIGN_MM * DENSITY) & (middle > zone[0].start) & (middle < zone[0].stop)
    return ink, float(areas[apart & sign].sum()) / DENSITY**2


def _spans(labels: NDArray[np.int32], ink: Bytes, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last row of each label's ink; an empty label has its last before its first."""
    rows, columns = np.nonzero(ink)
    of = labels[rows, columns]
    first = np.full(count, ink.shape[0], np.int64)
    last = np.full(count, -1, np.int64)
    np.minimum.at(first, of, rows)
    np.maximum.at(last, of, rows)
    return first, last


def _without_specks(ink: Bytes, speck_mm2: float) -> Bytes:
    """Ink without spots smaller than ``speck_mm2``."""
    if cv2.countNonZero(ink) < speck_mm2 * DENSITY**2:
        return np.zeros_like(ink)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    keep = stats[:, cv2.CC_STAT_AREA] >= speck_mm2 * DENSITY**2
    keep[0] = False
    return np.asarray(keep.astype(np.uint8)[labels], np.uint8)


def _extents(inked: NDArray[np.bool_], width: int) -> dict[str, float]:
    columns = np.flatnonzero(inked)
    if not len(columns):
        return {"span": 0.0, "left_mm": width / DENSITY, "right_mm": width / DENSITY, "gap_mm": width / DENSITY}
    gaps = np.diff(columns)
    return {
        "span": float(columns[-1] - columns[0] + 1) / width,
        "left_mm": float(columns[0]) / DENSITY,
        "right_mm": float(width - 1 - columns[-1]) / DENSITY,
        "gap_mm": float(gaps.max() - 1) / DENSITY if len(gaps) else 0.0,
    }


def _widest_gap(inked: NDArray[np.bool_]) -> float:
    """The widest gap (mm) between inked columns: where a wave leaves the letters and comes back."""
    gaps = np.diff(np.flatnonzero(inked))
    return float(gaps.max() - 1) / DENSITY if len(gaps) else 0.0


def _closed(inked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Inked columns with gaps up to CLOSE_MM filled."""
    size = round(CLOSE_MM * DENSITY) | 1
    row = np.pad(inked.astype(np.uint8), size)[None]
    filled: NDArray[np.bool_] = cv2.morphologyEx(row, cv2.MORPH_CLOSE, np.ones((1, size), np.uint8))[0] > 0
    return filled[size:-size]


def _joined(lines: Sequence[dict[str, float]]) -> dict[str, float]:
    """A name on two lines is as struck as its less struck line, and as inked as both together."""
    joined = {name: min(m[name] for m in lines) for name in ("span", "core", "core_middle", "core_outer")}
    joined |= {
        name: max(m[name] for m in lines) for name in ("gap_mm", "core_gap_mm", "left_mm", "right_mm", "behind_mm")
    }
    return joined | {
        name: sum(m[name] for m in lines) for name in ("ink_mm2", "faint_mm2", "beside_mm2", "detached_mm2", "far_mm2")
    }


def _scores(m: Mapping[str, float]) -> dict[FieldValue, float]:
    """Weights of the four values, by how far the worst measure is from where its meaning turns."""
    struck = min((m["span"] - 0.85) / 0.15, (7.0 - m["gap_mm"]) / 4.0, m["core"] / 0.7, m["core_middle"] / 0.6)
    clear = min((0.45 - m["ink_mm2"]) / 0.3, (1.0 - m["faint_mm2"]) / 0.6, (0.6 - m["beside_mm2"]) / 0.4)
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
