"""Programs ask how the count stands: the election, queues, totals, checks, results. Only closed batches count."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter

from pipeline.election.codec import digest
from pipeline.tally.rules import RULES
from pipeline.tally.totals import AreaResult, total
from pipeline.usecases.shares import ShareTotals, names_of, share_totals
from pipeline.usecases.standing import AreaStanding, Standing, as_totals, standing
from pipeline.usecases.totals import UnitTotals
from pipeline.usecases.work import work_view
from review_ui.api.answers import (
    AreaAnswer,
    AreaOfElection,
    CandidateAnswer,
    Checks,
    ChecksOfArea,
    ContestAnswer,
    ElectionAnswer,
    FindingAnswer,
    QueueAnswer,
    Queues,
    ResultAnswer,
    Results,
    TotalsAnswer,
    UnitAnswer,
)
from review_ui.api.guard import Call, ReadsBatches, ReadsQueue, ReadsTotals
from review_ui.api.shapes import Key, Limit, Offset

router = APIRouter(prefix="/api/v1")


@router.get("/election", tags=["election"])
def election(call: ReadsBatches) -> ElectionAnswer:
    """The election of this workspace: contests and areas that a batch can be for."""
    of = call.workspace.election
    return ElectionAnswer(
        id=of.id,
        title=of.title,
        day=of.day,
        trial=call.workspace.trial,
        definition=digest(of),
        contests=[ContestAnswer(id=c.id, body=c.body, level=c.level) for c in of.contests],
        areas=[AreaOfElection(id=a.id, number=a.number, name=a.name, contests=sorted(a.units)) for a in of.areas],
    )


@router.get("/queue", tags=["queue"])
def queue(call: ReadsQueue) -> Queues:
    """What waits for people, and how long it takes at the present pace. Says of nobody what they answered."""
    found = work_view(call.workspace, call.actor)
    return Queues(
        queues=[QueueAnswer.of(q) for q in found.queues],
        entries_left=found.entries_left,
        answers_a_minute=found.a_minute,
        minutes_left=found.minutes_left,
    )


@router.get("/totals/{contest}", tags=["totals"])
def totals(call: ReadsTotals, contest: Key, offset: Offset = 0, limit: Limit = 100) -> TotalsAnswer:
    """One contest: the sum, and its areas in the order of the definition."""
    found = standing(call.workspace, call.actor, contest)
    return TotalsAnswer(
        contest=contest,
        official=found.official,
        result=ResultAnswer.of(total(_told(call, a) for a in found.areas)),
        total=len(found.areas),
        offset=offset,
        areas=[_area(call, a) for a in found.areas[offset : offset + limit]],
    )


@router.get("/totals/{contest}/{area}", tags=["totals"])
def area_totals(call: ReadsTotals, contest: Key, area: Key) -> AreaAnswer:
    """One contest in one area."""
    return _area(call, standing(call.workspace, call.actor, contest, area).area(area))


def _told(call: Call, one: AreaStanding) -> AreaResult:
    """What an area adds; of a class of ballots by shares without the votes, which would tell how its holders voted."""
    result = one.totals.result
    return replace(result, votes={}) if call.workspace.election.unit(one.totals.unit).shares else result


def _area(call: Call, one: AreaStanding) -> AreaAnswer:
    given = one.totals.figures
    return AreaAnswer(
        area=one.totals.area,
        unit=one.totals.unit,
        status=one.status,
        official=one.official,
        voters=given.voters if given else None,
        voted=given.voted if given else None,
        result=ResultAnswer.of(_told(call, one)),
    )


@router.get("/checks/{contest}", tags=["totals"])
def checks(call: ReadsTotals, contest: Key, offset: Offset = 0, limit: Limit = 100) -> Checks:
    """The numbered rules that do not hold, area by area."""
    found = standing(call.workspace, call.actor, contest)
    return Checks(
        contest=contest,
        rules=[f"R{rule.number}" for rule in RULES],
        total=len(found.areas),
        offset=offset,
        areas=[_checks(call, a) for a in found.areas[offset : offset + limit]],
    )


def _checks(call: Call, one: AreaStanding) -> ChecksOfArea:
    closed = any(b.state == "closed" for b in one.batches)
    return ChecksOfArea(
        area=one.totals.area,
        checked=one.totals.figures is not None and closed,
        findings=[FindingAnswer(rule=f.code, kind=f.kind, text=call.say(f.text)) for f in one.totals.findings],
    )


@router.get("/results/{contest}", tags=["results"])
def results(call: ReadsTotals, contest: Key) -> Results:
    """Who is elected, unit by unit, as soon as all areas of a unit are official."""
    found = standing(call.workspace, call.actor, contest)
    election = call.workspace.election
    units = [_unit(call, found, u) for u in found.units if not election.unit(u.unit).shares]
    units += [_by_shares(call, found, one) for one in share_totals(election, as_totals(election, [found]))]
    return Results(contest=contest, official=found.official, units=units)


def _by_shares(call: Call, found: Standing, one: ShareTotals) -> UnitAnswer:
    """A unit that is elected in by shares: all classes of ballots together, votes in shares."""
    of = [a for a in found.areas if a.totals.unit in {unit.id for unit, _ in one.classes}]
    official = all(a.official for a in of)
    outcome = one.outcome if official else None
    elected = outcome.elected if outcome is not None else ()
    names = names_of(call.workspace.election, one) if official else {}
    return UnitAnswer(
        unit=one.unit.id,
        name=one.unit.name,
        seats=one.seats,
        areas=len(of),
        areas_official=sum(a.official for a in of),
        official=official,
        recognised=outcome.recognised if outcome is not None else None,
        candidates=[
            CandidateAnswer(id=person, name=name, votes=one.result.votes.get(person, 0), elected=person in elected)
            for person, name in names.items()
        ],
        tied=list(outcome.undecided) if outcome is not None else [],
    )


def _unit(call: Call, found: Standing, unit: UnitTotals) -> UnitAnswer:
    election = call.workspace.election
    of = [a for a in found.areas if a.totals.unit == unit.unit]
    official = all(a.official for a in of)
    outcome = unit.outcome if official else None
    names = {c.id: c.full_name for c in election.candidates_of(unit.unit)}
    elected = outcome.elected if outcome is not None else ()
    runners = unit.standings if official else ()
    return UnitAnswer(
        unit=unit.unit,
        name=election.unit(unit.unit).name,
        seats=election.unit(unit.unit).seats,
        areas=len(of),
        areas_official=sum(a.official for a in of),
        official=official,
        recognised=outcome.recognised if outcome is not None else None,
        candidates=[
            CandidateAnswer(id=r.id, name=names[r.id], votes=r.votes, elected=r.id in elected) for r in runners
        ],
        tied=list(outcome.undecided) if outcome is not None else [],
    )
