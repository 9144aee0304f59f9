"""Sheets with timing marks and corner marks are found through damage, or refused; targets are read or asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import paper
import pytest

from pipeline.forms.template import Form, Registration
from pipeline.geometry import Box
from pipeline.recognize.targets import read_targets
from pipeline.review.decide import Decision, decide
from pipeline.review.profile import default_profile
from pipeline.scan.by_marks import register_by_marks
from pipeline.scan.page import PageSource, RawPage, RegisteredPage
from pipeline.scan.prepare import PreparedSide, prepared_side

SOURCE = PageSource("sheet.png", "", 1)
OFF_AT_MOST_MM = 0.3
SHEETS: dict[str, Registration] = {"timing": paper.timing_marks(), "corners": paper.corner_marks()}
CASES = [(marks, name) for marks in SHEETS for name in paper.DAMAGES]
CASES += [("timing", name) for name in paper.TIMING_DAMAGES]
PENS = [paper.filled, paper.crossed, paper.ticked, paper.slashed]


def prepared(form: Form, with_reference: bool = False) -> PreparedSide:
    pictures = [(paper.printed(form), paper.PPM)] if with_reference else []
    return prepared_side(form.id, form.sides[0], pictures)


def placed(picture: paper.Picture, side: PreparedSide) -> RegisteredPage | None:
    raw = RawPage(SOURCE, picture, None)
    candidate = register_by_marks(raw, side)
    return candidate and candidate.registered(raw)


def decisions(page: RegisteredPage, side: PreparedSide) -> list[Decision]:
    return [decide(r, default_profile()) for r in read_targets(page, side, side.side.fields)]


@pytest.mark.parametrize(("marks", "damage"), CASES)
def test_a_damaged_sheet_is_read_exactly(marks: str, damage: str) -> None:
    form = paper.form(SHEETS[marks])
    side = prepared(form)
    picture = paper.printed(form)
    for i, field in enumerate(side.side.fields):
        if i % 3 == 0:
            PENS[i // 3 % 4](picture, field.box)
    scan, places = (paper.DAMAGES | paper.TIMING_DAMAGES)[damage](picture)
    page = placed(scan, side)
    assert page is not None
    for i, (field, reading) in enumerate(
        zip(side.side.fields, read_targets(page, side, side.side.fields), strict=True)
    ):
        wanted = places(np.array(field.box.corners) * paper.PPM - 0.5)
        off = np.linalg.norm(np.array(reading.quad) - wanted, axis=1).max() / page.pixels_per_mm
        assert off < OFF_AT_MOST_MM, field.id
        decision = decide(reading, default_profile())
        assert (decision.value, decision.accepted) == ("unmarked" if i % 3 else "marked", True), field.id


@pytest.mark.parametrize("kind", ["oval", "box"])
@pytest.mark.parametrize("with_reference", [False, True])
@pytest.mark.parametrize("pen", PENS)
def test_plain_marks_are_accepted(kind: str, with_reference: bool, pen: Callable[[paper.Picture, Box], None]) -> None:
    form = paper.form(paper.timing_marks(), "box" if kind == "box" else "oval")
    side, picture = prepared(form, with_reference), paper.printed(form)
    marked = {1, 7, 14}
    for i in marked:
        pen(picture, side.side.fields[i].box)
    page = placed(picture, side)
    assert page is not None
    for i, decision in enumerate(decisions(page, side)):
        assert (decision.value, decision.accepted) == ("marked" if i in marked else "unmarked", True), i


@pytest.mark.parametrize("kind", ["oval", "box"])
@pytest.mark.parametrize("with_reference", [False, True])
@pytest.mark.parametrize(
    "pen",
    [
        paper.dotted,
        paper.hairline,
        paper.skipped,
        paper.short_and_faint,
        paper.faint_pencil,
        paper.circled,
        paper.circled_faintly,
        paper.punched,
        paper.punched_within,
        paper.torn_off,
        paper.torn_half,
        paper.stamped_over,
    ],
)
def test_what_is_no_plain_vote_is_asked(
    kind: str, with_reference: bool, pen: Callable[[paper.Picture, Box], None]
) -> None:
    form = paper.form(paper.timing_marks(), "box" if kind == "box" else "oval")
    side, picture = prepared(form, with_reference), paper.printed(form)
    doubtful = {2, 9}
    for i in doubtful:
        pen(picture, side.side.fields[i].box)
    page = placed(picture, side)
    assert page is not None
    for i, decision in enumerate(decisions(page, side)):
        assert decision.accepted == (i not in doubtful), (i, decision)


@pytest.mark.parametrize("kind", ["oval", "box"])
def test_a_hole_is_no_mark_where_a_scan_is_clipped(kind: str) -> None:
    """There pen, print and the lid of the scanner are equally black; a hole is still broader than a pen's mark."""
    form = paper.form(paper.timing_marks(), "box" if kind == "box" else "oval")
    side, picture = prepared(form), paper.printed(form)
    for i in (2, 9):
        b = side.side.fields[i].box
        paper.punched(picture, Box(b.x - 3.0, b.y, b.w, b.h))
    for i in (5, 12):
        paper.filled(picture, side.side.fields[i].box)
    page = placed(np.where(picture > 190, 255, np.where(picture < 110, 0, picture)).astype(np.uint8), side)
    assert page is not None
    for i, decision in enumerate(decisions(page, side)):
        expected = ("marked" if i in (2, 5, 9, 12) else "unmarked", i not in (2, 9))
        assert (decision.value, decision.accepted) == expected, (i, decision)


def test_a_thin_stroke_right_across_marks_a_box_and_is_asked_in_an_oval() -> None:
    """A box is crossed, an oval is filled: of thin strokes in ovals people disagree whether they are votes."""
    for kind in ("oval", "box"):
        form = paper.form(paper.timing_marks(), "box" if kind == "box" else "oval")
        side, picture = prepared(form), paper.printed(form)
        for i in (3, 8):
            paper.slashed_thinly(picture, side.side.fields[i].box)
        page = placed(picture, side)
        assert page is not None
        for i, decision in enumerate(decisions(page, side)):
            expected = ("marked" if i in (3, 8) else "unmarked", kind == "box" or i not in (3, 8))
            assert (decision.value, decision.accepted) == expected, (kind, i, decision)


@pytest.mark.parametrize("kind", ["oval", "box"])
def test_a_line_that_runs_on_through_targets_is_asked(kind: str) -> None:
    """So does dirt on the glass of a scanner leave one; a straight stroke that ends at the box is a mark."""
    form = paper.form(paper.timing_marks(), "box" if kind == "box" else "oval")
    side, picture = prepared(form), paper.printed(form)
    b = side.side.fields[4].box
    paper.line(picture, (b.centre[0] + 0.2, b.y - 2.5), (b.centre[0] + 0.2, b.bottom + 2.5), 0.45, 60)
    page = placed(picture, side)
    assert page is not None
    assert [i for i, decision in enumerate(decisions(page, side)) if not decision.accepted] == [4]


@pytest.mark.parametrize("with_reference", [False, True])
def test_white_boxes_on_a_printed_colour_are_read(with_reference: bool) -> None:
    """Large ones, as on ballots whose column of circles is grey; what a voter drew round one box is still asked."""
    small = paper.form(paper.timing_marks(), "box").sides[0]
    large = tuple(replace(f, box=Box(f.box.x, f.box.y, 8.0, 8.0)) for f in small.fields)
    form = Form("sheet", "Sheet", (replace(small, fields=large),))
    side, white = prepared(form, with_reference), paper.printed(form)
    within = np.zeros(white.shape, np.bool_)
    for field in side.side.fields:
        (x0, y0), (x1, y1) = (
            np.rint(np.array(p) * paper.PPM).astype(int) for p in (field.box.corners[0], field.box.corners[2])
        )
        within[y0:y1, x0:x1] = True
    picture = np.where(within, white, white * 0.87).astype(np.uint8)
    paper.crossed(picture, side.side.fields[4].box)
    paper.circled(picture, side.side.fields[11].box)
    page = placed(picture, side)
    assert page is not None
    for i, decision in enumerate(decisions(page, side)):
        assert decision.accepted == (i != 11), (i, decision)
        assert i in (4, 11) or decision.value == "unmarked"
    assert decisions(page, side)[4].value == "marked"


def test_a_sheet_with_the_same_marks_and_other_targets_is_refused() -> None:
    form = paper.form(paper.timing_marks())
    other = replace(
        form.sides[0],
        fields=tuple(replace(f, box=Box(f.box.x + 9, f.box.y + 5, f.box.w, f.box.h)) for f in form.sides[0].fields),
    )
    picture = paper.printed(form)
    assert placed(picture, prepared_side("other", other, [])) is None


@pytest.mark.parametrize("turn", [0, 180])
def test_dots_of_a_halftone_are_no_outlines(turn: int) -> None:
    form = paper.form(paper.corner_marks())
    far = tuple(replace(f, box=Box(f.box.x + 9, f.box.y + 5, f.box.w, f.box.h)) for f in form.sides[0].fields)
    grey = (paper.turned(turn)(paper.printed(form))[0] * 0.8).astype(np.uint8)
    dots = paper.halftone(grey)
    assert placed(dots, prepared_side("other", replace(form.sides[0], fields=far), [])) is None
    page = placed(dots, prepared(form))
    assert page is None or abs(page.rotation_deg) == pytest.approx(turn, abs=1)


def test_a_sheet_that_looks_the_same_upside_down_is_not_guessed() -> None:
    form = paper.form(paper.corner_marks())
    boxes = [f.box for f in form.sides[0].fields[:6]]
    boxes += [Box(paper.SIZE.w - b.right, paper.SIZE.h - b.bottom, b.w, b.h) for b in boxes]
    fields = tuple(replace(form.sides[0].fields[0], id=f"f{i}", box=b) for i, b in enumerate(boxes))
    alike = replace(form, sides=(replace(form.sides[0], fields=fields),))
    picture = paper.printed(alike)
    assert placed(picture, prepared(alike)) is None
    turned = placed(paper.turned(180)(picture)[0], prepared(alike, with_reference=True))
    assert turned is not None
    assert abs(turned.rotation_deg) > 179


@pytest.mark.parametrize("marks", list(SHEETS))
def test_paper_without_the_marks_is_refused(marks: str) -> None:
    form = paper.form(SHEETS[marks])
    picture = paper.printed(replace(form, sides=(replace(form.sides[0], registration=other_marks(marks)),)))
    assert placed(picture, prepared(form)) is None
    assert placed(np.full_like(picture, paper.PAPER), prepared(form)) is None
    assert placed(np.zeros_like(picture), prepared(form)) is None


def other_marks(marks: str) -> Registration:
    return SHEETS["corners" if marks == "timing" else "timing"]


def test_one_covered_corner_mark_is_forgiven_and_two_are_not() -> None:
    form = paper.form(paper.corner_marks())
    side, picture = prepared(form), paper.printed(form)
    paper.torn_off(picture, paper.corner_marks().marks[1])
    page = placed(picture, side)
    assert page is not None
    assert [d.value for d in decisions(page, side)] == ["unmarked"] * len(side.side.fields)
    paper.torn_off(picture, paper.corner_marks().marks[2])
    assert placed(picture, side) is None


def test_tiny_pictures_are_refused(tmp_path: Path) -> None:
    side = prepared(paper.form(paper.timing_marks()))
    assert placed(np.full((3, 2), 255, np.uint8), side) is None
    assert placed(np.full((40, 30, 3), 255, np.uint8), side) is None
