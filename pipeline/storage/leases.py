"""Who is looking at which item: a row with an expiry, never a state of the item."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    exists,
    func,
    literal,
    literal_column,
    not_,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from pipeline.review.policy import ItemKind
from pipeline.review.reasons import Pen
from pipeline.storage.readings import written_with
from pipeline.storage.schema import batch as batch_table
from pipeline.storage.schema import entry, field_reading, grid_check, item, lease

FIRST_TO_LAST = ("disputed", "entered_once", "waiting")
"""Begun ones first: they are nearest to being settled."""
ACCOUNT = bindparam("account", type_=Text)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items a reviewer wants; ``None`` leaves it open. ``but``: items that were put off on this screen."""

    batch: str | None = None
    contest: str | None = None
    kind: ItemKind | None = None
    but: Collection[str] = ()
    pen: Pen | None = None


def lend_next(
    db: Connection, account: str, wanted: Wanted, limit: int, held: Collection[str], at: datetime, until: datetime
) -> frozenset[str]:
    """Lend up to ``limit`` items that ``account`` may answer and that nobody else is looking at; gives their ids.

    What it holds (``held``) stays its own as long. All in one statement, since others wait for it.
    """
    statement = _lending(db.dialect.name, wanted.batch is None, wanted.contest is None, wanted.kind is None, wanted.pen)
    given = {
        "account": account,
        "at": at,
        "until": until,
        "limit": limit,
        "batch": wanted.batch,
        "contest": wanted.contest,
        "kind": wanted.kind,
        "but": [*wanted.but, *held],
        "held": list(held),
    }
    return frozenset(db.scalars(statement, given)) - set(held)


@cache
def _lending(dialect: str, any_batch: bool, any_contest: bool, any_kind: bool, pen: Pen | None) -> Any:
    """The statement of :func:`lend_next`; made once, since making it takes longer than the database needs for it."""
    batch, contest, kind = (None if left_open else "" for left_open in (any_batch, any_contest, any_kind))
    conditions = _open_to(Wanted(batch, contest, kind, (), pen))  # type: ignore[arg-type]
    conditions.append(item.c.id.not_in(bindparam("but", expanding=True)))
    limit = bindparam("limit", type_=Integer)
    firsts = [
        select(item.c.id, literal(rank, Integer).label("rank"))
        .where(item.c.state == state, *conditions)
        .order_by(item.c.id)
        .limit(limit)
        .subquery(f"of_{state}")
        for rank, state in enumerate(FIRST_TO_LAST)
    ]
    found = union_all(*(select(one.c.id, one.c.rank) for one in firsts)).subquery("found")
    new = select(found.c.id).where(true()).order_by(found.c.rank, found.c.id).limit(limit).subquery("new")
    kept = select(lease.c.item).where(lease.c.account == ACCOUNT, lease.c.item.in_(bindparam("held", expanding=True)))
    every = union_all(select(new.c.id.label("item")), kept).subquery("every")
    rows = select(every.c.item, cast(ACCOUNT, Text), bindparam("until", type_=lease.c.until.type)).where(true())
    return _put(dialect, rows).returning(lease.c.item)


def _put(dialect: str, rows: Select[Any] | None = None) -> Any:
    """Rows into the table, in the place of those that stand."""
    new = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(lease)
    if rows is not None:
        new = new.from_select(["item", "account", "until"], rows)
    given = {"account": new.excluded.account, "until": new.excluded.until}
    return new.on_conflict_do_update(index_elements=[lease.c.item], set_=given)


def number_free(db: Connection, account: str, wanted: Wanted, at: datetime, most: int) -> int:
    """How many those are, counted up to ``most``."""
    conditions = _open_to(wanted)
    if wanted.but:
        conditions.append(item.c.id.not_in(list(wanted.but)))
    query = select(item.c.id).where(item.c.state.in_(FIRST_TO_LAST), *conditions).limit(most)
    given = {
        "account": account,
        "at": at,
        "batch": wanted.batch,
        "contest": wanted.contest,
        "kind": wanted.kind,
    }
    return db.scalar(select(func.count()).select_from(query.subquery()), given) or 0


def _open_to(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Conditions with the parameters account, at, batch, contest and kind; which items are left out is told beside."""
    b, e, g, now = batch_table.c, entry.c, grid_check.c, bindparam("at", type_=lease.c.until.type)
    live = exists().where(b.id == item.c.batch, b.state == "open")
    if wanted.contest is not None:
        live = live.where(b.contest == bindparam("contest"))
    answered = _there_is(e.item == item.c.id, e.account == ACCOUNT)
    seen = _there_is(g.page == item.c.page, g.field == item.c.field, g.account == ACCOUNT)
    lent = _there_is(lease.c.item == item.c.id, lease.c.account != ACCOUNT, lease.c.until > now)
    conditions = [live, not_(answered), not_(seen), not_(lent)]
    if wanted.batch is not None:
        conditions.append(item.c.batch == bindparam("batch"))
    if wanted.kind is not None:
        conditions.append(item.c.kind == bindparam("kind"))
    if wanted.pen is not None:
        of_place = and_(field_reading.c.page == item.c.page, field_reading.c.field == item.c.field)
        conditions.append(exists().where(and_(of_place, written_with(wanted.pen))))
    return conditions


def _there_is(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """A row that is looked up by its key for each item, as long as items are needed.

    The offset of nothing keeps PostgreSQL from making a join of it: a new account is in no statistics, so for one item
    it read all entries and all checks there are (80 ms with a million ballots, and everybody waited).
    """
    return select(literal_column("1")).where(*conditions).correlate(item).offset(literal_column("0")).exists()


def lend(db: Connection, keys: Iterable[str], account: str, until: datetime) -> None:
    """The items are ``account``'s until then, whoever held them before."""
    rows = [{"item": key, "account": account, "until": until} for key in keys]
    if rows:
        db.execute(_put(db.dialect.name), rows)


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
