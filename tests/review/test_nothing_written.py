"""On a form with nothing written nothing is accepted: cells without strokes confirm no empty boxes."""

from __future__ import annotations

import pytest

from pipeline.forms.template import ByContent, Form, FormField, FormRule, FormSide
from pipeline.geometry import Box, Size
from pipeline.recognize.reading import Doubt, WrittenReading
from pipeline.review.number_words import questions_of
from pipeline.review.numbers import NumbersDecided, decide_numbers
from pipeline.review.profile import default_profile

QUAD = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
FIELDS = (FormField("number", "number", Box(10, 10, 20, 8)), FormField("strokes", "tally", Box(40, 10, 90, 8)))
FORM = Form(
    "f", "Form", (FormSide("front", Size(210.0, 297.0), ByContent(), FIELDS),),
    rules=(FormRule("T1", "same", ("number", "strokes")),),
)  # fmt: skip


def decided(number: int | None, strokes: int) -> NumbersDecided:
    doubts: tuple[Doubt, ...] = ("empty",) if number is None else ()
    written = [
        WrittenReading("number", "number", ((number, 0.999),), 1e-9, doubts, {}, QUAD),
        WrittenReading("strokes", "tally", ((strokes, 0.999),), 1e-9, (), {}, QUAD),
    ]
    return decide_numbers(written, FORM, default_profile().numbers)


def test_nothing_written_is_one_question_and_nothing_is_accepted() -> None:
    found = decided(None, 0)
    assert found.empty
    assert [(n.accepted, n.by) for n in found.numbers] == [(False, ()), (False, ())]
    assert all(n.why for n in found.numbers)
    assert set(found.asked) == {"number", "strokes"}
    assert [q.code for q in questions_of(found, FORM)] == ["form_empty"]


@pytest.mark.parametrize("count", [3, 12])
def test_strokes_and_the_same_number_stand(count: int) -> None:
    found = decided(count, count)
    assert not found.empty
    assert [(n.value, n.accepted) for n in found.numbers] == [(count, True), (count, True)]
