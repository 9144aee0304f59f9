"""What people found in readings that the machine had accepted, counted by the database."""

from __future__ import annotations

from sqlalchemy import Connection, and_, case, exists, func, select

from pipeline.review.measured import Measured
from pipeline.storage.schema import batch, field_reading, grid_check, item, page


def measured(db: Connection, contest: str) -> Measured:
    """Of all live batches of a contest."""
    r, g = field_reading, grid_check
    live = select(page.c.id).join(batch, batch.c.id == page.c.batch)
    live = live.where(batch.c.contest == contest, batch.c.state != "void", page.c.status == "read")
    checks = g.join(r, and_(r.c.page == g.c.page, r.c.field == g.c.field))
    true = and_(g.c.verdict != "shown", g.c.value == r.c.value, r.c.accepted, g.c.page.in_(live))
    places = select(r.c.page, r.c.field, r.c.value, func.max(case((g.c.verdict == "odd", 1), else_=0)).label("odd"))
    looked = places.select_from(checks).where(true).group_by(r.c.page, r.c.field, r.c.value).subquery()
    this = and_(item.c.page == looked.c.page, item.c.field == looked.c.field, item.c.kind == "field")
    other = exists().where(and_(this, item.c.value.is_not(None), item.c.value != looked.c.value))
    doubted = exists().where(and_(this, item.c.value.is_(None), looked.c.odd == 1))
    number, wrong, doubts = db.execute(
        select(
            func.count(),
            func.coalesce(func.sum(case((other, 1), else_=0)), 0),
            func.coalesce(func.sum(case((doubted, 1), else_=0)), 0),
        ).select_from(looked)
    ).one()
    known = and_(g.c.verdict != "shown", g.c.value != r.c.value, g.c.page.in_(live))
    seeds, missed = db.execute(
        select(func.count(), func.coalesce(func.sum(case((g.c.verdict == "same", 1), else_=0)), 0))
        .select_from(checks)
        .where(known)
    ).one()
    return Measured(number, wrong, doubts, seeds, missed)
