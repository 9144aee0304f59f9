"""Readings that people looked over in grids: what was shown to whom, and what they said of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    exists,
    func,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from pipeline.forms.template import FieldKind
from pipeline.review.policy import ItemKind
from pipeline.review.reasons import Pen
from pipeline.storage.readings import written_with
from pipeline.storage.schema import ballot, batch, entry, field_reading, grid_check, item, page
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
    rows = [
        {"page": c.page, "field": c.field, "account": account, "value": c.value, "verdict": "shown", "at": at}
        for c in crops
    ]
    if rows:
        new = (postgresql.insert if db.dialect.name == "postgresql" else sqlite.insert)(grid_check)
        db.execute(new.on_conflict_do_nothing(), rows)


@dataclass(frozen=True, slots=True)
class Seen:
    """What an account was shown at a place and has said of it; ``shown``: the value that it was shown as."""

    page: str
    field: str
    verdict: Verdict
    shown: str
    kind: FieldKind
    read: str
    accepted: bool
    score: float
    batch: str
    open: bool
    ballot: str | None

    @property
    def seed(self) -> bool:
        """It was shown as something else than the machine reads (docs/adr/0006)."""
        return self.shown != self.read


def seen_by(db: Connection, account: str, places: Collection[tuple[str, str]]) -> dict[tuple[str, str], Seen]:
    """Those of the places (page, field) that were shown to the account, in one query."""
    g, r = grid_check, field_reading
    query = (
        select(
            g.c.page, g.c.field, g.c.verdict, g.c.value, r.c.kind, r.c.value.label("read"), r.c.accepted, r.c.score,
            batch.c.id, batch.c.state, ballot.c.id.label("ballot"),
        )
        .join(r, and_(r.c.page == g.c.page, r.c.field == g.c.field))
        .join(page, page.c.id == g.c.page)
        .join(batch, batch.c.id == page.c.batch)
        .outerjoin(ballot, ballot.c.page == page.c.id)
        .where(g.c.account == account, g.c.page.in_({p for p, _ in places}))
    )  # fmt: skip
    found = (
        Seen(
            x.page, x.field, x.verdict, x.value, x.kind, x.read, x.accepted, x.score, x.id, x.state == "open", x.ballot
        )
        for x in db.execute(query)
    )
    return {(one.page, one.field): one for one in found if (one.page, one.field) in places}


def decide(db: Connection, account: str, said: Sequence[tuple[Seen, Verdict]], at: datetime) -> None:
    """What the account said of readings that it was shown.

    One check is enough for an accepted reading, and nobody confirms an asked one that somebody has marked.
    """
    if not said:
        return
    g, q = grid_check, queue
    this = and_(g.c.page == bindparam("p"), g.c.field == bindparam("f"), g.c.account == account)
    rows = [{"p": one.page, "f": one.field, "said": word} for one, word in said]
    db.execute(update(g).where(this).values(verdict=bindparam("said"), at=at), rows)
    done = [one for one, word in said if word == "odd" or one.accepted]
    if done:
        names = ("kind", "read", "accepted", "score", "page", "field")
        columns = (q.c.kind, q.c.value, q.c.accepted, q.c.score, q.c.page, q.c.field)
        gone = and_(*(column == bindparam(f"of_{name}") for name, column in zip(names, columns, strict=True)))
        db.execute(delete(q).where(gone), [{f"of_{name}": getattr(one, name) for name in names} for one in done])
