"""Rejected sheets, large: why the machine cannot read them, and what people do with them."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Query, Response

from pipeline.access.roles import Permission
from pipeline.errors import Refusal
from pipeline.messages import Message, message
from pipeline.review.items import move_to
from pipeline.usecases.counting import RejectedSheet, open_keys, rejected_sheets, say_what, take_back
from review_ui.faults import status_of
from review_ui.guard import Needs
from review_ui.screens import Link, Screen
from review_ui.sheet_words import FATES, REASONS, REMEDIES, SHEETS
from review_ui.visit import Visit

PERMISSION: Permission = "sort_sheets"
Sorter = Annotated[Visit, Depends(Needs(PERMISSION))]
router = APIRouter(prefix="/rejected")
Text = Annotated[str, Query(max_length=200)]
TextField = Annotated[str, Form(max_length=200)]


def _page(
    visit: Visit, batch: str, page: str, done: str = "", problem: Message | None = None, status: int = 200
) -> Response:
    sheets = rejected_sheets(visit.state.workspace, visit.actor, batch)
    here = next((n for n, s in enumerate(sheets) if s.page == page), 0)
    sheet = sheets[here] if sheets else None
    values = {
        "sheet": sheet,
        "sheets": sheets,
        "number": here,
        "batch": batch,
        "next": sheets[(here + 1) % len(sheets)] if len(sheets) > 1 else None,
        "before": sheets[here - 1] if len(sheets) > 1 else None,
        "others": open_keys(visit.state.workspace, visit.actor, sheet.batch) if sheet else (),
        "answers": SHEETS,
        "reasons": REASONS,
        "remedies": REMEDIES,
        "fates": FATES,
        "own": _own(sheet),
        "done": done,
        "problem": problem,
    }
    return visit.page("rejected.html", values, status)


def _own(sheet: RejectedSheet | None) -> Message | None:
    """What the person has said of this sheet, in words."""
    if sheet is None or sheet.mine is None:
        return None
    if sheet.mine.startswith("move:"):
        return message("belongs to batch {batch}", batch=sheet.mine.removeprefix("move:"))
    words = {value: text for value, text, _ in SHEETS}
    return words.get(sheet.mine, message("I cannot tell, others decide"))


@router.get("")
def large(visit: Sorter, batch: Text = "", page: Text = "", done: Text = "") -> Response:
    """One rejected sheet, and the others to choose from."""
    return _page(visit, batch, page, done if done in ("one", "settled", "back") else "")


@router.post("")
def say(visit: Sorter, page: TextField, value: TextField = "", to: TextField = "", batch: TextField = "") -> Response:
    """Say what it is; the next one is shown."""
    try:
        settled = say_what(visit.state.workspace, visit.actor, page, move_to(to) if value == "move" else value)
    except Refusal as refusal:
        if refusal.problems[0].code in ("page-unknown", "not-permitted"):
            raise
        return _page(visit, batch, page, problem=refusal.problems[0].text, status=status_of(refusal.problems[0]))
    return visit.go(f"/rejected?batch={quote(batch)}&done={'settled' if settled else 'one'}")


@router.post("/back")
def back(visit: Sorter, page: TextField = "", batch: TextField = "") -> Response:
    """Take the last answer back."""
    try:
        take_back(visit.state.workspace, visit.actor)
    except Refusal as refusal:
        return _page(visit, batch, page, problem=refusal.problems[0].text, status=status_of(refusal.problems[0]))
    return visit.go(f"/rejected?batch={quote(batch)}&page={quote(page)}&done=back")


SCREEN = Screen(router, Link(message("Rejected sheets"), "/rejected", "J", "ingest", "count"))
