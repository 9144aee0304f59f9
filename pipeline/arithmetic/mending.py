"""The one number that, written otherwise, would make broken rules hold: where a writer most likely slipped."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from pipeline.arithmetic.rules import PercentRule, Rule, SumRule, Values


def mending(
    values: Values, rules: Sequence[Rule], doubtful: Collection[str] = frozenset()
) -> Mapping[Rule, tuple[str, int]]:
    """Of each broken rule the only field that with another value mends it and all that are tied to it, and the value.

    From the rules alone: a slip is written as clearly as any figure, and the right value is then not among what its ink
    may say. Broken rules are tied where they share a field. A rule that no field mends without breaking another is left
    out, and one that several would mend, unless one of these alone is ``doubtful`` on paper.
    """
    failing = [rule for rule in rules if not rule.holds(values)]
    sound = [rule for rule in rules if rule not in failing]
    found: dict[Rule, tuple[str, int]] = {}
    for tied in _tied(failing):
        shared = set.intersection(*(set(rule.fields) for rule in tied))
        tried = [(field, value) for field in sorted(shared) if (value := _value(field, values, tied)) is not None]
        kept = [(f, v) for f, v in tried if all(rule.holds({**values, f: v}) for rule in (*tied, *sound))]
        if len(kept) > 1:
            kept = [(f, v) for f, v in kept if f in doubtful]
        if len(kept) == 1:
            found |= dict.fromkeys(tied, kept[0])
    return found


def _tied(failing: Sequence[Rule]) -> list[list[Rule]]:
    """Rules that share a field, or share one with a rule that does, together."""
    groups: list[list[Rule]] = []
    for rule in failing:
        mine = [group for group in groups if any(set(rule.fields) & set(other.fields) for other in group)]
        groups = [group for group in groups if group not in mine]
        groups.append([rule, *(other for group in mine for other in group)])
    return groups


def _value(field: str, values: Values, failing: Sequence[Rule]) -> int | None:
    """The value by the first failing rule that gives one: a sum does, and a percentage its percent."""
    for rule in failing:
        if isinstance(rule, SumRule):
            factor = dict(rule.terms)[field]
            more, rest = divmod(-rule.left_over(values), factor)
            value = (values[field] or 0) + more
            return value if not rest and value >= 0 else None
    for rule in failing:
        if isinstance(rule, PercentRule) and field == rule.percent:
            part, whole = values[rule.part], values[rule.whole]
            return round(10_000 * part / whole) if part is not None and whole else None
    return None
