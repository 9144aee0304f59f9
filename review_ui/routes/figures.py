"""The polling team's figures: typed by one person, then blind by a second, checked by the rules while they type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from pipeline.access.roles import Permission
from pipeline.errors import Problem, Refusal
from pipeline.messages import Message, message
from pipeline.usecases.count_sheets import sheets_of
from pipeline.usecases.keying import BLIND, SHARED, Became, Checked, State, check_figures, key_in, keying, places
from review_ui import wording_count
from review_ui.guard import Needs
from review_ui.screens import Link, Screen
from review_ui.visit import Visit

PERMISSION: Permission = "ingest"
router = APIRouter(prefix="/figures")
LONGEST = 5000

STATES: Mapping[State, Message] = {
    "none": message("nobody has typed them"),
    "one": message("one person has typed them; a second person must"),
    "differ": message("two people differ"),
    "given": message("given"),
}
HINTS: Mapping[str, Message] = {
    "received": message("with what was brought later during the day"),
    "spoiled": message("handed back and exchanged"),
    "opened": message("7:00, or with the day: 15/03/2026 7:00"),
    "finished": message("after midnight it is taken for the next day"),
    "members": message("one a line: name (role); one Tổ trưởng, one Thư ký"),
    "opening_witnesses": message("two, one a line: name, address"),
    "closing_witnesses": message("two, one a line: name, address"),
    "incidents": message("what happened and what was done; printed in the minutes"),
}
TOLD: Mapping[Became, Message] = {
    "stands": message("Kept: the figures stand."),
    "waits": message("Kept. A second person types the numbers again without seeing yours."),
    "differs": message("Kept, but it differs from what somebody else typed. Look at the paper again."),
}


Keyer = Annotated[Visit, Depends(Needs(PERMISSION))]


async def _typed(request: Request) -> dict[str, str]:
    form = await request.form()
    names = (*BLIND, *SHARED, "reason")
    return {n: value[:LONGEST] for n in names if isinstance(value := form.get(n, ""), str)}


Typed = Annotated[dict[str, str], Depends(_typed)]


@router.get("")
def listed(visit: Keyer, wanted: Annotated[str, Query(max_length=100)] = "", told: Became | None = None) -> Response:
    """Areas and contests, those first whose figures are still to be typed."""
    election = visit.state.workspace.election
    number, found = places(visit.state.workspace, visit.actor, wanted)
    values = {
        "places": found,
        "number": number,
        "areas": {a.id: a for a in election.areas},
        "bodies": {c.id: c.body for c in election.contests},
        "states": STATES,
        "wanted": wanted,
        "told": TOLD[told] if told else None,
        "state_election": visit.state.workspace.count.rules.state,
    }
    return visit.page("figures.html", values)


def _page(
    visit: Visit, contest: str, area: str, typed: Mapping[str, str] | None = None, problems: tuple[Problem, ...] = ()
) -> Response:
    workspace = visit.state.workspace
    found = keying(workspace, visit.actor, contest, area)
    values = {
        "of": found,
        "fields": {**found.fields, "reason": "", **(typed or {})},
        "place": workspace.election.area(area),
        "contest": contest,
        "body": workspace.election.contest(contest).body,
        "unit": workspace.election.unit(workspace.election.ballot_form_id(area, contest)),
        "labels": wording_count.FIGURES,
        "absences": workspace.count.rules.majority_of == "summoned",
        "hints": HINTS,
        "problems": problems,
        "wrong": {name for p in problems for name in p.place.split(", ")},
        "state": STATES[found.state],
        "scanned": [
            view for view in sheets_of(workspace, visit.actor, contest, area) if view.sheet.state == "confirmed"
        ],
    }
    return visit.page("figures_area.html", values, 409 if problems else 200)


@router.get("/{contest}/{area}")
def one(contest: str, area: str, visit: Keyer) -> Response:
    """The form of one contest in one area."""
    return _page(visit, contest, area)


@router.post("/{contest}/{area}/check")
def check(contest: str, area: str, visit: Keyer, typed: Typed) -> Response:
    """What the rules say of what stands in the fields now; nothing is kept."""
    found = check_figures(visit.state.workspace, visit.actor, contest, area, typed)
    return JSONResponse(
        {"troubles": _told(visit, found), "times": {k: f"{v:%d/%m/%Y %H:%M}" for k, v in found.times.items()}}
    )


def _told(visit: Visit, found: Checked) -> list[dict[str, object]]:
    return [
        {"code": t.code, "kind": t.kind, "fields": list(t.fields), "text": visit.say(t.text), "empty": t.empty}
        for t in found.troubles
    ]


@router.post("/{contest}/{area}")
def keep(contest: str, area: str, visit: Keyer, typed: Typed) -> Response:
    """Keep them; what was typed comes back where it is refused."""
    try:
        became = key_in(visit.state.workspace, visit.actor, contest, area, typed, typed.get("reason", ""))
    except Refusal as refusal:
        if refusal.problems[0].code in ("area-unknown", "not-permitted"):
            raise
        return _page(visit, contest, area, typed, refusal.problems)
    if became == "differs":
        return visit.go(f"/figures/{quote(contest)}/{quote(area)}")
    return visit.go(f"/figures?told={became}")


SCREEN = Screen(router, Link(message("Figures of the team"), "/figures", "S", PERMISSION, "count"))
