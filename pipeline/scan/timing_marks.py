"""Which bars of a picture are a form's timing marks: spacing, a vote, and growth from mark to mark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from weakref import WeakKeyDictionary

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms.template import FormSide
from pipeline.geometry import Box
from pipeline.scan.bars import Bars, Match, bars_in, border_of, nearest, rotation, scales_of, turns_of
from pipeline.scan.page import Points
from pipeline.scan.view import PageView

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MIN_FOUND = 0.5
"""Share of the marks that must be found: a tear takes a third, text taken for bars gives a fifth."""
SURELY_FOUND = 0.9
"""Share of the marks above which no other vote is tried: a frame off by a spacing keeps three quarters."""
MAX_VOTES = 5
GROWTH = ((2.2, 0.2, 3), (1.6, 0.2, 1), (5.0, 0.25, 3), (12.0, 0.3, 3), (np.inf, 0.35, 3))
"""How the match grows, in spacings: how far from known marks, how near to the prediction a bar must be, and
how many known marks predict it. The median of three forgives one; the nearest alone follows steep stretch."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The marks of a side: centres (mm), their distances, typical spacing, and pairs of neighbours."""

    centres: Points
    size: Points
    apart: Floats
    pitch: float
    neighbours: Ints


def timing_matches(view: PageView, side: FormSide, marks: tuple[Box, ...], level: int) -> Iterator[Match]:
    """The best match for each way to turn the page, for the first scale and pair of turns that gives any."""
    w, h = (float(v) for v in _layout(marks).size)
    turns = turns_of(view, side)
    for pair in (turns[:2], turns[2:]):
        turned = pair[0] in (90, 270)
        for ppm in scales_of(view, side, turned):
            bars = bars_in(view, (h, w) if turned else (w, h), ppm, level, border_of(side.size, marks))
            if len(bars) < max(4, MIN_FOUND * len(marks)):
                continue
            best = 0.0
            for turn in pair:
                match = _matched_once(bars, marks, turn, ppm)
                if match is not None and match.found > 0.75 * best:
                    best = match.found
                    yield match
            if best:
                return


_known: WeakKeyDictionary[Bars, dict[tuple[int, tuple[Box, ...]], Match | None]] = WeakKeyDictionary()
"""Matches already found: faces and ballot styles share their marks."""


def _matched_once(bars: Bars, marks: tuple[Box, ...], turn: int, ppm: float) -> Match | None:
    known = _known.setdefault(bars, {})
    if (turn, marks) not in known:
        known[turn, marks] = _matched(bars, marks, turn, ppm)
    return known[turn, marks]


@lru_cache(maxsize=64)
def _layout(marks: tuple[Box, ...]) -> Layout:
    centres = np.array([m.centre for m in marks])
    apart = np.asarray(np.linalg.norm(centres[:, None] - centres[None], axis=2), np.float64)
    np.fill_diagonal(apart, np.inf)
    pitch = float(np.median(apart.min(axis=1)))
    pairs = np.argwhere(np.triu(apart < 1.6 * pitch, 1))
    size = np.median([(m.w, m.h) for m in marks], axis=0)
    return Layout(centres, np.asarray(size), apart, pitch, pairs)


def _matched(bars: Bars, marks: tuple[Box, ...], turn: int, ppm: float) -> Match | None:
    """The largest consistent match of ``marks`` with ``bars`` on a page turned by ``turn``."""
    layout = _layout(marks)
    middle = (bars.low + bars.high) / 2
    linear = _linear(layout, middle, turn, ppm)
    if linear is None:
        return None
    scale = float(np.sqrt(abs(np.linalg.det(linear))))
    best: Match | None = None
    for offset in _votes(layout.centres @ linear.T, middle, 0.25 * layout.pitch * scale):
        places = _centres_of(bars, layout, linear, offset)
        grown = _grown(layout, places, linear, offset)
        if best is None or (grown >= 0).sum() > (best.bar >= 0).sum():
            best = Match(grown, places, scale)
        if best.found > SURELY_FOUND:
            break
    return best if best is not None and best.found >= MIN_FOUND else None


def _step(points: Points, axis: int, reach: float) -> Points | None:
    """The median step from a point to its next neighbour along ``axis``; None where there are too few."""
    delta = points[None] - points[:, None]
    along, across = delta[..., axis], delta[..., 1 - axis]
    # 0.15: 8 degrees of skew; nearer than 0.4 of the reach is a broken bar, not a neighbour
    near = (along > 0.4 * reach) & (along < 1.6 * reach) & (np.abs(across) < 0.15 * along)
    has = near.any(axis=1)
    if has.sum() < 3:
        return None
    following = np.where(near, along, np.inf).argmin(axis=1)[has]
    return np.asarray(np.median(delta[np.flatnonzero(has), following], axis=0))


def _linear(layout: Layout, middle: Points, turn: int, ppm: float) -> Floats | None:
    """Pixels per mm with skew and turn as a 2 x 2 matrix, from the steps between neighbours."""
    upright, pitch = layout.centres @ rotation(turn).T, layout.pitch
    pairs = [(_step(upright, axis, pitch), _step(middle, axis, pitch * ppm)) for axis in (0, 1)]
    columns: list[Points | None] = []
    for axis, (expected, seen) in enumerate(pairs):
        columns.append(None if expected is None or seen is None else seen / expected[axis])
    x, y = columns
    if x is None and y is None:
        return None
    if x is None and y is not None:
        x = np.array([y[1], -y[0]])
    if y is None and x is not None:
        y = np.array([-x[1], x[0]])
    return np.asarray(np.stack([np.asarray(x), np.asarray(y)], axis=1) @ rotation(turn))


def _votes(expected: Points, middle: Points, cell: float) -> Iterator[Points]:
    """The likeliest offsets of the expected places, most votes first, at least two cells apart."""
    offsets = (middle[:, None] - expected[None]).reshape(-1, 2)
    low = offsets.min(axis=0)
    index = ((offsets - low) / cell).astype(np.int64)
    width = int(index[:, 1].max()) + 1
    flat = index[:, 0] * width + index[:, 1]
    votes = np.bincount(flat, minlength=(int(index[:, 0].max()) + 1) * width).reshape(-1, width)
    smooth = cv2.blur(votes.astype(np.float32), (3, 3), borderType=cv2.BORDER_CONSTANT)
    # a frame shifted by one spacing loses a row; what has lost a sixth is no rival
    least = 0.85 * float(smooth.max())
    for _ in range(MAX_VOTES):
        i, j = np.unravel_index(int(smooth.argmax()), smooth.shape)
        if smooth[i, j] < least:
            return
        around = (np.abs(index[:, 0] - i) <= 1) & (np.abs(index[:, 1] - j) <= 1)
        yield np.asarray(np.median(offsets[around], axis=0))
        smooth[max(0, i - 2) : i + 3, max(0, j - 2) : j + 3] = 0


def _centres_of(bars: Bars, layout: Layout, linear: Floats, offset: Points) -> Points:
    """Bar centres in pixels; of a bar that is cut short, from the end that points to the page's middle.

    How large a whole bar is, the page itself tells: ink spreads, and forms are not drawn to a tenth of a mm.
    """
    extent = bars.high - bars.low
    near = np.asarray((np.abs(extent / (np.abs(linear) @ layout.size) - 1) < 0.25).all(axis=1), np.bool_)
    want = np.median(extent[near], axis=0) if near.sum() > 4 else np.abs(linear) @ layout.size
    middle = (layout.centres.min(axis=0) + layout.centres.max(axis=0)) / 2 @ linear.T + offset
    mid = (bars.low + bars.high) / 2
    inner = np.where(mid < middle, bars.high - want / 2, bars.low + want / 2)
    ratio = extent / want
    whole = np.asarray((np.abs(ratio - 1) < 0.12).all(axis=1), np.bool_)
    repaired = np.where((ratio < 0.94) | (ratio > 1.12), inner, mid)
    return np.where(whole[:, None], (bars.mass + mid) / 2, repaired)


def _grown(layout: Layout, places: Points, linear: Floats, offset: Points) -> Ints:
    """Bar of each mark (or -1): from the largest group that hangs together, neighbour predicts neighbour.

    What the vote alone matched elsewhere is forgotten first: on paper that was stretched by more than half a
    spacing it is a row off, and only the way along the edges tells.
    """
    scale = float(np.sqrt(abs(np.linalg.det(linear))))
    pitch, base = layout.pitch * scale, layout.centres @ linear.T
    bar = _largest_group(layout, nearest(base + offset, places, 0.3 * pitch), places, base, 0.12 * pitch)
    taken = np.zeros(len(places), np.bool_)
    for reach, within, voices in GROWTH:
        for _ in range(60):
            known = np.flatnonzero(bar >= 0)
            missing = np.flatnonzero(bar < 0)
            if known.size < 3 or not missing.size:
                break
            distance = layout.apart[np.ix_(missing, known)]
            missing = missing[distance.min(axis=1) < reach * layout.pitch]
            if not missing.size:
                break
            distance = layout.apart[np.ix_(missing, known)]
            near = known[np.argsort(distance, axis=1)[:, :voices]]
            shift = np.sort(places[bar[near]] - base[near], axis=1)[:, voices // 2]
            taken[bar[known]] = True
            free = np.flatnonzero(~taken)
            if not free.size:
                break
            following = nearest(base[missing] + shift, places[free], within * pitch)
            if (following < 0).all():
                break
            bar[missing] = np.where(following >= 0, free[following], -1)
    # a jump between neighbours is a slip by a row: the smaller part is not believed
    return _without_slips(layout, bar, places, base, 0.3 * pitch)


def _largest_group(layout: Layout, bar: Ints, places: Points, base: Points, apart: float) -> Ints:
    """``bar`` with only the largest set of marks whose shifts change little from neighbour to neighbour."""
    group, _ = _groups(layout, bar, places, base, apart)
    counts = np.bincount(group[bar >= 0], minlength=len(bar))
    return np.where(group == counts.argmax(), bar, -1) if counts.any() else bar


def _without_slips(layout: Layout, bar: Ints, places: Points, base: Points, apart: float) -> Ints:
    """``bar`` without the smaller of two groups wherever two neighbours' shifts contradict each other."""
    group, jumps = _groups(layout, bar, places, base, apart)
    counts = np.bincount(group[bar >= 0], minlength=len(bar))
    for i, j in jumps.tolist():
        if group[i] != group[j]:
            smaller = min(group[i], group[j], key=lambda g: int(counts[g]))
            bar = np.where(group == smaller, -1, bar)
    return bar


def _groups(layout: Layout, bar: Ints, places: Points, base: Points, apart: float) -> tuple[Ints, Ints]:
    """The group of each mark, joined where neighbours' shifts are alike, and the pairs that are not."""
    shift = np.where((bar >= 0)[:, None], places[bar] - base, np.inf)
    group = np.arange(len(bar))
    pairs = layout.neighbours[(bar[layout.neighbours] >= 0).all(axis=1)]
    alike = np.hypot(*(shift[pairs[:, 0]] - shift[pairs[:, 1]]).T) < apart
    for i, j in pairs[alike].tolist():
        if group[i] != group[j]:
            group[group == max(group[i], group[j])] = min(group[i], group[j])
    return group, pairs[~alike]
