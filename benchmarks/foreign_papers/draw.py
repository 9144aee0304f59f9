"""Chance, as one page draws it: everything follows from the page's names."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")
Points = NDArray[np.float64]


class Draw:
    """A stream of draws that belongs to a paper, a seed and a number."""

    def __init__(self, paper: str, seed: int, number: int) -> None:
        self.rng = np.random.default_rng([zlib.crc32(paper.encode()), seed, number])

    def between(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def about(self, middle: float, deviation: float) -> float:
        return float(self.rng.normal(middle, deviation))

    def whole(self, low: int, high: int) -> int:
        """``high`` itself is not drawn."""
        return int(self.rng.integers(low, high))

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def one_of(self, choices: Sequence[T], weights: Sequence[float] | None = None) -> T:
        shares = None if weights is None else np.array(weights) / sum(weights)
        return choices[int(self.rng.choice(len(choices), p=shares))]

    def noise(self, shape: tuple[int, ...]) -> NDArray[np.float32]:
        return self.rng.normal(0, 1, shape).astype(np.float32)
