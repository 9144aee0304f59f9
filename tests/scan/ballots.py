"""Ballots of the example election printed, made forms of, and scanned with a known place on the glass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp

import cv2
import numpy as np
from numpy.typing import NDArray

from kiemphieu.demo_command import EXAMPLE
from pipeline.election.definition import Candidate, Election
from pipeline.election.load import load_election
from pipeline.forms.ballot import BallotLayout, ballot_layout
from pipeline.forms.document import load_form
from pipeline.forms.printing import render_blank, write_form
from pipeline.geometry import Box
from pipeline.scan.page import PageSource, RawPage, RegisteredPage, Rejection
from pipeline.scan.prepare import PreparedForm, prepare_form
from pipeline.scan.register import register

Picture = NDArray[np.uint8]
Points = NDArray[np.float64]
PRINT_DPI = 400
LID = 235


@dataclass(frozen=True)
class Scan:
    """A picture and where each mm of the form lies in it."""

    picture: Picture
    places: Callable[[Points], Points]

    def cut(self, left: float, top: float, right: float, bottom: float) -> Scan:
        """Only this part of the picture (shares of its width and height)."""
        h, w = self.picture.shape
        x, y = round(left * w), round(top * h)
        part = self.picture[y : round(bottom * h), x : round(right * w)].copy()
        return Scan(part, lambda mm: self.places(mm) - (x, y))


@lru_cache(maxsize=1)
def election() -> Election:
    return load_election(EXAMPLE)


@lru_cache(maxsize=8)
def layout(unit: str) -> BallotLayout:
    return ballot_layout(election(), unit)


@lru_cache(maxsize=8)
def form(unit: str) -> PreparedForm:
    return form_of(layout(unit))


def form_of(of: BallotLayout) -> PreparedForm:
    folder = Path(mkdtemp())
    return prepare_form(load_form(write_form(of, folder)), folder)


@lru_cache(maxsize=8)
def printed(unit: str) -> Picture:
    return render_blank(layout(unit), PRINT_DPI)


def with_candidate(candidate: Candidate, **changed: str) -> BallotLayout:
    """The ballot of the candidate's unit with their name changed."""
    people = [replace(c, **changed) if c.id == candidate.id else c for c in election().candidates]  # type: ignore[arg-type]
    return ballot_layout(replace(election(), candidates=tuple(people)), candidate.unit)


def scanned(page: Picture, dpi: float, degrees: float, print_dpi: float = PRINT_DPI) -> Scan:
    """The page turned clockwise, at ``dpi``, with 4 mm of lid around it, tones of paper and noise."""
    scale, turn = dpi / print_dpi, np.deg2rad(degrees)
    cos, sin = np.cos(turn), np.sin(turn)
    linear = scale * np.array([[cos, -sin], [sin, cos]])
    h, w = page.shape
    margin = 8 * dpi / 25.4
    size = [round((abs(cos) * a + abs(sin) * b) * scale + margin) for a, b in ((w, h), (h, w))]
    shift = (np.array(size) - 1) / 2 - linear @ (np.array([w, h]) - 1) / 2
    soft = cv2.GaussianBlur(page, (0, 0), 0.45 / scale) if scale < 0.9 else page
    matrix = np.column_stack([linear, shift])
    picture = cv2.warpAffine(soft, matrix, (size[0], size[1]), flags=cv2.INTER_LINEAR, borderValue=LID)
    noise = np.random.default_rng(1).normal(0, 4, picture.shape)
    toned = np.clip(picture * 0.86 + 15 + noise, 0, 255).astype(np.uint8)
    return Scan(toned, lambda mm: (mm * print_dpi / 25.4 - 0.5) @ linear.T + shift)


def registered(
    picture: Picture, expected: list[PreparedForm], others: list[PreparedForm] | None = None, dpi: float | None = None
) -> RegisteredPage | Rejection:
    return register(RawPage(PageSource("scan.png", "", 1), picture, dpi), expected, others or [])


def off_mm(page: RegisteredPage, of: PreparedForm, scan: Scan) -> float:
    """The largest distance of a corner of a field from where it lies."""
    boxes = [f.box for f in of.side(page.side).side.fields if f.kind != "stray"]
    corners = np.array([corner for box in boxes for corner in box.corners])
    return float(np.linalg.norm(page.map.to_pixels(corners) - scan.places(corners), axis=1).max() / page.pixels_per_mm)


def strike(picture: Picture, scan: Scan, box: Box) -> None:
    """A pen's line through a name, on the scan."""
    ends = scan.places(np.array([[box.x - 2, box.centre[1] + 0.4], [box.right + 2, box.centre[1] - 0.3]]))
    (ax, ay), (bx, by) = ends.round().astype(int).tolist()
    cv2.line(picture, (ax, ay), (bx, by), 60, 4, cv2.LINE_AA)
