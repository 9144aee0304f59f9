"""The result of a meeting that votes by shares: all classes of a unit together, who is elected, the minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.election.definition import Election, Unit
from pipeline.election.rules import rules_of
from pipeline.election.share_classes import groups
from pipeline.reports.congress_fields import CongressMinutes, ShareLine
from pipeline.reports.fields import CandidateVotes
from pipeline.tally.shares import ShareResult, elected_by_shares, person_of, weighed
from pipeline.tally.winners import UnitOutcome
from pipeline.usecases.congress_minutes import congress_of
from pipeline.usecases.minutes import printed_name
from pipeline.usecases.totals import AreaTotals, Totals


@dataclass(frozen=True, slots=True)
class ShareTotals:
    """One unit that is elected in by shares: its classes (the largest first), their sum, and who is elected.

    ``entitled``: shares of all ballots that the register gives a right to; ``None`` while figures are missing.
    ``outcome`` is ``None`` until every class is complete.
    """

    unit: Unit
    seats: int
    classes: tuple[tuple[Unit, tuple[AreaTotals, ...]], ...]
    result: ShareResult
    entitled: int | None
    outcome: UnitOutcome | None


def share_totals(election: Election, found: Totals) -> tuple[ShareTotals, ...]:
    """Every unit of the definition that is elected in by shares; empty where nobody votes so."""
    by_unit: dict[str, list[AreaTotals]] = {}
    for area in found.areas:
        by_unit.setdefault(area.unit, []).append(area)
    return tuple(_of(election, election.unit(unit), classes, by_unit) for unit, classes in groups(election).items())


def _of(
    election: Election, unit: Unit, classes: Sequence[Unit], by_unit: Mapping[str, Sequence[AreaTotals]]
) -> ShareTotals:
    areas = [(one, area) for one in classes for area in by_unit.get(one.id, ())]
    result = weighed((one.shares, area.result) for one, area in areas)
    figures = [(one.shares, area.figures) for one, area in areas]
    given = [shares * f.voters for shares, f in figures if f is not None]
    entitled = sum(given) if len(given) == len(figures) else None
    outcome = None
    if areas and all(area.complete for _, area in areas):
        bases = {"valid": result.valid, "collected": result.collected, "summoned": entitled, "none": None}
        births = {person_of(c.id, classes[0].shares): c.birth_date for c in election.candidates_of(classes[0].id)}
        outcome = elected_by_shares(result, births, classes[0].seats, bases[rules_of(election).majority_of])
    listed = tuple((one, tuple(by_unit.get(one.id, ()))) for one in classes)
    return ShareTotals(unit, classes[0].seats, listed, result, entitled, outcome)


def names_of(election: Election, found: ShareTotals) -> dict[str, str]:
    """Person -> name as the ballot prints it, in the order of the ballot."""
    first = found.classes[0][0]
    everybody = election.candidates_of(first.id)
    return {person_of(c.id, first.shares): printed_name(c, everybody) for c in everybody}


def share_minutes(election: Election, found: ShareTotals) -> CongressMinutes:
    """The minutes of the meeting: shares and ballots of all classes together.

    How a class voted is not in them: the votes for a person stand there for all classes alone (decision 15).
    """
    areas = [area for _, mine in found.classes for area in mine]
    base = [congress_of(election, area) for area in areas]
    first, result, outcome = base[0], found.result, found.outcome
    settled = all(one.valid is not None and one.collected is not None for one in base)
    first_class = election.candidates_of(found.classes[0][0].id)
    titles = {person_of(c.id, found.classes[0][0].shares): "Ông" if c.gender == "male" else "Bà" for c in first_class}
    votes = {
        person: CandidateVotes(
            titles[person],
            name,
            result.votes.get(person, 0) if settled else None,
        )
        for person, name in names_of(election, found).items()
    }
    majority = rules_of(election).majority_of
    needed = {"summoned": found.entitled, "collected": result.collected, "valid": result.valid, "none": None}[majority]
    return CongressMinutes(
        title=election.title,
        motto=first.motto,
        body=first.body,
        term=first.term,
        years=first.years,
        hall=first.hall.rpartition(", phiếu ")[0] or first.hall,
        day=election.day,
        table=False,
        shareholders=True,
        members=first.members,
        opened=min((b.opened for b in base if b.opened), default=None),
        closed=max((b.closed for b in base if b.closed), default=None),
        finished=max((b.finished for b in base if b.finished), default=None),
        seats=found.seats,
        summoned=found.entitled,
        excused=0,
        voted=_sum([b.voted for b in base]),
        issued=_sum([b.issued for b in base]),
        collected=_sum([b.collected for b in base]),
        valid=_sum([b.valid for b in base]),
        invalid=_sum([b.invalid for b in base]),
        half_of=majority,
        needed=needed if settled or majority == "summoned" else None,
        candidates=tuple(votes.values()),
        elected=None if outcome is None else tuple(votes[p] for p in outcome.elected),
        tied=() if outcome is None else tuple(votes[p] for p in outcome.undecided),
        missing=None if outcome is None else outcome.missing,
        incidents="\n".join(dict.fromkeys(b.incidents for b in base if b.incidents)),
        complaints="\n".join(dict.fromkeys(b.complaints for b in base if b.complaints)),
        basis=first.basis,
        objections=tuple(dict.fromkeys(o for b in base for o in b.objections)),
        classes=tuple(_line(one, mine, election) for one, mine in found.classes),
        valid_shares=result.valid if settled else None,
        collected_shares=result.collected if settled else None,
    )


def _line(one: Unit, areas: Sequence[AreaTotals], election: Election) -> ShareLine:
    base = [congress_of(election, area) for area in areas]
    numbers = {name: _sum([getattr(b, name) for b in base]) for name in ("issued", "collected", "valid", "invalid")}
    return ShareLine(one.shares, **numbers)


def _sum(numbers: Sequence[int | None]) -> int | None:
    known = [n for n in numbers if n is not None]
    return sum(known) if len(known) == len(numbers) and known else None
