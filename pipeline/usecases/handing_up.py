"""Figures of areas go up both trees: one transaction, every level above moved by the difference, R14 checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from pipeline.election.definition import Election
from pipeline.errors import Problem, Refusal
from pipeline.messages import message
from pipeline.storage import levels as stored
from pipeline.storage import locks
from pipeline.storage.levels import Entry, Sum
from pipeline.tally.levels import (
    AreaState,
    Figures,
    Levels,
    Node,
    add_into,
    difference,
    r14,
    together,
)

FIRST_ROUND, EXTRA_ROUND = 1, 2
"""A re-vote takes the place of the first round; an extra election stands beside it, with sums of its own (Art. 79)."""
LATE: tuple[AreaState, ...] = ("complete", "signed", "corrected", "annulled")
"""A change of figures in these states is a late one: it is kept with every level that it flows through."""
DECIDED = ("correction", "voters", "annulment", "re_vote")
"""Sources that are decisions: a late change, whatever the state was."""
_KNOWN: list[tuple[Election, Levels]] = []


def levels_of(election: Election) -> Levels:
    """The two trees of an election; made once, since a country has 72,000 areas."""
    for known, levels in _KNOWN:
        if known is election:
            return levels
    levels = Levels(election)
    _KNOWN.insert(0, (election, levels))
    del _KNOWN[4:]
    return levels


@dataclass(frozen=True, slots=True)
class NewFigures:
    """What an area hands up: the next version of its figures in one round of a contest."""

    contest: str
    area: str
    state: AreaState
    source: str
    figures: Figures
    author: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    approver: str | None = None
    round: int = FIRST_ROUND


def hand_up(db: Connection, levels: Levels, given: Sequence[NewFigures], at: datetime) -> tuple[Entry, ...]:
    """Save what areas hand up and move every level above by the difference; what is new, in the order given.

    Figures that stand already are passed over. At most one for each area, contest and round. Refused whole, with
    nothing kept once the transaction ends: figures under a locked level (``level-locked``) unless only the voter total
    is updated, and sums that are not those of their parts (``r14``). The cost grows with the areas given, the levels
    above them and the parts of these levels.
    """
    new: list[Entry] = []
    for (contest, round_), group in groupby(sorted(given, key=_group), key=_group):
        new += _hand_up(db, levels, contest, round_, list(group), at)
    place = {(e.contest, e.round, e.area): e for e in new}
    return tuple(place[key] for g in given if (key := (g.contest, g.round, g.area)) in place)


def _group(given: NewFigures) -> tuple[str, int]:
    return given.contest, given.round


def _hand_up(
    db: Connection, levels: Levels, contest: str, round_: int, given: Sequence[NewFigures], at: datetime
) -> list[Entry]:
    areas = [g.area for g in given]
    if len(set(areas)) < len(areas):
        raise AssertionError("an area hands up twice at once")
    before = stored.latest(db, contest, round_, areas)
    fresh = [_entry(g, before.get(g.area), at) for g in given if _differs(g, before.get(g.area))]
    _refuse_locked(db, levels, contest, round_, [e for e in fresh if not _voters_alone(e, before.get(e.area))])
    stored.add(db, fresh)
    moves = [(e.area, difference(_adds(e), _adds(before.get(e.area)))) for e in fresh]
    moved = levels.moved(contest, moves)
    old = stored.sums(db, contest, round_, moved)
    stored.put_sums(db, contest, round_, old, {n: _moved_by(old.get(n), change) for n, change in moved.items()})
    for entry in fresh:
        last = before.get(entry.area)
        if last is not None and (last.state in LATE or entry.source in DECIDED):
            stored.note_changes(db, entry, levels.path(contest, entry.area))
    check(db, levels, contest, round_, moved)
    return fresh


def _differs(new: NewFigures, last: Entry | None) -> bool:
    if last is None:
        return True
    return (new.state, dict(new.figures), dict(new.detail)) != (last.state, dict(last.figures), dict(last.detail))


def _entry(new: NewFigures, last: Entry | None, at: datetime) -> Entry:
    return Entry(
        new.contest,
        new.round,
        new.area,
        last.version + 1 if last else 1,
        new.state,
        new.source,
        {name: n for name, n in new.figures.items() if n},
        new.detail,
        new.reason,
        new.author,
        new.approver,
        at,
    )


def _adds(entry: Entry | None) -> dict[str, int]:
    return entry.adds if entry else {}


def _moved_by(old: Sum | None, change: Figures) -> Sum:
    figures = dict(old.figures) if old else {}
    add_into(figures, change)
    return Sum(figures, (old.changes if old else 0) + 1)


def _voters_alone(new: Entry, last: Entry | None) -> bool:
    """A voter total is updated after the lock (as Hải Phòng did in 2021); nothing else changes.

    Also of an area that is counted here, where it comes with the area's other figures.
    """
    as_before = last is not None and (new.state, dict(new.detail)) == (last.state, dict(last.detail))
    if new.source != "voters" and not (new.source == "count" and as_before):
        return False
    return not set(difference(new.figures, last.figures if last else {})) - {"voters"}


def _refuse_locked(db: Connection, levels: Levels, contest: str, round_: int, changed: Sequence[Entry]) -> None:
    paths = {e.area: levels.path(contest, e.area) for e in changed}
    standing = locks.latest(db, contest, round_, {node for path in paths.values() for node in path})
    closed = {node: lock for node, lock in standing.items() if lock.closed}
    problems = [
        Problem(
            "level-locked",
            f"{area}/{contest}",
            message(
                "{level} is locked since {at}; open it with a reason and somebody's approval, then correct the area",
                level=level_name(levels, node),
                at=f"{closed[node].at.astimezone():%d/%m/%Y %H:%M}",
            ),
        )
        for area, path in paths.items()
        for node in path
        if node in closed
    ]
    if problems:
        raise Refusal(problems)


def level_name(levels: Levels, node: Node) -> str:
    """A level as people know it."""
    return levels.units[node.id].name if node.tree == "unit" else levels.places[node.id].name


def check(db: Connection, levels: Levels, contest: str, round_: int, nodes: Iterable[Node]) -> int:
    """R14 at some levels, from what is stored: how many were checked. Refused (``r14``) with every figure off."""
    wanted = list(nodes)
    below = {n: levels.below(contest, n) for n in wanted}
    own = {n: levels.own_areas(contest, n) for n in wanted}
    sums = stored.sums(db, contest, round_, {*wanted, *(c for children in below.values() for c in children)})
    inside = sorted({a for areas in own.values() for a in areas})
    adds = stored.contributions(db, contest, round_, inside)
    problems = []
    for node in wanted:
        under = together(sums[c].figures for c in below[node] if c in sums)
        parts = [levels.kept_at(node, under), *(adds[a] for a in own[node] if a in adds)]
        level = sums[node].figures if node in sums else {}
        problems += [
            Problem(
                "r14",
                f"{contest}/{node.id}",
                message(
                    "rule R14: the parts of {level} have {parts} together in '{figure}' but the level has {sum}; "
                    "nothing of this step was kept: restore the workspace from a backup",
                    level=level_name(levels, node),
                    figure=off.figure,
                    parts=off.parts,
                    sum=off.level,
                ),
            )
            for off in r14(node, level, parts)
        ]
    if problems:
        raise Refusal(problems)
    return len(wanted)
