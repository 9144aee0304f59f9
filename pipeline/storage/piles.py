"""The numbers of batches, counted by the database: a few statements for a screenful, however many sheets there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, case, func, literal_column, select

from pipeline.storage.items import OPEN_STATES
from pipeline.storage.schema import ballot, batch, file, item, page

REJECTED = page.c.status == literal_column("'rejected'")
"""Spelled out, since the index over rejected pages is not used for a value that is bound."""
MOVING = REJECTED & page.c.fate.like("move:%")


@dataclass(slots=True)
class PileNumbers:
    """``pages``: in the files delivered; ``done`` of them have an outcome. ``rejected``: by reason, blank backs left
    out; ``open_items``: by kind; ``moves``: pages that people assigned to another batch and that still stand here."""

    pages: int = 0
    done: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    blank_backs: int = 0
    scanned: int = 0
    by_hand: int = 0
    open_items: dict[str, int] = field(default_factory=dict)
    moves: int = 0


def numbers(db: Connection, keys: Sequence[str]) -> Mapping[str, PileNumbers]:
    """The numbers of the batches ``keys`` as they stand."""
    found = {key: PileNumbers() for key in keys}
    delivered = select(file.c.batch, func.sum(file.c.pages)).where(file.c.batch.in_(keys)).group_by(file.c.batch)
    for key, count in db.execute(delivered):
        found[key].pages = count or 0
    _pages(db, found)
    counted = (
        select(ballot.c.batch, ballot.c.source, func.count())
        .where(ballot.c.batch.in_(keys), ballot.c.state == "counted")
        .group_by(ballot.c.batch, ballot.c.source)
    )
    for key, source, count in db.execute(counted):
        if source == "hand":
            found[key].by_hand += count
        else:
            found[key].scanned += count
    waiting = (
        select(item.c.batch, item.c.kind, func.count())
        .where(item.c.batch.in_(keys), item.c.state.in_(OPEN_STATES))
        .group_by(item.c.batch, item.c.kind)
    )
    for key, kind, count in db.execute(waiting):
        found[key].open_items[kind] = count
    return found


def _pages(db: Connection, found: dict[str, PileNumbers]) -> None:
    moving = func.sum(case((MOVING, 1), else_=0))
    back = page.c.fate == "blank_back"
    own = func.sum(case((page.c.moved_from.is_(None), 1), else_=0))  # others came in without a file to count
    query = (
        select(
            page.c.batch, page.c.status, page.c.reason, func.sum(case((back, 1), else_=0)), func.count(), own, moving
        )
        .where(page.c.batch.in_(list(found)))
        .group_by(page.c.batch, page.c.status, page.c.reason)
    )
    for key, status, reason, backs, count, done, moves in db.execute(query):
        one = found[key]
        one.done += done
        if status == "rejected":
            one.blank_backs += backs
            one.moves += moves
            if count - backs:
                one.rejected[reason] = count - backs


def moving(db: Connection) -> tuple[tuple[str, str], ...]:
    """(page, batch where it belongs) of the pages that wait to be read there; those of voided batches wait no more."""
    return tuple((row.id, row.fate.removeprefix("move:")) for row in db.execute(_MOVING))


_MOVING = (
    select(page.c.id, page.c.fate)
    .join(batch, batch.c.id == page.c.batch)
    .where(MOVING, batch.c.state != "void")
    .order_by(page.c.id)
)
"""Asked every two seconds: thousands of batches, read and named to it, kept everybody from answering for 50 ms."""
