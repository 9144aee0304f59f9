"""How a level stands: its sum, its state, what lies below it, its locks and the late changes that flowed through it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.errors import Problem, refuse
from pipeline.storage import levels as stored
from pipeline.storage import locks
from pipeline.storage.levels import Entry
from pipeline.storage.locks import Lock
from pipeline.tally.levels import STATE, TRUE, AreaState, Figures, Levels, Node, difference
from pipeline.usecases.counted_levels import settle
from pipeline.usecases.extra_rounds import extra_levels
from pipeline.usecases.handing_up import EXTRA_ROUND, FIRST_ROUND, check, level_name, levels_of
from pipeline.usecases.level_acts import DONE
from pipeline.usecases.workspace import Workspace

LevelState = Literal["missing", "provisional", "complete", "locked", "signed", "corrected"]
LEVEL_STATES: tuple[LevelState, ...] = ("missing", "provisional", "complete", "locked", "signed", "corrected")
"""``missing``: nothing has come in; ``provisional``: areas are missing or not complete; ``complete``: all are;
``locked``, ``signed``: and nothing has changed since; ``corrected``: figures have changed since the last lock."""


@dataclass(frozen=True, slots=True)
class LevelStanding:
    """One level of one contest."""

    node: Node
    name: str
    figures: Figures
    areas: int
    """How many areas lie in it."""
    lock: Lock | None
    """The last thing noted of it: locked, signed or opened."""
    seal: Lock | None
    """The last lock or signature, also where the level was opened since."""

    @property
    def done(self) -> int:
        """Areas that are complete, signed, corrected or annulled."""
        return sum(self.of_state(s) for s in DONE)

    @property
    def reported(self) -> int:
        """Areas of which figures of the count have come in."""
        return self.done + self.of_state("provisional")

    def of_state(self, state: AreaState) -> int:
        """How many areas are in a state."""
        return self.figures.get(STATE + state, 0)

    @property
    def true_incidents(self) -> dict[str, int]:
        """Rule of the world -> areas below whose figures break it and yet are true, told with an incident."""
        return {n.removeprefix(TRUE): v for n, v in self.figures.items() if n.startswith(TRUE)}

    @property
    def missing(self) -> int:
        """Areas of which nothing but perhaps the voter total has come in."""
        return self.areas - self.reported

    @property
    def closed(self) -> bool:
        return self.lock is not None and self.lock.closed

    @property
    def since_lock(self) -> dict[str, int]:
        """By what the figures have moved since they were locked or signed; voter totals among them."""
        if self.seal is None:
            return {}
        moved = difference(self.figures, self.seal.figures)
        return {name: n for name, n in moved.items() if not name.startswith((STATE, TRUE))}

    @property
    def state(self) -> LevelState:
        if self.seal is not None and set(self.since_lock) - {"voters"}:
            return "corrected"
        if self.lock is not None and self.lock.act in ("locked", "signed"):
            return "signed" if self.lock.act == "signed" else "locked"
        if self.areas and self.done == self.areas:
            return "complete"
        return "provisional" if self.reported else "missing"


@dataclass(frozen=True, slots=True)
class LevelView:
    """One step of the way down a tree."""

    contest: str
    above: tuple[LevelStanding, ...]
    here: LevelStanding
    below: tuple[LevelStanding, ...]
    areas: tuple[tuple[str, Entry | None], ...]
    """The areas that lie in it itself, with their last figures."""
    changes: tuple[Entry, ...]
    """The last late changes below it, newest first."""
    number_of_changes: int
    history: tuple[Lock, ...]
    held: tuple[Problem, ...]
    """What was counted here and is held back, of this contest."""


def level_view(
    workspace: Workspace, actor: Actor, contest: str, node: Node | None = None, round_: int = FIRST_ROUND
) -> LevelView:
    """How a level stands; the top of the administrative tree where none is named. What was counted here goes up first.

    ``round_``: the first, or that of the extra elections that have come in, with the units and areas that voted in it.
    Refused: ``contest-unknown``, ``level-unknown``, ``round-unknown`` where no extra election has come in.
    """
    require(actor, "see_totals")
    levels = levels_of_round(workspace, round_)
    here = _wanted(levels, contest, node)
    held = settle(workspace)
    with workspace.database.read() as db:
        path, below = levels.up(here)[1:], levels.below(contest, here)
        standing = standings(db, levels, contest, (here, *path, *below), round_)
        own = levels.own_areas(contest, here)
        entries = stored.latest(db, contest, round_, own)
        return LevelView(
            contest,
            tuple(standing[n] for n in reversed(path)),
            standing[here],
            tuple(standing[n] for n in below),
            tuple((area, entries.get(area)) for area in own),
            stored.changes(db, contest, round_, here, 50),
            stored.number_of_changes(db, contest, round_, here),
            locks.versions(db, contest, round_, here),
            tuple(p for p in held if p.place.endswith(f"/{contest}") and round_ == FIRST_ROUND),
        )


def levels_of_round(workspace: Workspace, round_: int) -> Levels:
    """The trees of the first round, or of the extra elections that have come in. Refused where none has."""
    if round_ == FIRST_ROUND:
        return levels_of(workspace.election)
    with workspace.database.read() as db:
        found = extra_levels(db, workspace.election)
    if found is None:
        raise refuse(
            "round-unknown", workspace.election.title, "no results of an extra election have come in; go back to levels"
        )
    return found


def has_extra(workspace: Workspace, contest: str) -> bool:
    """Whether results of an extra election have come in for a contest."""
    with workspace.database.read() as db:
        return EXTRA_ROUND in stored.rounds(db, contest)


def _wanted(levels: Levels, contest: str, node: Node | None) -> Node:
    if contest not in levels.contests:
        raise refuse("contest-unknown", contest, "the contest '{value}' is not in the election", value=contest)
    tops = levels.tops(contest, "place")
    if node is None and not tops:
        raise refuse("level-unknown", contest, "the contest '{contest}' is not held in this level", contest=contest)
    here = node or tops[0]
    if not levels.expected(contest, here):
        raise refuse("level-unknown", here.id, "the contest '{contest}' is not held in this level", contest=contest)
    return here


def standings(
    db: Connection, levels: Levels, contest: str, nodes: Iterable[Node], round_: int = FIRST_ROUND
) -> Mapping[Node, LevelStanding]:
    """Some levels of a contest, in three queries."""
    wanted = list(nodes)
    sums = stored.sums(db, contest, round_, wanted)
    last = locks.latest(db, contest, round_, wanted)
    sealed = locks.latest(db, contest, round_, [n for n in wanted if n in last], seals=True)
    return {
        n: LevelStanding(
            n,
            level_name(levels, n),
            sums[n].figures if n in sums else {},
            levels.expected(contest, n),
            last.get(n),
            sealed.get(n),
        )
        for n in wanted
    }


def area_history(
    workspace: Workspace, actor: Actor, contest: str, area: str, round_: int = FIRST_ROUND
) -> tuple[Entry, ...]:
    """Every version of an area's figures, the first first."""
    require(actor, "see_totals")
    levels = levels_of(workspace.election)
    if area not in levels.areas or contest not in levels.areas[area].units:
        raise refuse("area-unknown", area, "the contest '{contest}' is not held in this area", contest=contest)
    settle(workspace)
    with workspace.database.read() as db:
        return stored.versions(db, contest, round_, area)


def check_everything(workspace: Workspace, actor: Actor) -> int:
    """R14 at every level of every contest, from what is stored; how many levels. Refused (``r14``) where one is off."""
    require(actor, "see_totals")
    levels = levels_of(workspace.election)
    settle(workspace)
    with workspace.database.read() as db:
        first = sum(check(db, levels, c, FIRST_ROUND, levels.nodes(c)) for c in levels.contests)
        extra = [c for c in levels.contests if EXTRA_ROUND in stored.rounds(db, c)]
        return first + sum(check(db, levels, c, EXTRA_ROUND, levels.nodes(c)) for c in extra)
