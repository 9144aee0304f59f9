"""Dirt in the scanner drawn through targets, thin marks in large boxes and cells, arcs from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import paper
import pytest

from pipeline.forms.template import Form, FormField, FormSide
from pipeline.geometry import Box
from pipeline.recognize.artefacts import streaks_of
from pipeline.recognize.targets import read_targets
from pipeline.review.decide import Decision, decide
from pipeline.review.profile import default_profile
from pipeline.scan.by_marks import register_by_marks
from pipeline.scan.page import PageSource, RawPage
from pipeline.scan.prepare import PreparedSide, prepared_side

CELL_W, CELL_H = 24.0, 14.0


def read(picture: paper.Picture, form: Form, blank: paper.Picture | None = None) -> list[Decision]:
    return [decide(r, default_profile()) for r in read_targets(*registered(picture, form, blank))]


def registered(picture: paper.Picture, form: Form, blank: paper.Picture | None = None):
    side: PreparedSide = prepared_side(form.id, form.sides[0], [] if blank is None else [(blank, paper.PPM)])
    raw = RawPage(PageSource("sheet.png", "", 1), picture, None)
    candidate = register_by_marks(raw, side)
    assert candidate is not None
    return candidate.registered(raw), side, side.side.fields


def streaked(picture: paper.Picture, x_mm: float, depth: int, mm: float = 0.3) -> paper.Picture:
    """A soft dark line down the whole picture, on the same pixels everywhere."""
    columns = np.arange(picture.shape[1]) / paper.PPM
    dark = depth * np.exp(-(((columns - x_mm) / mm) ** 2))
    return np.clip(picture - dark[None], 0, 255).astype(np.uint8)


def large_form(rows: int = 7) -> Form:
    """Two columns of large cells that share their lines, as tables have them."""
    cells = [Box(60 + CELL_W * c, 60 + CELL_H * r, CELL_W, CELL_H) for r in range(rows) for c in range(2)]
    fields = tuple(FormField(f"f{i}", "box", box) for i, box in enumerate(cells))
    return Form("table", "Table", (FormSide("front", paper.SIZE, paper.timing_marks(), fields),))


def table(form: Form) -> paper.Picture:
    labels = Form(form.id, form.title, (replace(form.sides[0], fields=()),))
    picture = paper.printed(labels)
    for field in form.sides[0].fields:
        b = field.box
        cv2.rectangle(picture, paper.point(b.x, b.y), paper.point(b.right, b.bottom), paper.PRINT, 2, cv2.LINE_AA, 4)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.7), np.uint8)


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("depth", [60, 110, 150, 200])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.8])
@pytest.mark.parametrize("kind", ["oval", "box"])
def test_a_streak_through_a_column_of_targets_marks_none(kind: str, share: float, depth: int, colour: bool) -> None:
    form = paper.form(paper.timing_marks(), "oval" if kind == "oval" else "box")
    fields = form.sides[0].fields
    picture = paper.printed(form)
    paper.filled(picture, fields[2].box)
    paper.filled(picture, fields[15].box)
    first = fields[0].box
    scan = streaked(picture, first.x + share * first.w, depth, 0.4)
    decisions = read(cv2.cvtColor(scan, cv2.COLOR_GRAY2BGR) if colour else scan, form, paper.printed(form))
    for i, decision in enumerate(decisions):
        if i in (2, 15):
            assert (decision.value, decision.accepted) == ("marked", True), i
        else:
            assert not (decision.accepted and decision.value == "marked"), i
        if fields[i].box.x != first.x and i != 15:
            assert (decision.value, decision.accepted) == ("unmarked", True), i


def test_boxes_in_a_column_are_no_streak() -> None:
    form = paper.form(paper.timing_marks(), "box")
    boxes = [Box(60, 40 + 5.0 * i, 4.0, 4.0) for i in range(30)]
    fields = tuple(FormField(f"f{i}", "box", box) for i, box in enumerate(boxes))
    form = Form("dense", "Dense", (replace(form.sides[0], fields=fields),))
    picture = table(form)
    page, side, of_side = registered(picture, form, table(form))
    corners = np.array([f.box.corners for f in fields])
    edges = np.stack([corners, np.roll(corners, -1, axis=1)], axis=2).reshape(-1, 2)
    ends = page.map.to_pixels(edges).reshape(-1, 2, 2)
    assert streaks_of(picture, page.pixels_per_mm, 0.0)  # without knowing the form they look like streaks
    assert not streaks_of(picture, page.pixels_per_mm, 0.0, None, ends)
    through = streaked(picture, 62.0, 120)
    assert streaks_of(through, page.pixels_per_mm, 0.0, None, ends)
    decisions = [decide(r, default_profile()) for r in read_targets(page, side, of_side)]
    assert all((d.value, d.accepted) == ("unmarked", True) for d in decisions)


def thin_tick(picture: paper.Picture, b: Box) -> None:
    x, y = b.x + 0.45 * b.w, b.y + 0.75 * b.h
    paper.line(picture, (x - 2.0, y - 3.0), (x, y), 0.4, 80)
    paper.line(picture, (x, y), (x + 4.0, y - 6.0), 0.4, 80)


def thin_cross(picture: paper.Picture, b: Box) -> None:
    x, y = b.centre
    paper.line(picture, (x - 3, y - 3), (x + 3, y + 3), 0.4, 80)
    paper.line(picture, (x + 3, y - 3), (x - 3, y + 3), 0.4, 80)


@pytest.mark.parametrize("pen", [thin_tick, thin_cross])
def test_a_thin_mark_within_a_large_cell_is_read(pen: Callable[[paper.Picture, Box], None]) -> None:
    form = large_form()
    picture = table(form)
    for i in (2, 5, 11):
        pen(picture, form.sides[0].fields[i].box)
    decisions = read(picture, form, table(form))
    for i, decision in enumerate(decisions):
        assert (decision.value, decision.accepted) == ("marked" if i in (2, 5, 11) else "unmarked", True), i


def test_a_circle_round_one_cell_marks_no_other() -> None:
    form = large_form()
    picture = table(form)
    fields = form.sides[0].fields
    thin_cross(picture, fields[4].box)
    x, y = fields[4].box.centre
    axes = (round(15.5 * paper.PPM * 16), round(9.5 * paper.PPM * 16))
    cv2.ellipse(picture, paper.point(x, y), axes, 0, 0, 360, 80, 3, cv2.LINE_AA, 4)
    decisions = read(picture, form, table(form))
    assert (decisions[4].value, decisions[4].accepted) == ("marked", True)
    touched = (2, 5, 6)
    for i, decision in enumerate(decisions):
        if i in touched:
            assert not decision.accepted, (i, decision)
        elif i not in {3, 4, 7}:
            assert (decision.value, decision.accepted) == ("unmarked", True), i


def test_outlines_of_two_colours_are_not_taken_for_ends_of_strokes() -> None:
    """Pale lines beside dark ones: on each all pieces are alike."""
    form = paper.form(paper.timing_marks(), "box")
    picture = paper.printed(form)
    for field in form.sides[0].fields[::2]:
        b = field.box.grown(0.4)
        left, top, right, bottom = (round(v * paper.PPM) for v in (b.x, b.y, b.right, b.bottom))
        part = picture[top:bottom, left:right].astype(np.float32)
        picture[top:bottom, left:right] = (paper.PAPER - 0.55 * (paper.PAPER - part)).astype(np.uint8)
    assert all((d.value, d.accepted) == ("unmarked", True) for d in read(picture, form))


@pytest.mark.parametrize("dpi", [200, 300, 400])
def test_a_broad_streak_is_found_at_every_resolution_and_behind_bars(dpi: int) -> None:
    """Bars between the boxes of a column hide it in some pieces of the page."""
    boxes = [Box(60, 45 + 9.0 * i, 6.0, 6.0) for i in range(16)]
    fields = tuple(FormField(f"f{i}", "box", box) for i, box in enumerate(boxes))
    form = Form("ruled", "Ruled", (FormSide("front", paper.SIZE, paper.timing_marks(), fields),))
    picture = table(form)
    for i in range(5, 12):
        paper.line(picture, (50, boxes[i].bottom + 1.5), (100, boxes[i].bottom + 1.5), 2.6, paper.PRINT)
    blank = picture.copy()
    scan = cv2.resize(
        streaked(picture, 62.6, 125, 0.28), None, fx=dpi / 200, fy=dpi / 200, interpolation=cv2.INTER_CUBIC
    )
    readings = read_targets(*registered(np.asarray(scan, np.uint8), form, blank))
    assert all(r.measures.get("streaked") for r in readings)
    decisions = [decide(r, default_profile()) for r in readings]
    assert not any(d.accepted and d.value == "marked" for d in decisions)
