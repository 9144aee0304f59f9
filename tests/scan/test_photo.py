"""A sheet that a telephone photographed is read like a scan: perspective and uneven light are taken out first."""

from __future__ import annotations

import ballots
import cv2
import numpy as np
import pytest

from pipeline.recognize.read import read_raw
from pipeline.review.decide import decide
from pipeline.review.profile import default_profile
from pipeline.scan.page import PageSource, RawPage, RegisteredPage, Rejection
from pipeline.scan.photo import projected

UNIT = "tinh-4"
WIDTH, HEIGHT = 1500, 2000
ASKEW = ((260.0, 300.0), (1180.0, 240.0), (1270.0, 1660.0), (170.0, 1560.0))
"""Where the corners of the sheet lie in the photograph, clockwise from its own top left: far off a rectangle."""
OFF_AT_MOST_MM = 0.4


def photographed(
    sheet: ballots.Picture, corners: tuple[tuple[float, float], ...] = ASKEW, table: int = 90
) -> tuple[ballots.Picture, np.ndarray]:
    """A photograph of the sheet on a darker table, lit from one side, and pixels of the photograph by the sheet's."""
    h, w = sheet.shape
    own = np.array([(-0.5, -0.5), (w - 0.5, -0.5), (w - 0.5, h - 0.5), (-0.5, h - 0.5)], np.float32)
    to_photo = cv2.getPerspectiveTransform(own, np.array(corners, np.float32))
    rng = np.random.default_rng(3)
    ground = cv2.GaussianBlur(rng.normal(table, 40, (HEIGHT, WIDTH)), (0, 0), 3).astype(np.uint8)
    soft = cv2.GaussianBlur(sheet, (0, 0), 1.2)
    seen = cv2.warpPerspective(soft, to_photo, (WIDTH, HEIGHT), ground, borderMode=cv2.BORDER_TRANSPARENT)
    light = np.linspace(0.95, 0.55, WIDTH)[None, :] * np.linspace(1.0, 0.85, HEIGHT)[:, None]
    return np.clip(seen * light + rng.normal(0, 3, seen.shape), 0, 255).astype(np.uint8), to_photo


def corners_of_fields() -> tuple[np.ndarray, np.ndarray]:
    """Corners of all names' boxes: mm of the form, and pixels of the printed sheet."""
    boxes = [f.box for f in ballots.form(UNIT).sides[0].side.fields if f.kind == "strike"]
    mm = np.array([corner for box in boxes for corner in box.corners])
    return mm, mm * ballots.PRINT_DPI / 25.4 - 0.5


@pytest.mark.parametrize("turned", [0, 1, 2, 3])
def test_a_photograph_is_registered_whichever_way_it_was_taken(turned: int) -> None:
    corners = tuple(ASKEW[(i + turned) % 4] for i in range(4)) if turned % 2 == 0 else ASKEW
    picture, to_photo = photographed(ballots.printed(UNIT), corners)
    if turned % 2:
        picture = np.ascontiguousarray(np.rot90(picture))
        turn = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, WIDTH - 1.0], [0.0, 0.0, 1.0]])
        to_photo = turn @ to_photo
    found = ballots.registered(picture, [ballots.form(UNIT)])
    assert isinstance(found, RegisteredPage), found
    assert found.photo is not None
    mm, on_sheet = corners_of_fields()
    seen = projected(found.photo, found.map.to_pixels(mm))
    right = projected(to_photo, on_sheet)
    assert np.linalg.norm(seen - right, axis=1).max() < OFF_AT_MOST_MM * 6  # six pixels a mm here


def test_names_of_a_photograph_are_read_and_their_places_lie_in_it() -> None:
    sheet = ballots.printed(UNIT).copy()
    form = ballots.form(UNIT)
    names = [f for f in form.sides[0].side.fields if f.kind == "strike"]
    exact = ballots.Scan(sheet, lambda mm: mm * ballots.PRINT_DPI / 25.4 - 0.5)
    for name in (names[1], names[3]):
        ballots.strike(sheet, exact, name.box)
    picture, to_photo = photographed(sheet)
    reading = read_raw(RawPage(PageSource("photo.jpg", "", 1), picture, None), [form])
    assert not isinstance(reading, Rejection), reading
    found = {f.field: f for f in reading.fields}
    for i, name in enumerate(names):
        decision = decide(found[name.id], default_profile())
        assert (decision.value, decision.accepted) == ("struck" if i in (1, 3) else "clear", True), name.id
        right = projected(to_photo, np.array(name.box.corners) * ballots.PRINT_DPI / 25.4 - 0.5)
        assert np.linalg.norm(np.array(found[name.id].quad) - right, axis=1).max() < OFF_AT_MOST_MM * 6


def test_features_find_a_sheet_whose_edges_are_not_seen() -> None:
    """The photograph shows less than the whole sheet, so there is no outline."""
    picture, _ = photographed(ballots.printed(UNIT), table=235)
    found = ballots.registered(picture[330:1540, 280:1160].copy(), [ballots.form(UNIT)])
    assert isinstance(found, RegisteredPage), found


def test_a_second_sheet_in_the_photograph_is_never_cut_away() -> None:
    """The flat page of one sheet would hide the other."""
    small = tuple((0.55 * x, 0.55 * y + 120.0) for x, y in ASKEW)
    picture, _ = photographed(ballots.printed(UNIT), small)
    sheet = cv2.resize(ballots.printed(UNIT), None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    h, w = sheet.shape
    picture[700 : 700 + h, 820 : 820 + w] = (sheet * 0.7).astype(np.uint8)[: HEIGHT - 700, : WIDTH - 820]
    found = ballots.registered(picture, [ballots.form(UNIT)])
    assert isinstance(found, Rejection), found


def test_a_photograph_of_another_form_is_no_form_that_is_expected() -> None:
    picture, _ = photographed(ballots.printed("qh-1"))
    found = ballots.registered(picture, [ballots.form(UNIT)], [ballots.form("qh-1")])
    assert isinstance(found, Rejection)
    assert (found.reason, found.form) == ("other_form", "qh-1")
    alone = ballots.registered(picture, [ballots.form(UNIT)])
    assert isinstance(alone, Rejection), alone


def test_another_name_on_a_photographed_ballot_is_told() -> None:
    people = [c for c in ballots.election().candidates if c.unit == UNIT]
    other = ballots.form_of(ballots.with_candidate(people[0], family="Trịnh", middle="Quốc", given="Toản"))
    picture, _ = photographed(ballots.printed(UNIT))
    found = ballots.registered(picture, [other])
    assert isinstance(found, Rejection), found


@pytest.mark.parametrize("shape", [(33, 40000), (40000, 33, 3), (32, 32), (2000, 120, 3)])
@pytest.mark.parametrize("grey", [0, 128, 255])
def test_pictures_of_no_sheet_are_refused(shape: tuple[int, ...], grey: int) -> None:
    picture = np.full(shape, grey, np.uint8)
    picture[::7] = 255 - grey
    found = ballots.registered(picture, [ballots.form(UNIT)])
    assert isinstance(found, Rejection), found


def test_a_photograph_that_shows_half_a_sheet_is_cut_off() -> None:
    picture, _ = photographed(ballots.printed(UNIT))
    found = ballots.registered(picture[:900].copy(), [ballots.form(UNIT)])
    assert isinstance(found, Rejection), found
