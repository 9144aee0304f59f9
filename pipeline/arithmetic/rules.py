"""What must hold between the numbers of one form: sums, percentages, orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Values: TypeAlias = Mapping[str, int | None]
"""Value by field id; ``None`` is no number, which a sum takes as 0 and a percentage does not take."""


@dataclass(frozen=True, slots=True)
class SumRule:
    """Σ factor × value = 0. ``code``: the rule's number for people (R6); ``terms``: (field, factor)."""

    code: str
    terms: tuple[tuple[str, int], ...]

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(field for field, _ in self.terms)

    def left_over(self, values: Values) -> int:
        return sum(factor * (values[field] or 0) for field, factor in self.terms)

    def holds(self, values: Values) -> bool:
        return self.left_over(values) == 0


@dataclass(frozen=True, slots=True)
class PercentRule:
    """``percent`` (in hundredths) is ``part`` of ``whole``, off by ``slack`` hundredths at most (R11, R22)."""

    code: str
    part: str
    whole: str
    percent: str
    slack: int = 1

    @property
    def fields(self) -> tuple[str, ...]:
        return self.part, self.whole, self.percent

    def holds(self, values: Values) -> bool:
        part, whole, percent = values[self.part], values[self.whole], values[self.percent]
        if part is None or percent is None or not whole:
            return not part and not percent
        return abs(percent * whole - 10_000 * part) * 2 <= whole * (1 + 2 * self.slack)

    def holds_each(
        self, part: NDArray[np.int64], whole: NDArray[np.int64], percent: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """The same of many values at once, of shapes that fit each other; -1 is no number."""
        near = np.abs(percent * whole - 10_000 * part) * 2 <= whole * (1 + 2 * self.slack)
        known = (part >= 0) & (whole > 0) & (percent >= 0)
        return np.asarray(np.where(known, near, (part <= 0) & (percent <= 0)), np.bool_)

    def holds_with(self, values: Values, field: str, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
        """The same for each of ``numbers`` in one of the rule's fields, the others as in ``values``."""
        read = (values[name] for name in self.fields)
        fixed = (np.array(-1 if value is None else value, np.int64) for value in read)
        part, whole, percent = (
            numbers if name == field else value for name, value in zip(self.fields, fixed, strict=True)
        )
        return self.holds_each(part, whole, percent)


@dataclass(frozen=True, slots=True)
class AtMostRule:
    """``less`` ≤ ``more`` (R1, R2, R4, R5, R7, R20)."""

    code: str
    less: str
    more: str

    @property
    def fields(self) -> tuple[str, ...]:
        return self.less, self.more

    def holds(self, values: Values) -> bool:
        return (values[self.less] or 0) <= (values[self.more] or 0)


Rule: TypeAlias = SumRule | PercentRule | AtMostRule


def total(code: str, parts: tuple[str, ...], whole: str) -> SumRule:
    """Parts add up to a whole."""
    return SumRule(code, (*((part, 1) for part in parts), (whole, -1)))
