"""The form document: a round trip, and every fault named with its place."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.election.definition import Election
from pipeline.errors import Refusal
from pipeline.forms.ballot import ballot_layout
from pipeline.forms.document import dump_form, load_form, parse_form
from pipeline.forms.printing import write_form


@pytest.fixture
def document(election: Election) -> dict[str, Any]:
    return copy.deepcopy(dump_form(ballot_layout(election, "qh-1").form))


def test_a_form_survives_the_way_through_its_document(document: dict[str, Any]) -> None:
    form = parse_form(document, "f.json")
    assert dump_form(form) == document


def test_a_written_form_loads_with_its_reference(election: Election, tmp_path: Path) -> None:
    path = write_form(ballot_layout(election, "xa-2"), tmp_path)
    form = load_form(path)
    assert form.id == "xa-2"
    (tmp_path / "xa-2.png").unlink()
    with pytest.raises(Refusal, match=r"xa-2.png.*not beside"):
        load_form(path)


@pytest.mark.parametrize(
    ("path", "value", "place", "words"),
    [
        (("sides", 0, "fields", 0, "box"), [1, 2, 3], "sides[0].fields[0].box", "too short"),
        (("sides", 0, "fields", 0, "kind"), "circle", "sides[0].fields[0].kind", "circle"),
        (("sides", 0, "fields", 0, "box"), [140, 10, 20, 5], "sides[0], fields[0].box", "beyond the page"),
        (("sides", 0, "fields", 1, "id"), "stamp", "fields", "stands twice"),
        (("sides", 0, "registration"), {"kind": "magic"}, "sides[0].registration", ""),
        (("format",), "kiemphieu-form/9", "format", "kiemphieu-form/1"),
        (("colour",), "red", "document", "colour"),
    ],
)
def test_each_fault_is_named_with_its_place(
    document: dict[str, Any], path: tuple[str | int, ...], value: object, place: str, words: str
) -> None:
    target: Any = document
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    with pytest.raises(Refusal) as refused:
        parse_form(document, "f.json")
    problem = refused.value.problems[0]
    assert problem.place.startswith(f"f.json, {place}")
    assert words in str(problem.text)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b"[1, 2]", b"null"])
def test_what_is_no_form_document_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "f.json"
    path.write_bytes(content)
    with pytest.raises(Refusal, match=r"f\.json"):
        load_form(path)


def test_all_faults_are_told_at_once(document: dict[str, Any]) -> None:
    document["sides"][0]["fields"][0]["kind"] = "circle"
    document["sides"][0]["size_mm"] = [148]
    with pytest.raises(Refusal) as refused:
        parse_form(json.loads(json.dumps(document)), "f.json")
    assert len(refused.value.problems) >= 2
