"""R13, R17, R18, R19, R21 and R22: silent on good papers, one sentence with the figures where they are broken."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.tally.paper_rules import SIGNS, InventoryRow, inventory_findings, r13, r17, r18, r19, r21, voters_findings
from pipeline.tally.percentages import Percentage
from pipeline.tally.rules import Sheet, digest_of, findings
from pipeline.tally.winners import UnitOutcome
from tests.tally.test_rules import FIGURES, GOOD, RESULT


@pytest.mark.parametrize("rule", [r13, r17, r18, r19, r21], ids=lambda r: r.__name__)
def test_every_rule_names_its_number(rule) -> None:  # type: ignore[no-untyped-def]
    assert rule.__doc__.startswith(f"{rule.__name__.upper()}: ")


@pytest.mark.parametrize(
    ("voters", "numbers"),
    [
        ({"assembly": 120, "province": 120, "commune": 118}, []),
        ({"assembly": 120}, []),
        ({"assembly": 120, "commune": 120}, []),
        ({"assembly": 120, "province": 119}, [{"120", "119"}]),
        ({"province": 120, "commune": 121}, [{"121", "120"}]),
        ({"assembly": 120, "province": 121, "commune": 122}, [{"120", "121"}, {"122", "120"}]),
    ],
)
def test_r13_voters_of_the_levels_in_one_area(voters, numbers) -> None:  # type: ignore[no-untyped-def]
    told = [set(str(m).replace(";", "").split()) for m in r13(voters)]
    assert len(told) == len(numbers)
    assert all(wanted <= words for wanted, words in zip(numbers, told, strict=True))
    assert {f.kind for f in voters_findings(voters)} <= {"warning"}


def test_r17_names_what_is_lacking() -> None:
    assert r17(SIGNS) == ()
    assert r17({"leader", "secretary", "first_witness", "nothing_erased"}) == ("second_witness", "stamp")
    assert r17((), demanded=("leader",)) == ("leader",)


COMPUTED = UnitOutcome(True, ("a", "b"), ("c", "d"), 1, 0)


def test_r18_the_elected_are_those_of_article_78() -> None:
    assert list(r18({"a", "b", "c"}, COMPUTED, 3, 0)) == []
    assert list(r18({"a", "b", "d"}, COMPUTED, 3)) == []
    assert [m.params.get("candidate") for m in r18({"a", "e"}, COMPUTED, 3)] == ["e", "b"]
    assert "2 of those tied" in str(next(iter(r18({"a", "b", "c", "d"}, COMPUTED, 3))))


def test_r18_missing_is_seats_without_the_elected() -> None:
    (found,) = r18({"a", "b", "c"}, COMPUTED, 4, 0)
    assert "4 seats − 3 elected = 1" in str(found)


ROWS = (
    InventoryRow("received", 260, {"qh": 130, "xa": 130}),
    InventoryRow("issued", 207, {"qh": 104, "xa": 103}),
    InventoryRow("spoiled", 3, {"qh": 2, "xa": 1}),
    InventoryRow("left_over", 53, {"qh": 26, "xa": 27}),
)


def test_r19_minutes_and_inventory_have_one_issued_figure() -> None:
    assert inventory_findings(ROWS, {"qh": 104, "xa": 103}) == ()
    (found,) = inventory_findings(ROWS, {"qh": 105, "xa": 103})
    assert (found.code, found.kind) == ("R19", "error")
    assert {"qh", "104", "105"} <= set(str(found.text).replace(":", "").replace(";", "").split())
    assert inventory_findings(ROWS, {}) == ()  # no minutes yet


def test_r21_rows_are_the_sums_of_their_ballots() -> None:
    wrong = (replace(ROWS[0], total=261), *ROWS[1:])
    (found,) = inventory_findings(wrong, {"qh": 104})
    assert (found.code, found.kind) == ("R21", "error")
    assert {"261,", "260"} <= set(str(found.text).split())


def test_r22_written_percentages_are_the_recomputed_ones() -> None:
    valid, invalid = Percentage(9400), Percentage(600)
    assert findings(replace(GOOD, written=(valid, invalid), written_turnout=Percentage(8500))) == ()
    found = [f for f in findings(replace(GOOD, written=(Percentage(9401), invalid))) if f.number == 22]
    assert [f.kind for f in found] == ["warning"]
    assert {"94.01", "94.00"} <= set(str(found[0].text).split())
    turnout = [f for f in findings(replace(GOOD, written_turnout=Percentage(8501))) if f.number == 22]
    assert "85.01" in str(turnout[0].text)


def test_a_confirmation_is_of_these_numbers_alone() -> None:
    def broken(issued: int) -> str:
        sheet = Sheet(replace(FIGURES, issued=issued, spoiled=0), RESULT, 2)
        return digest_of(next(f for f in findings(sheet) if f.number == 4))

    assert broken(99) == broken(99)
    assert broken(99) != broken(98)
