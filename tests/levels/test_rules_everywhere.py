"""Every rule at every place where figures come in: what is refused there, held to the table in docs/rules.md."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from country import AT, of_area
from test_acts import COMMITTEE, OTHER, WITNESS, codes
from test_files import area, document

from pipeline.access.roles import SYSTEM
from pipeline.errors import Refusal
from pipeline.storage import accounts
from pipeline.tally.levels import Node
from pipeline.usecases.handing_up import hand_up, levels_of
from pipeline.usecases.keying import CHECKED
from pipeline.usecases.level_acts import correct_area, update_voters
from pipeline.usecases.level_view import level_view
from pipeline.usecases.take_in import take_in
from pipeline.usecases.workspace import Workspace

RULES = Path(__file__).parents[2] / "docs" / "rules.md"
SIGNED = {"number": "1/BB", "day": "2026-03-16", "signers": "Tổ trưởng"}


def with_figures(**figures: int) -> dict[str, Any]:
    one = area("b1")
    return {**one, "figures": {**one["figures"], **figures}}


def commune(**figures: int) -> dict[str, Any]:
    """Area a1 in the commune contest, beside :func:`area` for the Assembly: 112 voters there."""
    given = {"voters": 112, "voted": 100, "issued": 100, "collected": 100, "valid": 98, "invalid": 2, **figures}
    votes = {"xa-1-1/1": 98, "xa-1-1/2": 0}
    return {"contest": "xa", "area": "a1", "figures": given, "votes": votes}


def stock(**issued: str) -> dict[str, str]:
    return {f"stock_{name}": number for name, number in issued.items()}


FILES: dict[int, list[dict[str, Any]]] = {
    1: [with_figures(voted=113)],
    2: [with_figures(received=90)],
    3: [with_figures(left_over=1)],
    4: [with_figures(issued=99)],
    5: [with_figures(voted=99)],
    6: [with_figures(valid=97)],
    7: [{**area("b1"), "votes": {"qh-1/1": 101, "qh-1/2": 95, "qh-1/3": 0, "qh-1/4": 0}}],
    8: [with_figures(**{"leaving:2": 90})],
    9: [with_figures(**{"leaving:1": 5, "leaving:2": 95})],
    10: [{**area("b1"), "votes": {"qh-1/1": 5, "qh-1/2": 5, "qh-1/3": 0, "qh-1/4": 0}}],
    11: [{**area("b1"), "percent_valid": "98,04", "percent_invalid": "2.10"}],
    13: [area("a1"), commune(voters=113)],
    16: [{**area("b1"), "opened": "15/03/2026 07:00", "closed": "15/03/2026 19:00", "finished": "15/03/2026 18:00"}],
    17: [{**area("b1"), **SIGNED, "lacking": "stamp"}],
    18: [{**area("c1"), "elected": "qh-2/2", "empty_seats": "0"}, area("c2")],
    19: [{**area("b1"), **stock(issued="103")}],
    20: [with_figures(voted=103, voters=112)],
    21: [{**area("a1"), **stock(issued="102", total_issued="203")}, {**commune(), **stock(issued="100")}],
    22: [{**area("b1"), "percent_voted": "91,00"}],
    23: [with_figures(by_hand=90)],
}


def in_files(workspace: Workspace, folder: Path, rule: int) -> set[str]:
    path = folder / "kq.json"
    path.write_text(json.dumps(document(*FILES[rule])), encoding="utf-8")
    return codes(lambda: take_in(workspace, COMMITTEE, path))


CORRECTIONS: dict[int, dict[str, int]] = {
    1: {"voted": 300, "issued": 300, "received": 320},
    2: {"received": 90, "left_over": 0},
    4: {"issued": 99, "left_over": 21},
    5: {"voted": 99},
    6: {"valid": 90},
    7: {"votes:qh-1/1": 101, "votes:qh-1/2": 99},
    8: {"leaving:2": 90},
    9: {"leaving:1": 5, "leaving:2": 95},
    10: {"votes:qh-1/1": 5, "votes:qh-1/2": 5},
    23: {"by_hand": 90},
}
"""Warnings are answered by the reason that a correction has anyway: R3, R13, R16, R20 and R22 are not refused there."""


def corrected(workspace: Workspace, rule: int) -> set[str]:
    return codes(lambda: correct_area(workspace, COMMITTEE, OTHER, "qh", "b1", CORRECTIONS[rule], "đếm lại"))


def marked(column: str) -> set[int]:
    """The rules that the table in docs/rules.md marks in a column."""
    rows = [line.strip("|").split("|") for line in RULES.read_text(encoding="utf-8").splitlines() if "|" in line]
    heads = [[cell.strip() for cell in row] for row in rows]
    head = next(n for n, row in enumerate(heads) if column in row)
    at = heads[head].index(column)
    found = set()
    for row in heads[head + 2 :]:
        rule = re.fullmatch(r"R(\d+)", row[0])
        if rule is None:
            break
        if row[at] == "yes":
            found.add(int(rule[1]))
    return found


@pytest.fixture
def committee(summary: Workspace) -> Workspace:
    with summary.database.write() as db:
        for actor in (COMMITTEE, OTHER, WITNESS):
            accounts.put(db, actor)
    return summary


@pytest.fixture
def standing(committee: Workspace) -> Workspace:
    with committee.database.write() as db:
        hand_up(db, levels_of(committee.election), [of_area("b1", 100)], AT)
    return committee


def test_the_table_marks_what_files_and_corrections_are_checked_for() -> None:
    assert marked("file of results") == {*FILES, 14}
    assert marked("correction") == {*CORRECTIONS, 14, 19, 21}
    assert marked("voter totals") == {1, 13, 14}
    assert marked("typed figures") == marked("spreadsheet of figures") == {*CHECKED, 19}  # test_inventory_screen.py


@pytest.mark.parametrize("rule", sorted(FILES))
def test_a_file_that_breaks_a_rule_is_refused_with_its_number(committee: Workspace, tmp_path: Path, rule: int) -> None:
    assert f"R{rule}" in in_files(committee, tmp_path, rule)
    assert level_view(committee, COMMITTEE, "qh").here.reported == 0


@pytest.mark.parametrize("rule", sorted(CORRECTIONS))
def test_a_correction_that_breaks_a_rule_is_refused_with_its_number(standing: Workspace, rule: int) -> None:
    assert f"R{rule}" in corrected(standing, rule)


def test_a_correction_is_held_against_the_inventory_that_came_in(committee: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "kq.json"
    told = {**area("b1"), **stock(issued="102", received="122", total_issued="102")}
    path.write_text(json.dumps(document(told)), encoding="utf-8")
    assert take_in(committee, COMMITTEE, path).new == 1
    change = {"issued": 103, "received": 123, "voted": 103, "collected": 103, "by_hand": 103, "invalid": 3}
    change["ground:c"] = 3
    assert codes(lambda: correct_area(committee, COMMITTEE, OTHER, "qh", "b1", change, "đếm lại")) == {"R19"}


def test_voter_totals_of_two_contests_need_a_reason_where_they_differ(committee: Workspace) -> None:
    update_voters(committee, COMMITTEE, "qh", {"a1": 500}, "")
    assert codes(lambda: update_voters(committee, COMMITTEE, "xa", {"a1": 501}, "")) == {"R13"}
    assert update_voters(committee, COMMITTEE, "xa", {"a1": 501}, "danh sách bổ sung")[0].figures["voters"] == 501


def test_a_true_incident_is_told_by_every_level_above(committee: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "kq.json"

    def sent(**texts: str) -> None:
        path.write_text(json.dumps(document({**with_figures(issued=99), **texts})), encoding="utf-8")
        take_in(committee, COMMITTEE, path)

    assert codes(lambda: sent(incidents="Không có", note="-")) == {"R4"}
    sent(incidents="Ba phiếu trong thùng không rõ nguồn gốc", note="đã báo cáo Ban bầu cử")
    for node in (Node("unit", "qh-1"), Node("unit", "qh"), Node("place", "vn")):
        assert level_view(committee, SYSTEM, "qh", node).here.true_incidents == {"R4": 1}
    right = {"issued": 102, "left_over": 20}
    correct_area(committee, COMMITTEE, OTHER, "qh", "b1", right, "ghi nhầm số phiếu phát ra")
    assert level_view(committee, SYSTEM, "qh").here.true_incidents == {}


@pytest.mark.parametrize(
    ("elected", "empty", "right"),
    [("qh-2/1", "0", True), ("qh-2/1", "1", False), ("", "1", False), ("qh-2/1;qh-2/2", "0", False)],
)
def test_the_elected_of_others_are_those_of_article_78(
    committee: Workspace, tmp_path: Path, elected: str, empty: str, right: bool
) -> None:
    path = tmp_path / "kq.json"
    told = {"elected": elected, "empty_seats": empty}
    path.write_text(json.dumps(document({**area("c1"), **told}, area("c2"))), encoding="utf-8")
    if right:
        assert take_in(committee, COMMITTEE, path).new == 2
        return
    with pytest.raises(Refusal) as refused:
        take_in(committee, COMMITTEE, path)
    assert {p.code for p in refused.value.problems} == {"R18"}
    assert level_view(committee, COMMITTEE, "qh").here.reported == 0


def test_the_elected_are_named_only_with_all_areas(committee: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "kq.json"
    path.write_text(json.dumps(document({**area("c1"), "elected": "qh-2/1"})), encoding="utf-8")
    send: Callable[[], object] = lambda: take_in(committee, COMMITTEE, path)  # noqa: E731
    assert codes(send) == {"R18"}
