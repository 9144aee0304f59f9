"""Batches: the piles of sheets that were handed over together, each for one area and one contest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, func, insert, select, update

from pipeline.storage import grid_queue, results
from pipeline.storage.schema import batch

Sides = Literal["simplex", "duplex"]
BatchState = Literal["open", "closed", "void"]


@dataclass(frozen=True, slots=True)
class Batch:
    """One pile; ``declared`` is what people counted by hand.

    ``profile`` and ``form_set`` (digests) are frozen when it opens. ``seq`` orders batches, not the clock.
    """

    id: str
    seq: int
    area: str
    contest: str
    declared: int | None
    sides: Sides
    state: BatchState
    profile: str
    form_set: str
    opened: datetime
    void_reason: str | None = None
    explanation: str | None = None
    """Why declared and counted differ, told when the batch was closed."""
    explained_by: str | None = None
    folder: str | None = None
    """The folder, below that of all scans, whose new files are read into it."""


def add(
    db: Connection,
    *,
    key: str,
    area: str,
    contest: str,
    declared: int | None,
    sides: Sides,
    profile: str,
    form_set: str,
    at: datetime,
) -> Batch:
    """A new open batch behind all others."""
    seq = (db.scalar(select(func.max(batch.c.seq))) or 0) + 1
    new = Batch(key, seq, area, contest, declared, sides, "open", profile, form_set, at)
    db.execute(insert(batch).values(**{name: getattr(new, name) for name in new.__slots__}))
    return new


def get(db: Connection, key: str) -> Batch | None:
    """The batch of that id."""
    row = db.execute(select(batch).where(batch.c.id == key)).one_or_none()
    return _batch(row) if row else None


def every(
    db: Connection, *, area: str | None = None, contest: str | None = None, void: bool = False
) -> tuple[Batch, ...]:
    """Batches in the order in which they were opened; voided ones only where ``void``."""
    query = select(batch).order_by(batch.c.seq)
    if area is not None:
        query = query.where(batch.c.area == area)
    if contest is not None:
        query = query.where(batch.c.contest == contest)
    if not void:
        query = query.where(batch.c.state != "void")
    return tuple(_batch(row) for row in db.execute(query))


def open_ids(db: Connection) -> tuple[str, ...]:
    """The ids of open batches in the order in which they were opened."""
    return tuple(db.scalars(select(batch.c.id).where(batch.c.state == "open").order_by(batch.c.seq)))


def declare(db: Connection, key: str, declared: int) -> None:
    """Set the count by hand."""
    db.execute(update(batch).where(batch.c.id == key).values(declared=declared))
    results.forget(db, key)


def set_state(db: Connection, key: str, state: BatchState, void_reason: str | None = None) -> None:
    """Open, closed or void (with a reason)."""
    db.execute(update(batch).where(batch.c.id == key).values(state=state, void_reason=void_reason))
    results.forget(db, key)
    results.touch(db, key)
    if state != "open":
        grid_queue.forget(db, key)


def explain(db: Connection, key: str, explanation: str, by: str) -> None:
    """Keep why declared and counted differ, and who said so."""
    db.execute(update(batch).where(batch.c.id == key).values(explanation=explanation, explained_by=by))


def watch(db: Connection, key: str, folder: str | None) -> None:
    """Read new files of ``folder`` into the batch from now on; ``None``: of none."""
    db.execute(update(batch).where(batch.c.id == key).values(folder=folder))


def watching(db: Connection) -> tuple[Batch, ...]:
    """Open batches that a folder is read into."""
    query = select(batch).where(batch.c.state == "open", batch.c.folder.is_not(None)).order_by(batch.c.seq)
    return tuple(_batch(row) for row in db.execute(query))


def _batch(row: Row[Any]) -> Batch:
    return Batch(**{name: getattr(row, name) for name in Batch.__slots__})
