"""The form document: a round trip, and every fault named with its place and what to do."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import cv2
import jsonschema
import numpy as np
import pypdfium2
import pytest

from pipeline.election.definition import Election
from pipeline.errors import Refusal
from pipeline.forms.ballot import ballot_layout
from pipeline.forms.document import dump_form, load_form, parse_form
from pipeline.forms.faults import schema
from pipeline.forms.printing import print_ballots, write_form

CORNERS = [[12, 12, 6, 6], [192, 12, 6, 6], [192, 279, 6, 6], [12, 279, 6, 6]]
BARS = [[6, 10 + 10 * i, 4, 1.5] for i in range(8)]
FRONT = ("sides", 0)


@pytest.fixture
def document(election: Election) -> dict[str, Any]:
    return copy.deepcopy(dump_form(ballot_layout(election, "qh-1").form))


@pytest.fixture
def foreign() -> dict[str, Any]:
    """Paper of somebody else: corner marks, targets, and a back on which nothing is printed."""
    fields = [{"id": f"f{i}", "kind": "oval", "box": [30, 40 + 10 * i, 5, 3]} for i in range(3)]
    front = {"name": "front", "size_mm": [210, 297], "registration": {"kind": "corner_marks", "marks": CORNERS}}
    back = {"name": "back", "size_mm": [210, 297], "blank": True}
    document = {"format": "kiemphieu-form/1", "id": "foreign", "sides": [{**front, "fields": fields}, back]}
    return copy.deepcopy(document)


def change(document: dict[str, Any], path: tuple[str | int, ...], value: object) -> None:
    target: Any = document
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value


def problems_of(document: object) -> list[str]:
    with pytest.raises(Refusal) as refused:
        parse_form(document, "f.json")
    return [str(problem) for problem in refused.value.problems]


def test_a_form_survives_the_way_through_its_document(document: dict[str, Any]) -> None:
    form = parse_form(document, "f.json")
    assert dump_form(form) == document


@pytest.mark.parametrize("registration", [{"kind": "corner_marks", "marks": CORNERS},
                                          {"kind": "timing_marks", "marks": [*BARS, [60, 10, 4, 1.5]]}])  # fmt: skip
def test_a_foreign_form_is_taken(foreign: dict[str, Any], registration: dict[str, Any]) -> None:
    foreign["sides"][0]["registration"] = registration
    jsonschema.validate(foreign, schema())
    form = parse_form(foreign, "f.json")
    assert [side.name for side in form.sides] == ["front", "back"]
    assert dump_form(form)["sides"][0]["registration"]["marks"] == registration["marks"]


BROKEN = [
    ((*FRONT, "fields", 0, "box"), [1, 2, 3], "sides[0] 'front', fields[0] 'qh-1-1', box", "at least 4"),
    ((*FRONT, "fields", 0, "box"), [1, 2, 3, 4, 5], "sides[0] 'front', fields[0] 'qh-1-1', box", "at most 4"),
    ((*FRONT, "fields", 0, "box"), [1, 2, 0, 4], "sides[0] 'front', fields[0] 'qh-1-1', box[2]", "more than 0"),
    ((*FRONT, "fields", 0, "box"), ["1", 2, 3, 4], "sides[0] 'front', fields[0] 'qh-1-1', box[0]", '"1" is of'),
    ((*FRONT, "fields", 0, "kind"), "circle", "sides[0] 'front', fields[0] 'qh-1-1', kind", '"strike", "oval"'),
    ((*FRONT, "fields", 0), {"kind": "oval", "box": [1, 1, 1, 1]}, "sides[0] 'front', fields[0]", "'id' is missing"),
    ((*FRONT, "registration"), {"kind": "magic"}, "sides[0] 'front', registration, kind", '"corner_marks"'),
    ((*FRONT, "registration"), {}, "sides[0] 'front', registration", "'kind' is missing"),
    ((*FRONT, "registration"), {"kind": "corner_marks", "marks": CORNERS[:3]}, "sides[0] 'front', registration, marks",
     "3 entries are too few"),
    ((*FRONT, "registration"), {"kind": "box"}, "sides[0] 'front', registration", "'outline' is missing"),
    ((*FRONT, "reference", "dpi"), 20, "sides[0] 'front', reference, dpi", "50 or more"),
    ((*FRONT, "size_mm"), [148], "sides[0] 'front', size_mm", "at least 2"),
    (("id",), "  ", "id", "write a name"),
    (("format",), "kiemphieu-form/9", "format", '"kiemphieu-form/1"'),
    (("colour",), "red", "document", "'colour' is not known"),
    (("sides",), [], "sides", "at least 1"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "place", "words"), BROKEN)
def test_schema_and_parser_refuse_the_same_faults_and_the_place_is_told(
    document: dict[str, Any], path: tuple[str | int, ...], value: object, place: str, words: str
) -> None:
    change(document, path, value)
    assert not jsonschema.Draft202012Validator(schema()).is_valid(document)
    problems = problems_of(document)
    assert len(problems) == 1
    assert problems[0].startswith(f"f.json, {place}: ")
    assert words in problems[0]


REFERENCE = {"files": ["blank.png"], "dpi": 200}
OVAL = {"id": "new", "kind": "oval", "box": [100, 100, 5, 3]}
SENSELESS = [
    ("a box off the page", (*FRONT, "fields", 1, "box"), [207, 10, 5, 3], "fields[1] 'f1', box", "beyond the page"),
    ("a box left of the page", (*FRONT, "fields", 1, "box"), [-2, 10, 5, 3], "fields[1] 'f1', box", "[-2, 10, 5, 3]"),
    ("an id twice", (*FRONT, "fields", 1, "id"), "f0", "fields[1] 'f0'", "already used at sides[0] 'front', fields[0]"),
    ("targets that overlap", (*FRONT, "fields", 1, "box"), [33, 41, 5, 3], "fields[0] 'f0'", "of fields[1] 'f1'"),
    ("the same target twice", (*FRONT, "fields", 2, "box"), [30, 40, 5, 3], "fields[0] 'f0'", "of fields[2] 'f2'"),
    ("a target on a mark", (*FRONT, "fields", 2, "box"), [11, 11, 5, 3], "fields[2] 'f2'", "registration, marks[0]"),
    ("a mark off the page", (*FRONT, "registration", "marks", 2), [208, 279, 6, 6], "registration, marks[2]", "beyond"),
    ("marks counter-clockwise", (*FRONT, "registration", "marks"), [CORNERS[i] for i in (0, 3, 2, 1)],
     "registration, marks", "clockwise from the top left"),
    ("marks from another corner", (*FRONT, "registration", "marks"), [CORNERS[i] for i in (1, 2, 3, 0)],
     "registration, marks", "clockwise from the top left"),
    ("marks row by row", (*FRONT, "registration", "marks"), [CORNERS[i] for i in (0, 1, 3, 2)],
     "registration, marks", "(195, 15), (15, 282)"),
    ("marks on one line", (*FRONT, "registration"), {"kind": "timing_marks", "marks": BARS}, "registration, marks",
     "name marks of two edges"),
    ("a side name twice", ("sides", 1, "name"), "front", "sides[1] 'front'", "'front' stands twice"),
    ("a blank side with fields", ("sides", 1, "fields"), [OVAL], "sides[1] 'back'", "blank side has no fields"),
    ("content without reference", (*FRONT, "registration"), {"kind": "content"}, "sides[0] 'front'", "'reference'"),
    ("a box without reference", (*FRONT, "registration"), {"kind": "box", "outline": [9, 9, 99, 99]},
     "sides[0] 'front'", "needs a reference picture"),
    ("lines of an oval", (*FRONT, "fields", 1), OVAL | {"lines": [OVAL["box"]]}, "fields[1] 'new'", "strike field"),
    ("a line off its box", (*FRONT, "fields", 1), OVAL | {"kind": "strike", "lines": [[100, 90, 5, 3]]},
     "fields[1] 'new', lines[0]", "the box holds all lines"),
    ("a name without reference", (*FRONT, "fields", 1), OVAL | {"kind": "strike"}, "fields[1] 'new'", "told from"),
    ("a stamp without reference", (*FRONT, "fields", 1), OVAL | {"kind": "stamp"}, "fields[1] 'new'", "told from"),
    ("stray ink without reference", (*FRONT, "fields", 1), OVAL | {"kind": "stray"}, "fields[1] 'new'", "under 'ref"),
    ("lines bottom to top", (*FRONT, "fields", 1),
     {"id": "new", "kind": "strike", "box": [100, 100, 9, 9], "lines": [[100, 106, 9, 3], [100, 100, 9, 3]]},
     "fields[1] 'new', lines", "top to bottom"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "place", "words"), [s[1:] for s in SENSELESS], ids=[s[0] for s in SENSELESS])
def test_what_the_schema_cannot_say_is_refused_with_its_place(
    foreign: dict[str, Any], path: tuple[str | int, ...], value: object, place: str, words: str
) -> None:
    parse_form(foreign, "f.json")
    change(foreign, path, value)
    if "lines" in str(value):
        foreign["sides"][0]["reference"] = REFERENCE
    problems = problems_of(foreign)
    assert len(problems) == 1, problems
    where, _, sentence = problems[0].partition(": ")
    assert where.endswith(place)
    assert words in sentence


def test_an_id_of_the_other_side_is_refused(foreign: dict[str, Any]) -> None:
    foreign["sides"][1] = {**foreign["sides"][0], "name": "back", "fields": [OVAL | {"id": "f2"}]}
    assert problems_of(foreign) == [
        "f.json, sides[1] 'back', fields[0] 'f2': the field id 'f2' is already used at sides[0] 'front', "
        "fields[2] 'f2'; give each field its own [form-sense]"
    ]


def test_targets_that_share_an_edge_and_lines_of_one_name_may_stand(foreign: dict[str, Any]) -> None:
    foreign["sides"][0]["reference"] = REFERENCE
    foreign["sides"][0]["fields"] = [
        {"id": "a", "kind": "box", "box": [30, 40, 5.1, 5]},
        {"id": "b", "kind": "box", "box": [35.1, 40, 5, 5]},
        {"id": "c", "kind": "strike", "box": [60, 40, 30, 9], "lines": [[60, 40, 30, 5], [60, 44, 30, 5]]},
        {"id": "stray", "kind": "stray", "box": [0, 0, 210, 297]},
    ]
    assert len(parse_form(foreign, "f.json").sides[0].fields) == 4


def test_all_faults_are_told_at_once(document: dict[str, Any]) -> None:
    document["sides"][0]["fields"][0]["kind"] = "circle"
    document["sides"][0]["size_mm"] = [148]
    assert len(problems_of(json.loads(json.dumps(document)))) == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no JSON"),
        (b"{", "is no JSON"),
        (b"\xff\xfe\x00", "no UTF-8"),
        (b"[1, 2]", "write a JSON object"),
        (b"null", "write a JSON object"),
        (b'{"format": NaN}', "NaN is no number"),
        (b'{"id": "a", "id": "b"}', "'id' stands twice"),
        (b"[" * 100_000, "is no JSON"),
    ],
)
def test_what_is_no_form_document_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "f.json"
    path.write_bytes(content)
    with pytest.raises(Refusal, match=r"f\.json") as refused:
        load_form(path)
    assert words in str(refused.value)


def test_a_document_with_a_byte_order_mark_is_read(foreign: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    path.write_text(json.dumps(foreign), encoding="utf-8-sig")
    assert load_form(path).id == "foreign"


def test_a_written_form_loads_with_its_reference(election: Election, tmp_path: Path) -> None:
    path = write_form(ballot_layout(election, "xa-2"), tmp_path)
    assert load_form(path).id == "xa-2"
    (tmp_path / "xa-2.png").unlink()
    with pytest.raises(Refusal, match=r"xa-2.json, sides\[0\] 'front', reference: .*'xa-2.png' is not beside"):
        load_form(path)


def test_a_reference_may_be_a_page_of_a_pdf(election: Election, tmp_path: Path) -> None:
    path = with_reference(election, tmp_path, "blank.pdf", page=2)
    (tmp_path / "blank.pdf").write_bytes(print_ballots(ballot_layout(election, "xa-2"), 2))
    assert load_form(path).sides[0].reference.page == 2  # type: ignore[union-attr]
    with_reference(election, tmp_path, "blank.pdf", page=3)
    with pytest.raises(Refusal, match=r"'blank.pdf' has no page 3; correct 'page'"):
        load_form(path)


def with_reference(election: Election, folder: Path, file: str, **more: object) -> Path:
    path = write_form(ballot_layout(election, "xa-2"), folder)
    document = json.loads(path.read_text(encoding="utf-8"))
    document["sides"][0]["reference"] |= {"files": [file], **more}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def picture(kind: str, shape: tuple[int, int] = (1654, 1165)) -> bytes:
    return cv2.imencode(kind, np.full(shape, 255, np.uint8))[1].tobytes()


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("blank.png", b""),
        ("blank.png", b"not a picture"),
        ("blank.png", picture(".png")[:200]),
        ("blank.jpg", picture(".jpg")[:800]),
        ("blank.tif", picture(".tif")[:300]),
        ("blank.pdf", b"%PDF-1.4\nnothing more"),
    ],
)
def test_a_reference_that_is_damaged_is_refused(election: Election, tmp_path: Path, file: str, content: bytes) -> None:
    path = with_reference(election, tmp_path, file)
    (tmp_path / file).write_bytes(content)
    with pytest.raises(Refusal, match=rf"reference: the reference picture '{file}' cannot be used \(.+\); give a"):
        load_form(path)


def test_a_reference_of_another_resolution_is_refused(election: Election, tmp_path: Path) -> None:
    path = with_reference(election, tmp_path, "blank.png", dpi=200)
    (tmp_path / "blank.png").write_bytes(picture(".png", (1240, 874)))
    with pytest.raises(Refusal, match=r"'blank.png' at 200.0 dpi shows 111 x 157 mm, .* correct 'dpi' or 'size_mm'"):
        load_form(path)


def test_a_pdf_that_shows_another_page_size_is_refused(election: Election, tmp_path: Path) -> None:
    path = with_reference(election, tmp_path, "small.pdf")
    pdf = pypdfium2.PdfDocument.new()
    pdf.new_page(200, 300)
    pdf.save(tmp_path / "small.pdf")
    with pytest.raises(Refusal, match=r"small.pdf.*shows 71 x 106 mm"):
        load_form(path)
