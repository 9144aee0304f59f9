"""Levels that were locked, signed or opened again; the last version of a level counts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, bindparam, func, insert, select

from pipeline.storage.levels import compact, is_one_of, named
from pipeline.storage.many import parts
from pipeline.storage.schema_levels import level_lock
from pipeline.tally.levels import Figures, Node

Act = Literal["locked", "signed", "opened"]


@dataclass(frozen=True, slots=True)
class Lock:
    """One version of what is noted of a level; ``figures`` is its sum at that moment."""

    contest: str
    round: int
    node: Node
    version: int
    act: Act
    figures: Figures
    number: str
    day: str
    """ISO, empty where no minutes were signed."""
    signers: str
    reason: str
    author: str
    approver: str | None
    at: datetime

    @property
    def closed(self) -> bool:
        """No figure below changes without an opening."""
        return self.act != "opened"


def add(db: Connection, new: Lock) -> None:
    """Save a version."""
    values = {name: getattr(new, name) for name in Lock.__slots__ if name != "node"}
    figures = compact(new.figures)
    db.execute(insert(level_lock).values(**{**values, "figures": figures}, tree=new.node.tree, node=new.node.id))


def latest(
    db: Connection, contest: str, round_: int, nodes: Iterable[Node], *, seals: bool = False
) -> dict[Node, Lock]:
    """level -> the last version, or the last one that locked or signed; levels that were never locked are absent."""
    found: dict[Node, Lock] = {}
    query = _last(db.dialect.name, seals)
    for part in parts(list(nodes)):
        wanted = {"of_contest": contest, "of_round": round_, **named(part)}
        for row in db.execute(query, wanted):
            lock = _lock(row)
            found[lock.node] = lock
    return found


@cache
def _last(dialect: str, seals: bool) -> Select[Any]:
    c, other = level_lock.c, level_lock.alias()
    o = other.c
    same = [o.contest == c.contest, o.round == c.round, o.tree == c.tree, o.node == c.node]
    same += [o.act != "opened"] if seals else []
    newest = select(func.max(o.version)).where(*same).correlate(level_lock).scalar_subquery()
    here = (c.contest == bindparam("of_contest"), c.round == bindparam("of_round"), is_one_of(dialect, c.tree, c.node))
    return select(level_lock).where(*here, c.version == newest)


def signed(db: Connection, contest: str, round_: int) -> frozenset[Node]:
    """Every level of a contest whose minutes are signed now."""
    c, other = level_lock.c, level_lock.alias()
    o = other.c
    same = (o.contest == c.contest, o.round == c.round, o.tree == c.tree, o.node == c.node)
    newest = select(func.max(o.version)).where(*same).correlate(level_lock).scalar_subquery()
    query = select(c.tree, c.node).where(c.contest == contest, c.round == round_, c.act == "signed")
    return frozenset(Node(row[0], row[1]) for row in db.execute(query.where(c.version == newest)))


def versions(db: Connection, contest: str, round_: int, node: Node) -> tuple[Lock, ...]:
    """Everything that was noted of a level, the first first."""
    c = level_lock.c
    query = select(level_lock).where(c.contest == contest, c.round == round_, c.tree == node.tree, c.node == node.id)
    return tuple(_lock(row) for row in db.execute(query.order_by(c.version)))


def _lock(row: Row[Any]) -> Lock:
    values = {name: getattr(row, name) for name in Lock.__slots__ if name != "node"}
    return Lock(**{**values, "figures": json.loads(row.figures)}, node=Node(row.tree, row.node))
