"""What people do with scanned count forms: confirm against a rule, take out, hand in twice, type again, name a page."""

from __future__ import annotations

import pytest

from calibration.digits.filled_form import laid_askew
from pipeline.errors import Refusal
from pipeline.messages import render
from pipeline.storage import count_sheets, log
from pipeline.usecases.count_sheet_forms import named_sides
from pipeline.usecases.count_sheets import (
    answer_figure,
    confirm_sheet,
    confirmed_figures,
    missing_pages,
    sheet_view,
    sheets_of,
    void_sheet,
)
from pipeline.usecases.workspace import Workspace
from tests.count_forms.conftest import BUNDLE, FIGURES, Picture, Printed, printed_minutes
from tests.count_forms.handing_in import (
    LEADER,
    ONE,
    PLACE,
    THREE,
    TWO,
    handed_in,
    png,
    taken,
    truth,
    typed_by_two,
    without_code,
)

NO_VALID = {name: value for name, value in FIGURES.items() if name != "valid"}
REASON = "ten ballots too many, told to the board"


def test_what_the_leader_confirmed_against_a_rule_says_so_and_only_a_leader_takes_it_out(
    workspace: Workspace, figures: Printed
) -> None:
    true = {**FIGURES, "issued": 1030, "received": 1180}
    sheet = taken(workspace, png(figures.filled(true, 24)))
    typed_by_two(workspace, sheet, true)
    for actor, reason, said in ((ONE, REASON, "only the team leader confirms it"), (LEADER, "", "write the reason")):
        with pytest.raises(Refusal) as refused:
            confirm_sheet(workspace, actor, sheet, reason, "signed")
        assert said in render({p.code: p for p in refused.value.problems}["rules-broken"].text, "en")
    confirm_sheet(workspace, LEADER, sheet, REASON, "signed")
    view = sheet_view(workspace, ONE, sheet)
    act = view.sheet.confirmed
    assert act is not None
    assert (act.by, act.reason, set(act.broken)) == (LEADER.id, REASON, {"R4", "R20"})
    assert view.people[act.by] == LEADER.name
    with pytest.raises(Refusal, match="sheet-leader"):
        void_sheet(workspace, ONE, sheet, "I do not like it")
    assert sheet_view(workspace, ONE, sheet).sheet.state == "confirmed"
    void_sheet(workspace, LEADER, sheet, "counted once more")
    gone = sheet_view(workspace, ONE, sheet).sheet
    assert (gone.state, gone.confirmed) == ("void", act)
    assert gone.taken_out is not None
    assert (gone.taken_out.by, gone.taken_out.reason) == (LEADER.id, "counted once more")
    with workspace.database.read() as db:
        assert confirmed_figures(db, *PLACE) == {}
    with pytest.raises(Refusal, match="sheet-void"):
        void_sheet(workspace, LEADER, sheet, "once more")


def test_the_same_page_scanned_twice_is_told_on_both_until_one_is_taken_out(
    workspace: Workspace, figures: Printed, tally: Printed
) -> None:
    page = figures.filled(FIGURES, 21)
    one, other = taken(workspace, png(page)), taken(workspace, png(laid_askew(page, 0.7)))
    assert sheet_view(workspace, ONE, one).twice == {other: "scan.png"}
    assert sheet_view(workspace, ONE, other).twice == {one: "scan.png"}
    void_sheet(workspace, ONE, other, "scanned twice")
    assert sheet_view(workspace, ONE, one).twice == {}
    bundles = [taken(workspace, png(tally.filled({**BUNDLE, "bundle": n}, n))) for n in (1, 2)]
    assert [sheet_view(workspace, ONE, b).twice for b in bundles] == [{}, {}]  # one for each bundle


def test_pages_of_the_minutes_that_are_not_there_are_named(workspace: Workspace) -> None:
    sides = [side for side in named_sides(workspace, *PLACE) if side.page]
    assert [side.page for side in sides] == [2, 3]  # nothing of the first is read
    assert missing_pages(sheets_of(workspace, ONE, *PLACE)) == ()
    sheet = taken(workspace, png(minutes_page(workspace, 2)))
    assert missing_pages(sheets_of(workspace, ONE, *PLACE)) == ((sides[0].title, (3,)),)
    void_sheet(workspace, ONE, sheet, "scanned empty")
    assert missing_pages(sheets_of(workspace, ONE, *PLACE)) == ()


def test_who_typed_wrong_types_again_until_somebody_else_has_typed(workspace: Workspace, figures: Printed) -> None:
    sheet = taken(workspace, png(figures.filled(NO_VALID, 22)))
    assert not any(f.again for f in sheet_view(workspace, ONE, sheet).figures)
    answer_figure(workspace, ONE, sheet, "valid", "1012")
    assert [f.field for f in sheet_view(workspace, ONE, sheet).figures if f.again] == ["valid"]
    assert not any(f.again for f in sheet_view(workspace, TWO, sheet).figures)
    with pytest.raises(Refusal, match="already-typed"):
        answer_figure(workspace, ONE, sheet, "valid", "1021")
    assert answer_figure(workspace, ONE, sheet, "valid", "1021", again=True) == "waits"
    assert answer_figure(workspace, TWO, sheet, "valid", "1021") == "stands"
    with workspace.database.read() as db:
        (kept,) = (e for e in count_sheets.entries(db, sheet) if (e.field, e.account) == ("valid", ONE.id))
        lines = [line.event for line in log.lines(db) if line.event.act == "count_figure_typed"]
    assert (kept.value, kept.before) == (1021, (1012,))
    assert [event.detail.get("again", False) for event in lines] == [False, True, False]
    assert not any("10" in str(dict(event.detail)) for event in lines)


def test_who_typed_again_cannot_make_the_figure_stand_with_the_machine_alone(
    workspace: Workspace, figures: Printed
) -> None:
    sheet = taken(workspace, png(figures.filled(NO_VALID, 22)))
    odd = next(f for f in reversed(sheet_view(workspace, ONE, sheet).asked) if f != "valid")
    answer_figure(workspace, ONE, sheet, odd, "7")
    for actor in (TWO, THREE):  # with it the sums confirm what the machine reads there
        answer_figure(workspace, actor, sheet, "valid", truth("valid"))
    assert answer_figure(workspace, ONE, sheet, odd, truth(odd), again=True) == "waits"
    assert not {f.field: f for f in sheet_view(workspace, ONE, sheet).figures}[odd].stands
    assert answer_figure(workspace, TWO, sheet, odd, truth(odd)) == "stands"


def test_what_another_has_typed_meanwhile_is_not_typed_again(workspace: Workspace, figures: Printed) -> None:
    """Who knows that another typed otherwise must not fit the own figure to it; a third decides."""
    sheet = taken(workspace, png(figures.filled(NO_VALID, 22)))
    answer_figure(workspace, ONE, sheet, "valid", "1012")
    assert answer_figure(workspace, TWO, sheet, "valid", "1021") == "differs"
    for actor in (ONE, TWO):
        assert not any(f.again for f in sheet_view(workspace, actor, sheet).figures)
        with pytest.raises(Refusal, match="already-typed"):
            answer_figure(workspace, actor, sheet, "valid", "1021", again=True)
    assert answer_figure(workspace, THREE, sheet, "valid", "1021") == "stands"


def test_a_page_whose_code_cannot_be_read_is_named_by_a_person_and_must_lie_as_that_page(workspace: Workspace) -> None:
    form, blank = printed_minutes(workspace.election, *PLACE, trial=workspace.trial)
    content = png(without_code(blank[1], form.sides[1]))
    told = handed_in(workspace, content)
    assert (told.became, told.sheet, told.name_it) == ("rejected", None, True)
    assert told.text is not None
    assert "say which one it is" in render(told.text, "en")
    pages = {side.page: side for side in named_sides(workspace, *PLACE)}
    assert handed_in(workspace, content, pages[3]).became == "rejected"  # it does not lie as page 3 does
    assert handed_in(workspace, content, pages[2]).became == "read"
    (view,) = sheets_of(workspace, ONE, *PLACE)
    assert (view.page, view.sheet.named_by_person) == (2, True)
    with workspace.database.read() as db:
        (line,) = (line.event for line in log.lines(db) if line.event.act == "count_sheet_read")
    assert line.detail["form_named_by"] == "person"


def test_a_code_that_can_be_read_stands_above_what_a_person_says(workspace: Workspace) -> None:
    sides = {side.page: side for side in named_sides(workspace, *PLACE)}
    assert handed_in(workspace, png(minutes_page(workspace, 2)), sides[3]).became == "read"
    (view,) = sheets_of(workspace, ONE, *PLACE)
    assert (view.page, view.sheet.named_by_person) == (2, False)


def minutes_page(workspace: Workspace, page: int) -> Picture:
    """A page of the blank minutes as it was printed."""
    return printed_minutes(workspace.election, *PLACE, trial=workspace.trial)[1][page - 1]
