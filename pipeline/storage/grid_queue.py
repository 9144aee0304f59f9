"""What grids may still show, kept in their order; derived from readings, items and batches.

It only narrows: a row may stand here that is shown to nobody any more (:func:`grid_checks.unseen` asks for all that
must hold), but none is missing that ought to be shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from math import isfinite

from sqlalchemy import Connection, delete, insert, select, tuple_

from pipeline.recognize.reading import FieldReading
from pipeline.review.items import Decided
from pipeline.review.reasons import pen_of
from pipeline.storage.schema import batch, field_reading, grid_queue, page

_ROW = ("kind", "value", "accepted", "score", "page", "field")


def add(
    db: Connection, batch_id: str, contest: str, page_id: str, decided: Iterable[tuple[FieldReading, Decided, float]]
) -> None:
    """The readings of a page that was just saved in an open batch."""
    rows = [
        {
            "kind": reading.kind,
            "value": decision.value,
            "accepted": decision.accepted,
            "score": float(score),
            "page": page_id,
            "field": reading.field,
            "batch": batch_id,
            "contest": contest,
            "pen": pen_of({k: v for k, v in reading.measures.items() if isfinite(v)}),
        }
        for reading, decision, score in decided
    ]
    if rows:
        db.execute(insert(grid_queue), rows)


def drop(db: Connection, places: Collection[tuple[str, str]]) -> None:
    """No grid shows these readings (page, field) any more."""
    if not places:
        return
    r = field_reading
    this = select(*(r.c[name] for name in _ROW)).where(tuple_(r.c.page, r.c.field).in_(list(places)))
    db.execute(delete(grid_queue).where(tuple_(*(grid_queue.c[name] for name in _ROW)).in_(this)))


def put_back(db: Connection, page_id: str, field: str) -> None:
    """An answer was taken back: grids may show this reading again, as long as its batch is open."""
    drop(db, [(page_id, field)])
    r = field_reading
    query = (
        select(*(r.c[name] for name in _ROW), r.c.measures, batch.c.id, batch.c.contest)
        .join(page, page.c.id == r.c.page)
        .join(batch, batch.c.id == page.c.batch)
        .where(r.c.page == page_id, r.c.field == field, batch.c.state == "open")
    )
    for row in db.execute(query):
        values = {name: getattr(row, name) for name in _ROW}
        more = {"batch": row.id, "contest": row.contest, "pen": pen_of(row.measures)}
        db.execute(insert(grid_queue).values(**values, **more))


def forget(db: Connection, batch_id: str) -> None:
    """The batch is open no longer: none of its readings is shown."""
    db.execute(delete(grid_queue).where(grid_queue.c.batch == batch_id))
