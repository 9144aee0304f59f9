"""What people found in readings that the machine had accepted, counted by the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, and_, case, exists, func, not_, or_, select

from pipeline.review.measured import Measured
from pipeline.storage.schema import batch, entry, field_reading, grid_check, item, page


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
    return Measured(number, wrong, doubts, seeds, missed, *_sample(db, live))


def _sample(db: Connection, live: Select[Any]) -> tuple[int, int, int]:
    """Of the random sample: settled, of these otherwise than the machine read, still open.

    An item of an accepted reading is of the sample unless somebody marked the reading as odd in a grid, or corrected it
    without that anybody had been asked.
    """
    r, g = field_reading, grid_check
    odd = exists().where(
        and_(g.c.page == r.c.page, g.c.field == r.c.field, g.c.verdict == "odd", g.c.value == r.c.value)
    )
    answered = exists().where(entry.c.item == item.c.id)
    of_place = and_(item.c.page == r.c.page, item.c.field == r.c.field, item.c.kind == "field")
    still_open = item.c.value.is_(None)
    settled, wrong, waiting = db.execute(
        select(
            func.coalesce(func.sum(case((still_open, 0), else_=1)), 0),
            func.coalesce(func.sum(case((and_(not_(still_open), item.c.value != r.c.value), 1), else_=0)), 0),
            func.coalesce(func.sum(case((still_open, 1), else_=0)), 0),
        )
        .select_from(item.join(r, of_place))
        .where(r.c.accepted, item.c.page.in_(live), item.c.state != "voided", not_(odd), or_(still_open, answered))
    ).one()
    return settled, wrong, waiting
