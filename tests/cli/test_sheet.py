"""``kiemphieu sheet`` prints a sheet of questions; marked with a pen and scanned, ``read`` returns its answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageDraw
from ran import Command

from pipeline.forms.faults import SHEET, schema

DPI = 200
CHOSEN = {"nuoc.co", "duong.ba", "duong.mot"}


def description(**more: Any) -> dict[str, Any]:
    return {
        "format": "kiemphieu-sheet/1",
        "id": "y-kien-2026",
        "title": "Phiếu lấy ý kiến nhân dân thôn Đồng Mít về nước sạch và đường làng",
        "instruction": "Tô kín hoặc đánh dấu vào ô bên trái câu trả lời.",
        "questions": [
            {
                "id": "nuoc",
                "text": "1. Ông (bà) có đồng ý đóng góp để xây bể nước sạch chung không?",
                "options": [
                    {"id": "co", "text": "Đồng ý"},
                    {"id": "khong", "text": "Không đồng ý"},
                    {
                        "id": "khac",
                        "text": "Có ý kiến khác, sẽ phát biểu trong cuộc họp thôn vào tối Chủ nhật tuần này",
                    },
                ],
            },
            {
                "id": "duong",
                "text": "2. Nên sửa đoạn đường nào trước?",
                "options": [{"id": k, "text": f"Đoạn {k}"} for k in ("mot", "hai", "ba", "bốn")],
            },
        ],
        **more,
    }


def printed(kiemphieu: Command, folder: Path, **more: Any) -> tuple[Path, Image.Image]:
    """The form document, and its PDF drawn as a grey picture."""
    asked = folder / "sheet.json"
    asked.write_text(json.dumps(description(**more)), encoding="utf-8")
    ran = kiemphieu("sheet", asked, "--out", folder / "paper", "--copies", 3)
    assert (ran.code, ran.err) == (0, "")
    form = folder / "paper" / "y-kien-2026.json"
    pdf = pypdfium2.PdfDocument(form.with_suffix(".pdf"))
    assert len(pdf) == 3
    return form, pdf[2].render(scale=DPI / 72, grayscale=True).to_pil()


def marked(page: Image.Image, form: Path) -> dict[str, np.ndarray]:
    """Strokes of a pen in the chosen targets; where all targets lie, in pixels."""
    pen = ImageDraw.Draw(page)
    places = {}
    for field in json.loads(form.read_text(encoding="utf-8"))["sides"][0]["fields"]:
        x, y, w, h = (v * DPI / 25.4 for v in field["box"])
        places[field["id"]] = np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]]) - 0.5
        if field["id"] in CHOSEN:
            for i in range(5):
                at = y + 5 + i * (h - 10) / 4
                pen.line([x + 6, at, x + w - 6, at + 2], fill=70, width=4)
    return places


@pytest.mark.parametrize("marks", ["corner_marks", "timing_marks"])
@pytest.mark.parametrize("target", ["oval", "box"])
@pytest.mark.parametrize("size", [(210, 297), (148, 210), (297, 210)])
def test_a_printed_and_marked_sheet_is_read_back(
    marks: str, target: str, size: tuple[int, int], tmp_path: Path, kiemphieu: Command
) -> None:
    form, page = printed(kiemphieu, tmp_path, marks=marks, target=target, size_mm=size)
    places = marked(page, form)
    upright, down = tmp_path / "upright.jpg", tmp_path / "down.png"
    page.save(upright, quality=85)
    page.rotate(180).save(down)
    ran = kiemphieu("read", "--form", form, upright, down)
    assert ran.code == 0
    for line, turned in zip(ran.lines, (False, True), strict=True):
        assert line["status"] == "read", line
        for field in line["fields"]:
            assert (field["value"], field["accepted"]) == ("marked" if field["id"] in CHOSEN else "unmarked", True)
            quad = np.array(field["quad"])
            where = np.array(page.size) - 1 - places[field["id"]] if turned else places[field["id"]]
            assert np.abs(quad - where).max() < 0.3 * DPI / 25.4


def test_a_skewed_scan_is_read_back(tmp_path: Path, kiemphieu: Command) -> None:
    form, page = printed(kiemphieu, tmp_path)
    marked(page, form)
    scan = tmp_path / "scan.png"
    page.rotate(-2.2, Image.Resampling.BICUBIC, expand=True, fillcolor=235).save(scan)
    (line,) = kiemphieu("read", "--form", form, scan).lines
    assert {f["id"] for f in line["fields"] if f["value"] == "marked"} == CHOSEN
    assert abs(line["rotation_deg"] - 2.2) < 0.2


def test_the_form_names_question_and_option(tmp_path: Path, kiemphieu: Command) -> None:
    form, _ = printed(kiemphieu, tmp_path)
    (side,) = json.loads(form.read_text(encoding="utf-8"))["sides"]
    first = side["fields"][0]
    assert (first["id"], first["group"], first["kind"]) == ("nuoc.co", "nuoc", "oval")
    assert first["label"].endswith("không?: Đồng ý")
    assert [f["id"] for f in side["fields"]][3:] == ["duong.mot", "duong.hai", "duong.ba", "duong.bốn"]


def test_paper_that_is_printed_already_keeps_its_form(tmp_path: Path, kiemphieu: Command) -> None:
    form, _ = printed(kiemphieu, tmp_path)
    before = form.read_bytes()
    ran = kiemphieu("sheet", tmp_path / "sheet.json", "--out", tmp_path / "paper")
    assert ran.code == 1
    assert ran.err.startswith(f"{form}: the file exists")
    assert form.read_bytes() == before


QUESTION = description()["questions"][0]
BROKEN: dict[str, tuple[dict[str, Any], str, str]] = {
    "no question": ({"questions": []}, "questions", "give at least 1"),
    "no title": ({"title": " "}, "title", "write a name"),
    "unknown key": ({"colour": "red"}, "document", "'colour' is not known"),
    "unknown marks": ({"marks": "qr"}, "marks", '"corner_marks", "timing_marks"'),
    "tiny paper": ({"size_mm": [50, 50]}, "size_mm[0]", "90 or more"),
    "a path as id": ({"id": "../form"}, "id", "cannot be the name of a file"),
    "an option twice": ({"questions": [QUESTION, QUESTION]}, "questions[1], options[0]", "'nuoc.co' stands twice"),
}


@pytest.mark.parametrize("name", list(BROKEN))
def test_a_description_that_cannot_be_printed_is_refused_with_its_place(
    name: str, tmp_path: Path, kiemphieu: Command
) -> None:
    change, place, words = BROKEN[name]
    asked = tmp_path / "sheet.json"
    asked.write_text(json.dumps(description(**change)), encoding="utf-8")
    ran = kiemphieu("sheet", asked, "--out", tmp_path / "paper")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"{asked}, {place}")
    assert words in ran.err
    assert "Traceback" not in ran.err
    assert not (tmp_path / "paper").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"questions": [{**QUESTION, "id": f"q{i}"} for i in range(9)]}, "the sheet has 297; take larger paper"),
        ({"title": "K" * 90}, "is wider than the sheet"),
    ],
)
def test_what_does_not_fit_the_paper_is_refused(
    change: dict[str, Any], words: str, tmp_path: Path, kiemphieu: Command
) -> None:
    asked = tmp_path / "sheet.json"
    asked.write_text(json.dumps(description(**change)), encoding="utf-8")
    ran = kiemphieu("sheet", asked, "--out", tmp_path / "paper")
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert words in ran.err


def test_the_description_keeps_its_published_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema(SHEET))
    jsonschema.validate(description(marks="timing_marks", target="box"), schema(SHEET))
