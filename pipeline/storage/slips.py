"""Slips: the numbers by which people find the sheets that are typed from the paper."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select

from pipeline.storage.schema import ballot, item, slip


@dataclass(frozen=True, slots=True)
class Slip:
    """The ``number`` (from 1 in each batch) on the slip of a ballot; ``page``: the rejected page it stands for."""

    ballot: str
    batch: str
    number: int
    page: str | None


def add(db: Connection, ballot_id: str, batch: str, page: str | None) -> Slip:
    """The next number of the batch."""
    new = Slip(ballot_id, batch, following(db, batch), page)
    db.execute(insert(slip).values(ballot=new.ballot, batch=new.batch, number=new.number, page=new.page))
    return new


def following(db: Connection, batch: str) -> int:
    """The number that the next slip of the batch has."""
    return (db.scalar(select(func.max(slip.c.number)).where(slip.c.batch == batch)) or 0) + 1


def get(db: Connection, ballot_id: str) -> Slip | None:
    """The slip of a ballot."""
    row = db.execute(select(slip).where(slip.c.ballot == ballot_id)).one_or_none()
    return Slip(row.ballot, row.batch, row.number, row.page) if row else None


def states(db: Connection, batch: str) -> dict[Slip, dict[str, int]]:
    """For each ballot of a batch that counts and was or is typed: how many of its places are in which state."""
    query = (
        select(slip.c.ballot, slip.c.number, slip.c.page, item.c.state, func.count())
        .join(ballot, ballot.c.id == slip.c.ballot)
        .outerjoin(item, item.c.ballot == slip.c.ballot)
        .where(slip.c.batch == batch, ballot.c.state == "counted")
        .group_by(slip.c.ballot, slip.c.number, slip.c.page, item.c.state)
        .order_by(slip.c.number)
    )
    found: dict[Slip, dict[str, int]] = {}
    for key, number, page, state, places in db.execute(query):
        found.setdefault(Slip(key, batch, number, page), {})[state or ""] = places
    return found
