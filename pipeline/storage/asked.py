"""What is loaded when people are asked and answer: each in one statement, since others wait meanwhile."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, case, select

from pipeline.geometry import Quad
from pipeline.messages import Message
from pipeline.review.states import GridCheck
from pipeline.storage.batches import BatchState
from pipeline.storage.items import StoredItem, item_of
from pipeline.storage.leases import FIRST_TO_LAST
from pipeline.storage.schema import (
    ballot,
    batch,
    entry,
    field_reading,
    file,
    grid_check,
    grid_queue,
    item,
    lease,
    page,
    slip,
)

_READ = and_(field_reading.c.page == item.c.page, field_reading.c.field == item.c.field)


@dataclass(frozen=True, slots=True)
class ToAnswer:
    """An item when somebody answers it.

    ``holder``: who is looking at it now; ``given``: what the account has answered before; ``checks`` as
    :func:`pipeline.storage.items.checks` gives them.
    """

    item: StoredItem
    batch_state: BatchState
    holder: str | None
    given: str | None
    checks: tuple[GridCheck, ...]


def to_answer(db: Connection, key: str, account: str, at: datetime) -> ToAnswer | None:
    """The item of that id as ``account`` meets it."""
    rows = db.execute(_TO_ANSWER, {"key": key, "account": account, "at": at}).all()
    if not rows:
        return None
    checks = tuple(_check(row) for row in rows if row.checked_by is not None)
    one = rows[0]
    return ToAnswer(item_of(one), one.batch_state, one.holder, one.given, checks)


def _to_answer() -> Select[Any]:
    g, now = grid_check, bindparam("at", type_=lease.c.until.type)
    return (
        select(
            item,
            batch.c.state.label("batch_state"),
            lease.c.account.label("holder"),
            entry.c.value.label("given"),
            g.c.account.label("checked_by"),
            g.c.value.label("checked"),
            g.c.verdict,
            field_reading.c.value.label("read"),
        )
        .join(batch, batch.c.id == item.c.batch)
        .outerjoin(lease, and_(lease.c.item == item.c.id, lease.c.until > now))
        .outerjoin(entry, and_(entry.c.item == item.c.id, entry.c.account == bindparam("account")))
        .outerjoin(g, and_(g.c.page == item.c.page, g.c.field == item.c.field))
        .outerjoin(field_reading, _READ)
        .where(item.c.id == bindparam("key"))
    )


_TO_ANSWER = _to_answer()
"""Statements are made once: making one takes longer than the database needs for it."""


def _check(row: Row[Any]) -> GridCheck:
    said = row.verdict == "same" and row.checked == row.read
    return GridCheck(row.checked_by, row.checked if said else "")


@dataclass(frozen=True, slots=True)
class Asked:
    """An item and what a screen tells of it.

    ``rejection``: why its sheet was rejected; ``sheet``: file and page to find it by; ``slip``: the number on its slip;
    ``measures``: of the reading at its place.
    """

    item: StoredItem
    area: str
    contest: str
    rejection: Message | None
    sheet: tuple[str, int] | None
    slip: int | None
    measures: dict[str, float] | None


def asked(db: Connection, keys: Collection[str]) -> tuple[Asked, ...]:
    """The items of those ids, begun ones first."""
    return tuple(_told(row) for row in db.execute(_ASKED, {"keys": list(keys)})) if keys else ()


def _asked() -> Select[Any]:
    """Ballot and grid row are not told: the answer needs them while all others wait, so they are fetched from the disk
    now (10 to 130 ms of an answer among a million ballots).
    """
    g, r = grid_queue.c, field_reading.c
    in_grid = and_(*(g[name] == r[name] for name in ("kind", "value", "accepted", "score", "page", "field")))
    order = case({state: n for n, state in enumerate(FIRST_TO_LAST)}, value=item.c.state, else_=len(FIRST_TO_LAST))
    return (
        select(
            item,
            batch.c.area,
            batch.c.contest,
            page.c.status,
            page.c.text,
            page.c.number,
            file.c.name,
            slip.c.number.label("slip"),
            field_reading.c.measures,
            ballot.c.state.label("of_ballot"),
            g.batch.label("in_grid"),
        )
        .join(batch, batch.c.id == item.c.batch)
        .outerjoin(page, page.c.id == item.c.page)
        .outerjoin(file, and_(file.c.batch == page.c.batch, file.c.sha256 == page.c.sha256))
        .outerjoin(slip, slip.c.ballot == item.c.ballot)
        .outerjoin(field_reading, _READ)
        .outerjoin(ballot, ballot.c.id == item.c.ballot)
        .outerjoin(grid_queue, in_grid)
        .where(item.c.id.in_(bindparam("keys", expanding=True)))
        .order_by(order, item.c.id)
    )


_ASKED = _asked()


def _told(row: Row[Any]) -> Asked:
    text = Message(row.text["msgid"], row.text["params"]) if row.status == "rejected" and row.text else None
    sheet = (row.name, row.number) if row.name is not None else None
    return Asked(item_of(row), row.area, row.contest, text, sheet, row.slip, row.measures)


@dataclass(frozen=True, slots=True)
class Pictured:
    """Where the pixels of an item's place lie; ``id`` is the page's, ``quad`` absent for a whole page."""

    id: str
    sha256: str
    number: int
    rotation_deg: float | None
    field: str
    quad: Quad | None


def pictured(db: Connection, key: str) -> Pictured | None:
    """Where an item is seen; ``None`` for one without picture."""
    row = db.execute(_PICTURED, {"key": key}).one_or_none()
    if row is None:
        return None
    quad = None
    if row.quad:
        a, b, c, d = ((float(x), float(y)) for x, y in row.quad)
        quad = (a, b, c, d)
    return Pictured(row.id, row.sha256, row.number, row.rotation_deg, row.field, quad)


_PICTURED = (
    select(page.c.id, page.c.sha256, page.c.number, page.c.rotation_deg, item.c.field, field_reading.c.quad)
    .join(page, page.c.id == item.c.page)
    .outerjoin(field_reading, _READ)
    .where(item.c.id == bindparam("key"))
)
