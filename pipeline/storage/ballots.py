"""Ballots: sheets that count, where each came from, and the settled answers to their fields."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import BindParameter, Connection, Row, bindparam, func, insert, select, update

from pipeline.storage import results
from pipeline.storage.schema import ballot, batch, field_reading, item
from pipeline.tally.ballots import FieldAnswer

BallotSource = Literal["scanned", "hand", "moved"]
BallotState = Literal["counted", "void"]


@dataclass(frozen=True, slots=True)
class Ballot:
    """A ballot of a batch: scanned here, typed from the paper, or scanned in another batch and moved here."""

    id: str
    batch: str
    source: BallotSource
    page: str | None
    form: str
    state: BallotState = "counted"


def ballot_id(of: str) -> str:
    """The id of the ballot on a page, or of the n-th ballot typed in a batch: a digest, so without order."""
    return hashlib.sha256(f"ballot\0{of}".encode()).hexdigest()[:24]


def add(db: Connection, new: Ballot) -> None:
    """Save a ballot."""
    db.execute(insert(ballot).values(**{name: getattr(new, name) for name in new.__slots__}))


def get(db: Connection, key: str) -> Ballot | None:
    """The ballot of that id."""
    row = db.execute(select(ballot).where(ballot.c.id == key)).one_or_none()
    return ballot_of(row) if row else None


def of_page(db: Connection, page: str) -> Ballot | None:
    """The ballot on a page."""
    row = db.execute(select(ballot).where(ballot.c.page == page)).one_or_none()
    return ballot_of(row) if row else None


def of_batch(db: Connection, batch: str, void: bool = False) -> tuple[Ballot, ...]:
    """The ballots of a batch, shuffled (in the order of their ids); voided ones only where ``void``."""
    query = select(ballot).where(ballot.c.batch == batch).order_by(ballot.c.id)
    if not void:
        query = query.where(ballot.c.state == "counted")
    return tuple(ballot_of(row) for row in db.execute(query))


def number_by_hand(db: Connection, batch: str) -> int:
    """How many ballots were ever typed into a batch, voided ones included."""
    query = select(func.count()).where(ballot.c.batch == batch, ballot.c.source == "hand")
    return db.scalar(query) or 0


def set_void(db: Connection, key: str) -> None:
    """The ballot no longer counts."""
    db.execute(update(ballot).where(ballot.c.id == key).values(state="void"))
    results.forget(db, select(ballot.c.batch).where(ballot.c.id == key))


def answers(db: Connection, batch: str, only: str | None = None) -> dict[str, tuple[FieldAnswer, ...]]:
    """For each counted ballot of a batch (or ``only`` that one) the settled answers to its fields, by field id.

    An item that people settled stands above the reading; a reading that was not accepted is no answer. A
    field that is still open is absent, so compare the fields with those of the form (:func:`open_fields`).
    """
    counted = of_batch(db, batch) if only is None else [b for b in (get(db, only),) if b]
    known: dict[str, dict[str, FieldAnswer]] = {b.id: {} for b in counted if b.state == "counted"}
    read = (
        select(ballot.c.id, field_reading.c.field, field_reading.c.kind, field_reading.c.value)
        .join(field_reading, field_reading.c.page == ballot.c.page)
        .where(ballot.c.batch == batch, ballot.c.state == "counted", field_reading.c.accepted)
    )
    if only is not None:
        read = read.where(ballot.c.id == only)
    for row in db.execute(read):
        known[row.id][row.field] = FieldAnswer(row.field, row.kind, row.value)
    asked = (
        select(item.c.ballot, item.c.field, item.c.field_kind, item.c.value)
        .join(ballot, ballot.c.id == item.c.ballot)
        .where(ballot.c.batch == batch, ballot.c.state == "counted")
        .where(item.c.kind.in_(("field", "hand_field")))
    )
    if only is not None:
        asked = asked.where(ballot.c.id == only)
    for row in db.execute(asked):
        if row.value is None:
            known[row.ballot].pop(row.field, None)
        else:
            known[row.ballot][row.field] = FieldAnswer(row.field, row.field_kind, row.value)
    return {of: tuple(fields[f] for f in sorted(fields)) for of, fields in known.items()}


@dataclass(frozen=True, slots=True)
class Whole:
    """A ballot that counts, with what its answers are weighed by; ``page`` as in the ballot."""

    ballot: Ballot
    area: str
    contest: str
    answers: tuple[FieldAnswer, ...]


_KEYS: BindParameter[str] = bindparam("keys", expanding=True)
_COUNTED = (
    select(ballot, batch.c.area, batch.c.contest)
    .join(batch, batch.c.id == ballot.c.batch)
    .where(ballot.c.id.in_(_KEYS), ballot.c.state == "counted")
)
_PLACES = select(item.c.ballot, item.c.kind, item.c.field, item.c.field_kind, item.c.value).where(
    item.c.ballot.in_(_KEYS)
)
_ACCEPTED = (
    select(ballot.c.id, field_reading.c.field, field_reading.c.kind, field_reading.c.value)
    .join(field_reading, field_reading.c.page == ballot.c.page)
    .where(ballot.c.id.in_(_KEYS), field_reading.c.accepted)
)


def without_open_places(db: Connection, keys: Collection[str]) -> tuple[Whole, ...]:
    """Those of the ballots that count, wait for no answer and lie before no team, with answers as :func:`answers`."""
    rows = db.execute(_COUNTED, {"keys": list(keys)}).all() if keys else []
    if not rows:
        return ()
    asked: dict[str, list[Any]] = {row.id: [] for row in rows}
    for one in db.execute(_PLACES, {"keys": list(asked)}):
        asked[one.ballot].append(one)
    done = {key for key, of in asked.items() if all(o.kind != "ballot" and o.value is not None for o in of)}
    known: dict[str, dict[str, FieldAnswer]] = {key: {} for key in done}
    if done:
        for r in db.execute(_ACCEPTED, {"keys": list(done)}):
            known[r.id][r.field] = FieldAnswer(r.field, r.kind, r.value)
    for key in done:
        known[key] |= {o.field: FieldAnswer(o.field, o.field_kind, o.value) for o in asked[key]}
    return tuple(
        Whole(ballot_of(row), row.area, row.contest, tuple(known[row.id][f] for f in sorted(known[row.id])))
        for row in rows
        if row.id in done
    )


def open_fields(db: Connection, batch: str) -> dict[str, tuple[str, ...]]:
    """For each counted ballot of a batch the fields that wait for people; complete ballots are absent."""
    query = (
        select(item.c.ballot, item.c.field)
        .join(ballot, ballot.c.id == item.c.ballot)
        .where(ballot.c.batch == batch, ballot.c.state == "counted", item.c.value.is_(None))
        .where(item.c.kind.in_(("field", "hand_field")))
        .order_by(item.c.field)
    )
    waiting: dict[str, tuple[str, ...]] = {}
    for row in db.execute(query):
        waiting[row.ballot] = (*waiting.get(row.ballot, ()), row.field)
    return waiting


def ballot_of(row: Row[Any]) -> Ballot:
    """The ballot that a row of the table tells."""
    return Ballot(**{name: getattr(row, name) for name in Ballot.__slots__})
