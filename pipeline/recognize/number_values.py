"""From letters in boxes, strings and groups of strokes to the values that a field may have, with their chances."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from pipeline.recognize.tally_strokes import TallyReading

KEPT = 24
"""Values a field keeps; the mass of the others counts as risk."""
NOTHING = "X-.#_"
"""Signs that leave a box without a digit: struck, dash, dot, filled in, empty."""
UNSEEN = 0.02
"""Mass of readings of a line that were not weighed at all: cuts that were not tried, writing taken for a line."""
SURE_OFF, UNSURE_OFF = 2e-4, 0.12
"""Chance that a group of strokes has one stroke less, and the same for one more; of a sure group and of another."""

Values: TypeAlias = tuple[tuple[int | None, float], ...]


def number_of(letters: Sequence[str]) -> int | None:
    """The value of boxes from left to right: leading signs are no digits; a sign after a digit makes no number."""
    digits = "".join(letters).lstrip(NOTHING)
    return int(digits) if digits.isdigit() else None


def values_of_boxes(boxes: Sequence[Mapping[str, float]]) -> tuple[Values, float]:
    """Values with their chances, likeliest first, from the boxes' distributions over letters; and the mass left out.

    Boxes are taken as independent. Digits written to the left with empty boxes after them make no number:
    whoever wrote 12 in three boxes as "12_" may have meant anything, so a person is asked.
    """
    ranked = [sorted(((p, letter) for letter, p in box.items() if p > 0), reverse=True) for box in boxes]
    start = (0,) * len(ranked)
    heap = [(-math.prod(r[0][0] for r in ranked), start)]
    seen = {start}
    mass: dict[int | None, float] = {}
    taken = 0.0
    while heap and len(mass) < KEPT + 1 and taken < 1 - 1e-6:
        minus, places = heapq.heappop(heap)
        value = number_of([r[k][1] for r, k in zip(ranked, places, strict=True)])
        mass[value] = mass.get(value, 0.0) - minus
        taken -= minus
        for box, place in enumerate(places):
            after = (*places[:box], place + 1, *places[box + 1 :])
            if place + 1 < len(ranked[box]) and after not in seen:
                seen.add(after)
                heapq.heappush(heap, (minus / ranked[box][place][0] * ranked[box][place + 1][0], after))
    return _kept(mass)


def values_of_strings(readings: Sequence[tuple[str, float]]) -> tuple[Values, float]:
    """The same of a line's readings; a line without writing has no number, almost surely."""
    mass: dict[int | None, float] = {} if readings else {None: 1 - 1e-6}
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
    values = tuple(sorted(mass.items(), key=lambda pair: -pair[1])[:KEPT])
    return values, max(0.0, 1.0 - sum(p for _, p in values))
