"""What boxes make of a number, against the enumeration of all letters."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.recognize.number_values import DIGITS, KEPT, LEFT, NOTHING, numbers_of, values_of_boxes, values_of_fields

LETTERS = DIGITS + NOTHING


@st.composite
def boxes(draw: st.DrawFn) -> list[dict[str, float]]:
    made = []
    for _ in range(draw(st.integers(1, 4))):
        letters = draw(st.lists(st.sampled_from(LETTERS), min_size=1, max_size=4, unique=True))
        raw = [draw(st.floats(0.001, 1.0)) for _ in letters]
        made.append({letter: weight / sum(raw) for letter, weight in zip(letters, raw, strict=True)})
    return made


@settings(max_examples=300, deadline=None)
@given(boxes())
def test_every_value_kept_has_the_chance_of_all_ways_to_write_it(field: list[dict[str, float]]) -> None:
    truth: dict[int | None, float] = {}
    for letters in itertools.product(*field):
        chance = 1.0
        for box, letter in zip(field, letters, strict=True):
            chance *= box[letter]
        for value, share in numbers_of(letters):
            truth[value] = truth.get(value, 0.0) + chance * share
    values, dropped = values_of_boxes(field)
    for value, chance in values:
        assert chance <= truth[value] + 1e-9
        assert chance >= truth[value] - dropped - 1e-9
    assert abs(sum(chance for _, chance in values) + dropped - 1) < 1e-9
    best = sorted(truth.values(), reverse=True)[: min(KEPT, 10)]
    assert all(abs(one - other) < 1e-6 for one, (_, other) in zip(best, values, strict=False))


def test_fields_read_together_are_read_as_each_alone() -> None:
    sure = {"_": 1.0}
    one, four = {"1": 0.7, "7": 0.3}, {"4": 0.9, "X": 0.1}
    fields = [[sure, one, four], [one], [one, sure], [four, four, one]]
    assert values_of_fields(fields) == [values_of_boxes(field) for field in fields]


def test_digits_written_to_the_left_are_a_number_or_the_beginning_of_one() -> None:
    (twelve, share), (none, rest) = values_of_boxes([{"1": 1.0}, {"2": 1.0}, {"_": 1.0}])[0]
    assert (twelve, none) == (12, None)
    assert share == LEFT
    assert abs(share + rest - 1) < 1e-12
    assert values_of_boxes([{"1": 1.0}, {"-": 1.0}, {"2": 1.0}])[0] == ((None, 1.0),)
    assert values_of_boxes([{"1": 1.0}, {"X": 1.0}])[0] == ((None, 1.0),)
