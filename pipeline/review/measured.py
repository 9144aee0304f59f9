"""How wrong accepted readings can be, from what people found in those that they looked over: an exact bound."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, lgamma, log, log1p

CONFIDENCE = 0.95
STEPS = 60
"""Halvings of an interval of length 1: more than a double can tell apart."""


def upper_bound(found: int, of: int, confidence: float = CONFIDENCE) -> float:
    """The largest share that ``found`` among ``of`` still fits: one-sided, exact (Clopper and Pearson 1934).

    With a larger share, so few would be found with a chance below 1 - ``confidence``. 1.0 where nothing was looked at.
    """
    if not 0 <= found <= of:
        raise ValueError(f"{found} of {of}")
    if found == of:
        return 1.0
    low, high = found / of, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        if _at_most(found, of, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def _at_most(found: int, of: int, share: float) -> float:
    """The chance of at most ``found`` among ``of``, each with the chance ``share`` (0 < share < 1)."""
    yes, no, whole = log(share), log1p(-share), lgamma(of + 1)
    terms = (whole - lgamma(k + 1) - lgamma(of - k + 1) + k * yes + (of - k) * no for k in range(found + 1))
    return sum(exp(t) for t in terms)


@dataclass(frozen=True, slots=True)
class Measured:
    """Accepted readings that people looked over in grids, and known crops seeded among them (docs/adr/0006).

    ``wrong``: settled as something else since; ``open_doubts``: marked as odd and not settled yet; ``seeds``: known
    crops that people were shown, of which they did not notice ``missed``.
    """

    looked_over: int
    wrong: int
    open_doubts: int
    seeds: int
    missed: int

    @property
    def bound(self) -> float | None:
        """At most so large a share of the readings looked over is wrong, 95 % sure; ``None``: nothing to tell it from.

        Open doubts count as wrong. What people miss counts: a wrong reading is noticed at least as often as known
        crops are, which are hard ones. Each of the two bounds may fail in 2.5 %.
        """
        if not self.looked_over or not self.seeds:
            return None
        each = 1 - (1 - CONFIDENCE) / 2
        noticed = 1 - upper_bound(self.missed, self.seeds, each)
        if noticed <= 0:
            return 1.0
        return min(1.0, upper_bound(self.wrong + self.open_doubts, self.looked_over, each) / noticed)
