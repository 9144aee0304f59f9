"""What looks strange in a count and should be looked at by people: listed with its numbers, never a verdict.

Every signal is a comparison that honest ballots pass nearly always: its chance under honest voting is computed, or
bounded, and told. Nothing here changes a figure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import erfc, exp, lgamma, log, sqrt
from statistics import median
from typing import Literal

Signal = Literal["collected_above_issued", "burst", "far_from_neighbours", "same_sheet", "one_name"]
SIGNALS: tuple[Signal, ...] = ("collected_above_issued", "burst", "far_from_neighbours", "same_sheet", "one_name")

RARE = 1e-4
"""Chance, over a whole pile, below which a burst or a favourite is listed: among 3,200 areas less than one by luck."""
FAR = 1e-6
"""Chance, of one figure of one pile, below which the pile is far from its neighbours."""
LEAST_NEIGHBOURS = 4
"""With fewer piles nobody can say what is usual."""
LEAST_BURST = 6
LEAST_ALIKE = 10
LEAST_SHARE = 0.10
"""A pile may differ by chance-proof but small amounts for honest reasons; below ten points it is not listed."""
STROKES_ALIKE = 0.10
"""Relative difference of ink up to which two strokes look drawn alike: of two honest ballots with the same names struck
about two pairs in a hundred are (measured: docs/anomalies.md)."""
SHEETS_ALIKE = 0.06
"""The same for all strokes and marks together, where the sheet itself seems to come twice: two scans of one sheet
differ by at most 0.059, of 1,595 pairs of honest ballots none does (docs/anomalies.md)."""
GROUP_ALIKE = 0.2
"""Of the ballots with one pattern, so many must be drawn alike: in a large pile some always are."""


@dataclass(frozen=True, slots=True)
class Traced:
    """A ballot as it is compared: ``names`` left (``None``: not valid), ink of each stroke in mm².

    ``marks``: what else tells one sheet from another, the same places for the same strokes: size of the stamp, ink
    beside each stroke; measures that can be small with some mm² added, so that noise stays small beside them.
    ``position`` in the pile, for runs alone; it goes into no finding.
    """

    ballot: str
    position: int
    names: frozenset[str] | None
    strokes: Mapping[str, float] = field(default_factory=dict)
    marks: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class PileSeen:
    """A pile with its neighbours' common ground: contest and unit; ``issued`` of its area where that is known."""

    batch: str
    area: str
    unit: str
    ballots: tuple[Traced, ...]


@dataclass(frozen=True, slots=True)
class PileCounts:
    """The figures of a pile, which are compared with those of its neighbours."""

    batch: str
    area: str
    unit: str
    sheets: int
    valid: int
    votes: Mapping[str, int]


def counts_of(pile: PileSeen) -> PileCounts:
    """The figures of a pile."""
    votes = Counter(name for b in pile.ballots for name in b.names or ())
    valid = sum(b.names is not None for b in pile.ballots)
    return PileCounts(pile.batch, pile.area, pile.unit, len(pile.ballots), valid, votes)


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One thing to look at. ``chance``: of the like under honest voting, at most; ``None`` where none is computed.

    ``numbers`` name what was compared; ``ballots`` are those to look at, shuffled by id.
    """

    signal: Signal
    batch: str
    area: str
    unit: str
    numbers: Mapping[str, float | int | str]
    chance: float | None
    ballots: tuple[str, ...] = ()


def anomalies(piles: Iterable[PileSeen]) -> tuple[Anomaly, ...]:
    """Everything strange in the piles of one contest; in any order of the piles the same.

    One pile is held at a time, of the others only their figures.
    """
    found: list[Anomaly] = []
    by_unit: dict[str, list[PileCounts]] = defaultdict(list)
    for pile in piles:
        found += [*bursts(pile), *same_sheets(pile), *one_name(pile)]
        by_unit[pile.unit].append(counts_of(pile))
    for of_unit in by_unit.values():
        found += far_from_neighbours(of_unit)
    return tuple(sorted(found, key=lambda a: (SIGNALS.index(a.signal), a.area, a.batch, a.ballots)))


def collected_above_issued(area: str, unit: str, collected: int, issued: int) -> Anomaly | None:
    """R4: more ballots in the box than were given out (Tráng Việt 2021: 1,303 of 1,228)."""
    if collected <= issued:
        return None
    numbers = {"collected": collected, "issued": issued, "more": collected - issued}
    return Anomaly("collected_above_issued", "", area, unit, numbers, None)


# Bursts --------------------------------------------------------------------------------------------------


def bursts(pile: PileSeen) -> list[Anomaly]:
    """Runs of the same names left, one sheet behind the other in the pile, longer than luck makes them.

    A box mixes ballots, so the pattern of a sheet tells nothing of the next. With a share p of a pattern among n
    sheets, a run of k begins somewhere with a chance of at most (n - k + 1) p^k (the union bound). ``alike`` of the
    sheets have strokes whose ink is nearly that of the sheet before.
    """
    order = sorted((b for b in pile.ballots if b.names is not None), key=lambda b: b.position)
    shares = Counter(b.names for b in order)
    found, start = [], 0
    for end in range(1, len(order) + 1):
        if end < len(order) and order[end].names == order[start].names:
            continue
        run = order[start:end]
        start = end
        if len(run) < LEAST_BURST:
            continue
        share = (shares[run[0].names] + 1) / (len(order) + 2)
        chance = min(1.0, (len(order) - len(run) + 1) * exp(len(run) * log(share)))
        if chance <= RARE:
            alike = sum(_strokes_apart(a, b) <= STROKES_ALIKE for a, b in pairwise(run))
            numbers = {"sheets": len(run), "alike": alike, "share": round(share, 4)}
            keys = tuple(sorted(b.ballot for b in run))
            found.append(Anomaly("burst", pile.batch, pile.area, pile.unit, numbers, chance, keys))
    return found + _drawn_alike(pile, order)


def _drawn_alike(pile: PileSeen, order: Sequence[Traced]) -> list[Anomaly]:
    """Many sheets with the same names left whose strokes are nearly identical, wherever they lie in the pile."""
    by_pattern: dict[frozenset[str], list[Traced]] = defaultdict(list)
    for ballot in order:
        if ballot.names is not None and len(ballot.strokes) >= 2:
            by_pattern[frozenset(ballot.strokes)].append(ballot)
    found = []
    for group in by_pattern.values():
        near: dict[str, set[str]] = defaultdict(set)
        for a, b in _near(group, STROKES_ALIKE):
            near[a.ballot].add(b.ballot)
            near[b.ballot].add(a.ballot)
        if not near:
            continue
        centre = max(near, key=lambda k: (len(near[k]), k))
        keys = tuple(sorted({centre, *near[centre]}))
        if len(keys) >= max(LEAST_ALIKE, GROUP_ALIKE * len(group)):
            numbers = {"sheets": len(keys), "alike": len(keys), "share": round(len(group) / len(order), 4)}
            found.append(Anomaly("burst", pile.batch, pile.area, pile.unit, numbers, None, keys))
    return found


def _near(group: Iterable[Traced], limit: float) -> Iterator[tuple[Traced, Traced]]:
    """Pairs of ballots with the same strokes whose ink differs by at most ``limit`` everywhere."""
    strokes = sorted(group, key=lambda b: (min(b.strokes.items()), b.ballot))
    for n, one in enumerate(strokes):
        name = min(one.strokes)
        for other in strokes[n + 1 :]:
            if _apart(one.strokes[name], other.strokes[name]) > limit:
                break  # sorted by this stroke: all behind it are farther
            if _strokes_apart(one, other) <= limit:
                yield one, other


def _strokes_apart(a: Traced, b: Traced) -> float:
    """The largest relative difference of ink among the strokes of two ballots; infinite where others are struck."""
    if not a.strokes or set(a.strokes) != set(b.strokes):
        return float("inf")
    return max(_apart(a.strokes[name], b.strokes[name]) for name in a.strokes)


def _apart(a: float, b: float) -> float:
    return 2 * abs(a - b) / (a + b) if a + b > 0 else 0.0


# The same sheet twice ------------------------------------------------------------------------------------


def same_sheets(pile: PileSeen) -> list[Anomaly]:
    """Pairs whose strokes, stamp and ink beside the strokes all measure nearly the same: one sheet scanned twice?

    At least two strokes are asked for: one alone agrees by luck too often.
    """
    groups: dict[tuple[frozenset[str] | None, frozenset[str]], list[Traced]] = defaultdict(list)
    for ballot in pile.ballots:
        if len(ballot.strokes) >= 2 and ballot.marks:
            groups[ballot.names, frozenset(ballot.strokes)].append(ballot)
    found = []
    for group in groups.values():
        for a, b in _near(group, SHEETS_ALIKE):
            apart = max(_strokes_apart(a, b), *(_apart(x, y) for x, y in zip(a.marks, b.marks, strict=True)))
            if apart <= SHEETS_ALIKE:
                numbers = {"strokes": len(a.strokes), "apart": round(apart, 3)}
                keys = (min(a.ballot, b.ballot), max(a.ballot, b.ballot))
                found.append(Anomaly("same_sheet", pile.batch, pile.area, pile.unit, numbers, None, keys))
    return found


# One name left everywhere ----------------------------------------------------------------------------------


def one_name(pile: PileSeen) -> list[Anomaly]:
    """Ballots that leave one name alone, and mostly the same one: the mark of ballots filled in beforehand.

    Listed where at least a tenth of the valid ballots leave the same single name, and that is more than half of those
    that leave a single one. The chance is that of so many, were the name chosen on these as often as among the names of
    the other ballots, and ten points more often.
    """
    valid = [b for b in pile.ballots if b.names]
    single = Counter(next(iter(b.names)) for b in valid if b.names is not None and len(b.names) == 1)
    if not single:
        return []
    name, number = max(single.items(), key=lambda item: (item[1], item[0]))
    alone = sum(single.values())
    if number < LEAST_ALIKE or number < LEAST_SHARE * len(valid) or 2 * number <= alone:
        return []
    others = Counter(n for b in valid if b.names is not None and len(b.names) > 1 for n in b.names)
    candidates = {c for b in pile.ballots for c in (*(b.names or ()), *b.strokes)}
    liked = others[name] / others.total() if others else 1 / max(2, len(candidates))
    chance = min(1.0, len(candidates) * _upper_tail(number, alone, min(0.99, liked + LEAST_SHARE)))
    if chance > RARE:
        return []
    keys = tuple(sorted(b.ballot for b in valid if b.names == frozenset({name})))
    numbers: dict[str, float | int | str] = {"name": name, "sheets": number, "valid": len(valid), "alone": alone}
    return [Anomaly("one_name", pile.batch, pile.area, pile.unit, numbers, chance, keys)]


def _upper_tail(k: int, n: int, p: float) -> float:
    """P(X >= k), X binomial."""
    logs = [
        lgamma(n + 1) - lgamma(i + 1) - lgamma(n - i + 1) + i * log(p) + (n - i) * log(1 - p) for i in range(k, n + 1)
    ]
    return min(1.0, sum(exp(x) for x in logs))


# A pile far from its neighbours ------------------------------------------------------------------------------


def far_from_neighbours(piles: Iterable[PileCounts]) -> list[Anomaly]:
    """Figures of a pile (votes of a name, invalid ballots) far from those of the other piles of its unit.

    For each figure the share in the pile is compared with the median share of all piles by a z of the binomial.
    Neighbours are never quite alike, so z is divided by their usual spread: the median of |z| over 0.6745, at least 1
    (B. Iglewicz and D. Hoaglin, "How to detect and handle outliers", 1993). Medians are not moved by the pile that is
    looked for.
    """
    usual = [p for p in piles if p.sheets]
    if len(usual) <= LEAST_NEIGHBOURS:
        return []
    found = []
    for figure in (*sorted({name for p in usual for name in p.votes}), ""):
        hits = [(p.votes.get(figure, 0), p.valid) if figure else (p.sheets - p.valid, p.sheets) for p in usual]
        others = min(max(median(h / n for h, n in hits if n), 0.001), 0.999) if any(n for _, n in hits) else 0.5
        scores = [(h - n * others) / sqrt(n * others * (1 - others)) if n else 0.0 for h, n in hits]
        spread = max(1.0, median(abs(s) for s in scores) / 0.6745)
        for pile, (h, n), score in zip(usual, hits, scores, strict=True):
            chance = min(1.0, erfc(abs(score) / spread / sqrt(2)) * len(usual))
            if n and chance <= FAR and abs(h / n - others) >= LEAST_SHARE:
                numbers: dict[str, float | int | str] = {
                    "name": figure,
                    "share": round(h / n, 4),
                    "others": round(others, 4),
                    "sheets": n,
                }
                found.append(Anomaly("far_from_neighbours", pile.batch, pile.area, pile.unit, numbers, chance))
    return found
