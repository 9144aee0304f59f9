"""Changes of fields that stand in no sum, as percentages: alone they hardly ever keep a percentage's rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.arithmetic.changes import Changes, Light
from pipeline.arithmetic.fields import Field
from pipeline.arithmetic.rules import PercentRule, Rule, SumRule


@dataclass(frozen=True, slots=True)
class Apart:
    """Of each field that stands in no sum; 0 elsewhere.

    ``odds``: weight of all its changes; ``keeping``: of those that keep its rules while the rules' other fields stay;
    ``others`` (count, count): which fields its rules name beside it.
    """

    odds: NDArray[np.float64]
    keeping: NDArray[np.float64]
    others: NDArray[np.bool_]


def apart_of(fields: Sequence[Field], rules: Sequence[Rule], changes: Changes) -> Apart:
    count = len(fields)
    place = {f.id: k for k, f in enumerate(fields)}
    read = {f.id: f.read for f in fields}
    odds, keeping = np.zeros(count), np.zeros(count)
    others = np.zeros((count, count), np.bool_)
    in_sums = {name for rule in rules if isinstance(rule, SumRule) for name in rule.fields}
    percentages = [r for r in rules if isinstance(r, PercentRule)]
    of = {f.id: [r for r in percentages if f.id in r.fields] for f in fields if f.id not in in_sums}
    for name, mine in of.items():
        for rule in mine:
            others[place[name], [place[other] for other in rule.fields if other != name]] = True
    for name, mine in of.items():
        own = changes.fields == place[name]
        holds = np.ones(int(own.sum()), np.bool_)
        for rule in mine:
            holds &= rule.holds_with(read, name, changes.numbers[own])
        odds[place[name]] = changes.weights[own].sum()
        keeping[place[name]] = changes.weights[own][holds].sum()
    return Apart(odds, keeping, others)


def outside_sums(
    fields: Sequence[Field], rules: Sequence[Rule], changes: Changes, target: np.int64, pairs: Light
) -> Light:
    """Bound on three changes that keep all rules when some are of fields that stand in no sum.

    ``pairs``: those of two changes that keep the sums, both of fields that stand in some. Where none of the rules'
    other fields changes, a field apart has only the values that keep its rules.
    """
    apart = apart_of(fields, rules, changes)
    count = len(fields)
    mends = (changes.shifts == target) & (apart.odds[changes.fields] == 0)
    mending = np.bincount(changes.fields[mends], changes.weights[mends], count).astype(np.float64)
    found = Light(0.0, np.zeros(count))
    places = np.flatnonzero(apart.odds)
    for q in places.tolist():
        found += _beside_pairs(apart, q, pairs)
    for at, one in enumerate(places.tolist()):
        for two in places[at + 1 :].tolist():
            found += _two_beside_one(apart, (one, two), mending)
    if target == 0:  # else three changes outside of all sums leave them as they are
        found += _three(fields, rules, changes, apart)
    return found


def _beside_pairs(apart: Apart, q: int, pairs: Light) -> Light:
    """One field apart, two changes among the sums."""
    touching = float(pairs.of_field[apart.others[q]].sum())
    of_field = apart.keeping[q] * pairs.of_field + apart.odds[q] * np.minimum(pairs.of_field, touching)
    whole = float(apart.keeping[q] * pairs.whole + apart.odds[q] * min(touching, pairs.whole))
    of_field[q] = whole
    return Light(whole, of_field)


def _two_beside_one(apart: Apart, both: tuple[int, int], mending: NDArray[np.float64]) -> Light:
    """Two fields apart, one change that mends the sums."""
    one, two = both
    if apart.others[one, two]:
        of_field = apart.odds[one] * apart.odds[two] * mending
    else:
        shares = [np.where(apart.others[q], apart.odds[q], apart.keeping[q]) for q in both]
        of_field = shares[0] * shares[1] * mending
    whole = float(of_field.sum())
    of_field[[one, two]] = whole
    return Light(whole, np.asarray(of_field, np.float64))


def _three(fields: Sequence[Field], rules: Sequence[Rule], changes: Changes, apart: Apart) -> Light:
    """Three fields apart. Those of one percentage: just the values that keep it together."""
    count = len(fields)
    found = Light(0.0, np.zeros(count))
    places = np.flatnonzero(apart.odds).tolist()
    for at, one in enumerate(places):
        for n, two in enumerate(places[at + 1 :], start=at + 1):
            for three in places[n + 1 :]:
                chosen = (one, two, three)
                names = {fields[k].id for k in chosen}
                own = next((r for r in rules if isinstance(r, PercentRule) and set(r.fields) == names), None)
                weight = _together(fields, changes, own) if own else _bound(apart, chosen)
                of_field = np.zeros(count)
                of_field[list(chosen)] = weight
                found += Light(weight, of_field)
    return found


def _bound(apart: Apart, chosen: tuple[int, int, int]) -> float:
    weight = 1.0
    for k in chosen:
        tied = any(apart.others[k, other] for other in chosen if other != k)
        weight *= float(apart.odds[k] if tied else apart.keeping[k])
    return weight


def _together(fields: Sequence[Field], changes: Changes, rule: PercentRule) -> float:
    """Weight of all changes of part, whole and percentage together that keep the rule."""
    place = {f.id: k for k, f in enumerate(fields)}
    values = changes.numbers
    of = [changes.fields == place[name] for name in (rule.part, rule.whole, rule.percent)]
    part, whole, percent = np.ix_(*(values[mine] for mine in of))
    weights = np.ix_(*(changes.weights[mine] for mine in of))
    holds = rule.holds_each(part, whole, percent)
    return float((weights[0] * weights[1] * weights[2] * holds).sum())
