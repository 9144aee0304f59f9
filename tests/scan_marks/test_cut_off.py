"""A sheet of which an edge with marks and targets lies outside the picture is told as cut off."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import paper

from pipeline.forms.template import Form
from pipeline.geometry import Box
from pipeline.scan.page import PageSource, RawPage, Rejection
from pipeline.scan.prepare import PreparedForm, prepared_side
from pipeline.scan.register import register


def refused(form: Form, picture: paper.Picture) -> str:
    known = PreparedForm(form, (prepared_side(form.id, form.sides[0], []),), "")
    found = register(RawPage(PageSource("sheet.png", "", 1), picture, None), [known])
    assert isinstance(found, Rejection), found
    return found.reason


def test_a_sheet_without_its_right_part_is_cut_off_and_no_other_form() -> None:
    """Two in five of its targets cannot be seen, which is no reason to take it for another form."""
    form = paper.form(paper.timing_marks())
    first = form.sides[0].fields[0]
    places = [(40, 40 + 11 * i) for i in range(12)] + [(112, 45 + 11 * i) for i in range(8)]
    fields = tuple(replace(first, id=f"f{i}", box=Box(x, y, 5.0, 3.2)) for i, (x, y) in enumerate(places))
    form = replace(form, sides=(replace(form.sides[0], fields=fields),))
    cut = np.ascontiguousarray(paper.printed(form)[:, : round(105 * paper.PPM)])
    assert refused(form, cut) == "cut_off"
    assert refused(form, np.ascontiguousarray(cut[::-1, ::-1])) == "cut_off"
