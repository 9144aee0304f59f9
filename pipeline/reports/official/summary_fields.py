"""What the minutes of a committee hold (Mẫu 20, 25), and what keeps them from being final."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pipeline.messages import Message, message
from pipeline.reports.fields import CandidateVotes
from pipeline.reports.official.fields import (
    Decree,
    Elected,
    Meeting,
    UnitCount,
    lacking,
    lacking_count,
    lacking_decree,
    lacking_meeting,
    lacking_votes,
)

HEAD = "Chủ tịch"


@dataclass(frozen=True, slots=True)
class UnitResult:
    """One unit as the summary lists it; ``note``: the day of a re-vote or extra election."""

    number: str
    scope: str
    count: UnitCount
    candidates: tuple[CandidateVotes, ...]
    """In the order of the ballot."""
    elected: tuple[Elected, ...]
    """By votes."""
    missing: int | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """The fields of Mẫu 20 (a province, Assembly) or 25 (a council) in their order.

    ``revotes`` and ``extras``: the units that voted again, with the result of that round; ``None`` until the
    committee has told whether there are any, empty where there are none.
    """

    assembly: bool
    level: Literal["province", "commune"]
    province: str
    body: str
    body_term: str
    years: str
    year: int
    meeting: Meeting
    seats_by: Decree
    """Assembly only."""
    candidates_by: Decree
    seats: int | None
    units: tuple[UnitResult, ...]
    """Where a unit voted again, its last result (note 4, 6)."""
    revotes: tuple[UnitResult, ...] | None
    extras: tuple[UnitResult, ...] | None
    lower_complaints: str
    """Assembly only: those that teams and boards settled."""
    events: str
    committee_complaints: str
    forwarded: str
    """Assembly only."""
    papers: tuple[str, ...]
    """Assembly only."""
    objections: tuple[Message, ...] = ()

    @property
    def number(self) -> str:
        return "Mẫu số 20/HĐBC-QH" if self.assembly else "Mẫu số 25/HĐBC-HĐND"


def summary_faults(given: Summary) -> tuple[Message, ...]:
    """Everything that keeps the form from being signed; empty where it is final."""
    return (*given.objections, *_missing(given))


def _missing(given: Summary) -> Iterator[Message]:
    yield from lacking_meeting(given.meeting, HEAD)
    yield from lacking_decree(given.candidates_by, message("the resolution that names the candidates"))
    yield from lacking(
        (given.events, message("the important events (or 'Không có')")),
        (given.committee_complaints, message("the complaints settled by the committee (or 'Không có')")),
        (given.units, message("the units")),
    )
    if given.assembly:
        yield from lacking_decree(given.seats_by, message("the resolution that sets the seats"))
        yield from lacking(
            (given.province, message("the province")),
            (given.lower_complaints, message("the complaints settled by teams and boards (or 'Không có')")),
            (given.forwarded, message("the complaints passed on (or 'Không có')")),
            (given.papers, message("the papers that go with the minutes (or 'Không có')")),
        )
    if given.revotes is None or given.extras is None:
        yield message("whether units vote again or elect more is not settled yet; finish the count of every unit")
    for unit in given.units:
        for why in (*lacking_count(unit.count), *lacking_votes(unit.candidates)):
            yield message("unit {unit}: {why}", unit=unit.number, why=why)
        if unit.missing is None:
            yield message("unit {unit}: who is elected is not settled yet; finish the count", unit=unit.number)
