"""Totals for the committee: the tree of levels, every figure with the ballots behind it, rules, charts, downloads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from http import HTTPStatus
from math import ceil, floor, log10
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Query, Response

from pipeline.errors import Refusal, refuse
from pipeline.messages import Message, message
from pipeline.messages import number as written
from pipeline.tally.ballots import GROUNDS
from pipeline.tally.percentages import percentage
from pipeline.tally.rules import RULES
from pipeline.usecases.area_minutes import why_not_final
from pipeline.usecases.behind import behind
from pipeline.usecases.confirming import confirm_rule
from pipeline.usecases.downloads import Kind, area_minutes, totals_file
from pipeline.usecases.levels import tree
from pipeline.usecases.measured import measured
from pipeline.usecases.official_download import official_archive
from pipeline.usecases.shares import names_of, share_totals
from pipeline.usecases.signing import receive, signs, take_back
from pipeline.usecases.standing import STATUSES, AreaStanding, Shares, Standing, as_totals, standing
from pipeline.usecases.totals import UnitTotals
from review_ui import wording_count
from review_ui.faults import status_of
from review_ui.guard import Needs
from review_ui.screens import Link, Screen
from review_ui.visit import Visit

Reader = Annotated[Visit, Depends(Needs("see_totals"))]
Background = Annotated[Visit, Depends(Needs("see_totals", wakes=False))]
Exporter = Annotated[Visit, Depends(Needs("export"))]
router = APIRouter()
Receiver = Annotated[Visit, Depends(Needs("receive"))]
Confirmer = Annotated[Visit, Depends(Needs("confirm_rule"))]
Text = Annotated[str, Query(max_length=200)]
Field = Annotated[str, Form(max_length=500)]
LongField = Annotated[str, Form(max_length=2000)]
UNITS = 4
"""Units whose candidates are shown on one page; with more, one goes further down first."""
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@router.get("/totals")
def overview(visit: Reader, contest: Text = "", place: Text = "") -> Response:
    """One contest: how far every area is, the sums on the way down, who has how many votes."""
    workspace = visit.state.workspace
    election = workspace.election
    chosen = contest or election.contests[0].id
    found = standing(workspace, visit.actor, chosen)
    at = tree(workspace, found, place)
    here = {a.totals.unit for a in at.here.areas}
    units = [u for u in found.units if u.unit in here and not election.unit(u.unit).shares]
    values = {
        **_common(visit, chosen),
        "standing": found,
        "tree": at,
        "rows": [*at.below],
        "units": units if len(units) <= UNITS else [],
        "too_many": len(units) if len(units) > UNITS else 0,
        "charts": {u.unit: candidate_rows(visit, u) for u in units[:UNITS]},
        "rules": _rules(at.here.areas),
        "failing": [a for a in at.here.areas if a.totals.findings],
        "share": _share(at.here.shares),
        "by_shares": share_rows(visit, found),
    }
    return visit.page("totals.html", values)


@router.get("/measured/{contest}")
def of_machine(contest: str, visit: Background) -> Response:
    """The measured error alone: it looks at every check, so the page fetches it after it is shown."""
    found = measured(visit.state.workspace, visit.actor, contest)
    values = {
        "measured": found,
        "bound": None if found.bound is None else _share_of(visit, found.bound),
        "sample_bound": None if found.sample_bound is None else _share_of(visit, found.sample_bound),
        "whole": lambda number: spaced(visit, number),
    }
    return visit.page("totals_measured.html", values)


def _share_of(visit: Visit, share: float) -> str:
    """A small share, rounded up to two digits that say something."""
    digits = max(2, 1 - floor(log10(share * 100))) if share > 0 else 2
    text = f"{ceil(share * 100 * 10**digits) / 10**digits:.{digits}f}"
    return f"{text.replace('.', ',') if visit.language == 'vi' else text} %"


@router.get("/totals/{contest}/{area}")
def of_area(contest: str, area: str, visit: Reader) -> Response:
    """One contest in one area: every figure, every rule, the batches."""
    return _area_page(visit, contest, area)


def _area_page(
    visit: Visit, contest: str, area: str, problem: Message | None = None, typed: dict[str, str] | None = None
) -> Response:
    workspace = visit.state.workspace
    found = standing(workspace, visit.actor, contest, area)
    one = found.area(area)
    unit = workspace.election.unit(one.totals.unit)
    broken = {f.number: f for f in one.totals.findings}
    values = {
        **_common(visit, contest),
        "area": one,
        "place": workspace.election.area(area),
        "unit": unit,
        "votes": candidate_rows(visit, found.units[0]),
        "rules": [(r.number, wording_count.RULES[r.number], broken.get(r.number)) for r in RULES],
        "checked": bool(one.totals.figures and any(b.state == "closed" for b in one.batches)),
        "why": why_not_final(workspace.election, one.totals),
        "grounds": [(g, wording_count.article(g)) for g in GROUNDS],
        "share": _share(one.shares),
        "may_look": visit.actor.may("see_images"),
        "may_export": visit.actor.may("export"),
        "may_receive": visit.actor.may("receive"),
        "signs": signs(),
        "may_confirm": visit.actor.may("confirm_rule"),
        "problem": problem,
        "typed": {"number": "", "day": "", "signers": "", "rule": "", "text": "", **(typed or {})},
        "batch_states": wording_count.BATCH_STATES,
    }
    return visit.page("totals_area.html", values, 409 if problem else 200)


@router.get("/totals/{contest}/{area}/ballots")
def ballots(contest: str, area: str, visit: Reader, figure: Text, page: Annotated[int, Query(ge=1)] = 1) -> Response:
    """The pictures behind one figure, shuffled."""
    workspace = visit.state.workspace
    values = {
        **_common(visit, contest),
        "place": workspace.election.area(area) if area in {a.id for a in workspace.election.areas} else None,
        "area_id": area,
        "figure": figure,
        "title": _figure(visit, figure),
        "found": behind(workspace, visit.actor, area, contest, figure, page),
    }
    return visit.page("totals_ballots.html", values)


@router.get("/totals/{contest}/{area}/minutes.pdf")
def minutes(contest: str, area: str, visit: Exporter, draft: bool = False) -> Response:
    """The minutes of one area (Mẫu 18 or 23); as a draft also before they can be signed."""
    name, pdf = area_minutes(visit.state.workspace, visit.actor, contest, area, draft=draft)
    return _file(name, pdf, "application/pdf")


@router.post("/totals/{contest}/{area}/signed")
def signed(
    contest: str,
    area: str,
    visit: Receiver,
    number: Field = "",
    day: Field = "",
    signers: Field = "",
    digest: Field = "",
    seen: Annotated[list[str], Form()] = [],  # noqa: B006  (FastAPI copies it)
) -> Response:
    """The signed minutes have come in."""
    workspace = visit.state.workspace
    try:
        receive(workspace, visit.actor, contest, area, number, _day(day, area), signers, digest, seen)
    except Refusal as refusal:
        return _told(visit, contest, area, refusal, {"number": number, "day": day, "signers": signers})
    return visit.go(f"/totals/{quote(contest)}/{quote(area)}")


@router.post("/totals/{contest}/{area}/signed/back")
def not_signed(contest: str, area: str, visit: Receiver, reason: Field = "") -> Response:
    """What was noted of them was wrong."""
    try:
        take_back(visit.state.workspace, visit.actor, contest, area, reason)
    except Refusal as refusal:
        return _told(visit, contest, area, refusal, {})
    return visit.go(f"/totals/{quote(contest)}/{quote(area)}")


@router.post("/totals/{contest}/{area}/confirm")
def confirmed(contest: str, area: str, visit: Confirmer, rule: Field = "", text: LongField = "") -> Response:
    """A broken rule of the world is true: the team leader says what happened."""
    try:
        number = int(rule) if rule.isdigit() else 0
        confirm_rule(visit.state.workspace, visit.actor, contest, area, number, text)
    except Refusal as refusal:
        return _told(visit, contest, area, refusal, {"rule": rule, "text": text})
    return visit.go(f"/totals/{quote(contest)}/{quote(area)}")


def _told(visit: Visit, contest: str, area: str, refusal: Refusal, typed: dict[str, str]) -> Response:
    if status_of(refusal.problems[0]) != HTTPStatus.CONFLICT:
        raise refusal
    return _area_page(visit, contest, area, refusal.problems[0].text, typed)


def _day(text: str, area: str) -> date:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text.strip(), form).date()
        except ValueError:
            continue
    raise refuse("signed-day", area, "'{value}' is no day; write it as 16/03/2026", value=text.strip()[:40])


@router.get("/downloads/official-forms.zip")
def official_forms(visit: Exporter, draft: bool = False) -> Response:
    """The official forms of all levels as PDF and DOCX; as drafts also those that lack something."""
    name, content = official_archive(visit.state.workspace, visit.actor, draft=draft)
    return _file(name, content, "application/zip")


@router.get("/downloads/totals.{kind}")
def totals_download(kind: Kind, visit: Exporter) -> Response:
    """All totals as CSV, JSON or spreadsheet; the name of a file that is not official says so."""
    name, content = totals_file(visit.state.workspace, visit.actor, kind)
    return _file(name, content, TYPES[kind])


def _file(name: str, content: bytes, kind: str) -> Response:
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _common(visit: Visit, contest: str) -> dict[str, object]:
    election = visit.state.workspace.election
    return {
        "contest": contest,
        "contests": election.contests,
        "statuses": wording_count.STATUSES,
        "every_status": STATUSES,
        "area_names": {a.id: a.name for a in election.areas},
        "area_numbers": {a.id: a.number for a in election.areas},
        "unit_names": {u.id: u.name for u in election.units},
        "names": {c.id: c.full_name for c in election.candidates},
        "percent": lambda part, whole: visit_percent(visit, part, whole),
        "whole": lambda number: spaced(visit, number),
    }


def visit_percent(visit: Visit, part: int, whole: int) -> str:
    """A share with the decimal sign of the language, or a dash of nothing."""
    found = percentage(part, whole)
    if found is None:
        return "–"
    return f"{str(found).replace('.', ',') if visit.language == 'vi' else found} %"


def spaced(visit: Visit, number: int) -> str:
    """A whole number with thousands set apart as the language does."""
    return written(number, ",d", visit.language)


def candidate_rows(visit: Visit, unit: UnitTotals) -> list[dict[str, object]]:
    """Candidates by votes with the length of their bars in thousandths of all valid ballots."""
    election = visit.state.workspace.election
    if election.unit(unit.unit).shares:
        return []  # a class of ballots by shares would tell how its holders voted
    names = {c.id: c.full_name for c in election.candidates_of(unit.unit)}
    elected = unit.outcome.elected if unit.outcome is not None else ()
    table = visit.state.workspace.count.rules.ballot == "agree_table"
    return [
        {
            "id": r.id,
            "name": names[r.id],
            "votes": r.votes,
            "against": unit.result.against.get(r.id, 0) if table else None,
            "length": 1000 * r.votes // unit.result.valid if unit.result.valid else 0,
            "elected": r.id in elected,
        }
        for r in unit.standings
    ]


def share_rows(visit: Visit, of: Standing) -> list[dict[str, object]]:
    """Votes by shares: a unit with its people by shares, all classes together."""
    election = visit.state.workspace.election
    found = share_totals(election, as_totals(election, [of]))
    return [
        {
            "name": one.unit.name,
            "valid": one.result.valid,
            "collected": one.result.collected,
            "people": sorted(
                (
                    {
                        "name": name,
                        "shares": one.result.votes.get(person, 0),
                        "elected": one.outcome is not None and person in one.outcome.elected,
                    }
                    for person, name in names_of(election, one).items()
                ),
                key=lambda row: -int(str(row["shares"])),
            ),
        }
        for one in found
    ]


def _rules(areas: Sequence[AreaStanding]) -> list[tuple[int, Message, int, int]]:
    """(number, what it says, areas where it holds, areas where it does not) over what is closed and has figures."""
    able = [a for a in areas if a.totals.figures is not None and a.closed]
    found, failing = [], [a for a in able if a.totals.findings]
    for rule in RULES:
        broken = sum(any(f.number == rule.number for f in a.totals.findings) for a in failing)
        found.append((rule.number, wording_count.RULES[rule.number], len(able) - broken, broken))
    return found


def _share(shares: Shares) -> dict[str, int]:
    every = shares.machine + shares.people
    return {"machine": shares.machine, "people": shares.people, "all": every}


_FIGURES: dict[str, Message] = {
    "collected": message("all sheets"),
    "scanned": message("ballots scanned"),
    "by_hand": message("ballots typed from the paper"),
    "set_aside": message("sheets that are not the prescribed form"),
    "valid": message("valid ballots"),
    "invalid": message("invalid ballots"),
}


def _figure(visit: Visit, figure: str) -> Message:
    kind, _, which = figure.partition(":")
    names = {c.id: c.full_name for c in visit.state.workspace.election.candidates}
    if kind == "votes":
        return message("votes for {name}", name=names.get(which, which))
    if kind == "leaving":
        return message("valid ballots that leave {number} names", number=which)
    ground = next((g for g in GROUNDS if kind == "invalid" and g == which), None)
    if ground is not None:
        return message("invalid, {why}", why=wording_count.article(ground))
    return _FIGURES.get(figure, Message("{figure}", {"figure": figure}))


SCREEN = Screen(router, Link(message("Totals"), "/totals", "T", "see_totals", "result"))
