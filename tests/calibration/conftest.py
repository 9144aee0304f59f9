"""A small printed ballot of the tests' own: two names on one line, one on two, drawn as plain bars."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from calibration.simulate.ballot import Blank, Team
from calibration.simulate.ink import PAPER_PPMM
from pipeline.forms.template import ByContent, FormField, FormSide
from pipeline.geometry import Box, Size

SIZE = Size(148.0, 210.0)
LINES = (
    (Box(40, 100, 50, 4),),
    (Box(40, 112, 60, 4),),
    (Box(40, 124, 55, 4), Box(40, 130, 45, 4)),
    (Box(40, 145, 58, 4),),
    (Box(40, 157, 52, 4),),
)


def _print(pixels: np.ndarray, line: Box) -> None:
    for word in range(4):
        x = line.x + line.w * word / 4
        corners = (np.array([x, line.y, x + line.w / 4 - 1.8, line.bottom]) * PAPER_PPMM).astype(int)
        cv2.rectangle(pixels, corners[:2].tolist(), corners[2:].tolist(), 30, 4)


@pytest.fixture(scope="session")
def blank() -> Blank:
    pixels = np.full((round(SIZE.h * PAPER_PPMM), round(SIZE.w * PAPER_PPMM)), 255, np.uint8)
    cv2.rectangle(pixels, (100, 100), (pixels.shape[1] - 100, pixels.shape[0] - 100), 20, 6)
    fields = []
    for i, lines in enumerate(LINES):
        for line in lines:
            _print(pixels, line)
        box = lines[0] if len(lines) == 1 else lines[0].union(lines[1])
        fields.append(FormField(f"n{i}", "strike", box, "Ông A B C", "names", lines))
    side = FormSide("front", SIZE, ByContent(), (*fields, FormField("stamp", "stamp", Box(15, 30, 40, 24))))
    return Blank("test", side, pixels, 3)


@pytest.fixture(scope="session")
def crowded(blank: Blank) -> Blank:
    """The same ballot with one seat."""
    return replace(blank, seats=1)


@pytest.fixture(scope="session")
def team() -> Team:
    return Team("round", (50, 40, 205), "1")
