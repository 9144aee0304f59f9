"""Broken rules that a team leader has confirmed as true; only ever added to, the last version counts."""

from __future__ import annotations

from sqlalchemy import Connection, func, insert, select

from pipeline.storage.schema_counts import confirmed_rule
from pipeline.tally.rules import ConfirmedRule


def add(db: Connection, new: ConfirmedRule) -> int:
    """Save it behind the last one of its area, contest and rule; gives its version."""
    c = confirmed_rule.c
    last = db.scalar(
        select(func.max(c.version)).where(c.area == new.area, c.contest == new.contest, c.rule == new.rule)
    )
    values = {name: getattr(new, name) for name in new.__slots__}
    db.execute(insert(confirmed_rule).values(**values, version=(last or 0) + 1))
    return (last or 0) + 1


def every(db: Connection, contest: str | None = None, area: str | None = None) -> dict[str, tuple[ConfirmedRule, ...]]:
    """area -> every confirmation, oldest first."""
    query = select(confirmed_rule).order_by(confirmed_rule.c.rule, confirmed_rule.c.version)
    if contest is not None:
        query = query.where(confirmed_rule.c.contest == contest)
    if area is not None:
        query = query.where(confirmed_rule.c.area == area)
    found: dict[str, list[ConfirmedRule]] = {}
    for row in db.execute(query):
        one = ConfirmedRule(**{name: getattr(row, name) for name in ConfirmedRule.__slots__})
        found.setdefault(one.area, []).append(one)
    return {of_area: tuple(those) for of_area, those in found.items()}
