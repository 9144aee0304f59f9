"""The ways a hand moves over a printed name: curves in millimetres, before any ink."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.simulate.voters import Way
from pipeline.geometry import Box

Curve = NDArray[np.float64]
"""(n, 2) places in mm, in the order of drawing, about 0.3 mm apart."""

STEP_MM = 0.3


@dataclass(frozen=True, slots=True)
class Hand:
    """What stays the same while one person draws."""

    tremor: float
    """Root mean square of the shake, mm."""
    lift: float
    """Aims this much below (+) or above (-) the middle, as a share of the line's height."""
    tilt: float
    """Slope of lines meant to be level."""
    overshoot: float
    """Mean mm drawn beyond the name at either end."""
    bow: float
    """Sag of a long line, mm."""
    from_title: bool
    """Whether this hand starts at the title before the name."""


def draw_hand(rng: np.random.Generator) -> Hand:
    """A person's hand; one in twelve shakes visibly."""
    shaky = rng.random() < 0.08
    return Hand(
        tremor=float(rng.uniform(0.25, 0.45) if shaky else rng.gamma(3.0, 0.03)),
        lift=float(np.clip(rng.normal(0.02, 0.08), -0.2, 0.2)),
        tilt=float(rng.normal(0.0, 0.012)),
        overshoot=float(rng.gamma(2.0, 0.9)),
        bow=float(rng.normal(0.0, 0.25)),
        from_title=bool(rng.random() < 0.4),
    )


def resampled(points: Sequence[tuple[float, float]] | Curve, step: float = STEP_MM) -> Curve:
    """The polyline through ``points`` with places about ``step`` mm apart."""
    corners = np.asarray(points, np.float64)
    lengths = np.hypot(*np.diff(corners, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    at = np.linspace(0.0, along[-1], max(2, int(along[-1] / step) + 1))
    return np.stack([np.interp(at, along, corners[:, k]) for k in (0, 1)], axis=1)


def shaken(curve: Curve, rng: np.random.Generator, tremor: float) -> Curve:
    """The curve with the low-frequency shake of a hand."""
    n = len(curve)
    if n < 4 or tremor <= 0:
        return curve
    knots = max(3, int(n * STEP_MM / 3.0) + 2)
    at = np.linspace(0, knots - 1, n)
    slow = np.stack([np.interp(at, np.arange(knots), rng.normal(0, tremor, knots)) for _ in (0, 1)], axis=1)
    kernel = np.array([0.25, 0.5, 0.25])
    slow = np.stack([np.convolve(np.pad(slow[:, k], 1, mode="edge"), kernel, "valid") for k in (0, 1)], axis=1)
    return curve + slow + rng.normal(0, tremor * 0.08, curve.shape)


def smoothed(curve: Curve, passes: int) -> Curve:
    """The curve with rounded corners, ends kept."""
    kernel = np.array([0.25, 0.5, 0.25])
    for _ in range(passes):
        inner = np.stack([np.convolve(curve[:, k], kernel, "valid") for k in (0, 1)], axis=1)
        curve = np.concatenate([curve[:1], inner, curve[-1:]])
    return curve


def _ends(rng: np.random.Generator, box: Box, hand: Hand) -> tuple[float, float]:
    """Where a stroke meant for the whole width starts and ends: seldom exactly at the letters."""
    shy = 0.02 * box.w
    left = box.x - min(rng.gamma(2.0, hand.overshoot / 2 + 0.1), 7.0) + (shy if rng.random() < 0.15 else 0)
    right = box.right + min(rng.gamma(2.0, hand.overshoot / 2 + 0.1), 9.0) - (shy if rng.random() < 0.15 else 0)
    return float(left), float(right)


def _level(rng: np.random.Generator, box: Box, hand: Hand, x0: float, x1: float, lift: float = 0.0) -> Curve:
    y = box.y + box.h * (0.54 + hand.lift + lift) + rng.normal(0, 0.04 * box.h)
    n = max(4, int((x1 - x0) / STEP_MM))
    t = np.linspace(0, 1, n)
    rise = float(np.clip(hand.tilt * (x1 - x0), -0.3 * box.h, 0.3 * box.h))
    bow = float(np.clip(hand.bow, -0.2 * box.h, 0.2 * box.h))
    return np.stack([x0 + t * (x1 - x0), y + (t - 0.5) * rise + bow * 4 * t * (1 - t)], axis=1)


def horizontal(rng: np.random.Generator, box: Box, hand: Hand) -> list[Curve]:
    return [_level(rng, box, hand, *_ends(rng, box, hand))]


def double(rng: np.random.Generator, box: Box, hand: Hand) -> list[Curve]:
    gap = rng.uniform(0.2, 0.4)
    upper = _level(rng, box, hand, *_ends(rng, box, hand), lift=-gap / 2)
    lower = _level(rng, box, hand, *_ends(rng, box, hand), lift=gap / 2)
    return [upper, lower[::-1] if rng.random() < 0.3 else lower]


def _slanting(rng: np.random.Generator, box: Box, hand: Hand, up: bool) -> Curve:
    x0, x1 = _ends(rng, box, hand)
    high, low = box.y + box.h * rng.uniform(0.02, 0.2), box.y + box.h * rng.uniform(0.82, 1.0)
    y0, y1 = (low, high) if up else (high, low)
    # straight through the corners of the name, and on beyond them at the same slope
    slope = (y1 - y0) / box.w
    points = [(x0, y0 + slope * (x0 - box.x)), (x1, y1 + slope * (x1 - box.right))]
    return resampled(points)


def oblique(rng: np.random.Generator, box: Box, hand: Hand) -> list[Curve]:
    return [_slanting(rng, box, hand, rng.random() < 0.8)]


def cross(rng: np.random.Generator, box: Box, hand: Hand) -> list[Curve]:
    return [_slanting(rng, box, hand, True), _slanting(rng, box, hand, False)]


def wavy(rng: np.random.Generator, box: Box, hand: Hand) -> list[Curve]:
    line = _level(rng, box, hand, *_ends(rng, box, hand))
    wave, height = rng.uniform(3.0, 8.0), box.h * rng.uniform(0.18, 0.42)
    phase = rng.uniform(0, 2 * np.pi)
    beat = 1 + 0.15 * np.sin(line[:, 0] / 11.0 + phase)
    line[:, 1] += height * np.sin(2 * np.pi * line[:, 0] * beat / wave + phase)
    return [line]


def verticals(rng: np.random.Generator, box: Box, _hand: Hand) -> list[Curve]:
    spacing, lean = rng.uniform(2.2, 5.0), rng.normal(0.2, 0.25)
    x0, x1 = box.x + rng.uniform(-0.5, 0.02 * box.w), box.right + rng.uniform(-0.02 * box.w, 1.0)
    strokes = []
    places = np.linspace(x0, x1, max(3, int((x1 - x0) / spacing) + 1))
    for x in places + rng.normal(0, 0.08 * spacing, len(places)):
        top = box.y - rng.uniform(-0.1, 0.25) * box.h
        bottom = box.bottom + rng.uniform(-0.1, 0.25) * box.h
        reach = lean * (bottom - top) / 2
        strokes.append(resampled([(x + reach, top), (x - reach, bottom)]))
    return strokes


def _sawtooth(box: Box, x0: float, x1: float, wave: float, low: float, high: float) -> list[tuple[float, float]]:
    count = max(3, int((x1 - x0) / wave * 2))
    xs = np.linspace(x0, x1, count)
    ys = [box.y + box.h * (high if i % 2 else low) for i in range(count)]
    return list(zip(xs.tolist(), ys, strict=True))


def zigzag(rng: np.random.Generator, box: Box, hand: Hand) -> list[Curve]:
    x0, x1 = _ends(rng, box, hand)
    points = _sawtooth(box, x0, x1, rng.uniform(2.2, 5.5), rng.uniform(-0.05, 0.2), rng.uniform(0.8, 1.05))
    jitter = np.asarray(points) + rng.normal(0, 0.07 * box.h, (len(points), 2))
    return [smoothed(resampled(jitter), int(rng.integers(0, 3)))]


def scribble(rng: np.random.Generator, box: Box, hand: Hand) -> list[Curve]:
    """Loops to and fro along the name."""
    x0, x1 = _ends(rng, box, hand)
    loops = max(5, int((x1 - x0) / rng.uniform(1.6, 3.2)))
    t = np.linspace(0, 1, max(20, int(loops * 16)))
    radius = box.h * rng.uniform(0.3, 0.5)
    middle = box.y + box.h * (0.52 + hand.lift / 2)
    growth = 0.75 + 0.25 * np.sin(2 * np.pi * 3 * t + rng.uniform(0, 6))
    uneven = np.interp(t, np.linspace(0, 1, loops + 1), rng.normal(0, 0.09, loops + 1))
    turn = 2 * np.pi * (loops * t + uneven)
    growth *= 1 + 2.0 * np.roll(uneven, 8)
    xs = x0 + radius + t * (x1 - x0 - 2 * radius) + radius * 1.4 * np.cos(turn) * growth
    return [resampled(np.stack([xs, middle + radius * np.sin(turn) * growth], axis=1))]


def black_out(rng: np.random.Generator, box: Box, hand: Hand) -> list[Curve]:
    """Dense strokes to and fro until hardly a letter shows."""
    x0, x1 = _ends(rng, box, hand)
    points = _sawtooth(box, x0, x1, rng.uniform(0.7, 1.2), rng.uniform(0.0, 0.15), rng.uniform(0.85, 1.0))
    dense = np.asarray(points) + rng.normal(0, 0.05 * box.h, (len(points), 2))
    back = _level(rng, box, hand, x0, x1, lift=rng.uniform(-0.15, 0.15))
    return [resampled(dense), back]


def snake(rng: np.random.Generator, boxes: Sequence[Box], hand: Hand) -> list[Curve]:
    """One line through all ``boxes`` without lifting the pen: along one name, back, along the next."""
    curve: list[Curve] = []
    backwards = False
    zed = rng.random() < 0.5  # a Z draws every line from the left and returns slanting between the names
    for box in boxes:
        line = _level(rng, box, hand, *_ends(rng, box, hand))
        curve.append(line[::-1] if backwards else line)
        backwards = (not backwards) if not zed else False
    return [smoothed(resampled(np.concatenate(curve)), 3)]


def sweep(rng: np.random.Generator, boxes: Sequence[Box], shape: int) -> list[Curve]:
    """One stroke over several names that follows none of them: a diagonal, a bracket, or a big X."""
    first, last = boxes[0], boxes[-1]
    left = min(b.x for b in boxes) + rng.uniform(0, 6)
    right = min(b.right for b in boxes) - rng.uniform(0, 6)
    top, bottom = first.y - rng.uniform(-0.5, 1.0), last.bottom + rng.uniform(-0.5, 1.0)
    if shape == 1:
        middle = (left + right) / 2
        bend = (right - left) * rng.uniform(0.2, 0.4)
        t = np.linspace(-1, 1, 60)
        return [np.stack([middle + bend * (1 - t**4), (top + bottom) / 2 + t * (bottom - top) / 2], axis=1)]
    down = resampled([(left, top), (right, bottom)])
    up = resampled([(left, bottom), (right, top)])
    return [down, up] if shape == 2 else [up if rng.random() < 0.5 else down]


def span(rng: np.random.Generator, box: Box, hand: Hand, start: float, end: float, way: Way) -> list[Curve]:
    """A line over the part ``start`` … ``end`` (shares of the width) of the name."""
    part = Box(box.x + start * box.w, box.y, (end - start) * box.w, box.h)
    line = _level(rng, part, hand, part.x, part.right)
    if way == "wavy":
        line[:, 1] += 0.25 * box.h * np.sin(2 * np.pi * (line[:, 0] - part.x) / rng.uniform(3, 6))
    return [line]


def circle(rng: np.random.Generator, box: Box, room: float) -> list[Curve]:
    """A ring round the name; ``room``: mm free above and below it."""
    pad_x, pad_y = rng.uniform(1.5, 4.0), min(rng.uniform(0.3, 1.6), max(0.3, room * 0.7))
    start = rng.uniform(0, 2 * np.pi)
    turn = np.linspace(start, start + 2 * np.pi * rng.uniform(0.93, 1.12), 160)
    power = rng.uniform(0.45, 0.75)  # between an ellipse (1) and a box (0)
    cos, sin = np.cos(turn), np.sin(turn)
    drift = np.linspace(0, rng.normal(0, 0.4), len(turn))
    x = box.centre[0] + (box.w / 2 + pad_x) * np.sign(cos) * np.abs(cos) ** power
    y = box.centre[1] + (box.h / 2 + pad_y) * np.sign(sin) * np.abs(sin) ** power + drift
    return [resampled(np.stack([x, y], axis=1))]


def beneath(rng: np.random.Generator, box: Box, hand: Hand, half_width: float, above: bool) -> list[Curve]:
    """An underline, or an overline; most touch the half millimetre round the name."""
    gap = half_width + float(np.clip(rng.normal(0.2, 0.25), -0.1, 1.1))
    x0, x1 = box.x - rng.uniform(-3, 3), box.right + rng.uniform(-3, 3)
    y = box.y - gap if above else box.bottom + gap
    t = np.linspace(0, 1, max(4, int((x1 - x0) / STEP_MM)))
    return [np.stack([x0 + t * (x1 - x0), y + (t - 0.5) * hand.tilt * 8], axis=1)]


def sign(rng: np.random.Generator, at: tuple[float, float], size: float) -> list[Curve]:
    """A tick, a cross, a plus, a dash, a ring, a star or a figure, as people put beside a name."""
    x, y, s = at[0], at[1], size / 2
    t = np.linspace(0, 2 * np.pi, 30)
    shapes: list[list[Sequence[tuple[float, float]]]] = [
        [[(x - s, y), (x - 0.3 * s, y + s), (x + s, y - s)]],
        [[(x - s, y), (x - 0.3 * s, y + s), (x + s, y - s)]],
        [[(x - s, y - s), (x + s, y + s)], [(x + s, y - s), (x - s, y + s)]],
        [[(x - s, y), (x + s, y)], [(x, y - s), (x, y + s)]],
        [[(x - s, y), (x + s, y)]],
        [[(x + s * np.cos(a), y + s * np.sin(a)) for a in t]],
        [
            [(x, y - s), (x, y + s)],
            [(x - s, y - s / 2), (x + s, y + s / 2)],
            [(x + s, y - s / 2), (x - s, y + s / 2)],
        ],
        [[(x - 0.4 * s, y - 0.5 * s), (x + 0.1 * s, y - s), (x + 0.1 * s, y + s)]],
    ]
    chosen = shapes[int(rng.integers(len(shapes)))]
    return [smoothed(resampled(part), 1) for part in chosen]


WholeName = Callable[[np.random.Generator, Box, Hand], list[Curve]]

WHOLE_NAME: dict[Way, WholeName] = {
    "horizontal": horizontal,
    "double": double,
    "oblique": oblique,
    "wavy": wavy,
    "x": cross,
    "verticals": verticals,
    "scribble": scribble,
    "zigzag": zigzag,
    "black_out": black_out,
}
