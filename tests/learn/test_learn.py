"""A form document is learned from blank paper that somebody else printed, and reads that paper."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from conftest import Command
from drawn_forms import FORMS, Drawing, Printed, marked, saved, scanned
from PIL import Image

from calibration.learn.finds import Find
from calibration.learn.learn import LearnedSide
from kiemphieu.learn_command import tell_doubts
from pipeline.forms.faults import schema_problems
from pipeline.geometry import Box

Learned = Callable[[str], Path]
OFF_MM = 0.25
"""A target's middle is found within a pixel of 100 dpi: the reader itself looks 1.75 mm around."""


def document_of(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return document


def field_of(document: dict[str, Any], true: Printed, sheet: Drawing) -> dict[str, Any]:
    """The learned field of the true one's kind whose middle lies on the true one's, skew and margin set apart."""
    side = document["sides"][0]
    dx, dy = ((a - b) / 2 for a, b in zip(side["size_mm"], sheet.size, strict=True))
    x, y = true.box[0] + true.box[2] / 2 + dx, true.box[1] + true.box[3] / 2 + dy
    own = [f for f in side["fields"] if f["kind"] == true.kind]

    def off(f: dict[str, Any]) -> float:
        bx, by, bw, bh = f["box"]
        return float(np.hypot(bx + bw / 2 - x, by + bh / 2 - y))

    nearest = min(own, key=off)
    assert off(nearest) < OFF_MM, (true, nearest)
    return nearest


@pytest.mark.parametrize("name", sorted(FORMS))
def test_every_printed_field_is_found_where_it_stands_and_nothing_else(name: str, learned_forms: Learned) -> None:
    sheet = FORMS[name]()
    document = document_of(learned_forms(name))
    assert not list(schema_problems(document, name))
    found = [field_of(document, true, sheet)["id"] for true in sheet.fields]
    others = {f["id"] for f in document["sides"][0]["fields"] if f["kind"] not in ("stamp", "stray")} - set(found)
    assert len(set(found)) == len(sheet.fields)
    assert others == set()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("english_columns", "corner_marks"),
        ("agree_boxes", "timing_marks"),
        ("three_columns", "timing_marks"),
        ("boxes_right", "box"),
        ("agree_table", "content"),
    ],
)
def test_what_the_print_offers_is_what_the_side_is_found_by(name: str, kind: str, learned_forms: Learned) -> None:
    assert document_of(learned_forms(name))["sides"][0]["registration"]["kind"] == kind


def test_a_sparse_row_of_bars_is_left_out_as_a_code(learned_forms: Learned) -> None:
    marks = document_of(learned_forms("three_columns"))["sides"][0]["registration"]["marks"]
    assert len(marks) == 32 + 2 * 44
    # all but the two that end the side columns lie above the code's row
    lowest = max(m[1] for m in marks)
    assert sum(abs(m[1] - lowest) < 1 for m in marks) == 2


def test_labels_and_contests_are_read(learned_forms: Learned) -> None:
    sheet = FORMS["english_columns"]()
    document = document_of(learned_forms("english_columns"))
    for true in sheet.fields:
        found = field_of(document, true, sheet)
        assert (found["label"], found["group"]) == (true.label, true.group)
    assert "mayor.ada-byron" in {f["id"] for f in document["sides"][0]["fields"]}


def test_rows_and_heads_of_a_table_give_group_and_label(learned_forms: Learned) -> None:
    sheet = FORMS["agree_table"]()
    document = document_of(learned_forms("agree_table"))
    assert {(f["group"], f["label"]) for f in document["sides"][0]["fields"]} == {
        (t.group, t.label) for t in sheet.fields
    }


def test_a_name_is_taken_without_its_title_and_with_its_second_line(learned_forms: Learned) -> None:
    document = document_of(learned_forms("centred_names"))
    fields = {f["id"]: f for f in document["sides"][0]["fields"]}
    two = fields["le-van-binh-thuong-toa-thich-tam-an"]
    assert len(two["lines"]) == 2
    assert two["label"].startswith("LÊ VĂN BÌNH")
    assert {"stamp", "stray"} <= set(fields)


@pytest.mark.parametrize("name", ["english_columns", "boxes_right", "names_to_strike"])
def test_marked_paper_is_read_with_the_learned_form(
    name: str, kiemphieu: Command, learned_forms: Learned, tmp_path: Path
) -> None:
    sheet = FORMS[name]()
    form = learned_forms(name)
    document = document_of(form)
    kiemphieu("--version")  # what learning printed before is not this command's output
    chosen = range(0, len(sheet.fields), 3)
    filled = saved(scanned(marked(sheet, chosen), -1.1, seed=7), tmp_path / "filled.png")
    ran = kiemphieu("read", "--form", form, filled)
    (page,) = ran.lines
    assert page["status"] == "read", page
    readings = {f["id"]: f for f in page["fields"]}
    for i, true in enumerate(sheet.fields):
        reading = readings[field_of(document, true, sheet)["id"]]
        want = ("struck", "clear") if true.kind == "strike" else ("marked", "unmarked")
        assert reading["accepted"]
        assert reading["value"] == want[i not in chosen]


def test_names_that_are_given_name_the_fields(kiemphieu: Command, tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("Hoàng Văn Thụ\nNông Thị Trưng\nLê Văn Bình\nPhùng Chí Kiên\nTrần Thị Vắng\n", "utf-8")
    blank = saved(scanned(FORMS["centred_names"]().pixels), tmp_path / "b.png")
    ran = kiemphieu("learn", blank, "--names", names, "--out", tmp_path / "f.json")
    assert "NOT FOUND on the paper: Trần Thị Vắng" in ran.said
    assert "the name is none of the given candidates" in ran.said  # Vi Thị Hạnh
    labels = {f.get("label") for f in json.loads((tmp_path / "f.json").read_text())["sides"][0]["fields"]}
    assert {"Hoàng Văn Thụ", "Phùng Chí Kiên"} <= labels


def test_several_blanks_are_averaged_and_dirt_of_one_is_told(kiemphieu: Command, tmp_path: Path) -> None:
    sheet = FORMS["boxes_right"]()
    dirty = marked(sheet, [2])
    blanks = [
        saved(scanned(picture, skew, seed=i), tmp_path / f"blank-{i}.png")
        for i, (picture, skew) in enumerate([(sheet.pixels, 0.4), (dirty, -0.6), (sheet.pixels, 0.0)])
    ]
    ran = kiemphieu("learn", *blanks, "--out", tmp_path / "f.json")
    assert ran.code == 0, ran.err
    told = [float(part.split(" mm²")[0]) for part in ran.said.split(" mm, ")[1:4]]
    assert told[1] > 2.0
    assert max(told[0], told[2]) < 0.5
    assert "9 of kind box, 0 doubtful" in ran.said


def test_a_reason_that_many_fields_share_is_told_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """300 bubbles with one and the same doubt are one thing to look at; of a few, each is named with its place."""
    monkeypatch.setenv("KIEMPHIEU_LANG", "en")
    plain, shared, alone = (), ("no_label",), ("few_of_this_size",)
    doubts = [plain, shared, shared, shared, alone, shared, plain]
    box = Box(10.0, 20.0, 4.0, 4.0)
    finds = [Find("box", box, doubts=d, id=f"f{i}") for i, d in enumerate(doubts)]
    finds.append(Find("oval", box, "Ada", doubts=("marked_on_blank",)))
    tell_doubts(cast(LearnedSide, SimpleNamespace(finds=finds, side=SimpleNamespace(name="back"))), 11)
    said = " ".join(capsys.readouterr().out.split())
    assert said.count("no label was found beside it") == 1
    assert "back: 4 to look at: no label was found beside it: numbers 12-14, 16" in said
    assert "back: 1 to look at: few have this size; it may be no target: 15 f4 at 10.0, 20.0 mm" in said
    assert "back: NOT FOUND, 1: beside the label ink stands" in said
    assert "18 'Ada' at 10.0, 20.0 mm" in said


def test_a_mark_on_the_only_blank_is_doubted(kiemphieu: Command, tmp_path: Path) -> None:
    sheet = FORMS["english_columns"]()
    one = sheet.fields[4]
    x, y, w, h = (v * 300 / 25.4 for v in one.box)
    picture = sheet.pixels
    # a dot so small that the outline stays closed round white paper
    picture[round(y + 0.3 * h) : round(y + 0.7 * h), round(x + 0.25 * w) : round(x + 0.7 * w)] = 60
    blank = saved(scanned(picture), tmp_path / "b.png")
    ran = kiemphieu("learn", blank, "--out", tmp_path / "f.json")
    assert ran.code == 0, ran.err
    fields = json.loads((tmp_path / "f.json").read_text())["sides"][0]["fields"]
    found = field_of({"sides": [{"size_mm": [217.9, 281.4], "fields": fields}]}, one, sheet)
    assert found["id"] in ran.said


def test_front_and_back_are_two_sides(kiemphieu: Command, tmp_path: Path) -> None:
    front = saved(scanned(FORMS["boxes_right"]().pixels), tmp_path / "a.png")
    back = saved(scanned(FORMS["one_box"]().pixels), tmp_path / "b.png")
    ran = kiemphieu("learn", front, "--back", back, "--out", tmp_path / "f.json")
    assert ran.code == 0, ran.err
    sides = json.loads((tmp_path / "f.json").read_text())["sides"]
    assert [(s["name"], len(s["fields"])) for s in sides] == [("front", 9), ("back", 1)]
    assert [s["reference"]["files"] for s in sides] == [["f-front.png"], ["f-back.png"]]
    assert (tmp_path / "f-back-preview.png").is_file()


def test_an_upside_down_blank_is_turned(kiemphieu: Command, tmp_path: Path) -> None:
    scan = scanned(FORMS["boxes_right"]().pixels, 0.3)
    Image.fromarray(scan.pixels[::-1, ::-1]).save(tmp_path / "b.png", dpi=(200, 200))
    ran = kiemphieu("learn", tmp_path / "b.png", "--out", tmp_path / "f.json")
    assert ran.code == 0, ran.err
    labels = [f.get("label") for f in json.loads((tmp_path / "f.json").read_text())["sides"][0]["fields"]]
    assert labels[0] == "Bùi Xuân Phái"


def test_marks_cut_by_the_scanner_are_made_whole(kiemphieu: Command, tmp_path: Path) -> None:
    scan = scanned(FORMS["three_columns"]().pixels, margin=0.0)
    cut = round(9.7 / 25.4 * 200)  # 1.7 of the 3.2 mm of the left bars
    Image.fromarray(np.ascontiguousarray(scan.pixels[:, cut:])).save(tmp_path / "b.png", dpi=(200, 200))
    ran = kiemphieu("learn", tmp_path / "b.png", "--out", tmp_path / "f.json")
    assert ran.code == 0, ran.err
    marks = json.loads((tmp_path / "f.json").read_text())["sides"][0]["registration"]["marks"]
    left = [m for m in marks if m[0] < 5]
    assert len(left) >= 44
    assert all(abs(m[2] - 3.2) < 0.35 for m in left)
