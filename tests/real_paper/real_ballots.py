"""The real American ballots: their forms, made from the grid of each set, and how well a reading agrees.

The grid: 34 columns and 41 rows of bars 0.25 inch apart, of which the top row and the two outer columns are
printed in full (the bottom row is a code that differs from sheet to sheet). Bars are 3/16 x 1/16 inch. An oval
stands 0.12 mm left of and 0.05 mm above its place in the grid; that, like its size, was measured on the scans.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.forms.document import dump_form, load_form
from pipeline.forms.template import ByTimingMarks, Form, FormField, FormSide
from pipeline.geometry import Box, Size
from pipeline.recognize.read import read_raw
from pipeline.recognize.reading import FieldReading, PageReading
from pipeline.review.decide import decide
from pipeline.review.profile import default_profile
from pipeline.scan.decode import decode_pages
from pipeline.scan.page import RawPage
from pipeline.scan.prepare import PreparedForm, prepare_form

SETS = ("nh_m17", "nh_testballot", "nh_ashland")
LETTER = Size(215.9, 279.4)
PITCH = 6.35
COLUMNS, ROWS = 34, 41
LEFT, TOP = (LETTER.w - (COLUMNS - 1) * PITCH) / 2, 11.6
BAR = (4.76, 1.59)
OVAL = (5.08, 3.30)
OVAL_OFFSET = (-0.12, -0.05)
STRETCHED = "stretch"
"""In the names of sheets that were stretched on purpose. Their given boxes are computed from the marks and
lie up to 1.9 mm beside the printed ovals (looked at), so there they are no measure of a reader."""


def _around(column: float, row: float, size: tuple[float, float], offset: tuple[float, float]) -> Box:
    x, y = LEFT + column * PITCH + offset[0], TOP + row * PITCH + offset[1]
    return Box(round(x - size[0] / 2, 3), round(y - size[1] / 2, 3), *size)


def timing_marks() -> ByTimingMarks:
    """Top row, then left and right column."""
    places = [(c, 0) for c in range(COLUMNS)]
    places += [(c, r) for r in range(1, ROWS) for c in (0, COLUMNS - 1)]
    return ByTimingMarks(tuple(_around(c, r, BAR, (0.0, 0.0)) for c, r in places))


def target_id(side: str, column: int, row: int, contest: str, option: str) -> str:
    """Contest and option; the place too, because one person may stand for two parties in one contest."""
    return f"{contest}/{option}/{side}-{column}-{row}"


def ballot_form(folder: Path, paper: str) -> Form:
    """The form of the ballots of a set, from its ``grid.json``."""
    grid = json.loads((folder / "grid.json").read_text())["gridLayouts"][0]
    sides = []
    for name in ("front", "back"):
        fields = tuple(
            FormField(
                target_id(name, p["column"], p["row"], p["contestId"], p.get("optionId", "write-in")),
                "oval",
                _around(p["column"], p["row"], OVAL, OVAL_OFFSET),
                group=p["contestId"],
            )
            for p in grid["gridPositions"]
            if p["side"] == name
        )
        sides.append(FormSide(name, LETTER, timing_marks(), fields))
    return Form(paper, f"New Hampshire ballot, {grid['ballotStyleId']}", tuple(sides))


def prepared_ballot(folder: Path, paper: str, scratch: Path) -> PreparedForm:
    """The form written as a document and read again, as ``kiemphieu read --form`` does."""
    path = scratch / f"{paper}.json"
    path.write_text(json.dumps(dump_form(ballot_form(folder, paper))), encoding="utf-8")
    return prepare_form(load_form(path), scratch)


@dataclass
class Position:
    """One target of one page: what is expected, what was read, and how far the quad lies from the box."""

    page: str
    place: tuple[int, int]
    expected: str
    open_question: bool
    """Contested between people, or damage: it must not be accepted as sure."""
    value: str
    accepted: bool
    reading: FieldReading
    off_mm: float | None

    @property
    def wrong(self) -> bool:
        return self.accepted and self.value != self.expected


@dataclass
class Score:
    """What came out for one set."""

    pages: int = 0
    rejected: list[str] = field(default_factory=list)
    positions: list[Position] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def wrong(self) -> list[Position]:
        """Accepted and wrong, where people agree what is right."""
        return [p for p in self.positions if p.wrong and not p.open_question]

    def too_sure(self) -> list[Position]:
        return [p for p in self.positions if p.accepted and p.open_question]

    def asked(self) -> float:
        plain = [p for p in self.positions if not p.open_question]
        return sum(not p.accepted for p in plain) / max(1, len(plain))

    def off_p99(self, stretched: bool = False) -> float:
        """99th percentile of the distance between box corners, mm; with the stretched sheets on demand."""
        off = [p.off_mm for p in self.positions if p.off_mm is not None and (stretched or STRETCHED not in p.page)]
        return float(np.percentile(off, 99)) if off else 0.0


def score_set(real: Path, name: str, scratch: Path) -> Score:
    """Every page of a set read without a reference picture and compared with the truth."""
    form = prepared_ballot(real / name, name, scratch)
    score = Score()
    for truth in json.loads((real / "truth.json").read_text()):
        if truth["set"] == name:
            _score_page(real, form, truth, score)
    return score


def _score_page(real: Path, form: PreparedForm, truth: dict[str, Any], score: Score) -> None:
    content = (real / truth["file"]).read_bytes()
    started = time.process_time()
    raw = next(decode_pages(content, truth["file"], hashlib.sha256(content).hexdigest()))
    outcome = read_raw(raw, [form]) if isinstance(raw, RawPage) else raw
    score.seconds.append(time.process_time() - started)
    score.pages += 1
    if not isinstance(outcome, PageReading) or outcome.side != truth["side"]:
        score.rejected.append(f"{truth['file']}: {getattr(outcome, 'reason', 'wrong side')}")
        return
    score.positions.extend(positions_of(truth, outcome))


def positions_of(truth: dict[str, Any], reading: PageReading) -> Iterator[Position]:
    """Every target that the truth of a page names, as it was read and decided."""
    by_place = {tuple(r.field.rsplit("-", 2)[1:]): r for r in reading.fields}
    for mark in truth["marks"]:
        column, row = mark["grid"]["column"], mark["grid"]["row"]
        found = by_place[str(column), str(row)]
        decision = decide(found, default_profile())
        yield Position(
            truth["file"],
            (column, row),
            mark["expected"],
            bool(mark.get("contested") or mark.get("damage")),
            decision.value,
            decision.accepted,
            found,
            _off(found, mark.get("px"), reading.rotation_deg),
        )


def _off(found: FieldReading, px: dict[str, float] | None, rotation_deg: float) -> float | None:
    """Largest distance between corners of the quad and of the given box, mm."""
    if not px:
        return None
    quad = np.array(found.quad)
    x, y, w, h = (px[k] for k in ("x", "y", "w", "h"))
    box = np.array([(x, y), (x + w, y), (x + w, y + h), (x, y + h)]) - 0.5
    if abs(rotation_deg) > 90:
        box = np.roll(box, 2, axis=0)
    per_mm = np.linalg.norm(quad[1] - quad[0]) / OVAL[0]
    return float(np.linalg.norm(quad - box, axis=1).max() / per_mm)
