"""Cast vote records, NIST SP 1500-103 version 1.0: one CVR a ballot, a snapshot for each hand it went through.

``original``: as the machine read it, no rule applied. ``modified``: after the rules of the election, where the machine
was sure of every place. ``interpreted``: as people settled it, with who (a pseudonym or a role) and why. The last is
current. ``HasIndication`` tells whether the ballot is *for* that person: where names are crossed out, ``yes`` is a
name that is left; what is on the paper stands in ``Code``. ``IsAllocable`` is ``no`` for a ballot that the team holds
invalid and ``unknown`` while the program only proposes it (Art. 74.2: only the team may say so).

At a meeting that votes by shares all classes of ballots are one contest of the same people; ``NumberVotes`` is the
number of shares of the ballot, so that adding up gives the result.

Neither a time nor the place in the pile is written (``BatchSequenceId``, ``UniqueId`` and ``TimeStamp`` stay out).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Literal

from pipeline.election.definition import Election, Unit
from pipeline.reports.nist.cdf import Thing
from pipeline.tally.ballots import (
    FieldAnswer,
    InvalidVote,
    Meanings,
    Proposal,
    ProposedInvalid,
    ValidVote,
    name_meaning,
)
from pipeline.tally.cast import CastBallot, Place
from pipeline.tally.shares import person_of

NAMESPACE = "http://itl.nist.gov/ns/voting/1500-103/v1"
_READER, _SCOPE, _ELECTION = "device-reader", "scope", "election"
NOTES = (
    "HasIndication 'yes': the ballot is for the person (on a ballot where names are crossed out: the name is left). "
    "Code 'mark' tells what is on the paper. Snapshots: original = as read, modified = rules applied, "
    "interpreted = settled by people. Ballots are shuffled; no place in a pile, no time and no voter is held."
)
Allocable = Literal["yes", "no", "unknown"]
_INDICATION = {"for": "yes", "against": "no", "ask": "unknown"}


def report(
    election: Election, units: Iterable[Unit], areas: Iterable[str], engine: str, at: datetime, *, trial: bool
) -> Thing:
    """The report without its CVRs, over the ``units`` and ``areas`` that they are of."""
    by_unit = {u.parent if u.shares else u.id: u for u in units}  # one contest for all classes of ballots
    voted_in = list(by_unit.values())
    names = {a.id: a for a in election.areas}
    return {
        "@type": "CVR.CastVoteRecordReport",
        "Election": [
            {
                "@id": _ELECTION,
                "@type": "CVR.Election",
                "Candidate": [
                    {"@id": f"candidate-{person}", "@type": "CVR.Candidate", "Name": name}
                    for u in voted_in
                    for person, name in _people(election, u)
                ],
                "Contest": [_contest(election, unit) for unit in voted_in],
                "ElectionScopeId": _SCOPE,
                "Name": election.title,
            }
        ],
        "GeneratedDate": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "GpUnit": [
            {"@id": _SCOPE, "@type": "CVR.GpUnit", "Name": election.title, "Type": "other", "OtherType": "election"},
            *(
                {
                    "@id": f"area-{a}",
                    "@type": "CVR.GpUnit",
                    "Code": [_code("area", a)],
                    "Name": f"{names[a].number}. {names[a].name}",
                    "Type": "precinct",
                }
                for a in areas
            ),
        ],
        "Notes": f"TRIAL, no real election. {NOTES}" if trial else NOTES,
        "ReportGeneratingDeviceIds": [_READER],
        "ReportingDevice": [
            {
                "@id": _READER,
                "@type": "CVR.ReportingDevice",
                "Application": engine,
                "MarkMetricType": "score of the value read, 0 to 1",
            }
        ],
        "ReportType": ["adjudicated", "aggregated"],
        "Version": "1.0.0",
    }


def _people(election: Election, unit: Unit) -> list[tuple[str, str]]:
    """(id, name) of everybody who stands; the same in all classes of ballots by shares."""
    return [
        (person_of(c.id, unit.shares) if unit.shares else c.id, c.full_name) for c in election.candidates_of(unit.id)
    ]


def _contest(election: Election, unit: Unit) -> Thing:
    contest = election.contest(unit.contest)
    elects = election.unit(unit.parent) if unit.shares and unit.parent else unit
    variation = {"VoteVariation": "n-of-m"}
    if unit.shares:
        variation = {"VoteVariation": "other", "OtherVoteVariation": "n-of-m, every ballot weighs as its shares"}
    return {
        "@id": f"contest-{elects.id}",
        "@type": "CVR.CandidateContest",
        "Code": [_code("contest", unit.contest), _code("unit", elects.id)],
        "ContestSelection": [
            {
                "@id": f"selection-{person}",
                "@type": "CVR.CandidateSelection",
                "CandidateIds": [f"candidate-{person}"],
            }
            for person, _ in _people(election, unit)
        ],
        "Name": f"{contest.body}, {elects.name}",
        **variation,
        "NumberElected": unit.seats,
        "VotesAllowed": unit.seats,
    }


def _code(kind: str, value: str) -> Thing:
    return {"@type": "CVR.Code", "Type": "other", "OtherType": kind, "Value": value}


def cvr(ballot: CastBallot) -> Thing:
    """The record of one ballot."""
    snapshots = [
        *([_original(ballot)] if ballot.scanned else []),
        *([_modified(ballot, ballot.proposal)] if ballot.proposal is not None else []),
        *([_interpreted(ballot)] if ballot.adjudications else []),
    ]
    if not snapshots:  # typed from the paper and nobody has answered yet
        snapshots = [_interpreted(ballot)]
    return {
        "@type": "CVR.CVR",
        "BallotAuditId": ballot.id,
        "BallotStyleId": ballot.unit,
        "BallotStyleUnitId": f"area-{ballot.area}",
        "BatchId": ballot.batch,
        "CreatingDeviceId": _READER,
        "CurrentSnapshotId": snapshots[-1]["@id"],
        "CVRSnapshot": snapshots,
        "ElectionId": _ELECTION,
    }


def _original(ballot: CastBallot) -> Thing:
    """What the machine read; a partial strike or an unclear name is ``unknown`` whatever the rules make of it."""
    unsure = any(not p.sure for p in (*ballot.names, *ballot.signs))
    contest = {
        "@type": "CVR.CVRContest",
        "ContestId": f"contest-{ballot.voted_in}",
        "CVRContestSelection": _selections(ballot, [p.read for p in ballot.names], None, None, people=False),
    }
    return _snapshot(ballot, "original", [contest], asked=unsure, signs=[p.read for p in ballot.signs])


def _modified(ballot: CastBallot, proposal: Proposal) -> Thing:
    names = proposal.names if isinstance(proposal, ValidVote) else None
    allocable: Allocable = "unknown" if names is None else "yes"
    marks = _selections(ballot, [p.read for p in ballot.names], allocable, names, people=False)
    grounds = proposal.grounds if isinstance(proposal, ProposedInvalid) else ()
    told = f"proposed invalid, Art. 74.1 ground {', '.join(grounds)}" if grounds else ""
    contest = _contest_of(ballot, marks, valid=names is not None, over="c" in grounds, told=told)
    return _snapshot(ballot, "modified", [contest], asked=names is None, signs=[p.read for p in ballot.signs])


def _interpreted(ballot: CastBallot) -> Thing:
    names = ballot.vote.names if isinstance(ballot.vote, ValidVote) else None
    allocable: Allocable = "yes" if names is not None else ("no" if ballot.vote is not None else "unknown")
    marks = _selections(ballot, [p.answer for p in ballot.names], allocable, names, people=True)
    ground = ballot.vote.ground if isinstance(ballot.vote, InvalidVote) else ""
    told = f"invalid, Art. 74.1 ground {ground}" if ground else ""
    contest = _contest_of(ballot, marks, valid=names is not None, over=ground == "c", told=told)
    snapshot = _snapshot(
        ballot, "interpreted", [contest], asked=ballot.vote is None, signs=[p.answer for p in ballot.signs]
    )
    notes = [
        {
            "@type": "CVR.Annotation",
            "AdjudicatorName": list(a.by),
            "Message": [f"{a.field or 'ballot'}: {a.reason}"],
        }
        for a in ballot.adjudications
    ]
    return {"@id": snapshot.pop("@id"), "@type": snapshot.pop("@type"), "Annotation": notes, **snapshot}


def _selections(
    ballot: CastBallot,
    answers: Sequence[FieldAnswer | None],
    allocable: Allocable | None,
    names: frozenset[str] | None,
    *,
    people: bool,
) -> list[Thing]:
    """One selection a candidate. ``names``: whom the ballot counts for once that is known, which stands above its
    single places; ``people``: the answers are those that people settled where they were asked.
    """
    found: dict[str, Thing] = {}
    for place, answer in zip(ballot.names, answers, strict=True):
        known = found.get(place.candidate)
        indication = _indication(place, answer, names)
        votes = ballot.weight * int(indication == "yes" and known is None)
        position = _position(place, answer, indication, votes, allocable, settled=people and place.asked)
        if known is not None:  # "disagree", behind "agree"
            known["SelectionPosition"].append(position)
            continue
        asked = not people and not place.sure
        found[place.candidate] = {
            "@type": "CVR.CVRContestSelection",
            "ContestSelectionId": f"selection-{ballot.person(place.candidate)}",
            "SelectionPosition": [position],
            **({"Status": ["needs-adjudication"]} if asked else {}),
            **({"TotalNumberVotes": votes if allocable == "yes" else 0} if allocable else {}),
        }
    return list(found.values())


def _indication(place: Place, answer: FieldAnswer | None, names: frozenset[str] | None) -> str:
    """Whether the place speaks for its candidate; in a table with two boxes only the first can."""
    if place.field != place.candidate and not place.field.endswith(":agree"):
        return "no"
    if names is not None:
        return "yes" if place.candidate in names else "no"
    return _INDICATION[name_meaning(answer, Meanings())] if answer is not None else "unknown"


def _position(
    place: Place, answer: FieldAnswer | None, indication: str, votes: int, allocable: Allocable | None, *, settled: bool
) -> Thing:
    mark = answer.value if answer is not None else "not settled"
    box = place.field.partition(":")[2]
    score = place.read is not None and not settled
    return {
        "@type": "CVR.SelectionPosition",
        "Code": [_code("mark", f"{box}: {mark}" if box else mark)],
        "HasIndication": indication,
        **({"IsAllocable": allocable if indication != "unknown" else "unknown"} if allocable else {}),
        **({"MarkMetricValue": [f"{place.score:.4f}"]} if score else {}),
        "NumberVotes": votes,
        **({"Status": ["adjudicated"]} if settled else {}),
    }


def _contest_of(ballot: CastBallot, marks: list[Thing], *, valid: bool, over: bool, told: str) -> Thing:
    left = sum(m["SelectionPosition"][0]["NumberVotes"] > 0 for m in marks)
    status = ["invalidated-rules", "other"] if told else []
    if over:
        status = ["overvoted", *status]
    if valid and left < ballot.seats:
        status = ["undervoted"]
    return {
        "@type": "CVR.CVRContest",
        "ContestId": f"contest-{ballot.voted_in}",
        "CVRContestSelection": marks,
        "Overvotes": ballot.weight * max(0, left - ballot.seats),
        "Selections": left,
        **({"Status": status} if status else {}),
        **({"OtherStatus": told} if told else {}),
        "Undervotes": ballot.weight * max(0, ballot.seats - left) if valid else 0,
    }


def _snapshot(
    ballot: CastBallot, kind: str, contests: list[Thing], *, asked: bool, signs: Sequence[FieldAnswer | None]
) -> Thing:
    """``asked``: somebody must look. What is read of stamp and added writing stands in ``OtherStatus``."""
    told = "; ".join(f"{a.kind}: {a.value}" for a in signs if a is not None)
    status = [*(["needs-adjudication"] if asked else []), *(["other"] if told else [])]
    return {
        "@id": f"b{ballot.id}-{kind}",
        "@type": "CVR.CVRSnapshot",
        "CVRContest": contests,
        **({"Status": status} if status else {}),
        **({"OtherStatus": told} if told else {}),
        "Type": kind,
    }
