"""What the count minutes say: the fields of Mẫu 18 and 23, and what keeps them from being final."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Literal

from pipeline.messages import Message, message

Number = Literal["Mẫu số 18/HĐBC-QH", "Mẫu số 23/HĐBC-HĐND"]
WITNESSES = 2
"""Two voters watch the opening and two the count (Art. 69, 73): the forms have exactly two lines for each."""
LEADER, SECRETARY = "Tổ trưởng", "Thư ký"
TEAM_MOST = 21
"""Members of a polling team at most: eleven to twenty-one, five to nine of an army unit alone (Art. 25.1)."""


@dataclass(frozen=True, slots=True)
class Person:
    """``detail`` is the role in the team or the address of a witness."""

    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class CandidateVotes:
    """``title`` is Ông or Bà, ``name`` as the ballot tells candidates apart; ``votes`` is None until settled."""

    title: str
    name: str
    votes: int | None
    against: int | None = None
    """Of a table with both columns: ballots that disagree."""


@dataclass(frozen=True, slots=True)
class MinutesData:
    """The fields of Mẫu 18 or 23 in their order; ``None`` or empty where a figure is not there yet."""

    assembly: bool
    """Mẫu 18 (National Assembly), else Mẫu 23 (a people's council)."""
    province: str
    commune: str
    body: str
    """Council: "tỉnh Hà Đông Sơn" (note 1 of Mẫu 23); Assembly: unused."""
    body_term: str
    years: str
    area: str
    unit: str
    scope: str
    day: date
    members: tuple[Person, ...]
    opened: datetime | None
    opening_witnesses: tuple[Person, ...]
    closed: datetime | None
    closing_witnesses: tuple[Person, ...]
    seats: int
    voters: int | None
    voted: int | None
    issued: int | None
    collected: int | None
    valid: int | None
    invalid: int | None
    candidates: tuple[CandidateVotes, ...]
    incidents: str
    """What the team wrote; empty where it declared nothing, not even that there was none."""
    complaints: str
    finished: datetime | None
    objections: tuple[Message, ...] = ()
    """Why the count behind the figures is not final, as the totals tell it."""

    @property
    def number(self) -> Number:
        return "Mẫu số 18/HĐBC-QH" if self.assembly else "Mẫu số 23/HĐBC-HĐND"


LABELS = {
    "voters": message("voters on the list"),
    "voted": message("voters who voted"),
    "issued": message("ballots issued"),
    "opened": message("time of opening"),
    "closed": message("time of closing"),
    "finished": message("time the count was finished"),
    "members": message("members of the polling team"),
    "candidates": message("candidates"),
}
COUNTED = {
    "collected": message("ballots collected"),
    "valid": message("valid ballots"),
    "invalid": message("invalid ballots"),
}


def faults(given: MinutesData) -> tuple[Message, ...]:
    """Everything that keeps these minutes from being signed; empty where they are final."""
    return (*given.objections, *_missing(given), *_people(given), *_times(given), *_names(given))


def _missing(given: MinutesData) -> Iterator[Message]:
    yield from not_entered([label for name, label in LABELS.items() if getattr(given, name) in (None, ())])
    if given.valid is None and given.objections:
        return  # the count is open and says why: that no figure of it is settled follows
    for name, label in COUNTED.items():
        if getattr(given, name) is None:
            yield message("the figure {name} is not settled yet; finish the count", name=label)
    for candidate in given.candidates:
        if candidate.votes is None and given.valid is not None:
            yield message("the votes for {name} are not settled yet; finish the count", name=candidate.name)


def not_entered(labels: Sequence[Message]) -> Iterator[Message]:
    """One sentence for all figures of the paper that nobody has entered."""
    if len(labels) == 1:
        yield message("the figure {name} is missing; enter it", name=labels[0])
    elif labels:
        yield message(
            "figures of the paper that are missing: {count} ({names}); enter them on the screen 'Figures of the team' "
            "or by 'kiemphieu figures'",
            count=len(labels),
            names=tuple(labels),
        )


def _people(given: MinutesData) -> Iterator[Message]:
    roles = [m.detail.strip().casefold() for m in given.members]
    for role in (LEADER, SECRETARY):
        if given.members and roles.count(role.casefold()) != 1:
            yield message(
                "the polling team has {count} times the role '{role}', the minutes need exactly one; "
                "correct the members",
                count=roles.count(role.casefold()),
                role=role,
            )
    if any(not m.name.strip() for m in given.members):
        yield message("a member of the polling team has no name; enter it")
    if given.voters is None and not given.members and not (given.opening_witnesses or given.closing_witnesses):
        return  # nothing of the paper was entered, as is told already
    yield from _witnesses(given.opening_witnesses, message("at the opening"))
    yield from _witnesses(given.closing_witnesses, message("at the count"))


def _witnesses(people: tuple[Person, ...], when: Message) -> Iterator[Message]:
    if len(people) != WITNESSES:
        yield message(
            "the minutes need exactly two witnesses {when}, {count} are written; correct them",
            when=when,
            count=len(people),
        )
    for person in people:
        if not (person.name.strip() and person.detail.strip()):
            yield message("the witness '{name}' {when} lacks a name or address; enter it", name=person.name, when=when)
    if len(set(people)) < len(people):
        yield message("the same witness '{name}' {when} stands twice; correct it", name=people[0].name, when=when)


def _times(given: MinutesData) -> Iterator[Message]:
    """Opening, closing and end of the count follow one another (the order of R16)."""
    steps = (given.opened, given.closed, given.finished)
    known = [step for step in steps if step is not None]
    for earlier, later in pairwise(known):
        if later <= earlier:
            yield message(
                "{later} is not after {earlier}, but opening, closing and end of the count follow one another; "
                "correct the times",
                earlier=f"{earlier:%d/%m/%Y %H:%M}",
                later=f"{later:%d/%m/%Y %H:%M}",
            )


def _names(given: MinutesData) -> Iterator[Message]:
    for name, times in Counter(c.name for c in given.candidates).items():
        if times > 1:
            yield message("{count} candidates are printed as '{name}'; tell them apart", count=times, name=name)
