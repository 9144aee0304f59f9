"""Bounds on what the posterior does not look at: how much it may weigh in all, and where a given field changes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.arithmetic.changes import Changes, Light, Target
from pipeline.arithmetic.fields import Field
from pipeline.arithmetic.slips import SLIP_SPREAD

ROUNDING = 1e-13
"""More than the error of the transforms."""
RESIDUES = 693
"""What changes add to the sums is counted modulo this (a product of small primes, none of them of ten)."""


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


def bounds(fields: Sequence[Field], changes: Changes, target: Target, slip: float, light: Light) -> Bounds:
    """Four and more changes: :func:`_many`. Three or two of which some value is not listed keep the sums only if that
    one has the shift that the others need. Three changes that break a rule weigh as one number's slip, two as
    :func:`pipeline.arithmetic.slips.two_slipped` says.

    ``light``: those two, and pairs and triples left out as too light or outside of all sums.
    """
    first = np.array([f.values[0][1] for f in fields])
    odds = np.maximum(1.0 - first, 0.0) / first
    lost = np.array([f.dropped for f in fields]) / first
    last = np.array([f.values[-1][1] for f in fields]) / first
    tails = _tails(odds.tolist())
    slipped = slip * SLIP_SPREAD
    heaviest = np.zeros(len(fields))
    np.maximum.at(heaviest, changes.fields, changes.weights)
    in_sum = np.zeros(len(fields), bool)
    in_sum[changes.fields[changes.shifts != 0]] = True
    fitting = _fitting(changes) + float(np.minimum(lost, last).sum())
    four, four_of_field = _many(changes, target.residue, odds, np.where(in_sum, np.minimum(lost, last), lost))
    alone = np.where(in_sum & (target.shift == 0), slipped, 1.0) * lost
    all_lost = float(lost.sum())
    unseen = (
        light.whole + slipped * (tails[3] + all_lost * tails[1]) + float(alone.sum()) + four
        + all_lost * fitting * (1.0 + tails[1])
    )  # fmt: skip
    of_field = (
        light.of_field + slipped * (odds * (tails[2] + all_lost) + lost * tails[1]) + alone + four_of_field
        + lost * fitting * (1.0 + tails[1]) + all_lost * (np.minimum(heaviest, fitting) + odds * fitting)
    )  # fmt: skip
    return Bounds(unseen, tuple(of_field.tolist()))


def _many(
    changes: Changes, residue: int, odds: NDArray[np.float64], unlisted: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    """Weight of at least four changes that keep the sums: a bound on all, and on those that change a given field.

    Listed values: what they add to the sums is taken modulo RESIDUES, where the distribution over all values of all
    fields is one product of Fourier transforms. Changes that keep the sums are among those that keep them there, so
    none is missed, and one in RESIDUES of the others is counted with them. Up to three changes are taken out by their
    elementary symmetric polynomials. ``unlisted``: bound on the one value not listed that a field may need.
    """
    count = len(odds)
    if count < 4:
        return 0.0, np.zeros(count)
    spread = np.zeros((count, RESIDUES))
    np.add.at(spread, (changes.fields, changes.residues), changes.weights)
    each = np.fft.rfft(spread)
    before = np.cumprod(np.vstack([np.ones_like(each[:1]), 1 + each]), axis=0)
    behind = np.cumprod(np.vstack([np.ones_like(each[:1]), 1 + each[::-1]]), axis=0)[::-1]
    one = each.sum(0)
    two = (one * one - (each * each).sum(0)) / 2
    three = (one**3 - 3 * one * (each * each).sum(0) + 2 * (each**3).sum(0)) / 6
    one_other = one - each
    two_others = two - each * one_other
    with_field = each * (before[:-1] * behind[1:] - 1 - one_other - two_others)
    turn = np.exp(2j * np.pi * np.arange(each.shape[1]) * residue / RESIDUES) / RESIDUES
    turn[1:] *= 2  # RESIDUES is odd: every other frequency stands for its conjugate, too
    listed = np.maximum((with_field @ turn).real, 0.0) + ROUNDING
    whole = max(float(((before[-1] - 1 - one - two - three) @ turn).real), 0.0) + ROUNDING
    tails = _tails(odds.tolist())
    any_unlisted = float(unlisted.sum())
    return (
        whole + any_unlisted * tails[3],
        np.asarray(listed + any_unlisted * odds * tails[2] + unlisted * tails[3], np.float64),
    )


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
