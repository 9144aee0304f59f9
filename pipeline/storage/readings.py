"""Readings of fields: the value, whether it was accepted, and the measures behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, not_, select

from pipeline.forms.template import FieldKind
from pipeline.geometry import Quad
from pipeline.recognize.reading import FieldReading
from pipeline.review.items import Decided
from pipeline.review.reasons import HALF_FAINT, NO_INK_MM2, Pen
from pipeline.storage.schema import ballot, field_reading, item, page


@dataclass(frozen=True, slots=True)
class StoredReading:
    """A reading and its decision under the profile of the batch; ``quad`` in pixels of the original."""

    page: str
    field: str
    kind: FieldKind
    value: str
    accepted: bool
    score: float
    p_wrong: float
    quad: Quad
    scores: dict[str, float]
    measures: dict[str, float]


def written_with(pen: Pen) -> ColumnElement[bool]:
    """The readings of names with such a pen: what :func:`pipeline.review.reasons.pen_of` says, told by the database."""
    measures = field_reading.c.measures
    ink = func.coalesce(measures["ink_mm2"].as_float(), 0.0)
    faint = func.coalesce(measures["faint_mm2"].as_float(), 0.0)
    none, much = ink + faint < NO_INK_MM2, faint > HALF_FAINT * ink
    if pen == "none":
        return none
    return and_(not_(none), much if pen == "faint" else not_(much))


def add(db: Connection, page: str, decided: Iterable[tuple[FieldReading, Decided, float]]) -> None:
    """Save the readings of a page, each with its decision and the decision's score."""
    rows = [
        {
            "page": page,
            "field": reading.field,
            "kind": reading.kind,
            "value": decision.value,
            "accepted": decision.accepted,
            "score": float(score),
            "p_wrong": float(decision.p_wrong),
            "quad": [[float(x), float(y)] for x, y in reading.quad],
            "scores": {k: float(v) for k, v in reading.scores.items()},
            # What could not be measured is absent; JSON knows no NaN, and PostgreSQL would refuse the page.
            "measures": {k: float(v) for k, v in reading.measures.items() if isfinite(v)},
        }
        for reading, decision, score in decided
    ]
    if rows:
        db.execute(insert(field_reading), rows)


def put_beside(db: Connection, page: str, found: Sequence[StoredReading]) -> None:
    """Let readings of a later sheet stand with those of the first, so that a ballot has them all under one page.

    Their own rows stay, with the sheet on which they are seen; the ids of fields are unique over all sheets.
    """
    rows = [{name: getattr(one, name) for name in StoredReading.__slots__} | {"page": page} for one in found]
    if rows:
        db.execute(insert(field_reading), rows)


def of_page(db: Connection, page: str) -> tuple[StoredReading, ...]:
    """The readings of one page, by field id."""
    query = select(field_reading).where(field_reading.c.page == page).order_by(field_reading.c.field)
    return tuple(reading_of(row) for row in db.execute(query))


def value_at(db: Connection, page: str, field: str) -> tuple[str, bool] | None:
    """(value, whether it was accepted) of the reading at a place."""
    r = field_reading
    row = db.execute(select(r.c.value, r.c.accepted).where(r.c.page == page, r.c.field == field)).one_or_none()
    return (row.value, row.accepted) if row else None


def of_batch(db: Connection, batch: str) -> tuple[StoredReading, ...]:
    """The readings of all pages that count in a batch, by page and field id."""
    query = (
        select(field_reading)
        .join(page, page.c.id == field_reading.c.page)
        .where(page.c.batch == batch, page.c.status == "read")
        .order_by(field_reading.c.page, field_reading.c.field)
    )
    return tuple(reading_of(row) for row in db.execute(query))


def reading_of(row: Row[Any]) -> StoredReading:
    """The reading that a row of the table tells."""
    values = {name: getattr(row, name) for name in StoredReading.__slots__}
    quad = cast(Quad, tuple((x, y) for x, y in row.quad))
    return StoredReading(**values | {"quad": quad})


def settled_by(db: Connection, batch: str) -> tuple[int, int]:
    """Of the fields that count in a batch: how many rest on an accepted reading alone, how many on people."""
    counted = ballot.c.batch == batch, ballot.c.state == "counted"
    accepted = select(func.count()).select_from(field_reading).join(ballot, ballot.c.page == field_reading.c.page)
    asked = select(func.count()).select_from(item).join(ballot, ballot.c.id == item.c.ballot)
    # An accepted reading that somebody doubted (a mark in a grid, a correction) rests on people.
    doubted = asked.join(
        field_reading, and_(field_reading.c.page == item.c.page, field_reading.c.field == item.c.field)
    )
    machine = db.scalar(accepted.where(*counted, field_reading.c.accepted)) or 0
    machine -= db.scalar(doubted.where(*counted, field_reading.c.accepted, item.c.kind == "field")) or 0
    people = db.scalar(asked.where(*counted, item.c.kind.in_(("field", "hand_field")))) or 0
    return machine, people
