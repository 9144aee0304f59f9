"""Numbers of one page: which stand without a person, what is asked and why, which rules what is written breaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.arithmetic.decide import Accepted, Asked, BrokenSum, Decision, Limits, Reason, decide_form
from pipeline.arithmetic.fields import Field, answered
from pipeline.arithmetic.rules import AtMostRule, PercentRule, Rule, SumRule
from pipeline.forms.template import Form, FormField, FormRule
from pipeline.recognize.reading import Doubt, WrittenReading

Why = Doubt | Reason | Literal["out_of_range"]
"""Why a number is asked: what is doubtful about its ink, or what sums and ink say together."""
LIMIT = 10**15


@dataclass(frozen=True, slots=True)
class NumberDecision:
    """One number: ``value`` as the ink shows it first, or as people said; whole units of its last decimal.

    ``score``: chance by its ink alone; ``p_wrong``: bound on the risk with the sums; ``by``: codes of the rules that
    confirm it, or ``second``; ``why``: every reason why it is asked, none where it is accepted.
    """

    field: str
    value: int | None
    accepted: bool
    score: float
    p_wrong: float
    by: tuple[str, ...]
    why: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class NumbersDecided:
    """All numbers of a page in its order; ``asked``: the ids of those for people, the most informative first."""

    numbers: tuple[NumberDecision, ...]
    asked: tuple[str, ...]
    broken: tuple[BrokenSum, ...]
    empty: bool
    """Nothing is written in any of them: a blank form."""


def rules_of(form: Form) -> tuple[Rule, ...]:
    """The form's rules as the arithmetic takes them."""
    return tuple(_rule(rule) for rule in form.rules)


def _rule(rule: FormRule) -> Rule:
    match rule.kind:
        case "sum":
            *parts, whole = rule.fields
            times = rule.times or (1,) * len(parts)
            return SumRule(rule.code, (*zip(parts, times, strict=True), (whole, -1)))
        case "same":
            one, other = rule.fields
            return SumRule(rule.code, ((one, 1), (other, -1)))
        case "percent":
            part, whole, percent = rule.fields
            return PercentRule(rule.code, part, whole, percent)
        case _:
            less, more = rule.fields
            return AtMostRule(rule.code, less, more)


def decide_numbers(
    written: Sequence[WrittenReading],
    form: Form,
    limits: Limits,
    settled: Mapping[str, int | None] | None = None,
) -> NumbersDecided:
    """Decide all numbers of a page together; ``settled``: what people have agreed on, by field, which is sure.

    Rules that name fields of other pages are left out. After an answer call it again: the rest is decided anew.
    """
    known = settled or {}
    present = {reading.field for reading in written}
    # of a figure that is not there, or cannot be read, nothing is more or less
    unread = {r.field for r in written if r.field not in known and r.values[0][0] is None}
    rules = [
        rule
        for rule in rules_of(form)
        if present.issuperset(rule.fields) and not (isinstance(rule, AtMostRule) and unread & set(rule.fields))
    ]
    plain = {r.field for r in written if r.field in known or not _doubts(r, form.field(r.field))}
    leaning = {f for rule in rules if not plain.isdisjoint(rule.fields) for f in rule.fields}
    fields = [_field(reading, form.field(reading.field), known, reading.field in leaning) for reading in written]
    decision = decide_form(fields, rules, limits)
    decided = _by_field(decision)
    numbers = tuple(_number(r, form.field(r.field), decided[r.field], known) for r in written)
    empty = not known and _nothing_written(written)
    if empty:  # a cell without strokes beside an empty box confirms nothing: the form may be the wrong one
        numbers = tuple(replace(n, accepted=False, by=(), why=n.why or ("unconfirmed",)) for n in numbers)
    doubtful = {r.field for r in written if _doubts(r, form.field(r.field))}
    # what is doubtful by itself first: it is what makes sums fail, and the figures beside it then need no person
    # then the one number that would mend every broken rule
    mends = {f for b in decision.broken if b.consistent and len(b.off) == 1 for f in b.off}
    among = (a.field for a in decision.asked if a.field not in known)
    asked = tuple(sorted(among, key=lambda f: (f not in doubtful, f not in mends)))
    still = {n.field for n in numbers if not n.accepted}
    order = (*(f for f in asked if f in still), *(n.field for n in numbers if n.field in still - set(asked)))
    return NumbersDecided(numbers, order, decision.broken, empty)


def _nothing_written(written: Sequence[WrittenReading]) -> bool:
    """Whether every number box is empty; cells without strokes read as 0 say nothing."""
    bare = [("empty" in r.doubts, r.values[0][0] in (None, 0)) for r in written]
    return any(empty for empty, _ in bare) and all(empty or nothing for empty, nothing in bare)


def _field(reading: WrittenReading, field: FormField, known: Mapping[str, int | None], leaning: bool) -> Field:
    """``leaning``: a rule ties the number to one that is plainly written. A number written to the left stands if that
    rule says so; where all of a rule are, a sheet read one box beside its place would look the same."""
    doubts = _doubts(reading, field)
    altered = bool(doubts) and not (leaning and set(doubts) == {"left_of_empty"})
    plain = Field(reading.field, reading.values, reading.dropped, altered=altered)
    return answered(plain, known[reading.field]) if reading.field in known else plain


def _doubts(reading: WrittenReading, field: FormField) -> tuple[Why, ...]:
    value = reading.values[0][0] or 0
    strange = not field.least <= value <= (LIMIT if field.most is None else field.most)
    return (*reading.doubts, "out_of_range") if strange else reading.doubts


def _by_field(decision: Decision) -> dict[str, Accepted | Asked]:
    both: Iterable[Accepted | Asked] = (*decision.accepted, *decision.asked)
    return {one.field: one for one in both}


def _number(
    reading: WrittenReading, field: FormField, decided: Accepted | Asked, known: Mapping[str, int | None]
) -> NumberDecision:
    value, score = reading.values[0]
    if reading.field in known:
        # what two people said stands even where a sum fails: the broken sum is told beside it
        return NumberDecision(reading.field, known[reading.field], True, 1.0, 0.0, ("second",), ())
    if isinstance(decided, Accepted):
        return NumberDecision(reading.field, value, True, score, decided.risk, decided.by, ())
    doubts = _doubts(reading, field)
    why = (*doubts, *(() if decided.reason == "altered" else (decided.reason,)))
    share = dict(decided.shares).get(value, 0.0)
    return NumberDecision(reading.field, value, False, score, min(1.0, max(0.0, 1.0 - share)), (), why)
