"""Scanned count forms of a voting area: handed in, asked figure by figure, confirmed by their rules."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from pipeline.access.roles import Permission
from pipeline.errors import Problem, Refusal
from pipeline.in_words import MOST, in_words
from pipeline.messages import Message, message
from pipeline.review.number_words import decimal_text
from pipeline.review.signatures import PaperSigned
from pipeline.usecases.count_sheets import (
    Became,
    FigureState,
    Taken,
    answer_figure,
    confirm_sheet,
    sheet_view,
    sheets_of,
    take_sheets,
    void_sheet,
)
from pipeline.usecases.pictures import figure_picture, sheet_picture
from review_ui.faults import status_of
from review_ui.guard import Needs
from review_ui.screens import Screen
from review_ui.visit import Visit
from review_ui.wording_count import PAPER, SIGNATURES

PERMISSION: Permission = "ingest"
router = APIRouter(prefix="/sheets")
Keyer = Annotated[Visit, Depends(Needs(PERMISSION))]
Short = Annotated[str, Form(max_length=200)]
Seen = Annotated[PaperSigned | None, Form()]
KEPT = {"Cache-Control": "private, max-age=300"}

STATES: dict[FigureState, Message] = {
    "machine": message("read, confirmed by the sums"),
    "people": message("typed alike by two"),
    "open": message("to be typed"),
    "once": message("one person has typed it; a second person must"),
    "disputed": message("two people differ; a third must type it"),
}
TOLD: dict[Became, Message] = {
    "stands": message("Kept: the figure stands. The others were decided anew."),
    "waits": message("Kept. A second person types it without seeing yours."),
    "differs": message("Kept, but it differs from what others typed. Somebody else types it."),
}


def _place(
    visit: Visit, contest: str, area: str, taken: tuple[Taken, ...] = (), problem: Message | None = None,
    status: int = 200,
) -> Response:  # fmt: skip
    election = visit.state.workspace.election
    values = {
        "sheets": sheets_of(visit.state.workspace, visit.actor, contest, area),
        "place": election.area(area),
        "contest": contest,
        "body": election.contest(contest).body,
        "taken": taken,
        "problem": problem,
    }
    return visit.page("sheets.html", values, status)


@router.get("/of/{contest}/{area}")
def listed(contest: str, area: str, visit: Keyer) -> Response:
    """The scanned count forms of a place, and where to hand in more."""
    sheets_of(visit.state.workspace, visit.actor, contest, area)
    return _place(visit, contest, area)


@router.post("/of/{contest}/{area}/files")
async def hand_in(contest: str, area: str, visit: Keyer) -> Response:
    """Read the handed-in scans as count forms of the place; the answer tells of each page what became of it."""
    form = await visit.request.form()
    try:
        return await run_in_threadpool(_taken, visit, contest, area, form)
    finally:
        await form.close()


def _taken(visit: Visit, contest: str, area: str, form: FormData) -> Response:
    files = [one for one in form.getlist("files") if isinstance(one, UploadFile) and one.filename]
    told: list[Taken] = []
    for one in files:
        told += take_sheets(visit.state.workspace, visit.actor, contest, area, one.filename or "", one.file.read())
    return _place(
        visit, contest, area, tuple(told), None if files else message("no file was chosen; choose the scans first")
    )


def _sheet(
    visit: Visit, sheet: str, problems: tuple[Problem, ...] = (), told: Became | None = None, status: int = 200
) -> Response:
    view = sheet_view(visit.state.workspace, visit.actor, sheet)
    election = visit.state.workspace.election
    values = {
        "view": view,
        "place": election.area(view.sheet.area),
        "body": election.contest(view.sheet.contest).body,
        "states": STATES,
        "signature_states": SIGNATURES,
        "paper_words": PAPER,
        "shown": lambda f: decimal_text(f.value, f.decimals).replace(".", ","),
        "said": lambda f: in_words(f.value) if f.value is not None and not f.decimals and f.value <= MOST else "",
        "problems": problems,
        "told": TOLD[told] if told else None,
        "next": next((f for name in view.asked for f in view.figures if f.field == name), None),
    }
    return visit.page("sheet.html", values, status)


@router.get("/one/{sheet}")
def one(sheet: str, visit: Keyer, told: Became | None = None) -> Response:
    """One sheet: the figure to type next, and all figures with their pictures."""
    return _sheet(visit, sheet, told=told)


@router.post("/one/{sheet}/type/{field}")
def type_figure(sheet: str, field: str, visit: Keyer, value: Short = "") -> Response:
    """Keep what was typed for one figure; the most informative of the others is asked next."""
    try:
        became = answer_figure(visit.state.workspace, visit.actor, sheet, field, value)
    except Refusal as refusal:
        return _refused(visit, sheet, refusal)
    return visit.go(f"/sheets/one/{quote(sheet)}?told={became}")


def _refused(visit: Visit, sheet: str, refusal: Refusal) -> Response:
    if refusal.problems[0].code in ("sheet-unknown", "not-permitted"):
        raise refusal
    return _sheet(visit, sheet, refusal.problems, status=max(409, status_of(refusal.problems[0])))


@router.post("/one/{sheet}/confirm")
def confirm(sheet: str, visit: Keyer, reason: Short = "", paper: Seen = None) -> Response:
    """The figures stand as what the paper says; refused with the number of each broken rule, R17 among them until the
    person says whether the paper is signed."""
    try:
        confirm_sheet(visit.state.workspace, visit.actor, sheet, reason, paper)
    except Refusal as refusal:
        return _refused(visit, sheet, refusal)
    return visit.go(f"/sheets/one/{quote(sheet)}")


@router.post("/one/{sheet}/void")
def void(sheet: str, visit: Keyer, reason: Short = "") -> Response:
    """Take the sheet out, with a reason."""
    view = sheet_view(visit.state.workspace, visit.actor, sheet)
    try:
        void_sheet(visit.state.workspace, visit.actor, sheet, reason)
    except Refusal as refusal:
        return _refused(visit, sheet, refusal)
    return visit.go(f"/sheets/of/{quote(view.sheet.contest)}/{quote(view.sheet.area)}")


@router.get("/one/{sheet}/{field}.jpg")
def picture_of_figure(sheet: str, field: str, visit: Keyer) -> Response:
    """One figure, large."""
    content = figure_picture(visit.state.workspace, visit.state.decoded, visit.actor, sheet, field)
    return Response(content, media_type="image/jpeg", headers=KEPT)


@router.get("/one/{sheet}/{field}/page.jpg")
def picture_of_sheet(sheet: str, field: str, visit: Keyer) -> Response:
    """The whole sheet with one figure framed."""
    content = sheet_picture(visit.state.workspace, visit.state.decoded, visit.actor, sheet, field)
    return Response(content, media_type="image/jpeg", headers=KEPT)


SCREEN = Screen(router)
