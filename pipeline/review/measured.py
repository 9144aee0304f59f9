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
    sampled: int = 0
    """Accepted readings of the random sample that people have settled blind (:mod:`pipeline.review.sample`)."""
    sample_wrong: int = 0
    """Of these, settled as something else than the machine read."""
    sample_open: int = 0
    """Of the sample, not settled yet."""

    @property
    def alarm(self) -> bool:
        """Whether people settled an accepted reading otherwise: the machine's promise is that there is none."""
        return bool(self.wrong or self.sample_wrong)

    @property
    def sample_bound(self) -> float | None:
        """At most so large a share of all accepted readings is wrong, 95 % sure: the sample is drawn from all of them.

        ``None`` where none of it is settled. Those that are still open are left out: which are settled first has
        nothing to do with what is on them.
        """
        return upper_bound(self.sample_wrong, self.sampled, CONFIDENCE) if self.sampled else None

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
