"""election.yaml is read as it is written: unknown and repeated names and wrong kinds are told with their line."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from pipeline.election.definition import Election
from pipeline.election.load import load_election
from pipeline.errors import Refusal
from tests.election.conftest import Files

YAML = """id: thu
title: Bầu cử thử
day: 2026-03-15
rule_set: state-2026
places:
  - {id: xa-b, kind: commune, name: Xã B, parent: tinh-a}
  - {id: tinh-a, kind: province, name: Tỉnh A}
contests:
  - {id: qh, level: assembly, ballot_form: mau-13, body: Quốc hội, term: XVI}
  - id: xa
    level: commune
    ballot_form: mau-15
    body: xã B
    term: II
    years: 2026-2031
units: units.csv
areas: areas.csv
candidates: candidates.csv
"""
COMMUNE = "  - {id: xa-b, kind: commune, name: Xã B, parent: tinh-a}"


def loaded(files: Files, text: str | bytes) -> Election:
    folder = files.write()
    (folder / "election.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_election(folder)


def told(files: Files, text: str | bytes) -> list[str]:
    with pytest.raises(Refusal) as refusal:
        loaded(files, text)
    return [p.place for p in refusal.value.problems]


def changed(line: str, *new: str) -> str:
    """The file with one line replaced."""
    assert line in YAML.splitlines()
    return YAML.replace(f"{line}\n", "".join(f"{n}\n" for n in new))


def test_the_file_as_it_stands_loads(files: Files) -> None:
    assert loaded(files, YAML).contest("xa").years == "2026-2031"
    assert loaded(files, YAML.encode("utf-8-sig").replace(b"\n", b"\r\n")) == loaded(files, YAML)


@pytest.mark.parametrize(
    ("line", "new", "places"),
    [
        ("id: thu", ("id: thu", "colour: red"), ["election.yaml, line 2"]),
        ("id: thu", ("id: thu", "id: thu"), ["election.yaml, line 2, id"]),
        ("id: thu", (), ["election.yaml, line 1, id"]),
        ("id: thu", ("id:",), ["election.yaml, line 1, id"]),
        ("id: thu", ("id: [thu]",), ["election.yaml, line 1, id"]),
        ("title: Bầu cử thử", ("title: {vi: Bầu cử}",), ["election.yaml, line 2, title"]),
        ("title: Bầu cử thử", ("title: null",), ["election.yaml, line 2, title"]),
        ("day: 2026-03-15", ("day: 2026-02-30",), ["election.yaml, line 3, day"]),
        ("day: 2026-03-15", ("day: [2026]",), ["election.yaml, line 3, day"]),
        ("rule_set: state-2026", ("rule_set: state",), ["election.yaml, line 4, rule_set"]),
        ("units: units.csv", ("units: [units.csv]",), ["election.yaml, line 16, units"]),
        ("units: units.csv", (), ["election.yaml, line 1, units"]),
        ("    term: II", ("    term: II", "    term: III"), ["election.yaml, line 15, contests[2].term"]),
        ("    term: II", ("    term: [II]",), ["election.yaml, line 14, contests[2].term"]),
        (
            "    term: II",
            ("    terms: II",),
            ["election.yaml, line 14, contests[2]", "election.yaml, line 10, contests[2].term"],
        ),
        ("    level: commune", ("    level: xã",), ["election.yaml, line 11, contests[2].level"]),
        ("    ballot_form: mau-15", ("    ballot_form: mau-14",), ["election.yaml, line 12, contests[2].ballot_form"]),
        ("    term: II", ("    term: II", "    paper: '#xyz'"), ["election.yaml, line 15, contests[2].paper"]),
        ("    term: II", ("    term: II", "    paper: #cfe6cf"), []),
        ("places:", ("surplus_excused: xa-1", "places:"), ["election.yaml, line 5, surplus_excused"]),
        ("places:", ("surplus_excused: [[xa-1]]", "places:"), ["election.yaml, line 5, surplus_excused[1]"]),
        ("places:", ("surplus_excused: [xa-1, xa-9]", "places:"), ["election.yaml, line 5, surplus_excused[2]"]),
        ("places:", ("surplus_excused:", "places:"), []),
        ("id: thu", ("id: thử",), ["election.yaml, line 1, id"]),
        ("id: thu", ("id: ..",), ["election.yaml, line 1, id"]),
        (COMMUNE, ("  - xa-b",), ["election.yaml, line 6, places[1]"]),
        (COMMUNE, ("  - {id: xa-b, kind: commune, parent: tinh-a}",), ["election.yaml, line 6, places[1].name"]),
    ],
)  # fmt: skip
def test_what_is_written_wrong_is_told_with_its_line(
    line: str, new: Sequence[str], places: list[str], files: Files
) -> None:
    if places:
        assert told(files, changed(line, *new)) == places
    else:
        assert loaded(files, changed(line, *new)).id == "thu"


@pytest.mark.parametrize("places", ["places:", "places: []", "places: {id: xa-b}", "places: xa-b", ""])
def test_places_are_a_list_with_entries(places: str, files: Files) -> None:
    text = re.sub(r"places:\n.*\n.*\n", f"{places}\n", YAML)
    assert told(files, text) == [f"election.yaml, line {5 if places else 1}, places"]


def test_faults_of_the_whole_file_are_told_together(files: Files) -> None:
    text = re.sub("XVI}", "XVI, tem: 1}", changed("day: 2026-03-15", "day: soon", "extra: 1")).replace("II\n", "[2]\n")
    assert told(files, text) == [
        "election.yaml, line 4",
        "election.yaml, line 10, contests[1]",
        "election.yaml, line 15, contests[2].term",
        "election.yaml, line 3, day",
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("no", "no"),
        ("010", "010"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("1e3", "1e3"),
        ("2026-03-15", "2026-03-15"),
    ],
)
def test_values_are_not_made_into_something_else(written: str, read: str, files: Files) -> None:
    assert loaded(files, changed("    years: 2026-2031", f"    years: {written}")).contest("xa").years == read


def test_text_is_nfc_however_it_was_typed(files: Files) -> None:
    assert (
        loaded(files, changed("title: Bầu cử thử", "title: Ba\u0302\u0300u  cu\u031b\u0309\u200b thử")).title
        == "Bầu cử thử"
    )


@pytest.mark.parametrize(
    "text",
    [
        b"", b"just text", b"- a\n- b\n", b"id: [a\n", b"id: a\n\ttitle: b\n", b"\xff\xfe", b"id: B\xe2\xcc",
        b"id: a\n---\nid: b\n", b"id: a\x07\n", b"[" * 20000, b"id: *nowhere\n",
    ],
    ids=["empty", "text", "list", "bracket", "tab", "utf-16", "cp1258", "two-documents", "bell", "deep", "alias"],
)  # fmt: skip
def test_what_is_no_definition_is_refused(text: bytes, files: Files) -> None:
    with pytest.raises(Refusal) as refusal:
        loaded(files, text)
    assert [p.code for p in refusal.value.problems] == ["definition-yaml"]


def test_a_value_that_holds_itself_is_refused(files: Files) -> None:
    assert told(files, changed("places:", "surplus_excused: &a [*a]", "places:")) == [
        "election.yaml, line 5, surplus_excused[1]"
    ]


def test_an_absent_file_is_refused(files: Files) -> None:
    with pytest.raises(Refusal) as refusal:
        load_election(files.folder)
    assert [p.code for p in refusal.value.problems] == ["definition-unreadable"]
