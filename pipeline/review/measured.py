"""How wrong accepted readings can be, from what people found in those that they looked over: an exact bound."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.review.bounds import upper_bound

CONFIDENCE = 0.95


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
