"""One hand and one pen: what sure boxes tell about doubtful ones."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.digits.hands import barred, flagged
from calibration.digits.paper import OWN_BOX, own_box_crop
from calibration.digits.sources import CANVAS
from calibration.digits.strokes import draw_digit
from pipeline.recognize.digits.box import BoxInk, box_inks
from pipeline.recognize.digits.reader import CLASSES
from pipeline.recognize.hand import BAR_ON_A_ONE, crossed, darkness_of, with_the_hand
from tests.digits.test_box import framed, with_seven

ONE, SEVEN, EMPTY = (CLASSES.index(letter) for letter in "17_")


def chances_of(**shares: float) -> NDArray[np.float64]:
    row = np.zeros(len(CLASSES))
    for name, share in shares.items():
        row[CLASSES.index(name.removeprefix("is_"))] = share
    return row


def ink_of(*crops: NDArray[np.uint8]) -> list[BoxInk]:
    return box_inks(list(crops))


def seven(bar: bool) -> NDArray[np.uint8]:
    crop = with_seven(framed(), ink=40)
    if bar:
        rows = np.flatnonzero((crop[:, 20:40] < 120).any(axis=1))
        middle = int(rows[0] + 0.55 * (rows[-1] - rows[0]))
        columns = np.flatnonzero(crop[middle] < 120)
        columns = columns[(columns > 12) & (columns < crop.shape[1] - 12)]
        crop[middle - 1 : middle + 2, columns.min() - 9 : columns.max() + 9] = 40
    return crop


def test_a_bar_across_the_stem_is_seen_and_a_bare_seven_has_none() -> None:
    bare, bar = ink_of(seven(bar=False), seven(bar=True))
    assert not crossed(bare)
    assert crossed(bar)


def test_flags_and_bars_added_to_glyphs_are_seen_as_what_they_are() -> None:
    rng = np.random.default_rng(1)
    flags = ink_of(*(own_box_crop(rng, flagged(rng, draw_digit(rng, 1))) for _ in range(60)))
    assert sum(crossed(box) for box in flags) <= 3
    bare = [draw_digit(rng, 7) for _ in range(120)]
    bars = [barred(rng, glyph) for glyph in bare]
    added = [b for a, b in zip(bare, bars, strict=True) if not np.array_equal(a, b)]
    assert len(added) > 60
    seen = [crossed(box) for box in ink_of(*(own_box_crop(rng, glyph) for glyph in added))]
    assert np.mean(seen) > 0.6


def test_who_crosses_the_seven_wrote_a_one_where_the_bar_is_missing() -> None:
    inks = ink_of(*[seven(bar=True)] * 5, seven(bar=False))
    rows = [chances_of(is_7=0.99, is_1=0.01)] * 5 + [chances_of(is_7=0.6, is_1=0.4)]
    told = with_the_hand(inks, np.array(rows))[-1]
    assert told[ONE] > 0.6 > told[SEVEN]


def test_who_never_crosses_tells_nothing_about_a_stroke_without_bar() -> None:
    inks = ink_of(*[seven(bar=False)] * 6)
    rows = np.array([chances_of(is_7=0.99, is_1=0.01)] * 5 + [chances_of(is_7=0.6, is_1=0.4)])
    assert np.allclose(with_the_hand(inks, rows), rows)


def test_a_bar_speaks_against_a_one() -> None:
    told = with_the_hand(ink_of(seven(bar=True)), np.array([chances_of(is_7=0.5, is_1=0.5)]))[0]
    assert told[SEVEN] == pytest.approx(1 / (1 + BAR_ON_A_ONE))


def test_ink_far_paler_than_the_pen_may_be_the_forms_own() -> None:
    pale = with_seven(framed(), ink=195)
    inks = ink_of(*[with_seven(framed(), ink=40)] * 5, pale)
    assert 0 < darkness_of(inks[-1]) < 0.35 * darkness_of(inks[0])
    rows = np.array([chances_of(is_7=1.0)] * 6)
    told = with_the_hand(inks, rows)
    assert told[-1][EMPTY] == pytest.approx(0.5, abs=0.01)
    assert np.allclose(told[:-1], rows[:-1])


def test_a_form_in_pencil_all_through_is_not_in_doubt() -> None:
    inks = ink_of(*[with_seven(framed(), ink=195)] * 6)
    rows = np.array([chances_of(is_7=1.0)] * 6)
    assert np.allclose(with_the_hand(inks, rows), rows)


def test_too_few_digits_tell_nothing_about_the_pen() -> None:
    inks = ink_of(*[with_seven(framed(), ink=40)] * 3, with_seven(framed(), ink=195))
    rows = np.array([chances_of(is_7=1.0)] * 4)
    assert np.allclose(with_the_hand(inks, rows), rows)


def test_no_boxes_and_boxes_without_ink_are_left_as_they_are() -> None:
    none = np.zeros((0, len(CLASSES)))
    assert with_the_hand([], none).shape == none.shape
    rng = np.random.default_rng(2)
    blank = own_box_crop(rng, np.zeros((CANVAS, CANVAS), np.uint8), sign=True)
    assert blank.shape == OWN_BOX
    rows = np.array([chances_of(is__=1.0)] * 3)
    assert np.allclose(with_the_hand(ink_of(blank, blank, blank), rows), rows)
