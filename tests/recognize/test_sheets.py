"""What scanners, folds and hands add to a sheet of several names, drawn here, and what must come of it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.forms.template import ByContent, Form, FormField, FormSide
from pipeline.geometry import Box, Size
from pipeline.recognize.artefacts import near_lines, streaks_of
from pipeline.recognize.read import read_page
from pipeline.recognize.sheet_ink import frame_of, sheet_ink
from pipeline.recognize.spans import span_of_strokes
from pipeline.review.decide import decide
from pipeline.review.profile import default_profile
from pipeline.scan.page import PageSource, RawPage, RegisteredPage
from pipeline.scan.prepare import PreparedForm, prepared_side

PPM = 200 / 25.4
SIZE = Size(148, 210)
NAMES = [Box(38, 90 + 12 * i, 70, 4.0) for i in range(5)]
FRAME = Box(8, 8, 132, 194)
WORDS = (
    "NGUYEN VAN MINH HOANG",
    "LE HUU BANG THANH LONG",
    "PHAM THI THU DUNG HOA",
    "VI THI KHUYEN DIEU",
    "TRINH DINH QUANG",
)


class Exact:
    def to_pixels(self, points_mm):
        return points_mm * PPM - 0.5


def px(*places):
    return [round(v * PPM) for v in places]


def blank():
    page = np.full((round(SIZE.h * PPM), round(SIZE.w * PPM)), 255, np.uint8)
    x0, y0, x1, y1 = px(FRAME.x, FRAME.y, FRAME.right, FRAME.bottom)
    cv2.rectangle(page, (x0, y0), (x1, y1), 30, 3)
    for name, words in zip(NAMES, WORDS, strict=True):
        (width, height), _ = cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, 1, 3)
        patch = np.full((height + 2, width), 255, np.uint8)
        cv2.putText(patch, words, (0, height), cv2.FONT_HERSHEY_SIMPLEX, 1, 20, 3)
        patch = cv2.resize(patch, tuple(px(name.w, name.h)), interpolation=cv2.INTER_AREA)
        left, bottom = px(name.x, name.bottom)
        page[bottom - patch.shape[0] : bottom, left : left + patch.shape[1]] = patch
        cv2.putText(page, "Ong", px(name.x - 10, name.bottom), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 40, 2, cv2.LINE_AA)
    return page


@pytest.fixture(scope="module")
def form():
    strikes = tuple(FormField(f"n{i}", "strike", box) for i, box in enumerate(NAMES))
    fields = (*strikes, FormField("stray", "stray", Box(0, 0, SIZE.w, SIZE.h)))
    side = FormSide("front", SIZE, ByContent(), fields)
    return PreparedForm(Form("f", "f", (side,)), (prepared_side("f", side, [(blank(), PPM)]),), "")


def stroke(page, points, ink=50, width=4):
    line = (np.array(points) * PPM * 16).round().astype(np.int32)
    cv2.polylines(page, [line], False, ink, width, cv2.LINE_AA, 4)


def folded(page, y, slope=0.0, crease=70):
    """A fold across the whole sheet at ``y`` mm: a dark crease in a soft shade."""
    rows = np.arange(page.shape[0])[:, None] / PPM
    off = rows - (y + slope * (np.arange(page.shape[1])[None] / PPM - SIZE.w / 2))
    shade = 25 * np.exp(-((off / 1.2) ** 2)) + crease * np.exp(-((off / 0.12) ** 2))
    return np.clip(page - shade, 0, 255).astype(np.uint8)


def scanned(page):
    noise = np.random.default_rng(1).normal(0, 3, page.shape)
    return np.clip(cv2.GaussianBlur(page, (3, 3), 0) + noise, 0, 255).astype(np.uint8)


def registered(pixels):
    return RegisteredPage(RawPage(PageSource("x", "0", 1), pixels, 200), "f", "front", Exact(), 0.0, 0.0, PPM)


def answers(form, pixels):
    reading = read_page(registered(pixels), form)
    decisions = {f.field: decide(f, default_profile(), reading.engine) for f in reading.fields}
    return {k: d.value if d.accepted else "asked" for k, d in decisions.items()}


CLEAR = {**{f"n{i}": "clear" for i in range(5)}, "stray": "absent"}


@pytest.mark.parametrize("slope", [0.0, 0.015, -0.02])
def test_a_fold_through_a_clear_name_is_no_mark(form, slope):
    assert answers(form, scanned(folded(blank(), NAMES[2].y + 2, slope, crease=8))) == CLEAR


@pytest.mark.parametrize("slope", [0.0, 0.015, -0.02])
def test_a_crease_that_may_hide_a_pencil_line_is_asked(form, slope):
    assert answers(form, scanned(folded(blank(), NAMES[2].y + 2, slope, crease=110))) == CLEAR | {"n2": "asked"}


@pytest.mark.parametrize("slope", [0.0, 0.015, -0.02])
def test_a_fold_does_not_make_a_cross_through_a_part_of_a_name_a_strike(form, slope):
    page = blank()
    x, y = NAMES[2].x + 25, NAMES[2].y
    stroke(page, [(x, y - 8), (x + 22, y + 12)])
    stroke(page, [(x + 22, y - 8), (x, y + 12)])
    assert answers(form, scanned(folded(page, y + 2, slope)))["n2"] == "asked"


def test_a_strike_on_a_fold_is_not_clear(form):
    page = blank()
    box = NAMES[2]
    stroke(page, [(box.x - 3, box.y + 2), (box.right + 3, box.y + 2)])
    assert answers(form, scanned(folded(page, box.y + 2)))["n2"] in ("struck", "asked")


@pytest.mark.parametrize("off", [-1.6, -1.0, 1.2])
def test_a_faint_strike_beside_a_fold_is_not_clear(form, off):
    page = blank()
    box = NAMES[2]
    stroke(page, [(box.x - 3, box.y + 2 + off), (box.right + 3, box.y + 2 + off)], ink=195)
    assert answers(form, scanned(folded(page, box.y + 2)))["n2"] != "clear"


def test_lines_of_dirt_along_the_feed_are_no_marks(form):
    page = scanned(blank())
    for x in (60, 61, 95):
        left = px(x)[0]
        page[:, left : left + 2] = np.minimum(page[:, left : left + 2], 190)
    assert answers(form, page) == CLEAR


def test_printed_frames_are_no_streaks(form):
    pixels = scanned(blank())
    side = form.side("front")
    ends = Exact().to_pixels(frame_of(side))
    assert len(ends) == 4
    assert streaks_of(pixels, PPM, 0.0)  # without knowing the form they look like streaks
    assert not streaks_of(pixels, PPM, 0.0, ends)
    assert sheet_ink(registered(pixels), side).folds is None


def test_writing_on_a_printed_frame_is_still_seen(form):
    page = blank()
    left, top = px(FRAME.x, 150)
    cv2.putText(page, "khong", (left - 10, top), cv2.FONT_HERSHEY_SIMPLEX, 1.5, 60, 4)
    assert answers(form, scanned(page))["stray"] == "asked"


def test_a_ring_that_hangs_on_a_struck_name_is_asked(form):
    page = blank()
    box = NAMES[4]
    stroke(page, [(box.x - 3, box.y + 2), (box.right + 3, box.y + 2)])
    turn = np.linspace(0, 2 * np.pi, 60)
    stroke(page, [(70 + 5 * np.cos(t), box.bottom + 5.3 + 5 * np.sin(t)) for t in turn])
    found = answers(form, scanned(page))
    assert (found["n4"] in ("struck", "asked"), found["stray"]) == (True, "asked")


def test_a_stroke_that_runs_on_to_the_next_name_is_no_added_sign(form):
    page = blank()
    a, b = NAMES[1], NAMES[2]
    stroke(page, [(a.x - 2, a.y + 2), (a.right + 2, a.y + 2), (b.x - 2, b.y + 2), (b.right + 2, b.y + 2)])
    assert answers(form, scanned(page)) == CLEAR | {"n1": "struck", "n2": "struck"}


@pytest.mark.parametrize("off", [-0.1, 0.3])
def test_a_line_along_the_letters_feet_is_asked(form, off):
    page = blank()
    box = NAMES[1]
    stroke(page, [(box.x - 3, box.bottom + off), (box.right + 3, box.bottom + off)])
    assert answers(form, scanned(page))["n1"] == "asked"


@pytest.mark.parametrize("off", [-0.3, 0.1])
def test_a_line_along_the_letters_heads_is_asked(form, off):
    page = blank()
    box = NAMES[1]
    stroke(page, [(box.x - 3, box.y + off), (box.right + 3, box.y + off)])
    assert answers(form, scanned(page))["n1"] == "asked"


def test_a_wave_that_leaves_the_letters_is_asked(form):
    page = blank()
    box = NAMES[0]
    wave = [(box.x - 2 + t, box.y + 2 + 1.6 * np.sin(2 * t)) for t in np.arange(0, 54, 0.2)]
    stroke(page, [*wave, (box.x + 56, box.bottom + 0.4), (box.right + 4, box.bottom + 0.4)])
    assert answers(form, scanned(page))["n0"] == "asked"


def upright(page, box, first, last, step=4.0):
    x = first
    while x <= last:
        stroke(page, [(x, box.y - 1.5), (x - 0.6, box.bottom + 1.5)])
        x += step


def test_a_row_of_upright_strokes_over_the_whole_name_is_a_strike(form):
    page = blank()
    box = NAMES[0]
    upright(page, box, box.x + 1, box.right - 0.8)
    assert answers(form, scanned(page))["n0"] == "struck"


def test_a_row_of_upright_strokes_that_goes_on_beside_a_name_counts_only_inside(form):
    page = blank()
    box = NAMES[0]
    upright(page, box, box.x + 10, box.right - 1)
    upright(page, box, box.x - 7, box.x - 0.4, 3.3)
    assert answers(form, scanned(page))["n0"] == "asked"


def test_a_thin_pencil_line_over_two_letters_is_asked(form):
    page = blank()
    box = NAMES[3]
    stroke(page, [(box.right - 7, box.y + 2), (box.right + 0.3, box.y + 2)], ink=150, width=2)
    assert answers(form, scanned(page))["n3"] == "asked"


def test_a_sign_beside_an_untouched_name_is_added_content_and_the_name_is_asked(form):
    page = blank()
    box = NAMES[3]
    stroke(page, [(box.right + 3, box.y + 2), (box.right + 4.5, box.bottom), (box.right + 9, box.y - 1)], width=5)
    found = answers(form, scanned(page))
    assert (found["n3"], found["stray"]) == ("asked", "asked")  # that something was added is people's to say


def test_ends_of_strokes_beside_their_own_names_are_no_added_content(form):
    page = blank()
    for box in NAMES[:2]:
        stroke(page, [(box.x - 8, box.y + 2), (box.right + 9, box.y + 2.5)], width=5)
    assert answers(form, scanned(page))["stray"] == "absent"


def test_a_row_of_upright_strokes_that_begins_before_the_title_is_a_strike_without_signs(form):
    page = blank()
    box = NAMES[0]
    upright(page, box, box.x - 11, box.right + 6)
    assert answers(form, scanned(page)) == CLEAR | {"n0": "struck"}


def test_a_wave_that_swings_round_the_letters_is_asked(form):
    page = blank()
    box = NAMES[0]
    stroke(page, [(box.x - 2 + t, box.y + 2 + 2.3 * np.sin(t / 2.6)) for t in np.arange(0, box.w + 4, 0.2)])
    assert answers(form, scanned(page))["n0"] == "asked"


def test_a_wave_through_the_letters_is_a_strike(form):
    page = blank()
    box = NAMES[0]
    stroke(page, [(box.x - 2 + t, box.y + 2 + 1.2 * np.sin(t / 0.9)) for t in np.arange(0, box.w + 4, 0.2)])
    assert answers(form, scanned(page))["n0"] == "struck"


@pytest.mark.parametrize("x", [-8.5, -7.0, -5.0])
def test_a_small_pencil_tick_on_a_name_s_title_is_asked(form, x):
    page = blank()
    box = NAMES[3]
    tick = [(box.x + x, box.bottom - 1.6), (box.x + x + 0.8, box.bottom - 0.6), (box.x + x + 2.2, box.y + 0.8)]
    pencil = blank()
    stroke(pencil, tick, ink=0, width=2)
    page = np.where(pencil < blank(), np.clip(page.astype(int) - 95, 0, 255), page).astype(np.uint8)
    found = answers(form, scanned(page))
    assert (found["n3"], found["stray"]) == ("asked", "asked")


def test_a_cross_that_hangs_on_a_struck_name_makes_that_name_asked(form):
    page = blank()
    box = NAMES[4]
    stroke(page, [(box.x - 3, box.y + 2), (box.right + 3, box.y + 2)])
    for a, b in (((60, 1.8), (70, 11)), ((70, 1.8), (60, 11))):
        stroke(page, [(a[0], box.bottom + a[1]), (b[0], box.bottom + b[1])])
    found = answers(form, scanned(page))
    assert (found["n4"], found["stray"]) == ("asked", "asked")
    assert found["n3"] == "clear"


@pytest.mark.parametrize("share", [0.6, 0.8])
def test_a_sign_under_a_streak_is_seen(form, share):
    page = blank()
    box = NAMES[2]
    x = box.x - 3.0
    stroke(page, [(x, box.y - 0.3), (x, box.bottom + 0.3)])
    left, right = px(x - 0.6, x + 0.6)
    page[:, left:right] = (page[:, left:right] * share).astype(np.uint8)
    found = answers(form, scanned(page))
    assert (found["n2"], found["stray"] == "absent") == ("asked", False)
    assert [found[f"n{i}"] for i in (0, 1, 3, 4)] == ["clear"] * 4


def test_a_faint_line_on_a_fold_beside_struck_names_is_asked(form):
    """What faint ink all names have in common shows through from the back; struck names tell nothing about it."""
    page = blank()
    for box in NAMES[1:]:
        stroke(page, [(box.x - 3, box.y + 2), (box.right + 3, box.y + 2)], ink=150, width=3)
    box = NAMES[0]
    pencil = np.full_like(page, 255)
    stroke(pencil, [(box.x - 3, box.y + 2.2), (box.right + 3, box.y + 2.2)], ink=0, width=3)
    page = np.where(pencil < 128, np.minimum(page, 205), page).astype(np.uint8)
    assert answers(form, scanned(folded(page, box.y + 1.8, 0.0, crease=8)))["n0"] == "asked"


def grainy(page, seed):
    """A blank as a scanner gives it: darker and lighter by a few grey levels from place to place."""
    noise = cv2.GaussianBlur(np.random.default_rng(seed).normal(0, 3, page.shape), (7, 7), 0)
    return np.clip(page - 6 + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("marked", [0, 2, 4])
def test_a_stroke_is_no_fold_on_a_form_whose_blank_was_scanned(marked):
    strikes = tuple(FormField(f"n{i}", "strike", box) for i, box in enumerate(NAMES))
    side = FormSide("front", SIZE, ByContent(), (*strikes, FormField("stray", "stray", Box(0, 0, SIZE.w, SIZE.h))))
    form = PreparedForm(Form("f", "f", (side,)), (prepared_side("f", side, [(grainy(blank(), 5), PPM)]),), "")
    page = blank()
    box = NAMES[marked]
    stroke(page, [(box.x - 12, box.y + 2), (box.right + 12, box.y + 2.1)], ink=110)
    assert sheet_ink(registered(scanned(page)), form.sides[0]).folds is None
    assert answers(form, scanned(page))[f"n{marked}"] == "struck"


@pytest.mark.parametrize("least_mm", [15.0, 40.0])
@pytest.mark.parametrize("askew", [-0.02, 0.0, 0.013])
def test_thin_double_frames_are_found_on_a_blank_that_lies_askew(askew, least_mm):
    sheet = np.zeros((840, 592), np.uint8)
    places = [(40, 40), (50, 50)]
    for x0, y0 in places:
        x1, y1 = 592 - x0, 840 - y0
        corners = [(x + askew * (420 - y), y + askew * (x - 296)) for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))]
        cv2.polylines(sheet, [np.rint(np.array(corners) * 16).astype(np.int32)], True, 200, 1, cv2.LINE_AA, 4)
    for row in range(200, 640, 24):
        cv2.putText(sheet, "Ban kiem phieu xa Tan Lap", (110, row), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 200, 1)
    near = near_lines(sheet, 4.0, 0.75, least_mm)
    text = np.zeros_like(sheet)
    text[180:640, 100:480] = 1
    frames = (sheet > 100) & (text == 0)
    assert near[frames].mean() > 0.9
    assert near[text > 0].mean() == 0
    assert near[(near > 0) & (cv2.dilate(frames.astype(np.uint8), np.ones((15, 15), np.uint8)) == 0)].sum() == 0


def test_a_wide_ring_round_a_clear_name_is_asked_and_no_added_sign(form):
    page = blank()
    box = NAMES[3]
    x0, x1, middle = box.x - 4, box.right + 4, box.y + box.h / 2
    turn = np.linspace(0, 2 * np.pi, 80)
    stroke(page, [((x0 + x1) / 2 + (x1 - x0) / 2 * np.cos(t), middle + 5.5 * np.sign(np.sin(t))
                   * abs(np.sin(t)) ** 0.3) for t in turn])  # fmt: skip
    found = answers(form, scanned(page))
    assert (found["n3"], found["stray"]) == ("asked", "asked")


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("letters", "spanned"), [(False, 0.864), (True, 1.0)])
def test_a_level_stroke_ends_where_bare_paper_parts_it_from_a_dash_beside_the_name(letters, spanned, turned):
    ink = np.zeros((36, 544), np.uint8)
    ink[18:21, 144:452] = 1  # a name of 44 mm from column 96 on, its first 6 mm without ink
    ink[18:21, 80:92] = 1
    printed = np.full((36, 544), 200 if letters else 0, np.uint8)
    window = (ink, ink, printed)
    if turned:
        window = tuple(np.ascontiguousarray(a[:, ::-1]) for a in window)
        found = span_of_strokes(*window, 544 - 448, 544 - 96)
    else:
        found = span_of_strokes(*window, 96, 448)
    assert found == pytest.approx(spanned, abs=0.02)


PAPERS = {"yellow": (110, 225, 240), "pink": (200, 170, 235), "green": (170, 225, 180), "blue": (230, 200, 160)}
INKS = {"blue": (160, 80, 50), "red": (60, 50, 190), "black": (50, 50, 50), "green": (80, 120, 40)}


def printed_on(paper, ink, points):
    """The sheet on coloured paper, with one stroke of coloured ink: both take their share of the light."""
    page = scanned(blank())[:, :, None] / 255 * np.array(paper)
    pen = np.zeros(page.shape[:2], np.uint8)
    stroke(pen, points, ink=255)
    share = (cv2.GaussianBlur(pen, (3, 3), 0) / 255)[:, :, None]
    return np.clip(page * (1 - share) + share * page / 255 * np.array(ink), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("ink", INKS)
def test_any_ink_is_seen_on_any_paper(form, paper, ink):
    box = NAMES[1]
    page = printed_on(PAPERS[paper], INKS[ink], [(box.x - 3, box.y + 2), (box.right + 3, box.y + 2)])
    assert answers(form, page) == CLEAR | {"n1": "struck"}


def test_paper_beside_the_sheet_does_not_hide_ink_on_coloured_paper(form):
    """A yellow ballot on a white glass: most of the picture is white, and blue ink is still dark on the yellow."""
    box = NAMES[1]
    page = printed_on(PAPERS["yellow"], INKS["blue"], [(box.x - 3, box.y + 2), (box.right + 3, box.y + 2)])
    glass = np.full((page.shape[0] * 2, page.shape[1] * 2, 3), 250, np.uint8)
    glass[: page.shape[0], : page.shape[1]] = page
    assert answers(form, glass)["n1"] == "struck"


@pytest.mark.parametrize(
    ("hidden", "bare", "rise", "spanned"),
    [
        (80, 0, 0, 1.0),  # ten millimetres of bold letters between two parts of one stroke
        (80, 0, 7, 1.0),
        (80, 6, 0, 1.0),  # less than a millimetre between two letters tells nothing
        (80, 12, 0, 0.46),  # a place where the stroke must show
        (80, 80, 0, 0.46),
        (140, 0, 0, 0.38),  # so much no word hides
        (80, 0, 20, 0.46),  # the parts do not lie on one line
    ],
)
def test_letters_may_hide_a_part_of_a_level_stroke(hidden, bare, rise, spanned):
    ink = np.zeros((60, 544), np.uint8)
    at = 300 - hidden // 2, 300 + hidden // 2
    ink[18:21, 80 : at[0]] = 1
    ink[18 + rise : 21 + rise, at[1] : 470] = 1
    printed = np.full((60, 544), 200, np.uint8)
    printed[:, 300 - bare // 2 : 300 + bare // 2] = 0
    assert span_of_strokes(ink, ink, printed, 96, 448) == pytest.approx(spanned, abs=0.03)
    # the same along the lower edge of the printed line may as well run under the letters
    edge = slice(18, 39 if rise else 21)
    low = ink[edge][:, :], printed[edge]
    assert span_of_strokes(low[0], low[0], low[1], 96, 448) < 0.5


def test_a_printed_corner_that_scans_bolder_is_no_writing(form):
    page = blank()
    x, y = px(FRAME.x, FRAME.bottom)
    cv2.polylines(page, [np.array([(x + 3, y - 60), (x + 3, y - 3), (x + 90, y - 3)], np.int32)], False, 60, 1)
    assert answers(form, scanned(page)) == CLEAR


def test_thin_ink_on_a_fold_along_a_name_is_told_from_a_stroke(form):
    """What a fold leaves where it is taken out is thinner than any pen: no crossing-out without a person."""
    most = default_profile().limits["strike"]["struck"].measures["creased"][1]
    box, found = NAMES[2], []
    for pen in (False, True):
        page = blank()
        if pen:
            stroke(page, [(box.x - 4, box.bottom), (box.right + 4, box.y)], width=8)
            stroke(page, [(box.x - 4, box.y), (box.right + 4, box.bottom)], width=8)
        reading = read_page(registered(scanned(folded(page, box.y + 2, crease=110))), form)
        found.append(next(f for f in reading.fields if f.field == "n2").measures["creased"])
    assert found[0] > most
    assert found[1] == 0
