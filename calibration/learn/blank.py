"""A scan or print file of an unmarked sheet, taken apart into faces that are upright, straight and in millimetres."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from pdf2image import convert_from_bytes
from pdf2image.exceptions import PDFPageCountError, PDFPopplerTimeoutError, PDFSyntaxError

from calibration.learn.words import READ_DPI, upright_turn
from pipeline.errors import Problem, Refusal, refuse
from pipeline.geometry import MM_PER_INCH, Box, Size
from pipeline.messages import message
from pipeline.scan.decode import decode_pages
from pipeline.scan.features import Grey, ink
from pipeline.scan.page import PageSource, RawPage, Rejection
from pipeline.scan.prepare import grey_of

WORKING_DPI = 200
"""Denser scans are reduced to this: it is what references are kept at, and an oval's line is still two pixels."""
SMALLEST_DPI, LARGEST_DPI = 100, 1200
SMALLEST_MM, LARGEST_MM = 50.0, 600.0
"""Sides of paper that is believed: 72 dpi, which programs write that know none, makes 600 x 780 mm of a letter."""
SKEW_LIMIT, SKEW_STEP = 4.0, 0.02
"""Degrees: how far a blank may lie askew, and how finely that is told (0.1 mm at the end of an A4 line)."""
LID = 90
"""Grey below which what surrounds the paper is the lid of the scanner."""
PAPER_SHARE = 0.3
"""Of the picture that the paper must be for its edges to be believed."""


@dataclass(frozen=True, slots=True, eq=False)
class Blank:
    """One face: ``picture`` grey, upright, covering the paper; whole numbers are pixel centres."""

    place: str
    """File and page, for messages."""
    raw: RawPage
    """As scanned."""
    picture: Grey
    density: float
    """Pixels per mm."""
    turn: int
    """Quarters clockwise by which the scan had to be turned, in degrees."""
    skew_deg: float
    fine: Grey | None = None
    """The same face with ``fine_density`` pixels per mm, where the file has more to be read than ``picture`` shows."""
    fine_density: float = 0.0

    @property
    def size(self) -> Size:
        height, width = self.picture.shape
        return Size(round(width / self.density, 2), round(height / self.density, 2))

    def box(self, left: float, top: float, right: float, bottom: float) -> Box:
        """Millimetres of a rectangle whose edges are given between pixels: 0 is the edge of the first."""
        d = self.density
        return Box(left / d, top / d, (right - left) / d, (bottom - top) / d)


def load_blanks(path: Path, dpi: float | None, language: str) -> list[Blank]:
    """Every page of a file as a face. Refused with all faults at once where a page tells no size or no picture."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise refuse(
            "blank-unreadable", str(path), "cannot be read ({why}); check the path", why=error.strerror or ""
        ) from error
    pages = list(decode_pages(content, str(path), hashlib.sha256(content).hexdigest()))
    problems = [p for page in pages for p in _problems(page, dpi)]
    if problems:
        raise Refusal(problems)
    is_pdf = content.startswith(b"%PDF")
    blanks = []
    for page in pages:
        assert isinstance(page, RawPage)
        drawn = _drawn_finer(content, page) if is_pdf else None
        blanks.append(_upright(page, float(dpi or page.dpi or 0), language, drawn))
    return blanks


def place_of(source: PageSource) -> str:
    return f"{source.file}, page {source.page}"


def _problems(page: RawPage | Rejection, dpi: float | None) -> list[Problem]:
    place = place_of(page.source)
    if isinstance(page, Rejection):
        return [Problem("blank-undecodable", place, page.text)]
    height, width = page.pixels.shape[:2]
    told = dpi or page.dpi
    if not told:
        text = message("the file does not tell its resolution; give it with --dpi, for instance --dpi 200")
        return [Problem("blank-dpi", place, text)]
    sides = [round(v / told * MM_PER_INCH) for v in (width, height)]
    if not SMALLEST_DPI <= told <= LARGEST_DPI or min(sides) < SMALLEST_MM or max(sides) > LARGEST_MM:
        text = message(
            "{width} x {height} pixels at {dpi} dpi make paper of {w} x {h} mm, which is not believed; give the true "
            "resolution with --dpi ({smallest} to {largest})",
            width=width,
            height=height,
            dpi=round(told),
            w=sides[0],
            h=sides[1],
            smallest=SMALLEST_DPI,
            largest=LARGEST_DPI,
        )
        return [Problem("blank-dpi", place, text)]
    return []


def _drawn_finer(content: bytes, page: RawPage) -> Grey | None:
    """A page of a print file drawn as dense as small print is read best; None where it is a picture itself."""
    try:
        finer = convert_from_bytes(
            content, dpi=READ_DPI, first_page=page.source.page, last_page=page.source.page, grayscale=True, timeout=60
        )
    except (PDFPopplerTimeoutError, PDFPageCountError, PDFSyntaxError, OSError, ValueError):
        return None
    grey = np.asarray(finer[0].convert("L"), np.uint8) if finer else None
    k = READ_DPI / WORKING_DPI
    like = grey is not None and all(abs(a - k * b) <= 3 for a, b in zip(grey.shape, page.pixels.shape[:2], strict=True))
    return grey if like else None


def _upright(page: RawPage, dpi: float, language: str, drawn: Grey | None) -> Blank:
    """``drawn``: the same page at ``READ_DPI``, where it is known."""
    grey = grey_of(page)
    density = min(dpi, WORKING_DPI) / MM_PER_INCH
    shrink = min(1.0, WORKING_DPI / dpi)
    turn = upright_turn(grey, language)
    grey = np.ascontiguousarray(np.rot90(grey, -(turn // 90)))
    corner, wide, high, lying = _paper(grey)
    skew = _skew(grey, dpi / MM_PER_INCH, corner, (wide, high), lying)
    place = (corner, (wide, high), skew)
    picture = _straight(grey, place, shrink)
    fine, fine_density = None, 0.0
    if drawn is not None and abs(dpi - WORKING_DPI) < 0.5:
        k = READ_DPI / dpi
        middle = (k * (corner[0] + 0.5) - 0.5, k * (corner[1] + 0.5) - 0.5)
        turned = np.ascontiguousarray(np.rot90(drawn, -(turn // 90)))
        fine, fine_density = _straight(turned, (middle, (k * wide, k * high), skew), 1.0), READ_DPI / MM_PER_INCH
    elif dpi > 1.2 * WORKING_DPI:
        fine = _straight(grey, place, min(1.0, READ_DPI / dpi))
        fine_density = min(dpi, READ_DPI) / MM_PER_INCH
    return Blank(place_of(page.source), page, picture, density, turn, skew, fine, fine_density)


def _straight(grey: Grey, place: tuple[tuple[float, float], tuple[float, float], float], shrink: float) -> Grey:
    """The paper alone, ``place`` its (centre, size, degrees askew), made smaller by ``shrink``."""
    corner, (wide, high), skew = place
    if shrink < 1 / 1.2:
        grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), 0.4 / shrink), np.uint8)
    size = (round(wide * shrink), round(high * shrink))
    cos, sin = np.cos(np.radians(skew)) / shrink, np.sin(np.radians(skew)) / shrink
    # pixel (u, v) of the straight picture, counted from its middle, lies so in the scan, counted from the paper's
    middle = np.array([(size[0] - 1) / 2, (size[1] - 1) / 2])
    turned = np.array([[cos, -sin], [sin, cos]])
    matrix = np.column_stack([turned, np.array(corner) - turned @ middle])
    plain = skew == 0.0 and shrink == 1.0
    flags = (cv2.INTER_NEAREST if plain else cv2.INTER_LINEAR) | cv2.WARP_INVERSE_MAP
    picture = cv2.warpAffine(grey, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(picture, np.uint8)


def _paper(grey: Grey) -> tuple[tuple[float, float], float, float, float]:
    """(centre, width, height, degrees askew) of the paper; the whole picture unless a dark lid surrounds it."""
    height, width = grey.shape
    whole = (((width - 1) / 2, (height - 1) / 2), float(width), float(height), 0.0)
    rim = max(2, min(height, width) // 200)
    edges = (grey[:rim], grey[-rim:], grey[:, :rim], grey[:, -rim:])
    # paper that is printed black all over is no lid
    if not any((edge < LID).mean() > 0.3 for edge in edges) or float(np.median(grey[::8, ::8])) < LID:
        return whole
    small = cv2.resize(grey, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    light = np.asarray((small > LID) * np.uint8(1), np.uint8)
    light = np.asarray(cv2.morphologyEx(light, cv2.MORPH_CLOSE, np.ones((25, 25), np.uint8)), np.uint8)
    outlines, _ = cv2.findContours(light, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return whole
    largest = max(outlines, key=cv2.contourArea)
    if cv2.contourArea(largest) < PAPER_SHARE * small.size:
        return whole
    corners = cv2.boxPoints(cv2.minAreaRect(largest)).astype(np.float64) * 4 + 1.5
    sides = np.roll(corners, -1, axis=0) - corners
    level = int(np.argmax(np.abs(sides[:2, 0]) - np.abs(sides[:2, 1])))
    along = sides[level] * (1 if sides[level][0] > 0 else -1)
    wide, high = float(np.linalg.norm(sides[level])), float(np.linalg.norm(sides[1 - level]))
    x, y = corners.mean(axis=0)
    return (float(x), float(y)), wide, high, float(np.degrees(np.arctan2(along[1], along[0])))


def _skew(grey: Grey, density: float, centre: tuple[float, float], size: Sequence[float], lying: float) -> float:
    """Degrees by which print is turned clockwise, told by how sharply rows and columns of ink stand out."""
    shrink = max(1, round(density / 4))
    cut = cv2.getRectSubPix(grey, (int(size[0] * 0.96), int(size[1] * 0.96)), centre)
    small = cv2.resize(cut, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA)
    dark = ink(np.asarray(small, np.uint8), density / shrink)
    y, x = np.nonzero(dark > 40)
    if len(x) < 200:
        return lying
    if len(x) > 40_000:
        x, y = x[:: len(x) // 40_000 + 1], y[:: len(y) // 40_000 + 1]
    x, y = x - x.mean(), y - y.mean()
    coarse = np.arange(-SKEW_LIMIT, SKEW_LIMIT + 0.01, 0.1)
    best = _sharpest(x, y, coarse)
    fine = best + np.arange(-0.12, 0.121, SKEW_STEP)
    found = float(round(_sharpest(x, y, fine), 3))
    return 0.0 if abs(found) < 0.05 else found


def _sharpest(x: np.ndarray, y: np.ndarray, turns: np.ndarray) -> float:
    scores = []
    for turn in np.radians(turns):
        score = 0.0
        for along in (y * np.cos(turn) - x * np.sin(turn), x * np.cos(turn) + y * np.sin(turn)):
            counts = np.bincount(np.rint(along - along.min()).astype(np.intp)).astype(np.float64)
            score += float((np.diff(counts) ** 2).sum())
        scores.append(score)
    return float(turns[int(np.argmax(scores))])
