"""Sentences for people about the numbers of a form: why one is asked, and which rule the written figures break."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from pipeline.arithmetic.decide import BrokenSum
from pipeline.forms.template import Form, FormField, FormRule
from pipeline.messages import Message, message
from pipeline.review.numbers import NumbersDecided, Why

WHY: Mapping[Why, Message] = {
    "empty": message("nothing is written"),
    "several_digits": message("several digits stand in one box"),
    "filled_in": message("a box is struck out or filled in"),
    "left_of_empty": message("an empty box stands behind a digit"),
    "pale": message("the writing is too pale"),
    "outside_box": message("something is written outside of the boxes"),
    "covered": message("the printed boxes are covered or rubbed out: correction fluid or an eraser"),
    "strokes_unsure": message("the strokes are no plain groups of five"),
    "out_of_range": message("the form allows no such value"),
    "altered": message("it was written over"),
    "ink": message("the figure cannot be read for sure"),
    "risk": message("the risk of a wrong figure is too high"),
    "unconfirmed": message("no sum confirms it"),
    "broken": message("a sum in which it stands is not right"),
}

EMPTY = message("No figure is written on the form; is it the filled one?")


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked about a whole form: ``code`` is a rule's number or ``form_empty``."""

    code: str
    fields: tuple[str, ...]
    text: Message


def questions_of(decided: NumbersDecided, form: Form) -> tuple[Question, ...]:
    """The broken rules with what is written and what would be consistent; or that the form is empty."""
    if decided.empty:
        fields = tuple(n.field for n in decided.numbers)
        return (Question("form_empty", fields, EMPTY),)
    return tuple(Question(b.code, b.off, broken_text(b, form)) for b in decided.broken)


def broken_text(broken: BrokenSum, form: Form) -> Message:
    """The rule in words, with the figures as written, and which figures would mend it."""
    text = _rule_text(broken, form)
    written = dict(broken.written)
    mended = tuple(
        message("{figure}: {written} → {consistent}", figure=name_of(form.field(name)),
                written=shown(form.field(name), written[name]), consistent=shown(form.field(name), value))
        for name, value in broken.consistent or ()
        if (value or 0) != (written[name] or 0)
    )  # fmt: skip
    if not mended:
        names = tuple(name_of(form.field(name)) for name in broken.off)
        return message("{rule} Compare with the paper: {fields}.", rule=text, fields=names)
    return message("{rule} It would be right with {mended}; look at the paper.", rule=text, mended=mended)


def _rule_text(broken: BrokenSum, form: Form) -> Message:
    names = tuple(name for name, _ in broken.written)
    rule = next((r for r in form.rules if r.code == broken.code and r.fields == names), None)
    values = dict(broken.written)
    if rule is None:
        return message("{code}: the figures do not agree.", code=broken.code)
    texts = {name: shown(form.field(name), value) for name, value in values.items()}
    labels = {name: name_of(form.field(name)) for name in names}
    match rule.kind:
        case "sum":
            return _sum_text(rule, values, labels, texts)
        case "same":
            one, other = names
            return message("{code}: {one} is {x}, but {other} is {y}.", code=rule.code, one=labels[one],
                           x=texts[one], other=labels[other], y=texts[other])  # fmt: skip
        case "percent":
            part, whole, percent = names
            return message("{code}: {part} ({x}) of {whole} ({y}) is not {percent} ({z} %).", code=rule.code,
                           part=labels[part], x=texts[part], whole=labels[whole], y=texts[whole],
                           percent=labels[percent], z=texts[percent])  # fmt: skip
        case _:
            less, more = names
            return message("{code}: {less} ({x}) is more than {more} ({y}).", code=rule.code, less=labels[less],
                           x=texts[less], more=labels[more], y=texts[more])  # fmt: skip


def _sum_text(
    rule: FormRule, values: Mapping[str, int | None], labels: Mapping[str, Message], texts: Mapping[str, str]
) -> Message:
    *parts, whole = rule.fields
    times: Sequence[int] = rule.times or (1,) * len(parts)
    terms = " + ".join(f"{n} × {texts[p]}" if n != 1 else texts[p] for p, n in zip(parts, times, strict=True))
    made = sum(n * (values[p] or 0) for p, n in zip(parts, times, strict=True))
    return message("{code}: {terms} makes {made}, but {whole} is {value}.", code=rule.code, terms=terms, made=made,
                   whole=labels[whole], value=texts[whole])  # fmt: skip


def name_of(field: FormField) -> Message:
    """What a field is called; the strokes of a candidate have the same label as the figure beside them."""
    name = field.label or field.id
    return message("strokes of {name}", name=name) if field.kind == "tally" else Message("{name}", {"name": name})


def shown(field: FormField, value: int | None) -> str:
    """A value as people write it, with the field's decimals; a dash where no number is written."""
    return decimal_text(value, field.decimals).replace(".", ",")


def decimal_text(value: int | None, decimals: int) -> str:
    """A value in units of its last decimal as a plain number, ``97.04``; a dash where there is none."""
    if value is None:
        return "–"
    if not decimals:
        return str(value)
    whole, rest = divmod(value, cast(int, 10**decimals))
    return f"{whole}.{rest:0{decimals}d}"
