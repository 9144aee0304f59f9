"""Count forms learned from blank paper: rows of digit boxes become numbers, words to sign become places."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from calibration.digits.filled_form import filled
from calibration.learn.average import averaged
from calibration.learn.blank import load_blanks
from calibration.learn.fields import Wanted
from calibration.learn.learn import learn
from pipeline.election.load import load_election
from pipeline.forms.ballot import REFERENCE_DPI, BallotLayout
from pipeline.forms.count_forms import CountForm, figures_form
from pipeline.forms.fonts import font_file
from pipeline.forms.printing import render_blank
from pipeline.forms.template import FieldKind, Form
from pipeline.geometry import pixels_per_mm
from pipeline.recognize.read import read_raw
from pipeline.recognize.reading import PageReading
from pipeline.review.profile import default_profile
from pipeline.scan.page import PageSource, Pixels, RawPage
from pipeline.scan.prepare import PreparedForm, prepared_side
from tests.count_forms.conftest import FIGURES


@pytest.fixture(scope="module")
def sheet() -> tuple[BallotLayout, Pixels]:
    election = load_election(Path(str(files("kiemphieu") / "example")))
    layout = figures_form(
        CountForm(election, election.area("kv1"), election.contest("xa")), issued_includes_spoiled=False
    )
    return layout, render_blank(layout, REFERENCE_DPI)


def learned(picture: Pixels, folder: Path, *kinds: FieldKind, language: str = "vie+eng") -> Form:
    path = folder / "blank.png"
    cv2.imwrite(str(path), picture)
    blanks = load_blanks(path, 200.0, language)
    return learn("x", "x", [averaged("front", blanks)], Wanted(frozenset(kinds), language), default_profile()).form


def test_rows_of_digit_boxes_are_numbers_with_their_labels_and_decimals(
    sheet: tuple[BallotLayout, Pixels], tmp_path: Path
) -> None:
    layout, blank = sheet
    form = learned(blank, tmp_path, "number", "signature")
    own = [f for f in layout.form.sides[0].fields if f.kind == "number"]
    found = [f for f in form.sides[0].fields if f.kind == "number"]
    assert len(found) == len(own)
    labels = 0
    for field in own:
        mine = min(found, key=lambda f: abs(f.box.x - field.box.x) + abs(f.box.y - field.box.y))
        assert mine.decimals == field.decimals
        assert len(mine.boxes) == len(field.boxes)
        for a, b in zip(mine.boxes, field.boxes, strict=True):
            assert np.allclose((a.x, a.y, a.w, a.h), (b.x, b.y, b.w, b.h), atol=0.35)
        labels += re.sub(r"^\d+\. ", "", mine.label) == field.label  # a candidate's number is printed before the name
    assert labels >= 0.8 * len(own)
    (sign,) = [f for f in form.sides[0].fields if f.kind == "signature"]
    leader = layout.form.field("sign_leader")
    assert leader.box.x <= sign.box.centre[0] <= leader.box.right
    assert leader.box.y <= sign.box.centre[1] <= leader.box.bottom


def test_a_filled_sheet_is_read_by_the_learned_form_as_by_its_own(
    sheet: tuple[BallotLayout, Pixels], tmp_path: Path
) -> None:
    layout, blank = sheet
    form = learned(blank, tmp_path, "number")
    page = filled(np.random.default_rng(4), blank, layout.form, {name: str(value) for name, value in FIGURES.items()})
    own, other = values_by_place(layout.form, blank, page), values_by_place(form, blank, page)
    truth = {
        (round(f.box.x / 4), round(f.box.y / 4)): FIGURES[f.id] for name in FIGURES for f in [layout.form.field(name)]
    }
    assert own.keys() == other.keys() == truth.keys()
    assert sum(own[place] == other[place] for place in truth) >= 0.9 * len(truth)
    assert sum((other[place] or 0) == truth[place] for place in truth) >= 0.85 * len(truth)


def values_by_place(form: Form, blank: Pixels, page: Pixels) -> dict[tuple[int, int], int | None]:
    """The likeliest value of every number, by where it stands in steps of 4 mm."""
    side = prepared_side(form.id, form.sides[0], [(blank, pixels_per_mm(REFERENCE_DPI))])
    read = read_raw(RawPage(PageSource("", "", 1), page, None), [PreparedForm(form, (side,), "")])
    assert isinstance(read, PageReading)
    places = {f.id: (round(f.box.x / 4), round(f.box.y / 4)) for f in form.sides[0].fields}
    return {places[w.field]: w.values[0][0] for w in read.written}


def test_combs_and_cells_of_a_table_are_numbers_too(tmp_path: Path) -> None:
    page = Image.new("L", (1654, 2339), 255)
    pen, font = ImageDraw.Draw(page), ImageFont.truetype(str(font_file("regular")), 34)
    pen.rectangle((80, 80, 1570, 2250), outline=0, width=3)
    pen.text((500, 120), "STATEMENT OF VOTES", font=font, fill=0)
    for row, label in enumerate(("Registered voters", "Ballots cast", "Rejected ballots")):
        y = 300 + 110 * row
        pen.text((150, y + 10), label, font=font, fill=0)
        for k in range(4):
            pen.rectangle((800 + 52 * k, y, 852 + 52 * k, y + 60), outline=0, width=3)
    for row, label in enumerate(("Anna Smith", "Peter Jones")):
        y = 900 + 70 * row
        pen.rectangle((150, y, 790, y + 70), outline=0, width=3)
        pen.text((170, y + 15), label, font=font, fill=0)
        for k in range(5):
            pen.rectangle((790 + 60 * k, y, 850 + 60 * k, y + 70), outline=0, width=3)
    pen.text((150, 1500), "Signature of the clerk", font=font, fill=0)
    form = learned(np.asarray(page, np.uint8), tmp_path, "number", "signature", language="eng")
    assert [(f.label, f.kind, len(f.boxes)) for f in form.sides[0].fields] == [
        ("Registered voters", "number", 4), ("Ballots cast", "number", 4), ("Rejected ballots", "number", 4),
        ("Anna Smith", "number", 5), ("Peter Jones", "number", 5), ("Signature of the clerk", "signature", 0),
    ]  # fmt: skip


def test_numbers_are_looked_for_only_when_asked(sheet: tuple[BallotLayout, Pixels], tmp_path: Path) -> None:
    _, blank = sheet
    assert not {f.kind for f in learned(blank, tmp_path).sides[0].fields} & {"number", "signature"}
