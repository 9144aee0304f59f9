"""How much of a printed line strokes span, from the pixels of plain ink: where they begin, end and leave gaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.recognize.windows import Bytes

DENSITY = 8.0
"""Pixels a mm of the windows: about that of a 200 dpi scan, so that a 0.25 mm line keeps its two pixels."""
RUN_GAP_MM = 6.8
"""Strokes through a name that stand so near to each other are one crossing-out: people draw them five apart."""
BEYOND_PX = 36
"""A stroke's end may lie hidden under letters for 4.5 mm (the bar of a T), seen again only beside the name."""
LONG_PX, SHORT_PX, UPRIGHT_PX = 9, 5, 14
"""Ink as long as the first (1.1 mm) beside a name, and nowhere as tall as the third, is a stroke that runs out of
it, and not one of a row of upright ones; so is ink as long as the second at the height of the name's last ink."""
BAND_PX, BAND = 10, 0.55
"""More than this share of a level stroke's ink lies within 1.2 mm of height; upright strokes fill 4 mm evenly."""
END_PX, ROW = 2, 0.75
"""So near to a name's end (0.25 mm) an upright stroke may stand in the name or beside it: not counted where ink fills
less than the second of what it spans, as rows of upright strokes do."""
LEANS = np.linspace(-0.7, 0.7, 29)
"""Upright strokes lean as handwriting does, 35 degrees at the most, all strokes of a row alike."""
TALL, BROAD_PX, MOSTLY = 0.7, 20, 0.75
"""A stroke of a row is as tall as this share of the letters, at most 2.5 mm broad along its lean, and at least this
share of the name's ink belongs to such strokes."""
ROUND_PX, BARE, GAP_PX, END_GAP_PX = 2, 50, 8, 6
"""Bare paper as wide as the third (1 mm), at the height of a level stroke (and a little round it), shows that the
stroke does not reach there, at a name's end the fourth (0.75 mm); darkness of the blank below the second is paper."""
HIDDEN_MM, STEEP, WITHIN_PX = 16.0, 0.12, 3
"""Bold letters of one word hide a level stroke at most so far; it rises or falls by no more than the second, and its
ends lie so far (0.4 mm) within the printed line: what runs along its edge may run under the letters."""
EDGE_RUN_PX = 12
"""The thickest pen (1.5 mm), less than half of which may lie within a line's edge and cross nothing there."""
SWING_WIDE_PX, SWING_TALL_PX = 40, 18
"""Half of the parts of a wave, 5 mm wide each, are at least as tall as the second (2.2 mm)."""
SPECK_PX, SPECK_WIDE_PX, ALONE_PX = 12, 5, 20
"""Ink of no more pixels than the first (0.2 mm²) and no wider than the second, with none for the third (2.5 mm) to both
sides, is dust: no stroke shows itself so in the middle of letters, where it comes out between every two of them."""
UNSURE_SPAN = 0.03
"""Taken from the span of a row of upright strokes, as much as is empty between them: whether the last of them stands
in the name or just beside it is a matter of a tenth of a millimetre."""


def span_of_strokes(sure: Bytes, ink: Bytes, blank: Bytes, x0: int, x1: int) -> float:
    """Share of the name between ``x0`` and ``x1`` that strokes cover.

    A stroke's ends are where it is plain, and between them it is followed through the letters; beside the name only
    a level stroke that runs out of it counts, since the last letter may hide where it does.
    """
    inked = columns(sure)
    long, end = columns(_level(sure, LONG_PX)), 3 * LONG_PX
    level = _level(sure, SHORT_PX)
    inked[:x0] = long[:x0] | _at_height(level[:, :x0], sure[:, x0 : x0 + end])
    inked[x1:] = long[x1:] | _at_height(level[:, x1:], sure[:, x1 - end : x1])
    at = np.flatnonzero(inked[x0 - BEYOND_PX : x1 + BEYOND_PX]) + x0 - BEYOND_PX
    first, last = (max(at[0], x0), min(at[-1] + 1, x1)) if len(at) else (x0, x0)
    if first >= last:
        return 0.0
    inked[first:last] |= ink[:, first:last].any(axis=0)
    filled = float(inked[first:last].mean())
    if _level_band(sure[:, x0:x1]):
        _without_bits(inked, ink, blank, x0, x1)
        _bridge(inked, ink, blank, x0, x1)
        if _stops_short(sure, ink, blank, x0, x1):
            inked[: x0 + END_PX] = False
        width = sure.shape[1]
        if _stops_short(sure[:, ::-1], ink[:, ::-1], blank[:, ::-1], width - x1, width - x0):
            inked[x1 - END_PX :] = False
    elif filled < ROW:
        inked[: x0 + END_PX] = False
        inked[x1 - END_PX :] = False
    return max(0.0, longest_stretch(inked, x0, x1) - UNSURE_SPAN * (1.0 - filled))


def open_ends(ink: Bytes, x0: int, x1: int) -> float:
    """Share of the name between ``x0`` and ``x1`` at its two ends, together, in which no ink is seen.

    Letters may hide a stroke there that is seen again beside the name; so may they hide that the pen skipped them.
    """
    at = np.flatnonzero(columns(ink[:, x0 + END_PX : x1 - END_PX]))
    if not len(at):
        return 1.0
    return float(x1 - x0 - 2 * END_PX - (at[-1] + 1 - at[0])) / (x1 - x0)


def within(sure: Bytes, rows: slice) -> Bytes:
    """The ink in ``rows``, without that of a wave's tail along their edge that lies mostly beyond it.

    Such a tail that runs on under a name touches the feet of its letters and crosses none of them; a straight oblique
    stroke from corner to corner crosses all that lies between.
    """
    inside = sure[rows]
    upper = _touching(sure[rows.start - EDGE_RUN_PX : rows.start][::-1], inside[:EDGE_RUN_PX])
    lower = _touching(sure[rows.stop : rows.stop + EDGE_RUN_PX], inside[::-1][:EDGE_RUN_PX])
    if not (upper.any() or lower.any()) or not _swings(sure):
        return inside
    kept = inside.copy()
    kept[:EDGE_RUN_PX][upper] = 0
    kept[::-1][:EDGE_RUN_PX][lower] = 0
    return kept


def _swings(ink: Bytes) -> bool:
    """Whether ink goes up and down within a few millimetres, as waves and zigzags do and straight strokes do not."""
    count = ink.shape[1] // SWING_WIDE_PX
    rows = np.add.reduceat(ink[:, : count * SWING_WIDE_PX], np.arange(count) * SWING_WIDE_PX, axis=1) > 0
    some = rows[:, rows.any(axis=0)]
    heights = len(some) - some[::-1].argmax(axis=0) - some.argmax(axis=0)
    return bool(heights.size and np.median(heights) >= SWING_TALL_PX)


def _touching(beyond: Bytes, inside: Bytes) -> NDArray[np.bool_]:
    """Pixels ``inside`` of a stroke that has more rows ``beyond`` the edge; both from the edge on."""
    out = np.minimum.accumulate(beyond, axis=0)
    run = np.minimum.accumulate(inside, axis=0)
    depth = run.sum(axis=0, dtype=np.intp)
    less = (out.sum(axis=0, dtype=np.intp) > depth) & (depth > 0)
    return np.asarray((run > 0) & less, np.bool_)


def _stops_short(sure: Bytes, ink: Bytes, blank: Bytes, x0: int, x1: int) -> bool:
    """Whether a level stroke begins within the name: before it there is bare paper at its height, not only print.

    What reaches a quarter of a millimetre into the name from outside is not its beginning.
    """
    within = np.flatnonzero(columns(sure[:, x0 + END_PX : x1])) + x0 + END_PX
    if not len(within) or within[0] == x0 + END_PX:
        return False
    rows = np.flatnonzero(sure[:, within[0] : within[0] + 3 * LONG_PX].any(axis=1))
    height = slice(max(0, rows[0] - ROUND_PX), rows[-1] + ROUND_PX + 1)
    before = slice(x0, within[0])
    bare = (blank[height, before].max(axis=0) < BARE) & ~columns(ink[height, before])
    return int(np.count_nonzero(bare)) >= END_GAP_PX


def _without_bits(inked: NDArray[np.bool_], ink: Bytes, blank: Bytes, x0: int, x1: int) -> None:
    """Take out short bits at a name's ends that lie apart from a level stroke (1 mm): print leaves some.

    What is shorter than ``SHORT_PX`` is none of the stroke; what is shorter than ``LONG_PX`` is none where bare paper
    at the stroke's height lies between, for a stroke does not jump over paper.
    """
    for way in (slice(None), slice(None, None, -1)):
        first, last = (x0, x1) if way.step is None else (len(inked) - x1, len(inked) - x0)
        own, all_ink, print_ = inked[way], ink[:, way], blank[:, way]
        while True:
            at = np.flatnonzero(own[first:last]) + first
            cuts = np.flatnonzero(np.diff(at) > GAP_PX)
            if not len(cuts):
                break
            length, end, begin = int(at[cuts[0]] - at[0]) + 1, int(at[cuts[0]]) + 1, int(at[cuts[0] + 1])
            if length >= LONG_PX or (length >= SHORT_PX and not _bare_between(all_ink, print_, end, begin)):
                break
            own[first:end] = False


def _bare_between(ink: Bytes, blank: Bytes, end: int, begin: int) -> bool:
    """Whether bare paper, 1 mm of it, lies before the stroke that begins at ``begin``, at its height."""
    rows = np.flatnonzero(ink[:, begin : begin + 3 * LONG_PX].any(axis=1))
    if not len(rows):
        return False
    height = slice(max(0, rows[0] - ROUND_PX), rows[-1] + ROUND_PX + 1)
    return bool(np.count_nonzero(blank[height, end:begin].max(axis=0) < BARE) >= GAP_PX)


def _bridge(inked: NDArray[np.bool_], ink: Bytes, blank: Bytes, x0: int, x1: int) -> None:
    """Fill gaps of a level stroke that bold letters may hide: straight on from end to end there is no bare paper."""
    first = x0 - BEYOND_PX
    at = np.flatnonzero(inked[first : x1 + BEYOND_PX]) + first
    for i in np.flatnonzero(np.diff(at) > RUN_GAP_MM * DENSITY):
        left, right = int(at[i]), int(at[i + 1])
        before, after = _height(ink[:, left - LONG_PX : left + 1]), _height(ink[:, right : right + LONG_PX + 1])
        if before is None or after is None or right - left > HIDDEN_MM * DENSITY:
            continue
        across = np.arange(left + 1, right)
        down = np.rint(np.linspace(before, after, len(across))).astype(np.intp)
        if abs(after - before) > STEEP * len(across):
            continue
        shown = [blank[np.clip(down + by, 0, len(blank) - 1), across] for by in range(-ROUND_PX, ROUND_PX + 1)]
        if np.count_nonzero(np.max(shown, axis=0) < BARE) < GAP_PX:
            inked[left:right] = True


def _height(ink: Bytes) -> float | None:
    """The middle row of a level stroke's end; ``None`` for other ink, and at the edge, where it may lie outside."""
    rows = np.flatnonzero(ink.any(axis=1))
    if not len(rows) or rows[0] < WITHIN_PX or rows[-1] >= len(ink) - WITHIN_PX or rows[-1] - rows[0] >= BAND_PX:
        return None
    return float(rows[0] + rows[-1]) / 2


@dataclass(frozen=True, slots=True)
class UprightRow:
    """A row of upright strokes through a name: the share that it spans, and how far its strokes lean."""

    span: float
    lean: float
    """Pixels to the left for every pixel down."""


def row_of_uprights(sure: Bytes, rows: slice, x0: int, x1: int) -> UprightRow | None:
    """The row of upright strokes in the name between ``x0`` and ``x1``; ``None`` where its ink is something else.

    Bold letters hide the middle of a stroke that shows above and below them. Seen along the strokes' common lean,
    a row is narrow columns of ink as tall as the letters and empty columns between them; rings, lines under and
    over a name and waves leave no column empty, and short pieces are no strokes.
    """
    ink = sure[rows, x0:x1]
    if _level_band(ink):
        return None
    height, width = ink.shape
    down, across = np.divmod(np.flatnonzero(np.ascontiguousarray(ink).view(np.bool_)), width)
    if not len(down):
        return None
    reach = height  # columns by which a lean may move ink to either side
    places = [np.rint(across + lean * (down - height / 2)).astype(np.intp) + reach for lean in LEANS]
    counts = [np.bincount(p, minlength=width + 2 * reach) for p in places]
    best = int(np.argmax([int((c.astype(np.int64) ** 2).sum()) for c in counts]))
    if np.count_nonzero(counts[best]) >= ROW * width:
        return None
    run = np.cumsum(np.diff(counts[best] > 0, prepend=False) & (counts[best] > 0))[places[best]]
    count = int(run.max()) + 1
    top, bottom, left, right = spans(run, down, places[best], count)
    upright = (bottom - top + 1 >= TALL * height) & (right - left + 1 <= BROAD_PX)
    mine = upright[run]
    if mine.mean() < MOSTLY:
        return None
    crossed = np.zeros(width, np.bool_)
    crossed[across[mine]] = True
    return UprightRow(longest_stretch(crossed, 0, width, 0), float(LEANS[best]))


def spans(
    of: NDArray[np.integer[Any]], rows: NDArray[np.intp], across: NDArray[np.intp], count: int
) -> tuple[NDArray[np.int64], ...]:
    """First and last row, first and last column of each of ``count`` pieces, by the pixels ``of`` them.

    A piece without pixels has its last before its first.
    """
    found = []
    for values in (rows, across):
        first, last = np.full(count, np.iinfo(np.int32).max, np.int64), np.full(count, -1, np.int64)
        np.minimum.at(first, of, values)
        np.maximum.at(last, of, values)
        found += [first, last]
    return tuple(found)


def _level_band(ink: Bytes) -> bool:
    """Whether most of the ink lies at one height, as that of a level stroke and never that of upright ones."""
    rows = ink.sum(axis=1, dtype=np.int64)
    sums = np.convolve(rows, np.ones(BAND_PX, np.int64))
    return bool(sums.max() > BAND * rows.sum())


def columns(ink: Bytes) -> NDArray[np.bool_]:
    """Which columns have ink."""
    return np.asarray(ink.any(axis=0), np.bool_)


def crossed(ink: Bytes) -> NDArray[np.bool_]:
    """Which columns have ink, specks left out that stand alone: a speck in a wide gap would make two narrow ones."""
    counts = ink.sum(axis=0, dtype=np.int64)
    inked = counts > 0
    edges = np.flatnonzero(np.diff(inked.astype(np.int8), prepend=0, append=0))
    begins, ends = edges[::2], edges[1::2]
    if len(begins) < 3:
        return np.asarray(inked, np.bool_)
    mine = np.add.reduceat(counts, edges)[::2] if ends[-1] < len(counts) else np.add.reduceat(counts, edges[:-1])[::2]
    apart = begins[1:] - ends[:-1] > ALONE_PX
    speck = (mine <= SPECK_PX) & (ends - begins <= SPECK_WIDE_PX)
    speck &= np.append(False, apart) & np.append(apart, False)
    for begin, end in zip(begins[speck], ends[speck], strict=True):
        inked[begin:end] = False
    return np.asarray(inked, np.bool_)


def _level(ink: Bytes, length: int) -> Bytes:
    """Ink of level strokes: at least ``length`` pixels long, and lower than upright strokes of thick pens."""
    wide = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    upright = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((UPRIGHT_PX, 1), np.uint8))
    return np.asarray(cv2.subtract(wide, cv2.dilate(upright, np.ones((1, 9), np.uint8))), np.uint8)


def _at_height(outside: Bytes, inside: Bytes) -> NDArray[np.bool_]:
    """Columns of ``outside`` whose ink stands as high as that of ``inside``, the end of the name beside it."""
    rows = np.flatnonzero(inside.any(axis=1))
    if not len(rows):
        return np.zeros(outside.shape[1], np.bool_)
    first, last = max(0, int(rows[0]) - LONG_PX), int(rows[-1]) + LONG_PX
    return np.asarray(outside[first:last].any(axis=0), np.bool_)


def longest_stretch(
    inked: NDArray[np.bool_], x0: int, x1: int, beyond: int = BEYOND_PX, gap_mm: float = RUN_GAP_MM
) -> float:
    """Share of the name between ``x0`` and ``x1`` that its longest stretch of ink without a wide gap covers.

    The stretch may begin and end outside: print can hide where it enters the name.
    """
    first = x0 - beyond
    at = np.flatnonzero(inked[first : x1 + beyond]) + first
    if not len(at):
        return 0.0
    cuts = np.flatnonzero(np.diff(at) > gap_mm * DENSITY)
    starts = np.maximum(at[np.append(0, cuts + 1)], x0)
    ends = np.minimum(at[np.append(cuts, len(at) - 1)], x1 - 1)
    return max(0.0, float((ends - starts + 1).max() / (x1 - x0)))
