"""How far the count has come at a level: areas in, turnout, states, and the clock of every form that is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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


def progress(workspace: Workspace, actor: Actor, place: str = "", contest: str | None = None) -> Progress:
    """How far every contest, or one, has come in a place (empty: the highest).

    From the sums alone, so a country costs no more than the places right below it and its units; the areas that are
    missing are named in a commune, above it the places below that lack some. Refused (``place-unknown``).
    """
    require(actor, "see_totals")
    levels = levels_of(workspace.election)
    node = Node("place", place) if place else _top(levels)
    level_of_place(levels, node)
    settle(workspace)
    now = local(workspace.clock())
    with workspace.database.read() as db:
        given = deadlines_in(db)
        held = [c for c in levels.contests if levels.expected(c, node) and contest in (None, c)]
        contests = []
        for one in held:
            below = levels.below(one, node)
            found = standings(db, levels, one, (node, *below))
            standing = ContestProgress(one, found[node], tuple(found[n] for n in below), ())
            due = {step: given.due(step, workspace.election.day) for step in STEPS}
            contests.append(replace(standing, clocks=_clocks(db, levels, standing, due, now)))
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
    db: Connection, levels: Levels, one: ContestProgress, due: Mapping[Step, datetime], now: datetime
) -> tuple[Clock, ...]:
    contest, here = one.contest, one.here
    units = levels.units_under(contest, here.node)
    boards = tuple(sorted({levels.up(u)[1] for u in units if len(levels.up(u)) > 1}))
    tops = tuple(sorted({levels.up(u)[-1] for u in units}))
    signed = locks.signed(db, contest, FIRST_ROUND)
    found = []
    for step in STEPS:
        if step in ("count", "minutes_area"):
            states: tuple[AreaState, ...] = ("complete", *SIGNED) if step == "count" else SIGNED
            whole, done = here.areas, sum(here.of_state(s) for s in states)
            missing = _areas_missing(db, levels, one, states) if done < whole else ()
        else:
            nodes = {"minutes_unit": units, "minutes_committee": boards, "publication": tops}[step]
            left = [n for n in nodes if n not in signed]
            whole, done = len(nodes), len(nodes) - len(left)
            missing = _cut([_full_name(levels, n) for n in left[: NAMED + 1]])
        if whole:
            found.append(Clock(step, due[step], done, whole, missing, now))
    return tuple(found)


def _areas_missing(
    db: Connection, levels: Levels, one: ContestProgress, states: tuple[AreaState, ...]
) -> tuple[str, ...]:
    """Names of what is missing: places below that lack areas, with their number, and own areas."""
    lack = [(b.name, b.areas - sum(b.of_state(s) for s in states)) for b in one.below]
    names = [f"{name} ({number})" for name, number in lack if number]
    own = levels.own_areas(one.contest, one.here.node)
    known = stored.latest_figures(db, one.contest, FIRST_ROUND, own)
    names += [levels.areas[a].name for a in own if a not in known or known[a][0] not in states]
    return _cut(names)


def _cut(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(names) if len(names) <= NAMED else (*names[:NAMED], "…")


def _full_name(levels: Levels, node: Node) -> str:
    """A unit is known by its number and by what lies above it."""
    above = levels.up(node)[1:2]
    return ", ".join(level_name(levels, n) for n in (node, *above))
