"""Counting a box by typing, and laying the counts of a box beside each other."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import JSONResponse

from pipeline.access.roles import Permission
from pipeline.errors import Refusal
from pipeline.messages import Message, message
from pipeline.tally.typed import BUNDLE
from pipeline.usecases.comparing import compare, settle_by_looking, take_count
from pipeline.usecases.typing import (
    begin_count,
    boxes,
    correct_ballot,
    end_bundle,
    end_count,
    entry_log,
    insert_ballot,
    type_ballot,
    typed_count,
    void_count,
)
from review_ui.faults import status_of
from review_ui.guard import Needs
from review_ui.screens import Link, Screen
from review_ui.visit import Visit

PERMISSION: Permission = "type_count"
Typist = Annotated[Visit, Depends(Needs(PERMISSION))]
Leader = Annotated[Visit, Depends(Needs("settle_counts"))]
Anybody = Annotated[Visit, Depends(Needs(None))]
Text = Annotated[str, Form(max_length=300)]
Number = Annotated[int, Form(ge=0, le=100_000)]
router = APIRouter(prefix="/typing")
SHOWN = 12
"""Ballots of the open bundle that the screen shows again."""


@router.get("")
def listed(visit: Typist) -> Response:
    """The boxes, with the actor's own counts."""
    election = visit.state.workspace.election
    found = boxes(visit.state.workspace, visit.actor)
    left = [n for n, b in enumerate(found) if b.mine is None or b.mine.state != "done"]
    begun = [n for n in left if found[n].mine is not None]
    values = {
        "boxes": found,
        "first_open": next(iter((*begun, *left)), None),
        "areas": {a.id: a for a in election.areas},
        "bodies": {c.id: c.body for c in election.contests},
    }
    return visit.page("typing.html", values)


@router.post("")
def begin(visit: Typist, area: Text, contest: Text) -> Response:
    """Begin a count of a box, or go on with it."""
    way = begin_count(visit.state.workspace, visit.actor, area, contest)
    return visit.go(f"/typing/count/{quote(way.id)}")


@router.get("/count/{way}")
def one(way: str, visit: Typist) -> Response:
    """The screen on which a box is typed."""
    found = typed_count(visit.state.workspace, visit.actor, way)
    election = visit.state.workspace.election
    bundle = found.here or max(found.bundles)
    here = found.bundles.get(bundle, ())
    values = {
        "count": found,
        "bundle": bundle,
        "most": BUNDLE,
        "last": [*enumerate(here, start=1)][-SHOWN:],
        "place": len(here) + 1,
        "area": election.area(found.way.area),
        "body": election.contest(found.way.contest).body,
        "seats": election.unit(election.ballot_form_id(found.way.area, found.way.contest)).seats,
    }
    return visit.page("typing_count.html", values)


@router.post("/count/{way}/ballot")
def ballot(way: str, visit: Typist, bundle: Number, place: Number, typed: Text = "") -> Response:
    """Keep the next ballot."""
    value = type_ballot(visit.state.workspace, visit.actor, way, bundle, place, typed)
    return JSONResponse({"bundle": bundle, "place": place, "value": value})


@router.post("/count/{way}/correct")
def correct(way: str, visit: Typist, bundle: Number, place: Number, typed: Text = "") -> Response:
    """Put another version of a ballot, or take it out (``-``)."""
    value = correct_ballot(visit.state.workspace, visit.actor, way, bundle, place, typed)
    return JSONResponse({"bundle": bundle, "place": place, "value": value})


@router.post("/count/{way}/insert")
def insert(way: str, visit: Typist, bundle: Number, place: Number, typed: Text = "") -> Response:
    """Put a ballot in that was passed over."""
    value = insert_ballot(visit.state.workspace, visit.actor, way, bundle, place, typed)
    return JSONResponse({"bundle": bundle, "place": place, "value": value})


@router.get("/count/{way}/ballot/{bundle}/{place}")
def recall(way: str, bundle: int, place: int, visit: Typist) -> Response:
    """What stands for a ballot; empty where nothing does."""
    standing = typed_count(visit.state.workspace, visit.actor, way).bundles.get(bundle, ())
    value = standing[place - 1] if 1 <= place <= len(standing) else ""
    return JSONResponse({"bundle": bundle, "place": place, "value": value})


@router.post("/count/{way}/bundle")
def ended_bundle(way: str, visit: Typist, bundle: Number) -> Response:
    """The bundle is done."""
    end_bundle(visit.state.workspace, visit.actor, way, bundle)
    return visit.go(f"/typing/count/{quote(way)}")


@router.post("/count/{way}/end")
def ended(way: str, visit: Typist) -> Response:
    """The whole box is typed."""
    end_count(visit.state.workspace, visit.actor, way)
    return visit.go("/typing")


@router.get("/count/{way}/log")
def printed(way: str, visit: Anybody) -> Response:
    """The entry log of a count, for print."""
    told: dict[tuple[int, int], list[str]] = {}
    for bundle, place, _, value in entry_log(visit.state.workspace, visit.actor, way):
        told.setdefault((bundle, place), []).append(value or "–")
    bundles: dict[int, list[tuple[int, list[str]]]] = {}
    for (bundle, place), values in told.items():
        bundles.setdefault(bundle, []).append((place, values))
    return visit.page("typing_log.html", {"way": way, "bundles": bundles})


def _compared(visit: Visit, contest: str, area: str, problem: Message | None = None) -> Response:
    election = visit.state.workspace.election
    values = {
        "of": compare(visit.state.workspace, visit.actor, area, contest),
        "area": election.area(area),
        "contest": contest,
        "body": election.contest(contest).body,
        "problem": problem,
        "names": {c.id: c.full_name for c in election.candidates},
    }
    return visit.page("typing_compare.html", values, 409 if problem else 200)


@router.get("/compare/{contest}/{area}")
def compared(contest: str, area: str, visit: Leader) -> Response:
    """Every ballot on which the counts of a box differ."""
    return _compared(visit, contest, area)


@router.post("/compare/{contest}/{area}/look")
def look(
    contest: str, area: str, visit: Leader, bundle: Number, place: Number, typed: Text = "", reason: Text = ""
) -> Response:
    """Write down what is on the paper."""
    try:
        settle_by_looking(visit.state.workspace, visit.actor, area, contest, (bundle, place), typed, reason)
    except Refusal as refusal:
        return _told(visit, contest, area, refusal)
    return visit.go(f"/typing/compare/{quote(contest)}/{quote(area)}")


@router.post("/compare/{contest}/{area}/take")
def take(contest: str, area: str, visit: Leader) -> Response:
    """Take the agreed ballots into the totals."""
    try:
        take_count(visit.state.workspace, visit.actor, area, contest)
    except Refusal as refusal:
        return _told(visit, contest, area, refusal)
    return visit.go("/team")


@router.post("/compare/{contest}/{area}/void")
def void(contest: str, area: str, visit: Leader, way: Text, reason: Text = "") -> Response:
    """Take a whole count out."""
    try:
        void_count(visit.state.workspace, visit.actor, way, reason)
    except Refusal as refusal:
        return _told(visit, contest, area, refusal)
    return visit.go(f"/typing/compare/{quote(contest)}/{quote(area)}")


def _told(visit: Visit, contest: str, area: str, refusal: Refusal) -> Response:
    if status_of(refusal.problems[0]) != 409:
        raise refusal
    return _compared(visit, contest, area, refusal.problems[0].text)


@router.get("/boxes")
def to_compare(visit: Leader) -> Response:
    """The boxes of which counts are begun or ended, for who lays them beside each other."""
    election = visit.state.workspace.election
    values = {
        "boxes": [b for b in boxes(visit.state.workspace, visit.actor) if b.begun],
        "areas": {a.id: a for a in election.areas},
        "bodies": {c.id: c.body for c in election.contests},
    }
    return visit.page("typing_boxes.html", values)


SCREEN = Screen(router, Link(message("Count by typing"), "/typing", "I", PERMISSION, "count"))
COMPARE = Screen(APIRouter(), Link(message("Compare counts"), "/typing/boxes", "C", "settle_counts", "count"))
