"""What a form's schema cannot say about numbers: digit boxes out of order, keys of other kinds, rules of nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from pipeline.errors import Problem
from pipeline.forms.template import WRITTEN, Form, FormField, FormRule
from pipeline.messages import message

TOUCHING = 0.05
"""mm by which a digit box may overlap its neighbour or its field: neighbours share an edge."""


def number_problems(field: FormField, place: str) -> Iterator[Problem]:
    """Faults of one field that have to do with its being a number, or with its not being one."""
    if field.boxes and field.kind != "number":
        yield _problem(place, "only a number field has digit boxes, this is a field of kind {kind}; remove them",
                       kind=field.kind)  # fmt: skip
        return
    outer = field.box.grown(TOUCHING)
    for i, box in enumerate(field.boxes):
        if not (outer.x <= box.x and outer.y <= box.y and box.right <= outer.right and box.bottom <= outer.bottom):
            text = "the digit box reaches beyond the field's box; the box holds all digit boxes"
            yield _problem(f"{place}, boxes[{i}]", text)
    if any(b.x < a.right - TOUCHING for a, b in pairwise(field.boxes)):
        yield _problem(f"{place}, boxes", "the digit boxes do not go from left to right; put them in that order")
    if field.boxes and field.decimals >= len(field.boxes):
        yield _problem(
            f"{place}, decimals",
            "{decimals} digits behind the decimal sign leave none of {boxes} boxes before it; correct one of them",
            decimals=field.decimals,
            boxes=len(field.boxes),
        )
    if field.most is not None and field.most < field.least:
        yield _problem(f"{place}, most", "{most} is less than the least value {least}; correct one of them",
                       most=field.most, least=field.least)  # fmt: skip


def rule_problems(form: Form, place: str) -> Iterator[Problem]:
    """Rules that name what is no number of the form, or one number twice."""
    numbers = {f.id for side in form.sides for f in side.fields if f.kind in WRITTEN}
    for i, rule in enumerate(form.rules):
        yield from _one_rule(rule, numbers, f"{place}, rules[{i}] '{rule.code}'")


def _one_rule(rule: FormRule, numbers: set[str], place: str) -> Iterator[Problem]:
    for name in rule.fields:
        if name not in numbers:
            yield _problem(place, "the rule names '{field}', which is no number or tally field of the form; correct it",
                           field=name)  # fmt: skip
    if len(set(rule.fields)) < len(rule.fields):
        yield _problem(place, "the rule names a field twice; name each once and say under 'times' how often it counts")
    if rule.times and len(rule.times) != len(rule.fields) - 1:
        yield _problem(place, "there are {times} numbers under 'times' and {parts} parts; give each part one",
                       times=len(rule.times), parts=len(rule.fields) - 1)  # fmt: skip


def _problem(place: str, msgid: str, **params: object) -> Problem:
    return Problem("form-sense", place, message(msgid, **params))
