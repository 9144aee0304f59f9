"""Deadlines: the law's by default, shifted with a reason, a clock for every form, the window for results."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from country import AREAS, AT, of_area
from hypothesis import given
from hypothesis import strategies as st
from pypdfium2 import PdfDocument

from pipeline.access.roles import SYSTEM, Actor
from pipeline.election.deadlines import STEPS, Deadlines, changed, from_json, to_json
from pipeline.errors import Refusal
from pipeline.storage import accounts
from pipeline.tally.levels import Node
from pipeline.usecases.deadlines import deadlines_of, set_deadlines
from pipeline.usecases.handing_up import hand_up, levels_of
from pipeline.usecases.level_acts import Minutes, lock_level
from pipeline.usecases.progress import progress
from pipeline.usecases.progress_report import progress_file
from pipeline.usecases.take_in import hand_over, take_in
from pipeline.usecases.workspace import Workspace

LAN = Actor("lan", "Lan", frozenset({"committee"}))
DAY = date(2026, 3, 15)


def test_the_days_of_the_law_stand_by_default() -> None:
    due = {s: Deadlines().due(s, DAY) for s in STEPS}
    assert due["count"] == datetime(2026, 3, 16, 19, 0)
    assert [due[s].date().day for s in STEPS[1:]] == [18, 20, 22, 25]
    assert Deadlines().due("count", DAY, datetime(2026, 3, 15, 21, 0)) == datetime(2026, 3, 16, 21, 0)


@given(st.dictionaries(st.sampled_from(STEPS), st.sampled_from(["1h", "30h", "4d", "12d"])))
def test_deadlines_come_back_from_json(changes: dict[str, str]) -> None:
    new = changed(Deadlines(), {**changes, "opens": "15/03/2026 19:00", "closes": "17/03/2026 17:30"})
    assert from_json(to_json(new)) == new


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("count", "0h", "0h"),
        ("minutes_area", "three", "three"),
        ("closing", "25:00", "25:00"),
        ("opens", "yesterday", "yesterday"),
        ("tea", "3d", "minutes_area"),
    ],
)
def test_what_is_no_deadline_is_told(name: str, value: str, says: str) -> None:
    with pytest.raises(Refusal) as refused:
        changed(Deadlines(), {name: value})
    assert says in str(refused.value)


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(Refusal):
        changed(Deadlines(), {"opens": "17/03/2026 07:00", "closes": "16/03/2026 07:00"})


def local(moment: datetime) -> datetime:
    """A moment on the wall of this machine as UTC."""
    return moment.astimezone(UTC)


def at(workspace: Workspace, moment: datetime) -> Workspace:
    return replace(workspace, clock=lambda: local(moment))


def test_deadlines_are_shifted_with_a_reason_and_the_old_ones_stay(summary: Workspace) -> None:
    with pytest.raises(Refusal):
        set_deadlines(summary, SYSTEM, {"minutes_area": "4d"}, " ")
    with pytest.raises(Refusal):
        set_deadlines(summary, LAN, {"minutes_area": "4d"}, "x")
    set_deadlines(summary, SYSTEM, {"minutes_area": "4d"}, "NQ 55/HĐBCQG")
    assert deadlines_of(summary).due("minutes_area", DAY).day == 19
    assert deadlines_of(summary).spans["minutes_unit"] == "5d"


def test_every_form_has_a_clock_and_names_what_is_missing(summary: Workspace) -> None:
    with summary.database.write() as db:
        accounts.put(db, LAN)
        states = {"a1": "signed", "a2": "complete", "b1": "provisional", "c1": "signed", "c2": "annulled"}
        hand_up(db, levels_of(summary.election), [of_area(a, 50, state=s) for a, s in states.items()], AT)
    found = progress(at(summary, datetime(2026, 3, 19, 8, 0)), SYSTEM)
    assembly = next(c for c in found.contests if c.contest == "qh")
    clocks = {c.step: c for c in assembly.clocks}
    assert (clocks["count"].done, clocks["count"].whole, clocks["count"].state) == (4, 5, "overdue")
    assert clocks["count"].missing == ("Tỉnh A (1)",)
    commune = progress(at(summary, datetime(2026, 3, 19, 8, 0)), SYSTEM, "x2", "qh").contests[0].clocks
    assert commune[0].missing == ("Khu vực 1",)
    assert (clocks["minutes_area"].done, clocks["minutes_area"].state) == (3, "overdue")
    assert clocks["minutes_unit"].state == "running"
    assert clocks["minutes_unit"].minutes_left == 24 * 60 + 15 * 60 + 59
    with summary.database.write() as db:
        hand_up(db, levels_of(summary.election), [of_area("b1", 50), of_area("c2", 50)], AT)
    lock_level(summary, LAN, "qh", Node("unit", "qh-2"), "", Minutes("1", DAY, "Lan"))
    again = progress(at(summary, datetime(2026, 3, 19, 8, 0)), SYSTEM).contests[0].clocks
    units = next(c for c in again if c.step == "minutes_unit")
    assert (units.done, units.missing) == (1, ("Đơn vị 1, Ủy ban bầu cử tỉnh A",))


def test_the_report_of_a_place_prints_and_is_marked_as_a_trial(summary: Workspace) -> None:
    with summary.database.write() as db:
        hand_up(db, levels_of(summary.election), [of_area(a, 50, state="signed") for a in AREAS], AT)
    name, pdf = progress_file(at(summary, datetime(2026, 3, 16, 8, 0)), SYSTEM, "pdf", "t")
    assert name == "tien-do-t-20260316-0800.pdf"
    pages = [page.get_textpage().get_text_range() for page in PdfDocument(pdf)]
    assert "BÁO CÁO TIẾN ĐỘ KIỂM PHIẾU" in pages[0]
    assert "Xã 3" in pages[0]
    assert all("TRIAL" in page for page in pages)
    rows = list(csv.DictReader(io.StringIO(progress_file(summary, SYSTEM, "csv")[1].decode("utf-8-sig"))))
    country = next(r for r in rows if r["contest"] == "qh" and r["level"] == "vn")
    assert (country["areas"], country["signed"], country["valid"]) == ("5", "5", "250")


def test_results_are_taken_in_the_window_or_with_a_reason(summary: Workspace, tmp_path: Path) -> None:
    with summary.database.write() as db:
        accounts.put(db, LAN)
        hand_up(db, levels_of(summary.election), [of_area("a1", 10)], AT)
    file = tmp_path / "r.json"
    file.write_bytes(hand_over(summary, SYSTEM))
    window = {"opens": "15/03/2026 19:00", "closes": "17/03/2026 17:30"}
    set_deadlines(summary, SYSTEM, window, "KH 12")
    early, late = datetime(2026, 3, 15, 18, 0), datetime(2026, 3, 17, 17, 30) + timedelta(minutes=1)
    for moment, code in ((early, "window-early"), (late, "window-late")):
        with pytest.raises(Refusal) as refused:
            take_in(at(summary, moment), LAN, file)
        assert refused.value.problems[0].code == code
    assert take_in(at(summary, late), LAN, file, "mất điện").areas == 1
