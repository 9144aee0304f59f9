"""Random sampling from a public seed, which everybody can repeat with SHA-256 alone."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Draw:
    """The ``number``-th draw (from 1): an id, for the ``times``-th time, with its ticket, a decimal fraction."""

    number: int
    id: str
    times: int
    ticket: str


def draws(ids: Iterable[str], seed: str) -> Iterator[Draw]:
    """Draws with replacement, without end (none where there are no ids); the same for every order of ``ids``.

    Consistent sampling: R. L. Rivest, "Consistent Sampling with Replacement", 2018 (arXiv:1808.10016). Each id has
    tickets in (0, 1): the first from seed and id, each next one uniform above the last; the smallest ticket is drawn.
    The tickets are digit for digit those of the program ``consistent_sampler`` that the paper publishes. What is drawn
    from a part of the ids is what is drawn from all of them, the others left out.
    """
    seed_digest = _digest(seed)
    heap = [(_fraction(seed_digest + key), key, 1) for key in ids]
    heapq.heapify(heap)
    number = 0
    while heap:
        ticket, key, times = heap[0]
        number += 1
        yield Draw(number, key, times, ticket)
        heapq.heapreplace(heap, (following(ticket), key, times + 1))


def first(key: str, seed: str) -> str:
    """The first ticket of an id."""
    return _fraction(_digest(seed) + key)


def following(ticket: str) -> str:
    """The next ticket: above ``ticket``, uniform up to 1; the leading nines stay and the digits behind are drawn anew
    until the result is larger.
    """
    before = ticket + "0"  # a ticket of nines alone
    kept = next(i for i in range(2, len(before)) if before[i] < "9")
    attempt = 0
    while True:
        attempt += 1
        found = before[:kept] + _fraction(f"{ticket}:{attempt}")[2:]
        if found > before:
            return found


def weighted(seed: str, number: int, weights: Sequence[tuple[str, Fraction]]) -> str:
    """The id that the ``number``-th draw (from 1) falls on when each is drawn in proportion to its weight.

    The point is SHA-256 of "seed,number" over 2^256, laid on the weights one behind the other in the order of ``ids``
    (P. B. Stark and R. L. Rivest's pseudo-random sampler: SHA-256 of seed, comma, index).
    """
    whole = sum((w for _, w in weights), Fraction(0))
    point = Fraction(int(_digest(f"{seed},{number}"), 16), 1 << 256) * whole
    reached = Fraction(0)
    for key, weight in weights:
        reached += weight
        if point < reached:
            return key
    raise ValueError("there is nothing to draw from")


def by_shares(seed: str, number: int, piles: Sequence[tuple[str, int, int]]) -> str:
    """The sheet (``pile/number``) on which the ``number``-th draw falls when every share is drawn alike.

    ``piles``: (pile, sheets, shares of each sheet). The point is that of :func:`weighted`, laid on the shares of all
    sheets one behind the other.
    """
    point = int(_digest(f"{seed},{number}"), 16) * sum(sheets * shares for _, sheets, shares in piles) >> 256
    for pile, sheets, shares in piles:
        if point < sheets * shares:
            return f"{pile}/{point // shares + 1}"
        point -= sheets * shares
    raise ValueError("there is nothing to draw from")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _fraction(text: str) -> str:
    """SHA-256 as a decimal fraction; its digits backwards, since the leading ones of the decimal number are uneven."""
    return "0." + f"{int(_digest(text), 16):064d}"[::-1]
