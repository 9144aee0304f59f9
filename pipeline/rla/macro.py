"""Batch-level comparison audit: whole piles drawn at random and counted by hand.

Method: P. B. Stark, "Efficient post-election audits of multiple contests: 2009 California tests", CELS 2009: the
maximum across-contest relative overstatement (MACRO) with the Kaplan-Markov bound, piles drawn with probability
proportional to their error bound; worked example: M. Lindeman, "A Kaplan-Markov auditing example using 2008
California data", 2010.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, exp, inf, log

from pipeline.rla.assertions import Assertion


@dataclass(frozen=True, slots=True)
class Pile:
    """The figures of one pile: ``ballots`` in it (of the manifest, whatever was counted), of them ``valid``, votes."""

    ballots: int
    valid: int
    votes: Mapping[str, int]


def difference(of: Assertion, pile: Pile) -> int:
    """What the pile adds to the margin of an assertion."""
    half = {"valid": pile.valid, "collected": pile.ballots, "summoned": 0}[of.base]
    if of.kind == "ahead":
        return pile.votes.get(of.winner, 0) - pile.votes.get(of.loser, 0)
    if of.kind == "above_half":
        return 2 * pile.votes.get(of.winner, 0) - half
    return half - 2 * pile.votes.get(of.loser, 0)


def error_bound(of: Sequence[Assertion], pile: Pile) -> Fraction:
    """u: the most by which the pile can overstate a margin, in margins; every sheet in it could be against it."""
    return max(Fraction(difference(a, pile) + (2 if a.base == "summoned" else 1) * pile.ballots, a.margin) for a in of)


def overstatement(of: Sequence[Assertion], counted: Pile, seen: Pile) -> Fraction:
    """e: by how much the pile overstates the margin that it overstates most, in margins; less than 0: none."""
    return max(Fraction(difference(a, counted) - difference(a, seen), a.margin) for a in of)


def taint(of: Sequence[Assertion], counted: Pile, seen: Pile | None) -> float:
    """e/u of a pile that was counted by hand, at most 1; a pile that was not found is all error."""
    if seen is None:
        return 1.0
    bound = error_bound(of, counted)
    return float(overstatement(of, counted, seen) / bound) if bound else 0.0


def p_value(whole_bound: float, taints: Iterable[float]) -> float:
    """The risk after these draws: the product of (1 - 1/U) / (1 - t), at most 1; U: the sum of all error bounds."""
    found = list(taints)
    if any(t >= 1 for t in found):
        return 1.0
    return min(1.0, exp(sum(log(1 - 1 / whole_bound) - log(1 - t) for t in found))) if whole_bound > 1 else 0.0


def draws_needed(risk: float, whole_bound: float, taints: Sequence[float] = ()) -> float:
    """So many draws in all end the audit if no further error comes; infinite where one pile was all error."""
    if any(t >= 1 for t in taints):
        return inf
    if whole_bound <= 1:
        return 1
    return max(1, ceil((log(risk) + sum(log(1 - t) for t in taints)) / log(1 - 1 / whole_bound) - 1e-9))
