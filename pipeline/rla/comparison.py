"""Ballot-level comparison audit: sheets drawn at random, each compared with what the program counted it as.

Method: P. B. Stark, "Super-simple simultaneous single-ballot risk-limiting audits", EVT/WOTE 2010, with the
Kaplan-Markov bound (P. B. Stark, "Risk-limiting postelection audits: conservative P-values from common probability
inequalities", IEEE Trans. Information Forensics and Security 4, 2009); as explained in M. Lindeman and P. B. Stark, "A
gentle introduction to risk-limiting audits", IEEE Security & Privacy 10, 2012.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, exp, inf, log

from pipeline.rla.assertions import Assertion, value
from pipeline.tally.ballots import Vote

GAMMA = 1.03905
"""Error inflator, above 1: with less, one two-vote overstatement would need far more ballots, with more, every audit
needs more. This is the value of the "gentle introduction", which makes two-vote overstatements five times as costly as
one-vote ones."""
WORST = 2


@dataclass(frozen=True, slots=True)
class Discrepancies:
    """Of the draws, how many overstate the margins by one vote or two, and how many understate every margin."""

    over_one: int = 0
    over_two: int = 0
    under_one: int = 0
    under_two: int = 0

    @property
    def any(self) -> bool:
        return any((self.over_one, self.over_two, self.under_one, self.under_two))


def overstatement(of: Sequence[Assertion], counted: Vote, seen: Vote | None) -> int:
    """By how many votes the count overstates the margin it overstates most: -2 to 2.

    ``seen`` is ``None`` where the sheet was not found: the worst that could be on it.
    """
    if seen is None:
        return WORST
    return max(value(a, counted) - value(a, seen) for a in of)


def discrepancies(found: Iterable[int]) -> Discrepancies:
    """The overstatements of all draws, counted; a sheet that was drawn twice counts twice."""
    by = Counter(found)
    return Discrepancies(by[1], by[2], by[-1], by[-2])


def diluted_margin(of: Sequence[Assertion], ballots: int) -> float:
    """The smallest margin over all ballots in the boxes, those counted as invalid included."""
    return min(a.margin for a in of) / ballots


def p_value(draws: int, found: Discrepancies, margin: float, gamma: float = GAMMA) -> float:
    """The risk: the largest chance that a sample looks at least this good where the result is wrong.

    P = (1 - m/2g)^n * (1 - 1/2g)^-o1 * (1 - 1/g)^-o2 * (1 + 1/2g)^-u1 * (1 + 1/g)^-u2 with diluted margin m and
    inflator g, at most 1. ``margin``: :func:`diluted_margin`, in (0, 1].
    """
    return min(1.0, exp(draws * log(1 - margin / (2 * gamma)) - _weight(found, gamma)))


def _weight(found: Discrepancies, gamma: float) -> float:
    return (
        found.over_one * log(1 - 1 / (2 * gamma))
        + found.over_two * log(1 - 1 / gamma)
        + found.under_one * log(1 + 1 / (2 * gamma))
        + found.under_two * log(1 + 1 / gamma)
    )


def draws_needed(risk: float, found: Discrepancies, margin: float, gamma: float = GAMMA) -> int:
    """So many draws in all end the audit at the limit ``risk`` if no further discrepancy comes."""
    return max(1, ceil((log(risk) + _weight(found, gamma)) / log(1 - margin / (2 * gamma)) - 1e-9))


def draws_expected(risk: float, margin: float, one_vote_rate: float, gamma: float = GAMMA) -> float:
    """Draws that end the audit if a share ``one_vote_rate`` of them overstates by one vote; infinite where none do.

    Stark 2010, section 4: rho / m, rho = -ln(risk) / (1/2g + (rate/m) ln(1 - 1/2g)).
    """
    gain = 1 / (2 * gamma) + one_vote_rate / margin * log(1 - 1 / (2 * gamma))
    return -log(risk) / gain / margin if gain > 0 else inf
