"""Counts that are typed: bundles, every version of every ballot, and differences that were settled by looking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, and_, func, insert, select, update

from pipeline.storage.schema_counts import looked_up, typed_ballot, typed_bundle, way

WayKind = Literal["typed", "tally"]
WayState = Literal["open", "done", "void"]
GONE = ""
"""A version that takes a ballot out of its bundle."""


@dataclass(frozen=True, slots=True)
class Way:
    """One count of the ballots of an area and contest by one account; ``totals`` of a hand tally sheet."""

    id: str
    area: str
    contest: str
    kind: WayKind
    account: str
    state: WayState
    totals: Mapping[str, int] | None
    opened: datetime


def add(db: Connection, new: Way) -> None:
    """Save a count."""
    values = {name: getattr(new, name) for name in new.__slots__}
    db.execute(insert(way).values(**{**values, "totals": dict(new.totals) if new.totals is not None else None}))


def get(db: Connection, key: str) -> Way | None:
    """The count of that id."""
    row = db.execute(select(way).where(way.c.id == key)).one_or_none()
    return _way(row) if row else None


def every(db: Connection, area: str | None = None, contest: str | None = None) -> tuple[Way, ...]:
    """The counts that stand (no voided ones), in the order in which they were begun."""
    query = select(way).where(way.c.state != "void").order_by(way.c.opened, way.c.id)
    for column, wanted in ((way.c.area, area), (way.c.contest, contest)):
        if wanted is not None:
            query = query.where(column == wanted)
    return tuple(_way(row) for row in db.execute(query))


def number(db: Connection) -> int:
    """How many counts there ever were."""
    return db.scalar(select(func.count()).select_from(way)) or 0


def set_state(db: Connection, key: str, state: WayState) -> None:
    db.execute(update(way).where(way.c.id == key).values(state=state))


def _way(row: Row[Any]) -> Way:
    return Way(**{name: getattr(row, name) for name in Way.__slots__})


def bundles(db: Connection, key: str) -> dict[int, str]:
    """bundle -> open or done."""
    query = select(typed_bundle).where(typed_bundle.c.way == key).order_by(typed_bundle.c.bundle)
    return {row.bundle: row.state for row in db.execute(query)}


def add_bundle(db: Connection, key: str, bundle: int) -> None:
    db.execute(insert(typed_bundle).values(way=key, bundle=bundle, state="open"))


def set_bundle(db: Connection, key: str, bundle: int, state: str) -> None:
    mine = and_(typed_bundle.c.way == key, typed_bundle.c.bundle == bundle)
    db.execute(update(typed_bundle).where(mine).values(state=state))


def put(db: Connection, key: str, bundle: int, place: int, value: str) -> int:
    """A new version of a ballot behind the last one; gives its number."""
    c = typed_ballot.c
    mine = and_(c.way == key, c.bundle == bundle, c.place == place)
    version = (db.scalar(select(func.max(c.version)).where(mine)) or 0) + 1
    db.execute(insert(typed_ballot).values(way=key, bundle=bundle, place=place, version=version, value=value))
    return version


def versions(db: Connection, key: str, bundle: int | None = None) -> tuple[tuple[int, int, int, str], ...]:
    """(bundle, place, version, value) of everything that was ever typed, in the order of the paper."""
    c = typed_ballot.c
    query = select(c.bundle, c.place, c.version, c.value).where(c.way == key)
    if bundle is not None:
        query = query.where(c.bundle == bundle)
    return tuple((r[0], r[1], r[2], r[3]) for r in db.execute(query.order_by(c.bundle, c.place, c.version)))


def standing(db: Connection, key: str) -> dict[int, tuple[str, ...]]:
    """bundle -> what stands for each of its ballots, in the order of the paper."""
    last = {(bundle, place): value for bundle, place, _, value in versions(db, key)}
    found: dict[int, list[str]] = {bundle: [] for bundle in bundles(db, key)}
    for (bundle, _), value in sorted(last.items()):
        if value != GONE:
            found[bundle].append(value)
    return {bundle: tuple(values) for bundle, values in found.items()}


def look_up(
    db: Connection, area: str, contest: str, bundle: int, place: int, value: str, reason: str, account: str
) -> int:
    """What people found on the paper; a new version behind the last one."""
    c = looked_up.c
    mine = and_(c.area == area, c.contest == contest, c.bundle == bundle, c.place == place)
    version = (db.scalar(select(func.max(c.version)).where(mine)) or 0) + 1
    values = {"area": area, "contest": contest, "bundle": bundle, "place": place, "version": version}
    db.execute(insert(looked_up).values(**values, value=value, reason=reason, account=account))
    return version


def looks(db: Connection, area: str, contest: str) -> dict[tuple[int, int], str]:
    """(bundle, place) -> what people found on the paper."""
    c = looked_up.c
    query = select(c.bundle, c.place, c.value).where(c.area == area, c.contest == contest).order_by(c.version)
    return {(row.bundle, row.place): row.value for row in db.execute(query)}
