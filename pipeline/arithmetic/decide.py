"""What of a form's numbers stands without a person, what is asked first, and which sums are broken."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.arithmetic.fields import Field
from pipeline.arithmetic.mending import mending
from pipeline.arithmetic.posterior import Posterior, components, posterior
from pipeline.arithmetic.rules import AtMostRule, PercentRule, Rule, SumRule, Values

Reason = Literal["altered", "ink", "risk", "unconfirmed", "broken"]
"""Why a field is asked: altered on paper; its own ink hardly allows the value; the risk is above the limit; nothing
but its own ink says so; a rule that it stands in does not hold."""


MANY = 2
"""More figures than that are not told as those that would make a form consistent."""
CLEARLY = 4.0
"""Times as likely as the next that values must be to be told as those that would make it consistent."""


@dataclass(frozen=True, slots=True)
class Limits:
    """``risk``: highest chance that an accepted field is wrong; a bound, and most fields lie far below it.

    ``ink``: least chance of the value by its own ink; ``others``: least chance by their own ink that the other fields
    of a rule have the values that keep it, for the rule to confirm anything; ``slip``: chance that a writer's sums do
    not hold. ``risk`` and ``others`` were set on simulated minutes.
    """

    risk: float = 1e-3
    ink: float = 0.2
    others: float = 0.1
    slip: float = 0.08


@dataclass(frozen=True, slots=True)
class Accepted:
    """A value that needs no person. ``by``: codes of the rules that confirm it, or ``second`` for a second source."""

    field: str
    value: int | None
    risk: float
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A field for people. ``bits``: what its answer is worth; ``shares``: values with their posterior."""

    field: str
    reason: Reason
    bits: float
    shares: tuple[tuple[int | None, float], ...]


@dataclass(frozen=True, slots=True)
class BrokenSum:
    """A rule that what was written does not keep.

    ``written``: as the ink shows it; ``consistent``: values that keep all rules, where any are known: with the one
    number that mends it and all rules tied to it, whatever its ink says, else the clearly likeliest; ``off``: the
    fields in which the two differ, or all of the rule's fields.
    """

    code: str
    written: tuple[tuple[str, int | None], ...]
    consistent: tuple[tuple[str, int | None], ...] | None
    off: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """``asked``: the most informative first; ``broken``: always for a person, whatever was accepted elsewhere."""

    accepted: tuple[Accepted, ...]
    asked: tuple[Asked, ...]
    broken: tuple[BrokenSum, ...]


def decide_form(fields: Sequence[Field], rules: Sequence[Rule], limits: Limits = Limits()) -> Decision:
    """Decide all fields of a form together. After an answer call it again with that field ``answered``."""
    accepted: list[Accepted] = []
    asked: list[Asked] = []
    broken: list[BrokenSum] = []
    read = {f.id: f.read for f in fields}
    crossed = [r for r in rules if isinstance(r, AtMostRule) and not r.holds(read)]
    mended = mending(read, rules, {f.id for f in fields if f.altered})
    for members, among in components(fields, rules):
        found = posterior(members, [r for r in among if not isinstance(r, AtMostRule)], limits.slip)
        broken += _broken(found, mended)
        best = _Best(found)
        for place, field in enumerate(members):
            verdict = _judge(best, place, limits, any(field.id in r.fields for r in crossed))
            if isinstance(verdict, Accepted):
                accepted.append(verdict)
            else:
                asked.append(verdict)
    broken += [_told(rule, read, mended.get(rule), None) for rule in crossed]
    asked.sort(key=lambda a: -a.bits)
    return Decision(tuple(accepted), tuple(asked), tuple(broken))


class _Best:
    """The heaviest hypothesis of fields tied together, with what every field's verdict looks up in it.

    ``chances``: of each value by its ink alone; ``rules``: those that a field stands in, each with its own fields and
    whether the heaviest hypothesis breaks it.
    """

    def __init__(self, found: Posterior) -> None:
        self.found = found
        self.values = found.values(found.hypotheses[0])
        self.chances = {f.id: f.chance(self.values[f.id]) for f in found.fields}
        self.rules: dict[str, list[tuple[Rule, tuple[str, ...], bool]]] = {f.id: [] for f in found.fields}
        for k, rule in enumerate(found.rules):
            fields = rule.fields
            for name in fields:
                self.rules[name].append((rule, fields, k in found.hypotheses[0].broken))


def _judge(best: _Best, place: int, limits: Limits, crossed: bool) -> Accepted | Asked:
    found = best.found
    field, shares = found.fields[place], found.shares[place]
    value = best.values[field.id]
    risk = max(found.risks[place], 0.0)
    by = _confirmed_by(best, field, limits)
    reason: Reason | None = None
    if crossed or any(broken for _, _, broken in best.rules[field.id]):
        reason = "broken"
    elif field.altered and field.seconded is None:
        reason = "altered"
    elif best.chances[field.id] < limits.ink or value != field.read:
        reason = "ink"
    elif not by:
        reason = "unconfirmed"
    elif risk > limits.risk:
        reason = "risk"
    if reason is None:
        return Accepted(field.id, value, risk, by)
    ranked = tuple(sorted(shares.items(), key=lambda pair: -pair[1]))
    return Asked(field.id, reason, _bits(shares.values()), ranked)


def _bits(shares: Iterable[float]) -> float:
    return -sum(p * math.log2(p) for p in shares if p > 0)


def _confirmed_by(best: _Best, field: Field, limits: Limits) -> tuple[str, ...]:
    """Codes of what says the same as the field's own ink: rules whose other fields leave no other value."""
    codes = [
        rule.code
        for rule, fields, broken in best.rules[field.id]
        if not broken
        and math.prod(best.chances[other] for other in fields if other != field.id) >= limits.others
        and _leaves_no_other(rule, field.id, best.values)
    ]
    if field.seconded is not None and field.seconded == (best.values[field.id] or 0):
        codes.append("second")
    return tuple(codes)


def _leaves_no_other(rule: Rule, field: str, values: Values) -> bool:
    """Whether the rule, all other fields given, holds for this value alone among those one step or one digit off.

    A percentage is given by its counts up to rounding; a count is given by the percentage only in small areas.
    """
    value = values[field] or 0
    match rule:
        case SumRule():
            return True
        case PercentRule():
            if field == rule.percent:
                return True
            steps = (1, -1, *(d * 10**p for p in range(len(str(value))) for d in (1, -1)))
            return not any(rule.holds({**values, field: value + s}) for s in steps if value + s >= 0)
        case AtMostRule():
            return False


def _broken(found: Posterior, mended: Mapping[Rule, tuple[str, int]]) -> list[BrokenSum]:
    """The rules that the values read first break, each with values that keep all rules."""
    read = {f.id: f.read for f in found.fields}
    failing = [r for r in found.rules if not r.holds(read)]
    if not failing:
        return []
    fair = _fair(found)
    if fair and not _advisable(read, fair):
        fair = None
    return [_told(rule, read, mended.get(rule), fair) for rule in failing]


def _fair(found: Posterior) -> Values | None:
    """The likeliest values that keep all rules, where they are clearly likelier than any others that do: where several
    figures could each be the wrong one, naming one of them would send the person to the wrong place."""
    sound = [h for h in found.hypotheses if not h.broken]
    if not sound or (len(sound) > 1 and sound[0].weight < CLEARLY * sound[1].weight):
        return None
    return found.values(sound[0])


def _advisable(read: Values, fair: Values) -> bool:
    """Whether people can use it: that a written figure is none at all, or that many are wrong, is no advice."""
    changed = [name for name in read if (read[name] or 0) != (fair[name] or 0)]
    return len(changed) <= MANY and not any(read[name] is not None and fair[name] is None for name in changed)


def _told(rule: Rule, read: Values, mended: tuple[str, int] | None, fair: Values | None) -> BrokenSum:
    written = tuple((f, read[f]) for f in rule.fields)
    if mended is not None:
        fair = {**read, mended[0]: mended[1]}
    if fair is None:
        return BrokenSum(rule.code, written, None, rule.fields)
    consistent = tuple((f, fair[f]) for f in rule.fields)
    off = tuple(f for f, value in consistent if (value or 0) != (read[f] or 0))
    return BrokenSum(rule.code, written, consistent, off or rule.fields)
