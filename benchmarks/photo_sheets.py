"""Sheets that lie before a telephone, with what is true about them: marked ballots, forms with marks and targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import cv2
import numpy as np
from PIL import Image, ImageDraw

from benchmarks.positions import targets
from benchmarks.positions.counts import NOT_MARKED
from benchmarks.positions.names import FOLDED
from benchmarks.positions.pages import COLOURS
from benchmarks.positions.papers import Printed, printed
from calibration.simulate.ballot import draw_team, mark_ballot
from calibration.simulate.camera import Photo, draw_conditions, photographed
from calibration.simulate.ink import PAPER_PPMM, Pixels
from calibration.simulate.lettering import font
from calibration.simulate.scanner import fold, tinted
from calibration.simulate.seeds import rng_for
from calibration.simulate.voters import Population
from pipeline.forms.template import ByCornerMarks, ByTimingMarks, FieldKind, Form, FormField, FormSide, Registration
from pipeline.geometry import Box, Size
from pipeline.scan.prepare import PreparedForm, prepared_side

Kind = Literal["ballot", "form"]
KINDS: tuple[Kind, ...] = ("ballot", "form")
PAGE = Size(148.0, 210.0)
FIRST, PITCH = (14.0, 19.0), (17.5, 8.9)
"""Of the targets on a form: where the first lies, and how far apart they are."""
MARK = (4.0, 1.5)
"""Width and height of a timing mark."""
PRINT = 20
FINE = 2
"""Forms are printed this many times finer than the paper's raster."""


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One photograph; ``truth``: field -> the only value that may be accepted, or ``ambiguous``, or ``not marked``.

    ``others``: forms of the same election that the sheet is not.
    """

    photo: Photo
    form: PreparedForm
    others: tuple[PreparedForm, ...]
    truth: Mapping[str, str]

    @property
    def fields(self) -> tuple[FormField, ...]:
        return self.form.sides[0].side.fields


def case(kind: Kind, seed: int, number: int) -> Case:
    """Sheet ``number`` of a run, photographed; the same whoever draws it."""
    return _ballot(seed, number) if kind == "ballot" else _form(seed, number)


@lru_cache(maxsize=1)
def ballots() -> tuple[Printed, ...]:
    """The ballots of the example election."""
    return tuple(p for p in printed() if not p.form.form.id.startswith("elsewhere-"))


def _ballot(seed: int, number: int) -> Case:
    rng = rng_for(seed, "photo", "ballot", number)
    form = ballots()[int(rng.integers(len(ballots())))]
    paper = tinted(form.blank.pixels, COLOURS[int(rng.integers(len(COLOURS)))], float(rng.uniform(0.84, 1.0)), True)
    team = draw_team(rng, str(int(rng.integers(1, 10))))
    sheet = mark_ballot(rng, form.blank, paper, Population(), team)
    page = sheet.pixels
    if rng.random() < FOLDED:
        fold(rng, page)
    taken = draw_conditions(rng)
    under = taken.background == "other sheets"
    beside = mark_ballot(rng, form.blank, paper, Population(), team).pixels if under else None
    photo = photographed(rng, page, PAPER_PPMM, beside, taken)
    present = {True: "present", False: "absent"}
    truth: dict[str, str] = {t.field: t.mark for t in sheet.names}
    for field in form.form.sides[0].side.fields:
        if field.kind in ("stamp", "stray"):
            truth[field.id] = present[sheet.stamp if field.kind == "stamp" else sheet.stray]
    return Case(photo, form.form, tuple(p.form for p in ballots() if p is not form), truth)


def _form(seed: int, number: int) -> Case:
    rng = rng_for(seed, "photo", "form", number)
    pixels, form = forms()[int(rng.integers(len(forms())))]
    level = int(rng.integers(215, 252))
    page = tinted(pixels, (level - 4, level, level), float(rng.uniform(0.84, 1.0)), True)
    fields = form.sides[0].side.fields
    _, drawn = targets.voter(rng, page, fields)
    if rng.random() < FOLDED:
        fold(rng, page)
    photo = photographed(rng, page, PAPER_PPMM, page)
    truth = {f.id: drawn.get(f.id, ("unmarked", "none"))[0] for f in fields}
    return Case(photo, form, (), truth)


@lru_cache(maxsize=1)
def forms() -> tuple[tuple[Pixels, PreparedForm], ...]:
    """Forms with ovals and boxes on A5, some found by timing marks and some by four corner marks, at 300 dpi."""
    found = []
    for name, marks in (("timing", _timing_marks()), ("corners", _corner_marks())):
        for kind, w, h in (("oval", 5.0, 3.2), ("box", 4.0, 4.0)):
            found.append(_printed(f"{kind}-{name}", marks, "oval" if kind == "oval" else "box", w, h))
    return tuple(found)


def _timing_marks() -> ByTimingMarks:
    w, h = MARK
    top = [Box(5 + 6 * i, 8, w, h) for i in range(23)]
    sides = [Box(x, 8 + 6 * i, w, h) for i in range(1, 33) for x in (5, 137)]
    bottom = [Box(5 + 6 * i, 206 - 6, w, h) for i in (1, 2, 5, 9, 11)]
    return ByTimingMarks((*top, *sides, *bottom))


def _corner_marks() -> ByCornerMarks:
    x, y = PAGE.w - 12, PAGE.h - 12
    return ByCornerMarks((Box(6, 6, 6, 6), Box(x, 6, 6, 6), Box(x, y, 6, 6), Box(6, y, 6, 6)))


def _printed(name: str, marks: Registration, kind: FieldKind, w: float, h: float) -> tuple[Pixels, PreparedForm]:
    """A form whose fields have the names that the voters of ``targets`` know, row and column."""
    fields = tuple(
        FormField(f"{r}-{c}", kind, Box(FIRST[0] + c * PITCH[0], FIRST[1] + r * PITCH[1], w, h))
        for r in range(targets.ROWS) for c in range(targets.COLUMNS)
    )  # fmt: skip
    fine = FINE * PAPER_PPMM
    image = Image.new("L", (round(PAGE.w * fine), round(PAGE.h * fine)), 255)
    draw, face = ImageDraw.Draw(image), font("LiberationSans-Regular.ttf", round(2.4 * fine))
    assert isinstance(marks, ByTimingMarks | ByCornerMarks)
    for box in marks.marks:
        draw.rectangle([v * fine for v in (box.x, box.y, box.right, box.bottom)], PRINT)
    for i, field in enumerate(fields):
        outer = field.box.grown(0.15)
        corners = [v * fine for v in (outer.x, outer.y, outer.right, outer.bottom)]
        draw.rounded_rectangle(
            corners, outer.h / 2 * fine if kind == "oval" else 0, outline=PRINT, width=round(0.3 * fine)
        )
        draw.text(((field.box.right + 1.5) * fine, (field.box.y + 0.2) * fine), str(i + 1), fill=PRINT, font=face)
    size = (round(PAGE.w * PAPER_PPMM), round(PAGE.h * PAPER_PPMM))
    pixels = np.asarray(cv2.resize(np.asarray(image), size, interpolation=cv2.INTER_AREA), np.uint8)
    side = FormSide("front", PAGE, marks, fields)
    prepared = prepared_side(name, side, [(pixels, PAPER_PPMM)])
    return pixels, PreparedForm(Form(name, name, (side,)), (prepared,), name)


COVERED = 0.3
"""Share of a field that is hidden from which on nobody can say what is there."""


def judged(case_: Case, field: FormField) -> tuple[str, bool]:
    """The value that may be accepted, and whether asking about the field is a fault.

    Of a field that is partly hidden asking is right as well; of one that is hidden no value may be accepted.
    """
    right, hidden = case_.truth[field.id], case_.photo.hidden(field.box)
    if field.kind != "stray" and hidden >= COVERED:
        return "ambiguous", False
    return right, right not in ("ambiguous", NOT_MARKED) and hidden == 0


def corner_errors(case_: Case, quads: Mapping[str, Sequence[tuple[float, float]]]) -> list[float]:
    """Of every field but the whole page, by how many mm its farthest corner was taken to lie where it does not."""
    per_mm = case_.photo.geometry.pixels_per_mm()
    off = []
    for field in case_.fields:
        if field.kind != "stray":
            true = case_.photo.geometry.true_pixels(np.array(field.box.corners))
            off.append(float(np.hypot(*(np.array(quads[field.id]) - true).T).max()) / per_mm)
    return off
