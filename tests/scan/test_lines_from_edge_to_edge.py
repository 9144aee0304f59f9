"""Lines from edge to edge of a ballot along a name, of dirt on the glass and folds that lie askew, strike nothing."""

from __future__ import annotations

import ballots
import cv2
import numpy as np
import pytest

from pipeline.recognize.read import read_raw
from pipeline.recognize.reading import PageReading
from pipeline.review.decide import decide
from pipeline.review.profile import default_profile
from pipeline.scan.page import PageSource, RawPage

UNIT = "tinh-4"
LONGEST = 3
"""The name whose letters fill half of the sheet's width: the streak shows on little more than the rest."""
NAMES = [f for f in ballots.form(UNIT).sides[0].side.fields if f.kind == "strike"]


def sheet(dpi: int, degrees: float, row_mm: float, streak_mm: float, depth: float) -> ballots.Picture:
    """The blank ballot turned by ``degrees``, a level streak of some width through ``row_mm`` of the middle column."""
    scale = dpi / ballots.PRINT_DPI
    page = cv2.resize(ballots.printed(UNIT), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    height, width = page.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    page = cv2.warpAffine(page, turn, (width, height), borderValue=250)
    box = NAMES[LONGEST].box
    y = float((turn @ ((box.x + box.w / 2) * dpi / 25.4, row_mm * dpi / 25.4, 1.0))[1])
    covered = np.clip(0.5 + streak_mm * dpi / 25.4 / 2 - np.abs(np.arange(height) - y), 0, 1)
    grain = np.random.default_rng(4).normal(0, 3, page.shape)
    return np.clip(page * (1 - depth * covered)[:, None] + grain, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("dpi", [200, 300])
@pytest.mark.parametrize("degrees", [-2.0, 0.0, 0.8])
@pytest.mark.parametrize(("streak_mm", "depth"), [(0.3, 0.35), (1.0, 0.35), (1.0, 0.6), (2.0, 0.15)])
def test_a_streak_along_a_long_name_is_asked(dpi: int, degrees: float, streak_mm: float, depth: float) -> None:
    box = NAMES[LONGEST].box
    page = sheet(dpi, degrees, box.y + 0.5 * box.h, streak_mm, depth)
    read = read_raw(RawPage(PageSource("ballot.png", "", 1), page, dpi), [ballots.form(UNIT)])
    assert isinstance(read, PageReading), read
    decisions = {r.field: decide(r, default_profile(), read.engine) for r in read.fields}
    assert not decisions[NAMES[LONGEST].id].accepted
    assert {decisions[f.id].value for f in NAMES if decisions[f.id].accepted} == {"clear"}


def folded_askew(slope: float, row_mm: float, depth: float, soft_mm: float) -> ballots.Picture:
    """The blank ballot at 200 dpi with the shadow of a fold that rises ``slope`` through the middle of a name."""
    scale = 200 / ballots.PRINT_DPI
    page = cv2.resize(ballots.printed(UNIT), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.float64)
    box = NAMES[LONGEST].box
    y, x = np.mgrid[: page.shape[0], : page.shape[1]] * 25.4 / 200
    below = y - row_mm + slope * (x - box.x - box.w / 2)
    shadow = depth * np.exp(-np.abs(below) / soft_mm) * (below > 0)
    grain = np.random.default_rng(4).normal(0, 3, page.shape)
    return np.clip(page * (1 - shadow) + grain, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("slope", [-0.07, -0.04, 0.035, 0.06])
@pytest.mark.parametrize(("depth", "soft_mm"), [(0.35, 0.6), (0.3, 2.0), (0.2, 4.0)])
def test_a_fold_that_lies_askew_along_a_name_strikes_nothing(slope: float, depth: float, soft_mm: float) -> None:
    box = NAMES[LONGEST].box
    page = folded_askew(slope, box.y + 0.4 * box.h, depth, soft_mm)
    read = read_raw(RawPage(PageSource("ballot.png", "", 1), page, 200), [ballots.form(UNIT)])
    assert isinstance(read, PageReading), read
    decisions = [decide(r, default_profile(), read.engine) for r in read.fields if r.kind == "strike"]
    assert {d.value for d in decisions if d.accepted} == {"clear"}
    assert next(r for r in read.fields if r.field == NAMES[LONGEST].id).measures["runs_on"] > 0.6


def test_a_stroke_that_goes_on_at_one_side_is_a_strike() -> None:
    """Forty millimetres farther to the right, as hands do, but not to the left as well."""
    page = sheet(200, 0.0, 10.0, 0.3, 0.0)
    box = NAMES[1].box
    start, end = (
        (round(x * 200 / 25.4), round((box.y + 0.5 * box.h) * 200 / 25.4)) for x in (box.x - 2, box.x + box.w + 40)
    )
    cv2.line(page, start, end, 60, 4, cv2.LINE_AA)
    read = read_raw(RawPage(PageSource("ballot.png", "", 1), page, 200), [ballots.form(UNIT)])
    assert isinstance(read, PageReading), read
    struck = next(r for r in read.fields if r.field == NAMES[1].id)
    assert struck.measures["runs_on"] < 0.3
    assert decide(struck, default_profile(), read.engine).value == "struck"
