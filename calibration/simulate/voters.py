"""What voters mean to do to a ballot: which names, in which way, and how often each thing happens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

Way = Literal["horizontal", "double", "oblique", "wavy", "x", "verticals", "scribble", "zigzag", "black_out", "snake"]
"""How a name is crossed out. ``snake``: one line without lifting the pen through several names."""

Act = Literal[
    "strike",
    "short",  # a line that ends at 30-87 % of the name
    "borderline",  # a line that ends at 88-92 %
    "part",  # only the family, middle or given name
    "one_line",  # one line of a name on two
    "circle",
    "underline",
    "overline",
    "sign",  # tick, cross, number ... beside the name
    "word",  # a word beside the name
    "sweep",  # one long diagonal or bracket over several names
]

WAYS: Mapping[Way, float] = {
    "horizontal": 0.44,
    "double": 0.08,
    "oblique": 0.08,
    "wavy": 0.08,
    "x": 0.07,
    "verticals": 0.05,
    "scribble": 0.07,
    "zigzag": 0.07,
    "black_out": 0.03,
    "snake": 0.03,
}


@dataclass(frozen=True, slots=True)
class Population:
    """Rates per ballot; what is left over votes validly with plain strikes.

    Press and guidance give no counts of odd marks; the odd ones are set high on purpose so that a trial of a
    thousand ballots meets each kind several times.
    """

    untouched: float = 0.010
    all_crossed: float = 0.008
    over_voted: float = 0.018
    fewer: float = 0.25
    """Of the valid: leaves fewer names than seats."""
    short: float = 0.016
    part: float = 0.014
    one_line: float = 0.020
    """Only on ballots with a name on two lines."""
    circle: float = 0.010
    underline: float = 0.008
    overline: float = 0.004
    sign: float = 0.012
    word: float = 0.006
    sweep: float = 0.010
    added: float = 0.008
    """Writing elsewhere on the sheet."""
    missing_stamp: float = 0.012
    borderline: float = 0.003
    ways: Mapping[Way, float] = field(default_factory=lambda: dict(WAYS))


@dataclass(frozen=True, slots=True)
class NameAct:
    """One act on one name, or on several at once (``snake`` and ``sweep``)."""

    act: Act
    names: tuple[int, ...]
    """Places of the names on the ballot, from 0, top to bottom."""
    way: Way = "horizontal"
    share: float = 1.0
    """Of the name's width that a ``short`` or ``borderline`` line covers."""
    part: int = 0
    """``part``: 0 family, 1 middle, 2 given; ``one_line``: the line."""


@dataclass(frozen=True, slots=True)
class Intent:
    """All that one voter does, and whether the team stamped the sheet."""

    acts: tuple[NameAct, ...]
    added: bool
    stamped: bool


def _choose(rng: np.random.Generator, weights: Mapping[Way, float]) -> Way:
    ways = list(weights)
    shares = np.array([weights[w] for w in ways])
    return ways[int(rng.choice(len(ways), p=shares / shares.sum()))]


def _names_left(rng: np.random.Generator, names: int, seats: int, population: Population) -> int:
    draw = rng.random()
    if draw < population.untouched:
        return names
    draw -= population.untouched
    if draw < population.all_crossed:
        return 0
    draw -= population.all_crossed
    if draw < population.over_voted and seats + 1 < names:
        return int(rng.integers(seats + 1, names))
    if rng.random() < population.fewer and seats > 1:
        return int(rng.integers(1, seats))
    return seats


def _strikes(rng: np.random.Generator, struck: Sequence[int], population: Population) -> list[NameAct]:
    """Plain strikes: one favourite way per voter, now and then another."""
    favourite = _choose(rng, population.ways)
    acts: list[NameAct] = []
    waiting = sorted(struck)
    while waiting:
        way = favourite if rng.random() < 0.85 else _choose(rng, population.ways)
        run = [waiting[0]]
        while way == "snake" and len(run) < min(4, len(waiting)) and waiting[len(run)] == run[-1] + 1:
            run.append(waiting[len(run)])
        acts.append(NameAct("strike", tuple(run), way))
        waiting = waiting[len(run) :]
    return acts


def _odd_kinds(rng: np.random.Generator, population: Population, two_lines: Sequence[int]) -> list[Act]:
    rates: dict[Act, float] = {
        "short": population.short,
        "part": population.part,
        "circle": population.circle,
        "underline": population.underline,
        "overline": population.overline,
        "sign": population.sign,
        "word": population.word,
        "sweep": population.sweep,
        "borderline": population.borderline,
    }
    if two_lines:
        rates["one_line"] = population.one_line
    return [act for act, rate in rates.items() if rng.random() < rate]


def _odd_act(rng: np.random.Generator, act: Act, names: int, two_lines: Sequence[int]) -> NameAct:
    name = int(rng.integers(names))
    if act == "one_line":
        return NameAct(act, (int(rng.choice(list(two_lines))),), part=int(rng.integers(2)))
    if act == "sweep":
        first = int(rng.integers(0, max(1, names - 1)))
        last = min(names - 1, first + int(rng.integers(1, 4)))
        return NameAct(act, tuple(range(first, last + 1)), part=int(rng.integers(3)))
    if act == "short":
        way: Way = "horizontal" if rng.random() < 0.7 else "wavy"
        return NameAct(act, (name,), way, share=float(rng.uniform(0.30, 0.865)))
    if act == "borderline":
        return NameAct(act, (name,), "horizontal", share=float(rng.uniform(0.88, 0.92)))
    return NameAct(act, (name,), part=int(rng.integers(3)))


def intend(
    rng: np.random.Generator, names: int, seats: int, two_lines: Sequence[int], population: Population
) -> Intent:
    """Draw what one voter does to a ballot of ``names`` names; ``two_lines``: those printed on two lines."""
    left = _names_left(rng, names, seats, population)
    struck = sorted(int(i) for i in rng.permutation(names)[: names - left])
    kinds = _odd_kinds(rng, population, two_lines)
    odd = [_odd_act(rng, kind, names, two_lines) for kind in kinds]
    taken: set[int] = set()
    kept: list[NameAct] = []
    for act in odd:
        if not taken & set(act.names):
            taken |= set(act.names)
            kept.append(act)
    plain = _strikes(rng, [i for i in struck if i not in taken], population)
    added = bool(rng.random() < population.added)
    stamped = bool(rng.random() >= population.missing_stamp)
    return Intent(tuple(plain + kept), added, stamped)
