"""The states of an item that people settle: one type per state, so none that is illegal can be written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

DEFER = "defer"
"""The answer of a reviewer who cannot tell: it agrees with nothing, so the item goes on to others."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One blind answer: the account that gave it and the value it gave (``DEFER``: cannot tell)."""

    by: str
    value: str
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class GridCheck:
    """What ``by`` confirmed in a grid, where the machine's reading is in sight: never a blind entry."""

    by: str
    value: str


@dataclass(frozen=True, slots=True)
class TeamVote:
    """How one member of the polling team voted; recording it is our design, not law."""

    member: str
    value: str


# What a settled value rests on -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ByReading:
    """Accepted by rule: the reader's value under a profile (its digest)."""

    engine: str
    profile: str
    p_wrong: float


@dataclass(frozen=True, slots=True)
class ByEntries:
    """Two (or three) people; ``entries`` holds all, also the one that was outvoted."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class ByGrid:
    """One blind entry and one check in a grid by somebody else (docs/adr/0004), who saw the machine's reading.

    ``entries`` holds the blind one; ``checked_by`` is the account that confirmed the same value in the grid.
    """

    entries: tuple[Entry, ...]
    checked_by: str


@dataclass(frozen=True, slots=True)
class ByTeam:
    """The whole team (Art. 74.2): ``members`` all who belong to it, ``votes`` of those present."""

    entries: tuple[Entry, ...]
    members: int
    votes: tuple[TeamVote, ...]
    pile: str = ""
    """The id of the pile when one decision covered several plainly invalid ballots."""


Evidence = ByReading | ByEntries | ByGrid | ByTeam


# The states ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nobody has answered."""


@dataclass(frozen=True, slots=True)
class EnteredOnce:
    """One person answered; a second answers without seeing it."""

    first: Entry


@dataclass(frozen=True, slots=True)
class Disputed:
    """Two people answered differently; a third decides between them."""

    first: Entry
    second: Entry


@dataclass(frozen=True, slots=True)
class WithTeam:
    """Laid before the whole polling team: three different answers, or a doubtful or invalid ballot."""

    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """The value counts."""

    value: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Corrected:
    """A new version of a settled value; the previous one stays readable."""

    previous: Settled | Corrected
    value: str
    reason: str
    by: str
    approver: str


@dataclass(frozen=True, slots=True)
class Voided:
    """Taken out of the count by decision (a page that was counted twice, a batch started anew)."""

    previous: ItemState
    reason: str
    by: str
    approver: str


ItemState = Waiting | EnteredOnce | Disputed | WithTeam | Settled | Corrected | Voided


def value_of(state: ItemState) -> str | None:
    """The value that counts now, or ``None`` while the item is open and when it is voided."""
    match state:
        case Settled(value=value) | Corrected(value=value):
            return value
        case Waiting() | EnteredOnce() | Disputed() | WithTeam() | Voided():
            return None
        case _:
            assert_never(state)


def is_open(state: ItemState) -> bool:
    """Whether somebody still has to answer."""
    match state:
        case Waiting() | EnteredOnce() | Disputed() | WithTeam():
            return True
        case Settled() | Corrected() | Voided():
            return False
        case _:
            assert_never(state)


def entries_of(state: ItemState) -> tuple[Entry, ...]:  # noqa: PLR0911  (one arm a state)
    """Every blind answer given so far, in order."""
    match state:
        case Waiting():
            return ()
        case EnteredOnce(first=first):
            return (first,)
        case Disputed(first=first, second=second):
            return (first, second)
        case WithTeam(entries=entries):
            return entries
        case Settled(evidence=ByReading()):
            return ()
        case Settled(evidence=ByEntries(entries=entries) | ByGrid(entries=entries) | ByTeam(entries=entries)):
            return entries
        case Corrected(previous=previous) | Voided(previous=previous):
            return entries_of(previous)
        case _:
            raise AssertionError(state)


def name_of(state: ItemState) -> str:  # noqa: PLR0911  (one arm a state)
    """The stable name of a state, as stored: ``waiting``, ``entered_once``, ``disputed`` ..."""
    match state:
        case Waiting():
            return "waiting"
        case EnteredOnce():
            return "entered_once"
        case Disputed():
            return "disputed"
        case WithTeam():
            return "with_team"
        case Settled():
            return "settled"
        case Corrected():
            return "corrected"
        case Voided():
            return "voided"
        case _:
            assert_never(state)
