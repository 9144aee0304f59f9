"""A printed name and the ink on it: how much of it is crossed, where, and what lies beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.forms.template import FieldValue, FormField
from pipeline.geometry import Box
from pipeline.recognize.reading import FieldReading
from pipeline.recognize.windows import Layout, Mosaic, cut, excess, mosaic_of, quad_of
from pipeline.scan.page import RegisteredPage
from pipeline.scan.prepare import PreparedSide

DENSITY = 200 / 25.4
MARGIN_X_MM, MARGIN_Y_MM = 8.0, 1.0
NEAR_MM = 0.5
"""Ink nearer than this belongs to the name: the definition of a clear name."""
BRIDGE_MM = 2.2
"""A gap between inked columns that print may hide; a first guess, not measured. Too small on dense print:
lines across wide bold capitals then read as covering 0.2 to 0.6 of the name and are asked."""
TOLERANCE_MM = 0.3
INKED, FAINT = 0.16, 0.07
"""Darkness over the blank's that is ink for coverage, and that already speaks against a clear name.

First guesses, like every number of this module that no source is given for: not yet measured on pens."""


def lines_of(field: FormField) -> tuple[Box, ...]:
    return field.lines or (field.box,)


def read_strikes(page: RegisteredPage, prepared: PreparedSide, fields: Sequence[FormField]) -> list[FieldReading]:
    """A reading per strike field, in order."""
    if not fields:
        return []
    lines = [(i, line) for i, field in enumerate(fields) for line in lines_of(field)]
    boxes = tuple(
        Box(b.x - MARGIN_X_MM, b.y - MARGIN_Y_MM, b.w + 2 * MARGIN_X_MM, b.h + 2 * MARGIN_Y_MM) for _, b in lines
    )
    mosaic = mosaic_of(prepared, Layout(boxes, DENSITY))
    ink = excess(cut(page.raw.pixels, page.map, mosaic), mosaic, TOLERANCE_MM)
    found = [_line(ink, mosaic, k, line) for k, (_, line) in enumerate(lines)]
    readings = []
    for i, field in enumerate(fields):
        measures = _joined([m for m, (owner, _) in zip(found, lines, strict=True) if owner == i])
        readings.append(FieldReading(field.id, "strike", _scores(measures), measures, quad_of(field.box, page.map)))
    return readings


def _line(ink: NDArray[np.float32], mosaic: Mosaic, k: int, line: Box) -> dict[str, float]:
    top, bottom = mosaic.rows[k]
    d = mosaic.density
    x0, x1 = round(MARGIN_X_MM * d), round((MARGIN_X_MM + line.w) * d)
    y0, y1 = round(MARGIN_Y_MM * d), round((MARGIN_Y_MM + line.h) * d)
    near = round(NEAR_MM * d)
    window = ink[top:bottom]
    body = window[max(0, y0 - near) : y1 + near, x0 - near : x1 + near]
    solid = window[y0:y1, x0:x1] > INKED
    right = min(x1 + round(MARGIN_X_MM * d), window.shape[1])
    beside = np.concatenate([window[y0:y1, : x0 - near], window[y0:y1, x1 + near : right]], axis=1)
    return {
        "coverage": _coverage(np.asarray(solid.any(axis=0), np.bool_), round(BRIDGE_MM * d)),
        "height": _height(solid),
        "ink_mm2": float(np.count_nonzero(_despeckled(body > FAINT))) / d**2,
        "beside_mm2": float(np.count_nonzero(_despeckled(beside > INKED))) / d**2,
    }


def _despeckled(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Only pixels with an inked neighbour on two sides: single pixels are noise of the scanner."""
    count = np.zeros(mask.shape, np.uint8)
    count[1:] += mask[:-1]
    count[:-1] += mask[1:]
    count[:, 1:] += mask[:, :-1]
    count[:, :-1] += mask[:, 1:]
    return np.asarray(mask & (count >= 2), np.bool_)


def _coverage(inked: NDArray[np.bool_], bridge: int) -> float:
    """Share of the name's columns under ink; gaps between two inked columns up to ``bridge`` count."""
    at = np.flatnonzero(inked)
    if at.size == 0:
        return 0.0
    steps = np.diff(at)
    return float(1 + steps[steps <= bridge].sum()) / inked.size


def _height(solid: NDArray[np.bool_]) -> float:
    """Where the ink lies between the top (0) and the bottom (1) of the line: median of its rows."""
    rows = np.flatnonzero(solid)
    return float(np.median(rows // solid.shape[1]) / solid.shape[0]) if rows.size else 0.5


def _joined(lines: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """A name's measures from its lines: the least coverage, the height farthest from the middle, all ink."""
    return {
        "coverage": min(m["coverage"] for m in lines),
        "height": max((m["height"] for m in lines), key=lambda h: abs(h - 0.5)),
        "ink_mm2": sum(m["ink_mm2"] for m in lines),
        "beside_mm2": sum(m["beside_mm2"] for m in lines),
    }


def _scores(m: Mapping[str, float]) -> dict[FieldValue, float]:
    """Weights that rank the values; ramps between what is surely not and what surely is."""
    through = _ramp(abs(m["height"] - 0.5), 0.4, 0.25)
    whole = _ramp(m["coverage"], 0.90, 0.985)
    untouched = _ramp(m["ink_mm2"], 0.5, 0.05) * _ramp(m["beside_mm2"], 0.5, 0.1)
    struck = whole * through
    clear = untouched * (1 - struck)
    rest = max(0.0, 1 - struck - clear)
    partial = rest * (0.7 if 0.1 < m["coverage"] < 0.9 and through > 0.5 else 0.2)
    return {"struck": struck, "partial": partial, "clear": clear, "unclear": rest - partial}


def _ramp(value: float, nothing: float, full: float) -> float:
    return float(np.clip((value - nothing) / (full - nothing), 0, 1))
