"""Who is looking at which item: a row with an expiry, never a state of the item."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, insert, not_, select, update

from pipeline.review.policy import ItemKind
from pipeline.review.reasons import Pen
from pipeline.storage import items
from pipeline.storage.items import StoredItem
from pipeline.storage.readings import written_with
from pipeline.storage.schema import batch as batch_table
from pipeline.storage.schema import entry, field_reading, grid_check, item, lease

FIRST_TO_LAST = ("disputed", "entered_once", "waiting")
"""Begun ones first: they are nearest to being settled."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items a reviewer wants; ``None`` leaves it open. ``but``: items that were put off on this screen."""

    batch: str | None = None
    contest: str | None = None
    kind: ItemKind | None = None
    but: Collection[str] = ()
    pen: Pen | None = None


def free(db: Connection, account: str, wanted: Wanted, limit: int, at: datetime) -> tuple[StoredItem, ...]:
    """Items that ``account`` may answer and that nobody else is looking at, its own leases included."""
    found: list[str] = []
    for state in FIRST_TO_LAST:
        if len(found) < limit:
            query = select(item.c.id).where(item.c.state == state, *_open_to(account, wanted, at))
            found += db.scalars(query.order_by(item.c.id).limit(limit - len(found)))
    return tuple(one for one in (items.get(db, key) for key in found) if one is not None)


def number_free(db: Connection, account: str, wanted: Wanted, at: datetime, most: int) -> int:
    """How many those are, counted up to ``most``."""
    query = select(item.c.id).where(item.c.state.in_(FIRST_TO_LAST), *_open_to(account, wanted, at)).limit(most)
    return db.scalar(select(func.count()).select_from(query.subquery())) or 0


def _open_to(account: str, wanted: Wanted, at: datetime) -> list[ColumnElement[bool]]:
    live = exists().where(and_(batch_table.c.id == item.c.batch, batch_table.c.state == "open"))
    if wanted.contest is not None:
        live = live.where(batch_table.c.contest == wanted.contest)
    answered = exists().where(and_(entry.c.item == item.c.id, entry.c.account == account))
    seen = exists().where(
        and_(grid_check.c.page == item.c.page, grid_check.c.field == item.c.field, grid_check.c.account == account)
    )
    lent = exists().where(and_(lease.c.item == item.c.id, lease.c.account != account, lease.c.until > at))
    conditions = [live, not_(answered), not_(seen), not_(lent)]
    if wanted.batch is not None:
        conditions.append(item.c.batch == wanted.batch)
    if wanted.kind is not None:
        conditions.append(item.c.kind == wanted.kind)
    if wanted.pen is not None:
        of_place = and_(field_reading.c.page == item.c.page, field_reading.c.field == item.c.field)
        conditions.append(exists().where(and_(of_place, written_with(wanted.pen))))
    if wanted.but:
        conditions.append(item.c.id.not_in(list(wanted.but)))
    return conditions


def lend(db: Connection, keys: Iterable[str], account: str, until: datetime) -> None:
    """The items are ``account``'s until then, whoever held them before."""
    for key in keys:
        changed = db.execute(update(lease).where(lease.c.item == key).values(account=account, until=until))
        if changed.rowcount == 0:
            db.execute(insert(lease).values(item=key, account=account, until=until))


def holder(db: Connection, key: str, at: datetime) -> str | None:
    """The account that is looking at an item now."""
    return db.scalar(select(lease.c.account).where(lease.c.item == key, lease.c.until > at))


def keep(db: Connection, account: str, until: datetime) -> int:
    """Go on holding everything that the account holds; how many items."""
    return db.execute(update(lease).where(lease.c.account == account).values(until=until)).rowcount


def give_back(db: Connection, account: str, keys: Sequence[str] | None = None) -> None:
    """Somebody else may have them; ``None``: all that the account holds."""
    query = delete(lease).where(lease.c.account == account)
    db.execute(query if keys is None else query.where(lease.c.item.in_(keys)))


def forget(db: Connection, key: str) -> None:
    """Nobody looks at this item any more."""
    db.execute(delete(lease).where(lease.c.item == key))
