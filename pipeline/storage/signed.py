"""Signed minutes that have come in: number, day, who signed, and the digest of the figures that they sign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, select

from pipeline.storage import levels
from pipeline.storage.schema import signed


@dataclass(frozen=True, slots=True)
class Signed:
    """One version of what is noted of an area; ``taken_back``: why it was noted wrongly (``None``: it stands)."""

    area: str
    contest: str
    version: int
    number: str
    day: date
    signers: str
    digest: str
    taken_back: str | None
    author: str
    at: datetime


def add(db: Connection, new: Signed) -> None:
    """Save a version."""
    values = {name: getattr(new, name) for name in new.__slots__}
    db.execute(insert(signed).values(**{**values, "day": new.day.isoformat()}))
    levels.touch(db, new.contest, new.area)


def latest(db: Connection, contest: str, area: str | None = None) -> dict[str, Signed]:
    """area -> the last version, in one query."""
    last = select(signed.c.area, func.max(signed.c.version).label("version")).where(signed.c.contest == contest)
    newest = last.group_by(signed.c.area).subquery()
    query = select(signed).join(newest, and_(signed.c.area == newest.c.area, signed.c.version == newest.c.version))
    query = query.where(signed.c.contest == contest)
    if area is not None:
        query = query.where(signed.c.area == area)
    return {row.area: _signed(row) for row in db.execute(query)}


def _signed(row: Row[Any]) -> Signed:
    return Signed(**{**row._mapping, "day": date.fromisoformat(row.day)})
