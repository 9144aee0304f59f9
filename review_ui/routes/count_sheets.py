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
from pipeline.usecases.count_sheet_forms import named_side, named_sides
from pipeline.usecases.count_sheet_scans import Taken, take_sheets
from pipeline.usecases.count_sheets import (
    Became,
    FigureState,
    answer_figure,
    confirm_sheet,
    missing_pages,
    sheet_view,
    sheets_of,
    void_sheet,
)
from pipeline.usecases.pictures import figure_picture, sheet_picture
from review_ui import moments
from review_ui.faults import status_of
from review_ui.guard import Needs
from review_ui.screens import Screen
from review_ui.visit import Visit
from review_ui.wording_count import PAPER, RULES, SIGNATURES

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
    views = sheets_of(visit.state.workspace, visit.actor, contest, area)
    values = {
        "sheets": views,
        "missing": missing_pages(views),
        "named_sides": named_sides(visit.state.workspace, contest, area),
        "moment": moments.shown,
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
    chosen = str(form.get("named") or "")
    named = named_side(visit.state.workspace, contest, area, chosen) if chosen else None
    told: list[Taken] = []
    for one in files:
        name, content = one.filename or "", one.file.read()
        told += take_sheets(visit.state.workspace, visit.actor, contest, area, name, content, named)
    return _place(
        visit, contest, area, tuple(told), None if files else message("no file was chosen; choose the scans first")
    )


def _sheet(
    visit: Visit, sheet: str, problems: tuple[Problem, ...] = (), told: Became | None = None, status: int = 200,
    field: str = "", typed: str = "",
) -> Response:  # fmt: skip
    """``field``: the figure to type before the one that would be asked next, one's own that is typed again or one that
    was refused, with ``typed`` in it."""
    view = sheet_view(visit.state.workspace, visit.actor, sheet)
    own = next((f for f in view.figures if f.field == field and (f.field in view.asked or f.again)), None)
    asked = next((f for name in view.asked for f in view.figures if f.field == name), None)
    shown_already = {q.code for q in view.broken}
    election = visit.state.workspace.election
    values = {
        "view": view,
        "place": election.area(view.sheet.area),
        "body": election.contest(view.sheet.contest).body,
        "states": STATES,
        "signature_states": SIGNATURES,
        "paper_words": PAPER,
        "rules": {f"R{number}": text for number, text in RULES.items()},
        "shown": lambda f: decimal_text(f.value, f.decimals).replace(".", ","),
        "said": lambda f: in_words(f.value) if f.value is not None and not f.decimals and f.value <= MOST else "",
        "problems": tuple(p for p in problems if p.code not in shown_already),
        "moment": moments.shown,
        "typed": typed,
        "told": TOLD[told] if told else None,
        "next": own or asked,
    }
    return visit.page("sheet.html", values, status)


@router.get("/one/{sheet}")
def one(sheet: str, visit: Keyer, told: Became | None = None, again: str = "") -> Response:
    """One sheet: the figure to type next, or one's own to type ``again``, and all figures with their pictures."""
    return _sheet(visit, sheet, told=told, field=again)


@router.post("/one/{sheet}/type/{field}")
def type_figure(sheet: str, field: str, visit: Keyer, value: Short = "", again: Short = "") -> Response:
    """Keep what was typed for one figure; the most informative of the others is asked next."""
    try:
        became = answer_figure(visit.state.workspace, visit.actor, sheet, field, value, again=bool(again))
    except Refusal as refusal:
        return _refused(visit, sheet, refusal, field, value)
    return visit.go(f"/sheets/one/{quote(sheet)}?told={became}")


def _refused(visit: Visit, sheet: str, refusal: Refusal, field: str = "", typed: str = "") -> Response:
    if refusal.problems[0].code in ("sheet-unknown", "not-permitted"):
        raise refusal
    status = max(409, status_of(refusal.problems[0]))
    return _sheet(visit, sheet, refusal.problems, status=status, field=field, typed=typed)


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
