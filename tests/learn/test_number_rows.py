"""Numbers are taken into a learned form as rows, their digit boxes as lines of them; what has no column stays."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from calibration.learn.corrections import COLUMNS, corrected
from pipeline.errors import Refusal
from pipeline.forms.document import parse_form
from pipeline.forms.template import Form

CORNERS = [[12, 12, 6, 6], [192, 12, 6, 6], [192, 279, 6, 6], [12, 279, 6, 6]]


def form() -> Form:
    number = {"id": "n", "kind": "number", "box": [20, 150, 13.2, 8], "decimals": 1, "boxes": [
        [20, 150, 6, 8], [27.2, 150, 6, 8]]}  # fmt: skip
    other = {"id": "m", "kind": "number", "box": [20, 160, 30, 8]}
    registration = {"kind": "corner_marks", "marks": CORNERS}
    side = {"name": "front", "size_mm": [210, 297], "registration": registration, "fields": [number, other]}
    rules = [{"code": "R1", "kind": "at_most", "less": "n", "more": "m"}]
    return parse_form({"format": "kiemphieu-form/1", "id": "f", "sides": [side], "rules": rules}, "f.json")


def sheet(path: Path, *rows: tuple[str, str, str]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        for name, kind, box in rows:
            x, y, w, h = box.split()
            writer.writerow({"id": name, "kind": kind, "x": x, "y": y, "w": w, "h": h, "side": "front"})
    return path


def test_digit_boxes_are_put_in_from_left_to_right_and_what_has_no_column_stays(tmp_path: Path) -> None:
    table = sheet(
        tmp_path / "f.csv",
        ("n", "number", "20 150 13.2 8"),
        ("n", "line", "27.2 150 6 8"),
        ("n", "line", "20 150 6 8"),
        ("m", "number", "20 170 30 8"),
    )
    found = corrected(form(), table, "f.json")
    number = found.field("n")
    assert [box.x for box in number.boxes] == [20, 27.2]
    assert number.decimals == 1
    assert found.field("m").box.y == 170
    assert found.rules == form().rules


def test_a_field_that_becomes_a_number_starts_without_what_it_was(tmp_path: Path) -> None:
    table = sheet(tmp_path / "f.csv", ("n", "tally", "20 150 60 8"), ("m", "number", "20 170 30 8"))
    assert corrected(form(), table, "f.json").field("n").boxes == ()


def test_a_line_of_a_field_that_has_none_is_told(tmp_path: Path) -> None:
    table = sheet(
        tmp_path / "f.csv", ("n", "tally", "20 150 60 8"), ("n", "line", "20 150 6 8"), ("m", "number", "20 170 30 8")
    )
    with pytest.raises(Refusal) as refused:
        corrected(form(), table, "f.json")
    assert "strike or number" in str(refused.value)
