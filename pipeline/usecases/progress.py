"""How far the count has come at a level: areas in, turnout, states, and the clock of every form that is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.election.deadlines import STEPS, Deadlines, Step
from pipeline.errors import refuse
from pipeline.storage import levels as stored
from pipeline.storage import locks, log
from pipeline.tally.levels import AreaState, Levels, Node
from pipeline.usecases.counted_levels import settle
from pipeline.usecases.deadlines import deadlines_in, local
from pipeline.usecases.handing_up import FIRST_ROUND, level_name, levels_of
from pipeline.usecases.level_view import LevelStanding, standings
from pipeline.usecases.workspace import Workspace

SIGNED: tuple[AreaState, ...] = ("signed", "corrected", "annulled")
NAMED = 12
"""So many of what is missing are named; the number tells the rest."""


@dataclass(frozen=True, slots=True)
class Clock:
    """One form of one contest: how many are there, which are missing, and when they are due (local time)."""

    step: Step
    due: datetime
    done: int
    whole: int
    missing: tuple[str, ...]
    """Names of some that are missing."""
    now: datetime

    @property
    def state(self) -> Literal["done", "running", "overdue"]:
        if self.done >= self.whole:
            return "done"
        return "overdue" if self.now > self.due else "running"

    @property
    def minutes_left(self) -> int:
        """To the deadline; negative behind it."""
        return int((self.due - self.now).total_seconds() // 60)


@dataclass(frozen=True, slots=True)
class ContestProgress:
    """One contest below a level."""

    contest: str
    here: LevelStanding
    below: tuple[LevelStanding, ...]
    clocks: tuple[Clock, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """A level of the administrative tree at a moment; ``log_head`` is the digest of the log's last line."""

    node: Node
    name: str
    at: datetime
    window: Literal["early", "open", "late"]
    deadlines: Deadlines
    contests: tuple[ContestProgress, ...]
    log_head: str


def progress(workspace: Workspace, actor: Actor, place: str = "") -> Progress:
    """How far every contest has come in a place (empty: the highest). Refused (as a level) where it is not."""
    require(actor, "see_totals")
    levels = levels_of(workspace.election)
    node = Node("place", place) if place else _top(levels)
    level_of_place(levels, node)
    settle(workspace)
    now = local(workspace.clock())
    with workspace.database.read() as db:
        given = deadlines_in(db)
        held = [c for c in levels.contests if levels.expected(c, node)]
        contests = []
        for contest in held:
            below = levels.below(contest, node)
            found = standings(db, levels, contest, (node, *below))
            clocks = _clocks(db, workspace, levels, contest, node, given, now)
            contests.append(ContestProgress(contest, found[node], tuple(found[n] for n in below), clocks))
        head = log.head(db)
    digest = head.digest if head else ""
    return Progress(node, level_name(levels, node), now, given.window(now), given, tuple(contests), digest)


def level_of_place(levels: Levels, node: Node) -> None:
    """Refused (``place-unknown``) where the election has no such place."""
    if node.id not in levels.places:
        raise refuse("place-unknown", node.id, "the place '{value}' is not in the election", value=node.id)


def _top(levels: Levels) -> Node:
    return next(n for c in levels.contests for n in levels.tops(c, "place"))


def _clocks(
    db: Connection, workspace: Workspace, levels: Levels, contest: str, node: Node, given: Deadlines, now: datetime
) -> tuple[Clock, ...]:
    areas = levels.areas_under(contest, node)
    states = {a: state for a, (state, _) in stored.latest_figures(db, contest, FIRST_ROUND, areas).items()}
    units = _units(levels, contest, areas)
    boards = sorted({levels.up(u)[1] for u in units if len(levels.up(u)) > 1})
    tops = sorted({levels.up(u)[-1] for u in units})
    closed = locks.latest(db, contest, FIRST_ROUND, {*units, *boards, *tops})
    signed = {n for n, lock in closed.items() if lock.act == "signed"}
    names = {a: levels.areas[a].name for a in areas}
    day = workspace.election.day
    found = []
    for step in STEPS:
        if step in ("count", "minutes_area"):
            wanted: tuple[AreaState, ...] = ("complete", *SIGNED) if step == "count" else SIGNED
            missing = [f"{names[a]}, {levels.places[levels.areas[a].place].name}" for a in areas
                       if states.get(a) not in wanted]  # fmt: skip
            whole = len(areas)
        else:
            nodes = {"minutes_unit": units, "minutes_committee": boards, "publication": tops}[step]
            missing = [_full_name(levels, n) for n in nodes if n not in signed]
            whole = len(nodes)
        if whole:
            due = given.due(step, day)
            found.append(Clock(step, due, whole - len(missing), whole, tuple(missing[:NAMED]), now))
    return tuple(found)


def _full_name(levels: Levels, node: Node) -> str:
    """A unit is known by its number and by what lies above it."""
    above = levels.up(node)[1:2]
    return ", ".join(level_name(levels, n) for n in (node, *above))


def _units(levels: Levels, contest: str, areas: Sequence[str]) -> list[Node]:
    return sorted({levels.bottoms(contest, a)[0] for a in areas})
