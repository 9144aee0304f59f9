"""A count form that we print, filled in and scanned, is read back; everything odd on it becomes a named question."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
import pytest

from calibration.digits.filled_form import PPM, laid_askew, write_digit
from calibration.digits.strokes import draw_digit
from pipeline.geometry import Box
from pipeline.recognize.reading import PageReading
from pipeline.review.number_words import questions_of
from pipeline.review.numbers import NumberDecision, NumbersDecided
from pipeline.scan.page import Rejection
from tests.count_forms.conftest import BUNDLE, FIGURES, Picture, Printed


def of(decided: NumbersDecided, field: str) -> NumberDecision:
    return next(n for n in decided.numbers if n.field == field)


def wrong(decided: NumbersDecided, truth: Mapping[str, int]) -> list[str]:
    return [n.field for n in decided.numbers if n.accepted and (n.value or 0) != truth[n.field]]


@pytest.mark.parametrize(("seed", "turned"), [(1, 0.0), (2, 1.1), (3, -0.7), (4, 180.0)])
def test_a_filled_sheet_of_figures_is_read_and_nothing_wrong_is_accepted(
    figures: Printed, seed: int, turned: float
) -> None:
    decided = figures.decided(laid_askew(figures.filled(FIGURES, seed), turned))
    assert wrong(decided, FIGURES) == []
    assert sum(n.accepted for n in decided.numbers) >= 0.5 * len(FIGURES)


def test_every_accepted_number_names_the_rules_that_confirm_it(figures: Printed) -> None:
    accepted = [n for n in figures.decided(figures.filled(FIGURES, 5)).numbers if n.accepted]
    assert accepted
    assert all(n.by and n.p_wrong <= 1e-3 for n in accepted)


def test_a_tally_sheet_is_counted_and_its_strokes_checked_against_the_written_numbers(tally: Printed) -> None:
    decided = tally.decided(tally.filled(BUNDLE, 2))
    assert wrong(decided, BUNDLE) == []
    assert {f"tally_{i}" for i in range(1, 9)} & {n.field for n in decided.numbers if n.accepted}


def test_strokes_that_contradict_the_written_number_are_told_with_both(tally: Printed) -> None:
    decided = tally.decided(tally.filled({**BUNDLE, "tally_3": 38}, 2))
    told = [q for q in questions_of(decided, tally.form) if q.code == "T1"]
    assert told
    assert "38" in str(told[0].text)
    assert "40" in str(told[0].text)
    assert str(told[0].text).count("strokes of") >= 1
    assert not of(decided, "tally_3").accepted
    assert wrong(decided, {**BUNDLE, "tally_3": 38}) == []


def test_a_slip_of_the_writer_is_never_repaired_and_names_the_rule_and_the_figure(figures: Printed) -> None:
    truth = {**FIGURES, "invalid": 29}
    decided = figures.decided(figures.filled(truth, 6))
    codes = {b.code for b in decided.broken}
    assert {"R6", "R11"} <= codes
    assert not of(decided, "invalid").accepted
    assert wrong(decided, truth) == []
    r6 = next(q for q in questions_of(decided, figures.form) if q.code == "R6")
    assert "29" in str(r6.text)


def test_an_answer_of_people_settles_its_field_and_the_rest_is_decided_anew(figures: Printed) -> None:
    from pipeline.review.numbers import decide_numbers  # noqa: PLC0415
    from pipeline.review.profile import default_profile  # noqa: PLC0415

    page = figures.filled({k: v for k, v in FIGURES.items() if k != "valid"}, 7)
    reading = figures.read(page)
    assert isinstance(reading, PageReading)
    limits = default_profile().numbers
    before = decide_numbers(reading.written, figures.form, limits)
    after = decide_numbers(reading.written, figures.form, limits, {"valid": FIGURES["valid"]})
    assert not of(before, "left_5").accepted
    assert of(after, "valid").accepted
    assert sum(n.accepted for n in after.numbers) > sum(n.accepted for n in before.numbers) + 1


def test_an_empty_field_asks_and_is_not_filled_from_the_sums(figures: Printed) -> None:
    decided = figures.decided(figures.filled({k: v for k, v in FIGURES.items() if k != "collected"}, 8))
    assert of(decided, "collected").why[0] == "empty"
    assert of(decided, "collected").value is None


def test_a_blank_form_is_one_question(figures: Printed) -> None:
    decided = figures.decided(figures.blank)
    assert [q.code for q in questions_of(decided, figures.form)] == ["form_empty"]
    assert not any(n.accepted for n in decided.numbers)


def test_a_form_of_another_area_is_told_by_its_code(figures: Printed, other_area: Printed) -> None:
    page = other_area.filled(FIGURES, 9)
    alone = figures.read(page)
    assert isinstance(alone, Rejection)
    assert alone.reason == "other_form"
    assert other_area.form.id in str(alone.text)
    both = figures.read(page, other_area)
    assert isinstance(both, PageReading)
    assert both.form == other_area.form.id


def test_a_form_whose_code_is_torn_off_is_rejected_by_name(figures: Printed) -> None:
    page = figures.filled(FIGURES, 10)
    paint(page, figures.form.sides[0].code, 250)
    seen = figures.read(page)
    assert isinstance(seen, Rejection)
    assert seen.reason == "code_unreadable"


def test_a_photo_of_a_table_is_no_form(figures: Printed) -> None:
    rng = np.random.default_rng(11)
    wood = cv2.GaussianBlur(rng.integers(60, 160, (2339, 1654)).astype(np.uint8), (0, 0), 9)
    wood[::130] = 40
    seen = figures.read(np.asarray(wood, np.uint8))
    assert isinstance(seen, Rejection)
    assert seen.reason in ("no_form_fits", "blank")


def test_two_digits_in_one_box_are_told(figures: Printed) -> None:
    page = figures.filled({k: v for k, v in FIGURES.items() if k != "spoiled"}, 12)
    box = figures.form.field("spoiled").boxes[-1]
    half = box.w / 2
    for k, digit in enumerate((1, 7)):
        put(page, Box(box.x + k * half - 0.6, box.y + 1.6, half + 0.6, box.h - 3), digit, 12 + k)
    found = of(figures.decided(page), "spoiled")
    assert not found.accepted
    assert "several_digits" in found.why


def test_a_number_beside_its_boxes_is_told(figures: Printed) -> None:
    page = figures.filled({k: v for k, v in FIGURES.items() if k != "spoiled"}, 13)
    first = figures.form.field("spoiled").boxes[0]
    put(page, Box(first.x + 3.0, first.y - 4.6, 6.0, 7.0), 7, 13)
    decided = figures.decided(page)
    told = of(decided, "spoiled")
    assert not told.accepted
    assert {"outside_box", "empty", "several_digits", "left_of_empty"} & set(told.why)


def test_white_out_over_a_field_is_told_even_where_a_digit_was_written_on_it(figures: Printed) -> None:
    page = figures.filled({k: v for k, v in FIGURES.items() if k != "left_over"}, 14)
    field = figures.form.field("left_over")
    paint(page, field.box.grown(0.8), 252)
    for box, digit in zip(field.boxes[-3:], (1, 4, 3), strict=True):
        put(page, box, digit, 14)
    found = of(figures.decided(page), "left_over")
    assert not found.accepted
    assert "covered" in found.why


def test_a_box_that_was_struck_out_is_told(figures: Printed) -> None:
    page = figures.filled(FIGURES, 15)
    box = figures.form.field("voted").boxes[-1]
    for k in range(9):
        a, b = (box.x + 0.6, box.y + 1 + k * 0.7), (box.right - 0.6, box.y + 1.6 + k * 0.7)
        cv2.line(page, tuple(round(v * PPM) for v in a), tuple(round(v * PPM) for v in b), 30, 4, cv2.LINE_AA)
    found = of(figures.decided(page), "voted")
    assert not found.accepted


def test_a_percentage_beyond_a_hundred_is_out_of_range(figures: Printed) -> None:
    found = of(figures.decided(figures.filled({**FIGURES, "turnout": 69569}, 16)), "turnout")
    assert "out_of_range" in found.why


def test_signatures_are_told_present_and_absent(figures: Printed) -> None:
    signed = {"sign_leader": "x", "sign_secretary": "x"}
    reading = figures.read(figures.filled(FIGURES, 17, **signed))
    assert isinstance(reading, PageReading)
    told = {f.field: f.value for f in reading.fields if f.kind == "signature"}
    assert told == {"sign_leader": "present", "sign_secretary": "present",
                    "sign_witness_1": "absent", "sign_witness_2": "absent"}  # fmt: skip


def put(page: Picture, box: Box, digit: int, seed: int) -> None:
    """A digit of a drawn hand, in or beside a box (mm)."""
    rng = np.random.default_rng(seed)
    ink = np.zeros(page.shape, np.float32)
    write_digit(rng, ink, box, draw_digit(rng, digit))
    page[:] = np.minimum(page, 250 - 215 * ink).astype(np.uint8)


def paint(page: Picture, box: Box | None, grey: int) -> None:
    assert box is not None
    x0, y0, x1, y1 = (round(v * PPM) for v in (box.x, box.y, box.right, box.bottom))
    page[y0:y1, x0:x1] = grey
