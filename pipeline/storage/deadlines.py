"""The deadlines of the election, and the decision that opened the real mode: versions, the last of which counts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from pipeline.storage.schema_levels import deadlines, opinion


@dataclass(frozen=True, slots=True)
class StoredDeadlines:
    """One version."""

    version: int
    document: Mapping[str, Any]
    reason: str
    author: str
    at: datetime


def versions(db: Connection) -> tuple[StoredDeadlines, ...]:
    """All versions, the first first; none where the defaults stand."""
    rows = db.execute(select(deadlines).order_by(deadlines.c.version))
    return tuple(StoredDeadlines(**{**row._mapping, "document": json.loads(row.document)}) for row in rows)


def add(db: Connection, document: Mapping[str, Any], *, reason: str, author: str, at: datetime) -> StoredDeadlines:
    """A new version behind the last one."""
    last = db.scalar(select(func.max(deadlines.c.version))) or 0
    text = json.dumps(document, sort_keys=True)
    db.execute(insert(deadlines).values(version=last + 1, document=text, reason=reason, author=author, at=at))
    return StoredDeadlines(last + 1, document, reason, author, at)


@dataclass(frozen=True, slots=True)
class Opinion:
    """Who allowed the real mode, by which number of which day (ISO)."""

    issuer: str
    number: str
    day: str
    author: str
    at: datetime


def opinions(db: Connection) -> tuple[Opinion, ...]:
    """What was recorded, the first first."""
    rows = db.execute(select(opinion).order_by(opinion.c.version))
    return tuple(Opinion(row.issuer, row.number, row.day, row.author, row.at) for row in rows)


def add_opinion(db: Connection, new: Opinion) -> None:
    """Save it behind the last one."""
    last = db.scalar(select(func.max(opinion.c.version))) or 0
    db.execute(insert(opinion).values(version=last + 1, **{n: getattr(new, n) for n in Opinion.__slots__}))
