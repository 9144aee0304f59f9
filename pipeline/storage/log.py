"""The log of acts: appended in the transaction of the act, chained, never changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select

from pipeline.audit.chain import AuditEvent, AuditLine, next_line
from pipeline.storage.many import one_or_all
from pipeline.storage.schema import audit


def append(db: Connection, event: AuditEvent, at: datetime) -> AuditLine:
    """Write the line behind the last one. Order comes from ``seq``, never from ``at``."""
    return append_all(db, [event], at)[0]


def append_all(db: Connection, events: Sequence[AuditEvent], at: datetime) -> tuple[AuditLine, ...]:
    """Write a line for each event, in their order, with two statements."""
    lines, last = [], head(db) if events else None
    for event in events:
        last = next_line(last, event, at)
        lines.append(last)
    if lines:
        db.execute(insert(audit), one_or_all([_row(line) for line in lines]))
    return tuple(lines)


def _row(line: AuditLine) -> dict[str, Any]:
    event = line.event
    return {
        "seq": line.seq,
        "at": line.at,
        "actor": event.actor,
        "act": event.act,
        "subject": event.subject,
        "detail": dict(event.detail),
        "previous": line.previous,
        "digest": line.digest,
    }


def lines(db: Connection, since: int = 0) -> Iterator[AuditLine]:
    """The lines after ``since`` in order."""
    query = select(audit).where(audit.c.seq > since).order_by(audit.c.seq)
    return (_line(row) for row in db.execute(query))


_HEAD = select(audit).order_by(audit.c.seq.desc()).limit(1)


def head(db: Connection) -> AuditLine | None:
    """The last line: its digest stands for the whole log."""
    row = db.execute(_HEAD).one_or_none()
    return _line(row) if row else None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which lines are looked for; what is ``None`` or empty does not narrow. ``until`` itself is left out."""

    actor: str | None = None
    act: str | None = None
    subjects: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


def found(db: Connection, wanted: Filter, *, before: int | None = None, limit: int = 200) -> tuple[AuditLine, ...]:
    """The last ``limit`` lines that fit, newest first, all with a number under ``before``."""
    query = _fitting(select(audit), wanted)
    if before is not None:
        query = query.where(audit.c.seq < before)
    return tuple(_line(row) for row in db.execute(query.order_by(audit.c.seq.desc()).limit(limit)))


def number(db: Connection, wanted: Filter) -> int:
    """How many lines fit."""
    return db.scalar(_fitting(select(func.count()).select_from(audit), wanted)) or 0


def acts(db: Connection) -> tuple[str, ...]:
    """Every kind of act that the log holds."""
    return tuple(db.scalars(select(audit.c.act).distinct().order_by(audit.c.act)))


def _fitting(query: Select[Any], wanted: Filter) -> Select[Any]:
    if wanted.actor is not None:
        query = query.where(audit.c.actor == wanted.actor)
    if wanted.act is not None:
        query = query.where(audit.c.act == wanted.act)
    if wanted.subjects:
        query = query.where(audit.c.subject.in_(wanted.subjects))
    if wanted.since is not None:
        query = query.where(audit.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(audit.c.at < wanted.until)
    return query


def _line(row: Row[Any]) -> AuditLine:
    event = AuditEvent(row.actor, row.act, row.subject, row.detail)
    return AuditLine(row.seq, row.at, event, row.previous, row.digest)
