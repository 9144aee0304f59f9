"""What closed batches add to the totals, kept until something changes in them; nothing here that cannot be counted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, ScalarSelect, Select, Text, cast, delete, func, insert, select

from pipeline.storage import levels
from pipeline.storage.schema import ballot, batch, batch_result, item


def forget(db: Connection, batch_id: str | Select[Any]) -> None:
    """Something of a batch has changed: it is counted anew when it is asked for."""
    key = batch_id if isinstance(batch_id, str) else batch_id.scalar_subquery()
    if db.execute(delete(batch_result).where(batch_result.c.batch == key)).rowcount:
        touch(db, key)


def touch(db: Connection, key: str | ScalarSelect[Any]) -> None:
    """What a batch adds to its area has changed, so the levels above are told when they are next looked at."""
    for row in db.execute(select(batch.c.contest, batch.c.area).where(batch.c.id == key)):
        levels.touch(db, row.contest, row.area)


def keep(db: Connection, batch_id: str, body: dict[str, Any]) -> None:
    """The JSON-able result of a batch as it stands in this transaction."""
    forget(db, batch_id)
    db.execute(insert(batch_result).values(batch=batch_id, body=body))


def every(db: Connection, contest: str) -> dict[str, str]:
    """batch -> result as JSON text, of the batches of a contest whose results are kept."""
    query = select(batch_result.c.batch, cast(batch_result.c.body, Text))
    query = query.join(batch, batch.c.id == batch_result.c.batch).where(batch.c.contest == contest)
    return {row[0]: row[1] for row in db.execute(query)}


def waiting(db: Connection, states: tuple[str, ...]) -> dict[str, int]:
    """batch -> number of its items in ``states``; batches without any are absent."""
    query = select(item.c.batch, func.count()).where(item.c.state.in_(states)).group_by(item.c.batch)
    return {row[0]: row[1] for row in db.execute(query)}


def sheets(db: Connection, batches: tuple[str, ...]) -> dict[str, int]:
    """batch -> number of its ballots that count."""
    query = select(ballot.c.batch, func.count()).where(ballot.c.state == "counted", ballot.c.batch.in_(batches))
    return {row[0]: row[1] for row in db.execute(query.group_by(ballot.c.batch))}
