"""What the minutes of a unit's result hold (Mẫu 19, 24), and what keeps them from being final."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

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

HEAD = "Trưởng ban"


@dataclass(frozen=True, slots=True)
class CommuneVotes:
    """One row of the table of Mẫu 19: a commune inside the unit, its voting areas, votes in ballot order."""

    name: str
    areas: int | None
    votes: tuple[int | None, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class UnitMinutes:
    """The fields of Mẫu 19 or 24 in their order; ``None`` or empty where a figure is not there yet."""

    assembly: bool
    province: str
    body: str
    """Council: "tỉnh Hà Đông Sơn" (note 1); Assembly: unused."""
    body_term: str
    years: str
    unit: str
    scope: str
    year: int
    meeting: Meeting
    seats_by: Decree
    candidates_by: Decree
    seats: int | None
    count: UnitCount
    communes: tuple[CommuneVotes, ...]
    """Assembly only."""
    candidates: tuple[CandidateVotes, ...]
    """In the order of the ballot."""
    recognised: bool | None
    """Whether turnout was over half of the voters, or need not be; ``None`` until known."""
    elected: tuple[Elected, ...]
    """By votes."""
    missing: int | None
    """Seats for which nobody qualifies; ``None`` until known."""
    incidents: str
    team_complaints: str
    board_complaints: str
    forwarded: str
    papers: tuple[str, ...]
    """What goes with the minutes."""
    objections: tuple[Message, ...] = ()

    @property
    def number(self) -> str:
        return "Mẫu số 19/HĐBC-QH" if self.assembly else "Mẫu số 24/HĐBC-HĐND"


def unit_faults(given: UnitMinutes) -> tuple[Message, ...]:
    """Everything that keeps the form from being signed; empty where it is final."""
    return (*given.objections, *_missing(given))


def _missing(given: UnitMinutes) -> Iterator[Message]:
    yield from lacking_meeting(given.meeting, HEAD)
    yield from lacking_decree(given.seats_by, message("the resolution that sets the seats"))
    yield from lacking_decree(given.candidates_by, message("the resolution that names the candidates"))
    yield from lacking(
        (given.scope, message("the communes inside the unit")),
        (given.incidents, message("the incidents (or 'Không có')")),
        (given.team_complaints, message("the complaints settled by the polling teams (or 'Không có')")),
        (given.board_complaints, message("the complaints settled by the board (or 'Không có')")),
        (given.forwarded, message("the complaints passed on (or 'Không có')")),
        (given.papers, message("the papers that go with the minutes (or 'Không có')")),
    )
    if given.assembly:
        yield from lacking(
            (given.province, message("the province")),
            (given.communes, message("the votes of every commune")),
        )
    yield from lacking_count(given.count)
    yield from lacking_votes(given.candidates)
    if given.missing is None or given.recognised is None:
        yield message("who is elected is not settled yet; finish the count, or decide the tie")
