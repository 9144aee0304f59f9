"""Typing a ballot from the paper: one key a place, Enter at the end, then the next sheet."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Response
from starlette.datastructures import FormData

from pipeline.access.roles import Permission
from pipeline.errors import Refusal
from pipeline.messages import Message, message
from pipeline.usecases.paper import keep_answers, put_back, sheets, take
from review_ui import wording
from review_ui.faults import status_of
from review_ui.guard import Needs
from review_ui.screens import Link, Screen
from review_ui.visit import Visit

PERMISSION: Permission = "enter"
Typist = Annotated[Visit, Depends(Needs(PERMISSION))]
Background = Annotated[Visit, Depends(Needs(PERMISSION, wakes=False))]


async def posted(visit: Typist) -> tuple[Visit, FormData]:
    """The visit with its form, whose fields are those of the ballot."""
    return visit, await visit.request.form()


router = APIRouter(prefix="/paper")
Text = Annotated[str, Query(max_length=200)]
PREFIX = "place:"


def _list(visit: Visit, batch: str = "", slip: int = 0, problem: Message | None = None, status: int = 200) -> Response:
    found = sheets(visit.state.workspace, visit.actor, batch)
    return visit.page("paper.html", {"sheets": found, "batch": batch, "slip": slip, "problem": problem}, status)


@router.get("")
def listed(visit: Typist, batch: Text = "", slip: int = 0) -> Response:
    """The sheets that wait to be typed."""
    return _list(visit, batch, slip)


@router.get("/{ballot}")
def one(ballot: str, visit: Typist, kept: int = 0) -> Response:
    """One sheet, empty: nobody sees what somebody else has typed."""
    try:
        form = take(visit.state.workspace, visit.actor, ballot)
    except Refusal as refusal:
        if refusal.problems[0].code != "lease-lost":
            raise
        return _list(visit, problem=refusal.problems[0].text, status=409)
    if not form.places:
        return visit.go(f"/paper?slip={form.sheet.slip}")
    questions = [
        (
            place,
            wording.QUESTIONS[place.kind],
            [(v, k, wording.answer_of(place.kind, v)) for v, k in wording.keys_of(place.answers)],
        )
        for place in form.places
    ]
    return visit.page("paper_sheet.html", {"sheet": form.sheet, "questions": questions, "kept": kept})


@router.post("/{ballot}")
def keep(ballot: str, given: Annotated[tuple[Visit, FormData], Depends(posted)]) -> Response:
    """Keep the sheet and show the next one."""
    visit, form = given
    answers = {k.removeprefix(PREFIX): str(v) for k, v in form.items() if k.startswith(PREFIX)}
    try:
        keep_answers(visit.state.workspace, visit.actor, ballot, answers)
    except Refusal as refusal:
        problem = refusal.problems[0]
        if problem.code.endswith("-unknown"):
            raise
        return _list(visit, problem=problem.text, status=status_of(problem))
    left = [s for s in sheets(visit.state.workspace, visit.actor) if not s.mine and s.ballot != ballot]
    return visit.go(f"/paper/{quote(left[0].ballot)}?kept=1" if left else "/paper?slip=-1")


@router.post("/{ballot}/back")
def back(ballot: str, visit: Background) -> Response:
    """The page is left without keeping anything: somebody else may type the sheet."""
    put_back(visit.state.workspace, visit.actor, ballot)
    return Response(status_code=204)


SCREEN = Screen(router, Link(message("From paper"), "/paper", "E", PERMISSION, "review"))
