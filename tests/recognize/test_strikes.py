"""Strokes on a name, drawn here, and what must come of them with the profile that ships."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from pipeline.forms.template import ByContent, Form, FormField, FormSide
from pipeline.geometry import Box, Size
from pipeline.recognize.draw import drawn
from pipeline.recognize.read import ENGINE, read_page
from pipeline.recognize.spans import crossed, open_ends, span_of_strokes
from pipeline.recognize.strikes import joined
from pipeline.review.decide import decide
from pipeline.review.profile import default_profile
from pipeline.scan.page import PageSource, RawPage, RegisteredPage
from pipeline.scan.prepare import PreparedForm, prepared_side

PPM = 200 / 25.4
NAME, STAMP = Box(40, 92, 60, 4.0), Box(12, 12, 34, 34)


class Exact:
    def to_pixels(self, points_mm):
        return points_mm * PPM - 0.5


def blank():
    page = np.full((round(210 * PPM), round(148 * PPM)), 255, np.uint8)
    at = (round(NAME.x * PPM), round(NAME.bottom * PPM))
    (width, height), _ = cv2.getTextSize("NGUYEN VAN MINH HOANG", cv2.FONT_HERSHEY_SIMPLEX, 1, 3)
    patch = np.full((height + 2, width), 255, np.uint8)
    cv2.putText(patch, "NGUYEN VAN MINH HOANG", (0, height), cv2.FONT_HERSHEY_SIMPLEX, 1, 20, 3)
    patch = cv2.resize(patch, (round(NAME.w * PPM), round(NAME.h * PPM)), interpolation=cv2.INTER_AREA)
    page[at[1] - patch.shape[0] : at[1], at[0] : at[0] + patch.shape[1]] = patch
    return page


@pytest.fixture(scope="module")
def form():
    fields = (
        FormField("a", "strike", NAME),
        FormField("stamp", "stamp", STAMP),
        FormField("stray", "stray", Box(0, 0, 148, 210)),
    )
    side = FormSide("front", Size(148, 210), ByContent(), fields)
    return PreparedForm(Form("f", "f", (side,)), (prepared_side("f", side, [(blank(), PPM)]),), "")


def with_lines(*lines, ink=60, width=3):
    page = blank()
    for line in lines:
        points = (np.array(line) * PPM * 16).round().astype(np.int32)
        cv2.polylines(page, [points], False, ink, width, cv2.LINE_AA, 4)
    noise = np.random.default_rng(1).normal(0, 3, page.shape)
    return np.clip(cv2.GaussianBlur(page, (3, 3), 0) + noise, 0, 255).astype(np.uint8)


def read(form, pixels):
    raw = RawPage(PageSource("x", "0", 1), pixels, 200)
    reading = read_page(RegisteredPage(raw, "f", "front", Exact(), 0.0, 0.0, PPM), form)
    decisions = {f.field: decide(f, default_profile(), reading.engine) for f in reading.fields}
    assert drawn(raw, reading, decisions, lambda _kind, value: value).shape == (*pixels.shape[:2], 3)
    return {k: d.value if d.accepted else "asked" for k, d in decisions.items()}, reading


STRIKES = {
    "horizontal": [[(38, 94), (102, 94)]],
    "oblique": [[(38, 95.5), (102, 92.5)]],
    "double": [[(39, 93.3), (101, 93.3)], [(101, 94.8), (39, 94.8)]],
    "wavy": [[(39 + t, 94 + np.sin(t)) for t in np.arange(0, 62, 0.5)]],
    "X over the name": [[(39, 92), (101, 96)], [(39, 96), (101, 92)]],
}
ASKED = {
    "ends at 85 percent": [[(38, 94), (91, 94)]],
    "ends at 93 percent": [[(38, 94), (95.8, 94)]],
    "given name only": [[(80, 94), (102, 94)]],
    "underline": [[(38, 96.3), (102, 96.3)]],
    "circle": [[(70 + 34 * np.cos(t), 94 + 4 * np.sin(t)) for t in np.arange(0, 6.4, 0.1)]],
    "tick beside": [[(102, 94), (103, 95.5), (106, 92)]],
    "dot of a resting pen": [[(70, 94), (71.5, 94.3)]],
}


@pytest.mark.parametrize("stroke", STRIKES)
def test_a_whole_strike_is_accepted(form, stroke):
    assert read(form, with_lines(*STRIKES[stroke], ink=40))[0]["a"] == "struck"


@pytest.mark.parametrize("stroke", STRIKES)
def test_a_paler_whole_strike_is_struck_or_asked(form, stroke):
    assert read(form, with_lines(*STRIKES[stroke], ink=130))[0]["a"] in ("struck", "asked")


@pytest.mark.parametrize("stroke", ASKED)
def test_an_ambiguous_mark_is_asked(form, stroke):
    assert read(form, with_lines(*ASKED[stroke]))[0]["a"] == "asked"


@pytest.mark.parametrize("stroke", STRIKES)
def test_a_whole_strike_is_never_clear(form, stroke):
    assert read(form, with_lines(*STRIKES[stroke], ink=130))[0]["a"] != "clear"


def test_a_faint_strike_is_never_clear(form):
    assert read(form, with_lines(*STRIKES["horizontal"], ink=215, width=2))[0]["a"] != "clear"


@pytest.mark.parametrize("paper", [1.0, 0.8])
def test_an_untouched_ballot_is_clear_without_stamp_or_stray(form, paper):
    pixels = (with_lines() * paper).astype(np.uint8)
    assert read(form, pixels)[0] == {"a": "clear", "stamp": "absent", "stray": "absent"}


@pytest.mark.parametrize("tail_y", [95.8, 96.2])
def test_the_tail_of_a_wave_along_the_letters_feet_crosses_none_of_them(form, tail_y):
    wave = [(38 + t, 94 + 1.6 * np.sin(2 * t)) for t in np.arange(0, 44, 0.25)]
    assert read(form, with_lines([*wave, (84, tail_y), (108, tail_y)], ink=40, width=7))[0]["a"] == "asked"
    on = [(82 + t, 94 + 1.6 * np.sin(2 * (44 + t))) for t in np.arange(0, 26, 0.25)]
    assert read(form, with_lines(wave + on, ink=40, width=7))[0]["a"] == "struck"


def test_a_faint_dash_in_the_gaps_of_letters_stands_out_from_print(form):
    """It lies under the letters, so that only what is between them shows."""
    line = np.full_like(blank(), 255)
    cv2.line(line, (round(62 * PPM), round(94 * PPM)), (round(78 * PPM), round(94 * PPM)), 185, 2)
    lined = []
    for page in (blank(), np.minimum(blank(), line)):
        noise = np.random.default_rng(1).normal(0, 3, page.shape)
        soft = np.clip(cv2.GaussianBlur(page, (3, 3), 0) + noise, 0, 255).astype(np.uint8)
        lined.append(next(f for f in read(form, soft)[1].fields if f.field == "a").measures["lined"])
    most = default_profile().limits["strike"]["clear"].measures["lined"][1]
    assert lined[0] < most < lined[1]


def test_a_page_off_by_a_quarter_millimetre_is_not_struck(form):
    assert read(form, np.roll(with_lines(), 2, axis=1))[0]["a"] == "clear"


def test_a_stamp_is_seen(form):
    page = with_lines()
    cv2.circle(page, (round(29 * PPM), round(29 * PPM)), round(15 * PPM), 120, 8)
    assert read(form, page)[0]["stamp"] == "present"


def stamped_low(*lines):
    """A stamp set so low that a sixth of it lies beyond where stamps are looked for, and strokes of a thin pen."""
    page = with_lines(*lines)
    cv2.circle(page, (round(29 * PPM), round(46 * PPM)), round(18 * PPM), 120, 8)
    cv2.circle(page, (round(29 * PPM), round(46 * PPM)), round(8 * PPM), 120, 3)
    return page


def test_the_rim_of_a_stamp_set_off_is_no_writing(form):
    assert read(form, stamped_low())[0] == {"a": "clear", "stamp": "present", "stray": "absent"}


@pytest.mark.parametrize("from_y", [63.0, 66.0])
def test_writing_at_the_rim_of_a_stamp_is_not_taken_for_it(form, from_y):
    word = [(20 + t, from_y + 3 + 3 * np.sin(3 * t)) for t in np.arange(0, 30, 0.3)]
    assert read(form, stamped_low(word))[0]["stray"] != "absent"


def test_writing_in_the_margin_is_stray(form):
    page = with_lines()
    cv2.putText(page, "khong", (500, 1300), cv2.FONT_HERSHEY_SIMPLEX, 2, 60, 4)
    found, reading = read(form, page)
    assert (found["stray"], found["a"], reading.engine) == (
        "asked",
        "clear",
        ENGINE,
    )  # the machine never settles added content


def test_dust_does_not_make_a_stroke_longer(form):
    """The stroke ends after three quarters of the name; specks of two pixels stand where its rest would be."""
    page = with_lines([(38, 94), (84, 94)], ink=40)
    for x, y in ((89.5, 93.6), (94.5, 94.4), (99.2, 93.8)):
        page[round(y * PPM), round(x * PPM) : round(x * PPM) + 2] = 0
    assert read(form, page)[0]["a"] == "asked"


@pytest.mark.parametrize(("bare", "covered"), [(6, 0.8), (2, 0.98)])
def test_a_pen_that_skips_the_last_letter_does_not_reach_the_end(bare, covered):
    """Behind the name the stroke is there again; within the letter, bare paper at its height shows that it was not."""
    sure, blank = np.zeros((40, 412), np.uint8), np.full((40, 412), 200, np.uint8)
    blank[:, :96] = blank[:, 316:] = 0
    blank[:, 284 : 284 + bare] = 0
    sure[18:21, :272] = sure[18:21, 315:400] = 1
    span = span_of_strokes(sure, sure, blank, 96, 316)
    assert span == pytest.approx(covered, abs=0.02)
    # whether the letter shows it or hides it, no ink is seen in the last fifth of the name
    most = default_profile().limits["strike"]["struck"].measures["open"][1]
    assert most < open_ends(sure, 96, 316) == pytest.approx(42 / 220)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize(
    ("bit", "paper", "counted"),
    [(2, True, False), (2, False, False), (7, True, False), (7, False, True), (14, True, True)],
)
def test_a_bit_of_print_before_a_stroke_does_not_make_it_longer(mirrored, bit, paper, counted):
    """Two pixels at a letter's foot, 3 mm before a level stroke, are none of it; ink of a millimetre is, and so is less
    where letters may hide what joins them."""
    sure, blank = np.zeros((40, 600), np.uint8), np.full((40, 600), 0 if paper else 200, np.uint8)
    blank[:, :96] = blank[:, 504:] = 0
    sure[18:26, 150:500] = 1
    sure[24:26, 122 - bit : 122] = 1
    if mirrored:
        sure, blank = sure[:, ::-1], blank[:, ::-1]
    span = span_of_strokes(sure, sure, blank, 96, 504)
    begins = 122 - bit if counted else 150
    assert span == pytest.approx((500 - begins) / 408, abs=0.02)


def test_three_weak_traces_together_are_no_clear_name(form):
    """A faint dash may stay just below what ink, faint ink and level edges may be by themselves."""
    reading = next(f for f in read(form, with_lines())[1].fields if f.field == "a")
    limits = default_profile().limits["strike"]["clear"].measures
    for weak, accepted in (({"ink_mm2": 0.23}, True), ({"ink_mm2": 0.23, "faint_mm2": 0.44, "lined": 7.9}, False)):
        measures = joined([{**reading.measures, **weak}])
        assert all(measures[name] <= limits[name][1] for name in weak)
        one = replace(reading, measures={**reading.measures, **measures})
        assert decide(one, default_profile()).accepted is accepted


def test_dust_within_a_wide_gap_crosses_nothing(form):
    """The wave runs under the letters for 12 mm; one speck in the middle of them there is none of it."""
    left = [(38 + t, 94 + 1.6 * np.sin(2 * t)) for t in np.arange(0, 26, 0.25)]
    under = [(64 + t, 96.2) for t in np.arange(0, 12, 0.5)]
    right = [(76 + t, 94 + 1.6 * np.sin(2 * t)) for t in np.arange(0, 26, 0.25)]
    page = with_lines(left + under + right, ink=40, width=3)
    page[round(93.9 * PPM) : round(93.9 * PPM) + 2, round(70 * PPM) : round(70 * PPM) + 3] = 0
    assert read(form, page)[0]["a"] == "asked"


def test_a_speck_that_stands_alone_is_no_crossing():
    ink = np.zeros((10, 200), np.uint8)
    ink[4:6, 10:60] = ink[4:6, 120:180] = 1
    ink[4:6, 90:94] = 1  # 8 pixels, 30 and 26 from the strokes
    ink[4:6, 185:188] = 1  # a bit near its stroke stays
    found = crossed(ink)
    assert not found[60:120].any()
    assert found[10:60].all()
    assert found[185:188].all()
    ink[2:8, 90:94] = 1  # 24 pixels are a stroke seen between letters
    assert crossed(ink)[90:94].all()
