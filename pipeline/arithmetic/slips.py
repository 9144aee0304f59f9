"""What a writer's own mistake weighs: it sits in one number, so the rules that it breaks have that number in common."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.arithmetic.changes import Changes, Light
from pipeline.arithmetic.residues import RESIDUES, fitting
from pipeline.arithmetic.rules import Rule, SumRule

Tails: TypeAlias = tuple[float, float, float, float, float]
"""Weight of at least 0, 1, 2, 3 and 4 changed fields, relative to none changed."""

SLIP_SPREAD = 1 / 50
"""Chance that a slip writes just the number that the ink shows: a digit off, a carry lost, two digits swapped."""
OFTEN = 3.0
"""Times that a slip sits in one number rather than in another, at the most: in a total rather than in a part."""
TWICE = 0.2
"""Chance that who slips once slips in another number, too. No figure is known; high, as a high one only asks more."""
FAINT = 1e-5
"""Changes that weigh less are not paired with others; they count as if they broke one number's rules."""
MOST_SETS = 12
"""Numbers whose sums are told apart for three and more changes; with more of them all such changes count."""
MOST_RULES = 60
"""Sums that one number's bits tell apart; with more of them every pair counts as if it broke one number's rules."""


def in_one_number(slip: float, numbers: int) -> float:
    """Chance, at the most, that the writer slips in a given one of so many numbers."""
    return slip * min(1.0, OFTEN / numbers)


def slip_weight(slip: float, broken: Iterable[Rule]) -> float:
    """Weight of values that break these rules, of which there is at least one; ``slip``: :func:`in_one_number`."""
    once = slip * SLIP_SPREAD
    named = [set(rule.fields) for rule in broken]
    return once if set.intersection(*named) else once * TWICE * SLIP_SPREAD


def two_slipped(
    changes: Changes, names: Sequence[str], sums: Sequence[SumRule], left: Sequence[int], pulls: NDArray[np.int64],
    slip: float,
) -> Light:  # fmt: skip
    """Bound on two listed changes that break a rule: in all, and of those that change a given field.

    ``names``: the fields' ids by place; ``left``: what the values read first leave over in each of ``sums``;
    ``pulls`` (sums, changes): what each change adds to each.
    """
    count = len(names)
    once = slip * SLIP_SPREAD
    heavy = np.flatnonzero(changes.weights >= FAINT)
    if len(sums) > MOST_RULES:
        heavy = heavy[:0]
    chosen = np.zeros(len(changes.weights), bool)
    chosen[heavy] = True
    faint = np.bincount(changes.fields[~chosen], changes.weights[~chosen], count)
    every = np.bincount(changes.fields, changes.weights, count)
    of_field = once * (every * faint.sum() + faint * every.sum())
    whole = once * float(faint.sum() * every.sum())
    if not len(heavy):
        return Light(whole, of_field)
    weights, fields = changes.weights[heavy], changes.fields[heavy]
    bits = np.uint16 if len(sums) <= 16 else np.uint64
    broken = np.zeros((len(heavy), len(heavy)), bits)
    for k, pull in enumerate(pulls[:, heavy]):
        broken |= (pull[:, None] != -(pull + left[k])) * bits(1 << k)
    in_one = np.zeros(broken.shape, bool)
    for own in _rules_of(names, sums):
        in_one |= (broken & bits(sum(1 << k for k in range(len(sums)) if k not in own))) == 0
    both = np.outer(weights, weights) * np.where(in_one, once, once * TWICE * SLIP_SPREAD)
    both[fields[:, None] == fields[None]] = 0.0
    paired = both.sum(axis=1)
    return Light(whole + float(paired.sum()) / 2, of_field + np.bincount(fields, paired, count))


def three_slipped(
    changes: Changes, names: Sequence[str], sums: Sequence[SumRule], left: Sequence[int], pulls: NDArray[np.int64],
    odds: NDArray[np.float64], slip: float, negligible: float,
) -> Light:  # fmt: skip
    """The same of three and more listed changes: one number's slip breaks sums of that number only, so all others hold.

    ``odds``: weight of all changes of each field. Percentages are taken to hold. What weighs less than ``negligible``
    even if it broke the sums of one number every time is not looked at further.
    """
    count = len(names)
    once = slip * SLIP_SPREAD
    tails = tails_of(odds.tolist())
    every = Light(once * tails[3], once * odds * tails[2])
    of_number = _rules_of(names, sums)
    widest = [own for own in of_number if not any(own < other for other in of_number)]
    if len(widest) > MOST_SETS or not sums or every.whole < negligible:
        return every
    found = Light(TWICE * SLIP_SPREAD * every.whole, TWICE * SLIP_SPREAD * every.of_field)
    factors = _factors(len(sums))
    for own in widest:
        kept = [k for k in range(len(sums)) if k not in own]
        residues = (pulls[kept] % RESIDUES * factors[kept, None]).sum(axis=0) % RESIDUES
        wanted = -sum(int(factors[k]) * left[k] for k in kept) % RESIDUES
        three, _ = fitting(changes.fields, residues, changes.weights, count, wanted)
        found += Light(once * three.whole, once * three.of_field)
    return Light(min(found.whole, every.whole), np.minimum(found.of_field, every.of_field))


def _rules_of(names: Sequence[str], sums: Sequence[SumRule]) -> set[frozenset[int]]:
    """The sets of sums, by place, that the numbers stand in."""
    own: dict[str, list[int]] = {name: [] for name in names}
    for k, rule in enumerate(sums):
        for name, _ in rule.terms:
            own[name].append(k)
    return {frozenset(places) for places in own.values()}


@lru_cache(maxsize=64)
def _factors(count: int) -> NDArray[np.int64]:
    return np.random.default_rng(20261122).integers(1, RESIDUES, count)


def tails_of(odds: Sequence[float]) -> Tails:
    by_count = [1.0, 0.0, 0.0, 0.0]
    for odd in odds:
        for n in (3, 2, 1):
            by_count[n] += by_count[n - 1] * odd
    whole = math.prod(1.0 + odd for odd in odds)
    zero, one, two, three, four = (max(whole - sum(by_count[:n]), 0.0) for n in range(5))
    return zero, one, two, three, four
