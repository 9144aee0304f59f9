"""Count forms of a trial say so at their foot, and read as those without the mark do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.forms.count_forms import TRIAL, CountForm, figures_form, tally_form
from pipeline.forms.drawing import Text
from pipeline.recognize.reading import PageReading
from pipeline.review.decide import decide
from pipeline.review.profile import default_profile
from tests.count_forms.conftest import BUNDLE, FIGURES, Picture, Printed, printed


@pytest.mark.parametrize("trial", [True, False])
def test_both_forms_of_a_trial_are_marked_and_no_others(commune: tuple[CountForm, CountForm], trial: bool) -> None:
    of = replace(commune[0], trial=trial)
    for layout in (figures_form(of, issued_includes_spoiled=False), tally_form(of)):
        marks = [mark for mark in layout.marks if isinstance(mark, Text) and mark.text == TRIAL]
        assert len(marks) == trial
        lowest = max(field.box.bottom for field in layout.form.sides[0].fields if field.box)
        assert all(mark.baseline - 4.0 > lowest for mark in marks)


def told(of: Printed, page: Picture) -> list[tuple[object, ...]]:
    """What is read of every place, as far as anything is decided by it."""
    reading = of.read(page)
    assert isinstance(reading, PageReading), reading
    numbers = [(w.field, w.values[0][0], w.doubts) for w in reading.written]
    decided = [(f.field, decide(f, default_profile())) for f in reading.fields]
    return [*numbers, *((field, d.value, d.accepted) for field, d in decided)]


@pytest.mark.parametrize("kind", ["figures", "tally"])
def test_the_mark_changes_nothing_of_what_is_read_whichever_blank_it_is_read_with(
    commune: tuple[CountForm, CountForm], figures: Printed, tally: Printed, tmp_path: Path, kind: str
) -> None:
    plain, values = (tally, BUNDLE) if kind == "tally" else (figures, FIGURES)
    marked = printed(replace(commune[0], trial=True), tmp_path, tally=kind == "tally")
    signed = {} if kind == "tally" else {"sign_leader": "x"}
    page, of_trial = plain.filled(values, 21, **signed), marked.filled(values, 21, **signed)
    assert (page != of_trial).any()
    expected = told(plain, page)
    assert told(marked, of_trial) == expected
    assert told(plain, of_trial) == expected
    assert told(marked, page) == expected
