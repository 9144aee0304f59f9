"""Accounts: who may act, in which roles, and whether they are simulated."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from pipeline.access.roles import Actor
from pipeline.storage.schema import account


def put(db: Connection, actor: Actor) -> None:
    """Save an account, or its new name and roles; whether it is simulated never changes."""
    roles = sorted(actor.roles)
    if get(db, actor.id):
        db.execute(update(account).where(account.c.id == actor.id).values(name=actor.name, roles=roles))
        return
    values = {"id": actor.id, "name": actor.name, "roles": roles, "simulated": actor.simulated}
    db.execute(insert(account).values(**values))


def get(db: Connection, key: str) -> Actor | None:
    """The account of that id."""
    row = db.execute(select(account).where(account.c.id == key)).one_or_none()
    return _actor(row) if row else None


def every(db: Connection) -> tuple[Actor, ...]:
    """All accounts, by id."""
    return tuple(_actor(row) for row in db.execute(select(account).order_by(account.c.id)))


def _actor(row: Row[Any]) -> Actor:
    return Actor(row.id, row.name, frozenset(row.roles), row.simulated)
