"""From the totals of an area to the fields of its minutes: nothing that is open comes out as a figure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path

import pytest

from pipeline.election.definition import Candidate, Election
from pipeline.election.figures import AreaFigures, Member, Witness, tells_an_incident
from pipeline.election.load import load_election
from pipeline.errors import Refusal
from pipeline.messages import message
from pipeline.tally.rules import ConfirmedRule, Finding, digest_of
from pipeline.tally.totals import AreaResult
from pipeline.usecases.area_minutes import is_final, print_minutes
from pipeline.usecases.minutes import minutes_of
from pipeline.usecases.totals import AreaTotals


@pytest.fixture(scope="module")
def election() -> Election:
    return load_election(Path(str(files("kiemphieu.example"))))


def whole(election: Election) -> AreaTotals:
    """The first area and contest with ten ballots, all settled."""
    area = election.areas[0]
    contest, unit = next(iter(area.units.items()))
    names = [c.id for c in election.candidates_of(unit)]
    result = AreaResult(
        collected=10, scanned=10, valid=9, invalid={"b": 1}, votes={names[0]: 9, names[1]: 3}, leaving={1: 6, 2: 3}
    )
    given = AreaFigures(
        area.id, contest, voters=12, voted=10, received=20, issued=10, left_over=10, spoiled=0,
        opened=datetime(2026, 3, 15, 7), closed=datetime(2026, 3, 15, 19), finished=datetime(2026, 3, 15, 22),
        members=(Member("A", "Tổ trưởng"), Member("B", "Thư ký")),
        opening_witnesses=(Witness("C", "thôn Đông"), Witness("D", "thôn Đông")),
        closing_witnesses=(Witness("E", "thôn Đông"), Witness("F", "thôn Đông")),
    )  # fmt: skip
    return AreaTotals(area.id, contest, unit, result, given, (), 0)


def counted(election: Election, area: AreaTotals) -> set[int | None]:
    data = minutes_of(election, area)
    return {data.collected, data.valid, data.invalid, *(c.votes for c in data.candidates)}


def test_a_settled_area_is_final_and_prints_its_figures(election: Election) -> None:
    area = whole(election)
    assert area.complete
    assert is_final(election, area)
    assert counted(election, area) == {10, 9, 1, 3, 0}
    assert print_minutes(election, area, "", trial=False, draft=False).startswith(b"%PDF")


@pytest.mark.parametrize("open_items, undecided", [(1, 0), (0, 1), (2, 3)])
def test_while_anything_is_open_no_counted_figure_comes_out(
    open_items: int, undecided: int, election: Election
) -> None:
    area = whole(election)
    area = replace(area, open_items=open_items, result=replace(area.result, undecided=undecided))
    assert counted(election, area) == {None}
    with pytest.raises(Refusal, match=f"{open_items} items wait for people and {undecided} ballots are not settled"):
        print_minutes(election, area, "", trial=False, draft=False)


def test_an_area_from_which_no_ballot_came_has_no_figures_of_zero(election: Election) -> None:
    area = replace(whole(election), result=AreaResult())
    assert counted(election, area) == {None}
    assert not is_final(election, area)
    assert counted(election, replace(area, figures=None)) == {None}


def test_where_nobody_voted_zero_is_the_true_figure(election: Election) -> None:
    area = whole(election)
    assert area.figures
    given = replace(area.figures, voted=0, issued=0, left_over=20)
    area = replace(area, result=AreaResult(), figures=given)
    assert counted(election, area) == {0}
    assert is_final(election, area)


def test_sheets_that_nobody_declared_are_no_collected_figure(election: Election) -> None:
    area = whole(election)
    data = minutes_of(election, replace(area, result=replace(area.result, collected=0)))
    assert (data.collected, data.valid) == (None, 9)


def finding(number: int, kind: str) -> Finding:
    return Finding(number, kind, message("it does not add up"))  # type: ignore[arg-type]


def test_a_rule_that_fails_holds_the_minutes_back_though_all_is_settled(election: Election) -> None:
    area = replace(whole(election), findings=(finding(6, "error"),))
    with pytest.raises(Refusal, match="rule R6 does not hold: it does not add up"):
        print_minutes(election, area, "", trial=False, draft=False)
    assert is_final(election, replace(area, findings=(finding(3, "warning"),)))


@pytest.mark.parametrize(
    ("written", "final"),
    [("Có 3 phiếu lạ trong hòm", True), ("", False), ("Không có", False), (" không. ", False), ("-", False)],
)
def test_what_is_strange_is_confirmed_and_the_text_is_printed_once(
    written: str, final: bool, election: Election
) -> None:
    area = whole(election)
    assert area.figures
    strange = finding(4, "world")
    area = replace(area, findings=(strange,), figures=replace(area.figures, incidents=written))
    assert tells_an_incident(written) is final
    assert not is_final(election, area)
    vouched = ConfirmedRule("kv1", "qh", 4, "world", digest_of(strange), "3 phiếu lạ", "truong", datetime.now(UTC))
    area = replace(area, confirmed=(vouched,))
    assert is_final(election, area)
    assert minutes_of(election, area).incidents == (written if final else "3 phiếu lạ")
    assert not is_final(election, replace(area, confirmed=(replace(vouched, digest="0" * 64),)))


def test_an_area_without_figures_of_the_team_is_never_final(election: Election) -> None:
    assert not is_final(election, replace(whole(election), figures=None))


def test_names_that_are_equal_carry_the_birth_date_and_other_names_are_printed(election: Election) -> None:
    area = whole(election)
    unit = area.unit

    def person(order: int, given: str, born: date, other: str = "") -> Candidate:
        return Candidate(f"x{order}", unit, order, "female", "Lê", "Thị", given, born, other_name=other)

    names = (
        person(1, "Hà", date(1975, 9, 2)),
        person(2, "Hà", date(1980, 12, 31), "Thích Nữ An"),
        person(3, "Hạ", date(1975, 9, 2), "Sáu Hạ"),
        person(4, "Hạnh", date(1975, 9, 2)),
    )
    others = tuple(c for c in election.candidates if c.unit != unit)
    data = minutes_of(replace(election, candidates=others + names), area)
    assert [c.name for c in data.candidates] == [
        "Lê Thị Hà (02/09/1975)",
        "Lê Thị Hà (31/12/1980) (Thích Nữ An)",
        "Lê Thị Hạ (Sáu Hạ)",
        "Lê Thị Hạnh",
    ]
