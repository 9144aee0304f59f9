"""The figures that no ballot tells, per area and contest; a change is a new version with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Text, and_, cast, delete, func, insert, select

from pipeline.storage import levels
from pipeline.storage.schema_paper import figures, figures_entry


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
    levels.touch(db, contest, area)
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


@dataclass(frozen=True, slots=True)
class FiguresEntry:
    """What one person typed and nobody else has typed alike yet."""

    area: str
    contest: str
    account: str
    document: Mapping[str, Any]
    reason: str
    at: datetime


def put_entry(db: Connection, new: FiguresEntry) -> None:
    """Save it in the place of what the same person typed before."""
    drop_entries(db, new.area, new.contest, new.account)
    values = {name: getattr(new, name) for name in new.__slots__}
    db.execute(insert(figures_entry).values(**{**values, "document": dict(new.document)}))


def entries(db: Connection, area: str | None = None, contest: str | None = None) -> tuple[FiguresEntry, ...]:
    """Those of an area and contest, or all, the first typed first."""
    query = select(figures_entry).order_by(figures_entry.c.at, figures_entry.c.account)
    for column, wanted in ((figures_entry.c.area, area), (figures_entry.c.contest, contest)):
        if wanted is not None:
            query = query.where(column == wanted)
    return tuple(FiguresEntry(**row._mapping) for row in db.execute(query))


def drop_entries(db: Connection, area: str, contest: str, account: str | None = None) -> None:
    """They are settled, or typed anew."""
    query = delete(figures_entry).where(figures_entry.c.area == area, figures_entry.c.contest == contest)
    db.execute(query if account is None else query.where(figures_entry.c.account == account))


def given(db: Connection) -> frozenset[tuple[str, str]]:
    """(area, contest) of all figures that stand."""
    return frozenset(
        (row.area, row.contest) for row in db.execute(select(figures.c.area, figures.c.contest).distinct())
    )
