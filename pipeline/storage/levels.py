"""What areas handed up and the sums above them. Entries are only added; the last version of an area counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from pipeline.storage.many import FILE, among, parts, put_rows
from pipeline.storage.schema_levels import level_change, level_entry, level_stale, level_sum
from pipeline.tally.levels import AreaState, Figures, Node, contribution


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of the figures of an area in one round of a contest."""

    contest: str
    round: int
    area: str
    version: int
    state: AreaState
    source: str
    """``count`` (counted here), ``import``, ``correction``, ``voters``, ``annulment``, ``re_vote``."""
    figures: Figures
    detail: Mapping[str, Any]
    reason: str
    author: str
    approver: str | None
    at: datetime

    @property
    def re_voted(self) -> bool:
        """The figures are those of a re-vote (Art. 80, 81), also where they were corrected since."""
        return self.detail.get("round") == "re_vote"

    @property
    def adds(self) -> dict[str, int]:
        """What it adds to every level above it."""
        return contribution(self.state, self.figures, self.detail.get("true", ()))


def compact(document: Mapping[str, Any]) -> str:
    """JSON text that is equal for equal documents."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode()


def add(db: Connection, entries: Sequence[Entry]) -> None:
    """Save new versions."""
    rows = [_values(e) for e in entries]
    put_rows(db, level_entry, rows)
    if len(rows) >= FILE and db.dialect.name == "postgresql":
        _tell_planner(db, len(rows))


def _tell_planner(db: Connection, added: int) -> None:
    """Statistics for PostgreSQL once the tables have doubled; by itself it makes them a minute later at best.

    Without them it reads a whole contest for the areas of one unit: 56 ms instead of 2 with 2,880 areas.
    """
    known = db.scalar(text("SELECT reltuples FROM pg_class WHERE oid = 'level_entry'::regclass")) or 0
    if known < 2 * added:
        db.execute(text("ANALYZE level_entry, level_sum"))


def _values(entry: Entry) -> dict[str, Any]:
    return {
        "contest": entry.contest,
        "round": entry.round,
        "area": entry.area,
        "version": entry.version,
        "state": entry.state,
        "source": entry.source,
        "figures": compact(entry.figures),
        "detail": compact(entry.detail),
        "reason": entry.reason,
        "author": entry.author,
        "approver": entry.approver,
        "at": entry.at,
    }


def latest(db: Connection, contest: str, round_: int, areas: Sequence[str] | None = None) -> dict[str, Entry]:
    """area -> its last version, of some areas or of all."""
    return {area: _entry(row) for area, row in _last_rows(db, level_entry.c, contest, round_, areas).items()}


def contributions(db: Connection, contest: str, round_: int, areas: Sequence[str]) -> dict[str, dict[str, int]]:
    """area -> what its last version adds to every level above it."""
    found: dict[str, dict[str, int]] = {}
    for area, row in _last_rows(db, _FIGURES, contest, round_, areas).items():
        true = orjson.loads(row.detail).get("true", ()) if '"true"' in row.detail else ()
        found[area] = contribution(row.state, orjson.loads(row.figures), true)
    return found


def decided(db: Connection, contest: str, round_: int, area: str | None = None) -> dict[str, Entry]:
    """area -> its last version, of areas whose figures a decision has changed since they were counted.

    A decision is a correction or a re-vote; what is annulled now is left out.
    """
    c = level_entry.c
    query = select(c.area).distinct().where(c.contest == contest, c.round == round_)
    query = query.where(c.source.in_(("correction", "re_vote")))
    areas = db.scalars(query if area is None else query.where(c.area == area)).all()
    found = latest(db, contest, round_, areas) if areas else {}
    return {area: entry for area, entry in found.items() if entry.state != "annulled"}


def latest_figures(
    db: Connection, contest: str, round_: int, areas: Sequence[str] | None = None
) -> dict[str, tuple[AreaState, Figures]]:
    """area -> state and figures of its last version; the short way for sums."""
    rows = _last_rows(db, _FIGURES, contest, round_, areas)
    return {area: (row.state, orjson.loads(row.figures)) for area, row in rows.items()}


_FIGURES = tuple(level_entry.c[name] for name in ("area", "version", "state", "figures", "detail"))


@cache
def _entries(dialect: str, columns: tuple[Column[Any], ...], some: bool) -> Select[Any]:
    """The versions of all areas, or of ``some``."""
    query = select(*columns).where(
        level_entry.c.contest == bindparam("of_contest"), level_entry.c.round == bindparam("of_round")
    )
    return query.where(among(dialect, level_entry.c.area, "areas")) if some else query


def _last_rows(
    db: Connection, columns: Iterable[Column[Any]], contest: str, round_: int, areas: Sequence[str] | None
) -> dict[str, Row[Any]]:
    """area -> the row of its last version.

    Every version is read, in no order: asking the database for the last one took longer, and asked for the order of
    its key PostgreSQL goes through the whole contest.
    """
    query = _entries(db.dialect.name, tuple(columns), areas is not None)
    key = {"of_contest": contest, "of_round": round_}
    found: dict[str, Row[Any]] = {}
    for part in [None] if areas is None else parts(areas):
        for row in db.execute(query, key if part is None else {**key, "areas": part}):
            area = row.area
            if area not in found or found[area].version < row.version:
                found[area] = row
    return found


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
    return Entry(**{**values, "figures": orjson.loads(row.figures), "detail": orjson.loads(row.detail)})


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of a level; ``changes``: how many entries have moved it."""

    figures: Figures
    changes: int


def sums(db: Connection, contest: str, round_: int, nodes: Iterable[Node]) -> dict[Node, Sum]:
    """Of some levels; those below which nothing was handed up are absent."""
    found: dict[Node, Sum] = {}
    query = _sums(db.dialect.name)
    for part in parts(list(nodes)):
        for tree, node, figures, changes in db.execute(
            query, {"of_contest": contest, "of_round": round_, **named(part)}
        ):
            found[Node(tree, node)] = Sum(orjson.loads(figures), changes)
    return found


def is_one_of(dialect: str, tree: ColumnElement[str], name: ColumnElement[str]) -> ColumnElement[bool]:
    """That a level is among those that :func:`named` gives to the statement."""
    units, places = (among(dialect, name, kind) for kind in ("units", "places"))
    return or_(and_(tree == "unit", units), and_(tree == "place", places))


def named(nodes: Iterable[Node]) -> dict[str, list[str]]:
    """Levels as a statement with :func:`is_one_of` takes them."""
    wanted = list(nodes)
    return {"units": [n.id for n in wanted if n.tree == "unit"], "places": [n.id for n in wanted if n.tree == "place"]}


@cache
def _sums(dialect: str) -> Select[Any]:
    c = level_sum.c
    here = (c.contest == bindparam("of_contest"), c.round == bindparam("of_round"))
    return select(c.tree, c.node, c.figures, c.changes).where(*here, is_one_of(dialect, c.tree, c.node))


def put_sums(db: Connection, contest: str, round_: int, old: Mapping[Node, Sum], new: Mapping[Node, Sum]) -> None:
    """Save the sums that moved; ``old`` tells which of them stand already."""
    key = {"contest": contest, "round": round_}
    fresh = [
        {**key, "tree": n.tree, "node": n.id, "figures": compact(s.figures), "changes": s.changes}
        for n, s in new.items()
        if n not in old
    ]
    put_rows(db, level_sum, fresh)
    moved = [
        {"t": n.tree, "n": n.id, "figures": compact(s.figures), "changes": s.changes}
        for n, s in new.items()
        if n in old
    ]
    if moved:
        db.execute(_MOVE, [{"c": contest, "r": round_, **one} for one in moved])


_MOVE = (
    update(level_sum)
    .where(
        level_sum.c.contest == bindparam("c"),
        level_sum.c.round == bindparam("r"),
        level_sum.c.tree == bindparam("t"),
        level_sum.c.node == bindparam("n"),
    )
    .values(figures=bindparam("figures"), changes=bindparam("changes"))
)


def note_changes(db: Connection, entry: Entry, nodes: Iterable[Node]) -> None:
    """A late change flows through these levels."""
    key = {"contest": entry.contest, "round": entry.round, "area": entry.area, "version": entry.version}
    put_rows(db, level_change, [{**key, "tree": n.tree, "node": n.id, "at": entry.at} for n in nodes])


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
    here = (level_stale.c.contest == contest, level_stale.c.area == area)
    if not db.execute(update(level_stale).where(*here).values(marks=level_stale.c.marks + 1)).rowcount:
        db.execute(insert(level_stale).values(contest=contest, area=area, marks=1))


def stale(db: Connection) -> dict[str, dict[str, int]]:
    """contest -> area -> how often :func:`touch` was called for it since it was handed up."""
    found: dict[str, dict[str, int]] = {}
    for row in db.execute(select(level_stale).order_by(level_stale.c.contest, level_stale.c.area)):
        found.setdefault(row.contest, {})[row.area] = row.marks
    return found


def settled(db: Connection, contest: str, areas: Mapping[str, int]) -> None:
    """What is counted here of some areas has been handed up; ``areas``: area -> its marks when it was looked at.

    An area that was marked again meanwhile stays marked.
    """
    if areas:
        c = level_stale.c
        query = delete(level_stale).where(c.contest == contest, c.area == bindparam("a"), c.marks == bindparam("m"))
        db.execute(query, [{"a": area, "m": marks} for area, marks in areas.items()])
