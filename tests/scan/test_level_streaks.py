"""Dirt on the glass draws a line along the lines of text of a ballot that was fed sideways: it strikes no name."""

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
