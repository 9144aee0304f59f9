"""The ink of one box: lines of the form go, the hand's strokes stay."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.recognize.digits.box import TOGETHER, box_ink, box_inks
from pipeline.recognize.digits.normal_form import FILL, SIDE, ink_bounds, normal_form

Picture = NDArray[np.uint8]


def paper(height: int = 64, width: int = 56, shade: int = 245) -> Picture:
    return np.full((height, width), shade, np.uint8)


def framed(height: int = 64, width: int = 56, ink: int = 60, thick: int = 2) -> Picture:
    """A box with its four lines four pixels inside of the crop, as a window with a margin shows it."""
    crop = paper(height, width)
    for x in (4, width - 5):
        cv2.line(crop, (x, 0), (x, height), ink, thick)
    for y in (4, height - 5):
        cv2.line(crop, (0, y), (width, y), ink, thick)
    return crop


def with_seven(crop: Picture, ink: int = 50) -> Picture:
    points = np.array([[16, 18], [40, 18], [26, 48]], np.int32)
    cv2.polylines(crop, [points], False, ink, 3, cv2.LINE_AA)
    return crop


def test_an_empty_box_has_no_ink() -> None:
    assert not box_ink(framed()).any()


@pytest.mark.parametrize("thick", [1, 2, 4])
@pytest.mark.parametrize("ink", [0, 90, 170])
def test_lines_of_any_weight_are_taken_out_and_the_digit_stays(thick: int, ink: int) -> None:
    bounds = ink_bounds(box_ink(with_seven(framed(ink=ink, thick=thick))))
    assert bounds is not None
    assert np.allclose(bounds, (17, 50, 15, 42), atol=2)


def test_a_pale_hand_in_a_black_box_stays() -> None:
    bounds = ink_bounds(box_ink(with_seven(framed(ink=0, thick=4), ink=190)))
    assert bounds is not None
    assert np.allclose(bounds, (17, 50, 15, 42), atol=3)


def test_a_tint_printed_under_the_box_is_no_ink() -> None:
    crop = framed()
    crop[:, 20:40] -= 20
    assert not box_ink(crop).any()


def test_a_speck_and_a_neighbours_stroke_at_the_rim_are_no_ink() -> None:
    crop = framed()
    crop[30:32, 28:30] = 0
    cv2.line(crop, (0, 30), (6, 34), 40, 2)
    assert not box_ink(crop).any()


def test_a_broad_stroke_along_the_boxs_side_is_no_line_of_the_form() -> None:
    crop = framed()
    cv2.ellipse(crop, (26, 32), (15, 20), 0, 0, 360, 40, 7)
    bounds = ink_bounds(box_ink(crop))
    assert bounds is not None
    assert bounds[2] <= 10 and bounds[3] >= 43


def test_ink_does_not_depend_on_the_boxes_worked_on_beside_it() -> None:
    """Two sizes, more crops than are worked on at once, among them empty, pale and dirty ones."""
    rng = np.random.default_rng(1)
    crops = [
        with_seven(framed(ink=int(rng.integers(0, 180)), thick=k % 4 + 1), ink=40 + k) for k in range(TOGETHER + 9)
    ]
    crops += [framed(60, 70), with_seven(framed(60, 70)), paper(), with_seven(paper(), ink=230)]
    for crop in crops[::3]:
        crop[:] = np.clip(crop + rng.normal(0, 4, crop.shape), 0, 255)
        crop[30:32, 28:30] = 0
    together = box_inks(crops)
    for crop, found in zip(crops, together, strict=True):
        assert np.array_equal(found.ink, box_ink(crop))
        assert found.bounds == ink_bounds(found.ink)


def test_the_normal_form_is_the_same_for_small_and_large_writing() -> None:
    seven = np.zeros((60, 60), np.uint8)
    cv2.polylines(seven, [np.array([[10, 10], [40, 10], [22, 50]], np.int32)], False, 255, 5)
    small = cv2.resize(seven, (36, 36), interpolation=cv2.INTER_AREA)
    one, other = normal_form(seven, 60).astype(int), normal_form(small, 36).astype(int)
    assert np.abs(one - other).mean() < 12


def test_the_normal_form_fills_the_square_and_keeps_dots_small() -> None:
    ink = np.zeros((50, 50), np.uint8)
    ink[10:40, 20:30] = 200
    seen = normal_form(ink, 50)
    assert seen.shape == (SIDE, SIDE) and seen.max() == 255
    top, bottom, _, _ = ink_bounds(seen) or (0, 0, 0, 0)
    assert bottom - top == FILL
    dot = np.zeros((50, 50), np.uint8)
    dot[24:28, 24:28] = 200
    top, bottom, left, right = ink_bounds(normal_form(dot, 50)) or (0, 0, 0, 0)
    assert 3 <= bottom - top <= 9 and 3 <= right - left <= 9


def test_no_ink_gives_a_black_normal_form() -> None:
    assert not normal_form(np.zeros((40, 40), np.uint8), 40).any()
