"""The tree of places with what stands in each: sums over the areas below, and the way down to one area."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.election.definition import Election, Place
from pipeline.errors import refuse
from pipeline.tally.totals import AreaResult, total
from pipeline.usecases.standing import STATUSES, AreaStanding, Shares, Standing, Status


@dataclass(frozen=True, slots=True)
class Level:
    """A place, or everything, with the sum of its areas; ``voters`` and ``voted`` of those whose figures are given."""

    place: Place | None
    areas: tuple[AreaStanding, ...]
    result: AreaResult
    voters: int
    voted: int
    shares: Shares
    statuses: Mapping[Status, int]

    @property
    def official(self) -> bool:
        return bool(self.areas) and all(a.official for a in self.areas)


@dataclass(frozen=True, slots=True)
class Tree:
    """One step of the way down: the places above, this one, the places below it, the areas that lie in it itself."""

    path: tuple[Place, ...]
    here: Level
    below: tuple[Level, ...]
    areas: tuple[AreaStanding, ...]


def tree(election: Election, standing: Standing, place: str = "") -> Tree:
    """Where the tree of places stands at ``place`` (empty: at the top). Refused (``place-unknown``) where it is not.

    A place that has nothing but one place below it is passed through.
    """
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
    below = tuple(level(p, in_place[p.id]) for p in children)
    inside = tuple(in_place.get(here.id, ())) if here is not None else standing.areas
    return Tree(tuple(path), level(here, inside) if own else _above(here, inside, below), below, tuple(own))


def _above(place: Place | None, areas: tuple[AreaStanding, ...], below: Sequence[Level]) -> Level:
    """The sum of the levels below, which hold every one of the areas: thousands are not added up twice."""
    statuses = {s: sum(one.statuses[s] for one in below) for s in STATUSES}
    return Level(
        place,
        areas,
        total(one.result for one in below),
        sum(one.voters for one in below),
        sum(one.voted for one in below),
        sum((one.shares for one in below), Shares()),
        statuses,
    )


def level(place: Place | None, areas: Iterable[AreaStanding]) -> Level:
    """The sum of some areas."""
    every = tuple(areas)
    given = [a.totals.figures for a in every if a.totals.figures is not None]
    statuses = Counter(a.status for a in every)
    return Level(
        place,
        every,
        total(a.totals.result for a in every),
        sum(f.voters for f in given),
        sum(f.voted for f in given),
        sum((a.shares for a in every), Shares()),
        {s: statuses[s] for s in STATUSES},
    )
