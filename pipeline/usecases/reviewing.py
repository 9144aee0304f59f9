"""Reviewing one by one at a screen: items lent to one person at a time, answered once, taken back if need be."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.election.definition import Election
from pipeline.errors import refuse
from pipeline.forms.template import FieldKind, Form
from pipeline.messages import Message
from pipeline.review.items import move_to, possible_answers
from pipeline.review.policy import ItemKind
from pipeline.review.reasons import Why, why
from pipeline.storage import asked, batches, items, leases
from pipeline.storage.asked import Asked
from pipeline.storage.leases import Wanted
from pipeline.usecases.review import enter_on, to_answer, withdraw
from pipeline.usecases.workspace import Workspace

__all__ = [
    "LEASE",
    "Question",
    "Wanted",
    "answer",
    "give_back",
    "keep",
    "next_questions",
    "number_waiting",
    "open_batches",
    "undo",
]

LEASE = timedelta(seconds=60)
"""A browser that has not been heard of for so long has lost its items; it speaks up every 20 seconds."""
MOST = 999


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked, and nothing of what the machine or anybody else answered.

    ``label``: the printed name at the place. ``page`` is absent where the answer is read off the paper itself.
    ``why`` tells of a field, ``rejection`` of a sheet, what made the machine ask. ``turn`` as in
    :func:`pipeline.usecases.pictures.page_jpeg`.
    """

    item: str
    kind: ItemKind
    field_kind: FieldKind | None
    answers: tuple[str, ...]
    label: str
    batch: str
    area: str
    contest: str
    page: str | None
    why: Why | None = None
    rejection: Message | None = None
    sheet: tuple[str, int] | None = None
    """File and page to find the sheet by."""
    slip: int | None = None
    """The number on the slip at a sheet that is typed from the paper."""


def next_questions(
    workspace: Workspace, actor: Actor, wanted: Wanted, number: int, held: Sequence[str] = ()
) -> tuple[Question, ...]:
    """Up to ``number`` items lent to the actor from now on, besides those that the screen holds already."""
    require(actor, "enter")
    if number < 1:
        return ()
    with workspace.database.write() as db:
        keys = _lent(db, actor, wanted, number, held, workspace.clock())
    return _questions(workspace, keys)


def _lent(
    db: Connection, actor: Actor, wanted: Wanted, number: int, held: Sequence[str], at: datetime
) -> frozenset[str]:
    if number < 1:
        return frozenset()
    return leases.lend_next(db, actor.id, wanted, number, held, at, at + LEASE)


def _questions(workspace: Workspace, keys: Collection[str]) -> tuple[Question, ...]:
    """Told after the items were lent: nobody waits for this."""
    if not keys:
        return ()
    with workspace.database.read() as db:
        return tuple(question(db, workspace, one) for one in asked.asked(db, keys))


def number_waiting(workspace: Workspace, actor: Actor, wanted: Wanted) -> int:
    """How many items the actor may answer, counted up to 999."""
    require(actor, "enter")
    with workspace.database.read() as db:
        return leases.number_free(db, actor.id, wanted, workspace.clock(), MOST)


Kept = Literal["kept", "stood"]


def answer(
    workspace: Workspace, actor: Actor, item_id: str, value: str, wanted: Wanted, number: int, held: Sequence[str]
) -> tuple[Kept, tuple[Question, ...]]:
    """Keep one answer and lend the next items, in one transaction that others wait for as short as may be.

    The same answer once more (a double click, a browser that did not hear that it was kept) changes nothing and is
    told as ``stood``. Refused: another answer than the one that was given (``answered-otherwise``), and what
    :func:`pipeline.usecases.review.enter` refuses.
    """
    with workspace.database.write() as db:
        at = workspace.clock()
        found = to_answer(db, actor, item_id, at)
        if found.given not in (None, value):
            raise refuse(
                "answered-otherwise",
                item_id,
                "you have answered this otherwise already, perhaps in another window; that answer stands. Take it back "
                "there if it is wrong",
            )
        if found.given is None:
            enter_on(db, workspace.count, actor, found, value, at)
        rest = [h for h in held if h != item_id]
        keys = _lent(db, actor, wanted, number, rest, at)
    return ("kept" if found.given is None else "stood"), _questions(workspace, keys)


def undo(workspace: Workspace, actor: Actor, item_id: str = "") -> Question | None:
    """Take back the actor's last answer (``item_id``, where the screen knows it) and ask the same again.

    ``None``: taken back, but somebody else is looking at it by now and answers it.
    """
    with workspace.database.write() as db:
        at = workspace.clock()
        key = item_id or items.last_entry(db, actor.id)
        if key is None:
            raise refuse("nothing-to-undo", actor.name, "this account has no answer here that could be taken back")
        withdraw(db, workspace.count, actor, key, at)
        if leases.holder(db, key, at) not in (None, actor.id):
            return None
        leases.lend(db, [key], actor.id, at + LEASE)
    return _questions(workspace, [key])[0]


def open_batches(workspace: Workspace, actor: Actor) -> tuple[str, ...]:
    """The batches that items can come from."""
    require(actor, "enter")
    with workspace.database.read() as db:
        return batches.open_ids(db)


def keep(workspace: Workspace, actor: Actor) -> None:
    """The screen is still there: what it holds stays its own for another minute."""
    require(actor, "enter")
    with workspace.database.write() as db:
        leases.keep(db, actor.id, workspace.clock() + LEASE)


def give_back(workspace: Workspace, actor: Actor, held: Sequence[str]) -> None:
    """The screen is gone: others may have what it held."""
    require(actor, "enter")
    with workspace.database.write() as db:
        leases.give_back(db, actor.id, list(held))


def question(db: Connection, workspace: Workspace, found: Asked) -> Question:
    """An item as it is put to a person."""
    item = found.item
    form = workspace.election.ballot_form_id(found.area, found.contest)
    return Question(
        item=item.id,
        kind=item.subject.kind,
        field_kind=item.subject.field_kind,
        answers=(*possible_answers(item.subject), *_other_piles(db, found)),
        label=label_of(workspace.forms, form, item.subject.field),
        batch=item.batch,
        area=area_name(workspace.election, found.area),
        contest=found.contest,
        page=item.page,
        why=why(found.measures) if found.measures is not None else None,
        rejection=found.rejection,
        sheet=found.sheet,
        slip=found.slip if item.subject.kind == "hand_field" else None,
    )


def _other_piles(db: Connection, found: Asked) -> tuple[str, ...]:
    """For a rejected sheet the open piles of the same area: most sheets that fit no form lie in the wrong one."""
    if found.item.subject.kind != "page":
        return ()
    others = batches.every(db, area=found.area)
    return tuple(move_to(b.id) for b in others if b.state == "open" and b.id != found.item.batch)


def area_name(election: Election, area: str) -> str:
    """What people call the area."""
    return next((a.name for a in election.areas if a.id == area), area)


def label_of(forms: Mapping[str, Form], form: str, field: str) -> str:
    """The name printed at a field, or nothing for fields that have none (stamp, additions)."""
    known = forms.get(form)
    for one in known.fields if known is not None else ():
        if one.id == field:
            return one.label
    return ""
