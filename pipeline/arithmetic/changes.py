"""What can differ from the values read first: changes of one field, and weights of changes that are not listed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Changes:
    """All changes of one field: ``fields``, ``values`` in parallel; ``weights`` relative to the value read first;
    ``shifts``: what each adds to every sum, folded into one number; ``residues``: the same modulo RESIDUES."""

    fields: NDArray[np.int64]
    values: tuple[int | None, ...]
    weights: NDArray[np.float64]
    shifts: NDArray[np.int64]
    residues: NDArray[np.int64]

    @property
    def numbers(self) -> NDArray[np.int64]:
        """``values``, with -1 for no number."""
        return np.array([-1 if value is None else value for value in self.values], np.int64)


@dataclass(frozen=True, slots=True)
class Target:
    """What the changes must add up to for the sums to hold: as shifts and as residues do."""

    shift: np.int64
    residue: int


@dataclass(frozen=True, slots=True)
class Light:
    """Weight of changes that are not tried: ``whole``: of all; ``of_field``: of those that change a given field."""

    whole: float
    of_field: NDArray[np.float64]

    def __add__(self, other: Light) -> Light:
        return Light(self.whole + other.whole, self.of_field + other.of_field)
