"""From letters in boxes, strings and groups of strokes to the values that a field may have, with their chances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.recognize.tally_groups import TallyReading

DIGITS = "0123456789"
_BEGUN = np.arange(1, 10)
KEPT = 48
"""Values a field keeps; the mass of the others counts as risk."""
CARRIED = 2 * KEPT
"""Values that are carried from box to box; a value that is dropped on the way counts as left out."""
NEGLIGIBLE = 1e-8
"""Values with less chance are not kept: all of a form's together weigh nothing beside any limit of risk."""
NOTHING = "X-.#_"
"""Signs that leave a box without a digit: struck, dash, dot, filled in, empty."""
AFTER = "-_"
"""Of these, what may stand after the digits of a number that was written to the left."""
LEFT = 0.98
"""Chance that digits with empty boxes after them are the number that stands there, and not one whose end is missing."""
UNSEEN = 0.02
"""Mass of readings of a line that were not weighed at all: cuts that were not tried, writing taken for a line."""
SURE_OFF, UNSURE_OFF = 2e-4, 0.12
"""Chance that a group of strokes has one stroke less, and the same for one more; of a sure group and of another."""

Values: TypeAlias = tuple[tuple[int | None, float], ...]


def number_of(letters: Sequence[str]) -> int | None:
    """The value of boxes from left to right: leading signs are no digits; a sign after a digit makes no number."""
    digits = "".join(letters).lstrip(NOTHING)
    return int(digits) if digits.isdigit() else None


def numbers_of(letters: Sequence[str]) -> tuple[tuple[int | None, float], ...]:
    """The values that boxes may have, with their chances: digits written to the left are a number, or the beginning
    of one."""
    plain, left = number_of(letters), number_of("".join(letters).rstrip(AFTER))
    return ((plain, 1.0),) if plain is not None or left is None else ((left, LEFT), (None, 1 - LEFT))


def values_of_boxes(boxes: Sequence[Mapping[str, float]]) -> tuple[Values, float]:
    """Values with their chances, likeliest first, from the boxes' distributions over letters; and the mass left out.

    Boxes are taken as independent. Digits written to the left with empty boxes after them are a number with the chance
    LEFT: whoever wrote 12 in three boxes as "12_" may have left a digit out, so a sum or a person must say so.
    """
    return values_of_fields([boxes])[0]


def values_of_fields(fields: Sequence[Sequence[Mapping[str, float]]]) -> list[tuple[Values, float]]:
    """:func:`values_of_boxes` of many fields, those of as many boxes together."""
    found: dict[int, tuple[Values, float]] = {}
    of_length: dict[int, list[int]] = {}
    for k, field in enumerate(fields):
        of_length.setdefault(len(field), []).append(k)
    for places in of_length.values():
        rows = [[[box.get(letter, 0.0) for letter in DIGITS + NOTHING] for box in fields[k]] for k in places]
        found.update(zip(places, _of_one_length(np.array(rows, np.float64)), strict=True))
    return [found[k] for k in range(len(fields))]


def _of_one_length(chances: NDArray[np.float64]) -> list[tuple[Values, float]]:
    """Of fields (n, boxes, letters): what the boxes so far make is nothing yet, a zero, a number, an ended one, or
    no number."""
    count = len(chances)
    after = [10 + NOTHING.index(sign) for sign in AFTER]
    nought_ended, ended, ended_masses = np.zeros(count), np.zeros((count, 0), np.int64), np.zeros((count, 0))
    nothing, zero, broken = np.ones(count), np.zeros(count), np.zeros(count)
    values, masses = np.zeros((count, 0), np.int64), np.zeros((count, 0))
    for box in range(chances.shape[1]):
        digits, sign = chances[:, box, :10], chances[:, box, 10:].sum(axis=1)
        gap = chances[:, box, after].sum(axis=1)
        open_, closed = masses.sum(axis=1) + zero, ended_masses.sum(axis=1) + nought_ended
        broken = broken + open_ * (sign - gap) + closed * (1 - gap)
        ended, ended_masses = np.hstack([ended, values]), np.hstack([ended_masses, masses]) * gap[:, None]
        nought_ended = (nought_ended + zero) * gap
        begun = (nothing + zero)[:, None] * digits
        longer = (masses[:, :, None] * digits[:, None]).reshape(count, -1)
        values = np.hstack([(values[:, :, None] * 10 + np.arange(10)).reshape(count, -1), np.tile(_BEGUN, (count, 1))])
        masses = np.hstack([longer, begun[:, 1:]])
        nothing, zero = nothing * sign, begun[:, 0]
        values, masses = _likely(values, masses)
        ended, ended_masses = _likely(ended, ended_masses)
    nones = broken + nothing + (1 - LEFT) * (ended_masses.sum(axis=1) + nought_ended)
    noughts = zero + LEFT * nought_ended
    values, masses = np.hstack([values, ended]), np.hstack([masses, LEFT * ended_masses])
    found = []
    for v, m, nought, none in zip(values, masses, noughts.tolist(), nones.tolist(), strict=True):
        weighty = np.flatnonzero(m > NEGLIGIBLE / 2)  # a value stands here twice at the most
        mass: dict[int | None, float] = {}
        for value, share in zip(v[weighty].tolist(), m[weighty].tolist(), strict=True):
            mass[value] = mass.get(value, 0.0) + share
        found.append(_kept(mass | {0: nought, None: none}))
    return found


def _likely(values: NDArray[np.int64], masses: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    likely = (masses > NEGLIGIBLE / 10).any(axis=0)
    values, masses = values[:, likely], masses[:, likely]
    if values.shape[1] > CARRIED:
        best = np.argpartition(-masses, CARRIED, axis=1)[:, :CARRIED]
        values, masses = np.take_along_axis(values, best, axis=1), np.take_along_axis(masses, best, axis=1)
    return values, masses


def values_of_strings(readings: Sequence[tuple[str, float]], *, left_out: bool = False) -> tuple[Values, float]:
    """The same of a line's readings; a line without writing has no number, almost surely, but not where ink was
    ``left_out`` of all readings."""
    mass: dict[int | None, float] = {} if readings else {None: UNSEEN if left_out else 1 - 1e-6}
    for text, share in readings:
        value = number_of(text)
        mass[value] = mass.get(value, 0.0) + share * (1 - UNSEEN)
    return _kept(mass)


def values_of_tally(reading: TallyReading) -> tuple[Values, float]:
    """The same of a cell's strokes: each group may have one stroke less or more than was seen."""
    mass = {0: 1.0}
    for group in reading.groups:
        off = SURE_OFF if group.sure else UNSURE_OFF
        after: dict[int, float] = {}
        for value, chance in mass.items():
            for step, share in ((0, 1 - 2 * off), (-1, off), (1, off)):
                moved = value + int(group.strokes) + step
                after[moved] = after.get(moved, 0.0) + chance * share
        mass = after
    return _kept({value: chance for value, chance in mass.items() if value >= 0})


def _kept(mass: Mapping[int | None, float] | Mapping[int, float]) -> tuple[Values, float]:
    ranked = sorted((pair for pair in mass.items() if pair[1] > NEGLIGIBLE), key=lambda pair: -pair[1])
    values = tuple(ranked[:KEPT])
    return values, max(0.0, 1.0 - sum(p for _, p in values))
