"""The truth about a name is what the ink on it is: constructed marks and their names."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.simulate.ink import PAPER_PPMM
from calibration.simulate.measure import longest_run, mark_of
from pipeline.geometry import Box

LINE = Box(40, 100, 50, 4)
SECOND = Box(40, 106, 40, 4)


def inked(*boxes: Box) -> np.ndarray:
    mask = np.zeros((2480, 1748), bool)
    for b in boxes:
        x0, y0, x1, y1 = (round(v * PAPER_PPMM) for v in (b.x, b.y, b.right, b.bottom))
        mask[y0:y1, x0:x1] = True
    return mask


@pytest.mark.parametrize(
    ("ink", "expected"),
    [
        ([Box(39, 101.8, 52, 0.5)], "struck"),
        ([Box(40, 101.8, 45.4, 0.5)], "struck"),
        ([Box(40, 101.8, 44.6, 0.5)], "ambiguous"),
        ([Box(40 + i * 5, 99, 0.4, 6) for i in range(11)], "struck"),
        ([Box(40, 99, 0.4, 6), Box(89.6, 99, 0.4, 6)], "ambiguous"),
        ([Box(40, 103.7, 50, 0.4)], "ambiguous"),
        ([Box(40, 104.3, 50, 0.4)], "ambiguous"),
        ([Box(40, 104.7, 50, 0.4)], "clear"),
        ([Box(39, 99.4, 52, 0.4)], "ambiguous"),
        ([], "clear"),
    ],
    ids=[
        "a line over it all",
        "a line over 90.8 percent",
        "a line over 89 percent",
        "vertical strokes every 5 mm",
        "one stroke at each end",
        "an underline that touches the letters' feet",
        "an underline 0.3 mm below",
        "an underline 0.7 mm below",
        "an overline 0.2 mm above",
        "nothing",
    ],
)
def test_a_mark_is_named_by_its_ink(ink: list[Box], expected: str) -> None:
    assert mark_of(inked(*ink), (LINE,), sign_beside=False)[0] == expected


def test_a_sign_beside_makes_even_a_crossed_name_ambiguous() -> None:
    assert mark_of(inked(Box(39, 101.8, 52, 0.5)), (LINE,), sign_beside=True)[0] == "ambiguous"


def test_a_name_on_two_lines_is_struck_when_both_are() -> None:
    first, second = Box(39, 101.8, 52, 0.5), Box(39, 107.8, 42, 0.5)
    assert mark_of(inked(first), (LINE, SECOND), False)[0] == "ambiguous"
    assert mark_of(inked(first, second), (LINE, SECOND), False)[0] == "struck"


def test_a_gap_of_seven_millimetres_ends_a_run() -> None:
    columns = np.zeros(1000, bool)
    columns[[0, 80, 999]] = True
    assert longest_run(columns) == pytest.approx(0.081)
