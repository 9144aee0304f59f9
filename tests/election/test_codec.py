"""An election as JSON comes back equal, or is refused where the document is not whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import MISSING, fields, replace
from datetime import date
from typing import Any

import pytest

from pipeline.election.codec import digest, from_json, to_json
from pipeline.election.definition import Election, Round, RuleChange
from pipeline.errors import Refusal
from tests.election.conftest import Files


@pytest.fixture
def document(files: Files) -> dict[str, Any]:
    return to_json(files.load())


def refused(document: object) -> list[str]:
    with pytest.raises(Refusal) as refusal:
        from_json(document)
    return [f"{p.code} {p.place}" for p in refusal.value.problems]


def test_an_election_comes_back_equal(files: Files) -> None:
    election = files.load()
    again = from_json(json.loads(json.dumps(to_json(election))))
    assert again == election
    assert digest(again) == digest(election)


def test_what_a_first_round_under_plain_rules_does_not_say_is_not_in_its_document(document: dict[str, Any]) -> None:
    """Definitions from before rules and rounds were known keep their digest."""
    assert "rules" not in document
    assert "round" not in document


def test_rules_and_the_round_come_back_equal(files: Files) -> None:
    later = Round("re_vote", "a" * 64, date(2026, 3, 15), "12/NQ-HĐBCQG", date(2026, 3, 17), "Hội đồng bầu cử quốc gia")
    election = replace(files.load(), rules=(RuleChange("circle", "for", "12/HĐBCQG"),), round=later)
    assert from_json(json.loads(json.dumps(to_json(election)))) == election
    assert digest(election) != digest(files.load())


@pytest.mark.parametrize("name", [f.name for f in fields(Election) if f.default is MISSING])
def test_a_document_without_one_of_its_parts_is_refused(document: dict[str, Any], name: str) -> None:
    del document[name]
    assert refused(document) == ["definition-document election"]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda d: d["candidates"][1].pop("birth_date"), "election.candidates[2]"),
        (lambda d: d["candidates"][1].update(birth_date="30/09/1975"), "election.candidates[2].birth_date"),
        (lambda d: d["candidates"][1].update(birth_date=None), "election.candidates[2].birth_date"),
        (lambda d: d["candidates"][0].update(gender="x"), "election.candidates[1].gender"),
        (lambda d: d["candidates"][0].update(two_lines=1), "election.candidates[1].two_lines"),
        (lambda d: d["units"][2].update(seats="3"), "election.units[3].seats"),
        (lambda d: d["units"][2].update(seats=True), "election.units[3].seats"),
        (lambda d: d["units"][2].update(parent=4), "election.units[3].parent"),
        (lambda d: d["units"][2].update(colour="red"), "election.units[3]"),
        (lambda d: d["contests"][0].update(level=["assembly"]), "election.contests[1].level"),
        (lambda d: d["areas"][0].update(units=["qh-1"]), "election.areas[1].units"),
        (lambda d: d["areas"][0]["units"].update(qh=1), "election.areas[1].units.qh"),
        (lambda d: d.update(places={}), "election.places"),
        (lambda d: d["places"].append("nuoc"), "election.places[4]"),
        (lambda d: d.update(day=20260315), "election.day"),
        (lambda d: d["areas"].append(d["areas"][0]), "election.areas"),
    ],
)
def test_a_damaged_document_is_refused_at_its_place(
    document: dict[str, Any], change: Callable[[dict[str, Any]], object], place: str
) -> None:
    change(document)
    assert refused(document) == [f"definition-document {place}"]


@pytest.mark.parametrize("document", [None, [], "election", 3])
def test_what_is_no_document_is_refused(document: object) -> None:
    assert refused(document) == ["definition-document election"]


def test_every_fault_of_a_document_is_told(document: dict[str, Any]) -> None:
    del document["title"]
    document["units"][0]["seats"] = None
    assert refused(document) == ["definition-document election", "definition-document election.units[1].seats"]


def test_ids_that_are_nowhere_are_refused(document: dict[str, Any]) -> None:
    document["areas"][0]["units"]["qh"] = "qh-9"
    document["units"][2]["parent"] = "none"
    document["candidates"][0]["unit"] = "qh-8"
    assert refused(document) == ["unit-unknown kv1", "unit-unknown q1", "parent-unknown qh-1"]


def test_the_digest_tells_one_letter_apart(files: Files) -> None:
    before = digest(files.load())
    files.put("candidates", 2, "middle", "Thi")
    assert digest(files.load()) != before
