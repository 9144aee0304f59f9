"""The log of acts: appended in the transaction of the act, chained, never changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from pipeline.audit.chain import AuditEvent, AuditLine, next_line
from pipeline.storage.schema import audit


def append(db: Connection, event: AuditEvent, at: datetime) -> AuditLine:
    """Write the line behind the last one. Order comes from ``seq``, never from ``at``."""
    last = db.execute(select(audit).order_by(audit.c.seq.desc()).limit(1)).one_or_none()
    line = next_line(_line(last) if last else None, event, at)
    db.execute(
        insert(audit).values(
            seq=line.seq,
            at=line.at,
            actor=event.actor,
            act=event.act,
            subject=event.subject,
            detail=dict(event.detail),
            previous=line.previous,
            digest=line.digest,
        )
    )
    return line


def lines(db: Connection, since: int = 0) -> Iterator[AuditLine]:
    """The lines after ``since`` in order."""
    query = select(audit).where(audit.c.seq > since).order_by(audit.c.seq)
    return (_line(row) for row in db.execute(query))


def _line(row: Row[Any]) -> AuditLine:
    event = AuditEvent(row.actor, row.act, row.subject, row.detail)
    return AuditLine(row.seq, row.at, event, row.previous, row.digest)
