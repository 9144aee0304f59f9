"""Election results, NIST SP 1500-100 version 2: per contest one election with its tree of places and its own voters.

Voters differ from contest to contest in one area (R13), and a reporting unit has room for one number, so each contest
is an ``Election`` with reporting units of its own: areas (``precinct``), places above them, electoral units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from pipeline.election.definition import Candidate, Contest, Election, Unit
from pipeline.reports.nist.cdf import Thing
from pipeline.tally.totals import AreaResult

NAMESPACE = "http://itl.nist.gov/ns/voting/1500-100/v2"
State = Literal["not-processed", "in-process", "completed"]
Status = Literal["unofficial-partial", "unofficial-complete", "certified"]
_KINDS = {"country": "country", "province": "state", "commune": "municipality"}


@dataclass(frozen=True, slots=True)
class AreaCount:
    """One contest in one area; voters are ``None`` where the figures of the paper are not given."""

    area: str
    place: str
    unit: str
    voters: int | None
    voted: int | None
    result: AreaResult
    state: State


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who stands in several classes of ballots."""

    id: str
    full_name: str


@dataclass(frozen=True, slots=True)
class Weighed:
    """Of a unit that is elected in by shares: its ``ballots``, all classes together, its people and its seats."""

    ballots: AreaResult
    people: tuple[Person, ...]
    seats: int


@dataclass(frozen=True, slots=True)
class UnitCount:
    """A unit as a whole; ``elected`` is ``None`` until somebody may be called elected.

    ``weighed``: its ``result`` is in shares; no class of ballots is told, as that would tell how its holders voted.
    """

    unit: str
    voters: int | None
    voted: int | None
    result: AreaResult
    done: bool
    areas_done: int
    elected: tuple[str, ...] | None
    weighed: Weighed | None = None

    @property
    def ballots(self) -> AreaResult:
        return self.weighed.ballots if self.weighed is not None else self.result

    def people(self, election: Election) -> Sequence[Candidate | Person]:
        return self.weighed.people if self.weighed is not None else election.candidates_of(self.unit)


@dataclass(frozen=True, slots=True)
class ContestCount:
    """One contest: its areas and units."""

    contest: str
    areas: tuple[AreaCount, ...]
    units: tuple[UnitCount, ...]


def report(election: Election, contests: Iterable[ContestCount], status: Status, at: datetime, *, trial: bool) -> Thing:
    """The whole report; ``trial`` marks it as a test."""
    counts = list(contests)
    return {
        "@type": "ElectionResults.ElectionReport",
        "Election": [_election(election, c) for c in counts],
        "Format": "precinct-level",
        "GeneratedDate": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "GpUnit": [unit for c in counts for unit in _gp_units(election, c)],
        "Issuer": election.title,
        "IssuerAbbreviation": election.id,
        "IsTest": trial,
        "SequenceStart": 1,
        "SequenceEnd": 1,
        "Status": status,
        **({"TestType": "trial run"} if trial else {}),
        "VendorApplicationId": "kiemphieu",
    }


def _election(election: Election, count: ContestCount) -> Thing:
    contest = election.contest(count.contest)
    units = {u.unit: u for u in count.units}
    in_unit: dict[str, list[AreaCount]] = {}
    for area in count.areas:
        in_unit.setdefault(area.unit, []).append(area)
    of_contest = [election.unit(u) for u in units]
    return {
        "@type": "ElectionResults.Election",
        "BallotCounts": [
            {
                "@type": "ElectionResults.BallotCounts",
                "GpUnitId": of,
                "Type": "total",
                "BallotsCast": result.collected,
                "BallotsRejected": result.invalid_total,
            }
            for of, result in [
                *((_area_id(contest, a.area), a.result) for a in count.areas if a.state == "completed"),
                *((f"unit-{u.unit}", u.ballots) for u in count.units),
            ]
        ],
        "Candidate": [_candidate(c.id, c.full_name, u.elected) for u in count.units for c in u.people(election)],
        "Contest": [_contest(election, contest, u, units[u.id], in_unit.get(u.id, [])) for u in of_contest],
        "ElectionScopeId": f"all-{contest.id}",
        "Name": _text(f"{election.title}: {contest.body}"),
        "StartDate": election.day.isoformat(),
        "EndDate": election.day.isoformat(),
        "Type": "general",
    }


def _candidate(key: str, name: str, elected: tuple[str, ...] | None) -> Thing:
    known = {} if elected is None else {"PostElectionStatus": "winner" if key in elected else "defeated"}
    return {"@id": f"candidate-{key}", "@type": "ElectionResults.Candidate", "BallotName": _text(name), **known}


def _contest(election: Election, contest: Contest, unit: Unit, count: UnitCount, areas: Sequence[AreaCount]) -> Thing:
    closed = [a for a in areas if a.state == "completed"]
    places = [*((_area_id(contest, a.area), a.result) for a in closed), (f"unit-{unit.id}", count.result)]
    weighed = count.weighed
    seats = unit.seats if weighed is None else weighed.seats
    variation = {"VoteVariation": "n-of-m"}
    if weighed is not None:
        variation = {"VoteVariation": "other", "OtherVoteVariation": "n-of-m, every ballot weighs as its shares"}
    return {
        "@id": f"contest-{unit.id}",
        "@type": "ElectionResults.CandidateContest",
        "ContestSelection": [
            {
                "@id": f"selection-{c.id}",
                "@type": "ElectionResults.CandidateSelection",
                "SequenceOrder": order,
                "VoteCounts": [
                    {
                        "@type": "ElectionResults.VoteCounts",
                        "GpUnitId": of,
                        "Type": "total",
                        "Count": result.votes_for(c.id),
                    }
                    for of, result in places
                ],
                "CandidateIds": [f"candidate-{c.id}"],
            }
            for order, c in enumerate(count.people(election), start=1)
        ],
        "CountStatus": [_status("completed" if count.done else "in-process")],
        "ElectionDistrictId": f"unit-{unit.id}",
        "Name": f"{contest.body}, {unit.name}",
        "OtherCounts": [
            {
                "@type": "ElectionResults.OtherCounts",
                "GpUnitId": of,
                "Undervotes": sum((seats - k) * n for k, n in result.leaving.items()),
            }
            for of, result in places
        ],
        "SubUnitsReported": count.areas_done,
        "TotalSubUnits": len(areas),
        **variation,
        "NumberElected": seats,
        "VotesAllowed": seats,
    }


def _gp_units(election: Election, count: ContestCount) -> Iterable[Thing]:
    contest = election.contest(count.contest)
    areas = {a.id: a for a in election.areas}
    yield {
        "@id": f"all-{contest.id}",
        "@type": "ElectionResults.ReportingUnit",
        "ComposingGpUnitIds": [f"unit-{u.unit}" for u in count.units],
        "Name": _text(contest.body),
        "Type": "other",
        "OtherType": "contest",
    }
    for unit in count.units:
        known = election.unit(unit.unit)
        yield {
            "@id": f"unit-{unit.unit}",
            "@type": "ElectionResults.ReportingUnit",
            "ComposingGpUnitIds": [_area_id(contest, a.area) for a in count.areas if a.unit == unit.unit],
            "Name": _text(known.name),
            "Number": known.number,
            "Type": "other",
            "OtherType": "electoral unit",
            **_known(VotersParticipated=unit.voted, VotersRegistered=unit.voters),
        }
    for area in count.areas:
        yield {
            "@id": _area_id(contest, area.area),
            "@type": "ElectionResults.ReportingUnit",
            "ExternalIdentifier": [_outside(area.area)],
            "Name": _text(areas[area.area].name),
            "CountStatus": [_status(area.state)],
            "Number": areas[area.area].number,
            "Type": "precinct",
            **_known(VotersParticipated=area.voted, VotersRegistered=area.voters),
        }
    yield from _places(election, contest, {a.area: a.place for a in count.areas})


def _known(**numbers: int | None) -> Thing:
    return {name: value for name, value in numbers.items() if value is not None}


def _places(election: Election, contest: Contest, place_of: Mapping[str, str]) -> Iterable[Thing]:
    """The administrative tree above the areas of a contest, each place composed of what lies right below it."""
    parent = {p.id: p.parent for p in election.places}
    below: dict[str, list[str]] = {}
    for area, commune in place_of.items():
        below.setdefault(commune, []).append(_area_id(contest, area))
    for start in list(below):
        child, above = start, parent[start]
        while above is not None:
            known = below.setdefault(above, [])
            if _place_id(contest, child) in known:
                break
            known.append(_place_id(contest, child))
            child, above = above, parent[above]
    for place in election.places:
        if place.id in below:
            yield {
                "@id": _place_id(contest, place.id),
                "@type": "ElectionResults.ReportingUnit",
                "ComposingGpUnitIds": below[place.id],
                "ExternalIdentifier": [_outside(place.id)],
                "Name": _text(place.name),
                "Type": _KINDS[place.kind],
            }


def _area_id(contest: Contest, area: str) -> str:
    return f"area-{contest.id}-{area}"


def _place_id(contest: Contest, place: str) -> str:
    return f"place-{contest.id}-{place}"


def _outside(value: str) -> Thing:
    return {
        "@type": "ElectionResults.ExternalIdentifier",
        "Type": "other",
        "OtherType": "kiemphieu",
        "Value": value,
    }


def _status(state: State) -> Thing:
    return {"@type": "ElectionResults.CountStatus", "Status": state, "Type": "total"}


def _text(content: str) -> Thing:
    said = {"@type": "ElectionResults.LanguageString", "Content": content, "Language": "vi"}
    return {"@type": "ElectionResults.InternationalizedText", "Text": [said]}
