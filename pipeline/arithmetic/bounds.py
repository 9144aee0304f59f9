"""Bounds on what the posterior does not look at: how much it may weigh in all, and where a given field changes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.arithmetic.fields import Field

SLIP_SPREAD = 1 / 50
"""Chance that a slip writes just the number that the ink shows: a digit off, a carry lost, two digits swapped."""
PAIRED = 128
"""Of so many of the heaviest changes all pairs are formed for a bound."""


@dataclass(frozen=True, slots=True)
class Changes:
    """All changes of one field: ``fields``, ``values`` in parallel; ``weights`` relative to the value read first;
    ``shifts``: what each adds to every sum, folded into one number."""

    fields: NDArray[np.int64]
    values: tuple[int | None, ...]
    weights: NDArray[np.float64]
    shifts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Light:
    """Weight of changes that are not tried: ``whole``: of all; ``of_field``: of those that change a given field."""

    whole: float
    of_field: NDArray[np.float64]

    def __add__(self, other: Light) -> Light:
        return Light(self.whole + other.whole, self.of_field + other.of_field)


def skipped_triples(
    weights: NDArray[np.float64], fields: NDArray[np.int64], shifts: NDArray[np.int64], tried: NDArray[np.int64],
    count: int,
) -> Light:  # fmt: skip
    """Bound on triples whose two heaviest changes, the i-th and one from ``tried[i]`` on, were not tried: the third has
    the one shift that the two need, so all that may stand there weigh no more than the heaviest shift."""
    _, group = np.unique(shifts, return_inverse=True)
    third = float(np.bincount(group, weights).max())
    after = np.append(np.cumsum(weights[::-1])[::-1], 0.0)
    begun = np.zeros(len(weights) + 1)
    np.add.at(begun, tried, weights)
    as_first, as_second = weights * after[tried], weights * np.cumsum(begun)[:-1]
    pairs = float(as_first.sum())
    heaviest = np.zeros(count)
    np.maximum.at(heaviest, fields, weights)
    in_pair = np.bincount(fields, as_first + as_second, count)
    return Light(pairs * third, in_pair * third + pairs * np.minimum(heaviest, third))


def _by_count(odds: Sequence[float]) -> list[float]:
    """Weight of just 0, 1, 2 and 3 changed fields, relative to none changed."""
    by_count = [1.0, 0.0, 0.0, 0.0]
    for odd in odds:
        for n in (3, 2, 1):
            by_count[n] += by_count[n - 1] * odd
    return by_count


@dataclass(frozen=True, slots=True)
class Bounds:
    """Weights, relative to the values read first, of what is not looked at: in all, and where a given field changes."""

    unseen: float
    of_field: tuple[float, ...]


def bounds(fields: Sequence[Field], changes: Changes, target: np.int64, slip: float, light: Light) -> Bounds:
    """Four and more changes keep the sums only if the last has the one shift that the others need (:func:`_many`); so
    do three or two of which some value is not listed. Two changes that keep no sum weigh as a slip.

    ``light``: the pairs and triples left out as too light or outside of all sums.
    """
    first = np.array([f.values[0][1] for f in fields])
    odds = np.maximum(1.0 - first, 0.0) / first
    lost = np.array([f.dropped for f in fields]) / first
    last = np.array([f.values[-1][1] for f in fields]) / first
    tails = _tails(odds.tolist())
    slipped = slip * SLIP_SPREAD
    unlisted = float(np.minimum(lost, last).sum())
    fitting = _fitting(changes) + unlisted
    three_more, four = _many(changes, odds, unlisted)
    heaviest = np.zeros(len(fields))
    np.maximum.at(heaviest, changes.fields, changes.weights)
    in_sum = np.zeros(len(fields), bool)
    in_sum[changes.fields[changes.shifts != 0]] = True
    alone = np.where(in_sum & (target == 0), slipped, 1.0) * lost
    all_lost = float(lost.sum())
    unseen = (
        light.whole + slipped * tails[2] + float(alone.sum()) + four
        + all_lost * fitting * (1.0 + tails[1])
    )  # fmt: skip
    of_field = (
        light.of_field + slipped * odds * tails[1] + alone + odds * three_more
        + lost * fitting * (1.0 + tails[1]) + all_lost * (np.minimum(heaviest, fitting) + odds * fitting)
    )  # fmt: skip
    return Bounds(unseen, tuple(of_field.tolist()))


def _many(changes: Changes, odds: NDArray[np.float64], unlisted: float) -> tuple[float, float]:
    """Bounds on at least three changes beside one of a given field, and on at least four, that keep the sums.

    Of the changed fields, ordered from the least sure on, the last two have together the one shift that all others
    leave, and the last has the one that is left then: whatever fields and values may stand there weigh no more
    together than the heaviest such shift. ``unlisted``: weight of values not listed, which may have any shift.
    """
    order = np.argsort(-odds, kind="stable")
    behind = _behind(changes, order)
    two_last = _two_fitting(changes, int(order[0]), float(odds[order[1:]].sum()), unlisted)
    ends = odds[order] * (np.array(behind) + unlisted)
    three = four = 0.0
    before = 1.0  # weight of whatever changes of the fields before
    for place, field in enumerate(order.tolist()):
        odd, end = float(odds[field]), min(two_last, float(ends[place + 1 :].sum()))
        three += before * odd * end
        four += (before - 1.0) * odd * end
        before *= 1.0 + odd
    return three, four


def _behind(changes: Changes, order: NDArray[np.int64]) -> list[float]:
    """Behind each place of ``order``, the heaviest shift among the fields that follow."""
    _, group = np.unique(changes.shifts, return_inverse=True)
    piled = np.zeros(int(group.max(initial=0)) + 1)
    behind, most = [0.0] * len(order), 0.0
    for place in range(len(order) - 1, -1, -1):
        behind[place] = most
        mine = changes.fields == order[place]
        np.add.at(piled, group[mine], changes.weights[mine])
        most = max(most, float(piled.max()))
    return behind


def _two_fitting(changes: Changes, without: int, odds: float, unlisted: float) -> float:
    """The greatest weight of all pairs of changes with one and the same shift, none of them of the field ``without``.

    Pairs are formed of the heaviest changes; a lighter one has a partner of one shift. ``odds``: of all these fields.
    """
    others = np.flatnonzero(changes.fields != without)
    ranked = others[np.argsort(-changes.weights[others], kind="stable")]
    heavy, light = ranked[:PAIRED], ranked[PAIRED:]
    i, j = np.triu_indices(len(heavy), 1)
    i, j = heavy[i], heavy[j]
    apart = changes.fields[i] != changes.fields[j]
    i, j = i[apart], j[apart]
    with np.errstate(over="ignore"):
        _, group = np.unique(changes.shifts[i] + changes.shifts[j], return_inverse=True)
    paired = float(np.bincount(group, changes.weights[i] * changes.weights[j]).max()) if len(group) else 0.0
    return paired + float(changes.weights[light].sum()) * _fitting(changes) + (odds + unlisted) * unlisted


def _fitting(changes: Changes) -> float:
    """The greatest weight of all changes that have one and the same shift."""
    _, group = np.unique(changes.shifts, return_inverse=True)
    return float(np.bincount(group, changes.weights).max()) if len(group) else 0.0


def _tails(odds: Sequence[float]) -> tuple[float, float, float, float]:
    """Weight of at least 0, 1, 2 and 3 changed fields, relative to none changed."""
    counts = _by_count(odds)
    whole = math.prod(1.0 + odd for odd in odds)
    zero, one, two, three = (max(whole - sum(counts[:n]), 0.0) for n in range(4))
    return zero, one, two, three


def outside_sums(changes: Changes, target: np.int64, pairs: Light) -> Light:
    """Bound on three changes that keep the sums when some are of fields that stand in no sum; ``pairs``: those of two
    changes that keep the sums, both of fields that stand in some."""
    count = len(pairs.of_field)
    apart = changes.shifts == 0
    odds = np.bincount(changes.fields[apart], changes.weights[apart], count)
    _, one, two, three = _by_count(odds.tolist())
    mends = (changes.shifts == target) & ~apart
    mending = np.bincount(changes.fields[mends], changes.weights[mends], count)
    mended = float(mending.sum())
    return Light(
        one * pairs.whole + two * mended + three,
        one * pairs.of_field + two * mending + odds * (pairs.whole + one * mended + two),
    )
