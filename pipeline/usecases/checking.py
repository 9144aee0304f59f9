"""The rules over the figures of the paper where they come in whole: an import is checked as typed figures are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from pipeline.election.definition import Election, Level
from pipeline.election.figures import AreaFigures, tells_an_incident
from pipeline.election.rules import rules_of
from pipeline.errors import Problem, Refusal
from pipeline.messages import message
from pipeline.storage import batches, figures
from pipeline.tally.paper_rules import r19, voters_findings
from pipeline.tally.rules import Finding
from pipeline.tally.totals import AreaResult
from pipeline.usecases.figures import figures_from_json
from pipeline.usecases.inventory import rows_of
from pipeline.usecases.totals import checked

OVER_PAPER = (1, 2, 3, 16, 20)
OVER_COUNT = (4, 5)
"""Rules that need the sheets counted by hand, checked once these are declared."""


def check_import(db: Connection, election: Election, given: Sequence[AreaFigures], reason: str) -> None:
    """Refuse figures that break a rule, each with area, contest, number and remedy; nothing is kept then.

    *Errors* are never taken, *world* rules need an incident in the row (the team leader confirms them afterwards), and
    *warnings* a ``reason``.
    """
    against: list[Problem] = []
    coming = {(g.area, g.contest): g for g in given}
    for one in given:
        place = f"{one.area}/{one.contest}"
        for finding in (
            *_findings(db, election, one),
            *_inventory(db, one),
            *_of_area(db, election, one.area, one.contest, coming),
        ):
            if finding.kind == "world" and tells_an_incident(one.incidents):
                continue
            if finding.kind == "warning" and reason.strip():
                continue
            against.append(Problem(finding.code, place, finding.text))
            if finding.kind != "error":
                text = message("if it is true, write the incident in the row") if finding.kind == "world" else None
                text = text or message("if it is true, give the reason (--reason)")
                against.append(Problem(finding.code, place, text))
    if against:
        raise Refusal(against)


def _inventory(db: Connection, one: AreaFigures) -> Sequence[Finding]:
    """R19 against the inventory Mẫu 32 that stands of the area."""
    rows = [row for row in rows_of(db, one.area) if row.name == "issued"]
    return [Finding(19, "error", text) for row in rows for text in r19(row, {one.contest: one.issued})]


def _findings(db: Connection, election: Election, one: AreaFigures) -> Sequence[Finding]:
    piles = batches.every(db, area=one.area, contest=one.contest)
    counted = [b.declared for b in piles]
    known = bool(counted) and None not in counted
    numbers = (*OVER_PAPER, *(OVER_COUNT if known else ()))
    unit = election.unit(election.ballot_form_id(one.area, one.contest))
    result = AreaResult(collected=sum(c or 0 for c in counted))
    return [f for f in checked(one, result, unit, rules_of(election)) if f.number in numbers]


def _of_area(
    db: Connection, election: Election, area: str, contest: str, coming: Mapping[tuple[str, str], AreaFigures]
) -> Sequence[Finding]:
    """R13 is told once for an area, with the first of its contests."""
    held = [c for c in election.area(area).units if (area, c) in coming]
    return voters_of(db, election, area, coming) if held and held[0] == contest else ()


def voters_of(
    db: Connection, election: Election, area: str, coming: Mapping[tuple[str, str], AreaFigures]
) -> tuple[Finding, ...]:
    """R13 over the contests of an area: figures that are coming in, else those that stand."""
    voters: dict[Level, int] = {}
    for contest in election.area(area).units:
        given = coming.get((area, contest))
        if given is None:
            stored = figures.latest(db, area, contest)
            given = figures_from_json(stored.document) if stored is not None else None
        if given is not None:
            voters[election.contest(contest).level] = given.voters
    return voters_findings(voters)
