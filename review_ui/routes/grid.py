"""Review by grid: what the machine reads alike, least certain first; the odd ones marked, the rest confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Response

from pipeline.access.roles import Permission
from pipeline.forms.template import FieldKind
from pipeline.messages import message
from pipeline.review.reasons import Pen, Why
from pipeline.review.words import ANSWERS
from pipeline.usecases.grid import NEVER, Choice, Done, confirm, sheet
from pipeline.usecases.reviewing import open_batches
from review_ui import wording
from review_ui.guard import Needs
from review_ui.screens import LEFT_OPEN, Link, Screen
from review_ui.visit import Visit

PERMISSION: Permission = "enter"
Reviewer = Annotated[Visit, Depends(Needs(PERMISSION))]
router = APIRouter(prefix="/grid")
Text = Annotated[str, Query(max_length=200)]
Keys = Annotated[list[str], Form()]
MARKED_WITH: dict[FieldKind, str] = {"strike": "clear", "box": "marked", "oval": "marked"}
"""How people vote on a ballot, and the reading that a grid shows first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which readings an address asks for."""

    choice: Choice
    reason: Why | None


def wanted(
    kind: FieldKind = "strike",
    value: Text = "clear",
    asked: bool = False,
    contest: Text = "",
    batch: Text = "",
    field: Text = "",
    reason: Annotated[Why | None, LEFT_OPEN] = None,
    pen: Annotated[Pen | None, LEFT_OPEN] = None,
) -> Wanted:
    return Wanted(Choice(kind, value, not asked, contest or None, batch or None, field or None, pen), reason)


Filter = Annotated[Wanted, Depends(wanted)]


@router.get("")
def screen(visit: Reviewer, asked: Filter, same: int = 0, odd: int = 0, before: int = 0) -> Response:
    """One sheet of crops."""
    choice, contest = asked.choice, asked.choice.contest
    election = visit.state.workspace.election
    kinds = {f.kind for form in visit.state.workspace.forms.values() for side in form.sides for f in side.fields}
    if "kind" not in visit.request.query_params and choice.kind not in kinds & MARKED_WITH.keys():
        other = next((kind for kind in MARKED_WITH if kind in kinds), None)
        if other is not None:
            return visit.go(f"/grid?kind={other}&value={MARKED_WITH[other]}")
    values = {
        "sheet": sheet(visit.state.workspace, visit.actor, choice, asked.reason),
        "choice": choice,
        "reason": asked.reason,
        "reading": wording.answer_of(choice.kind, choice.value),
        "readings": [
            (k, v, t)
            for k, every in ANSWERS.items()
            for v, t in every.items()
            if v not in NEVER and k in kinds | {choice.kind}
        ],
        "reasons": wording.WHY,
        "pens": wording.PENS,
        "contests": election.contests,
        "candidates": [c for c in election.candidates if not contest or election.unit(c.unit).contest == contest],
        "batches": open_batches(visit.state.workspace, visit.actor),
        "told": {"same": same, "odd": odd, "before": before},
        "query": visit.request.url.query,
    }
    return visit.page("grid.html", values)


@router.post("/next")
def following(
    visit: Reviewer,
    asked: Filter,
    shown: Keys = [],  # noqa: B006  (FastAPI copies it)
    odd: Keys = [],  # noqa: B006
    on_screen: Keys = [],  # noqa: B006
) -> Response:
    """For the script: what ``confirm`` does with the sheet just left, then the sheet behind the one on screen.

    So the next sheet lies ready, its pictures loaded, before the present one is confirmed.
    """
    done = confirm(visit.state.workspace, visit.actor, shown, odd) if shown else Done(0, 0, 0, 0)
    behind = sheet(visit.state.workspace, visit.actor, asked.choice, asked.reason, on_screen)
    return visit.page("grid_next.html", {"sheet": behind, "done": done})


@router.post("/confirm")
def keep(
    visit: Reviewer,
    shown: Keys = [],  # noqa: B006  (FastAPI copies it)
    odd: Keys = [],  # noqa: B006
    query: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """The odd ones go to people who answer blind, the rest is confirmed."""
    done = confirm(visit.state.workspace, visit.actor, shown, odd) if shown else None
    kept = [part for part in query.split("&") if part and part.split("=")[0] not in ("same", "odd", "before")]
    told = [f"same={done.same}", f"odd={done.odd}", f"before={done.before}"] if done else []
    return visit.go("/grid?" + "&".join((*kept, *told)))


SCREEN = Screen(router, Link(message("Grid"), "/grid", "G", PERMISSION, "review"))
