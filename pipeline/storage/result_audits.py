"""Audits of results as they are kept, and the pile as it lies: which ballot is which sheet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, and_, func, insert, select, update

from pipeline.storage.schema import ballot, file, page, slip
from pipeline.storage.schema_result_audits import result_audit, result_audit_seen

Kind = Literal["ballots", "piles"]


@dataclass(frozen=True, slots=True)
class StoredAudit:
    """One audit; ``seed`` is ``None`` until it was drawn. ``manifest``: (batch, sheets) in the order of the batches."""

    id: int
    contest: str
    unit: str
    kind: Kind
    risk: float
    digest: str
    figures: str
    assertions: list[dict[str, Any]]
    manifest: list[tuple[str, int]]
    seed: str | None
    draws: int
    author: str
    at: datetime
    together: int | None = None
    """The first of several audits that are drawn by one seed; ``None`` where it is drawn by itself."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What people saw at a place; ``version`` counts from 1."""

    place: str
    version: int
    document: dict[str, Any]
    reason: str
    author: str


def add(db: Connection, new: StoredAudit) -> None:
    """Save an audit."""
    values = {name: getattr(new, name) for name in new.__slots__}
    db.execute(insert(result_audit).values(**{**values, "manifest": [list(line) for line in new.manifest]}))


def every(db: Connection) -> tuple[StoredAudit, ...]:
    """All audits, the last first."""
    return tuple(_audit(row) for row in db.execute(select(result_audit).order_by(result_audit.c.id.desc())))


def get(db: Connection, key: int) -> StoredAudit | None:
    """The audit of that number."""
    row = db.execute(select(result_audit).where(result_audit.c.id == key)).one_or_none()
    return _audit(row) if row else None


def together(db: Connection, first: int) -> tuple[StoredAudit, ...]:
    """The audits of one seed, the first first."""
    query = select(result_audit).where(result_audit.c.together == first).order_by(result_audit.c.id)
    return tuple(_audit(row) for row in db.execute(query))


def following(db: Connection) -> int:
    """The number of the next audit."""
    return (db.scalar(select(func.max(result_audit.c.id))) or 0) + 1


def draw(db: Connection, key: int, seed: str, draws: int) -> None:
    """Keep the seed, and how many draws are asked for."""
    db.execute(update(result_audit).where(result_audit.c.id == key).values(seed=seed, draws=draws))


def see(db: Connection, key: int, seen: Seen, at: datetime) -> None:
    """Save what was seen at a place."""
    values = {name: getattr(seen, name) for name in seen.__slots__}
    db.execute(insert(result_audit_seen).values(audit=key, at=at, **values))


def seen_of(db: Connection, key: int) -> dict[str, Seen]:
    """place -> the last version of what was seen there."""
    query = select(result_audit_seen).where(result_audit_seen.c.audit == key)
    return {
        row.place: Seen(row.place, row.version, row.document, row.reason, row.author)
        for row in db.execute(query.order_by(result_audit_seen.c.version))
    }


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where a ballot lies. ``position`` (from 1) is its number among the ballots of the pile in the order of scanning;
    ``slip`` that of a ballot typed from the paper, which lies behind the scanned ones.
    """

    ballot: str
    position: int
    file: str
    page: int
    slip: int | None


def pile(db: Connection, batch: str) -> tuple[Sheet, ...]:
    """The ballots that count in a batch in the order in which they lie. Restricted: for finding a sheet again."""
    own = page.alias("own")
    behind = page.alias("behind")
    query = (
        select(
            ballot.c.id,
            file.c.name,
            file.c.position,
            func.coalesce(own.c.number, behind.c.number).label("number"),
            slip.c.number.label("slip"),
        )
        .select_from(ballot)
        .outerjoin(own, own.c.id == ballot.c.page)
        .outerjoin(slip, slip.c.ballot == ballot.c.id)
        .outerjoin(behind, behind.c.id == slip.c.page)
        .outerjoin(
            file,
            and_(file.c.batch == ballot.c.batch, file.c.sha256 == func.coalesce(own.c.sha256, behind.c.sha256)),
        )
        .where(ballot.c.batch == batch, ballot.c.state == "counted")
    )
    rows = sorted(db.execute(query).all(), key=_lies)
    return tuple(Sheet(r.id, n, r.name or "", r.number or 0, r.slip) for n, r in enumerate(rows, start=1))


def _lies(row: Any) -> tuple[bool, int, int, int, str]:
    """Scanned sheets, or their slips in their place, in the order of the pile; behind them those without any scan."""
    return (row.position is None, row.position or 0, row.number or 0, row.slip or 0, row.id)


def _audit(row: Row[Any]) -> StoredAudit:
    values = {name: getattr(row, name) for name in StoredAudit.__slots__}
    return StoredAudit(**{**values, "manifest": [(b, n) for b, n in row.manifest]})
