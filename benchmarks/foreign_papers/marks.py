"""The marks that people put into targets and through names, and what is true of a target when all are drawn."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import cv2
import numpy as np

from benchmarks.foreign_papers.blank import Place
from benchmarks.foreign_papers.draw import Draw, Points
from benchmarks.foreign_papers.ink import InkedPage, Pen, blurred

MarkKind = Literal["filled", "tick", "x", "slash", "dash", "dot", "number", "circle"]
StrikeKind = Literal["line", "double", "wavy", "zigzag", "crossed", "partial", "underline", "ring"]
Truth = Literal["marked", "unmarked", "ambiguous"]

DELIBERATE = frozenset(
    ("filled", "tick", "x", "slash", "dash", "dot", "number", "line", "double", "wavy", "zigzag", "crossed")
)
LARGE_MM = 11
"""In a target larger than this a mark is as large as a hand makes it, not as the target."""
DIGITS: dict[str, list[list[tuple[float, float]]]] = {
    "1": [[(0.3, 0.25), (0.55, 0), (0.55, 1)]],
    "2": [[(0.1, 0.25), (0.3, 0.02), (0.65, 0.02), (0.85, 0.25), (0.7, 0.5), (0.1, 1), (0.9, 1)]],
    "3": [[(0.15, 0.1), (0.5, 0), (0.8, 0.2), (0.45, 0.47), (0.85, 0.72), (0.5, 1), (0.1, 0.9)]],
    "4": [[(0.6, 0), (0.1, 0.65), (0.95, 0.65)], [(0.65, 0.4), (0.65, 1)]],
    "5": [[(0.85, 0), (0.25, 0), (0.2, 0.45), (0.6, 0.4), (0.85, 0.65), (0.6, 0.98), (0.1, 0.95)]],
    "6": [[(0.75, 0), (0.3, 0.4), (0.15, 0.75), (0.5, 1), (0.85, 0.75), (0.5, 0.52), (0.2, 0.7)]],
    "7": [[(0.1, 0), (0.9, 0), (0.4, 1)]],
    "8": [[(0.75, 0.15), (0.4, 0), (0.2, 0.25), (0.75, 0.65), (0.5, 1), (0.15, 0.75), (0.75, 0.2)]],
    "9": [[(0.8, 0.3), (0.45, 0.5), (0.2, 0.25), (0.5, 0), (0.8, 0.2), (0.75, 1)]],
}
"""Strokes within a box of one by one."""


@dataclass(frozen=True, slots=True)
class Aim:
    """Where a hand puts a mark: a middle, the half axes to fill, the mark's size, and the target itself."""

    x: float
    y: float
    half: tuple[float, float]
    size: float
    place: Place
    target: int | None

    @property
    def large(self) -> bool:
        return _is_large(self.place)


@dataclass
class Hand:
    """A person's pen on a page."""

    page: InkedPage
    pen: Pen
    draw: Draw

    def mark(self, place: Place, target: int | None, kind: MarkKind, digit: str = "") -> None:
        """Put one mark at ``place``; ``target``: the number of the target it is meant for."""
        marks: dict[MarkKind, Callable[[Aim], None]] = {
            "filled": self._fill, "tick": self._tick, "x": self._cross, "slash": self._slash, "dash": self._dash,
            "dot": self._dot, "circle": self._encircle, "number": lambda aim: self._write(aim, digit),
        }  # fmt: skip
        marks[kind](self._aim(place, target))

    def line(self, points: Sequence[tuple[float, float]] | Points, target: int | None = None) -> None:
        self.page.stroke(self.draw, points, self.pen, target)

    def wobbled(self, points: Sequence[tuple[float, float]], deviation: float) -> list[tuple[float, float]]:
        return [(self.draw.about(x, deviation), self.draw.about(y, deviation)) for x, y in points]

    def _aim(self, place: Place, target: int | None) -> Aim:
        small = min(place.w, place.h)
        large = _is_large(place)
        size = min(small, self.draw.between(7, 11)) if large else min(small, 9)
        off = (0.12 if large else 0.06) * small
        x, y = (self.draw.about(middle, off) for middle in place.middle)
        half = (size / 2, size / 2) if large else (place.w / 2, place.h / 2)
        return Aim(x, y, half, size, place, target)

    def _fill(self, aim: Aim) -> None:
        way = self.draw.one_of(("zigzag", "spiral", "level"), (5, 3, 3))
        cover, step = self.draw.between(0.8, 1.02), self.pen.width * self.draw.between(0.6, 1.5)
        if way == "spiral":
            self.line(self._spiral(aim, cover, step), aim.target)
            return
        turn = 0.0 if way == "level" else self.draw.between(0.4, 1.2) * self.draw.one_of((-1, 1))
        self.line(self._hatching(aim, cover, step, turn), aim.target)

    def _spiral(self, aim: Aim, cover: float, step: float) -> Points:
        turns = max(2, int(min(aim.half) / step) + 1)
        angle = np.linspace(0, turns * 2 * math.pi, turns * 26)
        out = np.linspace(0.1, 1, len(angle)) * cover * 0.92
        unit = np.stack([np.cos(angle), np.sin(angle)], 1) * out[:, None]
        return unit * aim.half + (aim.x, aim.y) + self.draw.rng.normal(0, 0.05, unit.shape)

    def _hatching(self, aim: Aim, cover: float, step: float, turn: float) -> list[tuple[float, float]]:
        """To and fro within the shape, ``turn`` radians off the level."""
        a, b = (cover * half for half in aim.half)
        shape = Place(-a, -b, 2 * a, 2 * b, aim.place.round)
        axes = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
        reach = math.hypot(*aim.half)
        along = np.linspace(-reach, reach, 80)
        points: list[tuple[float, float]] = []
        for row, across in enumerate(np.arange(-reach, reach, step)):
            within = along[shape.inside(np.stack([along, np.full_like(along, across)], 1) @ axes)]
            if len(within) < 2:
                continue
            ends = [self.draw.about(within[0], 0.12), self.draw.about(within[-1], 0.12)]
            for end, v in zip(ends if row % 2 else ends[::-1], (across, across + step / 2), strict=True):
                x, y = np.array([end, v]) @ axes + (aim.x, aim.y)
                points.append((float(x), float(y)))
        return points or [(aim.x, aim.y)]

    def _tick(self, aim: Aim) -> None:
        k = self.draw.between(0.75, 1.35) * max(aim.size, 2.6)
        way = [(-0.45, -0.05), (-0.12, 0.38), (0.55, -0.55)]
        self.line(self.wobbled([(aim.x + a * k, aim.y + b * k) for a, b in way], 0.04 * k), aim.target)

    def _cross(self, aim: Aim) -> None:
        y = self.draw.between(0.7, 1.2) * max(aim.size, 2.4) / 2
        x = y if aim.large else y * min(1.5, max(1, math.sqrt(aim.place.w / aim.place.h)))
        for side in (-1, 1):
            way = [(aim.x + side * x, aim.y - y), (aim.x + 0.05, aim.y), (aim.x - side * x, aim.y + y)]
            self.line(self.wobbled(way, 0.1 * y), aim.target)

    def _slash(self, aim: Aim) -> None:
        k = self.draw.between(0.7, 1.2) * max(aim.size, 2.6) / 2
        side = 0.7 * self.draw.one_of((1, 1, 1, -1))
        way = [(aim.x - k * side, aim.y + k), (aim.x + k * side, aim.y - k)]
        self.line(self.wobbled(way, 0.08 * k), aim.target)

    def _dash(self, aim: Aim) -> None:
        k = self.draw.between(0.75, 1.25) * (12 if aim.large else aim.place.w) / 2
        way = [(aim.x - k, aim.y), (aim.x, aim.y), (aim.x + k, aim.y)]
        self.line(self.wobbled(way, 0.06 * min(aim.place.w, aim.place.h)), aim.target)

    def _dot(self, aim: Aim) -> None:
        small = min(aim.place.w, aim.place.h)
        self.dot(aim.x, aim.y, self.draw.between(0.3, 1) if aim.large else self.draw.between(0.1, 0.5) * small / 2, aim)

    def dot(self, x: float, y: float, radius: float, aim: Aim | None = None) -> None:
        """Turn the pen round on the spot."""
        angle, out = np.linspace(0, 12, 40), np.linspace(0, radius, 40)
        points = np.stack([x + out * np.cos(angle), y + out * np.sin(angle)], 1)
        self.line(points, aim.target if aim else None)

    def _write(self, aim: Aim, digit: str) -> None:
        digit = digit[-1:] or str(self.draw.whole(1, 9))
        high = min(aim.size * self.draw.between(0.65, 1.05), 9)
        wide, slant = high * self.draw.between(0.5, 0.75), self.draw.between(-0.05, 0.25)
        for way in DIGITS[digit]:
            at = _smoothed(np.array(way)) if len(way) > 4 else np.array(way)
            x = aim.x + (at[:, 0] - 0.5 + slant * (0.5 - at[:, 1])) * wide
            self.line(np.stack([x, aim.y + (at[:, 1] - 0.5) * high], 1), aim.target)

    def _encircle(self, aim: Aim) -> None:
        more, place = self.draw.between(1.25, 1.8), aim.place
        radii = max(place.w * more / 2, place.w / 2 + 0.6), max(place.h * more / 2, place.h / 2 + 0.6)
        drift = self.draw.between(-0.08, 0.08)
        self.line(self.loop((aim.x, aim.y), radii, drift), aim.target)

    def loop(self, middle: tuple[float, float], radii: tuple[float, float], drift: float = 0.0) -> Points:
        """Nearly or more than once round, closing or opening by ``drift``."""
        angle = np.linspace(self.draw.between(-2, 0), self.draw.between(4.6, 6.0), 60)
        out = (1 + np.linspace(0, drift, 60))[:, None]
        return np.stack([np.cos(angle), np.sin(angle)], 1) * radii * out + middle

    def strike(self, place: Place, target: int, kind: StrikeKind) -> None:
        """A line through a name or near it; ``partial``, ``underline`` and ``ring`` are meant for no target."""
        ways: dict[StrikeKind, Callable[[Place], list[Points]]] = {
            "line": self._through, "double": self._twice_through, "wavy": self._waves, "zigzag": self._zigzag,
            "crossed": self._crossed, "partial": self._through_a_part, "underline": self._under, "ring": self._round,
        }  # fmt: skip
        meant = target if kind in DELIBERATE else None
        for points in ways[kind](place):
            self.line(points, meant)

    def _level(self, place: Place) -> float:
        return self.draw.about(place.y + 0.52 * place.h, 0.25)

    def _through(self, place: Place) -> list[Points]:
        between, x, w = self.draw.between, place.x, place.w
        ends = (x + between(-2, 0.06 * w), x + w / 2, x + w * between(0.92, 1.06))
        return [np.array([(end, self._level(place)) for end in ends])]

    def _twice_through(self, place: Place) -> list[Points]:
        between = self.draw.between

        def line(off: float) -> Points:
            ends = (place.x + between(-2, 1), place.x + place.w + between(-1, 2))
            return np.array([(end, self._level(place) + off) for end in ends])

        return [line(-0.5), line(0.6)]

    def _waves(self, place: Place) -> list[Points]:
        t = np.linspace(0, 1, 80)
        wave = self.draw.between(0.5, 1) * np.sin(t * self.draw.between(14, 34))
        return [np.stack([place.x - 1 + t * (place.w + 2), place.y + 0.52 * place.h + wave], 1)]

    def _zigzag(self, place: Place) -> list[Points]:
        t = np.linspace(0, 1, int(self.draw.between(8, 20)))
        off = np.where(np.arange(len(t)) % 2, 1.5, -1.5)
        return [np.stack([place.x + t * place.w, place.y + 0.52 * place.h + off], 1)]

    def _crossed(self, place: Place) -> list[Points]:
        (left, top), (right, bottom) = place.corners[0], place.corners[2]
        falling, rising = [(left, top + 0.2), (right, bottom - 0.2)], [(left, bottom - 0.2), (right, top + 0.2)]
        return [np.array(falling), np.array(rising)]

    def _through_a_part(self, place: Place) -> list[Points]:
        start = self.draw.between(0, 0.55)
        ends = (place.x + start * place.w, place.x + (start + self.draw.between(0.2, 0.42)) * place.w)
        return [np.array([(end, self._level(place)) for end in ends])]

    def _under(self, place: Place) -> list[Points]:
        low = place.y + place.h
        return [np.array([(x, low + self.draw.between(-0.3, 0.9)) for x in (place.x, place.x + place.w)])]

    def _round(self, place: Place) -> list[Points]:
        return [self.loop(place.middle, (place.w / 2 + 2, place.h / 2 + 1.2))]

    def erase(self, place: Place) -> None:
        """A pencil mark that was rubbed out: pale remains within a smudge."""
        before, pen, page = len(self.page.strokes), self.pen, self.page
        self.pen = Pen("pencil", self.draw.between(0.45, 0.7), self.draw.between(0.12, 0.3))
        kinds: tuple[MarkKind, ...] = ("filled", "x", "tick")
        self.mark(place, None, self.draw.one_of(kinds))
        self.pen = pen
        del page.strokes[before:]
        window = page.window(place.x - 1, place.y - 1, place.x + min(place.w, 12) + 1, place.y + min(place.h, 12) + 1)
        under = page.pixels[window]
        high, wide = under.shape[:2]
        smudge = np.zeros((high, wide), np.float32)
        axes = (int(wide * 0.4), int(high * 0.35))
        cv2.ellipse(smudge, (wide // 2, high // 2), axes, self.draw.between(-30, 30), 0, 360, 1.0, -1)
        smudge = blurred(smudge, 0.5 * page.per_mm) * self.draw.between(0.08, 0.28)
        share = (smudge * (1 + 0.3 * blurred(self.draw.noise(smudge.shape), 2)))[..., None]
        page.pixels[window] = under * (1 - share) + np.minimum(under, 100) * share

    def scrawl(self, x: float, y: float, length: float, high: float) -> None:
        """Words in a running hand."""
        right = x + length
        while x < right:
            wide = self.draw.between(3, 9)
            loops = int(wide / (high / 2)) + 1
            angle = np.linspace(0, loops * 2 * math.pi, loops * 24)
            tall = 1 + 0.6 * (self.draw.rng.random(len(angle)).cumsum() % 3 > 2)
            along = x + np.linspace(0, wide, len(angle)) + 0.35 * high * np.cos(angle)
            self.line(np.stack([along, y + 0.5 * high * np.sin(angle) * tall], 1))
            x += wide + self.draw.between(1, 2.5)


def _is_large(place: Place) -> bool:
    return max(place.w, place.h) > LARGE_MM


def _smoothed(way: Points) -> Points:
    at, corners = np.linspace(0, len(way) - 1, 40), np.arange(len(way))
    fine = np.stack([np.interp(at, corners, way[:, i]) for i in range(2)], 1)
    kernel = np.hanning(9) / np.hanning(9).sum()
    padded = np.pad(fine, ((4, 4), (0, 0)), "edge")
    return np.stack([np.convolve(padded[:, i], kernel, "valid") for i in range(2)], 1)


@dataclass
class Done:
    """What was done to the targets of a page, by their numbers.

    ``doubtful``: nobody could say; ``beside``: something was put close to them that is not meant for them.
    """

    kinds: dict[int, str] = field(default_factory=dict)
    doubtful: set[int] = field(default_factory=set)
    beside: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Measured:
    """Ink in a target: the share covered, mm of the strokes meant for it, mm to the nearest ink."""

    cover: float
    length: float
    distance: float


def measured(page: InkedPage, places: Sequence[Place]) -> list[Measured]:
    """What lies in each place."""
    inked = (page.ink > 0.3).astype(np.uint8)
    away = cv2.distanceTransform(1 - inked, cv2.DIST_L2, 5) / page.per_mm if inked.any() else np.full(inked.shape, 99.0)
    found = []
    for number, place in enumerate(places):
        rows, columns = page.window(*place.corners[0], *place.corners[2])
        y, x = np.mgrid[rows, columns]
        within = place.inside((np.stack([x, y], -1) + 0.5) / page.per_mm)
        length = sum(_length_inside(s.points, place) for s in page.strokes if s.target == number)
        if not within.any():
            found.append(Measured(0.0, length, 99.0))
            continue
        cover = float(inked[rows, columns][within].mean())
        found.append(Measured(cover, length, float(away[rows, columns][within].min())))
    return found


def _length_inside(points: Points, place: Place) -> float:
    steps = np.hypot(*np.diff(points, axis=0).T)
    return float(steps[place.inside(points)[:-1]].sum())


def truths(page: InkedPage, places: Sequence[Place], done: Done, pen: Pen, bitonal: bool, names: bool) -> list[Truth]:
    """What a person who sees the ink must call each target; ``names``: they are names to be struck out.

    A deliberate mark counts when it covers a fifth of its target or runs half its width inside; what a scanner in
    black and white may lose of a pale pencil is doubtful, as is foreign ink within half a millimetre of a target.
    """
    judged: list[Truth] = []
    for number, (place, ink) in enumerate(zip(places, measured(page, places), strict=True)):
        truth = _of_name(number, ink, done) if names else _of_target(number, place, ink, done)
        judged.append("ambiguous" if truth == "marked" and _may_vanish(pen, bitonal) else truth)
    return judged


def _of_name(number: int, ink: Measured, done: Done) -> Truth:
    if done.kinds.get(number) in DELIBERATE:
        return "marked"
    near = ink.distance <= (0.7 if number in done.beside else 0.5)
    return "ambiguous" if number in done.doubtful or near else "unmarked"


def _of_target(number: int, place: Place, ink: Measured, done: Done) -> Truth:
    kind = done.kinds.get(number, "")
    if number in done.doubtful or kind == "circle":
        return "ambiguous"
    if kind in DELIBERATE:
        long = ink.length >= 0.5 * place.w and kind != "dot"
        return "marked" if ink.cover >= 0.2 or long else "ambiguous"
    return "ambiguous" if ink.distance <= (1.5 if number in done.beside else 0.5) else "unmarked"


def _may_vanish(pen: Pen, bitonal: bool) -> bool:
    if pen.kind == "pencil":
        return pen.opacity < (0.8 if bitonal else 0.4)
    return bitonal and pen.kind == "red" and pen.opacity < 0.85
