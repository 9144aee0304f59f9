"""Numbers written to the left of their boxes stand where a sum with a plainly written number says so."""

from __future__ import annotations

from pipeline.forms.template import ByContent, Form, FormField, FormRule, FormSide
from pipeline.geometry import Box, Size
from pipeline.recognize.number_values import values_of_boxes
from pipeline.recognize.reading import WrittenReading
from pipeline.review.numbers import NumbersDecided, decide_numbers
from pipeline.review.profile import default_profile

QUAD = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
SHEET = Size(210.0, 297.0)


def decided(**boxes: str) -> NumbersDecided:
    """``a`` and ``b`` make ``c``; each field's letters as if surely read."""
    fields = tuple(FormField(name, "number", Box(10, 10, 20, 8)) for name in boxes)
    rule = FormRule("R1", "sum", ("a", "b", "c"))
    form = Form("f", "Form", (FormSide("front", SHEET, ByContent(), fields),), rules=(rule,))
    return decide_numbers([reading(name, text) for name, text in boxes.items()], form, default_profile().numbers)


def reading(name: str, text: str) -> WrittenReading:
    values, dropped = values_of_boxes([{letter: 0.999, "8": 0.001} for letter in text])
    doubts = ("left_of_empty",) if text.lstrip("_").endswith("_") else ()
    return WrittenReading(name, "number", values, dropped, doubts, {}, QUAD)


def test_a_number_written_to_the_left_stands_where_a_sum_says_so() -> None:
    found = decided(a="262", b="2__", c="264")
    assert [(n.value, n.accepted, n.by) for n in found.numbers] == [(v, True, ("R1",)) for v in (262, 2, 264)]


def test_where_all_of_a_sum_are_nothing_is_accepted() -> None:
    """A sheet read one box beside its place would look just so: 120, 301 and 421 without their last digits."""
    found = decided(a="12_", b="30_", c="42_")
    assert not any(n.accepted for n in found.numbers)
    assert all("left_of_empty" in n.why for n in found.numbers)


def test_without_a_sum_that_holds_it_is_asked() -> None:
    found = decided(a="262", b="2__", c="282")
    assert not found.numbers[1].accepted
    assert [b.code for b in found.broken] == ["R1"]
