"""A ballot that differs from the expected one by one name is not read as it, whatever the voter drew on it."""

from __future__ import annotations

from dataclasses import replace

import ballots
import cv2
import numpy as np
import pytest

from pipeline.election.definition import Candidate
from pipeline.forms.ballot import BallotLayout
from pipeline.forms.printing import render_blank
from pipeline.scan.page import RegisteredPage, Rejection
from pipeline.scan.prepare import PreparedForm, prepared_side

UNITS = ("qh-1", "tinh-4", "xa-2")
OTHER_NAMES = {"family": "Bùi", "middle": "Thị", "given": "Ngọc"}


def candidates() -> list[Candidate]:
    """Of each unit the first, one in the middle, and the last."""
    found = []
    for unit in UNITS:
        people = ballots.election().candidates_of(unit)
        found += [people[0], people[len(people) // 2], people[-1]]
    return found


def sheet(layout: BallotLayout, struck: tuple[int, ...] = ()) -> ballots.Picture:
    """A scan at 200 dpi, with a line through the names ``struck``."""
    page = render_blank(layout, ballots.PRINT_DPI)
    names = [f for f in layout.form.sides[0].fields if f.kind == "strike"]
    for i in struck:
        box, ppm = names[i].box, ballots.PRINT_DPI / 25.4
        a, b = ((box.x - 2, box.bottom - 0.7), (box.right + 2, box.y + 0.8))
        ends = [tuple(round(v * ppm) for v in end) for end in (a, b)]
        cv2.line(page, ends[0], ends[1], 40, 10, cv2.LINE_AA)
    return ballots.scanned(page, 200, 0.8).picture


@pytest.mark.parametrize("candidate", candidates(), ids=lambda c: c.id)
@pytest.mark.parametrize("struck", [(), (0, 1, 2, 3)], ids=["unmarked", "struck"])
def test_a_ballot_with_one_other_name_is_rejected(candidate: Candidate, struck: tuple[int, ...]) -> None:
    """One name in five to eight differs, all else is the same print: the paper of another unit."""
    scan = sheet(ballots.with_candidate(candidate, **OTHER_NAMES), struck)
    found = ballots.registered(scan, [ballots.form(candidate.unit)], dpi=200)
    assert isinstance(found, Rejection)
    assert (found.reason, found.form) == ("no_form_fits", candidate.unit)


@pytest.mark.parametrize("candidate", candidates(), ids=lambda c: c.id)
def test_a_ballot_with_one_other_given_name_is_rejected(candidate: Candidate) -> None:
    given = "Sương" if candidate.given != "Sương" else "Khoa"
    scan = sheet(ballots.with_candidate(candidate, given=given))
    assert isinstance(ballots.registered(scan, [ballots.form(candidate.unit)], dpi=200), Rejection)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("struck", [(), (0, 1), (0, 1, 2, 3, 4)])
def test_the_expected_ballot_is_accepted_however_many_names_are_struck(unit: str, struck: tuple[int, ...]) -> None:
    found = ballots.registered(sheet(ballots.layout(unit), struck), [ballots.form(unit)], dpi=200)
    assert isinstance(found, RegisteredPage), found


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("dpi", [100, 300])
def test_names_are_known_again_in_grey_toner_and_on_dark_paper(unit: str, dpi: int) -> None:
    scan = ballots.scanned(ballots.printed(unit), dpi, -1.5).picture.astype(np.float64)
    for paper, toner in ((220, 110), (150, 40)):
        faded = toner + (scan - scan.min()) / (scan.max() - scan.min()) * (paper - toner)
        found = ballots.registered(faded.astype(np.uint8), [ballots.form(unit)], dpi=dpi)
        assert isinstance(found, RegisteredPage), (paper, toner, found)


def renamed(form: PreparedForm, name: str) -> PreparedForm:
    sides = tuple(replace(side, form=name) for side in form.sides)
    return replace(form, form=replace(form.form, id=name), sides=sides)


@pytest.mark.parametrize("given", ["Ngọc", "Đạc", "Đát", "Dạt"])
def test_of_two_forms_that_differ_by_a_name_a_letter_or_an_accent_the_wrong_one_is_never_taken(given: str) -> None:
    """Printed is Dương Văn Đạt; what nothing on the page tells is refused."""
    candidate = next(c for c in ballots.election().candidates if c.full_name == "Dương Văn Đạt")
    changed = ballots.with_candidate(candidate, given=given)
    own, other = ballots.form(candidate.unit), renamed(ballots.form_of(changed), "other")
    for layout, form in ((ballots.layout(candidate.unit), candidate.unit), (changed, "other")):
        found = ballots.registered(sheet(layout), [own, other], dpi=200)
        if isinstance(found, Rejection):
            assert found.reason == "forms_too_close"
        else:
            assert found.form == form
    if given == "Ngọc":
        assert isinstance(ballots.registered(sheet(changed), [own, other], dpi=200), RegisteredPage)


def test_a_grey_and_pale_reference_tells_names_apart_as_well() -> None:
    """The blank sheet was scanned in pale tones; nothing of it is darker than half."""
    form = ballots.form("tinh-4")
    (side,) = form.sides
    assert side.reference is not None
    pale = (150 + side.reference.astype(np.float64) / 255 * 70).astype(np.uint8)
    paler = replace(form, sides=(prepared_side("tinh-4", side.side, [(pale, side.pixels_per_mm)]),))
    candidate = ballots.election().candidates_of("tinh-4")[3]
    right, wrong = ballots.layout("tinh-4"), ballots.with_candidate(candidate, **OTHER_NAMES)
    assert isinstance(ballots.registered(sheet(right), [paler], dpi=200), RegisteredPage)
    assert isinstance(ballots.registered(sheet(wrong), [paler], dpi=200), Rejection)


def test_a_blackened_name_is_no_other_name() -> None:
    """What is under it nobody knows; the rest of the page counts, and the name is struck."""
    picture = sheet(ballots.layout("tinh-4"))
    one = ballots.scanned(ballots.printed("tinh-4"), 200, 0.8)
    box = ballots.form("tinh-4").form.sides[0].fields[2].box
    (x0, y0), (x1, y1) = one.places(np.array([[box.x - 0.3, box.y + 0.2], [box.right + 0.3, box.bottom - 0.2]])).round()
    picture[int(y0) : int(y1), int(x0) : int(x1)] = 45
    assert isinstance(ballots.registered(picture, [ballots.form("tinh-4")], dpi=200), RegisteredPage)
