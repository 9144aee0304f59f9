"""The prescribed minutes filled in by hand and scanned: told apart by their code, their pages decided together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from calibration.digits.filled_form import filled, laid_askew
from pipeline.election.definition import Election
from pipeline.errors import Refusal
from pipeline.forms.template import Form
from pipeline.messages import render
from pipeline.usecases.count_sheets import (
    confirm_sheet,
    confirmed_figures,
    sheet_view,
    sheets_of,
    void_sheet,
)
from pipeline.usecases.workspace import Workspace
from tests.count_forms.conftest import FIGURES, Picture, Printed, example, printed_minutes, with_accounts
from tests.count_forms.handing_in import LEADER, ONE, PLACE, handed_in, png, taken, typed_by_two

MINUTES = {name: value for name, value in FIGURES.items() if not name.startswith("left") and name != "votes_sum"} | {
    f"of_valid_{i}": FIGURES["valid"] for i in range(1, 9)
}
SIGNED = ("sign_witness_1", "sign_leader", "sign_secretary", "sign_witness_2")


@dataclass(frozen=True)
class Paper:
    """The blank minutes of a place and how they look."""

    form: Form
    pages: list[Picture]

    def scan(self, page: int, values: Mapping[str, int], signed: tuple[str, ...] = SIGNED) -> bytes:
        texts = {name: str(value) for name, value in values.items()} | dict.fromkeys(signed, "x")
        written = filled(np.random.default_rng(page), self.pages[page - 1], self.form, texts, side=page - 1)
        return png(laid_askew(written, 0.6 * (page - 2)))


def with_people(count: int) -> Election:
    """The example with ``count`` candidates for the commune's council, so that their votes fill a page more."""
    election = example()
    unit = election.area(PLACE[1]).units[PLACE[0]]
    one, *_ = election.candidates_of(unit)
    long = replace(one, middle="Thị Hồng Minh Phương")
    more = tuple(replace(long, id=f"{one.id}-{n}", order=n, given=f"Thảo {n}") for n in range(9, count + 1))
    return replace(election, candidates=(*election.candidates, *more))


def paper(contest: str, area: str, election: Election | None = None) -> Paper:
    return Paper(*printed_minutes(election or example(), contest, area, trial=False))


@pytest.fixture(scope="module")
def minutes() -> Paper:
    return paper(*PLACE)


def test_minutes_filled_by_hand_are_read_typed_and_stand_as_the_figures_of_the_place(
    workspace: Workspace, minutes: Paper
) -> None:
    assert handed_in(workspace, minutes.scan(1, MINUTES)).became == "nothing"
    pages = [taken(workspace, minutes.scan(page, MINUTES)) for page in (2, 3)]
    assert [view.page for view in sheets_of(workspace, ONE, *PLACE)] == [2, 3]
    for page in pages:
        view = typed_by_two(workspace, page, MINUTES)
        assert (view.ready, view.broken) == (True, ())
        confirm_sheet(workspace, LEADER, page, paper="signed" if view.unsigned else None)
    with workspace.database.read() as db:
        found = confirmed_figures(db, *PLACE)
    assert found == {name: MINUTES[name] for name in found}
    assert {"voters", "voted", "turnout", "issued", "valid", "votes_8", "of_valid_8"} <= set(found)


def test_the_places_to_sign_are_looked_at_on_their_page(workspace: Workspace, minutes: Paper) -> None:
    sheet = taken(workspace, minutes.scan(3, {}, SIGNED[:3]))
    view = sheet_view(workspace, LEADER, sheet)
    assert (view.figures, view.ready, view.empty) == ((), True, False)
    assert [(p.field, p.state) for p in view.signatures or ()] == [
        *((name, "present") for name in SIGNED[:3]), ("sign_witness_2", "absent")
    ]  # fmt: skip
    with pytest.raises(Refusal, match="R17"):
        confirm_sheet(workspace, ONE, sheet)


def test_a_rule_between_two_pages_is_told_when_both_are_there(tmp_path: Path) -> None:
    election = with_people(14)
    workspace, minutes = with_accounts(tmp_path / "w", election), paper(*PLACE, election)
    people = {f"votes_{n}": 100 + n for n in range(9, 15)} | {f"of_valid_{n}": 1021 for n in range(9, 15)}
    wrong = MINUTES | people | {"votes_14": 1024}  # more than the valid ballots, which stand on the page before
    first = taken(workspace, minutes.scan(2, wrong))
    assert typed_by_two(workspace, first, wrong).broken == ()
    second = taken(workspace, minutes.scan(3, wrong))
    typed_by_two(workspace, second, wrong)
    # what the sums of a page alone had shown is asked again where another page contradicts it
    assert {q.code for q in typed_by_two(workspace, first, wrong).broken} == {"R7"}
    assert {q.code for q in sheet_view(workspace, ONE, second).broken} == {"R7"}
    with pytest.raises(Refusal, match="R7"):  # arithmetic: no reason helps
        confirm_sheet(workspace, LEADER, second, "so it stands on the paper")
    workspace.close()


def test_minutes_and_sheet_of_figures_must_say_the_same(workspace: Workspace, minutes: Paper, figures: Printed) -> None:
    sheet = taken(workspace, png(figures.filled(FIGURES, 31)))
    typed_by_two(workspace, sheet, FIGURES)
    confirm_sheet(workspace, LEADER, sheet, paper="signed")
    other = MINUTES | {"votes_3": 701}
    page = taken(workspace, minutes.scan(2, other))
    assert typed_by_two(workspace, page, other).ready
    with pytest.raises(Refusal, match="sheet-differs") as refused:
        confirm_sheet(workspace, LEADER, page, "the minutes are right")
    (problem,) = refused.value.problems
    assert problem.place == "votes_3"
    assert "701" not in render(problem.text, "vi")
    void_sheet(workspace, LEADER, sheet, "added up wrong")
    confirm_sheet(workspace, LEADER, page)
    with workspace.database.read() as db:
        assert confirmed_figures(db, *PLACE)["votes_3"] == 701


def test_minutes_of_another_place_are_told_by_their_code(workspace: Workspace) -> None:
    told = handed_in(workspace, paper("xa", "kv2").scan(2, MINUTES))
    assert (told.became, told.sheet) == ("rejected", None)
    assert told.text is not None
    assert "kv2" not in render(told.text, "vi")
    assert render(told.text, "vi").startswith("Đây là biên bản của nơi khác")
    assert handed_in(workspace, paper("tinh", "kv1").scan(2, MINUTES)).became == "rejected"


def test_a_page_without_anything_to_read_is_told_and_not_kept(workspace: Workspace) -> None:
    told = handed_in(workspace, paper("qh", "kv1").scan(1, {}), place=("qh", "kv1"))
    assert (told.became, told.sheet) == ("nothing", None)
    assert sheets_of(workspace, ONE, "qh", "kv1") == ()
