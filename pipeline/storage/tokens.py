"""Tokens of programs: their digests, scopes and times; the token itself is nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from pipeline.access.scopes import Scope
from pipeline.storage.schema_people import token


@dataclass(frozen=True, slots=True)
class Token:
    """``digest`` is the SHA-256 of what the program sends; ``author`` made it; ``used`` to ten minutes."""

    id: str
    account: str
    digest: str
    scopes: tuple[Scope, ...]
    author: str
    created: datetime
    expires: datetime
    revoked: datetime | None = None
    used: datetime | None = None


def add(db: Connection, new: Token) -> None:
    """Save a new one."""
    values = {name: getattr(new, name) for name in new.__slots__}
    db.execute(insert(token).values(**{**values, "scopes": list(new.scopes)}))


def get(db: Connection, key: str) -> Token | None:
    """That of an id."""
    row = db.execute(select(token).where(token.c.id == key)).one_or_none()
    return _token(row) if row else None


def by_digest(db: Connection, digest: str) -> Token | None:
    """That of a digest."""
    row = db.execute(select(token).where(token.c.digest == digest)).one_or_none()
    return _token(row) if row else None


def every(db: Connection) -> tuple[Token, ...]:
    """All, the newest first, revoked ones too."""
    return tuple(_token(row) for row in db.execute(select(token).order_by(token.c.created.desc(), token.c.id)))


def revoke(db: Connection, key: str, at: datetime) -> None:
    """It is worth nothing from now on."""
    db.execute(update(token).where(token.c.id == key).values(revoked=at))


def touch(db: Connection, key: str, at: datetime) -> None:
    """A program called with it."""
    db.execute(update(token).where(token.c.id == key).values(used=at))


def _token(row: Row[Any]) -> Token:
    return Token(**{**row._mapping, "scopes": tuple(row.scopes)})
