"""How the work of reviewing goes: queues, and what each account has answered; counted by the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, case, func, select

from pipeline.review.states import DEFER
from pipeline.storage.items import OPEN_STATES
from pipeline.storage.schema import batch, entry, field_reading, grid_check, item, lease


@dataclass(slots=True)
class OwnWork:
    """What one account did. ``settled``: its entries on items that have a value by now; ``agreed``: those that say
    that value; ``deferred`` ones are in neither. ``recent``: entries since a moment. ``checked``: crops in grids, of
    which ``odd`` ones; ``seeds``: those known to be otherwise (docs/adr/0006), in neither, of which ``noticed`` ones.
    """

    entries: int = 0
    settled: int = 0
    agreed: int = 0
    deferred: int = 0
    recent: int = 0
    checked: int = 0
    odd: int = 0
    seeds: int = 0
    noticed: int = 0
    recent_checks: int = 0
    leases: int = 0
    last: datetime | None = None


def queues(db: Connection) -> dict[tuple[str, str, str], int]:
    """(contest, kind, state) -> open items of open batches."""
    query = (
        select(batch.c.contest, item.c.kind, item.c.state, func.count())
        .join(batch, batch.c.id == item.c.batch)
        .where(item.c.state.in_(OPEN_STATES), batch.c.state == "open")
        .group_by(batch.c.contest, item.c.kind, item.c.state)
    )
    return {(contest, kind, state): number for contest, kind, state, number in db.execute(query)}


def by_account(db: Connection, since: datetime, at: datetime) -> dict[str, OwnWork]:
    """What every account that ever answered or checked anything did, and what it holds ``at``."""
    found: dict[str, OwnWork] = {}
    told = and_(item.c.value.is_not(None), entry.c.value != DEFER)
    answered = (
        select(
            entry.c.account,
            func.count(),
            func.sum(case((told, 1), else_=0)),
            func.sum(case((and_(told, entry.c.value == item.c.value), 1), else_=0)),
            func.sum(case((entry.c.value == DEFER, 1), else_=0)),
            func.sum(case((entry.c.at > since, 1), else_=0)),
            func.max(entry.c.at),
        )
        .join(item, item.c.id == entry.c.item)
        .group_by(entry.c.account)
    )
    for account, *rest in db.execute(answered):
        entries, settled, agreed, deferred, recent, last = rest
        found[account] = OwnWork(entries, settled, agreed, deferred, recent, last=last)
    g, r = grid_check, field_reading
    seed = g.c.value != r.c.value
    checked = (
        select(g.c.account, g.c.verdict, seed, func.count(), func.sum(case((g.c.at > since, 1), else_=0)))
        .join(r, and_(r.c.page == g.c.page, r.c.field == g.c.field))
        .where(g.c.verdict != "shown")
        .group_by(g.c.account, g.c.verdict, seed)
    )
    for account, verdict, seeded, number, recent in db.execute(checked):
        one = found.setdefault(account, OwnWork())
        noticed = number if verdict == "odd" else 0
        if seeded:
            one.seeds, one.noticed = one.seeds + number, one.noticed + noticed
        else:
            one.checked, one.odd, one.recent_checks = (
                one.checked + number,
                one.odd + noticed,
                one.recent_checks + recent,
            )
    held = select(lease.c.account, func.count()).where(lease.c.until > at).group_by(lease.c.account)
    for account, number in db.execute(held):
        found.setdefault(account, OwnWork()).leases = number
    return found
