"""What official forms need beside the count, typed by the committee or handed in as a spreadsheet."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import openpyxl
from visitors import Browser

from pipeline.access.roles import SYSTEM
from pipeline.election.particulars import HEADERS, KINDS, REPORTS, Board, Particular, SheetName, columns, expected
from pipeline.election.particulars_sheet import WORDS as CHOICES
from pipeline.election.particulars_sheet import record_from, texts_of
from pipeline.messages import render
from pipeline.storage import log
from pipeline.usecases.particulars import particulars_of
from pipeline.usecases.workspace import Workspace
from review_ui import wording_particulars
from review_ui.wording_particulars import label_of

FILLED = {
    "met_at": "16/03/2026 07:30",
    "met_place": "Nhà văn hóa xã",
    "members": "Nguyễn Văn Hòa (Trưởng ban); Trần Thị Lan",
    "seats_resolution": "81/NQ-HĐBCQG",
    "seats_resolution_day": "20/11/2025",
    "incidents": "Không có",
    "papers": "biên bản; phiếu",
}


def standing(workspace: Workspace) -> Board:
    with workspace.database.read() as db:
        return particulars_of(db, SYSTEM).boards["qh-1"]


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="(\w*)"', page)
    assert found
    return found[1]


def test_a_record_is_typed_kept_and_shown_again(workspace: Workspace, signed_in: Callable[..., Browser]) -> None:
    browser = signed_in("uyban", "committee")
    page = browser.client.get("/particulars").text
    assert '<a href="/particulars/boards/qh-1" ' in page
    form = browser.client.get("/particulars/boards/qh-1").text
    assert (
        browser.post("/particulars/boards/qh-1", seen=seen(form), **FILLED).headers["location"] == "/particulars#boards"
    )
    board = standing(workspace)
    assert (board.seats_resolution, board.papers, len(board.members)) == ("81", ("biên bản", "phiếu"), 2)
    again = browser.client.get("/particulars/boards/qh-1").text
    assert "Nguyễn Văn Hòa (Trưởng ban); Trần Thị Lan (Ủy viên)" in again
    with workspace.database.read() as db:
        line = log.head(db)
    assert line is not None
    assert (line.event.act, line.event.subject, line.event.actor) == ("particulars", "boards/qh-1", "uyban")


def test_faults_are_named_by_field_and_what_was_typed_comes_back(
    workspace: Workspace, signed_in: Callable[..., Browser]
) -> None:
    browser = signed_in("uyban", "committee")
    wrong = FILLED | {"met_at": "hôm qua", "seats_resolution_day": "31/02/2026"}
    answer = browser.post("/particulars/boards/qh-1", seen="", **wrong)
    assert answer.status_code == 409
    assert "<strong>họp lúc</strong>" in answer.text
    assert "<strong>ngày nghị quyết số đại biểu</strong>" in answer.text
    assert 'value="hôm qua"' in answer.text
    with workspace.database.read() as db:
        assert not particulars_of(db, SYSTEM).boards


def test_what_somebody_else_changed_meanwhile_is_not_written_over(
    workspace: Workspace, signed_in: Callable[..., Browser]
) -> None:
    one, two = signed_in("mot", "committee"), signed_in("hai", "committee")
    version = seen(one.client.get("/particulars/boards/qh-1").text)
    assert one.post("/particulars/boards/qh-1", seen=version, **FILLED).status_code == 303
    late = two.post("/particulars/boards/qh-1", seen=version, met_place="Trụ sở")
    assert late.status_code == 409
    assert standing(workspace).met_place == "Nhà văn hóa xã"
    assert one.post("/particulars/boards/qh-1", seen=version, **FILLED).status_code == 303  # the same form twice
    now = seen(two.client.get("/particulars/boards/qh-1").text)
    assert two.post("/particulars/boards/qh-1", seen=now, met_place="Trụ sở").status_code == 303
    assert standing(workspace).met_place == "Trụ sở"


def test_the_spreadsheet_goes_out_filled_and_comes_back(
    workspace: Workspace, signed_in: Callable[..., Browser]
) -> None:
    browser = signed_in("uyban", "committee")
    for sheet in KINDS:
        book = openpyxl.load_workbook(io.BytesIO(browser.client.get(f"/particulars/{sheet}.xlsx").content))
        assert book.active.max_row == 1 + len(expected(sheet, workspace.election))
    book = openpyxl.load_workbook(io.BytesIO(browser.client.get("/particulars/boards.xlsx").content))
    headers = {cell.value: cell.column for cell in book.active[1]}
    book.active.cell(2, headers["họp tại"]).value = "Hội trường xã"
    assert "1" in handed_in(browser, book).text
    with workspace.database.read() as db:
        assert [b.met_place for b in particulars_of(db, SYSTEM).boards.values()].count("Hội trường xã") == 1
    book.active.cell(3, headers["họp lúc"]).value = "hôm qua"
    refused = handed_in(browser, book)
    assert refused.status_code == 409
    assert "hôm qua" in refused.text
    assert browser.client.post("/particulars/boards", data={"csrf": browser.csrf}).status_code == 200


def handed_in(browser: Browser, book: openpyxl.Workbook):  # type: ignore[no-untyped-def]
    stream = io.BytesIO()
    book.save(stream)
    files = {"file": ("ban-bau-cu.xlsx", stream.getvalue())}
    return browser.client.post("/particulars/boards", data={"csrf": browser.csrf}, files=files)


def test_what_a_form_still_lacks_is_listed(signed_in: Callable[..., Browser]) -> None:
    browser = signed_in("uyban", "committee")
    page = browser.client.get("/particulars/missing/19").text
    before = page.count("<li>")
    assert before > 3
    browser.post("/particulars/boards/qh-1", seen="", **FILLED)
    assert browser.client.get("/particulars/missing/19").text.count("<li>") < before
    assert browser.client.get("/particulars/missing/18").status_code == 404
    assert browser.client.get("/particulars/boards/nowhere").status_code == 404
    assert browser.post("/particulars/boards/nowhere", seen="").status_code == 404


def test_nobody_but_the_committee_opens_it(signed_in: Callable[..., Browser]) -> None:
    for role in ("operator", "reviewer", "team_leader", "witness", "auditor", "administrator"):
        assert signed_in(role, role).client.get("/particulars").status_code == 403


def test_every_record_says_the_same_as_text_and_back(workspace: Workspace) -> None:
    sheets: tuple[SheetName, ...] = ("boards", "committees", "dossiers", "reports")
    for sheet in sheets:
        key = expected(sheet, workspace.election)[0][0]
        empty: Particular = KINDS[sheet](key)
        assert record_from(sheet, key, texts_of(empty), workspace.election) == empty


def test_every_field_and_word_has_both_languages_and_the_vietnamese_is_that_of_the_sheets() -> None:
    for sheet in KINDS:
        for name in columns(sheet)[1:]:
            assert render(label_of(name), "vi") == HEADERS[name], name
            assert render(label_of(name), "en") != HEADERS[name], name
    words = [word for choices in CHOICES.values() for word in choices]
    assert set(words) == set(wording_particulars.WORDS)
    assert all(render(wording_particulars.WORDS[word], "vi") == word for word in words)
    assert {key: render(text, "vi") for key, text in wording_particulars.REPORTS.items()} == dict(REPORTS)


def test_the_english_screen_shows_english_labels_with_the_sheets_header_beside(
    workspace: Workspace, signed_in: Callable[..., Browser]
) -> None:
    browser = signed_in("uyban", "committee")
    browser.client.cookies.set("kiemphieu_language", "en")
    boards = browser.client.get("/particulars/boards/qh-1").text
    assert "Members of the board or committee" in boards
    assert '<small lang="vi">thành phần</small>' in boards
    candidate = workspace.election.candidates[0].id
    dossier = browser.client.get(f"/particulars/dossiers/{candidate}").text
    assert '<option value="quân đội, công an">army, police</option>' in dossier
    assert "Final report" in browser.client.get("/particulars/reports/29").text
    kept = browser.post(f"/particulars/dossiers/{candidate}", seen=seen(dossier), sector="quân đội, công an")
    assert kept.status_code == 303  # what is sent is the sheet's own word in either language
    browser.client.cookies.set("kiemphieu_language", "vi")
    assert '<small lang="vi">' not in browser.client.get("/particulars/boards/qh-1").text
