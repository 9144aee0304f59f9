"""Decisions about the result of a unit: ties, annulments, later rounds; only ever added to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from pipeline.storage.schema_counts import ruling
from pipeline.tally.rounds import Decision, Ruling


def add(db: Connection, new: Ruling, *, author: str, at: datetime) -> int:
    """Save it behind the last one of its unit; gives its version."""
    last = db.scalar(
        select(func.max(ruling.c.version)).where(ruling.c.contest == new.contest, ruling.c.unit == new.unit)
    )
    version = (last or 0) + 1
    db.execute(
        insert(ruling).values(
            contest=new.contest,
            unit=new.unit,
            version=version,
            kind=new.kind,
            area=new.area,
            chosen=list(new.chosen),
            number=new.decision.number,
            day=new.decision.day.isoformat(),
            authority=new.decision.authority,
            reason=new.reason,
            author=author,
            at=at,
        )
    )
    return version


def every(db: Connection, contest: str | None = None) -> tuple[Ruling, ...]:
    """All of a contest, or all, in the order in which they were made."""
    query = select(ruling).order_by(ruling.c.contest, ruling.c.unit, ruling.c.version)
    if contest is not None:
        query = query.where(ruling.c.contest == contest)
    return tuple(_ruling(row) for row in db.execute(query))


def _ruling(row: Row[Any]) -> Ruling:
    decision = Decision(row.number, date.fromisoformat(row.day), row.authority)
    return Ruling(row.kind, row.contest, row.unit, row.area, tuple(row.chosen), decision, row.reason)
