"""What cannot be learned is refused with the thing, the value and the remedy; nothing is half-written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import Command
from drawn_forms import FORMS, saved, scanned
from PIL import Image


def blank_of(folder: Path, name: str = "boxes_right", dpi: int | None = 200) -> Path:
    return saved(scanned(FORMS[name]().pixels), folder / "blank.png", dpi)


def test_a_file_that_tells_no_resolution_asks_for_it(kiemphieu: Command, tmp_path: Path) -> None:
    blank = blank_of(tmp_path, dpi=None)
    ran = kiemphieu("learn", blank, "--out", tmp_path / "f.json")
    assert ran.code == 1
    assert "--dpi" in ran.err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["blank.png"]
    assert kiemphieu("learn", blank, "--dpi", 200, "--out", tmp_path / "f.json").code == 0


def test_paper_larger_than_any_is_not_believed(kiemphieu: Command, tmp_path: Path) -> None:
    ran = kiemphieu("learn", blank_of(tmp_path), "--dpi", 40, "--out", tmp_path / "f.json")
    assert ran.code == 1
    assert "40 dpi" in ran.err


def test_paper_without_anything_to_mark_is_refused_and_says_what_was_looked_for(
    kiemphieu: Command, tmp_path: Path
) -> None:
    page = np.full((1600, 1100), 245, np.uint8)
    page[200:210, 100:900] = 30
    Image.fromarray(page).save(tmp_path / "b.png", dpi=(200, 200))
    ran = kiemphieu("learn", tmp_path / "b.png", "--out", tmp_path / "f.json")
    assert ran.code == 1
    assert "learn-nothing" in ran.err
    assert "ovals" in ran.err
    assert not (tmp_path / "f.json").exists()


def test_scans_of_two_forms_are_not_averaged(kiemphieu: Command, tmp_path: Path) -> None:
    first = blank_of(tmp_path)
    other = saved(scanned(FORMS["centred_names"]().pixels), tmp_path / "other.png")
    ran = kiemphieu("learn", first, other, "--out", tmp_path / "f.json")
    assert ran.code == 1
    assert "other.png" in ran.err
    assert "blank-differs" in ran.err


def test_two_scans_of_one_face_are_not_taken_for_front_and_back(kiemphieu: Command, tmp_path: Path) -> None:
    drawn = FORMS["boxes_right"]().pixels
    pages = [Image.fromarray(scanned(drawn, angle, seed=round(9 + angle)).pixels) for angle in (0.4, -0.7)]
    pages[0].save(tmp_path / "twice.tif", save_all=True, append_images=pages[1:], dpi=(200, 200))
    ran = kiemphieu("learn", tmp_path / "twice.tif", "--out", tmp_path / "f.json")
    assert ran.code == 1
    assert "learn-same-faces" in ran.err
    assert "twice.tif" in ran.err
    assert not (tmp_path / "f.json").exists()


def test_the_two_faces_of_a_sheet_are_both_learned(kiemphieu: Command, tmp_path: Path) -> None:
    pages = [Image.fromarray(scanned(FORMS[name]().pixels).pixels) for name in ("boxes_right", "centred_names")]
    pages[0].save(tmp_path / "sheet.tif", save_all=True, append_images=pages[1:], dpi=(200, 200))
    ran = kiemphieu("learn", tmp_path / "sheet.tif", "--out", tmp_path / "f.json")
    assert ran.code == 0, ran.err
    assert (tmp_path / "f.json").exists()


def test_a_form_that_is_there_is_not_overwritten(kiemphieu: Command, tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("mine")
    ran = kiemphieu("learn", blank_of(tmp_path), "--out", tmp_path / "f.json")
    assert ran.code == 1
    assert "f.csv" in ran.err
    assert (tmp_path / "f.csv").read_text() == "mine"


@pytest.mark.parametrize(("content", "code"), [(b"", "blank-undecodable"), (b"not a picture", "blank-undecodable")])
def test_a_file_that_is_no_picture_is_one_line(content: bytes, code: str, kiemphieu: Command, tmp_path: Path) -> None:
    (tmp_path / "b.png").write_bytes(content)
    ran = kiemphieu("learn", tmp_path / "b.png", "--out", tmp_path / "f.json")
    assert ran.code == 1
    assert code in ran.err
    assert len(ran.err.splitlines()) == 1


def test_kinds_that_are_not_wanted_are_left_out_and_told(kiemphieu: Command, tmp_path: Path) -> None:
    ran = kiemphieu("learn", blank_of(tmp_path), "--kind", "oval", "--out", tmp_path / "f.json")
    assert ran.code == 1
    assert "looked for: oval" in ran.err
