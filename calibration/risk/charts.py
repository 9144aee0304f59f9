"""Charts of a calibration as pictures: margins of right and wrong readings, asked against risk, bounds reached."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.forms.fonts import font_file
from pipeline.messages import Language, number

WIDTH, HEIGHT = 900, 420
LEFT, RIGHT, TOP, BOTTOM = 90, 30, 46, 64
INK, GRID = (30, 30, 30), (222, 222, 222)
BLUE, RED, GREEN, GREY = (38, 92, 160), (190, 30, 45), (20, 120, 70), (130, 130, 130)
BINS = 50
Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis shows: its label, its ends, and whether it is logarithmic."""

    label: str
    low: float
    high: float
    log: bool = False

    def share(self, value: float) -> float:
        """Where between the ends a value lies, 0 to 1; clipped."""
        low, high = self._of(self.low), self._of(self.high)
        return min(1.0, max(0.0, (self._of(value) - low) / (high - low)))

    def _of(self, value: float) -> float:
        return math.log10(max(value, 1e-12)) if self.log else value

    def ticks(self) -> list[float]:
        if self.log:
            first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
            return [10.0**e for e in range(first, last + 1)]
        rough = (self.high - self.low) / 6
        size = 10 ** math.floor(math.log10(rough))
        step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [round(i * step, 9) for i in range(first, last + 1)]


class Chart:
    """A picture with two axes on which points, bars and lines are drawn in the axes' units."""

    def __init__(self, title: str, across: Axis, up: Axis, lang: Language) -> None:
        self.across, self.up, self.lang = across, up, lang
        self.image = Image.new("RGB", (WIDTH, HEIGHT), (255, 255, 255))
        self.draw = ImageDraw.Draw(self.image)
        self.draw.text((LEFT, 10), title, INK, _font(19, bold=True))
        self._axes()

    def x(self, value: float) -> float:
        return LEFT + self.across.share(value) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - self.up.share(value) * (HEIGHT - TOP - BOTTOM)

    def _axes(self) -> None:
        small = _font(15)
        for tick in self.up.ticks():
            self.draw.line([(LEFT, self.y(tick)), (WIDTH - RIGHT, self.y(tick))], GRID)
            self.draw.text((LEFT - 8, self.y(tick)), _number(tick, self.lang), INK, small, anchor="rm")
        for tick in self.across.ticks():
            self.draw.line([(self.x(tick), HEIGHT - BOTTOM), (self.x(tick), HEIGHT - BOTTOM + 5)], INK)
            self.draw.text((self.x(tick), HEIGHT - BOTTOM + 8), _number(tick, self.lang), INK, small, anchor="ma")
        self.draw.line([(LEFT, TOP), (LEFT, HEIGHT - BOTTOM), (WIDTH - RIGHT, HEIGHT - BOTTOM)], INK)
        self.draw.text(((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12), self.across.label, INK, small, anchor="ms")
        label = Image.new("RGB", (HEIGHT, 22), (255, 255, 255))
        ImageDraw.Draw(label).text((HEIGHT / 2, 11), self.up.label, INK, small, anchor="mm")
        self.image.paste(label.rotate(90, expand=True), (4, 0))

    def bar(self, left: float, right: float, height: float, colour: Colour) -> None:
        if height > 0:
            top = min(self.y(height), HEIGHT - BOTTOM - 2)
            self.draw.rectangle([self.x(left), top, self.x(right) - 1, HEIGHT - BOTTOM], colour)

    def upright(self, at: float, text: str, colour: Colour, row: int = 0) -> None:
        """A dashed line up the chart with a word at its head."""
        x = self.x(at)
        for y in range(TOP, HEIGHT - BOTTOM, 9):
            self.draw.line([(x, y), (x, y + 5)], colour, 2)
        right = x > WIDTH - 260
        place = (x - 5 if right else x + 5, TOP + 4 + 20 * row)
        self.draw.text(place, text, colour, _font(15), anchor="ra" if right else "la")

    def curve(self, points: Sequence[tuple[float, float]], colour: Colour) -> None:
        places = [(self.x(a), self.y(b)) for a, b in points]
        if len(places) > 1:
            self.draw.line(places, colour, 2)
        for x, y in places:
            self.draw.ellipse([x - 4, y - 4, x + 4, y + 4], colour)

    def ring(self, at: tuple[float, float], colour: Colour) -> None:
        x, y = self.x(at[0]), self.y(at[1])
        self.draw.ellipse([x - 9, y - 9, x + 9, y + 9], outline=colour, width=3)


def _font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font_file("bold" if bold else "regular")), size)


def _number(value: float, lang: Language) -> str:
    if abs(value) >= 1e3:
        return number(value, ",.0f", lang)
    return number(value, ".3g" if abs(value) >= 1e-3 or value == 0 else ".0e", lang)


@dataclass(frozen=True, slots=True)
class Words:
    """The words on the charts, in the reader's language."""

    margin: str
    readings: str
    right: str
    wrong: str
    least: str
    bound: str
    asked: str
    chosen: str
    language: Language


def margins_chart(
    title: str, right: NDArray[np.float64], wrong: NDArray[np.float64], least: float, words: Words
) -> Image.Image:
    """How many right (blue) and wrong (red) readings lie at which margin; the count is logarithmic."""
    whole = np.concatenate([right, wrong, [0.0, least]])
    low = -0.5 if (whole < 0).any() else 0.0
    high = max(float(np.quantile(whole, 0.999)), 0.1) * 1.02
    edges = np.linspace(low, high, BINS + 1)
    counts = [np.histogram(np.clip(some, low, high), edges)[0] for some in (right, wrong)]
    most = max(10.0, float(counts[0].max()) * 1.5)
    chart = Chart(title, Axis(words.margin, low, high), Axis(words.readings, 0.5, most, log=True), words.language)
    for some, colour in zip(counts, (BLUE, RED), strict=True):
        for i, count in enumerate(some):
            width = edges[i + 1] - edges[i]
            left = edges[i] if colour == BLUE else edges[i] + 0.25 * width
            chart.bar(left, edges[i + 1] if colour == BLUE else edges[i + 1] - 0.25 * width, float(count), colour)
    chart.upright(least, words.least, GREEN)
    chart.draw.text((WIDTH - RIGHT, 14), f"■ {words.right}", BLUE, _symbols(), anchor="ra")
    chart.draw.text((WIDTH - RIGHT - 130, 14), f"■ {words.wrong}", RED, _symbols(), anchor="ra")
    return chart.image


def _symbols() -> ImageFont.FreeTypeFont:
    return _font(16)


def asked_chart(
    title: str, points: Sequence[tuple[float, float]], chosen: tuple[float, float], target: float, words: Words
) -> Image.Image:
    """The share asked (percent) at each threshold against the risk that is shown there."""
    risks = [risk for risk, _ in points] + [target]
    low, high = 10 ** math.floor(math.log10(min(risks))), 10 ** math.ceil(math.log10(max(risks)) + 1e-9)
    most = max(1.0, max(asked for _, asked in points) * 1.08)
    chart = Chart(title, Axis(words.bound, low, high, log=True), Axis(words.asked, 0.0, most), words.language)
    chart.curve(points, BLUE)
    chart.ring(chosen, GREEN)
    chart.upright(target, words.chosen, RED)
    return chart.image


def bounds_chart(title: str, rows: Sequence[tuple[str, float, bool]], target: float, words: Words) -> Image.Image:
    """The bound reached for each value beside the chosen risk: green where it is shown, grey where not."""
    low = 10 ** math.floor(math.log10(min([b for _, b, _ in rows] + [target])))
    chart = Chart(title, Axis(words.bound, low, 1.0, log=True), Axis("", 0.0, float(len(rows))), words.language)
    chart.draw.rectangle([0, TOP - 6, LEFT - 1, HEIGHT - BOTTOM + 10], (255, 255, 255))
    chart.draw.rectangle([LEFT + 1, TOP - 6, WIDTH - RIGHT, HEIGHT - BOTTOM - 1], (255, 255, 255))
    tall = (HEIGHT - BOTTOM - TOP) / max(1, len(rows))
    for i, (name, bound, shown) in enumerate(rows):
        top = TOP + i * tall
        end = chart.x(bound)
        chart.draw.rectangle([LEFT + 1, top + 0.2 * tall, end, top + 0.8 * tall], GREEN if shown else GREY)
        place = (max(end, chart.x(target)) + 10, top + tall / 2)
        right = place[0] > 0.75 * WIDTH
        said = f"{name}: {number(bound, '.2g', words.language)}"
        beside, anchor, colour = (end - 8, "rm", (255, 255, 255)) if right else (place[0], "lm", INK)
        chart.draw.text((beside, place[1]), said, colour, _font(17), anchor=anchor)
    chart.upright(target, "", RED)
    chart.draw.text((WIDTH - RIGHT, 14), f"┆ {words.chosen}", RED, _font(16), anchor="ra")
    return chart.image
