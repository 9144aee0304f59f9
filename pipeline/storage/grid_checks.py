"""Readings that people looked over in grids: what was shown to whom, and what they said of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, Connection, and_, exists, func, insert, not_, or_, select, update

from pipeline.forms.template import FieldKind
from pipeline.review.policy import ItemKind
from pipeline.review.reasons import Pen
from pipeline.storage import grid_queue
from pipeline.storage.readings import written_with
from pipeline.storage.schema import batch, entry, field_reading, grid_check, item, page
from pipeline.storage.schema import grid_queue as queue

Verdict = Literal["shown", "same", "odd"]
FIELD: ItemKind = "field"
LOOKED_THROUGH = 300
"""Settled items among which one is sought for a sheet: a grid must not wait for a hundred thousand."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which readings a grid shows: one value of one kind of field, of accepted readings or of asked ones."""

    kind: FieldKind
    value: str
    accepted: bool
    contest: str | None = None
    batch: str | None = None
    field: str | None = None
    pen: Pen | None = None


@dataclass(frozen=True, slots=True)
class Crop:
    """A reading as a grid shows it."""

    page: str
    field: str
    value: str
    batch: str
    contest: str
    area: str
    measures: dict[str, float]
    score: float


def unseen(db: Connection, account: str, choice: Choice, limit: int) -> tuple[Crop, ...]:
    """Readings that fit, from least to most certain: none that the account has confirmed, marked or answered.

    Accepted ones that somebody else has checked already are left out; asked ones only where they are still open.
    """
    r, q = field_reading, queue
    mine = exists().where(
        and_(grid_check.c.page == r.c.page, grid_check.c.field == r.c.field, _done_by(account, choice.accepted))
    )
    # Conditions, not joins: the queue is gone through in its order, never a table of which it would be sorted.
    live = exists().where(and_(batch.c.id == q.c.batch, batch.c.state == "open"))
    counted = exists().where(and_(page.c.id == q.c.page, page.c.status == "read"))
    told = (batch.c.contest, batch.c.area)
    contest, area = (select(c).where(batch.c.id == q.c.batch).scalar_subquery().label(c.name) for c in told)
    query = (
        select(r.c.page, r.c.field, r.c.value, r.c.measures, r.c.score, q.c.batch, contest, area)
        .select_from(q.join(r, and_(r.c.page == q.c.page, r.c.field == q.c.field)))
        .where(q.c.kind == choice.kind, q.c.value == choice.value, q.c.accepted == choice.accepted)
        .where(live, counted, not_(mine))
        .order_by(q.c.score, q.c.page, q.c.field)
        .limit(limit)
    )
    of_place = and_(item.c.page == r.c.page, item.c.field == r.c.field, item.c.kind == FIELD)
    if choice.accepted:
        query = query.where(not_(exists().where(of_place)))
    else:
        query = query.where(exists().where(and_(of_place, item.c.state.in_(("waiting", "entered_once")))))
        query = query.where(not_(_answered(account)))
    filters = (
        (q.c.contest, choice.contest),
        (q.c.batch, choice.batch),
        (q.c.field, choice.field),
        (q.c.pen, choice.pen),
    )
    for column, wanted in filters:
        if wanted is not None:
            query = query.where(column == wanted)
    return tuple(
        Crop(x.page, x.field, x.value, x.batch, x.contest, x.area, dict(x.measures), x.score) for x in db.execute(query)
    )


def known_otherwise(db: Connection, account: str, choice: Choice, start: str) -> Crop | None:
    """A place that people settled as something else than ``choice.value``, and that the machine reads so neither.

    None that the account has answered or was shown; the first whose item's id is not below ``start``. As the crop's
    value comes ``choice.value``: a row of such a place is told by a value that is not the reading's.
    """
    r, g = field_reading, grid_check
    shown = exists().where(and_(g.c.page == r.c.page, g.c.field == r.c.field, g.c.account == account))
    some = (
        select(item.c.id).where(item.c.state == "settled", item.c.id >= start).order_by(item.c.id).limit(LOOKED_THROUGH)
    )
    twice = select(func.count()).where(entry.c.item == item.c.id).scalar_subquery() >= 2
    query = (
        select(r.c.page, r.c.field, r.c.measures, r.c.score, batch.c.id, batch.c.contest, batch.c.area)
        .join(item, and_(item.c.page == r.c.page, item.c.field == r.c.field, item.c.kind == FIELD))
        .join(page, page.c.id == r.c.page)
        .join(batch, batch.c.id == page.c.batch)
        .where(item.c.id.in_(some), item.c.value.not_in((choice.value, "unclear")))
        .where(r.c.kind == choice.kind, r.c.value != choice.value, page.c.status == "read", batch.c.state == "open")
        .where(not_(shown), not_(_answered(account)), twice)
        .order_by(item.c.id)
        .limit(1)
    )
    for column, wanted in ((batch.c.contest, choice.contest), (batch.c.id, choice.batch), (r.c.field, choice.field)):
        if wanted is not None:
            query = query.where(column == wanted)
    if choice.pen is not None:
        query = query.where(written_with(choice.pen))
    x = db.execute(query).one_or_none()
    if x is None:
        return None
    return Crop(x.page, x.field, choice.value, x.id, x.contest, x.area, dict(x.measures), x.score)


def is_seed(db: Connection, page_id: str, field: str, value: str) -> bool:
    """Whether a place was shown as something else than the machine reads."""
    r = field_reading
    return db.scalar(select(r.c.value).where(r.c.page == page_id, r.c.field == field)) != value


def _done_by(account: str, accepted: bool) -> ColumnElement[bool]:
    """One check is enough for an accepted reading; an asked one may be confirmed by whoever has not marked it."""
    done = grid_check.c.verdict != "shown"
    return done if accepted else and_(done, or_(grid_check.c.account == account, grid_check.c.verdict == "odd"))


def _answered(account: str) -> ColumnElement[bool]:
    return exists().where(
        and_(
            item.c.page == field_reading.c.page,
            item.c.field == field_reading.c.field,
            entry.c.item == item.c.id,
            entry.c.account == account,
        )
    )


def show(db: Connection, account: str, crops: Collection[Crop], at: datetime) -> None:
    """Keep that the account has seen the machine's reading of these."""
    g = grid_check
    pages = {c.page for c in crops}
    known = select(g.c.page, g.c.field).where(g.c.account == account, g.c.page.in_(pages))
    before = {(row.page, row.field) for row in db.execute(known)}
    rows = [
        {"page": c.page, "field": c.field, "account": account, "value": c.value, "verdict": "shown", "at": at}
        for c in crops
        if (c.page, c.field) not in before
    ]
    if rows:
        db.execute(insert(grid_check), rows)


def verdict(db: Connection, account: str, page_id: str, field: str) -> tuple[Verdict, str] | None:
    """(verdict, value shown) of an account on a reading; ``None`` where it was not shown to it."""
    row = db.execute(
        select(grid_check.c.verdict, grid_check.c.value).where(
            grid_check.c.page == page_id, grid_check.c.field == field, grid_check.c.account == account
        )
    ).one_or_none()
    return (row.verdict, row.value) if row else None


def decide(db: Connection, account: str, page_id: str, field: str, said: Verdict, at: datetime) -> None:
    """What the account said of a reading that it was shown.

    One check is enough for an accepted reading, and nobody confirms an asked one that somebody has marked.
    """
    this = and_(grid_check.c.page == page_id, grid_check.c.field == field, grid_check.c.account == account)
    db.execute(update(grid_check).where(this).values(verdict=said, at=at))
    r = field_reading
    accepted = select(r.c.accepted).where(r.c.page == page_id, r.c.field == field)
    if said == "odd" or db.scalar(accepted):
        grid_queue.drop(db, page_id, field)
