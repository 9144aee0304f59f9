"""A ballot is found to 0.3 mm however it lies on the glass, or it is rejected with the reason; never read elsewhere."""

from __future__ import annotations

import ballots
import cv2
import numpy as np
import pytest

from calibration.simulate.other_paper import foreign_page
from pipeline.recognize.read import read_raw
from pipeline.review.decide import decide
from pipeline.review.profile import default_profile
from pipeline.scan.page import PageSource, RawPage, RegisteredPage, Rejection

OFF_AT_MOST_MM = 0.3
UNIT = "tinh-4"
SKEWS = (-6.0, -2.5, 0.0, 1.0, 6.0)


def scan(dpi: float = 200, degrees: float = 0.7, unit: str = UNIT) -> ballots.Scan:
    return ballots.scanned(ballots.printed(unit), dpi, degrees)


def assert_found(one: ballots.Scan, dpi: float | None = 200, unit: str = UNIT) -> RegisteredPage:
    form = ballots.form(unit)
    found = ballots.registered(one.picture, [form], dpi=dpi)
    assert isinstance(found, RegisteredPage), found
    assert ballots.off_mm(found, form, one) < OFF_AT_MOST_MM
    return found


def reason(picture: ballots.Picture, expected: tuple[str, ...] = (UNIT,), others: tuple[str, ...] = ()) -> str:
    forms = [ballots.form(unit) for unit in expected]
    found = ballots.registered(picture, forms, [ballots.form(unit) for unit in others], dpi=200)
    assert isinstance(found, Rejection), found
    return found.reason


@pytest.mark.parametrize("quarter", [0, 90, 180, 270])
@pytest.mark.parametrize("skew", SKEWS)
def test_a_page_is_found_whichever_way_it_lies(quarter: int, skew: float) -> None:
    found = assert_found(scan(degrees=quarter + skew))
    assert abs((found.rotation_deg - quarter - skew + 180) % 360 - 180) < 0.2


@pytest.mark.parametrize("dpi", [75, 100, 150, 200, 240, 300, 400])
@pytest.mark.parametrize("told", [True, False])
def test_a_page_is_found_at_every_resolution_told_or_not(dpi: int, told: bool) -> None:
    found = assert_found(scan(dpi, 2.0), dpi if told else None)
    assert abs(found.pixels_per_mm - dpi / 25.4) < 0.01 * dpi / 25.4


@pytest.mark.parametrize(("claimed", "dpi"), [(72, 200), (96, 300), (300, 200), (200, 400), (1, 150)])
def test_a_resolution_that_the_file_states_wrongly_does_no_harm(claimed: int, dpi: int) -> None:
    assert_found(scan(dpi, 180.7), claimed)


@pytest.mark.parametrize("margins", [(0.0, 0.0), (60.0, 5.0), (5.0, 85.0)])
def test_a_page_on_a_larger_glass_is_found(margins: tuple[float, float]) -> None:
    one = scan()
    right, below = (round(mm * 200 / 25.4) for mm in margins)
    glass = np.pad(one.picture, ((0, below), (0, right)), constant_values=ballots.LID)
    assert_found(ballots.Scan(glass, one.places))


def sheet_on_a_dark_lid(degrees: float, content: np.ndarray | None = None) -> np.ndarray:
    """An A5 sheet, empty or with something on it, that lies askew on a larger glass under a dark lid."""
    sheet = np.full((1654, 1165), 236, np.uint8) if content is None else content
    h, w = sheet.shape
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), degrees, 1.0)
    turn[:, 2] += (240, 60)
    return cv2.warpAffine(sheet, turn, (w + 480, h + 320), borderMode=cv2.BORDER_CONSTANT, borderValue=70)


NOTHING_THERE = {
    "askew on a dark lid": lambda: sheet_on_a_dark_lid(-1.2),
    "straight on a dark lid": lambda: sheet_on_a_dark_lid(0.0),
    "white": lambda: np.full((1654, 1165), 250, np.uint8),
    "black": lambda: np.zeros((1654, 1165), np.uint8),
    "one pixel": lambda: np.full((1, 1), 255, np.uint8),
    "one line": lambda: np.full((1, 1165), 255, np.uint8),
    "noise": lambda: np.random.default_rng(3).integers(225, 250, (1654, 1165)).astype(np.uint8),
    "a back that shows the front": lambda: (245 - 0.04 * (255 - scan().picture[:, ::-1].astype(float))).astype(
        np.uint8
    ),
}


@pytest.mark.parametrize("name", list(NOTHING_THERE))
def test_a_blank_page_is_blank(name: str) -> None:
    assert reason(NOTHING_THERE[name]()) == "blank"


@pytest.mark.parametrize("degrees", [-1.2, 0.0])
def test_a_few_words_on_a_sheet_on_a_dark_lid_are_no_blank_page(degrees: float) -> None:
    sheet = np.full((1654, 1165), 236, np.uint8)
    cv2.putText(sheet, "Toi khong bau cho ai ca", (150, 800), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 2.2, 60, 4)
    assert reason(sheet_on_a_dark_lid(degrees, sheet)) == "no_form_fits"


@pytest.mark.parametrize("seed", range(4))
def test_a_letter_or_minutes_fit_no_form(seed: int) -> None:
    page, _ = foreign_page(np.random.default_rng(seed))
    assert reason(ballots.scanned(page, 200, 0.5, print_dpi=300).picture, ("qh-1", "tinh-4", "xa-1")) == "no_form_fits"


@pytest.mark.parametrize("unit", ["qh-1", "xa-1", "xa-2"])
def test_a_ballot_of_another_unit_is_no_ballot_of_this_one(unit: str) -> None:
    picture = scan(unit=unit).picture
    assert reason(picture) == "no_form_fits"
    assert reason(picture, (UNIT,), (unit,)) == "other_form"


def test_two_units_of_one_contest_are_told_apart() -> None:
    """The ballots of both share all but the names and the unit's number."""
    for unit, other in (("xa-1", "xa-2"), ("xa-2", "xa-1")):
        picture = scan(unit=unit).picture
        assert reason(picture, (other,)) == "no_form_fits"
        found = ballots.registered(picture, [ballots.form(other), ballots.form(unit)], dpi=200)
        assert isinstance(found, RegisteredPage)
        assert found.form == unit


def test_a_mirrored_or_inverted_page_is_rejected() -> None:
    picture = scan().picture
    assert reason(picture[:, ::-1].copy()) == "no_form_fits"
    assert reason(255 - picture) == "no_form_fits"


CUTS = {
    "upper half": (0, 0, 1, 0.5),
    "lower half": (0, 0.5, 1, 1),
    "left half": (0, 0, 0.5, 1),
    "right half": (0.5, 0, 1, 1),
    "a quarter": (0, 0, 0.6, 0.6),
    "without the left of the names": (0.3, 0, 1, 1),
    "without the stamp": (0, 0.3, 1, 1),
}


@pytest.mark.parametrize("part", list(CUTS))
@pytest.mark.parametrize("degrees", [0.7, 180.7])
def test_a_page_cut_through_is_rejected(part: str, degrees: float) -> None:
    left, top, right, bottom = CUTS[part]
    if degrees > 90:
        left, top, right, bottom = 1 - right, 1 - bottom, 1 - left, 1 - top
    assert reason(scan(degrees=degrees).cut(left, top, right, bottom).picture) in ("cut_off", "no_form_fits")


@pytest.mark.parametrize("share", [0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
@pytest.mark.parametrize("edge", ["right", "bottom"])
@pytest.mark.parametrize("lid", [None, 30, 250])
def test_no_struck_name_of_a_torn_page_is_taken_for_a_clear_one(share: float, edge: str, lid: int | None) -> None:
    """Every name is struck; part of the sheet is beyond the picture, or gone and the lid shows."""
    form, one = ballots.form(UNIT), scan()
    picture = one.picture
    for field in form.form.sides[0].fields:
        if field.kind == "strike":
            ballots.strike(picture, one, field.box)
    width, height = (share, 1.0) if edge == "right" else (1.0, share)
    if lid is None:
        picture = one.cut(0, 0, width, height).picture
    else:
        picture[round(height * picture.shape[0]) :] = lid
        picture[:, round(width * picture.shape[1]) :] = lid
    outcome = read_raw(RawPage(PageSource("scan.png", "", 1), picture, 200), [form])
    if isinstance(outcome, Rejection):
        assert outcome.reason in ("cut_off", "no_form_fits", "poor_registration", "blank")
        return
    decisions = [decide(r, default_profile(), outcome.engine) for r in outcome.fields if r.kind == "strike"]
    assert not [d for d in decisions if d.accepted and d.value != "struck"]


def test_two_ballots_side_by_side_are_told() -> None:
    one, two = scan(degrees=0.5).picture, scan(degrees=-1).picture
    height = min(len(one), len(two))
    assert reason(np.hstack([one[:height], two[:height]])) == "two_sheets"
    assert reason(np.vstack([one[:, :1150], two[:, :1150]])) == "two_sheets"
    assert reason(np.hstack([one[:height], two[height - 1 :: -1, ::-1][:height]])) == "two_sheets"


@pytest.mark.parametrize("mm", [25, 40, 70, 110])
def test_a_ballot_that_looks_out_under_another_is_told(mm: float) -> None:
    """The feeder took two sheets; the head of the lower one shows above the upper one."""
    below, above = scan(degrees=0.3).picture, scan(degrees=-0.4).picture
    shift = round(mm * 200 / 25.4)
    pile = np.full((above.shape[0] + shift, above.shape[1]), ballots.LID, np.uint8)
    pile[: below.shape[0], : min(below.shape[1], pile.shape[1])] = below[:, : pile.shape[1]]
    edge = round(4.5 * 200 / 25.4)
    pile[shift + edge : shift + above.shape[0] - edge, edge:-edge] = above[edge:-edge, edge:-edge]
    assert reason(pile) == "two_sheets"


@pytest.mark.parametrize(("across", "along"), [(1.0, 1.02), (1.0, 0.985), (1.015, 1.0)])
def test_a_page_that_was_fed_unevenly_is_found(across: float, along: float) -> None:
    one = scan()
    h, w = one.picture.shape
    size = (round(w * across), round(h * along))
    picture = np.asarray(cv2.resize(one.picture, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    factor = np.array([size[0] / w, size[1] / h])
    assert_found(ballots.Scan(picture, lambda mm: (one.places(mm) + 0.5) * factor - 0.5))
