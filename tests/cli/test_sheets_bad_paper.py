"""Every kind of bad paper handed in as a sheet of figures ends as a named rejection or a named question."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from ran import Command

from calibration.digits.filled_form import laid_askew
from pipeline.geometry import Box
from tests.cli.test_sheets import PLACE, scan, workspace
from tests.count_forms.conftest import FIGURES, Picture, Printed, commune, figures, other_area, tally
from tests.count_forms.test_read_back import paint, put

__all__ = ["commune", "figures", "other_area", "tally", "workspace"]
TALLY_PHOTO = Path(__file__).resolve().parents[3] / "shared" / "data" / "forms" / "tally" / "DPR-PKB.jpg"
Handed = Callable[[Picture], dict[str, Any]]


@pytest.fixture
def handed(kiemphieu: Command, workspace: Path, tmp_path: Path) -> Handed:
    """Hand a page in with the command; what it said, its exit code and its document."""

    def run(page: Picture) -> dict[str, Any]:
        ran = kiemphieu("sheets", workspace, scan(tmp_path, "page.png", page), *PLACE, "--out", tmp_path / "out.json")
        assert "Traceback" not in ran.err
        document: dict[str, Any] = json.loads((tmp_path / "out.json").read_text("utf-8"))
        for sheet in document["sheets"]:
            for figure in sheet["figures"]:
                value = figure["value"]
                assert value is None or int(value.replace(".", "")) == FIGURES[figure["field"]], figure
        return document | {"code": ran.code, "said": " ".join(ran.out.split())}

    return run


def rejection(document: dict[str, Any]) -> str:
    (page,) = document["pages"]
    assert (page["became"], page["sheet"], document["code"]) == ("rejected", None, 1)
    assert document["sheets"] == []
    assert "NOT TAKEN" in document["said"]
    return str(page["text"])


def why(document: dict[str, Any], field: str) -> set[str]:
    figure = next(f for f in document["sheets"][0]["figures"] if f["field"] == field)
    assert (figure["state"], figure["value"]) == ("open", None)
    assert all(one["text"] for one in figure["why"])
    return {one["code"] for one in figure["why"]}


def without(*fields: str) -> dict[str, int]:
    return {name: value for name, value in FIGURES.items() if name not in fields}


def test_a_form_of_another_area_is_rejected_with_its_name(handed: Handed, other_area: Printed) -> None:
    assert "Trường tiểu học An Phú" in rejection(handed(other_area.filled(FIGURES, 9)))


def test_a_photo_of_a_table_is_rejected(handed: Handed) -> None:
    """A table top with a cloth, and a table of figures that is none of ours."""
    rng = np.random.default_rng(11)
    cloth = cv2.GaussianBlur(rng.integers(60, 160, (2339, 1654)).astype(np.uint8), (0, 0), 9)
    cloth[::130] = 40
    assert rejection(handed(np.asarray(cloth, np.uint8)))


def test_a_printed_table_of_figures_that_is_no_form_of_ours_is_rejected(handed: Handed) -> None:
    page = np.full((2339, 1654), 245, np.uint8)
    for y in range(300, 2000, 90):
        cv2.line(page, (150, y), (1500, y), 30, 3)
        cv2.putText(page, str(y * 7), (1100, y + 70), cv2.FONT_HERSHEY_SIMPLEX, 2, 40, 4)
    for x in (150, 700, 1050, 1500):
        cv2.line(page, (x, 300), (x, 1920), 30, 3)
    assert rejection(handed(page))


def test_a_photo_of_a_tally_page_of_elsewhere_is_rejected(handed: Handed) -> None:
    if not TALLY_PHOTO.is_file():
        pytest.skip("the shared folder of forms is absent")
    photo = cv2.imread(str(TALLY_PHOTO), cv2.IMREAD_GRAYSCALE)
    assert rejection(handed(np.asarray(photo, np.uint8)))


def test_a_bare_page_is_rejected(handed: Handed) -> None:
    assert "blank" in rejection(handed(np.full((2339, 1654), 250, np.uint8)))


def test_a_blank_form_is_one_question(handed: Handed, figures: Printed) -> None:
    document = handed(laid_askew(figures.blank, 0.6))
    assert document["sheets"][0]["empty"]
    assert document["code"] == 1
    assert "No figure is written on the form; is it the filled one?" in document["said"]
    assert not [f for f in document["sheets"][0]["figures"] if f["state"] == "machine"]


def test_an_empty_field_is_asked_first(handed: Handed, figures: Printed) -> None:
    document = handed(figures.filled(without("collected"), 8))
    assert "empty" in why(document, "collected")
    assert document["sheets"][0]["ask_first"][0] == "collected"


def test_several_digits_in_one_box_are_asked(handed: Handed, figures: Printed) -> None:
    page = figures.filled(without("spoiled"), 12)
    box = figures.form.field("spoiled").boxes[-1]
    half = box.w / 2
    for k, digit in enumerate((1, 7)):
        put(page, Box(box.x + k * half - 0.6, box.y + 1.6, half + 0.6, box.h - 3), digit, 12 + k)
    assert "several_digits" in why(handed(page), "spoiled")


def test_two_narrow_digits_in_one_box_are_told(handed: Handed, figures: Printed) -> None:
    page = figures.filled(without("spoiled"), 12)
    box = figures.form.field("spoiled").boxes[-1]
    for k in range(2):
        put(page, Box(box.x + 0.4 + k * 2.0, box.y + 1.6, 2.0, box.h - 3), 1, 12 + k)
    assert "several_digits" in why(handed(page), "spoiled")


def test_white_out_over_one_box_alone_is_told(handed: Handed, figures: Printed) -> None:
    page = figures.filled(without("left_over"), 14)
    box = figures.form.field("left_over").boxes[-1]
    paint(page, box.grown(0.8), 252)
    put(page, box, 4, 14)
    assert "covered" in why(handed(page), "left_over")


@pytest.mark.parametrize(
    ("place", "told"),
    [("above", "empty"), ("below", "outside_box"), ("left", "outside_box"), ("farther left", "outside_box")],
)
def test_a_value_outside_its_boxes_is_asked(handed: Handed, figures: Printed, place: str, told: str) -> None:
    """Above, it lies in the boxes of the row before, and is not taken for this row's."""
    page = figures.filled(without("spoiled"), 13)
    boxes = figures.form.field("spoiled").boxes
    first, last = boxes[0], boxes[-1]
    where = {
        "above": Box(first.x + 3.0, first.y - 5.4, 5.0, 5.6), "below": Box(first.x + 3.0, first.bottom + 0.1, 5.0, 5.6),
        "left": Box(first.x - 7.4, last.y + 1.0, 6.6, 7.0),
        "farther left": Box(first.x - 7.0, last.y + 2.2, 4.2, 4.6),
    }[place]  # fmt: skip
    put(page, where, 7, 13)
    assert told in why(handed(page), "spoiled")


def test_white_out_is_asked_with_and_without_a_digit_on_it(handed: Handed, figures: Printed) -> None:
    page = figures.filled(without("left_over", "spoiled"), 14)
    for name in ("left_over", "spoiled"):
        paint(page, figures.form.field(name).box.grown(0.8), 252)
    for box, digit in zip(figures.form.field("left_over").boxes[-3:], (1, 4, 3), strict=True):
        put(page, box, digit, 14)
    document = handed(page)
    assert "covered" in why(document, "left_over")
    assert "covered" in why(document, "spoiled")


def test_half_a_form_is_rejected_or_asked(handed: Handed, figures: Printed) -> None:
    """The lower half did not go through the scanner."""
    page = figures.filled(FIGURES, 16)
    assert rejection(handed(np.ascontiguousarray(page[: page.shape[0] // 2])))
