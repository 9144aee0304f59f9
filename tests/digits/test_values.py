"""What boxes make of a number, against the enumeration of all letters."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.recognize.number_values import DIGITS, KEPT, NOTHING, number_of, values_of_boxes, values_of_fields

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
        truth[number_of(letters)] = truth.get(number_of(letters), 0.0) + chance
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
    assert values_of_boxes([one, sure])[0] == ((None, 1.0),)
