"""The figures that no ballot tells, per area and contest; a change is a new version with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Text, and_, cast, func, insert, select

from pipeline.storage.schema import figures


@dataclass(frozen=True, slots=True)
class StoredFigures:
    """One version of the figures of an area in a contest, as JSON-able ``document``."""

    area: str
    contest: str
    version: int
    document: Mapping[str, Any]
    author: str
    reason: str
    at: datetime


def add(
    db: Connection,
    area: str,
    contest: str,
    document: Mapping[str, Any],
    *,
    author: str,
    reason: str,
    at: datetime,
) -> StoredFigures:
    """A new version behind the last one."""
    last = db.scalar(select(func.max(figures.c.version)).where(figures.c.area == area, figures.c.contest == contest))
    new = StoredFigures(area, contest, (last or 0) + 1, dict(document), author, reason, at)
    db.execute(insert(figures).values(**{name: getattr(new, name) for name in new.__slots__}))
    return new


def latest(db: Connection, area: str, contest: str) -> StoredFigures | None:
    """The version that counts."""
    query = (
        select(figures)
        .where(figures.c.area == area, figures.c.contest == contest)
        .order_by(figures.c.version.desc())
        .limit(1)
    )
    row = db.execute(query).one_or_none()
    return _figures(row) if row else None


def latest_of(db: Connection, contest: str, area: str | None = None) -> dict[str, str]:
    """area -> the document that counts, of all areas of a contest or of one, as JSON text in one query."""
    last = select(figures.c.area, func.max(figures.c.version).label("version")).where(figures.c.contest == contest)
    newest = last.group_by(figures.c.area).subquery()
    joined = and_(figures.c.area == newest.c.area, figures.c.version == newest.c.version)
    query = select(figures.c.area, cast(figures.c.document, Text)).join(newest, joined)
    query = query.where(figures.c.contest == contest)
    if area is not None:
        query = query.where(figures.c.area == area)
    return {row[0]: row[1] for row in db.execute(query)}


def versions(db: Connection, area: str, contest: str) -> tuple[StoredFigures, ...]:
    """All versions, oldest first."""
    query = select(figures).where(figures.c.area == area, figures.c.contest == contest)
    return tuple(_figures(row) for row in db.execute(query.order_by(figures.c.version)))


def _figures(row: Row[Any]) -> StoredFigures:
    return StoredFigures(**{name: getattr(row, name) for name in StoredFigures.__slots__})
