"""Numbers and tally strokes on a page: digit boxes, lines and cells, each with the chances of its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms.template import FormField, WrittenKind
from pipeline.geometry import Box, Quad
from pipeline.recognize.components import components
from pipeline.recognize.digits.strings import RULED, read_string
from pipeline.recognize.light import light_of
from pipeline.recognize.number_values import Values, values_of_fields, values_of_strings, values_of_tally
from pipeline.recognize.numbers import NumberReading, read_numbers
from pipeline.recognize.reading import Doubt, WrittenReading
from pipeline.recognize.tally_grid import read_tally_grid
from pipeline.recognize.tally_groups import TallyReading
from pipeline.recognize.tally_strokes import read_tally
from pipeline.recognize.windows import Bytes, Layout, Mosaic, cut, darkness, mosaic_of, quad_of, quads_of
from pipeline.scan.page import RegisteredPage
from pipeline.scan.prepare import PreparedSide

DENSITY = 8.0
"""Pixels a mm (200 dpi), as the digit reader was trained."""
RIM_MM = 0.5
"""So much round a digit box is cut out with it, so that its lines lie near the rim."""
CELL_LINE_MM = 0.6
"""So much of a tally cell lies under its own lines."""
AROUND_MM, ASIDE_MM = 2.5, 5.0
"""So far above and below a number field, and so far beside it, writing is looked for that lies outside of its boxes."""
INK = 60
"""Darkness of 255 above the blank's from which it is writing, no shadow and no tint."""
PRINTED = 60
"""Darkness of the blank from which it is print."""
OUTSIDE_MM2, OUTSIDE_MM, TALL_MM, BESIDE_MM = 0.9, 2.0, 0.8, 0.6
"""Writing outside: a piece of ink so large, so long and so tall, whose middle lies so far beyond the nearest digit box.
Level pieces are the lines of a table that the form's blank does not show."""
INSIDE = 0.3
"""Share of its pixels within the boxes from which a piece of ink belongs to them."""
NEAR_LINE_PX, PRINT_PX = 5, 7
"""Rows that belong to a printed line; and how broadly other print is taken away: it lies off by a third of a mm."""
COVERED, KEPT = 0.55, 0.85
"""Share of a box's own printed lines that still show below which it is covered, where the median of the page's fields
is above the second: white-out and erasers take lines away, a pale scan takes all."""


@dataclass(frozen=True, slots=True, eq=False)
class _Around:
    """What lies round and on the boxes of a number field: writing outside, and how much of the print of that box still
    shows of which least does."""

    outside_mm2: float
    lines: float


def read_written(page: RegisteredPage, prepared: PreparedSide, fields: Sequence[FormField]) -> list[WrittenReading]:
    """Readings of the number and tally fields among ``fields``, in their order."""
    light = light_of(page, prepared.side)
    boxed = [f for f in fields if f.kind == "number" and f.boxes]
    found = {r.field: r for r in _in_boxes(page, prepared, light, boxed)}
    for field in fields:
        if field.kind == "tally":
            found[field.id] = _tally(page, prepared, light, field)
        elif field.kind == "number" and not field.boxes:
            found[field.id] = _on_line(page, prepared, light, field)
    return [found[f.id] for f in fields if f.id in found]


# --- digit boxes ------------------------------------------------------------


def _in_boxes(
    page: RegisteredPage, prepared: PreparedSide, light: Bytes, fields: Sequence[FormField]
) -> list[WrittenReading]:
    if not fields:
        return []
    boxes = tuple(box.grown(RIM_MM) for field in fields for box in field.boxes)
    crops = _crops(page, prepared, light, boxes)
    of_field: list[list[Bytes]] = []
    for field in fields:
        of_field.append(crops[: len(field.boxes)])
        crops = crops[len(field.boxes) :]
    readings = read_numbers(of_field)
    if prepared.reference is None:  # nothing tells print from ink: nothing outside, all lines there
        arounds = [_Around(0.0, 1.0)] * len(fields)
    else:
        arounds = [_around(page, light, of) for of in _surroundings(prepared, tuple(f.id for f in fields))]
    usual = float(np.median([a.lines for a in arounds]))
    chances = values_of_fields([reading.boxes for reading in readings])
    quads = quads_of([box for field in fields for box in (field.box, *field.boxes)], page.map)
    found: list[WrittenReading] = []
    for field, reading, values, around in zip(fields, readings, chances, arounds, strict=True):
        mine, quads = quads[: 1 + len(field.boxes)], quads[1 + len(field.boxes) :]
        found.append(_number(field, reading, values, around, usual, mine))
    return found


def _crops(page: RegisteredPage, prepared: PreparedSide, light: Bytes, boxes: tuple[Box, ...]) -> list[Bytes]:
    """Grey windows of boxes, each of its own size."""
    mosaic = mosaic_of(prepared, Layout(boxes, DENSITY))
    picture = cut(light, page.map, mosaic, page.pixels_per_mm)
    return [
        np.ascontiguousarray(picture[top:bottom, : round(box.w * DENSITY)])
        for (top, bottom), box in zip(mosaic.rows, boxes, strict=True)
    ]


def _number(
    field: FormField, reading: NumberReading, chances: tuple[Values, float], around: _Around, usual: float,
    quads: Sequence[Quad],
) -> WrittenReading:  # fmt: skip
    """``quads``: the field's own, then its boxes'."""
    values, dropped = chances
    doubts: list[Doubt] = list(reading.doubts)
    if set(reading.likeliest) <= {"_"} and "pale" not in doubts:
        doubts.insert(0, "empty")
    if around.outside_mm2 > OUTSIDE_MM2:
        doubts.append("outside_box")
    if around.lines < COVERED and usual > KEPT:
        doubts.append("covered")
    measures = {"outside_mm2": around.outside_mm2, "lines": around.lines}
    own, *of_boxes = quads
    return WrittenReading(field.id, "number", values, dropped, tuple(doubts), measures, own, tuple(of_boxes))


@dataclass(frozen=True, slots=True, eq=False)
class _Surroundings:
    """What the form itself tells of the window round a number field: the same for every page of it.

    Masks of 0 and 1 in pixels of the mosaic. ``bare``: neither print nor another field; ``near``: on the boxes or
    close by; ``lines``: of each box the places of its own printed lines.
    """

    mosaic: Mosaic
    bare: Bytes
    near: Bytes
    lines: tuple[NDArray[np.intp], ...]


@lru_cache(maxsize=8)
def _surroundings(prepared: PreparedSide, names: tuple[str, ...]) -> tuple[_Surroundings, ...]:
    """Of the number fields so named; kept by identity of the side."""
    by_id = {f.id: f for f in prepared.side.fields}
    fields = [by_id[name] for name in names]
    return tuple(_surroundings_of(prepared, field, fields) for field in fields)


def _surroundings_of(prepared: PreparedSide, field: FormField, others: Sequence[FormField]) -> _Surroundings:
    own = field.box
    window = Box(own.x - ASIDE_MM, own.y - AROUND_MM, own.w + 2 * ASIDE_MM, own.h + 2 * AROUND_MM)
    mosaic = mosaic_of(prepared, Layout((window,), DENSITY))
    bare = np.asarray(cv2.dilate(mosaic.blank, np.ones((9, 9), np.uint8)) <= PRINTED, np.uint8)
    for other in others:
        if other.id != field.id:
            _paint(bare, other.box.grown(RIM_MM), window, 0)
    near, lines = np.zeros_like(bare), []
    for box in field.boxes:
        mine = np.zeros_like(bare)
        _paint(mine, box.grown(BESIDE_MM), window, 1)
        lines.append(np.flatnonzero((mosaic.blank > PRINTED) & (mine > 0)))
        near |= mine
    return _Surroundings(mosaic, bare, near, tuple(lines))


def _around(page: RegisteredPage, light: Bytes, of: _Surroundings) -> _Around:
    dark = darkness(cut(light, page.map, of.mosaic, page.pixels_per_mm))
    ink = np.asarray(cv2.bitwise_and(cv2.threshold(dark, INK, 1, cv2.THRESH_BINARY)[1], of.bare), np.uint8)
    seen = cv2.dilate(dark, np.ones((5, 5), np.uint8)).ravel() > PRINTED / 3
    lines = min((float(seen[places].mean()) for places in of.lines if len(places)), default=1.0)
    return _Around(_outside(ink, of.near), lines)


def _paint(mask: NDArray[np.uint8], box: Box, window: Box, value: int) -> None:
    left, top = (box.x - window.x) * DENSITY, (box.y - window.y) * DENSITY
    x0, y0 = max(0, round(left)), max(0, round(top))
    x1, y1 = round(left + box.w * DENSITY), round(top + box.h * DENSITY)
    mask[y0 : max(y1, 0), x0 : max(x1, 0)] = value


def _outside(ink: NDArray[np.uint8], near: NDArray[np.uint8]) -> float:
    """Area (mm²) of pieces of writing whose middle lies outside of the boxes.

    What runs from the window's top to its bottom is no figure, but a line of the form.
    """
    if cv2.countNonZero(cv2.subtract(ink, near)) < (1 - INSIDE) * OUTSIDE_MM * DENSITY:
        return 0.0  # too little for a piece of that length
    labels, stats = components(ink)
    inside = np.bincount(labels[near > 0], minlength=len(stats))
    area, height = 0.0, len(ink)
    for k, (_, _, w, h, pixels) in enumerate(stats.tolist()):
        long_enough = max(w, h) >= OUTSIDE_MM * DENSITY
        tall_enough = TALL_MM * DENSITY <= h < height
        if k and long_enough and tall_enough and inside[k] < INSIDE * pixels:
            area += pixels / DENSITY**2
    return area


# --- lines and cells ------------------------------------------------------------


def _on_line(page: RegisteredPage, prepared: PreparedSide, light: Bytes, field: FormField) -> WrittenReading:
    (crop,) = _crops(page, prepared, light, (field.box,))
    if prepared.reference is not None:
        blank = mosaic_of(prepared, Layout((field.box,), DENSITY)).blank
        crop = without_print(crop, blank[: crop.shape[0], : crop.shape[1]])
    found = read_string(crop)
    values, dropped = values_of_strings(found.readings, left_out=found.left_out)
    doubts: tuple[Doubt, ...] = ("pale",) if found.left_out else () if found.readings else ("empty",)
    return _reading(page, field, "number", values, dropped, doubts, {})


def without_print(crop: Bytes, blank: Bytes) -> Bytes:
    """The window of a line without what the form prints there beside the line itself: the feet of letters above it."""
    printed = np.asarray(cv2.threshold(blank, PRINTED, 1, cv2.THRESH_BINARY)[1], np.uint8)
    line = cv2.dilate(printed, np.ones((3, 7), np.uint8)).mean(axis=1, keepdims=True) > RULED
    printed[np.asarray(cv2.dilate(line.astype(np.uint8), np.ones((NEAR_LINE_PX, 1), np.uint8)))[:, 0] > 0] = 0
    if not cv2.countNonZero(printed):
        return crop
    bare = cv2.dilate(printed, np.ones((PRINT_PX, PRINT_PX), np.uint8)) == 0
    return np.asarray(np.where(bare, crop, np.percentile(crop[bare], 80)), np.uint8)


def _tally(page: RegisteredPage, prepared: PreparedSide, light: Bytes, field: FormField) -> WrittenReading:
    (crop,) = _crops(page, prepared, light, (field.box if field.grid else field.box.grown(-CELL_LINE_MM),))
    found = read_tally_grid(crop, *field.grid, field.style) if field.grid else _free(crop, field)
    values, dropped = values_of_tally(found)
    doubts: tuple[Doubt, ...] = () if found.sure else ("strokes_unsure",)
    measures = {"groups": float(len(found.groups)), "unsure": float(sum(not g.sure for g in found.groups))}
    return _reading(page, field, "tally", values, dropped, doubts, measures)


def _free(crop: Bytes, field: FormField) -> TallyReading:
    return read_tally(crop, field.style, field.pitch * DENSITY)


def _reading(
    page: RegisteredPage, field: FormField, kind: WrittenKind, values: tuple[tuple[int | None, float], ...],
    dropped: float, doubts: tuple[Doubt, ...], measures: Mapping[str, float],
) -> WrittenReading:  # fmt: skip
    return WrittenReading(field.id, kind, values, dropped, doubts, measures, quad_of(field.box, page.map))
