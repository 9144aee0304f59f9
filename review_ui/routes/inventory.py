"""The inventory of ballots (Mẫu 32) of an area, typed from the paper: R19 and R21 are asked while it is typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import JSONResponse

from pipeline.access.roles import Permission
from pipeline.errors import Problem, Refusal
from pipeline.forms.inventory_form import field_of, fields_of
from pipeline.messages import Message, message
from pipeline.usecases.inventory import (
    ROWS,
    Row,
    check_inventory,
    inventory_places,
    inventory_view,
    keep_inventory,
    take_back_inventory,
)
from review_ui.guard import Needs
from review_ui.screens import Screen
from review_ui.visit import Visit

PERMISSION: Permission = "ingest"
router = APIRouter(prefix="/inventory")
LONGEST, SHOWN = 300, 200

LABELS: Mapping[Row, Message] = {
    "received": message("1. Ballots received"),
    "issued": message("2. Ballots issued"),
    "spoiled": message("3. Ballots exchanged because they were spoiled"),
    "left_over": message("4. Ballots left over"),
}
TOLD: Mapping[str, Message] = {
    "kept": message("Kept: the inventory stands."),
    "same": message("It stands already as it was typed; nothing was changed."),
    "back": message("The inventory is taken back; type it again from the paper."),
}

Keyer = Annotated[Visit, Depends(Needs(PERMISSION))]


async def _typed(request: Request) -> dict[str, str]:
    form = await request.form()
    return {name: value[:LONGEST] for name, value in form.items() if isinstance(value, str) and name != "csrf"}


Typed = Annotated[dict[str, str], Depends(_typed)]


@router.get("")
def listed(
    visit: Keyer,
    wanted: Annotated[str, Query(max_length=100)] = "",
    told: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """The areas, those first whose inventory is still to be typed."""
    found = inventory_places(visit.state.workspace, visit.actor, wanted)
    values = {
        "places": found[:SHOWN],
        "number": len(found),
        "areas": {a.id: a for a in visit.state.workspace.election.areas},
        "wanted": wanted,
        "told": TOLD.get(told),
    }
    return visit.page("inventories.html", values)


def _page(
    visit: Visit, area: str, typed: Mapping[str, str] | None = None, problems: tuple[Problem, ...] = ()
) -> Response:
    workspace = visit.state.workspace
    found = inventory_view(workspace, visit.actor, area)
    values = {
        "of": found,
        "fields": {**found.fields, "reason": "", **(typed or {})},
        "place": workspace.election.area(area),
        "rows": ROWS,
        "columns": [("", None), *((c, workspace.election.contest(c).body) for c in found.contests)],
        "labels": LABELS,
        "named": field_of,
        "known": fields_of(found.contests),
        "problems": problems,
        "wrong": {name for p in problems for name in p.place.split(", ")},
    }
    return visit.page("inventory.html", values, 409 if problems else 200)


@router.get("/{area}")
def one(area: str, visit: Keyer) -> Response:
    """The inventory of one area."""
    return _page(visit, area)


@router.post("/{area}/check")
def check(area: str, visit: Keyer, typed: Typed) -> Response:
    """What the rules say of what stands in the fields now; nothing is kept."""
    found = check_inventory(visit.state.workspace, visit.actor, area, typed)
    told = [
        {"code": t.code, "kind": t.kind, "fields": list(t.fields), "text": visit.say(t.text), "empty": t.empty}
        for t in found
    ]
    return JSONResponse({"troubles": told, "times": {}})


@router.post("/{area}")
def keep(area: str, visit: Keyer, typed: Typed) -> Response:
    """Keep it; what was typed comes back where it is refused."""
    try:
        new = keep_inventory(visit.state.workspace, visit.actor, area, typed, typed.get("reason", ""))
    except Refusal as refusal:
        if refusal.problems[0].code in ("area-unknown", "not-permitted", "inventory-state"):
            raise
        return _page(visit, area, typed, refusal.problems)
    return visit.go(f"/inventory?told={'kept' if new else 'same'}")


@router.post("/{area}/back")
def back(area: str, visit: Keyer, reason: Annotated[str, Form(max_length=LONGEST)] = "") -> Response:
    """Take it back; it needs a reason."""
    try:
        take_back_inventory(visit.state.workspace, visit.actor, area, reason)
    except Refusal as refusal:
        if refusal.problems[0].code != "reason-missing":
            raise
        return _page(visit, area, None, refusal.problems)
    return visit.go(f"/inventory?told=back&wanted={quote(area)}")


SCREEN = Screen(router)
