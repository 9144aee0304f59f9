"""Review one by one: a place on the paper, one key an answer, the next one loaded already."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import JSONResponse

from pipeline.access.roles import Permission
from pipeline.messages import message
from pipeline.review.policy import ItemKind
from pipeline.review.reasons import Pen
from pipeline.usecases.reviewing import (
    Question,
    Wanted,
    answer,
    give_back,
    keep,
    next_questions,
    number_waiting,
    open_batches,
    undo,
)
from review_ui import wording
from review_ui.guard import Needs
from review_ui.screens import LEFT_OPEN, Link, Screen
from review_ui.visit import Visit

PERMISSION: Permission = "enter"
Reviewer = Annotated[Visit, Depends(Needs(PERMISSION))]
Background = Annotated[Visit, Depends(Needs(PERMISSION, wakes=False))]
"""Requests that a page sends by itself: a browser that nobody touches must not stay signed in by them."""
router = APIRouter(prefix="/review")


def wanted(
    batch: Annotated[str, Form()] = "",
    contest: Annotated[str, Form()] = "",
    kind: Annotated[ItemKind | None, Form()] = None,
    but: Annotated[str, Form()] = "",
    pen: Annotated[Pen | None, Form()] = None,
) -> Wanted:
    """The filter that the screen sends with everything."""
    return Wanted(batch or None, contest or None, kind, tuple(but.split()), pen)


Filter = Annotated[Wanted, Depends(wanted)]
Held = Annotated[str, Form()]
"""Ids of the items on the screen, with spaces."""


@router.get("")
def screen(
    visit: Reviewer,
    batch: str = "",
    contest: str = "",
    kind: Annotated[ItemKind | None, LEFT_OPEN] = None,
    pen: Annotated[Pen | None, LEFT_OPEN] = None,
) -> Response:
    """The screen; its script fetches the questions."""
    chosen = Wanted(batch or None, contest or None, kind, pen=pen)
    values = {
        "chosen": chosen,
        "batches": open_batches(visit.state.workspace, visit.actor),
        "contests": visit.state.workspace.election.contests,
        "kinds": wording.KINDS,
        "pens": wording.PENS,
        "waiting": number_waiting(visit.state.workspace, visit.actor, chosen),
    }
    return visit.page("review.html", values)


@router.post("/next")
def more(visit: Reviewer, chosen: Filter, number: Annotated[int, Form(ge=0, le=10)], held: Held = "") -> Response:
    """Lend more questions to this screen."""
    found = next_questions(visit.state.workspace, visit.actor, chosen, number, held.split())
    return JSONResponse({"questions": [spelled(visit, q) for q in found]})


@router.post("/answer")
def take(
    visit: Reviewer,
    chosen: Filter,
    item: Annotated[str, Form()],
    value: Annotated[str, Form(max_length=200)],
    number: Annotated[int, Form(ge=0, le=10)] = 1,
    held: Held = "",
) -> Response:
    """Keep an answer; gives the next questions."""
    kept, found = answer(visit.state.workspace, visit.actor, item, value, chosen, number, held.split())
    return JSONResponse({"kept": kept, "questions": [spelled(visit, q) for q in found]})


@router.post("/undo")
def take_back(visit: Reviewer, item: Annotated[str, Form()] = "") -> Response:
    """Take the last answer back and ask again."""
    again = undo(visit.state.workspace, visit.actor, item)
    return JSONResponse({"question": spelled(visit, again) if again is not None else None})


@router.post("/keep")
def still_here(visit: Background) -> Response:
    """The heartbeat."""
    keep(visit.state.workspace, visit.actor)
    return Response(status_code=204)


@router.post("/give-back")
def gone(visit: Background, held: Held = "") -> Response:
    """The screen closes."""
    give_back(visit.state.workspace, visit.actor, held.split())
    return Response(status_code=204)


def spelled(visit: Visit, asked: Question) -> dict[str, Any]:
    """A question in the person's words, for the script."""
    keys = wording.keys_of(asked.answers)
    return {
        "item": asked.item,
        "kind": asked.kind,
        "title": visit.say(wording.question_of(asked)),
        "label": asked.label,
        "where": visit.say(
            message(
                "{area}, {contest}, batch {batch}",
                area=asked.area,
                contest=visit.body_of(asked.contest),
                batch=asked.batch,
            )
        ),
        "why": visit.say(wording.why_of(asked)),
        "sheet": _sheet(visit, asked),
        "page": f"/pictures/item/{asked.item}/page.jpg" if asked.page else None,
        "place": f"/pictures/item/{asked.item}/place.jpg" if asked.page and asked.kind == "field" else None,
        "answers": [{"value": a, "text": visit.say(wording.answer_of(asked.field_kind, a)), "key": k} for a, k in keys],
    }


def _sheet(visit: Visit, asked: Question) -> str:
    if asked.slip is not None:
        return visit.say(message("the sheet with slip {number}", number=asked.slip))
    if asked.kind == "field" or asked.sheet is None:
        return ""
    return visit.say(
        message("sheet: file {file}, page {page}; the paper decides", file=asked.sheet[0], page=asked.sheet[1])
    )


SCREEN = Screen(router, Link(message("Review"), "/review", "R", PERMISSION, "review"))
