"""Which items arise for people: places that the reader may not settle, sheets that fit no form, ballots."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from pipeline.errors import refuse
from pipeline.forms.template import FieldKind, FormField, answers_of
from pipeline.review.consensus import opened
from pipeline.review.policy import TWO, ItemKind, Policies
from pipeline.review.sample import drawn
from pipeline.review.states import DEFER, ByReading, ItemState, Settled, Waiting


@dataclass(frozen=True, slots=True)
class Subject:
    """What an item asks about: a place (``field``) on a ballot, a whole page or a whole ballot.

    ``of`` is the stored id of the ballot or page; ``doubts`` are the reasons why a ballot is in doubt.
    """

    kind: ItemKind
    of: str
    field: str = ""
    field_kind: FieldKind | None = None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item that arises, in the state in which it begins."""

    subject: Subject
    state: ItemState


class Decided(Protocol):
    """What the profile made of one reading (:class:`pipeline.review.decide.Decision`)."""

    @property
    def value(self) -> str: ...
    @property
    def accepted(self) -> bool: ...
    @property
    def p_wrong(self) -> float: ...


def field_state(decision: Decided, engine: str, profile: str) -> ItemState:
    """An accepted reading is settled with the reading as its evidence; any other waits for people."""
    if decision.accepted:
        return Settled(decision.value, ByReading(engine, profile, decision.p_wrong))
    return opened("field")


def items_of_page(
    ballot: str,
    decisions: Iterable[tuple[str, FieldKind, Decided]],
    sample: float = 0.0,
    chosen: Policies = TWO,
) -> tuple[NewItem, ...]:
    """One item per field (id, kind, decision) of a read page whose decision is not accepted.

    And one for each accepted one in the random sample of that share: it counts as people settle it, and never begins
    before the team, which would see what it is.
    """
    return tuple(
        NewItem(Subject("field", ballot, field, kind), Waiting() if decision.accepted else opened("field", chosen))
        for field, kind, decision in decisions
        if not decision.accepted or drawn(ballot, field, sample)
    )


def item_of_rejection(page: str, reason: str) -> NewItem:
    """A rejected page always asks: a person says what the sheet is."""
    return NewItem(Subject("page", page, doubts=(reason,)), opened("page"))


def items_by_hand(ballot: str, fields: Iterable[FormField]) -> tuple[NewItem, ...]:
    """Every field of a ballot that is typed from the paper by two people, without a picture."""
    return tuple(NewItem(Subject("hand_field", ballot, f.id, f.kind), opened("hand_field")) for f in fields)


def item_of_ballot(ballot: str, doubts: tuple[str, ...]) -> NewItem:
    """A ballot in doubt, or held to be invalid, lies before the team."""
    return NewItem(Subject("ballot", ballot, doubts=doubts), opened("ballot"))


# What a person may answer ----------------------------------------------------------------------------

SetAside = Literal["blank", "foreign", "duplicate", "calibration"]
SET_ASIDE: tuple[SetAside, ...] = ("blank", "foreign", "duplicate", "calibration")
"""Why a sheet is no ballot: an empty back, paper of something else, the same sheet again, a test sheet."""
BY_HAND = "by_hand"
NOT_PRESCRIBED = "not_prescribed"
"""A sheet out of the ballot box that is not the prescribed form: ground (a) of Art. 74.1, for the team."""

MOVE = "move:"


def set_aside(why: SetAside) -> str:
    return f"set_aside:{why}"


def move_to(batch: str) -> str:
    return f"{MOVE}{batch}"


def moved_to(value: str) -> str | None:
    """The batch that an answer says a sheet belongs to; ``None`` for any other answer."""
    return value.removeprefix(MOVE) if value.startswith(MOVE) and value != MOVE else None


def check_answer(subject: Subject, value: str, place: str) -> None:
    """Refuse (``answer-unknown``) a value that this item cannot take."""
    if value == DEFER or value in possible_answers(subject):
        return
    if subject.kind == "page" and moved_to(value) is not None:
        return
    if subject.kind == "ballot" and value.startswith(("valid:", "invalid:")):
        return
    raise refuse(
        "answer-unknown",
        place,
        "'{value}' is no answer to this item; choose one of: {answers}",
        value=value,
        answers=", ".join(possible_answers(subject)),
    )


def possible_answers(subject: Subject) -> tuple[str, ...]:
    """The fixed answers to an item; a page can also be moved and a ballot can have any names for."""
    if subject.kind == "page":
        return (*(set_aside(why) for why in SET_ASIDE), BY_HAND, NOT_PRESCRIBED)
    if subject.field_kind is not None:
        return answers_of(subject.field_kind)
    return ()
