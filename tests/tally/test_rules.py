"""Each numbered rule: silent on good figures, and one sentence with the figures where it is broken."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from pipeline.tally.percentages import Percentage
from pipeline.tally.rules import RULES, Conventions, Finding, PaperFigures, Sheet, Times, findings
from pipeline.tally.totals import AreaResult

FIGURES = PaperFigures(voters=120, voted=102, received=130, issued=104, left_over=26, spoiled=2)
RESULT = AreaResult(
    collected=100,
    scanned=96,
    by_hand=3,
    set_aside=1,
    valid=94,
    invalid={"a": 1, "c": 5},
    votes={"c1": 60, "c2": 70, "c3": 20},
    leaving={1: 38, 2: 56},
)
GOOD = Sheet(FIGURES, RESULT, seats=2)


def with_figures(**changes: int) -> Sheet:
    return replace(GOOD, figures=replace(FIGURES, **changes))


def with_result(**changes: object) -> Sheet:
    return replace(GOOD, result=replace(RESULT, **changes))  # type: ignore[arg-type]


def only(sheet: Sheet, number: int) -> Finding:
    found = [f for f in findings(sheet) if f.number == number]
    assert len(found) == 1, findings(sheet)
    return found[0]


def holds(sheet: Sheet, number: int) -> bool:
    return all(f.number != number for f in findings(sheet))


def test_figures_that_agree_break_no_rule() -> None:
    assert findings(GOOD) == ()


def test_every_rule_of_this_stage_stands_in_the_table_once() -> None:
    assert [r.number for r in RULES] == [*range(1, 12), 16, 20, 22, 23]


@pytest.mark.parametrize("rule", RULES, ids=lambda r: f"R{r.number}")
def test_every_rule_names_its_number_and_basis(rule) -> None:  # type: ignore[no-untyped-def]
    assert rule.check.__name__ == f"r{rule.number}"
    assert (rule.check.__doc__ or "").startswith(f"R{rule.number}: ")


def test_r1_voted_at_most_voters() -> None:
    found = only(with_figures(voted=121), 1)
    assert found.kind == "error"
    assert "121" in str(found.text)
    assert "120" in str(found.text)
    assert holds(with_figures(voted=120), 1)


def test_r1_takes_absences_off_those_summoned() -> None:
    found = only(with_figures(voters=106, voted=103, excused=4), 1)
    assert {"103", "106", "4"} <= set(str(found.text).replace(";", "").split())
    assert holds(with_figures(voters=106, voted=102, excused=4), 1)


def test_r2_issued_at_most_received() -> None:
    found = only(with_figures(issued=131), 2)
    assert found.kind == "world"
    assert {"131", "130"} <= set(str(found.text).split())
    assert holds(with_figures(issued=130), 2)


def test_r3_received_is_issued_and_left_over() -> None:
    found = only(with_figures(left_over=25), 3)
    assert found.kind == "warning"
    assert "129" in str(found.text)


def test_r3_follows_the_convention_for_spoiled_ballots() -> None:
    apart = Conventions(issued_includes_spoiled=False)
    assert not holds(replace(GOOD, conventions=apart), 3)
    assert holds(replace(with_figures(left_over=24), conventions=apart), 3)


def test_r4_collected_at_most_issued_without_exchanges() -> None:
    sheet = with_figures(issued=101)
    found = only(sheet, 4)
    assert found.kind == "world"
    assert "99" in str(found.text)
    assert holds(replace(sheet, conventions=Conventions(issued_includes_spoiled=False)), 4)


def test_r4_stands_out_when_ballots_were_stuffed() -> None:
    """Tráng Việt 2021: 1,228 issued and 1,303 collected."""
    found = only(Sheet(replace(FIGURES, issued=1228, spoiled=0), replace(RESULT, collected=1303), 2), 4)
    assert {"1303", "1228"} <= set(str(found.text).split())


def test_r5_collected_at_most_voted() -> None:
    found = only(with_figures(voted=99), 5)
    assert found.kind == "world"
    assert "99" in str(found.text)
    assert holds(with_figures(voted=100), 5)


def test_r6_valid_and_invalid_is_collected() -> None:
    found = only(with_result(invalid={"c": 5}, undecided=1), 6)
    assert found.kind == "error"
    assert "99" in str(found.text)
    assert "(1 not settled yet)" in str(found.text)


def test_r7_votes_of_a_candidate_at_most_valid() -> None:
    found = only(with_result(votes={"c1": 95, "c2": 35, "c3": 20}), 7)
    assert found.kind == "error"
    assert "c1" in str(found.text)
    assert holds(with_result(votes={"c1": 94, "c2": 36, "c3": 20}), 7)


def test_r8_ballots_by_names_left_are_all_valid_ones() -> None:
    assert only(with_result(leaving={1: 38, 2: 55}), 8).kind == "error"


@pytest.mark.parametrize("impossible", [0, 3])
def test_r8_counts_no_ballot_that_leaves_none_or_too_many(impossible: int) -> None:
    assert not holds(with_result(leaving={1: 38, 2: 55, impossible: 1}), 8)


def test_r8_counts_from_zero_on_tables_without_surplus() -> None:
    sheet = replace(with_result(leaving={0: 1, 1: 37, 2: 56}), conventions=Conventions(surplus=False))
    assert holds(sheet, 8)


def test_r9_names_left_are_votes() -> None:
    found = only(with_result(votes={"c1": 61, "c2": 70, "c3": 20}), 9)
    assert found.kind == "error"
    assert {"150", "151"} <= set(str(found.text).split())


def test_r10_votes_at_most_seats_times_valid() -> None:
    found = only(with_result(votes={"c1": 94, "c2": 94, "c3": 1}), 10)
    assert found.kind == "error"
    assert "188" in str(found.text)


def test_r10_votes_at_least_valid_in_state_elections() -> None:
    sheet = with_result(votes={"c1": 93})
    assert "93" in str(only(sheet, 10).text)
    assert holds(replace(sheet, conventions=Conventions(state=False)), 10)


def test_r11_percentages_of_our_own_total_one_hundred() -> None:
    for valid in range(101):
        assert holds(with_result(valid=valid, invalid={"c": 101 - valid}), 11)
    assert holds(with_result(valid=0, invalid={}), 11)


def test_r11_tolerates_a_hundredth_in_the_minutes_of_others() -> None:
    assert holds(replace(GOOD, written=(Percentage(9400), Percentage(601))), 11)
    found = only(replace(GOOD, written=(Percentage(9400), Percentage(602))), 11)
    assert found.kind == "error"
    assert "100.02" in str(found.text)


DAY = datetime(2026, 3, 15)
TIMES = Times(DAY.replace(hour=7), DAY.replace(hour=19), DAY.replace(hour=23))


def with_times(**changes: datetime) -> Sheet:
    return replace(GOOD, times=replace(TIMES, **changes))


def test_r16_the_order_of_the_day() -> None:
    assert holds(GOOD, 16)  # a sum of areas has no times
    assert holds(with_times(), 16)
    for wrong in (with_times(closed=DAY.replace(hour=7)), with_times(finished=DAY.replace(hour=19))):
        found = only(wrong, 16)
        assert found.kind == "warning"
        assert "15/03/2026 07:00" in str(found.text)


def test_r16_a_count_within_a_day() -> None:
    assert holds(with_times(finished=TIMES.closed + timedelta(hours=24)), 16)
    found = only(with_times(finished=TIMES.closed + timedelta(hours=24, minutes=1)), 16)
    assert "16/03/2026 19:01" in str(found.text)


def test_r16_the_polling_hours_of_article_71() -> None:
    state = Conventions(polling=(time(5), time(21)))
    early = with_times(opened=DAY.replace(hour=4, minute=59))
    assert holds(early, 16)  # an election without such hours
    found = only(replace(early, conventions=state), 16)
    assert {"04:59", "05:00", "21:00"} <= set(str(found.text).replace(",", "").replace(";", "").split())
    late = with_times(closed=DAY.replace(hour=21, minute=1), finished=DAY.replace(hour=23))
    assert not holds(replace(late, conventions=state), 16)
    edge = with_times(opened=DAY.replace(hour=5), closed=DAY.replace(hour=21), finished=DAY.replace(hour=23))
    assert holds(replace(edge, conventions=state), 16)


def test_r20_voted_at_most_issued() -> None:
    assert holds(with_figures(voted=102), 20)  # 104 issued, 2 of them in exchange
    found = only(with_figures(voted=103), 20)
    assert found.kind == "warning"
    assert {"103", "102"} <= set(str(found.text).split())
    net = replace(with_figures(voted=104), conventions=Conventions(issued_includes_spoiled=False))
    assert holds(net, 20)


def test_r23_every_sheet_of_the_pile_is_accounted_for() -> None:
    found = only(with_result(scanned=95), 23)
    assert found.kind == "error"
    assert "99" in str(found.text)
    assert found.code == "R23"
    assert holds(with_result(scanned=95, by_hand=4), 23)
