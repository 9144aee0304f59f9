"""What looks strange in a contest, with pictures, for the committee and auditors; never a verdict."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from pipeline.access.roles import Permission
from pipeline.messages import Message, message
from pipeline.tally.anomalies import SIGNALS, Signal
from pipeline.usecases.anomaly_list import shown, told
from review_ui.guard import Needs
from review_ui.screens import Link, Screen
from review_ui.visit import Visit

PERMISSION: Permission = "check_result"
Auditor = Annotated[Visit, Depends(Needs(PERMISSION))]
Text = Annotated[str, Query(max_length=200)]
router = APIRouter(prefix="/anomalies")
PICTURES = 12
"""Pictures of one finding on the page; the others open from the totals."""

TITLES: dict[Signal, Message] = {
    "collected_above_issued": message("More ballots collected than issued"),
    "burst": message("Bursts of identical ballots"),
    "far_from_neighbours": message("Piles far from their neighbours"),
    "same_sheet": message("Perhaps the same sheet twice"),
    "one_name": message("One name left everywhere"),
}


@router.get("")
def listed(visit: Auditor, contest: Text = "") -> Response:
    """One contest: every signal with what was found and the ballots to look at."""
    workspace = visit.state.workspace
    chosen = contest or workspace.election.contests[0].id
    found = shown(workspace, visit.actor, chosen)
    values = {
        "contests": workspace.election.contests,
        "contest": chosen,
        "groups": [(TITLES[s], [f for f in found if f.anomaly.signal == s]) for s in SIGNALS],
        "told": lambda one: visit.say(told(workspace, one)),
        "chance": lambda share: f"{share:.0e}" if share is not None else "–",
        "area_names": {a.id: a.name for a in workspace.election.areas},
        "number": len(found),
        "pictures": PICTURES,
    }
    return visit.page("anomalies.html", values)


SCREEN = Screen(router, Link(message("Anomalies"), "/anomalies", "Y", PERMISSION, "result"))
