"""A number field: what its ink says, as a distribution over values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.recognize.number_values import values_of_boxes


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


def from_boxes(
    name: str, boxes: Sequence[Mapping[str, float]], *, altered: bool = False, seconded: int | None = None
) -> Field:
    """The field ``name`` from its boxes' distributions over letters (ten digits, ``X-.#_``), each summing to 1."""
    values, dropped = values_of_boxes(boxes)
    return Field(name, values, dropped, altered, seconded)
