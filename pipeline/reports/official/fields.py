"""What several official forms hold: resolutions, meetings, figures of a unit, and what a form still lacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pipeline.messages import Message, message
from pipeline.reports.fields import CandidateVotes, Person

__all__ = [
    "CandidateVotes", "Decree", "Elected", "Meeting", "Person", "UnitCount", "UnitName", "lacking", "lacking_meeting",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decree:
    """A resolution by its number (what stands before "/NQ-...") and its day."""

    number: str = ""
    day: date | None = None

    @property
    def known(self) -> bool:
        return bool(self.number.strip()) and self.day is not None


@dataclass(frozen=True, slots=True)
class Meeting:
    """Where and when a board or committee met, and who: ``detail`` of a person is the office."""

    at: datetime | None = None
    place: str = ""
    people: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitCount:
    """The figures of a unit or of a sum of units; ``None`` where one is not known."""

    voters: int | None = None
    voted: int | None = None
    issued: int | None = None
    collected: int | None = None
    valid: int | None = None
    invalid: int | None = None


@dataclass(frozen=True, slots=True)
class Elected:
    """Somebody elected, with the votes."""

    title: str
    name: str
    votes: int | None


@dataclass(frozen=True, slots=True)
class UnitName:
    """A unit as the summary forms call it, and the communes (or hamlets) inside it."""

    number: str
    scope: str


COUNT_LABELS = {
    "voters": message("voters on the list"),
    "voted": message("voters who voted"),
    "issued": message("ballots issued"),
    "collected": message("ballots collected"),
    "valid": message("valid ballots"),
    "invalid": message("invalid ballots"),
}


def _missing(label: Message) -> Message:
    return message(
        "{name} is missing; enter it on the screen 'Data of the forms' or by 'kiemphieu particulars'", name=label
    )


def lacking(*asked: tuple[object, Message]) -> Iterator[Message]:
    """One sentence for every value that is not there."""
    for value, label in asked:
        if value is None or value == () or (isinstance(value, str) and not value.strip()):
            yield _missing(label)


def lacking_count(count: UnitCount) -> Iterator[Message]:
    labels = [label for name, label in COUNT_LABELS.items() if getattr(count, name) is None]
    if len(labels) == 1:
        yield message("the figure {name} is not settled yet; finish the count", name=labels[0])
    elif labels:
        yield message("not settled yet: {names}; finish the count", names=tuple(labels))
    parts = count.collected, count.valid, count.invalid
    if not labels and None not in parts and count.valid + count.invalid != count.collected:  # type: ignore[operator]
        yield message(
            "rule {rule} does not hold: {text}",
            rule="R6",
            text=message(
                "{valid} valid + {invalid} invalid ballots are not the {collected} collected",
                collected=parts[0], valid=parts[1], invalid=parts[2],
            ),
        )  # fmt: skip


def lacking_decree(decree: Decree, label: Message) -> Iterator[Message]:
    if not decree.known:
        yield _missing(label)


def lacking_meeting(meeting: Meeting, head: str) -> Iterator[Message]:
    """``head``: the office that exactly one person must hold."""
    yield from lacking(
        (meeting.at, message("time of the meeting")),
        (meeting.place, message("place of the meeting")),
        (meeting.people, message("members at the meeting")),
    )
    heads = sum(p.detail.strip().casefold() == head.casefold() for p in meeting.people)
    if meeting.people and heads != 1:
        yield message(
            "{count} members hold the office '{office}', the form needs exactly one; correct the members",
            count=heads,
            office=head,
        )


def lacking_votes(candidates: Sequence[CandidateVotes]) -> Iterator[Message]:
    if not candidates:
        yield message("the figure {name} is missing; enter it", name=message("candidates"))
    if len(candidates) > 1 and all(c.votes is None for c in candidates):
        yield message("the votes for no candidate are settled yet; finish the count")
        return
    for candidate in candidates:
        if candidate.votes is None:
            yield message("the votes for {name} are not settled yet; finish the count", name=candidate.name)
