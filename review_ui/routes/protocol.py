"""The log: every act with its actor, looked for and printed, and whether its chain holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response

from pipeline.messages import message
from pipeline.usecases.the_log import Filter, chain, the_log
from review_ui import wording_count
from review_ui.guard import Needs
from review_ui.moments import moment, shown
from review_ui.screens import Link, Screen
from review_ui.visit import Visit

Reader = Annotated[Visit, Depends(Needs("see_log"))]
router = APIRouter(prefix="/log")
Text = Annotated[str, Query(max_length=200)]


@router.get("")
def screen(
    visit: Reader,
    actor: Text = "",
    act: Text = "",
    subject: Text = "",
    since: Text = "",
    until: Text = "",
    before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    printed: bool = False,
    whole: bool = False,
) -> Response:
    """The lines that fit, newest first; ``printed``: all on one page; ``whole``: check the chain however long."""
    workspace = visit.state.workspace
    end = moment(until)
    wanted = Filter(
        actor or None,
        act or None,
        (subject,) if subject else (),
        moment(since),
        end + timedelta(minutes=1) if end is not None else None,
    )
    found = the_log(workspace, visit.actor, wanted, before, printed=printed)
    names = {c.id: c.full_name for c in workspace.election.candidates}
    query = {"actor": actor, "act": act, "subject": subject, "since": since, "until": until}
    values = {
        "log": found,
        "chain": chain(workspace, visit.actor) if whole else found.chain,
        "lines": [
            {
                "line": line,
                "at": shown(line.at),
                "who": found.names.get(line.event.actor, line.event.actor),
                "act": wording_count.act(line.event.act),
                "details": wording_count.details(line.event, names, found.names),
                "ballot": line.event.act in OF_BALLOTS and visit.actor.may("see_images"),
            }
            for line in found.lines
        ],
        "acts": [(name, wording_count.act(name)) for name in found.acts],
        "wanted": query,
        "query": urlencode({k: v for k, v in query.items() if v}),
        "printed": printed,
        "now": shown(workspace.clock()),
    }
    return visit.page("log.html", values)


OF_BALLOTS = frozenset(
    {
        "entry",
        "entry_withdrawn",
        "grid_settled",
        "marked_odd",
        "to_team",
        "team_decision",
        "correction",
        "ballot_by_hand",
        "ballot_void",
    }
)
"""Acts whose subject belongs to a ballot (sheets that were never one lead to a clear refusal)."""


SCREEN = Screen(router, Link(message("Log"), "/log", "O", "see_log", "manage"))
