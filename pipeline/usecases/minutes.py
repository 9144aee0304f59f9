"""The minutes of every area and contest, filled from the totals, and one area as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.election.definition import Candidate, Election, Place
from pipeline.election.figures import Witness, tells_an_incident
from pipeline.election.rules import rules_of
from pipeline.messages import Message, message
from pipeline.reports.fields import CandidateVotes, MinutesData, Person
from pipeline.tally.ballots import GROUNDS
from pipeline.tally.rules import Finding
from pipeline.tally.totals import AreaResult
from pipeline.usecases.totals import AreaTotals


def minutes_of(election: Election, area: AreaTotals) -> MinutesData:
    """The fields of Mẫu 18 or 23; figures that are not settled yet are left out, and what is wrong is told."""
    contest, unit, place = election.contest(area.contest), election.unit(area.unit), election.area(area.area)
    commune = election.place(place.place)
    province = province_of(election, commune)
    given, result, settled = area.figures, area.result, _settled(area)
    declared = result.collected > 0 or _sheets(result) == 0
    candidates = election.candidates_of(unit.id)
    table = rules_of(election).ballot == "agree_table"
    return MinutesData(
        assembly=contest.ballot_form == "mau-13",
        province=province.name if province else "",
        commune=commune.name,
        body=contest.body,
        body_term=contest.body_term,
        years=contest.years,
        area=place.number,
        unit=unit.number,
        scope=unit.scope,
        day=election.day,
        members=tuple(Person(m.name, m.role) for m in given.members) if given else (),
        opened=given.opened if given else None,
        opening_witnesses=_people(given.opening_witnesses) if given else (),
        closed=given.closed if given else None,
        closing_witnesses=_people(given.closing_witnesses) if given else (),
        seats=unit.seats,
        voters=given.voters if given else None,
        voted=given.voted if given else None,
        issued=given.issued if given else None,
        collected=result.collected if settled and declared else None,
        valid=result.valid if settled else None,
        invalid=result.invalid_total if settled else None,
        candidates=tuple(
            CandidateVotes(
                "Ông" if c.gender == "male" else "Bà",
                printed_name(c, candidates),
                result.votes_for(c.id) if settled else None,
                result.against.get(c.id, 0) if settled and table else None,
            )
            for c in candidates
        ),
        incidents=_incidents(area),
        complaints=given.complaints if given else "",
        finished=given.finished if given else None,
        objections=tuple(_objections(area)),
    )


OF_THE_COUNT = frozenset((6, 7, 8, 9, 10, 11, 23))
"""Rules about what was counted; R1 to R5, R16 and R20 are about figures that people write down."""


def _incidents(area: AreaTotals) -> str:
    """What the team wrote, and what the leader wrote when a broken rule was confirmed, each text once."""
    texts = [area.figures.incidents] if area.figures and area.figures.incidents else []
    for finding in area.findings:
        confirmed = area.confirmation(finding)
        if confirmed is not None and not any(confirmed.text in text for text in texts):
            texts = [t for t in texts if tells_an_incident(t)] + [confirmed.text]
    return "\n".join(texts)


def _sheets(result: AreaResult) -> int:
    return result.scanned + result.by_hand + result.set_aside


def _nothing_taken_in(area: AreaTotals) -> bool:
    """No ballot at all, though people voted or nobody said how many: zeroes would be no count."""
    nothing = area.result.collected == 0 and _sheets(area.result) == 0
    return nothing and (area.figures is None or area.figures.voted > 0)


def _settled(area: AreaTotals) -> bool:
    return area.result.complete and not area.open_items and not _nothing_taken_in(area)


def _objections(area: AreaTotals) -> Iterator[Message]:
    """Why the count of this area is not final; at least one sentence for every area that is not complete."""
    found = False
    if _nothing_taken_in(area):
        found = True
        yield message("no ballots of this area were taken in; scan them or enter them by hand")
    if area.open_items or area.result.undecided:
        found = True
        yield message(
            "{items} items wait for people and {ballots} ballots are not settled yet; settle them",
            items=area.open_items,
            ballots=area.result.undecided,
        )
    open_ = found
    for finding in area.standing_against:
        found = True
        if open_ and finding.number in OF_THE_COUNT:
            continue  # no sum of an open count holds yet, as is told already
        if finding.kind == "error":
            yield message("rule {rule} does not hold: {text}", rule=finding.code, text=finding.text)
        else:
            yield message(
                "rule {rule} does not hold and the team leader has not confirmed it: {text}",
                rule=finding.code,
                text=finding.text,
            )
    if not (found or area.complete):
        yield message("the count of this area is not complete; see its totals")


def printed_names(election: Election, unit: str) -> tuple[tuple[str, str], ...]:
    """(id, name) of the candidates of a unit in the order of the ballot, told apart as on it."""
    everybody = election.candidates_of(unit)
    return tuple((c.id, printed_name(c, everybody)) for c in everybody)


def printed_name(candidate: Candidate, all_of_unit: Sequence[Candidate]) -> str:
    """The name as on the ballot (note 5, 6): the birth date where names are equal, then the other name."""
    name = candidate.full_name
    if sum(c.full_name.casefold() == name.casefold() for c in all_of_unit) > 1:
        name += f" ({candidate.birth_date:%d/%m/%Y})"
    return f"{name} ({candidate.other_name})" if candidate.other_name else name


def _people(witnesses: tuple[Witness, ...]) -> tuple[Person, ...]:
    return tuple(Person(w.name, w.address) for w in witnesses)


def province_of(election: Election, place: Place) -> Place | None:
    while place.kind != "province" and place.parent is not None:
        place = election.place(place.parent)
    return place if place.kind == "province" else None


def area_json(election: Election, area: AreaTotals) -> dict[str, Any]:
    """One contest in one area as plain JSON."""
    result, given = area.result, area.figures
    return {
        "contest": area.contest,
        "area": area.area,
        "unit": area.unit,
        "complete": area.complete,
        "figures": {n: getattr(given, n) for n in ("voters", "voted", "received", "issued", "left_over", "spoiled")}
        if given
        else None,
        "collected": result.collected,
        "scanned": result.scanned,
        "entered_by_hand": result.by_hand,
        "set_aside": result.set_aside,
        "valid": result.valid,
        "invalid": result.invalid_total,
        "invalid_by_ground": {g: result.invalid[g] for g in GROUNDS if g in result.invalid},
        "votes": {c.id: result.votes_for(c.id) for c in election.candidates_of(area.unit)},
        **_against(election, area),
        "leaving": {str(k): result.leaving[k] for k in sorted(result.leaving)},
        "undecided": result.undecided,
        "findings": [_finding_json(area, f) for f in area.findings],
    }


def _against(election: Election, area: AreaTotals) -> dict[str, Any]:
    """Votes against, of a table with both columns alone."""
    if rules_of(election).ballot != "agree_table":
        return {}
    return {"against": {c.id: area.result.against.get(c.id, 0) for c in election.candidates_of(area.unit)}}


def _finding_json(area: AreaTotals, finding: Finding) -> dict[str, Any]:
    told = {"rule": finding.code, "kind": finding.kind, "text": str(finding.text)}
    confirmed = area.confirmation(finding)
    return told if confirmed is None else told | {"confirmed": confirmed.text, "by": confirmed.author}
