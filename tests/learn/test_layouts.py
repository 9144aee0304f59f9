"""Layouts of strangers whose labels, contests and gaps a person would read at a glance, learned by the command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from conftest import Command
from drawn_forms import PPM, Drawing, font, saved, scanned
from PIL import Image, ImageDraw

Fields = list[dict[str, Any]]


def learned(kiemphieu: Command, drawing: Drawing, tmp_path: Path) -> tuple[Fields, str]:
    """The fields of the form of a drawing, and what was said."""
    blank = saved(scanned(drawing.pixels), tmp_path / "blank.png")
    ran = kiemphieu("learn", blank, "--out", tmp_path / "f.json")
    assert ran.code == 0, ran.err
    document = json.loads((tmp_path / "f.json").read_text("utf-8"))
    return [f for f in document["sides"][0]["fields"] if f["kind"] not in ("stamp", "stray")], ran.said


def two_contests() -> Drawing:
    """Two framed contests beside each other, each name with a smaller line below it that is level with its oval."""
    d = Drawing("two_contests", (190.0, 150.0), "LiberationSans")
    d.text(20, 12, "GENERAL ELECTION OF THE VALLEY", 5.0, True)
    for x, head, names in (
        (15.0, "Treasurer", ("Ada Byron", "George Boole", "Grace Hopper", "Alan Turing")),
        (98.0, "Surveyor", ("Emmy Noether", "Kurt Goedel", "Mary Somerville", "Paulo Freire")),
    ):
        d.rectangle((x, 25, 78, 110))
        d.line(x, 41, x + 78, 41)
        d.text(x + 3, 28, head, 4.0, True)
        d.text(x + 3, 34, "Vote for not more than 1", 3.2)
        for i, name in enumerate(names):
            y = 48 + 18.0 * i
            d.target("oval", (x + 4, y + 1.2, 6, 3.4), name, head)
            d.text(x + 14, y, name, 3.8)
            d.text(x + 14, y + 4.7, "Independent", 2.7)
    return d


def test_a_label_is_whole_and_a_contest_is_its_own_frames(kiemphieu: Command, tmp_path: Path) -> None:
    drawing = two_contests()
    fields, _ = learned(kiemphieu, drawing, tmp_path)
    found = {(f["label"], f.get("group")) for f in fields}
    assert found == {(f"{t.label} Independent", t.group) for t in drawing.fields}


def test_a_target_that_is_marked_on_the_blank_is_told_as_not_found(kiemphieu: Command, tmp_path: Path) -> None:
    drawing = two_contests()
    x, y, w, h = drawing.fields[2].box
    drawing.solid((x, y, w, h))
    fields, said = learned(kiemphieu, drawing, tmp_path)
    assert len(fields) == len(drawing.fields) - 1
    assert "front: NOT FOUND, 1: beside the label ink stands where a target is expected" in said
    assert "'Grace Hopper Independent'" in said
    assert {f.get("group") for f in fields} == {"Treasurer", "Surveyor"}


def test_the_same_answers_again_belong_to_another_question(kiemphieu: Command, tmp_path: Path) -> None:
    d = Drawing("questions", (170.0, 130.0), "DejaVuSans")
    d.text(20, 10, "TOWN MEETING", 5.0, True)
    texts = ("Shall the bridge be rebuilt?", "Shall the library open on Sunday?", "Shall the market be moved?")
    for i, text in enumerate(texts):
        y = 26 + 30.0 * i
        d.text(20, y, text, 3.8)
        for x, answer in ((100.0, "Yes"), (130.0, "No")):
            d.text(x, y + 9, answer, 3.8)
            d.target("box", (x + 12, y + 8, 5, 5), answer, text)
    fields, _ = learned(kiemphieu, d, tmp_path)
    assert sorted((f["label"], f.get("group")) for f in fields) == sorted((t.label, t.group) for t in d.fields)


def test_letters_in_circles_are_their_labels_and_the_number_beside_the_question(
    kiemphieu: Command, tmp_path: Path
) -> None:
    d = Drawing("answers", (150.0, 120.0), "LiberationSans")
    d.text(20, 10, "ANSWER SHEET IN GEOGRAPHY", 5.0, True)
    for number in range(1, 13):
        x, y = (20.0, 80.0)[(number - 1) // 6], 25 + 12.0 * ((number - 1) % 6)
        d.text(x, y + 1, str(number), 3.6, True)
        for i, letter in enumerate("ABCD"):
            at = x + 10 + 8.0 * i
            d.target("oval", (at, y, 5.2, 5.2), letter, str(number), stadium=False)
            d.text(at + 2.6, y + 1.4, letter, 3.2, middle=True)
    fields, _ = learned(kiemphieu, d, tmp_path)
    assert sorted((f["label"], f.get("group")) for f in fields) == sorted((t.label, t.group) for t in d.fields)


def test_white_circles_on_black_are_found_and_doubted(kiemphieu: Command, tmp_path: Path) -> None:
    d = Drawing("white", (130.0, 110.0), "LiberationSans")
    d.text(20, 6, "BALLOT OF THE HARBOUR", 5.0, True)
    d.solid((8, 16, 114, 86))
    names = ("Ada Byron", "George Boole", "Grace Hopper", "Alan Turing")
    for i, name in enumerate(names):
        y = 24 + 20.0 * i
        d.pen.text((16 * PPM, y * PPM), name, fill=250, font=font(d.face, True, 5.0))
        d.pen.ellipse([100 * PPM, y * PPM, 109 * PPM, (y + 9) * PPM], fill=250)
    fields, said = learned(kiemphieu, d, tmp_path)
    assert {f["label"] for f in fields} == set(names)
    assert "front: 4 to look at: white on black" in said


def test_cells_above_upright_names_have_them_as_labels(kiemphieu: Command, tmp_path: Path) -> None:
    d = Drawing("judges", (150.0, 110.0), "DejaVuSerif")
    d.text(15, 4, "REVIEW OF THE JUDGES", 5.0, True)
    d.text(15, 11, "Put a cross above the name of a judge who is to be dismissed.", 3.6)
    d.text(15, 16, "Write nothing above the names of the others.", 3.6)
    names = ("Hans Jung", "Peter Fuchs", "Olga Richter", "Walter Bauer")
    for y in (22.0, 34.0, 98.0):
        d.line(15, y, 15 + 25 + 16 * len(names), y)
    for x in (15.0, *(40.0 + 16 * i for i in range(len(names) + 1))):
        d.line(x, 22, x, 98)
    d.text(18, 26, "Mark", 3.6)
    d.text(18, 60, "Judge", 3.6)
    for i, name in enumerate(names):
        strip = Image.new("L", (round(55 * PPM), round(10 * PPM)), 250)
        ImageDraw.Draw(strip).text((0, 0), name, fill=20, font=font(d.face, False, 4.8))
        upright = Image.fromarray(np.ascontiguousarray(np.rot90(np.asarray(strip), -1)))
        d.image.paste(upright, (round((44 + 16 * i) * PPM), round(38 * PPM)))
    fields, _ = learned(kiemphieu, d, tmp_path)
    assert [(f["kind"], f["label"]) for f in fields] == [("box", name) for name in names]
