"""Accepted readings that somebody confirmed in a grid."""

from __future__ import annotations

from sqlalchemy import Connection, and_, select

from pipeline.storage.schema import field_reading, grid_check, page


def confirmed(db: Connection, batch: str) -> set[tuple[str, str]]:
    """(page, field) of the accepted readings of a batch that were looked over in a grid and found to be as read."""
    r, g = field_reading, grid_check
    query = (
        select(r.c.page, r.c.field)
        .select_from(g.join(r, and_(r.c.page == g.c.page, r.c.field == g.c.field)))
        .join(page, page.c.id == r.c.page)
        .where(page.c.batch == batch, page.c.status == "read", r.c.accepted)
        .where(g.c.verdict == "same", g.c.value == r.c.value)
    )
    return {(str(row.page), str(row.field)) for row in db.execute(query)}
