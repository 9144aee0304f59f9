"""Levels: the two trees above every voting area, and sums that move by what changed; pure.

An area counts once in each tree: in its electoral unit and the committees above it (one tree per contest), and in its
commune and the places above it (the administrative tree). Figures are whole numbers by name; a name that is absent is
zero, so equal sums are equal mappings and adding is free of order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pipeline.election.definition import Election, Place, Unit
from pipeline.tally.ballots import GROUNDS, Ground
from pipeline.tally.rules import PaperFigures
from pipeline.tally.totals import AreaResult

Tree = Literal["unit", "place"]
AreaState = Literal["voters", "provisional", "complete", "signed", "corrected", "annulled"]
AREA_STATES: tuple[AreaState, ...] = ("voters", "provisional", "complete", "signed", "corrected", "annulled")
"""``voters``: only the voter total is known; ``provisional``: figures that are not complete; ``complete``: every rule
holds; ``signed``: the signed minutes have come in; ``corrected``: changed after they were signed, by a recorded
decision; ``annulled``: left out of every sum (Art. 81)."""
Figures = Mapping[str, int]

PAPER = tuple(PaperFigures.__slots__)
COUNTED = ("collected", "scanned", "by_hand", "set_aside", "undecided", "valid", "invalid")
VOTES, GROUND, LEAVING, STATE, TRUE = "votes:", "ground:", "leaving:", "state:", "true:"
AGAINST = "against:"
"""Votes against a candidate, on tables with both columns alone."""
"""``true:R4``: areas whose figures break this rule of the world and yet are true, told with an incident."""
_GROUNDS = tuple((ground, GROUND + ground) for ground in GROUNDS)


class Node(NamedTuple):
    """A level: an electoral unit or committee of a contest's tree, or a place of the administrative tree.

    A tuple, since millions of them are looked up while a country is summed.
    """

    tree: Tree
    id: str


def figures_of(result: AreaResult | None, paper: PaperFigures | None) -> dict[str, int]:
    """The count and the figures of the paper as one mapping; zeroes are left out."""
    found: dict[str, int] = {}
    if paper is not None:
        found |= {name: getattr(paper, name) for name in PAPER}
    if result is not None:
        found |= {name: getattr(result, name) for name in COUNTED if name != "invalid"}
        found["invalid"] = result.invalid_total
        found |= {GROUND + ground: n for ground, n in result.invalid.items()}
        found |= {f"{LEAVING}{k}": n for k, n in result.leaving.items()}
        found |= {VOTES + candidate: n for candidate, n in result.votes.items()}
        found |= {AGAINST + candidate: n for candidate, n in result.against.items()}
    return {name: n for name, n in found.items() if n}


def result_in(figures: Figures) -> AreaResult:
    """The count in some figures; others' minutes tell of their invalid ballots only how many there are."""
    grounds: dict[Ground, int] = {g: figures[name] for g, name in _GROUNDS if figures.get(name)}
    leaving = {int(name[len(LEAVING) :]): n for name, n in figures.items() if name.startswith(LEAVING)}
    number = figures.get
    return AreaResult(
        number("collected", 0),
        number("scanned", 0),
        number("by_hand", 0),
        number("set_aside", 0),
        number("valid", 0),
        grounds,
        votes_in(figures),
        leaving,
        number("undecided", 0),
        {name[len(AGAINST) :]: n for name, n in figures.items() if name.startswith(AGAINST)},
        number("invalid", 0) - sum(grounds.values()),
    )


def paper_in(figures: Figures) -> PaperFigures:
    """The figures of the paper in some figures."""
    return PaperFigures(*(figures.get(name, 0) for name in PAPER))


def votes_in(figures: Figures) -> dict[str, int]:
    """Candidate -> votes."""
    return {name[len(VOTES) :]: n for name, n in figures.items() if name.startswith(VOTES)}


def contribution(state: AreaState, figures: Figures, incidents: Iterable[str] = ()) -> dict[str, int]:
    """What an area in ``state`` adds to every level above it: its figures and one area of that state.

    ``incidents``: the rules of the world (``R4``) that are broken and yet true; each is told upwards.
    """
    if state == "annulled":
        return {STATE + state: 1}
    return {**figures, STATE + state: 1, **{TRUE + rule: 1 for rule in incidents}}


def difference(new: Figures, old: Figures) -> dict[str, int]:
    """``new`` less ``old``: what a level above has to be moved by; empty where they are equal."""
    if not old:
        return {name: n for name, n in new.items() if n}
    moved = {name: n - old.get(name, 0) for name, n in new.items()}
    moved |= {name: -n for name, n in old.items() if name not in new}
    return {name: n for name, n in moved.items() if n}


def add_into(sums: dict[str, int], more: Figures) -> None:
    """Add ``more`` to ``sums`` in place; what becomes zero goes."""
    for name, number in more.items():
        if name in sums:
            sums[name] += number
            if not sums[name]:
                del sums[name]
        elif number:
            sums[name] = number


def together(parts: Iterable[Figures]) -> dict[str, int]:
    """The sum of some figures, whatever their order.

    Parts that name the same figures are added column by column: hundreds of areas below a unit are read at every change
    of one of them, and most name the same.
    """
    alike: dict[tuple[str, ...], list[Iterable[int]]] = {}
    for part in parts:
        alike.setdefault(tuple(part), []).append(part.values())
    found: dict[str, int] = {}
    for names, rows in alike.items():
        add_into(found, dict(zip(names, map(sum, zip(*rows, strict=True)), strict=True)))
    return found


class Levels:
    """Where every area, unit and place of an election stands in the two trees; made once for each election.

    A candidate's votes are kept at the unit and at the places from the commune up to the lowest one that holds the
    whole unit: above it the number is the unit's and never another.
    """

    def __init__(self, election: Election) -> None:
        self.units: Mapping[str, Unit] = {u.id: u for u in election.units}
        self.places: Mapping[str, Place] = {p.id: p for p in election.places}
        self.areas = {a.id: a for a in election.areas}
        self.contests = tuple(c.id for c in election.contests)
        self._standing: dict[str, list[str]] = {}
        self._votes_on: dict[str, frozenset[str]] = {}
        self._units: dict[tuple[str, Node], tuple[Node, ...]] = {}
        for candidate in election.candidates:
            self._standing.setdefault(candidate.unit, []).append(candidate.id)
        self._up: dict[Node, tuple[Node, ...]] = {}
        for unit in election.units:
            self._up[Node("unit", unit.id)] = self._chain("unit", unit.id)
        for place in election.places:
            self._up[Node("place", place.id)] = self._chain("place", place.id)
        self._depth = {node: len(chain) for node, chain in self._up.items()}
        self._areas: dict[tuple[str, Node], list[str]] = {}
        self._expected: dict[tuple[str, Node], int] = {}
        home: dict[str, tuple[Node, ...]] = {}
        for area in election.areas:
            places = self._up[Node("place", area.place)]
            for contest, unit_id in area.units.items():
                for bottom in (Node("unit", unit_id), Node("place", area.place)):
                    self._areas.setdefault((contest, bottom), []).append(area.id)
                known = home.get(unit_id)
                if known is None or places[0] not in known:
                    home[unit_id] = places if known is None else tuple(n for n in known if n in places)
        for (contest, bottom), inside in self._areas.items():
            for node in self._up[bottom]:
                self._expected[contest, node] = self._expected.get((contest, node), 0) + len(inside)
        self._below: dict[tuple[str, Node], list[Node]] = {}
        for contest, node in self._expected:
            above = self._up[node][1:2]
            if above:
                self._below.setdefault((contest, above[0]), []).append(node)
        tops = {unit: self._depth[chain[0]] if chain else 0 for unit, chain in home.items()}
        self._reach = {VOTES + c.id: tops[c.unit] for c in election.candidates if c.unit in tops}
        self._tables = any(c.ballot_form == "dai-hoi" for c in election.contests)
        if self._tables:
            self._reach |= {AGAINST + name[len(VOTES) :]: depth for name, depth in self._reach.items()}

    def _chain(self, tree: Tree, start: str) -> tuple[Node, ...]:
        chain: list[Node] = []
        at: str | None = start
        while at is not None:
            chain.append(Node(tree, at))
            at = self.units[at].parent if tree == "unit" else self.places[at].parent
        return tuple(chain)

    def candidates(self, contest: str, area: str) -> tuple[str, ...]:
        """The candidates that an area votes on, in no order."""
        return tuple(self._standing.get(self.areas[area].units[contest], ()))

    def votes_on(self, contest: str, area: str) -> frozenset[str]:
        """The names that figures of an area give to its candidates' votes."""
        unit = self.areas[area].units[contest]
        if unit not in self._votes_on:
            self._votes_on[unit] = frozenset(VOTES + c for c in self._standing.get(unit, ()))
        return self._votes_on[unit]

    def against_on(self, contest: str, area: str) -> frozenset[str]:
        """The names of votes against its candidates; none but in congresses and meetings."""
        if not self._tables:
            return frozenset()
        return frozenset(AGAINST + c for c in self.candidates(contest, area))

    def up(self, node: Node) -> tuple[Node, ...]:
        """The node and every level above it, the highest last."""
        return self._up[node]

    def bottoms(self, contest: str, area: str) -> tuple[Node, Node]:
        """The unit and the commune of an area, where both ways up begin."""
        one = self.areas[area]
        return Node("unit", one.units[contest]), Node("place", one.place)

    def path(self, contest: str, area: str) -> tuple[Node, ...]:
        """Every level that an area counts in: unit upwards, then commune upwards."""
        return tuple(node for bottom in self.bottoms(contest, area) for node in self._up[bottom])

    def below(self, contest: str, node: Node) -> tuple[Node, ...]:
        """The levels right below one."""
        return tuple(self._below.get((contest, node), ()))

    def own_areas(self, contest: str, node: Node) -> tuple[str, ...]:
        """The areas that lie in a level itself and in none below it."""
        return tuple(self._areas.get((contest, node), ()))

    def areas_under(self, contest: str, node: Node) -> tuple[str, ...]:
        """All areas of a level."""
        found = list(self._areas.get((contest, node), ()))
        for child in self.below(contest, node):
            found += self.areas_under(contest, child)
        return tuple(found)

    def units_under(self, contest: str, node: Node) -> tuple[Node, ...]:
        """The units that have an area in a level, found once."""
        key = (contest, node)
        if key not in self._units:
            found = {Node("unit", self.areas[a].units[contest]) for a in self.own_areas(contest, node)}
            for child in self.below(contest, node):
                found.update(self.units_under(contest, child))
            self._units[key] = tuple(sorted(found))
        return self._units[key]

    def expected(self, contest: str, node: Node) -> int:
        """How many areas of a contest lie in a level; 0 where it is not held there."""
        return self._expected.get((contest, node), 0)

    def tops(self, contest: str, tree: Tree) -> tuple[Node, ...]:
        """The highest levels of a tree in which the contest is held."""
        return tuple(n for c, n in self._expected if c == contest and n.tree == tree and len(self._up[n]) == 1)

    def nodes(self, contest: str) -> tuple[Node, ...]:
        """Every level in which the contest is held."""
        return tuple(n for c, n in self._expected if c == contest)

    def kept_at(self, node: Node, figures: Figures) -> Figures:
        """Of some figures those that a level keeps: all but the votes that a lower level tells already."""
        depth = self._depth[node]
        if node.tree == "unit":
            if self.units[node.id].seats:
                return figures
            return {name: n for name, n in figures.items() if not name.startswith((VOTES, AGAINST))}
        reach = self._reach
        return {name: n for name, n in figures.items() if reach.get(name, 0) <= depth}

    def told_by_units(self, node: Node, figures: Figures) -> Figures:
        """Of the figures of a unit the votes that a place does not keep, since the unit lies in it whole."""
        depth, reach = self._depth[node], self._reach
        return {name: n for name, n in figures.items() if reach.get(name, 0) > depth}

    def moved(self, contest: str, changes: Iterable[tuple[str, Figures]]) -> dict[Node, dict[str, int]]:
        """By what each level moves when areas move: (area, difference) to level -> difference.

        Each area is added to its unit and its commune; above these only their sums go up, so the work grows with the
        number of areas that moved and of levels above them.
        """
        by_depth: dict[int, dict[Node, list[Figures]]] = {}
        for area, change in changes:
            for bottom in self.bottoms(contest, area):
                by_depth.setdefault(self._depth[bottom], {}).setdefault(bottom, []).append(change)
        found: dict[Node, dict[str, int]] = {}
        for depth in range(max(by_depth, default=0), 0, -1):
            for node, moves in sorted(by_depth.get(depth, {}).items()):
                found[node] = dict(self.kept_at(node, together(moves)))
                for above in self._up[node][1:2]:
                    by_depth.setdefault(depth - 1, {}).setdefault(above, []).append(found[node])
        return found


@dataclass(frozen=True, slots=True)
class Disagreement:
    """R14 does not hold at a level: the figure, what its parts have together and what the level has."""

    node: Node
    figure: str
    parts: int
    level: int


def r14(node: Node, level: Figures, parts: Iterable[Figures]) -> tuple[Disagreement, ...]:
    """R14: the sum of the parts = the level, for every figure and candidate of one contest and round.

    ``parts`` are what the levels below and the own areas add, as kept at this level; annulled areas add nothing but
    their own number.
    """
    found = together(parts)
    if found == level:
        return ()
    names = sorted({*found, *level})
    return tuple(
        Disagreement(node, n, found.get(n, 0), level.get(n, 0)) for n in names if found.get(n, 0) != level.get(n, 0)
    )
