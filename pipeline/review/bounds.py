"""Exact bounds on a share of errors, and how many readings a claim needs.

Clopper and Pearson, The use of confidence or fiducial limits illustrated in the case of the binomial, Biometrika 26
(1934). The binomial tail is summed in logarithms and inverted by bisection: no table, no approximation.
"""

from __future__ import annotations

import math

_STEPS = 200
"""Halvings of the interval from 0 to 1: far below what a double can tell."""


def tail(errors: int, readings: int, share: float) -> float:
    """The probability of at most ``errors`` wrong ones among ``readings``, each wrong with probability ``share``."""
    if errors >= readings or share <= 0:
        return 1.0
    if share >= 1:
        return 0.0
    log_wrong, log_right = math.log(share), math.log1p(-share)
    terms = [_log_choose(readings, k) + k * log_wrong + (readings - k) * log_right for k in range(errors + 1)]
    largest = max(terms)
    return min(1.0, math.exp(largest) * math.fsum(math.exp(term - largest) for term in terms))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def upper_bound(errors: int, readings: int, confidence: float) -> float:
    """The largest share of errors under which so few would be seen with probability 1 - ``confidence`` (one-sided).

    1 where nothing was read. With k errors of n it is the ``confidence`` quantile of Beta(k + 1, n - k).
    """
    if not 0 <= errors <= readings:
        raise ValueError(f"{errors} errors of {readings} readings")
    if errors == readings:
        return 1.0
    allowed = 1.0 - confidence
    if errors == 0:
        return -math.expm1(math.log(allowed) / readings)
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if tail(errors, readings, middle) > allowed:
            low = middle
        else:
            high = middle
    return high


def readings_needed(risk: float, confidence: float) -> int:
    """How many readings without error show a share of at most ``risk``: ln(1 - confidence) / ln(1 - risk)."""
    return math.ceil(math.log(1 - confidence) / math.log1p(-risk) - 1e-9)


def shown(errors: int, readings: int, risk: float, confidence: float) -> bool:
    """Whether ``errors`` of ``readings`` show that the share of errors is at most ``risk``."""
    return readings > 0 and tail(errors, readings, risk) <= (1 - confidence) * (1 + 1e-12)
