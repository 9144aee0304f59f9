"""How the night goes: queues, pace, agreement, time to finish."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from pipeline.access.roles import Permission
from pipeline.messages import message
from pipeline.usecases.work import work_view
from review_ui.guard import Needs
from review_ui.screens import Link, Screen
from review_ui.visit import Visit
from review_ui.wording import KINDS

PERMISSION: Permission = "see_work"
Leader = Annotated[Visit, Depends(Needs(PERMISSION))]
Background = Annotated[Visit, Depends(Needs(PERMISSION, wakes=False))]
router = APIRouter(prefix="/work")


def _values(visit: Visit) -> dict[str, object]:
    titles = {c.id: c.body for c in visit.state.workspace.election.contests}
    kinds = {**KINDS, "ballot": message("ballots before the team")}
    return {"work": work_view(visit.state.workspace, visit.actor), "kinds": kinds, "contests": titles}


@router.get("")
def shown(visit: Leader) -> Response:
    """The whole screen."""
    return visit.page("work.html", _values(visit))


@router.get("/now")
def now(visit: Background) -> Response:
    """The figures alone, as the page fetches them while it stands open."""
    return visit.page("work_now.html", _values(visit))


SCREEN = Screen(router, Link(message("Work"), "/work", "K", PERMISSION, "review"))
