"""The mode of the count and its deadlines: what opens the real mode, and by when each form is due."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response

from pipeline.access.roles import Permission
from pipeline.election.deadlines import STEP_NAMES, STEPS
from pipeline.errors import Refusal, refuse
from pipeline.messages import Message, message
from pipeline.spreadsheets import parse_date
from pipeline.usecases.deadlines import deadlines_of, set_deadlines
from pipeline.usecases.real_mode import mode_of, open_real_mode
from review_ui.faults import status_of
from review_ui.guard import Needs
from review_ui.screens import Link, Screen
from review_ui.visit import Visit

PERMISSION: Permission = "manage"
Manager = Annotated[Visit, Depends(Needs(PERMISSION))]
Field = Annotated[str, Form(max_length=300)]
router = APIRouter(prefix="/mode")


@router.get("")
def screen(visit: Manager) -> Response:
    """Trial or real, by which opinion; the deadlines and the window for results."""
    return _page(visit)


def _page(visit: Visit, problem: Message | None = None, status: int = 200) -> Response:
    workspace = visit.state.workspace
    given = deadlines_of(workspace)
    values = {
        "mode": mode_of(workspace, visit.actor),
        "deadlines": given,
        "steps": [(s, STEP_NAMES[s], given.spans[s], given.due(s, workspace.election.day)) for s in STEPS],
        "problem": problem,
    }
    return visit.page("mode.html", values, status)


@router.post("/real")
def real(visit: Manager, number: Field = "", day: Field = "", issuer: Field = "") -> Response:
    """Open the real mode with the number and day of the opinion."""
    workspace = visit.state.workspace
    try:
        given = parse_date(day.strip())
        if given is None:
            raise refuse("opinion-day", "day", "'{value}' is no day; write it as 16/03/2026", value=day.strip()[:40])
        open_real_mode(workspace, visit.actor, number, given, issuer)
    except Refusal as refusal:
        return _told(visit, refusal)
    visit.state.workspace = replace(workspace, trial=False)
    return visit.go("/mode")


@router.post("/deadlines")
def deadlines(
    visit: Manager,
    count: Field = "",
    minutes_area: Field = "",
    minutes_unit: Field = "",
    minutes_committee: Field = "",
    publication: Field = "",
    closing: Field = "",
    opens: Field = "",
    closes: Field = "",
    reason: Field = "",
) -> Response:
    """Set the deadlines and the window anew, with the decision that shifts them."""
    spans = (count, minutes_area, minutes_unit, minutes_committee, publication)
    typed: dict[str, str] = {name: text.strip() for name, text in zip(STEPS, spans, strict=True)}
    changes: dict[str, str] = {**typed, "closing": closing.strip(), "opens": opens.strip(), "closes": closes.strip()}
    try:
        set_deadlines(visit.state.workspace, visit.actor, changes, reason)
    except Refusal as refusal:
        return _told(visit, refusal)
    return visit.go("/mode")


def _told(visit: Visit, refusal: Refusal) -> Response:
    status = status_of(refusal.problems[0])
    if status in (403, 404):
        raise refusal
    return _page(visit, refusal.problems[0].text, status)


SCREEN = Screen(router, Link(message("Mode, deadlines"), "/mode", "M", PERMISSION, "manage"))
