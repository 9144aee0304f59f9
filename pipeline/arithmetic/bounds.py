"""Bounds on what the posterior does not look at: how much it may weigh in all, and where a given field changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.arithmetic.changes import Changes, Light, Target
from pipeline.arithmetic.fields import Field
from pipeline.arithmetic.residues import fitting
from pipeline.arithmetic.slips import SLIP_SPREAD, Tails, tails_of


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


@dataclass(frozen=True, slots=True)
class Bounds:
    """Weights, relative to the values read first, of what is not looked at: in all, and where a given field changes."""

    unseen: float
    of_field: tuple[float, ...]


def bounds(
    fields: Sequence[Field], changes: Changes, target: Target, slip: float, light: Light, negligible: float
) -> Bounds:
    """Four and more changes: :func:`_many`. Three or two of which some value is not listed keep the sums only if that
    one has the shift that the others need. Where a rule is broken with a value that is not listed among the changes, it
    weighs as one number's slip.

    ``negligible``: see :func:`pipeline.arithmetic.slips.three_slipped`; ``light``: listed changes that are not tried:
    too light, outside of all sums, or with a broken rule.
    """
    first = np.array([f.values[0][1] for f in fields])
    odds = np.maximum(1.0 - first, 0.0) / first
    lost = np.array([f.dropped for f in fields]) / first
    last = np.array([f.values[-1][1] for f in fields]) / first
    tails = tails_of(odds.tolist())
    slipped = slip * SLIP_SPREAD
    heaviest = np.zeros(len(fields))
    np.maximum.at(heaviest, changes.fields, changes.weights)
    in_sum = np.zeros(len(fields), bool)
    in_sum[changes.fields[changes.shifts != 0]] = True
    fit = _fitting(changes) + float(np.minimum(lost, last).sum())
    four = _many(changes, target.residue, odds, np.where(in_sum, np.minimum(lost, last), lost), tails, negligible)
    alone = np.where(in_sum & (target.shift == 0), slipped, 1.0) * lost
    all_lost = float(lost.sum())
    unseen = (
        light.whole + slipped * all_lost * tails[1] + float(alone.sum()) + four.whole
        + all_lost * fit * (1.0 + tails[1])
    )  # fmt: skip
    of_field = (
        light.of_field + slipped * (odds * all_lost * (1.0 + tails[1]) + lost * tails[1]) + alone + four.of_field
        + lost * fit * (1.0 + tails[1]) + all_lost * (np.minimum(heaviest, fit) + odds * fit)
    )  # fmt: skip
    return Bounds(unseen, tuple(of_field.tolist()))


def _many(
    changes: Changes, residue: int, odds: NDArray[np.float64], unlisted: NDArray[np.float64], tails: Tails,
    negligible: float,
) -> Light:  # fmt: skip
    """Weight of at least four changes that keep the sums. ``unlisted``: bound on the one value not listed that a field
    may need."""
    count = len(odds)
    if count < 4:
        return Light(0.0, np.zeros(count))
    if tails[4] < negligible:  # even if all of them kept the sums
        return Light(tails[4], odds * tails[3])
    _, listed = fitting(changes.fields, changes.residues, changes.weights, count, residue)
    any_unlisted = float(unlisted.sum())
    return Light(
        listed.whole + any_unlisted * tails[3],
        listed.of_field + any_unlisted * odds * tails[2] + unlisted * tails[3],
    )


def _fitting(changes: Changes) -> float:
    """The greatest weight of all changes that have one and the same shift."""
    _, group = np.unique(changes.shifts, return_inverse=True)
    return float(np.bincount(group, changes.weights).max()) if len(group) else 0.0
