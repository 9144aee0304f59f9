"""The hall: a read-only large screen for the witnesses, and the result as a slide show once it is closed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from pipeline.messages import message
from pipeline.usecases.hall import shown
from pipeline.usecases.minutes import printed_names
from pipeline.usecases.standing import Standing, standing
from pipeline.usecases.whole_ballot import whole_ballot
from review_ui import wording_count
from review_ui.guard import Needs
from review_ui.routes.ballots import drawn
from review_ui.routes.totals import candidate_rows, share_rows, spaced, visit_percent
from review_ui.screens import Link, Screen
from review_ui.visit import Visit

Reader = Annotated[Visit, Depends(Needs("see_totals"))]
Witness = Annotated[Visit, Depends(Needs("see_images"))]
Text = Annotated[str, Query(max_length=200)]
ON_A_SLIDE = 5
"""Names that stand on a slide of 1280 x 720 without scrolling; nobody scrolls in a hall."""
witness_router = APIRouter(prefix="/witness")
result_router = APIRouter(prefix="/result")


@witness_router.get("")
def areas(visit: Witness) -> Response:
    """Which area and contest to show."""
    workspace = visit.state.workspace
    found = [standing(workspace, visit.actor, c.id) for c in workspace.election.contests]
    values = {
        "standings": [(c, s) for c, s in zip(workspace.election.contests, found, strict=True)],
        "area_names": {a.id: a.name for a in workspace.election.areas},
        "area_numbers": {a.id: a.number for a in workspace.election.areas},
        "statuses": wording_count.STATUSES,
    }
    return visit.page("witness.html", values)


@witness_router.get("/{contest}/{area}")
def ballot(contest: str, area: str, visit: Witness, at: Text = "") -> Response:
    """One settled ballot, large, with what was read on it."""
    workspace = visit.state.workspace
    found = shown(workspace, visit.actor, contest, area, at)
    whole = None
    if found.ballot is not None:
        whole = whole_ballot(workspace, visit.state.decoded, visit.actor, found.ballot)
    values = {
        **(drawn(visit, whole) if whole is not None else {"ballot": None}),
        "shown": found,
        "candidates": printed_names(workspace.election, workspace.election.ballot_form_id(area, contest)),
        "contest": contest,
        "place": workspace.election.area(area),
        "statuses": wording_count.STATUSES,
        "names": {c.id: c.full_name for c in workspace.election.candidates},
        "whole": lambda number: spaced(visit, number),
    }
    return visit.page("witness_ballot.html", values)


@result_router.get("")
def result(visit: Reader, contest: Text = "") -> Response:
    """Slides: each unit whose areas are all official, then what is still being counted, without any figure."""
    workspace = visit.state.workspace
    election = workspace.election
    chosen = [c for c in election.contests if contest in ("", c.id)]
    slides = [s for c in chosen for s in _slides(visit, standing(workspace, visit.actor, c.id))]
    values = {
        "slides": slides,
        "contest": contest,
        "bodies": {c.id: c.body for c in election.contests},
        "unit_of": {u.id: u for u in election.units},
        "on_a_slide": ON_A_SLIDE,
        "percent": lambda part, whole: visit_percent(visit, part, whole),
        "whole": lambda number: spaced(visit, number),
    }
    return visit.page("result.html", values)


def _slides(visit: Visit, found: Standing) -> list[dict[str, object]]:
    """A unit with its candidates where it is official, else how many of its areas are."""
    slides: list[dict[str, object]] = []
    units = visit.state.workspace.election.units
    weighed = {u.id for u in units if u.shares}
    mine = [a for a in found.areas if a.totals.unit in weighed]
    done, official = sum(a.official for a in mine), bool(mine) and all(a.official for a in mine)
    for row in share_rows(visit, found) if mine else []:
        head = {"contest": found.contest, "official": official, "done": done, "areas": len(mine)}
        slides.append({**head, "shares": row if official else {"name": row["name"]}})
    for unit in (u for u in found.units if u.unit not in weighed):
        of = [a for a in found.areas if a.totals.unit == unit.unit]
        official = all(a.official for a in of)
        slides.append(
            {
                "contest": found.contest,
                "unit": unit,
                "official": official,
                "done": sum(a.official for a in of),
                "areas": len(of),
                "rows": candidate_rows(visit, unit) if official else [],
                "shares": None,
            }
        )
    return slides


_WITNESS = Link(message("Witness screen"), "/witness", "V", "see_images", "hall", also="see_totals")
WITNESS = Screen(witness_router, _WITNESS)
RESULT = Screen(result_router, Link(message("Result in the hall"), "/result", "U", "see_totals", "hall"))
