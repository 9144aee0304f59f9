"""Which values all fields of a form have together: ink times sums, with the writer's own mistakes allowed for.

The model: a writer fills a form whose rules hold, and with chance ``slip`` writes something else in one place; the
ink then shows what was written. Values that keep all rules weigh (1 − slip) × ink, values that break any weigh
slip in that number × SLIP_SPREAD × ink, however many rules the one mistake breaks; where those have no field in common
it took two (slips.py). Looked at are the values that the ink shows first, all that differ from them in one field, and
all that differ in two or three and keep the sums. Everything else is bounded, and the bound counts as risk.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.arithmetic.apart import outside_sums
from pipeline.arithmetic.bounds import bounds, skipped_triples
from pipeline.arithmetic.changes import Changes, Light, Target
from pipeline.arithmetic.fields import Field
from pipeline.arithmetic.residues import RESIDUES
from pipeline.arithmetic.rules import AtMostRule, PercentRule, Rule, SumRule
from pipeline.arithmetic.slips import in_one_number, slip_weight, three_slipped, two_slipped

CUT, FINE_CUT = 1e-8, 1e-10
"""Changes that together weigh less are not tried; their weight is added to the risk."""
NEGLIGIBLE = 1e-5
"""Bounds below this are not sharpened where the values read first keep all rules: a hundredth of the limit of risk."""
TAIL, FINE = 1e-6, 1e-8
"""The lightest values of a field that together have so little chance count as not listed: the bound holds them.

The fine ones where the values read first break a rule: what keeps the rules then weighs little itself.
"""
Change = tuple[int, int | None]
"""Place of a field among the fields, and the value that it has instead of the one read first."""


class Hypothesis(NamedTuple):
    """What differs from the values read first, by place of the field; its weight; the places of the rules it breaks."""

    changes: tuple[Change, ...]
    weight: float
    broken: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Posterior:
    """Of fields that rules tie together. ``hypotheses``: heaviest first.

    ``unseen``: bound on the weight of all others. ``shares``: per field each value's share of what is listed.
    ``risks``: per field a bound on the chance that it has another value than the one read first.
    """

    fields: tuple[Field, ...]
    rules: tuple[Rule, ...]
    hypotheses: tuple[Hypothesis, ...]
    unseen: float
    risks: tuple[float, ...]
    shares: tuple[Mapping[int | None, float], ...]

    def values(self, hypothesis: Hypothesis) -> dict[str, int | None]:
        """Value of every field by its id."""
        values = {f.id: f.read for f in self.fields}
        values.update({self.fields[place].id: value for place, value in hypothesis.changes})
        return values

    @property
    def margin(self) -> float:
        """Weight of the best over that of the second best, everything unseen counted with the second."""
        second = self.hypotheses[1].weight if len(self.hypotheses) > 1 else 0.0
        rival = second + self.unseen
        return self.hypotheses[0].weight / rival if rival else float("inf")


def components(fields: Sequence[Field], rules: Sequence[Rule]) -> list[tuple[tuple[Field, ...], tuple[Rule, ...]]]:
    """Fields that sums and percentages tie together, with the rules among them; orders (≤) tie nothing."""
    return [
        (tuple(fields[place] for place in places), among)
        for places, among in _tied(tuple(f.id for f in fields), tuple(rules))
    ]


@lru_cache(maxsize=16)
def _tied(names: tuple[str, ...], rules: tuple[Rule, ...]) -> list[tuple[tuple[int, ...], tuple[Rule, ...]]]:
    """:func:`components` by the fields' places: the same for all forms of one kind."""
    group = {name: name for name in names}

    def root(field: str) -> str:
        while group[field] != field:
            field = group[field]
        return field

    for rule in rules:
        if not isinstance(rule, AtMostRule):
            for other in rule.fields[1:]:
                group[root(other)] = root(rule.fields[0])
    together: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        together.setdefault(root(name), []).append(place)
    return [
        (tuple(places), tuple(r for r in rules if {names[k] for k in places}.issuperset(r.fields)))
        for places in together.values()
    ]


@lru_cache(maxsize=64)
def _folding(count: int) -> NDArray[np.int64]:
    """Random factors that fold the sums' differences into one number; who matches by chance is sorted out later."""
    return np.random.default_rng(20261121).integers(1, 2**40, count, dtype=np.int64) | 1


def _changes(fields: Sequence[Field], sums: Sequence[SumRule], fold: NDArray[np.int64]) -> Changes:
    place = {f.id: k for k, f in enumerate(fields)}
    pull = np.zeros(len(fields), np.int64)
    for rule, factor in zip(sums, fold, strict=True):
        for field, times in rule.terms:
            pull[place[field]] += times * factor
    counts = [len(field.values) - 1 for field in fields]
    of = np.repeat(np.arange(len(fields)), counts)
    values = tuple(value for field in fields for value, _ in field.values[1:])
    weights = [chance / field.values[0][1] for field in fields for _, chance in field.values[1:]]
    read = np.repeat(np.array([field.read or 0 for field in fields], np.int64), counts)
    steps = np.array([value or 0 for value in values], np.int64) - read
    residues = steps % RESIDUES * (pull % RESIDUES)[of] % RESIDUES  # shifts are taken modulo 2 ** 64
    return Changes(of, values, np.array(weights, np.float64), steps * pull[of], residues)


def _pairs(changes: Changes, target: np.int64, count: int, cut: float) -> tuple[list[tuple[int, ...]], Light, Light]:
    """Two changes that keep the sums, the bound on those too light to be tried, and the weight of those among sums.

    ``count``: how many fields there are.
    """
    order = np.argsort(changes.shifts, kind="stable")
    ranked = changes.shifts[order]
    wanted = target - changes.shifts
    first, last = np.searchsorted(ranked, wanted, "left"), np.searchsorted(ranked, wanted, "right")
    i = np.repeat(np.arange(len(ranked)), last - first)
    start = np.repeat(np.cumsum(last - first) - (last - first), last - first)
    j = order[np.arange(len(i)) - start + np.repeat(first, last - first)]
    apart = (i < j) & (changes.fields[i] != changes.fields[j])
    i, j = i[apart], j[apart]
    both = changes.weights[i] * changes.weights[j]
    heavy = both >= cut
    among_sums = (changes.shifts[i] != 0) & (changes.shifts[j] != 0)

    def of(which: NDArray[np.bool_]) -> Light:
        weights = both[which]
        by_field = [np.bincount(changes.fields[k[which]], weights, count) for k in (i, j)]
        return Light(float(weights.sum()), np.asarray(by_field[0] + by_field[1], np.float64))

    found: list[tuple[int, ...]] = list(zip(i[heavy].tolist(), j[heavy].tolist(), strict=True))
    return found, of(~heavy), of(among_sums)


def _triples(changes: Changes, target: np.int64, count: int, cut: float) -> tuple[list[tuple[int, ...]], Light]:
    """Three changes that keep the sums, of fields that stand in some; and the bound on those that were not tried."""
    heavy = np.argsort(-changes.weights, kind="stable")
    heavy = heavy[changes.shifts[heavy] != 0]
    weights, shifts, fields = changes.weights[heavy], changes.shifts[heavy], changes.fields[heavy]
    if len(weights) < 3:
        return [], Light(0.0, np.zeros(count))
    reach = np.searchsorted(-weights, -cut / np.maximum(weights * weights[0], 1e-300), "right")
    skipped = skipped_triples(weights, fields, shifts, np.maximum(reach, np.arange(len(weights)) + 1), count)
    place = np.argsort(shifts, kind="stable")
    ranked = shifts[place]
    known = np.zeros(1 << 16, bool)
    known[shifts & 0xFFFF] = True
    begun = np.arange(len(weights)) + 1
    several = np.maximum(reach - begun, 0)
    first = np.repeat(begun - 1, several)
    second = np.arange(len(first)) - np.repeat(np.cumsum(several) - several, several) + first + 1
    rest = target - shifts[first] - shifts[second]
    likely = np.flatnonzero(known[rest & 0xFFFF])
    low = np.searchsorted(ranked, rest[likely], "left")
    high = np.searchsorted(ranked, rest[likely], "right")
    found: set[tuple[int, ...]] = set()
    for at in np.flatnonzero(high > low).tolist():
        i, j = int(first[likely[at]]), int(second[likely[at]])
        for k in place[low[at] : high[at]].tolist():
            if len({int(fields[t]) for t in (i, j, k)}) == 3:
                found.add(tuple(sorted((i, j, k))))
    return [tuple(int(heavy[t]) for t in three) for three in found], skipped


def posterior(fields: Sequence[Field], rules: Sequence[Rule], slip: float = 0.08) -> Posterior:
    """The posterior of one component. ``slip``: chance that the writer's own numbers do not add up.

    8 % of the real forms at hand did not add up; 21 % were reported in one country.
    """
    read = {f.id: f.read for f in fields}
    kept = all(r.holds(read) for r in rules)
    tail, cut, negligible = (TAIL, CUT, NEGLIGIBLE) if kept else (FINE, FINE_CUT, 0.0)
    fields = tuple(_without_tail(field, tail) for field in fields)
    sums = [r for r in rules if isinstance(r, SumRule)]
    fold = _folding(len(sums))
    wanted = sum(-r.left_over(read) * int(c) for r, c in zip(sums, fold, strict=True))
    target = Target(np.array([wanted & 0xFFFFFFFFFFFFFFFF], np.uint64).astype(np.int64)[0], wanted % RESIDUES)
    with np.errstate(over="ignore"):
        changes = _changes(fields, sums, fold)
        pairs, light, among_sums = _pairs(changes, target.shift, len(fields), cut)
        triples, skipped = _triples(changes, target.shift, len(fields), cut)
    each = in_one_number(slip, len(fields))
    breaks = _Breaks(fields, rules, slip, each)
    left, names, pulls = [r.left_over(read) for r in sums], [f.id for f in fields], breaks.pulls(changes)
    odds = np.bincount(changes.fields, changes.weights, len(fields)).astype(np.float64)
    skipped += two_slipped(changes, names, sums, left, pulls, each)
    skipped += three_slipped(changes, names, sums, left, pulls, odds, each, negligible)
    skipped += light + outside_sums(fields, rules, changes, target.shift, among_sums)
    every = list(zip(changes.fields.tolist(), changes.values, changes.weights.tolist(), strict=True))
    broken_by = breaks.by_each(changes, pulls)
    share_of = {broken: breaks.share(broken) for broken in {breaks.first, *broken_by}}
    found = [Hypothesis((), share_of[breaks.first], breaks.first)]
    found += [
        Hypothesis(((place, value),), weight * share_of[broken], broken)
        for (place, value, weight), broken in zip(every, broken_by, strict=True)
    ]
    for several in (pairs, triples):  # one that breaks a rule weighs as such, which the bound holds already
        for chosen in breaks.keeping(several, every, pulls):
            made = tuple((every[i][0], every[i][1]) for i in chosen)
            found.append(Hypothesis(made, math.prod(every[i][2] for i in chosen) * (1.0 - slip), ()))
    found.sort(key=lambda h: -h.weight)
    limits = bounds(fields, changes, target, each, skipped, negligible)
    seen = sum(h.weight for h in found)
    shares = _shares(fields, found, seen)
    risks = tuple(
        (seen * (1.0 - share[f.read]) + bound) / (seen + bound)
        for f, share, bound in zip(fields, shares, limits.of_field, strict=True)
    )
    return Posterior(fields, tuple(rules), tuple(found), limits.unseen, risks, shares)


def _without_tail(field: Field, most: float) -> Field:
    tail, kept = 0.0, len(field.values)
    for _, chance in reversed(field.values[1:]):
        if tail + chance > most:
            break
        tail, kept = tail + chance, kept - 1
    return replace(field, values=field.values[:kept], dropped=field.dropped + tail)


def _shares(
    fields: Sequence[Field], found: Sequence[Hypothesis], whole: float
) -> tuple[Mapping[int | None, float], ...]:
    read = [f.read for f in fields]
    shares: list[dict[int | None, float]] = [{value: 1.0} for value in read]
    for changes, weight, _ in found:
        share = weight / whole
        for place, value in changes:
            of = shares[place]
            of[value] = of.get(value, 0.0) + share
            of[read[place]] -= share
    return tuple(shares)


class _Breaks:
    """Which rules a change breaks, looking again only at the rules of the fields changed."""

    def __init__(self, fields: Sequence[Field], rules: Sequence[Rule], slip: float, in_one: float) -> None:
        self.slip, self.in_one = slip, in_one
        self.rules = rules
        self.fields = fields
        self.read = {f.id: f.read for f in fields}
        self.first = tuple(k for k, r in enumerate(rules) if not r.holds(self.read))
        names = [r.fields for r in rules]
        self.touched = [tuple(k for k, of in enumerate(names) if f.id in of) for f in fields]
        place = {f.id: k for k, f in enumerate(fields)}
        self.factors = [{place[f]: t for f, t in r.terms} if isinstance(r, SumRule) else None for r in rules]
        self.others = [tuple(k for k in touched if self.factors[k] is None) for touched in self.touched]
        self.left = [r.left_over(self.read) if isinstance(r, SumRule) else 0 for r in rules]

    def share(self, broken: tuple[int, ...]) -> float:
        """What values weigh that break just these rules, beside their ink."""
        of = [self.rules[k] for k in broken]
        return slip_weight(self.in_one, of) if of else 1.0 - self.slip

    def pulls(self, changes: Changes) -> NDArray[np.int64]:
        """What each change adds to each sum (sums, changes)."""
        read = [f.read or 0 for f in self.fields]
        steps = np.array(
            [(value or 0) - read[k] for k, value in zip(changes.fields.tolist(), changes.values, strict=True)], np.int64
        )
        factors = [of for of in self.factors if of is not None]
        table = np.array([[of.get(k, 0) for k in range(len(read))] for of in factors], np.int64)
        return np.asarray(table.reshape(len(factors), len(read))[:, changes.fields] * steps, np.int64)

    def by_each(self, changes: Changes, pulls: NDArray[np.int64]) -> list[tuple[int, ...]]:
        """The rules that are broken when one field alone has another value, for each of the changes."""
        broken = np.zeros((len(self.rules), len(changes.values)), np.bool_)
        sums = iter(pulls)
        for k, factors in enumerate(self.factors):
            if factors is not None:
                broken[k] = next(sums) + self.left[k] != 0
                continue
            broken[k] = k in self.first
            rule = self.rules[k]
            for place in (place for place, touched in enumerate(self.touched) if k in touched):
                own = np.flatnonzero(changes.fields == place)
                broken[k, own] = ~self._holds_with(rule, place, [changes.values[n] for n in own.tolist()])
        if not broken.size:
            return [()] * broken.shape[1]
        bits = np.ascontiguousarray(np.packbits(broken, axis=0).T)
        keys: list[Any] = bits.view(np.dtype((np.void, bits.shape[1]))).ravel().tolist()
        one_of_each = {key: n for n, key in enumerate(keys)}
        places = {key: tuple(np.flatnonzero(broken[:, n]).tolist()) for key, n in one_of_each.items()}
        return [places[key] for key in keys]

    def _holds_with(self, rule: Rule, place: int, values: Sequence[int | None]) -> NDArray[np.bool_]:
        name = self.fields[place].id
        if isinstance(rule, PercentRule):
            return rule.holds_with(self.read, name, np.array([-1 if v is None else v for v in values], np.int64))
        return np.array([rule.holds({**self.read, name: value}) for value in values], np.bool_)

    def keeping(
        self, several: Sequence[tuple[int, ...]], every: Sequence[tuple[int, int | None, float]],
        pulls: NDArray[np.int64],
    ) -> list[tuple[int, ...]]:  # fmt: skip
        """Of several changes at once, as many in each, those after which all rules hold.

        ``every``: place, value and weight of each change; ``pulls``: what each adds to each sum.
        """
        if not several:
            return []
        left = np.array([left for left, of in zip(self.left, self.factors, strict=True) if of is not None], np.int64)
        after = pulls[:, np.array(several)].sum(axis=2) + left[:, None]
        return [
            several[n]
            for n in np.flatnonzero((after == 0).all(axis=0)).tolist()
            if self._others_hold([every[i] for i in several[n]])
        ]

    def _others_hold(self, changes: Sequence[tuple[int, int | None, float]]) -> bool:
        """Whether the rules that are no sums hold after these changes."""
        touched = {k for place, _, _ in changes for k in self.others[place]}
        if any(self.factors[k] is None and k not in touched for k in self.first):
            return False
        if not touched:
            return True
        values = self.read | {self.fields[place].id: value for place, value, _ in changes}
        return all(self.rules[k].holds(values) for k in touched)
