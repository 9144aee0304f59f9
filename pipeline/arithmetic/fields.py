"""A number field: what its ink says, as a distribution over values."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

KEPT = 24
"""Values a field keeps; the mass of the others is ``dropped`` and counts as risk."""
NOTHING = frozenset("X-.#_")
"""Signs that leave a box without a digit: struck, dash, dot, filled in, empty."""


@dataclass(frozen=True, slots=True)
class Field:
    """One written number. ``values``: value to probability by its ink alone, likeliest first; ``dropped``: the mass of
    all values not listed.

    ``None`` is "no number here" (an empty or struck field, or boxes that make no number). ``altered``: written over,
    struck out and rewritten, erased: never accepted alone. ``seconded``: the same value stands in words or in
    another person's entry, which is then the second source.
    """

    id: str
    values: tuple[tuple[int | None, float], ...]
    dropped: float
    altered: bool = False
    seconded: int | None = None

    @property
    def read(self) -> int | None:
        """What the ink says first."""
        return self.values[0][0]

    def chance(self, value: int | None) -> float:
        """Probability of ``value`` by ink alone; 0 for values not listed."""
        return next((p for v, p in self.values if v == value), 0.0)


def answered(field: Field, value: int | None) -> Field:
    """The field after people have settled it (two blind entries that agree): sure."""
    return Field(field.id, ((value, 1.0),), 0.0, False, value)


def _number(letters: Sequence[str]) -> int | None:
    """The value of boxes from left to right: leading signs are no digits; a sign after a digit makes no number."""
    digits = "".join(letters).lstrip("".join(NOTHING))
    return int(digits) if digits.isdigit() else None


def from_boxes(
    name: str, boxes: Sequence[Mapping[str, float]], *, altered: bool = False, seconded: int | None = None
) -> Field:
    """The field ``name`` from its boxes' distributions over letters (ten digits, ``X-.#_``), each summing to 1.

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
        value = _number([r[k][1] for r, k in zip(ranked, places, strict=True)])
        mass[value] = mass.get(value, 0.0) - minus
        taken -= minus
        for box, place in enumerate(places):
            after = (*places[:box], place + 1, *places[box + 1 :])
            if place + 1 < len(ranked[box]) and after not in seen:
                seen.add(after)
                heapq.heappush(heap, (minus / ranked[box][place][0] * ranked[box][place + 1][0], after))
    values = sorted(mass.items(), key=lambda pair: -pair[1])[:KEPT]
    listed = sum(p for _, p in values)
    return Field(name, tuple(values), max(0.0, 1.0 - listed), altered, seconded)
