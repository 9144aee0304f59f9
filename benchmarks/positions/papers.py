"""The sheets of a volume run: whose printed names, on which machine, with which class of damage."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from benchmarks.typeset_elsewhere.paper import STYLES, draw_paper
from calibration.simulate.ballot import Blank
from calibration.simulate.ink import PAPER_PPMM, Pixels
from calibration.simulate.scanner import Scanner
from pipeline.election.load import load_election
from pipeline.forms.ballot import ballot_layout
from pipeline.forms.printing import render_blank
from pipeline.forms.template import Form, FormField, FormSide
from pipeline.geometry import Box, Size
from pipeline.scan.prepare import PreparedForm, PreparedSide, prepared_side

AROUND_MM = 14.0
"""Of a sheet above its first and below its last name, what a block of names shows: signs and ends of strokes."""
GRAINY, SOFT, PALE = 4.0, 0.85, 1.15
"""Noise (grey levels), blur (pixels) and gamma from which paper is no ordinary one."""


@dataclass(frozen=True, slots=True, eq=False)
class Printed:
    """A printed sheet (300 dpi) and the form that reads it; ``block`` is the part of it with the names."""

    blank: Blank
    form: PreparedForm
    block: Blank
    block_form: PreparedForm
    top_mm: float
    """Where the block begins on the sheet."""


def paper_class(scanner: Scanner, folded: bool) -> str:
    """The one class to which a scanned sheet belongs: of several damages the first named here."""
    if scanner.streaks:
        return "streaked"
    if folded:
        return "folded"
    if scanner.bleed:
        return "shows through"
    if scanner.noise >= GRAINY:
        return "grainy"
    if scanner.uneven:
        return "uneven light"
    return "soft or pale" if scanner.blur >= SOFT or scanner.gamma <= 1 / PALE else "ordinary"


@lru_cache(maxsize=1)
def printed() -> tuple[Printed, ...]:
    """The prescribed ballots of the example election and the two typeset elsewhere."""
    election = load_election(Path(str(files("kiemphieu.example"))))
    found = []
    for unit in election.units:
        if unit.seats:
            layout = ballot_layout(election, unit.id)
            side = next(s for s in layout.form.sides if not s.blank)
            found.append(_printed(unit.id, side, render_blank(layout, 300), unit.seats))
    for style in STYLES:
        pixels, side = draw_paper(style)
        found.append(_printed(f"elsewhere-{style.id}", side, pixels, style.seats))
    return tuple(found)


def _printed(name: str, side: FormSide, pixels: Pixels, seats: int) -> Printed:
    names = [f for f in side.fields if f.kind == "strike"]
    top = max(0.0, min(f.box.y for f in names) - AROUND_MM)
    bottom = min(side.size.h, max(f.box.bottom for f in names) + AROUND_MM)
    first = round(top * PAPER_PPMM)
    top = first / PAPER_PPMM  # whole pixels, so that nothing is resampled
    part = np.ascontiguousarray(pixels[first : round(bottom * PAPER_PPMM)])
    size = Size(side.size.w, len(part) / PAPER_PPMM)
    fields = (*(_higher(f, top) for f in names), FormField("stray", "stray", Box(0.0, 0.0, size.w, size.h)))
    block_side = replace(side, size=size, fields=fields)
    whole, block = (prepared_side(name, s, [(p, PAPER_PPMM)]) for s, p in ((side, pixels), (block_side, part)))
    return Printed(
        Blank(name, side, pixels, seats),
        _form(name, whole),
        Blank(name, block_side, part, seats),
        _form(name, block),
        top,
    )


def _form(name: str, side: PreparedSide) -> PreparedForm:
    return PreparedForm(Form(name, name, (side.side,)), (side,), name)


def _higher(field: FormField, by: float) -> FormField:
    def moved(box: Box) -> Box:
        return Box(box.x, box.y - by, box.w, box.h)

    return replace(field, box=moved(field.box), lines=tuple(moved(line) for line in field.lines))
