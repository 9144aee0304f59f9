"""What areas handed up and the sums above them. Entries are only added; the last version of an area counts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from pipeline.storage.schema_levels import level_change, level_entry, level_stale, level_sum
from pipeline.tally.levels import AreaState, Figures, Node, Tree

AT_ONCE = 400
"""Keys of one query: SQLite takes 32,766 parameters, and long lists are slower than a few queries.

However many keys there are, no query looks at more than them: a whole contest read for each of 34 provinces made the
load of a country grow with its square.
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of the figures of an area in one round of a contest."""

    contest: str
    round: int
    area: str
    version: int
    state: AreaState
    source: str
    """``count`` (counted here), ``import``, ``correction``, ``voters``, ``annulment``."""
    figures: Figures
    detail: Mapping[str, Any]
    reason: str
    author: str
    approver: str | None
    at: datetime


def compact(document: Mapping[str, Any]) -> str:
    """JSON text that is equal for equal documents."""
    return _ENCODER.encode(document)


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def add(db: Connection, entries: Sequence[Entry]) -> None:
    """Save new versions."""
    rows = [_values(e) for e in entries]
    if rows:
        db.execute(insert(level_entry), rows)


def _values(entry: Entry) -> dict[str, Any]:
    values = {name: getattr(entry, name) for name in Entry.__slots__}
    return {**values, "figures": compact(entry.figures), "detail": compact(entry.detail) if entry.detail else "{}"}


def latest(db: Connection, contest: str, round_: int, areas: Sequence[str] | None = None) -> dict[str, Entry]:
    """area -> its last version, of some areas or of all."""
    return {row.area: _entry(row) for row in _last_rows(db, select(level_entry), contest, round_, areas)}


def latest_figures(
    db: Connection, contest: str, round_: int, areas: Sequence[str] | None = None
) -> dict[str, tuple[AreaState, Figures]]:
    """area -> state and figures of its last version; the short way for sums."""
    query = select(level_entry.c.area, level_entry.c.state, level_entry.c.figures)
    return {row.area: (row.state, json.loads(row.figures)) for row in _last_rows(db, query, contest, round_, areas)}


def _last_rows(
    db: Connection, query: Select[Any], contest: str, round_: int, areas: Sequence[str] | None
) -> Iterator[Row[Any]]:
    here, other = level_entry.c, level_entry.alias()
    newest = (
        select(func.max(other.c.version))
        .where(other.c.contest == here.contest, other.c.round == here.round, other.c.area == here.area)
        .correlate(level_entry)
        .scalar_subquery()
    )
    query = query.where(here.contest == contest, here.round == round_, here.version == newest)
    if areas is None:
        yield from db.execute(query)
        return
    for part in parts(areas):
        yield from db.execute(query.where(here.area.in_(part)))


def versions(db: Connection, contest: str, round_: int, area: str) -> tuple[Entry, ...]:
    """Every version of an area, the first first."""
    query = select(level_entry).where(
        level_entry.c.contest == contest, level_entry.c.round == round_, level_entry.c.area == area
    )
    return tuple(_entry(row) for row in db.execute(query.order_by(level_entry.c.version)))


def rounds(db: Connection, contest: str) -> tuple[int, ...]:
    """The rounds that areas have handed up."""
    query = select(level_sum.c.round).where(level_sum.c.contest == contest).distinct().order_by(level_sum.c.round)
    return tuple(db.scalars(query))


def _entry(row: Row[Any]) -> Entry:
    values = {name: getattr(row, name) for name in Entry.__slots__}
    return Entry(**{**values, "figures": json.loads(row.figures), "detail": json.loads(row.detail)})


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of a level; ``changes``: how many entries have moved it."""

    figures: Figures
    changes: int


def sums(db: Connection, contest: str, round_: int, nodes: Iterable[Node]) -> dict[Node, Sum]:
    """Of some levels; those below which nothing was handed up are absent."""
    wanted = list(nodes)
    query = select(level_sum).where(level_sum.c.contest == contest, level_sum.c.round == round_)
    found: dict[Node, Sum] = {}
    for part in parts(wanted):
        for row in db.execute(query.where(is_one_of(level_sum.c.tree, level_sum.c.node, part))):
            found[Node(row.tree, row.node)] = Sum(json.loads(row.figures), row.changes)
    return found


def is_one_of(tree: ColumnElement[str], name: ColumnElement[str], nodes: Sequence[Node]) -> ColumnElement[bool]:
    kinds: tuple[Tree, ...] = ("unit", "place")
    by_tree = {kind: [n.id for n in nodes if n.tree == kind] for kind in kinds}
    return or_(*(and_(tree == kind, name.in_(ids)) for kind, ids in by_tree.items() if ids))


def put_sums(db: Connection, contest: str, round_: int, old: Mapping[Node, Sum], new: Mapping[Node, Sum]) -> None:
    """Save the sums that moved; ``old`` tells which of them stand already."""
    key = {"contest": contest, "round": round_}
    fresh = [
        {**key, "tree": n.tree, "node": n.id, "figures": compact(s.figures), "changes": s.changes}
        for n, s in new.items()
        if n not in old
    ]
    if fresh:
        db.execute(insert(level_sum), fresh)
    moved = [
        {"t": n.tree, "n": n.id, "figures": compact(s.figures), "changes": s.changes}
        for n, s in new.items()
        if n in old
    ]
    if moved:
        where = (level_sum.c.tree == bindparam("t"), level_sum.c.node == bindparam("n"))
        query = update(level_sum).where(level_sum.c.contest == contest, level_sum.c.round == round_, *where)
        db.execute(query.values(figures=bindparam("figures"), changes=bindparam("changes")), moved)


def note_changes(db: Connection, entry: Entry, nodes: Iterable[Node]) -> None:
    """A late change flows through these levels."""
    key = {"contest": entry.contest, "round": entry.round, "area": entry.area, "version": entry.version}
    db.execute(insert(level_change), [{**key, "tree": n.tree, "node": n.id, "at": entry.at} for n in nodes])


def changes(db: Connection, contest: str, round_: int, node: Node, limit: int = 200) -> tuple[Entry, ...]:
    """The last late changes that flowed through a level, newest first."""
    c, e = level_change.c, level_entry.c
    same = and_(c.contest == e.contest, c.round == e.round, c.area == e.area, c.version == e.version)
    query = select(level_entry).join(level_change, same)
    query = query.where(c.contest == contest, c.round == round_, c.tree == node.tree, c.node == node.id)
    query = query.order_by(c.at.desc(), c.area, c.version.desc()).limit(limit)
    return tuple(_entry(row) for row in db.execute(query))


def number_of_changes(db: Connection, contest: str, round_: int, node: Node) -> int:
    """How many late changes flowed through a level."""
    c = level_change.c
    query = select(func.count()).where(c.contest == contest, c.round == round_, c.tree == node.tree, c.node == node.id)
    return db.scalar(query) or 0


def touch(db: Connection, contest: str, area: str) -> None:
    """What is counted here of an area has changed: it is handed up when the levels are next looked at."""
    there = select(level_stale.c.area).where(level_stale.c.contest == contest, level_stale.c.area == area)
    values = select(literal(contest), literal(area)).where(~there.exists())
    db.execute(insert(level_stale).from_select(["contest", "area"], values))


def stale(db: Connection) -> tuple[tuple[str, str], ...]:
    """(contest, area) of all that :func:`touch` was called for since."""
    query = select(level_stale).order_by(level_stale.c.contest, level_stale.c.area)
    return tuple((row.contest, row.area) for row in db.execute(query))


def settled(db: Connection, contest: str, area: str) -> None:
    """What is counted here of an area has been handed up."""
    db.execute(delete(level_stale).where(level_stale.c.contest == contest, level_stale.c.area == area))


def parts(keys: Sequence[Any]) -> Iterator[list[Any]]:
    left = iter(keys)
    while part := list(islice(left, AT_ONCE)):
        yield part
