"""Audits of results: opened, drawn by public dice, what people see on the sheets written down, the answer in words."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Response

from pipeline.access.roles import Permission
from pipeline.errors import Refusal, refuse
from pipeline.messages import Message, message
from pipeline.tally.ballots import GROUNDS
from pipeline.usecases import result_audit
from pipeline.usecases.audit_fixed import MISSING, audited_units, ballots_of
from pipeline.usecases.audits_together import draw_together, evaluate_together, fetch_list, open_together
from pipeline.usecases.result_audit import Kind, State, StoredAudit
from pipeline.usecases.result_audit_report import forms, manifest_file, percent, words
from pipeline.usecases.result_audit_sheets import (
    Place,
    every_audit,
    find,
    places_drawn,
    write_down,
    write_down_pile,
)
from review_ui import wording_count
from review_ui.faults import status_of
from review_ui.guard import Needs
from review_ui.screens import Link, Screen
from review_ui.visit import Visit

PERMISSION: Permission = "check_result"
Auditor = Annotated[Visit, Depends(Needs(PERMISSION))]
Text = Annotated[str, Query(max_length=200)]
Field = Annotated[str, Form(max_length=500)]
Names = Annotated[list[str] | None, Form(max_length=20)]
PickedKind = Annotated[Kind, Form()]
Units = Annotated[list[str] | None, Form(max_length=200)]
Numbers = Annotated[list[str] | None, Form(max_length=12)]
router = APIRouter(prefix="/audits")

STATES: dict[State, Message] = {
    "no_seed": message("fixed, without seed"),
    "looking": message("sheets are being looked at"),
    "confirmed": message("confirmed"),
    "draw_more": message("draw more"),
    "count_all": message("count all by hand"),
}
KINDS: dict[Kind, Message] = {"ballots": message("single sheets"), "piles": message("whole piles")}


@router.get("")
def listed(visit: Auditor) -> Response:
    """All audits, and the form that opens one."""
    return _list(visit)


def _list(visit: Visit, problem: Message | None = None) -> Response:
    election = visit.state.workspace.election
    values = {
        "audits": every_audit(visit.state.workspace, visit.actor),
        "units": [(u, election.contest(u.contest).body) for u in audited_units(election)],
        "unit_names": {u.id: u.name for u in election.units},
        "bodies": {c.id: c.body for c in election.contests},
        "kinds": KINDS,
        "percent": percent,
        "problem": problem,
    }
    return visit.page("audits.html", values, 409 if problem else 200)


@router.post("/open")
def opened(visit: Auditor, unit: Units = None, risk: Field = "", kind: PickedKind = "ballots") -> Response:
    """Fix the result of a unit, or of several that one seed draws."""
    workspace = visit.state.workspace
    contests = {u.id: u.contest for u in audited_units(workspace.election)}
    try:
        if not unit:
            raise refuse("unit-missing", "unit", "no unit was chosen; mark one, or several to draw them by one seed")
        for key in unit:
            if key not in contests:
                raise refuse("unit-unknown", key, "the unit '{value}' is not in this contest; correct it", value=key)
        wanted = [(contests[key], key) for key in unit]
        if len(wanted) > 1:
            new = open_together(workspace, visit.actor, wanted, kind, _share(risk))[0]
        else:
            ((contest, key),) = wanted
            new = result_audit.open_audit(workspace, visit.actor, contest, key, kind, _share(risk))
    except Refusal as refusal:
        _only_conflicts(refusal)
        return _list(visit, refusal.problems[0].text)
    return visit.go(f"/audits/{new.id}")


def _share(text: str) -> float:
    try:
        return float(text.replace(",", ".").removesuffix("%")) / 100
    except ValueError:
        raise refuse("share", "risk", "'{value}' is no risk limit; write percent, as 5", value=text) from None


def _only_conflicts(refusal: Refusal) -> None:
    """What the person can mend is told on the page; everything else on the page of refusals."""
    if status_of(refusal.problems[0]) in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
        raise refusal


@router.get("/find")
def found(visit: Auditor, what: Text = "") -> Response:
    """Where a ballot lies, or which ballot lies there."""
    values: dict[str, object] = {"what": what, "found": None, "problem": None}
    if what.strip():
        try:
            batch, area, sheet = find(visit.state.workspace, visit.actor, what)
            values["found"] = {"batch": batch, "area": area, "sheet": sheet}
        except Refusal as refusal:
            values["problem"] = refusal.problems[0].text
    return visit.page("audit_find.html", values)


@router.get("/{number}")
def shown(number: int, visit: Auditor) -> Response:
    """One audit: the answer, what was drawn, what differs."""
    return _page(visit, number)


def _page(visit: Visit, number: int, problem: Message | None = None) -> Response:
    workspace = visit.state.workspace
    audit, drawn = places_drawn(workspace, visit.actor, number)
    sentences: tuple[Message, ...] = ()
    found = None
    try:
        found = result_audit.evaluate(workspace, visit.actor, number)
        sentences = words(found)
    except Refusal as refusal:
        problem = problem or refusal.problems[0].text
    values = {
        **_common(visit, audit),
        "places": drawn,
        "next": next((p for p in drawn if p.seen is None), None),
        "found": found,
        "sentences": sentences,
        "told": lambda value: _told(visit, audit, value),
        "states": STATES,
        "problem": problem,
        "others": _others(visit, audit),
    }
    return visit.page("audit.html", values, 409 if problem else 200)


def _others(visit: Visit, audit: StoredAudit) -> list[dict[str, object]]:
    """The audits of one seed, each with its own state and risk; empty where it is drawn by itself or one cannot be."""
    if audit.together is None:
        return []
    election = visit.state.workspace.election
    try:
        found = evaluate_together(visit.state.workspace, visit.actor, audit.id)
    except Refusal:  # one whose result has changed says so on its own page
        return []
    return [
        {
            "id": one.audit.id,
            "unit": f"{election.contest(one.audit.contest).body}, {election.unit(one.audit.unit).name}",
            "state": STATES[one.state],
            "risk": one.risk,
            "limit": one.audit.risk,
            "draws": one.drawn,
        }
        for one in found
    ]


@router.get("/{number}/fetch.csv")
def fetch(number: int, visit: Auditor) -> Response:
    """The drawn sheets of all audits of one seed in the order of the areas, for those who fetch them."""
    content = fetch_list(visit.state.workspace, visit.actor, number)
    return _file(f"audit-{number}-fetch.csv", content, "text/csv; charset=utf-8")


def _common(visit: Visit, audit: StoredAudit) -> dict[str, object]:
    election = visit.state.workspace.election
    return {
        "audit": audit,
        "unit": election.unit(audit.unit),
        "body": election.contest(audit.contest).body,
        "candidates": election.candidates_of(ballots_of(election, audit.unit)[0].id),
        "kinds": KINDS,
        "percent": percent,
    }


def _told(visit: Visit, audit: StoredAudit, value: str) -> str:
    """What a sheet was counted as, or seen as, in words."""
    kind, _, rest = value.partition(":")
    election = visit.state.workspace.election
    names = {
        c.id: str(n)
        for unit in ballots_of(election, audit.unit)
        for n, c in enumerate(election.candidates_of(unit.id), start=1)
    }
    if kind == "valid" and audit.kind == "ballots":
        numbers = ", ".join(sorted((names[n] for n in rest.split(",") if n), key=int))
        return visit.say(message("valid, left: {numbers}", numbers=numbers or "–"))
    ground = next((g for g in GROUNDS if kind == "invalid" and g == rest), None)
    if ground is not None:
        return visit.say(message("invalid, {why}", why=wording_count.article(ground)))
    return visit.say(message("not there")) if value in ("", MISSING) else value


@router.post("/{number}/draw")
def draw(number: int, visit: Auditor, seed: Field = "", more: Field = "") -> Response:
    """The seed is entered, or more is drawn."""
    try:
        wanted = int(more) if more.strip().isascii() and more.strip().isdecimal() else None
        audit, _ = places_drawn(visit.state.workspace, visit.actor, number)
        if audit.together is not None and audit.seed is None:
            draw_together(visit.state.workspace, visit.actor, number, seed)
            return visit.go(f"/audits/{number}")
        result_audit.draw(visit.state.workspace, visit.actor, number, seed, wanted or None)
    except Refusal as refusal:
        _only_conflicts(refusal)
        return _page(visit, number, refusal.problems[0].text)
    return visit.go(f"/audits/{number}")


@router.get("/{number}/sheet/{line}")
def sheet(number: int, line: int, visit: Auditor) -> Response:
    """Room for what is on one drawn sheet; what it was counted as is not shown."""
    return _sheet(visit, number, line)


def _sheet(visit: Visit, number: int, line: int, problem: Message | None = None) -> Response:
    audit, drawn = places_drawn(visit.state.workspace, visit.actor, number)
    values = {
        **_common(visit, audit),
        "place": _line(drawn, line),
        "places": drawn,
        "grounds": [(g, wording_count.article(g)) for g in GROUNDS],
        "problem": problem,
    }
    return visit.page("audit_sheet.html", values, 409 if problem else 200)


def _line(drawn: tuple[Place, ...], line: int) -> Place:
    if not 1 <= line <= len(drawn):
        raise refuse("place-unknown", str(line), "this line is not in the list; go back to the audit")
    return drawn[line - 1]


@router.post("/{number}/sheet/{line}")
def seen(
    number: int,
    line: int,
    visit: Auditor,
    state: Field = "",
    name: Names = None,
    by: Field = "",
    reason: Field = "",
    ballots: Field = "",
    valid: Field = "",
    votes: Numbers = None,
) -> Response:
    """What people saw on the sheet, or counted in the pile; then the next that nobody has looked at."""
    workspace = visit.state.workspace
    audit, drawn = places_drawn(workspace, visit.actor, number)
    place = _line(drawn, line).place
    try:
        if audit.kind == "ballots":
            written = state if state != "valid" else " ".join(name or ["0"])
            write_down(workspace, visit.actor, number, place, written, by, reason)
        else:
            area = workspace.election.area(_line(drawn, line).area)
            candidates = [c.id for c in workspace.election.candidates_of(area.units[audit.contest])]
            given = [_whole(v, place) for v in (ballots, valid, *(votes or []))] if state != "missing" else []
            figures = (given[0], given[1], dict(zip(candidates, given[2:], strict=True))) if given else None
            write_down_pile(workspace, visit.actor, number, place, figures, by, reason)
    except Refusal as refusal:
        _only_conflicts(refusal)
        return _sheet(visit, number, line, refusal.problems[0].text)
    following = next((p for p in (*drawn[line:], *drawn[: line - 1]) if p.seen is None), None)
    return visit.go(f"/audits/{number}/sheet/{following.number}" if following is not None else f"/audits/{number}")


def _whole(text: str, place: str) -> int:
    if not text.strip().isascii() or not text.strip().isdecimal():
        raise refuse("seen-impossible", place, "'{value}' is no number; write how many", value=text[:20])
    return int(text)


@router.get("/{number}/sheets.pdf")
def pdf(number: int, visit: Auditor) -> Response:
    """The form for those who look."""
    content = forms(visit.state.workspace, visit.actor, number, visit.language)
    return _file(f"audit-{number}.pdf", content, "application/pdf")


@router.get("/{number}/manifest.csv")
def manifest(number: int, visit: Auditor) -> Response:
    """Piles and how many sheets lie in each."""
    audit, _ = places_drawn(visit.state.workspace, visit.actor, number)
    content = manifest_file(visit.state.workspace, visit.actor, audit)
    return _file(f"audit-{number}-manifest.csv", content, "text/csv; charset=utf-8")


def _file(name: str, content: bytes, kind: str) -> Response:
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


SCREEN = Screen(router, Link(message("Audit of results"), "/audits", "Q", PERMISSION, "result"))
