"""A page read: every field of the side that it was registered to."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.recognize.reading import FieldReading, PageReading
from pipeline.recognize.stamp import read_stamp
from pipeline.recognize.stray import read_stray
from pipeline.recognize.strikes import read_strikes
from pipeline.scan.page import RawPage, RegisteredPage, Rejection
from pipeline.scan.prepare import PreparedForm
from pipeline.scan.register import register

ENGINE = "kiemphieu-read-1"
"""Name and version of the reader; a profile is made for one of them."""


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
    found = {r.field: r for r in read_strikes(page, prepared, [f for f in fields if f.kind == "strike"])}
    targets = [f for f in fields if f.kind in ("oval", "box")]
    if targets:
        from pipeline.recognize.targets import read_targets  # noqa: PLC0415  (only forms that have targets)

        found |= {r.field: r for r in read_targets(page, prepared, targets)}
    for field in fields:
        if field.kind == "stamp":
            found[field.id] = read_stamp(page, prepared, field)
        elif field.kind == "stray":
            rest = [f for f in fields if f.kind != "stray"]
            found[field.id] = read_stray(page, prepared, field, rest)
    readings: tuple[FieldReading, ...] = tuple(found[f.id] for f in fields)
    return PageReading(page.raw.source, page.form, page.side, page.rotation_deg, page.residual_mm, ENGINE, readings)
