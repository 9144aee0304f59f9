"""The shipped weights: what they promise, on drawn boxes and on writers they have not seen."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration.digits.paper import box_crop, own_box_crop
from calibration.digits.sources import CANVAS, canvases, load
from calibration.digits.strokes import EMPTY, draw_digit, draw_sign
from pipeline.errors import Refusal
from pipeline.recognize.digits.normal_form import SIDE, normal_form
from pipeline.recognize.digits.reader import CLASSES, read_digits, shipped
from tests.digits.test_box import framed, paper, with_seven

DIGITS = Path(__file__).resolve().parents[3] / "shared" / "data" / "digits"


def test_every_reading_is_a_distribution_over_the_fifteen_classes() -> None:
    rng = np.random.default_rng(1)
    logs = read_digits([box_crop(rng, draw_digit(rng, k % 10)) for k in range(40)])
    assert logs.shape == (40, len(CLASSES)) == (40, 15)
    assert np.allclose(np.exp(logs).sum(1), 1, atol=1e-4)


def test_a_reading_does_not_depend_on_the_crops_read_beside_it() -> None:
    rng = np.random.default_rng(2)
    crops = [box_crop(rng, draw_digit(rng, k % 10)) for k in range(20)]
    together = read_digits(crops)
    alone = np.concatenate([read_digits([crop]) for crop in crops])
    assert np.allclose(together, alone, atol=1e-4)


def test_no_crops_give_no_readings() -> None:
    assert read_digits([]).shape == (0, 15)


def test_bare_paper_is_empty_for_sure_and_pale_ink_is_in_doubt() -> None:
    sure, doubtful = read_digits([framed(), with_seven(framed(), ink=222)])
    assert CLASSES[int(sure.argmax())] == "_" and np.exp(sure.max()) > 0.9999
    assert np.exp(doubtful.max()) < 0.95


def test_a_plain_seven_is_read_in_any_frame() -> None:
    frames = [framed(), framed(thick=4, ink=0), paper(), framed(90, 60), framed(60, 70)]
    assert [CLASSES[k] for k in read_digits([with_seven(f) for f in frames]).argmax(1)] == ["7"] * 5


def test_signs_that_are_no_digits_are_told_from_digits() -> None:
    """On 200 boxes of each sign, a quarter of them on paper with a pale pattern."""
    rng = np.random.default_rng(3)
    for sign in range(10, 15):
        canvas = np.zeros((CANVAS, CANVAS), np.uint8)
        made = [canvas if sign == EMPTY else draw_sign(rng, sign) for _ in range(200)]
        read = read_digits([box_crop(rng, c, sign=True) for c in made]).argmax(1)
        assert (read < 10).mean() < 0.05, CLASSES[sign]


def test_held_out_writers_are_read() -> None:
    if not DIGITS.is_dir():
        pytest.skip("the shared folder of digits is absent")
    held = load(DIGITS, "mnist-test")
    forms = np.stack([normal_form(picture, 28) for picture in held.raw])
    assert forms.shape == (10_000, SIDE, SIDE)
    wrong = int((shipped().read(forms).argmax(1) != held.labels).sum())
    assert wrong <= 55


def test_held_out_writers_are_read_in_boxes() -> None:
    if not DIGITS.is_dir():
        pytest.skip("the shared folder of digits is absent")
    held = load(DIGITS, "mnist-test")
    rng = np.random.default_rng(4)
    drawn = canvases(held)[:1000]
    read = read_digits([own_box_crop(rng, canvas) for canvas in drawn]).argmax(1)
    assert (read != held.labels[:1000]).mean() < 0.015


def test_an_absent_data_set_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="mnist/test\\.npz"):
        load(tmp_path, "mnist-test")


def test_a_crop_of_three_pixels_is_read_without_a_fault() -> None:
    tiny = np.full((3, 3), 240, np.uint8)
    assert read_digits([tiny, cv2.resize(tiny, (5, 4))]).shape == (2, 15)
