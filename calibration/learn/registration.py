"""How a learned side is to be found on scans: what its print offers, tried on the blank itself before it is chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from calibration.learn.marks import corner_marks, printed_box, timing_marks
from calibration.learn.strokes import Print
from pipeline.forms.template import (
    ByContent,
    ByCornerMarks,
    ByPrintedBox,
    ByTimingMarks,
    Form,
    FormSide,
    Registration,
)
from pipeline.geometry import Box
from pipeline.messages import Message, message
from pipeline.recognize.read import read_raw
from pipeline.recognize.reading import PageReading
from pipeline.review.decide import decide
from pipeline.review.profile import Profile
from pipeline.scan.features import Grey
from pipeline.scan.page import Pixels, RawPage, Rejection
from pipeline.scan.prepare import PreparedForm, prepared_side

EMPTY = {"strike": "clear", "oval": "unmarked", "box": "unmarked", "stamp": "absent", "stray": "absent",
         "signature": "absent"}  # fmt: skip
"""What a field of a blank must be read as."""
OUTLINE_FIT = 0.3
"""Correlation with the printed outline below which the reader does not see a target."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A way to register, why it is offered, and the marks to be kept out of the text."""

    registration: Registration
    why: Message


@dataclass(frozen=True, slots=True)
class Tried:
    """How the blank reads with a side: ``unfit`` says why it does not; else doubts by field id."""

    unfit: Message | None
    residual_mm: float
    doubts: dict[str, tuple[str, ...]]


def offers_of(page: Print) -> Iterator[Offer]:
    """The surest way first: bars, squares, a printed box, the print itself."""
    timing = timing_marks(page)
    if timing is not None:
        why = message(
            "{count} equal bars along its edges ({code} more look like a code and are left out)",
            count=len(timing.marks),
            code=len(timing.code),
        )
        yield Offer(ByTimingMarks(tuple(map(rounded, timing.marks))), why)
    corners = corner_marks(page)
    if corners is not None:
        a, b, c, d = (rounded(m) for m in corners)
        yield Offer(ByCornerMarks((a, b, c, d)), message("four equal squares near its corners"))
    box = printed_box(page)
    if box is not None:
        why = message("a printed box of {w} x {h} mm round the print", w=round(box.w), h=round(box.h))
        yield Offer(ByPrintedBox(rounded(box)), why)
    yield Offer(ByContent(), message("its printed text and lines, for want of marks and of a box"))


def marks_of(page: Print) -> list[Box]:
    """Boxes of everything that is there to be found by, codes included."""
    timing, corners = timing_marks(page), corner_marks(page)
    return [*(timing.marks + timing.code if timing else ()), *(corners or ())]


def rounded(box: Box) -> Box:
    return Box(*(round(float(v), 2) for v in (box.x, box.y, box.w, box.h)))


def tried(
    form: Form, pictures: Sequence[tuple[Grey, float]], side: FormSide, raws: Sequence[RawPage], profile: Profile
) -> Tried:
    """The blank's own scans read with the form, as they lie and upside down; ``pictures`` by side of the form."""
    prepared = PreparedForm(
        form, tuple(prepared_side(form.id, s, [p]) for s, p in zip(form.sides, pictures, strict=True)), ""
    )
    residual, doubts = 0.0, dict[str, tuple[str, ...]]()
    for raw in raws:
        upright = read_raw(raw, [prepared])
        other = read_raw(_turned(raw), [prepared])
        unfit = _unfit(upright, other, side)
        if unfit is not None:
            return Tried(unfit, 0.0, {})
        assert isinstance(upright, PageReading)
        residual = max(residual, upright.residual_mm)
        if raw is raws[0]:
            doubts = _doubts(upright, profile)
    return Tried(None, round(residual, 3), doubts)


def _turned(raw: RawPage) -> RawPage:
    pixels: Pixels = np.ascontiguousarray(raw.pixels[::-1, ::-1])
    return replace(raw, pixels=pixels)


def _unfit(upright: PageReading | Rejection, other: PageReading | Rejection, side: FormSide) -> Message | None:
    for found in (upright, other):
        if isinstance(found, Rejection):
            return message("the blank itself is not found so ({why})", why=found.text)
        if found.side != side.name:
            return message("the blank itself is taken for the side '{side}'", side=found.side)
    assert isinstance(upright, PageReading) and isinstance(other, PageReading)
    turn = abs(abs(upright.rotation_deg - other.rotation_deg) - 180)
    return message("upside down it looks the same") if turn > 5 else None


def _doubts(reading: PageReading, profile: Profile) -> dict[str, tuple[str, ...]]:
    doubts: dict[str, tuple[str, ...]] = {}
    for field in reading.fields:
        decision = decide(field, profile, reading.engine)
        own = []
        if not decision.accepted or decision.value != EMPTY[field.kind]:
            own.append("not_read_as_empty")
        if field.kind in ("oval", "box") and field.measures.get("fit", 1.0) < OUTLINE_FIT:
            own.append("outline_not_found")
        if own:
            doubts[field.field] = tuple(own)
    return doubts
