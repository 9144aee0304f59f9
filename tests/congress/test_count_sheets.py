"""Sheets of figures and tally sheets of congresses: printed with its own words, filled in, scanned, confirmed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import cv2
import pytest

from pipeline.access.roles import Actor
from pipeline.election.definition import Election
from pipeline.election.load import load_election
from pipeline.errors import Refusal
from pipeline.forms.count_forms import CountForm, figures_form, tally_form
from pipeline.storage import accounts
from pipeline.usecases.count_sheet_forms import forms_of
from pipeline.usecases.count_sheet_scans import take_sheets
from pipeline.usecases.count_sheets import answer_figure, confirm_sheet, confirmed_figures, sheet_view
from pipeline.usecases.workspace import Workspace, create_workspace
from tests.count_forms.conftest import Printed, printed

PEOPLE = tuple(Actor(k, k.title(), frozenset({"operator"})) for k in ("mot", "hai"))
PLACE = ("doan", "hoi-truong")
PER_PERSON = {
    1: (170, 8, 3),
    2: (160, 20, 1),
    3: (181, 0, 0),
    4: (90, 90, 1),
    5: (100, 80, 1),
    6: (175, 5, 1),
    7: (150, 30, 1),
}
FIGURES = {
    "voters": 187, "excused": 2, "voted": 183, "received": 190, "issued": 183, "spoiled": 0, "left_over": 7,
    "collected": 183, "valid": 181, "invalid": 2, "votes_sum": sum(v[0] for v in PER_PERSON.values()),
    **{f"{name}_{i}": v[n] for i, v in PER_PERSON.items() for n, name in enumerate(("votes", "against", "neither"))},
}  # fmt: skip


def example(name: str) -> Election:
    return load_election(Path(str(files(f"kiemphieu.{name}"))))


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    made = create_workspace(tmp_path / "count", example("example_congress_table"))
    with made.database.write() as db:
        for actor in PEOPLE:
            accounts.put(db, actor)
    yield made
    made.close()


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> Printed:
    election = example("example_congress_table")
    of = CountForm(election, election.areas[0], election.contests[0])
    return printed(of, tmp_path_factory.mktemp("table"))


def handed_in(workspace: Workspace, sheet: Printed, tmp_path: Path, **changes: int) -> str:
    path = tmp_path / "so-lieu.png"
    cv2.imwrite(str(path), sheet.filled(FIGURES | changes, 5))
    (told,) = take_sheets(workspace, PEOPLE[0], *PLACE, path.name, path.read_bytes())
    assert told.sheet is not None, told
    for _ in range(60):
        for person in PEOPLE:
            asked = sheet_view(workspace, person, told.sheet).asked
            if asked:
                answer_figure(workspace, person, told.sheet, asked[0], str((FIGURES | changes)[asked[0]]))
        if sheet_view(workspace, PEOPLE[0], told.sheet).ready:
            break
    return told.sheet


def test_a_table_is_confirmed_with_for_against_and_neither(
    workspace: Workspace, sheet: Printed, tmp_path: Path
) -> None:
    confirm_sheet(workspace, PEOPLE[0], handed_in(workspace, sheet, tmp_path), paper="signed")
    with workspace.database.read() as db:
        found = confirmed_figures(db, *PLACE)
    assert {k: v or 0 for k, v in found.items()} == FIGURES


def test_columns_that_are_not_all_valid_ballots_are_refused_by_r7(
    workspace: Workspace, sheet: Printed, tmp_path: Path
) -> None:
    key = handed_in(workspace, sheet, tmp_path, against_4=91)
    assert {b.code for b in sheet_view(workspace, PEOPLE[0], key).broken} == {"R7"}
    with pytest.raises(Refusal, match="R7"):
        confirm_sheet(workspace, PEOPLE[0], key)


def test_both_sheets_speak_of_delegates_and_are_known_by_their_code(workspace: Workspace) -> None:
    assert [f.id for f in forms_of(workspace, *PLACE)] == ["so-lieu-doan-hoi-truong", "kiem-phieu-doan-hoi-truong"]
    for name in ("example_congress", "example_congress_table"):
        election = example(name)
        of = CountForm(election, election.areas[0], election.contests[0])
        for layout in (figures_form(of, issued_includes_spoiled=True), tally_form(of)):
            said = " ".join(getattr(mark, "text", "") for mark in layout.marks).casefold()
            assert "cử tri" not in said
            assert "tổ trưởng" not in said
            assert "trưởng ban" in said


def test_names_that_are_crossed_out_have_their_ballots_by_number_and_a_long_list_is_refused() -> None:
    election = example("example_congress")
    of = CountForm(election, election.areas[0], election.contests[0])
    fields = {f.id for f in figures_form(of, issued_includes_spoiled=True).form.sides[0].fields}
    assert {f"left_{k}" for k in range(1, 10)} | {f"votes_{i}" for i in range(1, 13)} < fields
    assert not any(f.startswith(("against", "neither")) for f in fields)
    tally = tally_form(of).form
    assert not any(f.id.startswith("left_") for f in tally.sides[0].fields)  # nine rows more do not fit
    assert all(set(rule.fields) <= {f.id for f in tally.sides[0].fields} for rule in tally.rules)
    one = election.candidates[0]
    long = tuple(replace(one, id=f"c{n}", order=n, given=f"Tên {n}") for n in range(1, 56))
    many = replace(election, candidates=long)
    with pytest.raises(Refusal, match="count-form-full"):
        figures_form(replace(of, election=many), issued_includes_spoiled=True)
