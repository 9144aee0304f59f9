"""Who belongs to the polling team of an area; a change is a new version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from pipeline.storage.schema import team


@dataclass(frozen=True, slots=True)
class Team:
    """One version of the team of an area."""

    area: str
    version: int
    members: tuple[str, ...]


def latest(db: Connection, area: str) -> Team | None:
    """The team as it stands."""
    query = select(team).where(team.c.area == area).order_by(team.c.version.desc()).limit(1)
    row = db.execute(query).one_or_none()
    return Team(row.area, row.version, tuple(row.members)) if row else None


def add(db: Connection, area: str, members: tuple[str, ...], author: str, at: datetime) -> Team:
    """A new version behind the last one."""
    standing = latest(db, area)
    new = Team(area, standing.version + 1 if standing else 1, members)
    values = {"area": area, "version": new.version, "members": list(members), "author": author, "at": at}
    db.execute(insert(team).values(**values))
    return new
