"""Black-and-white scans: names are asked, because a threshold has taken thin ink and made print bolder or thinner."""

from __future__ import annotations

import io

import ballots
import cv2
import numpy as np
import pytest
from PIL import Image

from pipeline.recognize.read import read_raw
from pipeline.recognize.reading import PageReading
from pipeline.review.decide import decide
from pipeline.review.profile import default_profile
from pipeline.review.reasons import why
from pipeline.scan.decode import decode_pages
from pipeline.scan.page import PageSource, RawPage
from pipeline.scan.photo import flat_pages
from pipeline.scan.two_level import has_two_levels

UNIT = "tinh-4"
THRESHOLDS = [110, 170, 215]


def struck_ballot() -> ballots.Picture:
    """A scan at 200 dpi on which the first name is crossed out."""
    scan = ballots.scanned(ballots.printed(UNIT), 200, 0.0)
    picture = scan.picture.copy()
    first = next(f for f in ballots.form(UNIT).sides[0].side.fields if f.kind == "strike")
    ballots.strike(picture, scan, first.box)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.7), np.uint8)


def read(picture: ballots.Picture) -> PageReading:
    outcome = read_raw(RawPage(PageSource("ballot", "", 1), picture, 200.0), [ballots.form(UNIT)])
    assert isinstance(outcome, PageReading), outcome
    return outcome


def test_a_grey_scan_is_accepted() -> None:
    picture = struck_ballot()
    assert not has_two_levels(picture)
    names = [f for f in read(picture).fields if f.kind == "strike"]
    assert [decide(f, default_profile()).accepted for f in names] == [True] * len(names)


@pytest.mark.parametrize("threshold", THRESHOLDS)
@pytest.mark.parametrize("quality", [None, 60])
def test_names_of_a_black_and_white_scan_are_asked(threshold: int, quality: int | None) -> None:
    picture = np.where(struck_ballot() < threshold, 0, 255).astype(np.uint8)
    if quality is not None:
        packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        picture = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    fields = read(picture).fields
    assert {f.kind for f in fields} == {"strike", "stamp", "stray"}
    for field in fields:
        assert (field.kind, field.value) == ("stamp", "present") or not decide(field, default_profile()).accepted, field
        if field.kind == "strike":
            assert why(field.measures) == "two_level"


@pytest.mark.parametrize("dpi", [300, 400, 600])
def test_a_pdf_of_one_bit_stays_black_and_white_when_it_is_drawn(dpi: int) -> None:
    big = cv2.resize(struck_ballot(), None, fx=dpi / 200, fy=dpi / 200, interpolation=cv2.INTER_CUBIC)
    kept = io.BytesIO()
    Image.fromarray(np.asarray(big, np.uint8)).convert("1", dither=Image.Dither.NONE).save(kept, "PDF", resolution=dpi)
    (page,) = decode_pages(kept.getvalue(), "scan.pdf", "")
    assert isinstance(page, RawPage), page
    assert has_two_levels(page.pixels)
    assert set(np.unique(page.pixels).tolist()) == {0, 255}


def test_a_black_and_white_picture_is_no_photograph() -> None:
    sheet = struck_ballot()
    table = np.full((sheet.shape[0] + 400, sheet.shape[1] + 400), 90, np.uint8)
    table[200:-200, 200:-200] = sheet
    sides = ballots.form(UNIT).sides
    for picture, some in ((table, True), (np.where(table < 150, 0, 255).astype(np.uint8), False)):
        raw = RawPage(PageSource("ballot", "", 1), picture, None)
        assert any(True for _ in flat_pages(raw, sides)) == some
