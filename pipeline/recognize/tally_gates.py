"""Tally gates: upright bars, four of them closed by a stroke across; counted on rows that cross the bars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.recognize.components import components
from pipeline.recognize.digits.normal_form import Picture
from pipeline.recognize.tally_groups import FULL, Group, Place, both, gaps

Ink: TypeAlias = NDArray[np.float32]
"""Darkness as a share of the pen's."""
Corner: TypeAlias = tuple[int, int]
"""x and y, pixels."""
SMALLEST = 0.3
"""Share of a group's height from which ink is a stroke."""
SLOPES = np.linspace(-1.1, 1.1, 27)
"""Rises of a stroke across, rows a column."""
ENDS = 0.08
"""Share of the group's width at either end that a stroke across need not reach."""
ACROSS, CROSSED, BARE = 0.8, 0.7, 0.6
"""Darkness, as a share of the pen's, of the palest tenth of the best line across: there is a stroke for sure; rather
than not; for sure not. In simulated groups 99 of 100 strokes across have 0.8 and more; bars that touch reach 0.7."""
PALEST = 10
"""Percent of a line across: the palest of them tell whether a stroke runs there."""
NARROW = 0.55
"""Width of a group, in heights, up to which no stroke across is looked for."""
STEEP = np.linspace(0.25, 1.4, 15)
"""Slopes of the strokes of an X, rows a column."""
OTHER = 0.15
"""Share of an X's ink that may lie beside its two strokes."""
LEAST_X = 8
"""Pixels of an X, both ways, at the least."""
BENT = 3
"""Pixels by which a stroke across leaves its straight line."""
DIP, HIGH = 0.2, 0.5
"""Between two bars a row gets paler by so much of the pen's darkness; and a bar has so much of it."""
LEAST_DIP = 10.0
"""Grey levels of the same: less is noise."""
AGREED, AGREED_UNDER = 0.6, 0.4
"""Share of the rows that must show so many bars for the count to be sure; the same under a stroke across."""
APART = 0.25
"""Share of the rows on which bars lie apart that touch on the others, without a stroke across."""
RIMS = 0.1
"""Share of the height at either end whose rows are not counted: bars end there."""
PERHAPS_TWO, TWO = 1.4, 1.7
"""Widths of the cell's bars from which one may be two that lie on each other; and from which it is taken for two."""
SHORT = 0.25
"""Share of the height by which a stroke across ends short of a bar that it was meant for."""
TOUCHING = 1.9
"""Width of a group, in heights, from which it may be two that touch."""


@dataclass(frozen=True, slots=True)
class _Bars:
    """What a piece of ink shows: how many bars, and in which share of the rows just so many.

    ``across``: see CROSSED; ``width``: of a bar, pixels. ``widest``: of the widest bar that is not seen as several, in
    the middle of all rows; ``broad``: the same on the quarter of the rows where it is broadest.
    """

    place: Place
    bars: int
    agreed: float
    across: float
    width: float
    widest: float
    broad: float

    @property
    def closed(self) -> bool:
        return self.bars >= (2 if self.across >= ACROSS else 3) and self.across >= CROSSED


def read_gates(dark: Picture, ink: Picture, pitch: float) -> list[Group]:
    """The groups of a cell, in no order. ``dark``: its darkness; ``ink``: what of it is ink (255); ``pitch``: usual
    height of a group, px."""
    gap = round(pitch * 0.05) | 1
    labels, stats = components(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8)))
    pieces: list[_Bars] = []
    for k, (x, y, w, h, _) in enumerate(stats.tolist()):
        if k and max(w, h) > SMALLEST * pitch:
            own = np.where(labels[y : y + h, x : x + w] == k, dark[y : y + h, x : x + w], 0)
            pieces += _pieces(np.asarray(own, np.uint8), (x, y), pitch)
    pen = float(np.percentile([p.width for p in pieces], 25)) if pieces else 0.0
    return _missed([_group(piece, pen, pitch) for piece in pieces], pieces, pitch)


def _missed(groups: list[Group], pieces: list[_Bars], pitch: float) -> list[Group]:
    """A stroke across three bars that ends short of the fourth: with the bar beside them one five, in doubt."""
    lone = {k for k, piece in enumerate(pieces) if not piece.closed and groups[k].strokes == 1}
    out = dict(enumerate(groups))
    for k, piece in enumerate(pieces):
        if piece.closed and piece.bars == FULL - 2:
            near = next((n for n in sorted(lone) if _beside(piece.place, pieces[n].place, pitch)), None)
            if near is not None:
                lone.remove(near)
                out[k] = Group(both(piece.place, out.pop(near).place), FULL, False)
    return list(out.values())


def _beside(one: Place, other: Place, pitch: float) -> bool:
    across, down = gaps(one, other)
    return across < SHORT * pitch and down < -0.4 * pitch


def _pieces(dark: Picture, corner: Corner, pitch: float) -> list[_Bars]:
    """A piece of ink; in two where it is too wide for one group and both parts are closed fives."""
    height, width = dark.shape
    whole = _bars(dark, corner, pitch)
    if width < TOUCHING * max(height, pitch):
        return [whole]
    middle = slice(round(0.3 * width), round(0.7 * width))
    cut = middle.start + int(cv2.blur(dark.sum(axis=0, dtype=np.float32)[None], (3, 1))[0, middle].argmin())
    parts = [(dark[:, :cut], corner), (dark[:, cut:], (corner[0] + cut, corner[1]))]
    found = [piece for part in parts for piece in _pieces(*_within(*part), pitch)]
    return found if all(piece.closed for piece in found) else [whole]


def _within(dark: Picture, corner: Corner) -> tuple[Picture, Corner]:
    """The same without empty rows and columns at its rims."""
    x, y, w, h = cv2.boundingRect(dark)
    return (dark[y : y + h, x : x + w], (corner[0] + x, corner[1] + y)) if w and h else (dark, corner)


def _group(piece: _Bars, pen: float, pitch: float) -> Group:
    """A stroke across closes a five; whether it lies across just four bars is what makes it sure."""
    width, height = piece.place[2:]
    tall = 0.5 * pitch < height < 1.8 * pitch
    if piece.closed:
        four = piece.bars == FULL - 1 and piece.agreed >= AGREED_UNDER
        one = width < TOUCHING * pitch
        strokes = FULL if one or piece.bars <= FULL else piece.bars + 1
        return Group(piece.place, strokes, four and tall and one and piece.across >= ACROSS)
    if piece.broad > PERHAPS_TWO * pen:
        return Group(piece.place, piece.bars + (piece.widest > TWO * pen), False)
    return Group(
        piece.place, piece.bars, piece.agreed >= AGREED and tall and piece.bars < FULL and piece.across <= BARE
    )


def _bars(dark: Picture, corner: Corner, pitch: float) -> _Bars:
    height, width = dark.shape
    place = (*corner, width, height)
    inked = dark[dark > 0]
    pen = max(float(np.percentile(inked, 75)) if inked.size else 0.0, 1.0)
    share = np.minimum(dark.astype(np.float32) / np.float32(pen), 1).astype(np.float32)
    across = 0.0
    if width > NARROW * pitch and height > SMALLEST * pitch:
        across, bare = _across(share)
        share = bare if across >= CROSSED else share
    first = round(RIMS * height)
    rows = share[first : max(height - first, first + 1)]
    counts = np.array([_peaks(row, max(DIP, LEAST_DIP / pen)) for row in rows.tolist()])
    seen = counts[counts > 0]
    if not len(seen):
        return _Bars(place, 1, 0.0, across, 0.0, 0.0, 0.0)
    bars = int(np.bincount(seen).argmax())
    if across < CROSSED:
        bars = max([bars, *(n for n in range(bars, int(seen.max()) + 1) if (seen >= n).mean() >= APART)])
    runs = np.array([_runs(row > HIGH, n) for row, n in zip(rows, counts.tolist(), strict=True) if n])
    width, widest = np.median(runs, axis=0).tolist()
    broad = float(np.percentile(runs[:, 1], 75))
    return _Bars(place, bars, float((seen == bars).mean()), across, width, widest, broad)


def _across(share: Ink) -> tuple[float, Ink]:
    """How dark the palest tenth of the best line across is; and the ink without what lies along that line."""
    palest, line, slope = _best_line(share, SLOPES)
    return palest, _without(share, line, slope)


def _best_line(
    share: Ink, slopes: NDArray[np.float64], palest: float = PALEST
) -> tuple[float, NDArray[np.int64], float]:
    """The darkest line from side to side: how dark its palest part (percent) is, its row by column, its slope."""
    height, width = share.shape
    end = round(ENDS * width)
    columns = np.arange(width)
    reach = int(np.ceil(np.abs(slopes).max() * width / 2)) + 1
    # up to a row above and below counts: a stroke is no straight line
    padded = np.pad(cv2.dilate(share, np.ones((3, 1), np.uint8)), ((reach, reach), (0, 0)))
    steps = np.rint(slopes[:, None] * (columns - (width - 1) / 2)).astype(np.int64)
    rows = np.arange(height)
    lines = padded[reach + rows[None, :, None] + steps[:, None, :], columns][:, :, end : width - end]
    slope, row = np.unravel_index(int(np.minimum(lines, CROSSED).mean(axis=2).argmax()), lines.shape[:2])
    return float(np.percentile(lines[slope, row], palest)), row + steps[slope], float(slopes[slope])


def struck(dark: Picture) -> bool:
    """Whether a piece of ink is an X: two strokes nearly from side to side, one falling, one rising, and little else.

    ``dark``: darkness of the piece's own ink.
    """
    if min(dark.shape) < LEAST_X:
        return False
    pen = max(float(np.percentile(dark[dark > 0], 75)) if dark.any() else 0.0, 1.0)
    share = np.minimum(dark.astype(np.float32) / np.float32(pen), 1).astype(np.float32)
    left = share
    for way in (-1.0, 1.0):
        half, line, slope = _best_line(share, way * STEEP, 50)
        if half < BARE:
            return False
        left = _without(left, line, slope)
    return float((left > HIGH).sum()) < OTHER * float((share > HIGH).sum())


def _without(share: Ink, line: NDArray[np.int64], slope: float) -> Ink:
    """The ink without the stroke along ``line`` (row by column): what is dark above and below the stroke stays."""
    height, width = share.shape
    inked = cv2.threshold(share, HIGH, 1, cv2.THRESH_BINARY)[1].astype(np.uint8)
    thick = cv2.distanceTransform(cv2.copyMakeBorder(inked, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 3)
    if not thick.any():
        return share
    half = min(height // 3, round(float(np.percentile(thick[thick > 0], 75)) * float(np.hypot(1.0, slope)) + 0.5) + 2)
    columns = np.arange(width)
    pad = height + half + BENT + 1
    padded = np.pad(share, ((pad, pad), (0, 0)))
    beside = cv2.dilate(padded, np.ones((1, 5), np.uint8))  # bars lean
    place = np.clip(line + pad, half + BENT + 1, len(padded) - half - BENT - 2)
    steps = np.arange(-BENT, BENT + 1)
    along = cv2.blur(padded, (1, max(3, 2 * half - 3)))[place + steps[:, None], columns]
    best = steps[(along - 0.02 * np.abs(steps)[:, None]).argmax(axis=0)]
    place = place + np.rint(cv2.blur(best.astype(np.float32)[None], (5, 1))[0]).astype(np.int64)
    kept = np.minimum(beside[place - half - 1, columns], beside[place + half + 1, columns])
    for k in range(-half, half + 1):
        padded[place + k, columns] = np.minimum(padded[place + k, columns], kept)
    return np.asarray(padded[pad:-pad], np.float32)


def _peaks(row: list[float], dip: float) -> int:
    """Bars on a row: dark places, each parted from the one before by a paler one."""
    count, rising = 0, True
    high = low = 0.0
    for value in (*row, 0.0):
        high, low = max(high, value), min(low, value)
        if rising and value < high - dip:
            count += high >= HIGH
            low, rising = value, False
        elif not rising and value > low + dip:
            high, rising = value, True
    return count


def _runs(dark: NDArray[np.bool_], bars: int) -> tuple[float, float]:
    """Width of a bar on a row; and of the widest, where every run of ink is seen as one bar."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], dark.astype(np.int8), [0]))))
    widths = edges[1::2] - edges[::2]
    if not len(widths):
        return 0.0, 0.0
    return float(widths.sum()) / bars, float(widths.max()) if bars == len(widths) else 0.0
