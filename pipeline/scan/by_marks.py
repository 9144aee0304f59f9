"""Where a side with printed timing marks or corner marks lies in a picture.

The way from fast to sure: dark components of the size of a bar at 4 pixels per mm, first against one
threshold for the page, then against the paper around; their spacing gives scale and skew, a vote the place,
and from there the match grows from mark to mark along the edges, so that paper which was stretched by more
than half a spacing is still followed. Every answer is checked by the printed outlines of the targets before
it is believed, which also tells top from bottom where the marks alone do not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from weakref import WeakKeyDictionary

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms.template import ByCornerMarks, ByTimingMarks, FieldKind, FormField, FormSide
from pipeline.geometry import Box, Size
from pipeline.scan.candidate import Candidate
from pipeline.scan.page import Pixels, Points, RawPage
from pipeline.scan.prepare import PreparedSide
from pipeline.scan.view import PageView

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SEARCH_PPM = 4.0
"""Pixels per mm for finding bars: a bar of 1.5 mm is six pixels high, letters still keep apart from it."""
DARK = 0.55
"""A bar is darker than this share of the paper; print is at 0.2, grey smears of a feed roller at 0.7."""
MIN_FILL = 0.72
"""Share of its bounding box that a bar covers: skewed by 3 degrees 0.8, letters of its size 0.6."""
MIN_FOUND = 0.5
"""Share of the marks that must be found: a tear takes a third, text taken for bars gives a fifth."""
SURELY_FOUND = 0.9
"""Share of the marks above which no other vote is tried: a frame off by a spacing keeps three quarters."""
MAX_VOTES = 5
GROWTH = ((2.2, 0.2, 3), (1.6, 0.2, 1), (5.0, 0.25, 3), (12.0, 0.3, 3), (np.inf, 0.35, 3))
"""How the match grows, in spacings: how far from known marks, how near to the prediction a bar must be, and
how many known marks predict it. The median of three forgives one; the nearest alone follows steep stretch."""
MAX_RESIDUAL_MM = 0.8
"""Above this the marks do not lie on smooth edges, so something else than bars was matched."""
TIE = 0.1
"""Two ways to turn a page whose scores differ by less are not told apart by marks and outlines."""
MIN_OUTLINES = 0.7
"""Share of the targets whose outline must be where the fit says; a wrong face shows a third by chance."""
OUTLINE_POINTS = 28
OUTLINE_SHARE = 0.7
"""Share of an outline's points at which something must be printed; text gives about half."""


@dataclass(frozen=True, slots=True, eq=False)
class EdgeMap:
    """A homography, then what the marks along each edge say that it misses, blended across the page.

    ``rows``: corrections in pixels as functions of y along the left and right edge; ``columns``: what then
    remains as functions of x along the top and bottom edge. Feed stretch is a function of y alone.
    """

    homography: Floats
    left: Curve
    right: Curve
    top: Curve
    bottom: Curve

    def to_pixels(self, points_mm: Points) -> Points:
        """See :class:`pipeline.scan.page.PageMap`."""
        points = np.asarray(points_mm, np.float64).reshape(-1, 2)
        pixels = _projected(self.homography, points) + self._of_rows(points)
        return pixels + _blend(self.top, self.bottom, points[:, 0], points[:, 1])

    def _of_rows(self, points: Points) -> Points:
        return _blend(self.left, self.right, points[:, 1], points[:, 0])


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A correction along an edge that lies at ``across`` mm: (dx, dy) pixels at places ``along`` it, mm."""

    across: float
    along: Floats
    shift: Floats

    def at(self, along: Floats) -> Points:
        if not self.along.size:
            return np.zeros((along.size, 2))
        return np.stack([np.interp(along, self.along, self.shift[:, i]) for i in (0, 1)], axis=1)


@dataclass(frozen=True, eq=False)
class Bars:
    """Dark solid components: bounding boxes and centres of mass, in pixels of the original."""

    low: Points
    high: Points
    mass: Points

    def __len__(self) -> int:
        return len(self.low)


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The marks of a side: centres (mm), their distances, typical spacing, and pairs of neighbours."""

    centres: Points
    size: Points
    apart: Floats
    pitch: float
    neighbours: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """Which bar is which mark: ``bar[i]`` is the index of the bar of mark i, or -1."""

    bar: Ints
    places: Points
    """Where each matched mark's centre is, (n, 2), by index of the mark."""
    ppm: float

    @property
    def found(self) -> float:
        return float((self.bar >= 0).mean())


def register_by_marks(raw: RawPage, side: PreparedSide, view: PageView | None = None) -> Candidate | None:
    """Where ``side`` lies on ``raw``, or None where its marks and outlines do not fit.

    ``found`` is the share of the marks that were found, ``score`` that of marks and target outlines
    together, so that of two faces with the same frame of marks the right one is ahead.
    """
    view = view or PageView(raw)
    marks = _marks_of(side.side)
    for level in (0, 1):
        candidates: list[Candidate] = []
        plain = False
        for match in _matches(view, side.side, level):
            plain = plain or match.found > SURELY_FOUND
            candidate = _verified(raw, side, marks, match)
            if candidate is not None:
                candidates.append(candidate)
                if not _looks_turned(side.side):
                    break
        if candidates:
            return _told_apart(raw, side, candidates)
        if plain:
            return None
    return None


def _marks_of(side: FormSide) -> tuple[Box, ...]:
    registration = side.registration
    return registration.marks if isinstance(registration, ByTimingMarks | ByCornerMarks) else ()


def _matches(view: PageView, side: FormSide, level: int) -> Iterator[Match]:
    match side.registration:
        case ByTimingMarks(marks=marks):
            yield from _timing_matches(view, side, marks, level)
        case ByCornerMarks(marks=corners):
            yield from _corner_matches(view, side, corners, level)


@lru_cache(maxsize=256)
def _looks_turned(side: FormSide) -> bool:
    """Whether marks and targets of a side turned by 180 degrees would pass for the side itself."""
    boxes = [f.box for f in side.fields if f.kind in ("oval", "box")]
    if not boxes:
        return True
    targets = np.array([b.centre for b in boxes])
    centres = np.array([m.centre for m in _marks_of(side)])
    turned = centres.min(axis=0) + centres.max(axis=0) - targets
    nearest = np.linalg.norm(turned[:, None] - targets[None], axis=2).min(axis=1)
    # half of what would do to be believed: outlines are also seen where there are none
    return float((nearest < 2.0).mean()) > MIN_OUTLINES / 2


@lru_cache(maxsize=1024)
def could_pass(seen: FormSide, other: FormSide) -> bool:
    """Whether a page on which the targets of ``seen`` were found might be ``other``, either way up."""
    mine, theirs = ([f.box.centre for f in s.fields if f.kind in ("oval", "box")] for s in (seen, other))
    if not mine or not theirs:
        return True
    a, b = np.array(mine), np.array(theirs)
    upright = np.linalg.norm(b[:, None] - a[None], axis=2).min(axis=1)
    turned = np.linalg.norm((other.size.w, other.size.h) - b[:, None] - a[None], axis=2).min(axis=1)
    # another face's frame may be printed some millimetres off, so near is not very near
    return max(float((d < 4.0).mean()) for d in (upright, turned)) > MIN_OUTLINES / 2


def _told_apart(raw: RawPage, side: PreparedSide, candidates: list[Candidate]) -> Candidate | None:
    """The best candidate; where two ways to turn the page fit alike, the reference decides, or nobody."""
    candidates.sort(key=lambda c: -c.score)
    rivals = [c for c in candidates if c.score > candidates[0].score - TIE]
    if len(rivals) == 1:
        return rivals[0]
    if side.reference is None:
        return None
    alike = sorted(((_likeness(raw, side, c), i) for i, c in enumerate(rivals)), reverse=True)
    return rivals[alike[0][1]] if alike[0][0] > alike[1][0] + 0.1 else None


def _likeness(raw: RawPage, side: PreparedSide, candidate: Candidate) -> float:
    """Correlation of the page with the reference at places 1.5 mm apart, both blurred by as much."""
    assert side.reference is not None
    size = side.side.size
    x, y = np.meshgrid(np.arange(5, size.w - 5, 1.5), np.arange(5, size.h - 5, 1.5))
    points = np.stack([x.ravel(), y.ravel()], axis=1)
    grey = raw.pixels if raw.pixels.ndim == 2 else cv2.cvtColor(raw.pixels, cv2.COLOR_BGR2GRAY)
    seen = _sampled(np.asarray(grey, np.uint8), candidate.map.to_pixels(points), candidate.pixels_per_mm)
    blank = _sampled(side.reference, side.to_pixels(points), side.pixels_per_mm)
    return float(np.corrcoef(seen, blank)[0, 1])


def _sampled(picture: Pixels, places: Points, ppm: float) -> Floats:
    k = round(1.5 * ppm) | 1
    smooth = cv2.blur(picture, (k, k))
    at = places.round().astype(np.int64)
    h, w = smooth.shape
    return np.asarray(smooth[np.clip(at[:, 1], 0, h - 1), np.clip(at[:, 0], 0, w - 1)], np.float64)


# --- bars in the picture ---------------------------------------------------------------------------------


_seen: WeakKeyDictionary[PageView, dict[tuple[float, ...], Bars]] = WeakKeyDictionary()
"""Bars already found in a picture: a form's two faces have the same marks."""


def _bars(view: PageView, size: tuple[float, float], ppm: float, level: int, border: float) -> Bars:
    known = _seen.setdefault(view, {})
    key = (*(round(v, 2) for v in (*size, ppm, border)), level)
    if key not in known:
        known[key] = _found_bars(view, size, ppm, level, border)
    return known[key]


def _found_bars(view: PageView, size: tuple[float, float], ppm: float, level: int, border: float) -> Bars:
    """Components about as large as a bar of ``size`` mm at ``ppm``; narrow ones only where the paper ends."""
    factor = max(1, round(ppm / SEARCH_PPM))
    grey = view.reduced(factor)
    dark = _dark(grey, ppm / factor, size, level)
    if level == 0:
        inset = round(border * ppm / factor)
        dark[inset : max(inset, dark.shape[0] - inset), inset : max(inset, dark.shape[1] - inset)] = 0
    _, _, stats, centres = cv2.connectedComponentsWithStats(dark)
    low = stats[1:, :2].astype(np.float64)
    extent = stats[1:, 2:4].astype(np.float64)
    area = stats[1:, 4]
    want = np.array(size) * ppm / factor
    fill = area / (extent[:, 0] * extent[:, 1])
    ratio = extent / want
    whole = ((ratio > 0.62) & (ratio < 1.5)).all(axis=1)
    ends = (low < want).any(axis=1) | (low + extent > np.array(grey.shape[::-1]) - want).any(axis=1)
    cut = ends & (ratio > 0.25).all(axis=1) & (ratio < 1.5).all(axis=1) & (ratio.max(axis=1) > 0.62)
    good = (fill > MIN_FILL) & (whole | cut) & (area > 6)
    shift = (factor - 1) / 2

    def full(points: Points) -> Points:
        return np.asarray(points * factor + shift)

    # edges of pixels, so half a pixel before the first centre and after the last
    return Bars(
        full(low[good] - 0.5),
        full((low + extent)[good] - 0.5),
        full(np.asarray(centres[1:][good], np.float64)),
    )


SLACK_MM = 30.0
"""How far from the picture's edge the paper's may lie, skew and the scanner's lid included."""


@lru_cache(maxsize=64)
def _border(size: Size, marks: tuple[Box, ...]) -> float:
    """How far from the picture's edge (mm) a mark can lie: a frame leaves the letters in the middle out."""
    depths = [min(m.right, m.bottom, size.w - m.x, size.h - m.y) for m in marks]
    return max(depths) + SLACK_MM


def _dark(grey: Pixels, ppm: float, size: tuple[float, float], level: int) -> Pixels:
    """1 where the picture is dark: against the paper of the page, or (level 1) against the paper around."""
    if level == 0:
        return np.asarray(cv2.threshold(grey, DARK * paper_level(grey), 1, cv2.THRESH_BINARY_INV)[1], np.uint8)
    # the mean over three bar lengths is between bar and paper wherever both are near
    k = max(3, round(3 * max(size) * ppm)) | 1
    around = cv2.blur(cv2.medianBlur(grey, 3), (k, k), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(grey < np.minimum(around, 200) * 0.75, np.uint8)


def paper_level(grey: Pixels) -> float:
    """The grey of the paper: the commonest tone of the lighter part (every fourth pixel is looked at)."""
    counts = np.bincount(grey[::4, ::4].ravel(), minlength=256).astype(np.float64)
    smooth = np.convolve(counts, np.ones(7), "same")
    return float(90 + np.argmax(smooth[90:]))


def _scales(view: PageView, side: FormSide, turned: bool) -> list[float]:
    """Pixels per mm to try: the page fills the picture, or else the file's dpi is true."""
    w, h = (side.size.h, side.size.w) if turned else (side.size.w, side.size.h)
    fills = float(np.sqrt(view.width / w * view.height / h))
    scales = [fills]
    if view.dpi and not 0.8 < view.dpi / 25.4 / fills < 1.25:
        scales.append(view.dpi / 25.4)
    return scales


def _turns(view: PageView, side: FormSide) -> list[int]:
    """Quarter turns to try, clockwise: first those in which the picture has the page's proportions."""
    lying = (view.width > view.height) != (side.size.w > side.size.h)
    return [90, 270, 0, 180] if lying else [0, 180, 90, 270]


def _rotation(turn: int) -> Floats:
    """Turns the upright page's mm clockwise by ``turn`` (y downwards)."""
    c, s = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}[turn]
    return np.array([[c, -s], [s, c]], np.float64)


# --- timing marks ------------------------------------------------------------------------------------------


def _timing_matches(view: PageView, side: FormSide, marks: tuple[Box, ...], level: int) -> Iterator[Match]:
    """The best match for each way to turn the page, for the first scale and pair of turns that gives any."""
    w, h = (float(v) for v in _layout(marks).size)
    turns = _turns(view, side)
    for pair in (turns[:2], turns[2:]):
        turned = pair[0] in (90, 270)
        for ppm in _scales(view, side, turned):
            bars = _bars(view, (h, w) if turned else (w, h), ppm, level, _border(side.size, marks))
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
    upright, pitch = layout.centres @ _rotation(turn).T, layout.pitch
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
    return np.asarray(np.stack([np.asarray(x), np.asarray(y)], axis=1) @ _rotation(turn))


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
    bar = _largest_group(layout, _nearest(base + offset, places, 0.3 * pitch), places, base, 0.12 * pitch)
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
            following = _nearest(base[missing] + shift, places[free], within * pitch)
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


def _nearest(predicted: Points, places: Points, within: float | Floats) -> Ints:
    """Index of the place nearest to each prediction, -1 where none is near; no place is used twice."""
    distance = (predicted[:, :1] - places[:, 0]) ** 2 + (predicted[:, 1:] - places[:, 1]) ** 2
    nearest = distance.argmin(axis=1)
    value = np.sqrt(distance[np.arange(len(predicted)), nearest])
    nearest[value > within] = -1
    for place in np.flatnonzero(np.bincount(nearest[nearest >= 0], minlength=len(places)) > 1):
        same = np.flatnonzero(nearest == place)
        nearest[same[value[same] > value[same].min()]] = -1
    return np.asarray(nearest, np.int64)


# --- corner marks ------------------------------------------------------------------------------------------

MAX_SQUARES = 40
"""More solid squares than that on a page are a pattern, not marks; the largest are kept."""


def _corner_matches(view: PageView, side: FormSide, marks: tuple[Box, Box, Box, Box], level: int) -> list[Match]:
    """Matches of all four marks, or of three where one is covered, for every turn that the squares allow."""
    size = (float(np.median([m.w for m in marks])), float(np.median([m.h for m in marks])))
    matches: list[Match] = []
    for ppm in _scales(view, side, turned=_turns(view, side)[0] in (90, 270)):
        bars = _bars(view, size, ppm, level, _border(side.size, marks))
        matches = [m for t in _turns(view, side) if (m := _corners(bars, marks, t, ppm)) is not None]
        if matches:
            break
    return matches


def _corners(bars: Bars, marks: tuple[Box, Box, Box, Box], turn: int, ppm: float) -> Match | None:
    """The best four (or three) squares for ``marks`` on a page turned by ``turn``."""
    centres = np.array([m.centre for m in marks])
    middle = ((bars.low + bars.high) / 2 + bars.mass) / 2
    if len(middle) > MAX_SQUARES:
        area = np.prod(bars.high - bars.low, axis=1)
        middle = middle[np.argsort(-area)[:MAX_SQUARES]]
    best: Match | None = None
    lowest = 0.0
    for a, b in ((0, 2), (1, 3)):
        for i, j in product(range(len(middle)), repeat=2):
            fit = _similarity(centres[[a, b]], middle[[i, j]])
            angle = np.degrees(np.arctan2(fit[1, 0], fit[0, 0])) - turn
            scale = float(np.hypot(fit[0, 0], fit[1, 0]))
            if i == j or abs((angle + 180) % 360 - 180) > 12 or not 0.7 < scale / ppm < 1.4:
                continue
            predicted = centres @ fit[:, :2].T + fit[:, 2]
            # 2.5 % of stretch over an A4 page moves the other corners by 4 mm
            bar = _nearest(predicted, middle, 5.0 * scale)
            off = float(np.linalg.norm(predicted - middle[bar], axis=1)[bar >= 0].sum())
            merit = (bar >= 0).sum() - 0.1 * off / scale
            if (bar >= 0).sum() >= 3 and merit > lowest:
                lowest, best = float(merit), Match(bar, middle, scale)
    return best


def _similarity(source: Points, target: Points) -> Floats:
    """The similarity (2 x 3) that takes two points to two points."""
    s = complex(*(source[1] - source[0]))
    t = complex(*(target[1] - target[0]))
    z = t / s
    linear = np.array([[z.real, -z.imag], [z.imag, z.real]])
    return np.column_stack([linear, target[0] - linear @ source[0]])


# --- fit and proof -----------------------------------------------------------------------------------------


def _verified(raw: RawPage, side: PreparedSide, marks: tuple[Box, ...], found: Match) -> Candidate | None:
    """The candidate of a match, or None where marks or outlines contradict it."""
    centres = np.array([m.centre for m in marks])
    have = found.bar >= 0
    source, target = centres[have], found.places[found.bar[have]]
    if _on_one_line(source, 1.0) or _on_one_line(target, found.ppm):
        return None
    page_map, errors = _fitted(source, target, found.ppm)
    residual = float(np.percentile(errors, 90)) / found.ppm
    if residual > MAX_RESIDUAL_MM:
        return None
    fields = [f for f in side.side.fields if f.kind in ("oval", "box")]
    outlines = outline_share(raw.pixels, page_map, fields) if fields else None
    if outlines is not None and outlines < MIN_OUTLINES:
        return None
    score = found.found if outlines is None else (found.found + outlines) / 2
    return Candidate(
        form=side.form,
        side=side.side.name,
        map=page_map,
        rotation_deg=_rotation_deg(page_map, side.side),
        residual_mm=residual,
        found=found.found,
        score=score,
        pixels_per_mm=found.ppm,
    )


def _on_one_line(places: Points, per_mm: float) -> bool:
    """Whether marks lie within 3 mm of a straight line, which does not tell how wide the page is."""
    spread = np.linalg.svd(places - places.mean(axis=0), compute_uv=False)
    return bool(spread[-1] < 3.0 * per_mm * np.sqrt(len(places)))


def _fitted(source: Points, target: Points, ppm: float) -> tuple[EdgeMap, Floats]:
    """The map through matched marks, and how far each mark lies from it, in pixels."""
    homography = _homography(source, target, ppm)
    flat = EdgeMap(homography, *(Curve(0.0, np.zeros(0), np.zeros((0, 2))) for _ in range(4)))
    rest = target - flat.to_pixels(source)
    low, high = source.min(axis=0), source.max(axis=0)
    left, right = (_curve(source, rest, 0, edge) for edge in (low[0], high[0]))
    rows = EdgeMap(homography, left, right, flat.top, flat.bottom)
    rest = target - rows.to_pixels(source)
    top, bottom = (_curve(source, rest, 1, edge) for edge in (low[1], high[1]))
    page_map = EdgeMap(homography, left, right, top, bottom)
    return page_map, np.linalg.norm(target - page_map.to_pixels(source), axis=1)


def _homography(source: Points, target: Points, ppm: float) -> Floats:
    """Least squares over the marks, those more than 2 mm off left out; affine where only three are known."""
    if len(source) == 3:
        affine = cv2.getAffineTransform(source.astype(np.float32), target.astype(np.float32))
        return np.asarray(np.vstack([affine, [0, 0, 1]]), np.float64)
    fit = np.asarray(cv2.findHomography(source, target, 0)[0], np.float64)
    off = np.linalg.norm(_projected(fit, source) - target, axis=1)
    keep = off < max(2.0 * ppm, 3 * float(np.median(off)))
    if keep.all() or keep.sum() < 4:
        return fit
    return np.asarray(cv2.findHomography(source[keep], target[keep], 0)[0], np.float64)


def _projected(homography: Floats, points: Points) -> Points:
    p = points @ homography[:, :2].T + homography[:, 2]
    return np.asarray(p[:, :2] / p[:, 2:])


def _curve(source: Points, rest: Points, axis: int, edge: float) -> Curve:
    """What remains at the marks within 3 mm of an edge, as a median over three neighbours."""
    on_edge = np.abs(source[:, axis] - edge) < 3.0
    along = source[on_edge, 1 - axis]
    if along.size < 5:
        return Curve(edge, np.zeros(0), np.zeros((0, 2)))
    order = np.argsort(along)
    along, shift = along[order], rest[on_edge][order]
    padded = np.pad(shift, ((1, 1), (0, 0)), mode="edge")
    smooth = np.median(np.stack([padded[:-2], padded[1:-1], padded[2:]]), axis=0)
    return Curve(edge, along, smooth)


def _blend(low: Curve, high: Curve, along: Floats, across: Floats) -> Points:
    """Between two edges the corrections are mixed by distance; without marks on one, the other's fade."""
    if not low.along.size:
        return high.at(along) if not high.along.size else _fading(high, low.across, along, across)
    if not high.along.size:
        return _fading(low, high.across, along, across)
    share = np.clip((across - low.across) / (high.across - low.across), 0, 1)[:, None]
    return np.asarray(low.at(along) * (1 - share) + high.at(along) * share)


def _fading(one: Curve, other_edge: float, along: Floats, across: Floats) -> Points:
    """The correction of the only edge that has one, fading towards the other edge."""
    span = other_edge - one.across
    share = 1 - np.clip((across - one.across) / span, 0, 1) if span else np.ones(along.size)
    return np.asarray(one.at(along) * share[:, None])


def _rotation_deg(page_map: EdgeMap, side: FormSide) -> float:
    """Clockwise turn of the form's upper edge in the picture, in (-180, 180]."""
    w, h = side.size.w, side.size.h
    a, b = page_map.to_pixels(np.array([[0.1 * w, h / 2], [0.9 * w, h / 2]]))
    angle = float(np.degrees(np.arctan2(b[1] - a[1], b[0] - a[0])))
    return 180.0 if angle <= -180 else angle


def outline_share(pixels: Pixels, page_map: EdgeMap, fields: list[FormField]) -> float:
    """Share of the targets round which something is printed where their outline should be."""
    profiles = np.array([outline_profile(f.kind, f.box) for f in fields])
    n = profiles.shape[1] * profiles.shape[2]
    places = page_map.to_pixels(profiles.reshape(-1, 2)).round().astype(np.int64)
    h, w = pixels.shape[:2]
    inside = ((places >= 0) & (places < (w, h))).all(axis=1)
    x, y = np.clip(places[:, 0], 0, w - 1), np.clip(places[:, 1], 0, h - 1)
    values = pixels[y, x]
    grey = (values if values.ndim == 1 else values.mean(axis=1)).astype(np.float64)
    grey[~inside] = 255
    grey = grey.reshape(len(fields), profiles.shape[1], n // profiles.shape[1])
    light = np.percentile(grey, 80, axis=(1, 2))[:, None]
    # a hairline of a light scan keeps a twelfth of the contrast
    printed = grey.max(axis=2) - grey.min(axis=2) > 0.08 * np.maximum(light, 60)
    return float((printed.mean(axis=1) >= OUTLINE_SHARE).mean())


@lru_cache(maxsize=4096)
def outline_profile(kind: FieldKind, box: Box) -> Points:
    """Points on short lines across a target's outline, mm: (points, 9, 2), 0.7 mm to both sides."""
    cx, cy = box.centre
    angle = (np.arange(OUTLINE_POINTS) + 0.5) * 2 * np.pi / OUTLINE_POINTS
    direction = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    if kind == "oval":
        # between an ellipse and a round-ended oval, which differ by less than the lines are long
        p = 2.6
        radius = (np.abs(2 * direction / (box.w, box.h)) ** p).sum(axis=1) ** (-1 / p)
    else:
        radius = 1 / np.abs(2 * direction / (box.w, box.h)).max(axis=1)
    reach = np.linspace(-0.7, 0.7, 9)
    return np.asarray((radius[:, None] + reach)[..., None] * direction[:, None] + (cx, cy))
