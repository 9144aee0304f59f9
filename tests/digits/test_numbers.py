"""Fields of several boxes: letters per box, and what a person must look at."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.digits.paper import own_box_crop
from calibration.digits.sources import CANVAS
from calibration.digits.strokes import BLOB, X, draw_digit, draw_sign
from pipeline.arithmetic.fields import from_boxes
from pipeline.recognize.numbers import read_numbers
from tests.digits.test_box import framed

Picture = NDArray[np.uint8]
BLANK = np.zeros((CANVAS, CANVAS), np.uint8)


def boxes(rng: np.random.Generator, text: str) -> list[Picture]:
    """Drawn digits, ``_`` and ``X`` in boxes of our own forms."""
    made = []
    for letter in text:
        if letter.isdigit():
            made.append(own_box_crop(rng, draw_digit(rng, int(letter))))
        else:
            canvas = BLANK if letter == "_" else draw_sign(rng, X)
            made.append(own_box_crop(rng, canvas, sign=True))
    return made


def test_fields_are_read_in_order_and_apart() -> None:
    rng = np.random.default_rng(3)
    texts = ["__105", "XX250", "__608", "00303"]
    readings = read_numbers([boxes(rng, text) for text in texts])
    assert [r.likeliest for r in readings] == texts
    assert [from_boxes("f", r.boxes).read for r in readings] == [105, 250, 608, 303]
    assert all(r.doubts == () for r in readings)


def test_no_fields_and_a_field_without_boxes_are_no_fault() -> None:
    assert read_numbers([]) == ()
    assert read_numbers([[]])[0].likeliest == ""


def test_a_whole_number_in_the_first_box_is_told() -> None:
    crop = framed(64, 90)
    cv2.ellipse(crop, (26, 32), (9, 15), 0, 0, 360, 50, 3)
    cv2.ellipse(crop, (60, 32), (9, 15), 0, 0, 360, 50, 3)
    (reading,) = read_numbers([[crop, framed(64, 90)]])
    assert "several_digits" in reading.doubts


def test_digits_left_of_an_empty_box_are_told() -> None:
    (reading,) = read_numbers([boxes(np.random.default_rng(5), "25_")])
    assert reading.doubts == ("left_of_empty",)
    field = from_boxes("f", reading.boxes)
    assert field.read == 25
    assert 0.01 < field.chance(None) < 0.1


def test_a_box_rubbed_out_is_told() -> None:
    rng = np.random.default_rng(7)
    field = [own_box_crop(rng, draw_sign(rng, BLOB), sign=True), *boxes(rng, "35")]
    (reading,) = read_numbers([field])
    assert "filled_in" in reading.doubts


def test_ink_too_pale_to_read_is_told_and_not_taken_for_an_empty_box() -> None:
    crop = framed()
    cv2.putText(crop, "7", (16, 46), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 222, 3, cv2.LINE_AA)
    (reading,) = read_numbers([[crop]])
    assert "pale" in reading.doubts or reading.likeliest == "7"
