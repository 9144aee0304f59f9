"""Counted ballots of a batch with their readings and items, a few hundred at a time: for what goes through them all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from pipeline.storage.ballots import Ballot, ballot_of
from pipeline.storage.items import StoredItem, item_of
from pipeline.storage.readings import StoredReading, reading_of
from pipeline.storage.schema import ballot, field_reading, item

AT_ONCE = 500
"""Ballots in memory; SQLite takes 32,766 values in one statement, PostgreSQL 65,535."""


@dataclass(frozen=True, slots=True)
class CountedBallot:
    """A ballot that counts; ``readings`` by field, ``items`` those about it (fields and verdict)."""

    ballot: Ballot
    readings: tuple[StoredReading, ...]
    items: tuple[StoredItem, ...]


def counted(db: Connection, batch: str) -> Iterator[CountedBallot]:
    """Every ballot of a batch that counts, in the order of their ids, which tells nothing of the pile.

    Memory is that of :data:`AT_ONCE` ballots, however many there are.
    """
    after = ""
    while True:
        query = select(ballot).where(ballot.c.batch == batch, ballot.c.state == "counted", ballot.c.id > after)
        found = [ballot_of(row) for row in db.execute(query.order_by(ballot.c.id).limit(AT_ONCE))]
        if not found:
            return
        yield from _with_all(db, found)
        after = found[-1].id


def those(db: Connection, ballots: Sequence[str]) -> Iterator[CountedBallot]:
    """The ballots of some ids, as far as they count."""
    for start in range(0, len(ballots), AT_ONCE):
        part = ballots[start : start + AT_ONCE]
        query = select(ballot).where(ballot.c.id.in_(part), ballot.c.state == "counted")
        yield from _with_all(db, [ballot_of(row) for row in db.execute(query.order_by(ballot.c.id))])


def _with_all(db: Connection, found: list[Ballot]) -> Iterator[CountedBallot]:
    of_page: dict[str, list[StoredReading]] = {}
    pages = [b.page for b in found if b.page is not None]
    read = select(field_reading).where(field_reading.c.page.in_(pages))
    for row in db.execute(read.order_by(field_reading.c.page, field_reading.c.field)):
        of_page.setdefault(row.page, []).append(reading_of(row))
    of_ballot: dict[str, list[StoredItem]] = {}
    for row in db.execute(select(item).where(item.c.ballot.in_([b.id for b in found])).order_by(item.c.id)):
        of_ballot.setdefault(row.ballot, []).append(item_of(row))
    for one in found:
        yield CountedBallot(one, tuple(of_page.get(one.page or "", ())), tuple(of_ballot.get(one.id, ())))
