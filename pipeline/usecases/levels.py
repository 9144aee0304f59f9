"""The tree of places as the totals show it: the kept sums of the levels, how far their areas are, the way down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from pipeline.election.definition import Place
from pipeline.errors import Problem, refuse
from pipeline.storage import levels as stored
from pipeline.tally.levels import Figures, Levels, Node, together
from pipeline.usecases.counted_levels import settle
from pipeline.usecases.handing_up import FIRST_ROUND, levels_of
from pipeline.usecases.standing import STATUSES, AreaStanding, Shares, Standing, Status
from pipeline.usecases.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Level:
    """A place, or everything: its sum as the levels keep it, and how far its areas are."""

    place: Place | None
    areas: tuple[AreaStanding, ...]
    figures: Figures
    shares: Shares
    statuses: Mapping[Status, int]

    @property
    def official(self) -> bool:
        return bool(self.areas) and all(a.official for a in self.areas)

    @property
    def voters(self) -> int:
        """Voters on the list, of the areas of which they are known."""
        return self.figures.get("voters", 0)

    @property
    def voted(self) -> int:
        return self.figures.get("voted", 0)

    @property
    def valid(self) -> int:
        return self.figures.get("valid", 0)

    @property
    def invalid(self) -> int:
        return self.figures.get("invalid", 0)


@dataclass(frozen=True, slots=True)
class Tree:
    """One step of the way down: the places above, this one, the places below it, the areas that lie in it itself."""

    path: tuple[Place, ...]
    here: Level
    below: tuple[Level, ...]
    areas: tuple[AreaStanding, ...]
    held: tuple[Problem, ...] = ()
    """What was counted here and a locked level or a decision holds back."""


def tree(workspace: Workspace, standing: Standing, place: str = "") -> Tree:
    """Where the tree of places stands at ``place`` (empty: at the top). Refused (``place-unknown``) where it is not.

    What was counted here goes up first. A place that has nothing but one place below it is passed through.
    """
    election = workspace.election
    known = {p.id: p for p in election.places}
    if place and place not in known:
        raise refuse("place-unknown", place, "the place '{value}' is not in the election", value=place)
    in_place: dict[str, list[AreaStanding]] = {}
    commune_of = {a.id: a.place for a in election.areas}
    for area in standing.areas:
        above: str | None = commune_of[area.totals.area]
        while above is not None:
            in_place.setdefault(above, []).append(area)
            above = known[above].parent
    here = known.get(place)
    while True:
        children = [p for p in election.places if p.parent == (here.id if here else None) and p.id in in_place]
        own = [a for a in standing.areas if here is not None and commune_of[a.totals.area] == here.id]
        if own or len(children) != 1:
            break
        here = children[0]
    path: list[Place] = []
    above_here = known.get(here.parent) if here is not None and here.parent else None
    while above_here is not None:
        path.insert(0, above_here)
        above_here = known.get(above_here.parent) if above_here.parent else None
    held = tuple(p for p in settle(workspace) if p.place.endswith(f"/{standing.contest}"))
    with workspace.database.read() as db:
        sums = kept(db, levels_of(election), standing.contest, [p.id for p in (*children, *([here] if here else []))])
    below = tuple(_level(p, in_place[p.id], sums.get(p.id, {})) for p in children)
    inside = tuple(in_place.get(here.id, ())) if here is not None else standing.areas
    whole = sums.get(here.id, {}) if here is not None else together(level.figures for level in below)
    return Tree(tuple(path), _level(here, inside, whole), below, tuple(own), held)


def kept(db: Connection, levels: Levels, contest: str, places: Iterable[str]) -> dict[str, Figures]:
    """place -> its sum as the levels keep it, with the votes of every unit that lies in it."""
    nodes = [Node("place", p) for p in places if levels.expected(contest, Node("place", p))]
    units = {unit for node in nodes for unit in levels.units_under(contest, node)}
    sums = stored.sums(db, contest, FIRST_ROUND, [*nodes, *units])
    found: dict[str, Figures] = {}
    for node in nodes:
        above = [levels.told_by_units(node, sums[u].figures) for u in levels.units_under(contest, node) if u in sums]
        found[node.id] = together([*above, *([sums[node].figures] if node in sums else [])])
    return found


def _level(place: Place | None, areas: Iterable[AreaStanding], figures: Figures) -> Level:
    every = tuple(areas)
    statuses = Counter(a.status for a in every)
    machine, people = sum(a.shares.machine for a in every), sum(a.shares.people for a in every)
    return Level(place, every, figures, Shares(machine, people), {s: statuses[s] for s in STATUSES})
