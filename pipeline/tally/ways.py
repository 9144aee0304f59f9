"""Independent counts of the same ballots laid beside each other: which ballots differ, in which bundle and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.tally.typed import BUNDLE

Bundles = Mapping[int, Sequence[str]]
"""bundle (from 1) -> the spelling of each of its ballots in the order of the pile."""
BAND = 60
"""Sheets by which two counts of one pile may be shifted against each other and are still laid beside each other."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A ballot that not every count has alike. ``values``: what each says; ``None``: the count lacks it.

    ``place`` is the place in the first count; a ballot that the first count lacks stands behind that place.
    """

    bundle: int
    place: int
    values: tuple[str | None, ...]


def aligned(one: Sequence[str], other: Sequence[str], band: int = BAND) -> list[tuple[int | None, int | None]]:
    """Pairs of places (from 0) with the fewest changes; a sheet that one of them lacks has ``None`` on that side.

    Edit distance along a diagonal band; a changed ballot and a missing one cost the same, and among equals the changed
    ballot is preferred, since one slip is likelier than two.
    """
    width = band + abs(len(one) - len(other))
    far = len(one) + len(other) + 1
    cost: list[dict[int, int]] = []
    for i in range(len(one) + 1):
        row: dict[int, int] = {}
        for j in range(max(0, i - width), min(len(other), i + width) + 1):
            if i == 0 or j == 0:
                row[j] = i + j
                continue
            above = cost[i - 1]
            same = above.get(j - 1, far) + (one[i - 1] != other[j - 1])
            row[j] = min(same, above.get(j, far) + 1, row.get(j - 1, far) + 1)
        cost.append(row)
    return _back(one, other, cost)


def _back(
    one: Sequence[str], other: Sequence[str], cost: Sequence[Mapping[int, int]]
) -> list[tuple[int | None, int | None]]:
    i, j = len(one), len(other)
    found: list[tuple[int | None, int | None]] = []
    while i or j:
        here = cost[i][j]
        if i and j and cost[i - 1].get(j - 1) == here - (one[i - 1] != other[j - 1]):
            i, j = i - 1, j - 1
            found.append((i, j))
        elif i and cost[i - 1].get(j) == here - 1:
            i -= 1
            found.append((i, None))
        else:
            j -= 1
            found.append((None, j))
    return found[::-1]


def differences(counts: Sequence[Bundles]) -> tuple[Difference, ...]:
    """Every ballot on which the counts are not all alike, in the order of the first count; none for a single count.

    The counts are laid beside the first one as whole piles, so that a sheet that one of them lacks is one difference
    and does not shift all that follow.
    """
    if len(counts) < 2:
        return ()
    first = [(b, p, v) for b in sorted(counts[0]) for p, v in enumerate(counts[0][b], start=1)]
    beside: dict[tuple[int, int], list[str | None]] = {(b, p): [v] for b, p, v in first}
    extra: list[Difference] = []
    spelled = [v for _, _, v in first]
    for nth, other in enumerate(counts[1:], start=1):
        pile = [v for b in sorted(other) for v in other[b]]
        last = (first[0][0], 0) if first else (1, 0)
        for i, j in aligned(spelled, pile):
            if i is not None:
                last = first[i][:2]
                beside[last].append(pile[j] if j is not None else None)
            elif j is not None:
                alone = [None] * len(counts)
                extra.append(Difference(*last, (*alone[:nth], pile[j], *alone[nth + 1 :])))
    found = [Difference(b, p, tuple(v)) for (b, p), v in beside.items() if len(set(v)) > 1]
    return tuple(sorted([*found, *extra], key=lambda d: (d.bundle, d.place)))


def refilled(ballots: Sequence[str]) -> dict[int, tuple[str, ...]]:
    """A pile in bundles of fifty."""
    cuts = [*range(0, len(ballots), BUNDLE), len(ballots)]
    return {n: tuple(ballots[a:b]) for n, (a, b) in enumerate(pairwise(cuts), start=1)}
