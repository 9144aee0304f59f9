"""``kiemphieu read`` keeps what docs/form-format.md promises, on paper and files that others make."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Container
from pathlib import Path
from typing import Any

import foreign_paper as paper
import numpy as np
import pytest
from PIL import Image
from ran import Command

KEYS = ["file", "page", "status", "reason", "form", "side", "rotation_deg", "residual_mm", "profile", "fields"]
FIELD_KEYS = ["id", "kind", "value", "accepted", "score", "p_wrong", "quad"]
OFF_AT_MOST_MM = 0.3
Places = Callable[[np.ndarray], np.ndarray]


@pytest.fixture(scope="module", params=list(paper.REGISTRATIONS))
def sheet(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A form document on disk and its registration."""
    folder = tmp_path_factory.mktemp(request.param)
    return paper.write(folder, request.param), request.param


@pytest.fixture(scope="module")
def content_form(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return paper.write(tmp_path_factory.mktemp("content"), "content")


def expected_quads(places: Places) -> dict[str, np.ndarray]:
    found = {}
    for name, (x, y, w, h) in paper.boxes().items():
        corners = np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]]) * paper.DPI / 25.4 - 0.5
        found[name] = places(corners)
    return found


def assert_read(
    line: dict[str, Any],
    places: Places = lambda p: p,
    density: float = paper.DPI / 25.4,
    asked: Container[str] = (),
) -> None:
    """The page is read, every answer is right, and every quad lies where the field lies in the file's pixels.

    Fields of the kinds ``asked`` are unclear and not accepted.
    """
    assert (line["status"], line["reason"], line["form"], line["side"]) == ("read", None, "consulta", "front"), line
    assert {f["id"]: f["value"] for f in line["fields"]} == {
        name: "unclear" if paper.kind_of(name) in asked else value for name, value in paper.ANSWERS.items()
    }
    assert not any(f["accepted"] for f in line["fields"] if f["kind"] in asked)
    assert [f["kind"] for f in line["fields"]] == [paper.kind_of(name) for name in paper.boxes()]
    for name, quad in expected_quads(places).items():
        seen = next(np.array(f["quad"]) for f in line["fields"] if f["id"] == name)
        assert np.abs(seen - quad).max() / density < OFF_AT_MOST_MM, name


def quarter_turned(page: Image.Image, quarters: int) -> tuple[Image.Image, Places]:
    """Turned clockwise by so many quarters, and where each pixel went."""
    w, h = page.size
    turns: dict[int, tuple[Any, Places]] = {
        1: (Image.Transpose.ROTATE_270, lambda p: np.stack([h - 1 - p[:, 1], p[:, 0]], axis=1)),
        2: (Image.Transpose.ROTATE_180, lambda p: np.array([w - 1, h - 1]) - p),
        3: (Image.Transpose.ROTATE_90, lambda p: np.stack([p[:, 1], w - 1 - p[:, 0]], axis=1)),
    }
    method, places = turns[quarters]
    return page.transpose(method), places


def test_a_page_line_has_every_promised_key(sheet: tuple[Path, str], tmp_path: Path, kiemphieu: Command) -> None:
    form, registration = sheet
    scan = tmp_path / "scan.png"
    paper.drawn(registration).save(scan)
    ran = kiemphieu("read", "--form", form, scan)
    assert ran.code == 0
    (line,) = ran.lines
    assert list(line) == KEYS
    assert (line["file"], line["page"]) == (str(scan), 1)
    assert abs(line["rotation_deg"]) < 0.3
    assert 0 <= line["residual_mm"] < 0.3
    assert len(line["profile"]) == 64
    for field in line["fields"]:
        assert list(field) == FIELD_KEYS
        assert field["accepted"] in (True, False)
        assert 0 <= field["score"] <= 1
        assert 0 <= field["p_wrong"] <= 1
    assert_read(line)
    assert ran.err == "1 files, 1 pages\n"


@pytest.mark.parametrize("registration", ["timing_marks", "corner_marks"])
def test_sheets_with_marks_are_read_without_a_reference(registration: str, tmp_path: Path, kiemphieu: Command) -> None:
    """Only targets: names and stamps are told from print by the picture of the unmarked side."""
    form = paper.write(tmp_path, registration, reference=False)
    document = json.loads(form.read_text())
    side = document["sides"][0]
    side["fields"] = [f for f in side["fields"] if f["kind"] in ("oval", "box")]
    form.write_text(json.dumps(document))
    scan = tmp_path / "scan.jpg"
    paper.drawn(registration).save(scan, quality=85)
    (line,) = kiemphieu("read", "--form", form, scan).lines
    assert {f["id"]: f["value"] for f in line["fields"]} == {
        name: paper.ANSWERS[name] for name in (*paper.OVALS, *paper.BOXES)
    }


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_turned_page_is_read_with_quads_in_its_own_pixels(
    sheet: tuple[Path, str], quarters: int, tmp_path: Path, kiemphieu: Command
) -> None:
    form, registration = sheet
    page, places = quarter_turned(paper.drawn(registration), quarters)
    scan = tmp_path / "scan.png"
    page.save(scan)
    (line,) = kiemphieu("read", "--form", form, scan).lines
    assert_read(line, places)
    assert abs((line["rotation_deg"] - 90 * quarters + 180) % 360 - 180) < 0.3


def one_bit(page: Image.Image) -> Image.Image:
    return page.point(lambda v: 255 if v > 140 else 0).convert("1")


def coloured(page: Image.Image) -> Image.Image:
    grey = np.asarray(page, np.uint16)
    return Image.fromarray(np.stack([grey, grey * 240 // 255, grey * 190 // 255], axis=2).astype(np.uint8))


FILES: dict[str, Callable[[Image.Image], bytes]] = {
    "grey.jpg": lambda p: paper.saved(p, "JPEG", quality=80),
    "colour.jpg": lambda p: paper.saved(coloured(p), "JPEG", quality=80),
    "cmyk.jpg": lambda p: paper.saved(coloured(p).convert("CMYK"), "JPEG", quality=90),
    "progressive.jpg": lambda p: paper.saved(p, "JPEG", quality=80, progressive=True),
    "grey.png": lambda p: paper.saved(p, "PNG"),
    "palette.png": lambda p: paper.saved(coloured(p).quantize(64), "PNG"),
    "transparent.png": lambda p: paper.saved(coloured(p).convert("RGBA"), "PNG"),
    "one-bit.png": lambda p: paper.saved(one_bit(p), "PNG"),
    "sixteen-bits.png": lambda p: paper.saved(paper.sixteen_bits(p), "PNG"),
    "grey.tif": lambda p: paper.saved(p, "TIFF"),
    "lzw.tif": lambda p: paper.saved(coloured(p), "TIFF", compression="tiff_lzw"),
    "jpeg.tif": lambda p: paper.saved(coloured(p), "TIFF", compression="jpeg"),
    "fax.tif": lambda p: paper.saved(one_bit(p), "TIFF", compression="group4"),
    "sixteen-bits.tif": lambda p: paper.saved(paper.sixteen_bits(p), "TIFF"),
    "scanner.pdf": paper.pdf_of_jpegs,
    "drawn.pdf": lambda p: paper.saved(one_bit(p), "PDF", resolution=paper.DPI),
    "no-extension": lambda p: paper.saved(p, "PNG"),
    "wrong.pdf": lambda p: paper.saved(p, "PNG"),
}


ONE_BIT = dict.fromkeys(("one-bit.png", "fax.tif", "drawn.pdf"), ("strike",))
"""Of black-and-white files a person reads the names."""


@pytest.mark.parametrize("name", list(FILES))
def test_every_kind_of_file_is_read_the_same(name: str, content_form: Path, tmp_path: Path, kiemphieu: Command) -> None:
    scan = tmp_path / name
    scan.write_bytes(FILES[name](paper.drawn("content")))
    ran = kiemphieu("read", "--form", content_form, scan)
    assert ran.code == 0
    (line,) = ran.lines
    assert_read(line, asked=ONE_BIT.get(name, ()))


@pytest.mark.parametrize(("orientation", "quarters"), [(3, 2), (6, 3), (8, 1)])
def test_an_exif_turn_leaves_quads_in_the_stored_pixels(
    orientation: int, quarters: int, content_form: Path, tmp_path: Path, kiemphieu: Command
) -> None:
    page, places = quarter_turned(paper.drawn("content"), quarters)
    exif = Image.Exif()
    exif[0x0112] = orientation
    scan = tmp_path / "scan.jpg"
    page.save(scan, quality=85, exif=exif)
    (line,) = kiemphieu("read", "--form", content_form, scan).lines
    assert_read(line, places)


def test_a_pdf_page_that_is_shown_turned_leaves_quads_in_the_pixels_of_its_jpeg(
    content_form: Path, tmp_path: Path, kiemphieu: Command
) -> None:
    page, places = quarter_turned(paper.drawn("content"), 2)
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(paper.pdf_of_jpegs(page, turn=180))
    (line,) = kiemphieu("read", "--form", content_form, scan).lines
    assert_read(line, places)


@pytest.mark.parametrize("kind", ["tif", "pdf"])
def test_pages_are_counted_from_1_within_a_file(
    kind: str, content_form: Path, tmp_path: Path, kiemphieu: Command
) -> None:
    upright = paper.drawn("content")
    down, places = quarter_turned(upright, 2)
    blank = Image.new("L", upright.size, 240)
    scan = tmp_path / f"pile.{kind}"
    if kind == "tif":
        scan.write_bytes(paper.saved(upright, "TIFF", save_all=True, append_images=[blank, down]))
    else:
        scan.write_bytes(paper.pdf_of_jpegs(upright, blank, down))
    ran = kiemphieu("read", "--form", content_form, scan)
    assert ran.code == 0
    assert [(line["file"], line["page"], line["status"]) for line in ran.lines] == [
        (str(scan), 1, "read"),
        (str(scan), 2, "rejected"),
        (str(scan), 3, "read"),
    ]
    assert ran.lines[1]["reason"] == "blank"
    assert_read(ran.lines[0])
    assert_read(ran.lines[2], places)


def test_a_resolution_that_nobody_states_is_found(content_form: Path, tmp_path: Path, kiemphieu: Command) -> None:
    page = paper.drawn("content")
    scan = tmp_path / "scan.png"
    page.resize((round(page.width * 1.37), round(page.height * 1.37)), Image.Resampling.LANCZOS).save(scan)
    (line,) = kiemphieu("read", "--form", content_form, scan).lines
    assert_read(line, lambda p: (p + 0.5) * 1.37 - 0.5, paper.DPI / 25.4 * 1.37)


def broken_files() -> dict[str, bytes]:
    jpeg = paper.saved(paper.drawn("content"), "JPEG", quality=85)
    png = paper.saved(paper.drawn("content"), "PNG")
    tiff = paper.saved(paper.drawn("content"), "TIFF")
    pdf = paper.pdf_of_jpegs(paper.drawn("content"))
    return {
        "text.jpg": b"Xin chao, day la mot tep chu.\n" * 50,
        "truncated.jpg": jpeg[: len(jpeg) // 2],
        "truncated.png": png[: len(png) // 2],
        "truncated.tif": tiff[: len(tiff) // 2],
        "truncated.pdf": pdf[: len(pdf) // 2],
        "header-only.jpg": b"\xff\xd8\xff\xe0",
        "header-only.png": b"\x89PNG\r\n\x1a\n",
        "header-only.tif": b"II*\0",
        "header-only.pdf": b"%PDF-1.7\n",
        "empty.jpg": b"",
        "bitmap.bmp": paper.saved(paper.drawn("content"), "BMP"),
    }


@pytest.mark.parametrize("name", list(broken_files()))
def test_a_file_that_is_no_page_is_a_rejected_page(
    name: str, content_form: Path, tmp_path: Path, kiemphieu: Command
) -> None:
    bad, good = tmp_path / name, tmp_path / "good.png"
    bad.write_bytes(broken_files()[name])
    paper.drawn("content").save(good)
    ran = kiemphieu("read", "--form", content_form, bad, good)
    assert ran.code == 0
    first, second = ran.lines
    assert (first["file"], first["page"], first["status"]) == (str(bad), 1, "rejected")
    assert (first["reason"], first["form"], first["side"]) == ("undecodable", None, None)
    assert (first["rotation_deg"], first["residual_mm"], first["fields"]) == (None, None, [])
    assert first["text"].endswith(".")
    assert_read(second)
    assert ran.err == "2 files, 2 pages\n"


def test_what_read_says_to_people_is_in_their_language(
    content_form: Path, tmp_path: Path, kiemphieu: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIEMPHIEU_LANG", "vi")
    bad = tmp_path / "empty.jpg"
    bad.write_bytes(b"")
    ran = kiemphieu("read", "--form", content_form, bad)
    (line,) = ran.lines
    assert line["reason"] == "undecodable"
    assert line["text"].startswith("Tệp rỗng")
    assert ran.err == "1 tệp, 1 trang\n"


def test_a_folder_is_read_file_by_file_in_the_order_of_names(
    content_form: Path, tmp_path: Path, kiemphieu: Command
) -> None:
    folder = tmp_path / "scans"
    (folder / "b").mkdir(parents=True)
    for name in ("c.png", "a.png", "b/b.png"):
        paper.drawn("content").save(folder / name)
    ran = kiemphieu("read", "--form", content_form, folder)
    assert ran.code == 0
    assert [line["file"] for line in ran.lines] == [str(folder / n) for n in ("a.png", "b/b.png", "c.png")]


def test_an_empty_folder_is_refused(content_form: Path, tmp_path: Path, kiemphieu: Command) -> None:
    folder = tmp_path / "scans"
    folder.mkdir()
    ran = kiemphieu("read", "--form", content_form, folder)
    assert (ran.code, ran.out) == (1, "")
    assert str(folder) in ran.err


def test_a_missing_profile_is_told_as_that(content_form: Path, tmp_path: Path, kiemphieu: Command) -> None:
    good, missing = tmp_path / "good.png", tmp_path / "missing.json"
    paper.drawn("content").save(good)
    ran = kiemphieu("read", "--form", content_form, "--profile", missing, good)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"{missing}: there is no such file; check the path [file-missing]\n"


def test_a_missing_file_is_refused_before_anything_is_read(
    content_form: Path, tmp_path: Path, kiemphieu: Command
) -> None:
    good, missing = tmp_path / "good.png", tmp_path / "missing.png"
    paper.drawn("content").save(good)
    ran = kiemphieu("read", "--form", content_form, good, missing)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"{missing}: there is no such file; check the path [file-missing]\n"


def test_a_sheet_of_another_form_is_rejected(content_form: Path, tmp_path: Path, kiemphieu: Command) -> None:
    scan = tmp_path / "letter.png"
    page = Image.new("L", (1165, 1654), 240)
    pen = paper.ImageDraw.Draw(page)
    for i in range(22):
        text = f"Line {i} of a letter that has nothing to do with votes"
        pen.text((200, 200 + 55 * i), text, fill=25, font=paper.ImageFont.load_default(32))
    page.save(scan)
    ran = kiemphieu("read", "--form", content_form, scan)
    assert ran.code == 0
    assert [(line["status"], line["reason"], line["fields"]) for line in ran.lines] == [
        ("rejected", "no_form_fits", [])
    ]
    assert ran.lines[0]["seems"].startswith("not_a_ballot: ")
    assert "nothing to do with votes" in ran.lines[0]["seems"]


def test_of_several_forms_the_page_names_its_own(tmp_path: Path, kiemphieu: Command) -> None:
    forms = [paper.write(tmp_path / kind, kind, id=kind) for kind in ("corner_marks", "timing_marks", "box")]
    scan = tmp_path / "scan.png"
    options = [part for form in forms for part in ("--form", form)]
    for kind in ("corner_marks", "timing_marks", "box"):
        paper.drawn(kind).save(scan)
        (line,) = kiemphieu("read", *options, scan).lines
        assert (line["status"], line["form"]) == ("read", kind), line


def test_the_installed_command_writes_json_lines_and_nothing_else_to_standard_output(
    content_form: Path, tmp_path: Path
) -> None:
    scan = tmp_path / "phiếu số 1.png"
    paper.drawn("content").save(scan)
    (tmp_path / "text.jpg").write_bytes(b"no picture")
    command = [sys.executable, "-m", "kiemphieu", "read", "--form", content_form, scan, tmp_path / "text.jpg"]
    ran = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "PYTHONIOENCODING": ""})
    assert ran.returncode == 0
    lines = [json.loads(line) for line in ran.stdout.decode().splitlines()]
    assert [line["status"] for line in lines] == ["read", "rejected"]
    assert lines[0]["file"] == str(scan)
    assert ran.stderr.decode() == "2 tệp, 2 trang\n"


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "utf-8"])
def test_lines_are_utf_8_whatever_the_terminal_is(encoding: str, content_form: Path, tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path / "scans")
    Path(os.fsdecode(folder)).mkdir()
    names = ["phiếu.png".encode(), b"phi\xe9u.png"]
    for name in names:
        with open(os.path.join(folder, name), "wb") as stream:  # noqa: PTH118, PTH123  (a path that is no text)
            stream.write(b"no picture")
    command = [sys.executable, "-m", "kiemphieu", "read", "--form", content_form, folder]
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "LC_ALL": "C.UTF-8"}
    ran = subprocess.run(command, capture_output=True, check=False, env=environment)
    assert ran.returncode == 0, ran.stderr
    files = [os.fsencode(json.loads(line)["file"]) for line in ran.stdout.decode("utf-8").splitlines()]
    assert sorted(files) == sorted(os.path.join(folder, name) for name in names)  # noqa: PTH118


def test_hidden_files_of_a_folder_are_passed_over(content_form: Path, tmp_path: Path, kiemphieu: Command) -> None:
    folder = tmp_path / "scans"
    folder.mkdir()
    (folder / ".DS_Store").write_bytes(b"no picture")
    paper.drawn("content").save(folder / "a.png")
    ran = kiemphieu("read", "--form", content_form, folder)
    assert [line["file"] for line in ran.lines] == [str(folder / "a.png")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no JSON"),
        (b"{}", "'format' is missing"),
        (b"\xff\xd8\xff\xe0 a picture", "no UTF-8"),
    ],
)
def test_a_form_document_that_is_none_is_refused_with_its_name(
    content: bytes, words: str, tmp_path: Path, kiemphieu: Command
) -> None:
    form, scan = tmp_path / "form.json", tmp_path / "scan.png"
    form.write_bytes(content)
    paper.drawn("content").save(scan)
    ran = kiemphieu("read", "--form", form, scan)
    assert (ran.code, ran.out) == (1, "")
    assert all(line.startswith(str(form)) for line in ran.err.splitlines())
    assert words in ran.err


def test_a_profile_that_is_none_is_refused_with_its_name(
    content_form: Path, tmp_path: Path, kiemphieu: Command
) -> None:
    profile, scan = tmp_path / "profile.json", tmp_path / "scan.png"
    profile.write_text("{}")
    paper.drawn("content").save(scan)
    ran = kiemphieu("read", "--form", content_form, "--profile", profile, scan)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(str(profile))


def test_two_forms_with_one_id_are_refused(tmp_path: Path, kiemphieu: Command) -> None:
    forms = [paper.write(tmp_path / folder, "content") for folder in ("a", "b")]
    scan = tmp_path / "scan.png"
    paper.drawn("content").save(scan)
    ran = kiemphieu("read", "--form", forms[0], "--form", forms[1], scan)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"{forms[1]}: ")
    assert str(forms[0]) in ran.err


def test_pictures_of_the_readings_are_written_where_asked(
    content_form: Path, tmp_path: Path, kiemphieu: Command
) -> None:
    scan = tmp_path / "scan.png"
    paper.drawn("content").save(scan)
    ran = kiemphieu("read", "--form", content_form, "--debug", tmp_path / "seen", scan)
    assert ran.code == 0
    (picture,) = (tmp_path / "seen").iterdir()
    with Image.open(picture) as shown:
        assert shown.size == (1165, 1654)


def test_a_rejected_page_is_drawn_with_its_reason_above_it(
    content_form: Path, tmp_path: Path, kiemphieu: Command
) -> None:
    scan = tmp_path / "scan.png"
    paper.drawn("content").rotate(5, fillcolor="white").crop((0, 0, 1165, 500)).save(scan)
    ran = kiemphieu("read", "--form", content_form, "--debug", tmp_path / "seen", scan)
    assert json.loads(ran.out)["status"] == "rejected"
    (picture,) = (tmp_path / "seen").iterdir()
    with Image.open(picture) as shown:
        assert shown.width == 1165
        strip = shown.height - 500
        assert strip > 0
        assert 0.005 < np.mean(np.asarray(shown.convert("L"))[:strip] < 200) < 0.3  # letters on white


def test_the_pictures_are_lettered_in_the_user_s_language(
    content_form: Path, tmp_path: Path, kiemphieu: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = tmp_path / "scan.png"
    paper.drawn("content").save(scan)
    seen = {}
    for language in ("en", "vi"):
        monkeypatch.setenv("KIEMPHIEU_LANG", language)
        assert kiemphieu("read", "--form", content_form, "--debug", tmp_path / language, scan).code == 0
        (picture,) = (tmp_path / language).iterdir()
        with Image.open(picture) as shown:
            seen[language] = shown.tobytes()
    assert seen["en"] != seen["vi"]


CUTS = {
    "upper half": (0, 0, 1, 0.5),
    "lower half": (0, 0.5, 1, 1),
    "left half": (0, 0, 0.5, 1),
    "right": (0.4, 0, 1, 1),
}


@pytest.mark.parametrize("part", list(CUTS))
def test_half_a_page_is_rejected(sheet: tuple[Path, str], part: str, tmp_path: Path, kiemphieu: Command) -> None:
    form, registration = sheet
    page = paper.drawn(registration)
    left, top, right, bottom = CUTS[part]
    w, h = page.size
    scan = tmp_path / "scan.png"
    page.crop((round(left * w), round(top * h), round(right * w), round(bottom * h))).save(scan)
    (line,) = kiemphieu("read", "--form", form, scan).lines
    assert (line["status"], line["fields"]) == ("rejected", []), line


def test_two_sheets_on_one_glass_are_rejected(sheet: tuple[Path, str], tmp_path: Path, kiemphieu: Command) -> None:
    form, registration = sheet
    page = paper.drawn(registration)
    glass = Image.new("L", (2 * page.width + 60, page.height + 40), 250)
    glass.paste(page, (10, 20))
    glass.paste(paper.drawn(registration, struck=("ana",)), (page.width + 45, 15))
    scan = tmp_path / "scan.png"
    glass.save(scan)
    (line,) = kiemphieu("read", "--form", form, scan).lines
    assert (line["status"], line["fields"]) == ("rejected", []), line
