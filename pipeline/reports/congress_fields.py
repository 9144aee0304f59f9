"""What the count minutes of a congress or meeting hold, and what keeps them from being signed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pipeline.messages import Message, message
from pipeline.reports.fields import CandidateVotes, Person, not_entered

HalfOf = Literal["valid", "collected", "summoned", "none"]
"""More than half of what a winner needs; the same words as the rule set's."""


@dataclass(frozen=True, slots=True)
class ShareLine:
    """The ballots of one class, of ``shares`` each."""

    shares: int
    issued: int | None
    collected: int | None
    valid: int | None
    invalid: int | None


@dataclass(frozen=True, slots=True)
class CongressMinutes:
    """One count of a congress; ``None`` where a figure is not there yet.

    ``candidates`` stand as on the ballot, ``elected`` by votes. ``summoned``: everybody summoned (or entitled),
    ``excused``: absences that the rules take off; ``needed``: votes of which a winner needs more than half.
    """

    title: str
    """Of the congress."""
    motto: str
    body: str
    term: str
    years: str
    hall: str
    day: date
    table: bool
    """Votes are "đồng ý" on a table, else names that were left."""
    shareholders: bool
    members: tuple[Person, ...]
    opened: datetime | None
    closed: datetime | None
    finished: datetime | None
    seats: int
    summoned: int | None
    excused: int | None
    voted: int | None
    issued: int | None
    collected: int | None
    valid: int | None
    invalid: int | None
    half_of: HalfOf
    needed: int | None
    candidates: tuple[CandidateVotes, ...]
    elected: tuple[CandidateVotes, ...] | None
    """``None`` while nobody can say who is elected."""
    tied: tuple[CandidateVotes, ...]
    missing: int | None
    incidents: str
    complaints: str
    basis: str
    """The rules by which it was counted."""
    objections: tuple[Message, ...] = ()
    classes: tuple[ShareLine, ...] = ()
    """Of a meeting that votes by shares, the largest first; votes are then shares, ``summoned`` shares entitled."""
    collected_shares: int | None = None
    valid_shares: int | None = None


_LABELS = {
    "members": message("members of the counting board"),
    "opened": message("time of opening"),
    "closed": message("time of closing"),
    "finished": message("time the count was finished"),
    "summoned": message("delegates summoned"),
    "voted": message("delegates who voted"),
    "issued": message("ballots issued"),
}
_COUNTED = {
    "collected": message("ballots collected"),
    "valid": message("valid ballots"),
    "invalid": message("invalid ballots"),
}


def congress_faults(given: CongressMinutes) -> tuple[Message, ...]:
    """Everything that keeps these minutes from being signed; empty where they are final.

    A tie is no fault: the congress hears the minutes and decides whether to vote again.
    """
    return (*given.objections, *_missing(given))


def _missing(given: CongressMinutes) -> Iterator[Message]:
    yield from not_entered([label for name, label in _LABELS.items() if getattr(given, name) in (None, ())])
    if given.valid is None and given.objections:
        return  # the count is open and says why: that no figure of it is settled follows
    for name, label in _COUNTED.items():
        if getattr(given, name) is None:
            yield message("the figure {name} is not settled yet; finish the count", name=label)
    if given.elected is None and not given.objections:
        yield message("who is elected is not settled yet; finish the count, or decide the tie")
