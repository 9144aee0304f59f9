"""What is printed on a blank face, as shapes: solid bars, closed outlines, long lines, and all its ink."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.learn.blank import Blank
from pipeline.geometry import Box
from pipeline.scan.features import Grey

Mask = NDArray[np.uint8]
Ints = NDArray[np.int32]

LEVELS = (45, 75, 110)
"""Darkness (of 255) from which a pixel is print: a hairline of a soft scan reaches 60, grain 30. A thin outline is
whole at one of these levels and broken or filled at another."""
PLAIN = 75
GRAIN = 12
"""Darkness of paper's own grain and shading. Left in a reference, it makes a third more of plain readings asked."""
SOLID = 110
RULE_MM = 12.0
"""A line at least so long is a rule of the page, not part of a letter."""
RULE_WIDTH_MM = 1.2
PICTURE_MM, PICTURE_SHARE = 4.5, 0.3
"""A logo is so large, and so much of it is ink; a frame has less."""
BLACK_MM, BLACK_MM2 = 5.0, 60.0
"""A heading printed white on black is black over so much; bold capitals of 24 points are not."""


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """A closed printed outline: ``box`` (mm) along the middle of its line, what it encloses, and how it is shaped."""

    box: Box
    stroke: float
    """Width of the printed line, mm."""
    fill: float
    """Share of the enclosed rectangle that the outline encloses: 1 rectangle, 0.785 ellipse."""
    alone: bool
    """Whether the line belongs to nothing else: false for a cell of a table."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A long straight printed line: its middle runs ``at`` (mm) from ``start`` to ``end``."""

    across: bool
    at: float
    start: float
    end: float
    width: float


class Print:
    """The print of one face; everything is measured when first asked for."""

    def __init__(self, blank: Blank) -> None:
        self.blank = blank
        self.dark = _darkness(blank.picture, blank.density)

    def ink(self, level: int = PLAIN) -> Mask:
        """1 where it is printed."""
        return np.asarray(cv2.threshold(self.dark, level - 1, 1, cv2.THRESH_BINARY)[1], np.uint8)

    @property
    def finest(self) -> tuple[Grey, float]:
        """The picture with the most pixels, and how many a mm."""
        fine = self.blank.fine
        return (fine, self.blank.fine_density) if fine is not None else (self.blank.picture, self.blank.density)

    def on_white(self) -> Grey:
        """The print as dark as it is on paper that is white and without grain, as a reference is best."""
        print_alone = np.clip(self.dark.astype(np.float32) - GRAIN, 0, None) * (255 / (255 - GRAIN))
        return np.asarray(255 - print_alone.round(), np.uint8)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        found: list[Rule] = []
        for across in (True, False):
            found += _rules(self, across)
        return tuple(found)

    @cached_property
    def black_fields(self) -> tuple[Box, ...]:
        """Headings printed white on black."""
        return tuple(self.blank.box(x, y, x + w, y + h) for x, y, w, h in _black_fields(self.ink(), self.blank.density))

    @cached_property
    def pictures(self) -> tuple[Box, ...]:
        """Logos and photographs: pieces of ink too large and too full to be letters."""
        d = self.blank.density
        _, _, stats, _ = cv2.connectedComponentsWithStats(self.ink(), connectivity=8)
        found = []
        for x, y, w, h, area in stats[1:]:
            box = self.blank.box(int(x), int(y), int(x + w), int(y + h))
            if min(w, h) >= PICTURE_MM * d and area >= PICTURE_SHARE * w * h and box.w < 0.6 * self.blank.size.w:
                found.append(box)
        fields = self.black_fields
        return tuple(b for b in found if not any(f.overlaps(b) for f in fields))

    @cached_property
    def borders(self) -> tuple[Rule, ...]:
        """The rules, and the lower edges of black headings, which part as rules do."""
        return (*self.rules, *(Rule(True, f.bottom, f.x, f.right, 0.1) for f in self.black_fields))

    @cached_property
    def outlines(self) -> tuple[Outline, ...]:
        """Closed outlines that enclose 1.5 mm to a page, each once."""
        found: list[Outline] = []
        for level in LEVELS:
            for outline in _outlines(self, level):
                if not any(_same(outline.box, other.box) for other in found):
                    found.append(outline)
        return tuple(sorted(found, key=lambda o: (o.box.y, o.box.x)))

    @cached_property
    def bars(self) -> tuple[Box, ...]:
        """Solid upright rectangles from 1 to 15 mm, whole or cut by the paper's edge."""
        d = self.blank.density
        _, _, stats, _ = cv2.connectedComponentsWithStats(self.ink(SOLID), connectivity=4)
        boxes = []
        for x, y, w, h, area in stats[1:]:
            if area > 0.85 * w * h and 0.7 * d <= min(w, h) and max(w, h) <= 15 * d:
                boxes.append(self.blank.box(int(x), int(y), int(x + w), int(y + h)))
        return tuple(boxes)

    @cached_property
    def text_ink(self) -> Mask:
        """The ink without rules, bars and what is larger than letters; on black fields what is white."""
        d = self.blank.density
        ink = self.ink()
        if self.black_fields:
            black = self.black_at(ink.shape, d)
            ink[black] = 1 - ink[black]
        _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
        large = np.maximum(stats[:, cv2.CC_STAT_WIDTH], 1.5 * stats[:, cv2.CC_STAT_HEIGHT]) > RULE_MM * d
        large[0] = True
        return np.asarray((~large[labels]).astype(np.uint8), np.uint8)

    def black_at(self, shape: tuple[int, ...], density: float) -> NDArray[np.bool_]:
        """Which pixels of a picture lie in black fields."""
        black = np.zeros(shape, np.bool_)
        for field in self.black_fields:
            y0, y1, x0, x1 = (max(0, round(v * density)) for v in (field.y, field.bottom, field.x, field.right))
            black[y0:y1, x0:x1] = True
        return black

    def without(self, boxes: list[Box], grow: float) -> tuple[Grey, float]:
        """The finest picture with rules and ``boxes`` painted white, so that only text is left; its pixels per mm."""
        finest, d = self.finest
        picture = finest.copy()
        black = self.black_at(picture.shape, d)
        picture[black] = 255 - picture[black]
        paper = int(np.percentile(picture[::8, ::8], 80))
        for rule in self.rules:
            half = rule.width / 2 + 0.15
            low, high = rule.at - half, rule.at + half
            box = (
                Box(rule.start, low, rule.end - rule.start, high - low)
                if rule.across
                else Box(low, rule.start, high - low, rule.end - rule.start)
            )
            _paint(picture, box, d, paper)
        for box in boxes:
            _paint(picture, box.grown(grow), d, paper)
        return picture, d


def _black_fields(ink: Mask, density: float) -> list[tuple[int, int, int, int]]:
    """Places that are printed white on black: headings of tables."""
    k = round(BLACK_MM * density) | 1
    share = cv2.blur(ink.astype(np.float32), (k, k))
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.asarray((share > 0.6).astype(np.uint8), np.uint8))
    grow = k // 4
    fields = []
    for x, y, w, h, area in stats[1:]:
        if area > BLACK_MM2 * density**2:
            fields.append((max(0, int(x) - grow), max(0, int(y) - grow), int(w) + 2 * grow, int(h) + 2 * grow))
    return fields


def _paint(picture: Grey, box: Box, density: float, tone: int) -> None:
    y0, y1, x0, x1 = (max(0, round(v * density)) for v in (box.y, box.bottom, box.x, box.right))
    picture[y0:y1, x0:x1] = tone


def _darkness(picture: Grey, density: float) -> Grey:
    """0 on paper to 255 on black, against the paper near by; a black heading is dark all over."""
    small = cv2.resize(picture, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    k = max(3, round(8 * density / 8)) | 1
    level = cv2.blur(cv2.dilate(small, np.ones((k, k), np.uint8)), (k, k))
    level = np.maximum(level, int(0.7 * np.percentile(small, 80)))
    paper = cv2.resize(level, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.bitwise_not(cv2.divide(picture, paper, scale=255.0)), np.uint8)


def _same(a: Box, b: Box) -> bool:
    return max(abs(a.x - b.x), abs(a.y - b.y), abs(a.right - b.right), abs(a.bottom - b.bottom)) < 0.8


def _rules(page: Print, across: bool) -> list[Rule]:
    d = page.blank.density
    ink = page.ink(LEVELS[0])
    if page.black_fields:
        # between white words black is no line
        ink[page.black_at(ink.shape, d)] = 0
    ink = ink if across else np.ascontiguousarray(ink.T)
    length = round(RULE_MM * d)
    kept = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    # a line that wanders over a pixel row comes in pieces that overlap
    kept = cv2.morphologyEx(kept, cv2.MORPH_CLOSE, np.ones((1, round(3 * d)), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.asarray(kept, np.uint8), connectivity=8)
    found = []
    for x, y, w, h, area in stats[1:]:
        if area / w <= RULE_WIDTH_MM * d and h <= 2 * RULE_WIDTH_MM * d:
            found.append(Rule(across, float(y + h / 2) / d, float(x) / d, float(x + w) / d, float(area / w / d)))
    return found


def _outlines(page: Print, level: int) -> list[Outline]:
    d, blank = page.blank.density, page.blank
    contours, tree = cv2.findContours(page.ink(level), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    if tree is None:
        return []
    links = np.asarray(tree)[0]
    found = []
    for i, contour in enumerate(contours):
        parent = int(links[i][3])
        if parent < 0:
            continue
        # the border of a hole runs over the ink round it: the hole begins a pixel further in
        x, y, w, h = cv2.boundingRect(contour)
        left, top, right, bottom = x + 1, y + 1, x + w - 1, y + h - 1
        if min(right - left, bottom - top) < 1.5 * d:
            continue
        area = cv2.contourArea(contour)
        outer = cv2.boundingRect(contours[parent])
        around = (left - outer[0], top - outer[1], outer[0] + outer[2] - right, outer[1] + outer[3] - bottom)
        alone = max(around) <= 1.3 * d and max(around) - min(around) <= 0.5 * d
        stroke = float(np.median(around)) if alone else _stroke(page, (left, top, right, bottom), level)
        half = stroke / 2
        box = blank.box(left - half, top - half, right + half, bottom + half)
        # the contour runs half a pixel outside the hole's own pixels on every side
        fill = area / max(1.0, float((w - 1) * (h - 1)))
        found.append(Outline(box, stroke / d, float(fill), alone))
    return found


def _stroke(page: Print, hole: tuple[int, int, int, int], level: int) -> float:
    """Pixels of the thinnest line round a cell, looked at in the middles of its sides."""
    left, top, right, bottom = hole
    middle_x, middle_y = (left + right) // 2, (top + bottom) // 2
    far = round(RULE_WIDTH_MM * page.blank.density)
    runs = (
        page.dark[middle_y, max(0, left - far) : left][::-1],
        page.dark[middle_y, right : right + far],
        page.dark[max(0, top - far) : top, middle_x][::-1],
        page.dark[bottom : bottom + far, middle_x],
    )
    widths = [int(np.argmax(np.append(run < level, True))) for run in runs]
    return float(min((w for w in widths if w), default=1))
