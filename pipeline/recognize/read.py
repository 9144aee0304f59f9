"""A page read: every field of the side that it was registered to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pipeline.forms.template import WRITTEN
from pipeline.geometry import Box, Quad
from pipeline.recognize.artefacts import Streaks, streaks_of
from pipeline.recognize.light import light_of
from pipeline.recognize.reading import FieldReading, PageReading
from pipeline.recognize.running_on import runs_on
from pipeline.recognize.sheet_ink import SheetInk, frame_of, sheet_ink
from pipeline.recognize.signatures import read_signature
from pipeline.recognize.stamp import read_stamp
from pipeline.recognize.stray import read_stray, with_hanging
from pipeline.recognize.strikes import read_strikes
from pipeline.recognize.targets import read_targets
from pipeline.recognize.two_level import as_unclear
from pipeline.recognize.written import read_written
from pipeline.scan.page import RawPage, RegisteredPage, Rejection
from pipeline.scan.photo import PhotoMap, Projection, projected
from pipeline.scan.prepare import PreparedForm, PreparedSide
from pipeline.scan.register import register
from pipeline.scan.two_level import has_two_levels

ENGINE = "kiemphieu-read-5"
"""Name and version of the reader; a profile is made for one of them."""
SCALE_PPMM = 8.0
"""Pixels per mm, 200 dpi, of the pictures for which the widths of streaks are given; finer ones show them wider."""


def read_raw(
    raw: RawPage, expected: Sequence[PreparedForm], others: Sequence[PreparedForm] = ()
) -> PageReading | Rejection:
    """Register, then read; a page that fits none of ``expected`` is a rejection."""
    page = register(raw, expected, others)
    if isinstance(page, Rejection):
        return page
    form = next(form for form in expected if form.form.id == page.form)
    return read_page(page, form)


def read_page(page: RegisteredPage, form: PreparedForm) -> PageReading:
    """Every field of the page's side, in the form's order; measures only, nothing is decided here."""
    prepared = form.side(page.side)
    fields = prepared.side.fields
    found: dict[str, FieldReading] = {}
    kinds = {f.kind for f in fields}
    two_level = bool(kinds & {"strike", "stamp", "stray", "oval", "box"}) and has_two_levels(page.raw.pixels)
    if kinds & {"strike", "stamp", "stray"}:
        of_ink = _ink_readings(page, prepared)
        found |= as_unclear(of_ink) if two_level else of_ink
    if kinds & {"oval", "box"}:
        targets = [f for f in fields if f.kind in ("oval", "box")]
        found |= {r.field: r for r in read_targets(page, prepared, targets, two_level)}
    found |= {f.id: read_signature(page, prepared, f) for f in fields if f.kind == "signature"}
    written = tuple(read_written(page, prepared, fields)) if kinds & set(WRITTEN) else ()
    readings = tuple(found[f.id] for f in fields if f.kind not in WRITTEN)
    reading = PageReading(
        page.raw.source, page.form, page.side, page.rotation_deg, page.residual_mm, ENGINE, readings, written
    )
    return reading if page.photo is None else _in_photo(reading, page, page.photo)


def _in_photo(reading: PageReading, page: RegisteredPage, projection: Projection) -> PageReading:
    """The reading of a photograph's flat page, with all places in the photograph."""

    def moved(quad: Quad) -> Quad:
        a, b, c, d = projected(projection, np.array(quad)).tolist()
        return (a[0], a[1]), (b[0], b[1]), (c[0], c[1]), (d[0], d[1])

    left, right = PhotoMap(page.map, projection).to_pixels(np.array([[0.0, 0.0], [20.0, 0.0]]))
    turn = float(np.degrees(np.arctan2(right[1] - left[1], right[0] - left[0])))
    fields = tuple(replace(f, quad=moved(f.quad)) for f in reading.fields)
    written = tuple(replace(w, quad=moved(w.quad), quads=tuple(map(moved, w.quads))) for w in reading.written)
    return replace(reading, rotation_deg=turn, fields=fields, written=written)


def _with_dirt(name: FieldReading, box: Box, streaks: Streaks, sheet: SheetInk) -> FieldReading:
    """``streaked``: 1 where a streak that runs along the name was taken out, and perhaps a stroke with it; ``runs_on``:
    how far what lies along it goes on at both sides."""
    along = streaks.along(np.array(name.quad))
    on = runs_on(sheet, box) if name.measures["span"] > 0 else 0.0
    return replace(name, measures={**name.measures, "streaked": float(along), "runs_on": on})


def _ink_readings(page: RegisteredPage, prepared: PreparedSide) -> dict[str, FieldReading]:
    """Fields that are read as ink on the sheet: names, stamps, added writing."""
    fields = prepared.side.fields
    frame = page.map.to_pixels(frame_of(prepared).reshape(-1, 2)).reshape(-1, 2, 2)
    light = light_of(page, prepared.side)
    scale = max(1.0, page.pixels_per_mm / SCALE_PPMM)
    streaks = streaks_of(light, page.pixels_per_mm, page.rotation_deg, frame, scale=scale)
    if streaks:
        light = streaks.taken_out(light)
    page = replace(page, raw=replace(page.raw, pixels=light))
    sheet = sheet_ink(page, prepared)
    strikes = [f for f in fields if f.kind == "strike"]
    names_of = read_strikes(page, prepared, strikes, sheet.folds)
    found = {r.field: _with_dirt(r, f.box, streaks, sheet) for r, f in zip(names_of, strikes, strict=True)}
    stamps = [read_stamp(page, sheet, f) for f in fields if f.kind == "stamp"]
    found |= {s.reading.field: s.reading for s in stamps}
    taken = [s.taken for s in stamps if s.taken is not None]
    names = [found[f.id] for f in strikes]
    hanging: tuple[Box, ...] = ()
    for stray in (f for f in fields if f.kind == "stray"):
        found[stray.id], signs = read_stray(page, prepared, sheet, stray, taken, names)
        hanging += signs
    return found | {f.id: with_hanging(found[f.id], f, hanging) for f in strikes}
