"""A scanned sheet of figures in a workspace: doubts typed blind by two, rules block, the rest decided anew."""

from __future__ import annotations

import cv2
import pytest
from sqlalchemy import select, update

from calibration.digits.filled_form import PPM
from pipeline.election.definition import RuleChange
from pipeline.election.rules import changed
from pipeline.errors import Refusal
from pipeline.storage import count_sheets, log
from pipeline.storage.count_sheets import CountEntry
from pipeline.storage.schema_paper import count_sheet
from pipeline.usecases.count_sheet_scans import take_sheets
from pipeline.usecases.count_sheets import (
    MACHINE_KEYS_FROM,
    answer_figure,
    confirm_sheet,
    confirmed_figures,
    sheet_view,
    void_sheet,
)
from pipeline.usecases.keying import check_figures
from pipeline.usecases.pictures import DecodedPages, figure_picture, sheet_picture
from pipeline.usecases.workspace import Workspace
from tests.count_forms.conftest import BUNDLE, FIGURES, Printed
from tests.count_forms.handing_in import LEADER, ONE, PLACE, THREE, TWO, handed_in, png, taken, truth, typed_by_two


def test_doubtful_figures_are_typed_by_two_and_the_confirmed_sheet_binds_what_is_keyed(
    workspace: Workspace, figures: Printed
) -> None:
    sheet = taken(workspace, png(figures.filled(FIGURES, 21)))
    view = typed_by_two(workspace, sheet)
    assert view.ready
    assert view.broken == ()
    confirm_sheet(workspace, ONE, sheet, paper="signed")
    with workspace.database.read() as db:
        found = confirmed_figures(db, *PLACE)
    assert {k: v or 0 for k, v in found.items()} == FIGURES
    keyed = {
        "voters": "1091", "voted": "1043", "received": "1200", "issued": "1050", "left_over": "143", "spoiled": "7",
        "opened": "7:00", "closed": "19h", "finished": "23h",
        "members": "Nguyễn Văn Hòa (Tổ trưởng)\nTrần Thị Lan (Thư ký)\nLê Văn Minh",
        "opening_witnesses": "Đỗ Văn Sơn, thôn Đông\nBùi Thị Tâm, thôn Đoài",
        "closing_witnesses": "Đỗ Văn Sơn, thôn Đông\nBùi Thị Tâm, thôn Đoài", "incidents": "Không có", "complaints": "",
    }  # fmt: skip
    told = [t for t in check_figures(workspace, ONE, *PLACE, keyed).troubles if t.code == "sheet"]
    assert [t.fields for t in told] == [("voters",)]
    assert "1090" not in str(told[0].text)
    right = check_figures(workspace, ONE, *PLACE, {**keyed, "voters": "1090"})
    assert not [t for t in right.troubles if t.code == "sheet"]


def test_one_person_alone_settles_nothing_and_nobody_sees_what_was_typed(
    workspace: Workspace, figures: Printed
) -> None:
    sheet = taken(workspace, png(figures.filled({k: v for k, v in FIGURES.items() if k != "valid"}, 22)))
    assert answer_figure(workspace, ONE, sheet, "valid", "1021") == "waits"
    seen = next(f for f in sheet_view(workspace, TWO, sheet).figures if f.field == "valid")
    assert (seen.state, seen.value, seen.mine) == ("once", None, False)
    assert answer_figure(workspace, TWO, sheet, "valid", "1024") == "differs"
    seen = next(f for f in sheet_view(workspace, THREE, sheet).figures if f.field == "valid")
    assert (seen.state, seen.value) == ("disputed", None)
    assert answer_figure(workspace, THREE, sheet, "valid", "1.021") == "stands"
    seen = next(f for f in sheet_view(workspace, ONE, sheet).figures if f.field == "valid")
    assert (seen.state, seen.value) == ("people", 1021)
    with workspace.database.read() as db:
        lines = [line for line in log.lines(db) if line.event.act == "count_figure_typed"]
    assert len(lines) == 3
    assert not any("1021" in str(dict(line.event.detail)) for line in lines)


def test_an_answer_settles_figures_that_were_asked_before(workspace: Workspace, figures: Printed) -> None:
    sheet = taken(workspace, png(figures.filled({k: v for k, v in FIGURES.items() if k != "valid"}, 22)))
    assert sheet_view(workspace, ONE, sheet).asked[0] == "valid"
    before = sheet_view(workspace, ONE, sheet).waiting
    for actor in (ONE, TWO):
        answer_figure(workspace, actor, sheet, "valid", "1021")
    assert sheet_view(workspace, ONE, sheet).waiting < before - 1


def test_a_sum_that_is_wrong_on_the_paper_blocks_the_confirmation_by_its_number(
    workspace: Workspace, figures: Printed
) -> None:
    wrong = {**FIGURES, "invalid": 29}
    sheet = taken(workspace, png(figures.filled(wrong, 23)))
    view = typed_by_two(workspace, sheet, wrong)
    assert {"R6", "R11"} <= {q.code for q in view.broken}
    for actor in (ONE, LEADER):
        with pytest.raises(Refusal) as refused:
            confirm_sheet(workspace, actor, sheet, "it is so on the paper")
        told = {p.code: p for p in refused.value.problems}
        assert "R6" in told
        assert "29" in str(told["R6"].text)
    assert sheet_view(workspace, ONE, sheet).sheet.state == "open"


def test_what_can_be_true_is_confirmed_by_the_leader_with_a_reason_and_by_nobody_else(
    workspace: Workspace, figures: Printed
) -> None:
    true = {**FIGURES, "issued": 1030, "received": 1180}
    sheet = taken(workspace, png(figures.filled(true, 24)))
    view = typed_by_two(workspace, sheet, true)
    assert {q.code for q in view.broken} == {"R4", "R20"}
    for actor, reason in ((ONE, "ten ballots too many"), (LEADER, " ")):
        with pytest.raises(Refusal, match="R4"):
            confirm_sheet(workspace, actor, sheet, reason, "signed")
    confirm_sheet(workspace, LEADER, sheet, "ten ballots too many, told to the board", "signed")
    assert sheet_view(workspace, ONE, sheet).sheet.state == "confirmed"


def test_the_machine_is_one_of_the_two_only_where_the_election_says_so(
    workspace: Workspace, figures: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = {**FIGURES, "votes_sum": 4533}
    sheet = taken(workspace, png(figures.filled(odd, 25)))
    asked = next(f for f in sheet_view(workspace, ONE, sheet).asked if f.startswith("votes_") and f != "votes_sum")
    assert answer_figure(workspace, ONE, sheet, asked, truth(asked)) == "waits"
    rules = changed(workspace.count.rules, RuleChange("machine_keys", "yes", "decision 12"))
    assert rules.machine_keys
    monkeypatch.setattr(type(workspace), "count", property(lambda self: replace_rules(self, rules)))
    other = next(
        f for f in sheet_view(workspace, TWO, sheet).asked if f.startswith("votes_") and f not in (asked, "votes_sum")
    )
    assert answer_figure(workspace, TWO, sheet, other, truth(other)) == "stands"


def replace_rules(workspace: Workspace, rules: object) -> object:
    class Counted:
        def __init__(self) -> None:
            self.rules = rules

    return Counted()


def test_the_same_scan_again_changes_nothing_and_a_page_of_another_area_is_told(
    workspace: Workspace, figures: Printed, other_area: Printed
) -> None:
    page = figures.filled(FIGURES, 26)
    sheet = taken(workspace, png(page))
    (again,) = take_sheets(workspace, TWO, *PLACE, "again.png", png(page))
    assert (again.became, again.sheet) == ("already", sheet)
    other = handed_in(workspace, png(other_area.filled(FIGURES, 26)))
    assert other.became == "rejected"
    assert str(other.text) == (
        "This is the sheet of figures of another place: xã An Phú, Trường tiểu học An Phú; hand it in there."
    )


def test_a_figure_that_stands_is_not_typed_again_and_says_what_to_do(workspace: Workspace, figures: Printed) -> None:
    sheet = taken(workspace, png(figures.blank))
    assert [answer_figure(workspace, actor, sheet, "valid", "1021") for actor in (ONE, TWO)] == ["waits", "stands"]
    for actor in (THREE, LEADER):
        with pytest.raises(Refusal) as refused:
            answer_figure(workspace, actor, sheet, "valid", "999")
        (problem,) = refused.value.problems
        assert problem.code == "figure-stands"
        assert "Số phiếu hợp lệ" in str(problem.text)
        assert "take the sheet out" in str(problem.text)
    with workspace.database.read() as db:
        assert {e.value for e in count_sheets.entries(db, sheet)} == {1021}


def test_a_figure_that_the_machine_settled_is_not_typed(workspace: Workspace, figures: Printed) -> None:
    sheet = taken(workspace, png(figures.filled({k: v for k, v in FIGURES.items() if k != "valid"}, 22)))
    standing = next(f for f in sheet_view(workspace, ONE, sheet).figures if f.state == "machine")
    with pytest.raises(Refusal, match="figure-stands"):
        answer_figure(workspace, ONE, sheet, standing.field, "1")


def test_answers_kept_after_a_figure_stood_do_not_turn_it_round(workspace: Workspace, figures: Printed) -> None:
    sheet = taken(workspace, png(figures.blank))
    for actor in (ONE, TWO):
        answer_figure(workspace, actor, sheet, "valid", "1021")
    with workspace.database.write() as db:  # as versions before 0022 took them
        for actor in (THREE, LEADER):
            count_sheets.put_entry(db, CountEntry(sheet, "valid", actor.id, 999, workspace.clock()))
    assert next(f for f in sheet_view(workspace, ONE, sheet).figures if f.field == "valid").value == 1021


@pytest.mark.parametrize(("chance", "became"), [(MACHINE_KEYS_FROM, "stands"), (MACHINE_KEYS_FROM - 0.01, "waits")])
def test_the_machine_keys_only_what_it_is_sure_of(
    workspace: Workspace, figures: Printed, monkeypatch: pytest.MonkeyPatch, chance: float, became: str
) -> None:
    sheet = taken(workspace, png(figures.blank))
    with workspace.database.write() as db:
        reading = [
            one | ({"values": [[1021, chance], [1027, 1 - chance]], "doubts": []} if one["field"] == "valid" else {})
            for one in db.scalars(select(count_sheet.c.reading)).one()
        ]
        db.execute(update(count_sheet).values(reading=reading))
    rules = changed(workspace.count.rules, RuleChange("machine_keys", "yes", "decision 12"))
    monkeypatch.setattr(type(workspace), "count", property(lambda self: replace_rules(self, rules)))
    assert answer_figure(workspace, ONE, sheet, "valid", "1021") == became


SIGNED = dict.fromkeys(("sign_witness_1", "sign_witness_2", "sign_secretary", "sign_leader"), "x")


def ready(workspace: Workspace, figures: Printed, **signed: str) -> str:
    sheet = taken(workspace, png(figures.filled(FIGURES, 21, **signed)))
    assert typed_by_two(workspace, sheet).ready
    return sheet


def confirmed_line(workspace: Workspace) -> dict[str, object]:
    with workspace.database.read() as db:
        (line,) = [line for line in log.lines(db) if line.event.act == "count_sheet_confirmed"]
    return dict(line.event.detail)


def test_r17_a_signature_that_was_not_seen_is_asked_before_the_sheet_is_confirmed(
    workspace: Workspace, figures: Printed
) -> None:
    sheet = ready(workspace, figures, **{k: v for k, v in SIGNED.items() if k != "sign_leader"})
    view = sheet_view(workspace, ONE, sheet)
    assert {s.field: s.state for s in view.signatures or ()} == dict.fromkeys(SIGNED, "present") | {
        "sign_leader": "absent"
    }
    assert [(q.code, q.fields) for q in view.unsigned] == [("R17", ("sign_leader",))]
    for actor in (ONE, LEADER):
        with pytest.raises(Refusal) as refused:
            confirm_sheet(workspace, actor, sheet, "it is late")
        assert {p.code for p in refused.value.problems} == {"R17"}
        assert "TỔ TRƯỞNG" in str(refused.value.problems[0].text)
    confirm_sheet(workspace, ONE, sheet, paper="signed")
    found = sheet_view(workspace, ONE, sheet)
    assert (found.sheet.state, found.sheet.paper, found.unsigned) == ("confirmed", "signed", ())
    said = confirmed_line(workspace)
    assert (said["paper"], said["not_seen_signed"], said["broken"]) == ("signed", ["sign_leader"], [])


def test_r17_an_unsigned_paper_is_confirmed_by_the_leader_with_a_reason_and_by_nobody_else(
    workspace: Workspace, figures: Printed
) -> None:
    sheet = ready(workspace, figures)
    assert len(sheet_view(workspace, ONE, sheet).unsigned) == len(SIGNED)
    for actor, reason in ((ONE, "they have left"), (LEADER, " ")):
        with pytest.raises(Refusal, match="R17: the paper is not signed"):
            confirm_sheet(workspace, actor, sheet, reason, "unsigned")
    confirm_sheet(workspace, LEADER, sheet, "they have left", "unsigned")
    assert sheet_view(workspace, ONE, sheet).sheet.paper == "unsigned"
    said = confirmed_line(workspace)
    assert (said["paper"], said["reason"]) == ("unsigned", "they have left")
    assert set(said["broken"]) == {"R17"}  # type: ignore[call-overload]


def test_r17_says_nothing_of_a_signed_sheet(workspace: Workspace, figures: Printed) -> None:
    sheet = ready(workspace, figures, **SIGNED)
    assert sheet_view(workspace, ONE, sheet).unsigned == ()
    confirm_sheet(workspace, ONE, sheet)
    assert sheet_view(workspace, ONE, sheet).sheet.paper is None


def test_a_scrawl_that_may_be_no_signature_is_asked_as_not_sure(workspace: Workspace, figures: Printed) -> None:
    page = figures.filled(FIGURES, 21, **SIGNED)
    box = figures.form.field("sign_leader").box
    assert box is not None
    x0, y0, x1, y1 = (round(v * PPM) for v in (box.x + 1, box.y + 3, box.right - 1, box.bottom - 1))
    page[y0:y1, x0:x1] = 250
    cv2.line(page, (x0 + 60, y0 + 60), (x0 + 92, y0 + 76), (40,), 3)
    view = sheet_view(workspace, ONE, taken(workspace, png(page)))
    assert {s.field: s.state for s in view.signatures or ()}["sign_leader"] == "unsure"
    assert "not sure" in str(view.unsigned[0].text)


def test_a_sheet_that_was_read_before_signatures_were_kept_still_opens_and_is_confirmed(
    workspace: Workspace, figures: Printed
) -> None:
    sheet = ready(workspace, figures)
    with workspace.database.write() as db:
        db.execute(update(count_sheet).values(signatures=None))
    view = sheet_view(workspace, ONE, sheet)
    assert (view.signatures, view.unsigned) == (None, ())
    confirm_sheet(workspace, ONE, sheet)


def test_a_place_to_sign_has_its_picture(workspace: Workspace, figures: Printed) -> None:
    sheet = taken(workspace, png(figures.blank))
    assert figure_picture(workspace, DecodedPages(), ONE, sheet, "sign_leader")[:2] == b"\xff\xd8"


def test_a_tally_sheet_is_taken_too_and_its_pictures_are_shown(workspace: Workspace, tally: Printed) -> None:
    sheet = taken(workspace, png(tally.filled(BUNDLE, 27)))
    view = sheet_view(workspace, ONE, sheet)
    assert {f.kind for f in view.figures} == {"number", "tally"}
    decoded = DecodedPages()
    assert figure_picture(workspace, decoded, ONE, sheet, "tally_1")[:2] == b"\xff\xd8"
    assert sheet_picture(workspace, decoded, ONE, sheet, "tally_1")[:2] == b"\xff\xd8"


@pytest.mark.parametrize(
    ("text", "code"),
    [("1o21", "figure-number"), ("-3", "figure-number"), ("9" * 20, "figure-number"),
     ("một trăm hai", "figure-number"), ("1021 (một nghìn không trăm hai mươi hai)", "figure-words")],
)  # fmt: skip
def test_what_is_no_number_is_refused(workspace: Workspace, figures: Printed, text: str, code: str) -> None:
    sheet = taken(workspace, png(figures.blank))
    with pytest.raises(Refusal) as refused:
        answer_figure(workspace, ONE, sheet, "valid", text)
    assert refused.value.problems[0].code == code


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.021", 1021), ("Một nghìn không trăm hai mươi mốt phiếu", 1021), ("105 (một trăm lẻ năm)", 105), ("", None)],
)
def test_figures_are_typed_in_digits_or_in_words(
    workspace: Workspace, figures: Printed, text: str, value: int | None
) -> None:
    sheet = taken(workspace, png(figures.blank))
    assert [answer_figure(workspace, actor, sheet, "valid", text) for actor in (ONE, TWO)] == ["waits", "stands"]
    seen = next(f for f in sheet_view(workspace, ONE, sheet).figures if f.field == "valid")
    assert (seen.state, seen.value) == ("people", value)


def test_a_figure_is_typed_once_by_each_and_a_sheet_is_taken_out_with_a_reason(
    workspace: Workspace, figures: Printed
) -> None:
    sheet = taken(workspace, png(figures.blank))
    answer_figure(workspace, ONE, sheet, "valid", "5")
    with pytest.raises(Refusal):
        answer_figure(workspace, ONE, sheet, "valid", "6")
    with pytest.raises(Refusal):
        confirm_sheet(workspace, ONE, sheet)
    with pytest.raises(Refusal):
        void_sheet(workspace, ONE, sheet, "  ")
    void_sheet(workspace, ONE, sheet, "scanned empty")
    with pytest.raises(Refusal):
        answer_figure(workspace, TWO, sheet, "valid", "5")


def test_a_sheet_that_was_taken_out_comes_in_anew_with_nothing_typed(workspace: Workspace, figures: Printed) -> None:
    page = figures.filled({k: v for k, v in FIGURES.items() if k != "valid"}, 22)
    sheet = taken(workspace, png(page))
    answer_figure(workspace, ONE, sheet, "valid", "1021")
    void_sheet(workspace, ONE, sheet, "typed wrong")
    again = taken(workspace, png(page))
    assert again != sheet
    assert not any(f.mine for f in sheet_view(workspace, ONE, again).figures)
    assert sheet_view(workspace, ONE, sheet).sheet.state == "void"
    told = handed_in(workspace, png(page))
    assert (told.became, told.sheet) == ("already", again)


def test_what_somebody_typed_otherwise_is_asked_of_people_whatever_the_sums_say(
    workspace: Workspace, figures: Printed
) -> None:
    sheet = taken(workspace, png(figures.filled({k: v for k, v in FIGURES.items() if k != "valid"}, 22)))
    asked = sheet_view(workspace, ONE, sheet).asked
    odd = next(f for f in reversed(asked) if f != "valid")
    answer_figure(workspace, ONE, sheet, odd, "7")
    for name in asked:
        for actor in (TWO, THREE):
            if name != odd and name in sheet_view(workspace, actor, sheet).asked:
                answer_figure(workspace, actor, sheet, name, truth(name))
    state = {f.field: f for f in sheet_view(workspace, TWO, sheet).figures}
    assert not state[odd].stands
    assert odd in sheet_view(workspace, TWO, sheet).asked
    for actor in (TWO, THREE):
        answer_figure(workspace, actor, sheet, odd, truth(odd))
    assert {f.field: f.state for f in sheet_view(workspace, ONE, sheet).figures}[odd] == "people"
