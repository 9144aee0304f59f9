"""Lines that dirt in the scanner drew: thin, along an edge of the picture to the pixel, longer than hands draw them."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.scan.page import Pixels

BLOCK_MM = 15.0
"""Length of the pieces in which a streak is looked for: it may begin and end anywhere on the page."""
RUN = 4
"""So many pieces in a row make a streak across the lines of text (60 mm): so far no hand keeps to one column of
pixels. Along the lines of text a level stroke through a long name and its title comes near to that."""
WHOLE = 0.88
"""Of the picture's length that a streak along the lines of text must show on. Real streaks show on 0.97 and more;
a level stroke through a long name and its title reached 0.64 and must never be taken for one."""
BOTH_ENDS, ENDS_SHOW, REST_SHOWS = 0.12, 0.85, 0.3
"""Of the picture's length, the ends where nothing is printed and no voter strikes: what shows on so much of both, and
on so much of the whole, is a streak that print hides from WHOLE."""
SHARE = 0.75
"""Of a piece on which a streak must show; where it crosses printed lines it does not."""
DIP = 5
"""Grey levels below the neighbourhood; noise of a scan is about 3."""
AROUND_PX, RIM_PX = 15, 9
"""A streak is darker than what lies within the first of these widths; its rims lie within the second."""
BESIDE_PX = 14
"""Paper is looked at so far beside a streak: most of what stands there is paper, and print little of it."""
EVERY = 8
"""Of the lines across a streak one in so many is looked at."""
BLACK = 0.35
"""A streak that leaves less than this share of the paper's light hides what lies under it."""
LONG_MM = 40.0
"""Printed lines of at least this length are frames and rules."""
ASKEW: tuple[float, ...] = tuple(0.0025 * i for i in range(-12, 13))
"""Slopes at which a frame is looked for on its blank (up to 1.7 degrees)."""
PRINTED = 40
"""Darkness of 255 of what is printed on the blank."""
ASIDE_PX = 6
"""A streak so near to a printed line is taken for the line: it lies on print and hides no name."""
GAP = 4
"""So many pieces in which printed lines hide a streak lie between others of it."""
EDGES = 0.4
"""Of a piece: where the form's own short lines, of its boxes, run so long in one column, no streak is looked for."""
Ends = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Streaks:
    """Where streaks lie in the picture as scanned, piece by piece (true there)."""

    columns: NDArray[np.bool_]
    """(pieces down the picture, width)."""
    rows: NDArray[np.bool_]
    """(pieces across the picture, height)."""
    block: int
    """Pixels of a piece."""
    lying: bool
    """Whether the form lies on its side, so that its lines of text run down the picture."""
    scale: float = 1.0
    """How much wider than in pictures of 200 dpi is looked beside a streak."""

    def taken_out(self, pixels: Pixels) -> Pixels:
        """The picture without the streaks; print and ink under them show again, except under black ones."""
        clean = pixels.copy()
        beside = round(BESIDE_PX * self.scale)
        _take_out(clean, self.columns, self.block, beside)
        _take_out(clean.swapaxes(0, 1), self.rows, self.block, beside)
        return clean

    def along(self, places: NDArray[np.float64]) -> bool:
        """Whether a streak runs along the line of text between ``places`` (n, 2) of the picture.

        It may lie on a level stroke and hide it.
        """
        lines = self.columns if self.lying else self.rows
        across, down = (0, 1) if self.lying else (1, 0)
        first, last = (np.clip(f(places, axis=0), 0, None).astype(int) for f in (np.min, np.max))
        pieces = slice(first[down] // self.block, last[down] // self.block + 1)
        return bool(lines[pieces, first[across] : last[across] + 1].any())

    def crosses(self, places: NDArray[np.float64]) -> bool:
        """Whether a streak lies within the box round ``places`` (n, 2) of the picture."""
        (left, top), (right, bottom) = (f(places, axis=0) for f in (np.min, np.max))
        spans = [slice(max(0, int(a)), max(0, ceil(b)) + 1) for a, b in ((left, right), (top, bottom))]
        pieces = [slice(span.start // self.block, span.stop // self.block + 1) for span in spans]
        return bool(self.columns[pieces[1], spans[0]].any() or self.rows[pieces[0], spans[1]].any())

    def __bool__(self) -> bool:
        return bool(self.columns.any() or self.rows.any())


def _take_out(pixels: Pixels, lines: NDArray[np.bool_], block: int, beside: int) -> None:
    """Lighten the columns that are true in a piece (pieces down, width) by what the streak takes from their paper.

    Dirt on the glass takes a share of the light from everything below it, so print and ink keep their contrast.
    """
    width = lines.shape[1]
    for piece in np.flatnonzero(lines.any(axis=1)):
        part = pixels[piece * block : (piece + 1) * block if piece + 1 < len(lines) else None]
        edges = np.flatnonzero(np.diff(np.pad(lines[piece].astype(np.int8), 1)))
        for first, end in edges.reshape(-1, 2):
            before = part[:: 2 * EVERY, max(0, first - beside) : max(1, first - 1)]
            after = part[:: 2 * EVERY, min(width - 1, end + 1) : end + beside]
            # the darker side: what is brighter than the paper may be a light streak, or beyond the sheet's edge
            paper = np.minimum(_light(before), _light(after))
            band = part[:, first:end]
            level = _lightest(band[:: 2 * EVERY])
            lightened = cv2.multiply(band, np.broadcast_to(paper / np.maximum(level, 1.0), band.shape), dtype=cv2.CV_8U)
            part[:, first:end] = np.where(level < BLACK * paper, paper, lightened.reshape(band.shape))


def _light(side: Pixels) -> Pixels:
    """The paper's level: lighter than three quarters of what is there."""
    return _lightest(side.reshape(-1, *side.shape[2:]))


def _lightest(values: Pixels) -> Pixels:
    """Lighter than three quarters of ``values`` along their first axis."""
    at = 3 * len(values) // 4
    return np.asarray(np.partition(values, at, axis=0)[at], np.uint8)


def streaks_of(
    pixels: Pixels, pixels_per_mm: float, rotation_deg: float, printed: Ends | None = None, edges: Ends | None = None,
    *, scale: float = 1.0,
) -> Streaks:  # fmt: skip
    """Dirt on the scanner's glass draws a line along the feed: found by columns, and by rows on a turned page.

    ``rotation_deg`` of the form in the picture tells which of them run along its lines of text. ``printed``: the ends
    (n, 2, 2) in the picture of long lines that the form has, which are no streaks; ``edges``: those of short ones, many
    of which may lie in a column and hide a streak. ``scale``: how much finer the picture is than 200 dpi; a streak has
    more pixels there.
    """
    grey = pixels if pixels.ndim == 2 else pixels[:, :, 1]
    block = max(EVERY, round(BLOCK_MM * pixels_per_mm))
    lying = 45 < abs(rotation_deg) < 135
    whole = block // EVERY * EVERY
    ends = np.zeros((0, 2, 2)) if printed is None else printed
    short = np.zeros((0, 2, 2)) if edges is None else edges
    down, across = grey.shape[:2], grey.shape[1::-1]
    of_columns = _passed(ends, whole, down) | _edged(short, whole, down)
    of_rows = _passed(ends[..., ::-1], whole, across) | _edged(short[..., ::-1], whole, across)
    columns = _lines(np.ascontiguousarray(grey[::EVERY]), block // EVERY, lying, of_columns, scale, edges is not None)
    aside = np.asarray(cv2.transpose(np.ascontiguousarray(grey[:, ::EVERY])), np.uint8)
    rows = _lines(aside, block // EVERY, not lying, of_rows, scale, edges is not None)
    return Streaks(columns, rows, block // EVERY * EVERY, lying, scale)


def printed_lines(blank: NDArray[np.uint8], density: float) -> Ends:
    """Ends in mm of the blank's long straight lines, those of frames: ``blank`` is its darkness."""
    ends = []
    for upright in (True, False):
        lines = _long_lines(blank.T if upright else blank, density, LONG_MM)
        _, labels, stats, _ = cv2.connectedComponentsWithStats(lines)
        for label, (left, top, wide, tall) in enumerate(stats[1:, : cv2.CC_STAT_AREA].tolist(), start=1):
            piece = labels[top : top + tall, left : left + wide] == label
            heights = [top + float(np.flatnonzero(end.any(axis=1)).mean()) for end in (piece[:, :4], piece[:, -4:])]
            line = [(left, heights[0]), (left + wide, heights[1])]
            ends.append([(y, x) for x, y in line] if upright else line)
    return np.array(ends, np.float64).reshape(-1, 2, 2) / density


def near_lines(blank: NDArray[np.uint8], density: float, mm: float, least_mm: float) -> NDArray[np.uint8]:
    """Where straight lines of ``least_mm`` and more are printed on the blank, and up to ``mm`` beside them (1)."""
    across, down = _long_lines(blank, density, least_mm), _long_lines(blank.T, density, least_mm)
    lines = cv2.max(across, np.ascontiguousarray(down.T))
    size = 2 * round(mm * density) + 1
    return np.asarray(cv2.dilate(lines, np.ones((size, size), np.uint8)), np.uint8)


def _long_lines(blank: NDArray[np.uint8], density: float, least_mm: float) -> NDArray[np.uint8]:
    """Lines at least ``least_mm`` long that run across (1).

    A blank that was scanned lies askew, all its lines alike.
    """
    height, width = blank.shape
    ink = np.asarray(cv2.threshold(np.ascontiguousarray(blank), PRINTED, 1, cv2.THRESH_BINARY)[1], np.uint8)
    ink = np.asarray(cv2.dilate(ink, np.ones((3, 1), np.uint8)), np.uint8)  # a thin line goes from row to row
    kernel = np.ones((1, round(least_mm * density)), np.uint8)
    best, most = np.zeros_like(ink), 0
    for slope in sorted(ASKEW, key=abs):
        level = np.array([[1, 0, 0], [-slope, 1, slope * width / 2]], np.float32)
        lain = cv2.warpAffine(ink, level, (width, height), flags=cv2.INTER_NEAREST)
        lines = cv2.morphologyEx(lain, cv2.MORPH_OPEN, kernel)
        found = cv2.countNonZero(lines)
        if found > most:
            back = np.array([[1, 0, 0], [slope, 1, -slope * width / 2]], np.float32)
            best, most = np.asarray(cv2.warpAffine(lines, back, (width, height), flags=cv2.INTER_NEAREST)), found
    return np.asarray(best, np.uint8)


def _passed(ends: Ends, block: int, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Columns through which lines between ``ends`` (x, y) pass in every piece of a picture: (pieces, width)."""
    pieces, width = _pieces(block, shape)
    passed = np.zeros((pieces, width), np.bool_)
    for (x0, y0), (x1, y1) in ends.tolist():
        if abs(y1 - y0) < abs(x1 - x0):
            continue
        slope = (x1 - x0) / (y1 - y0)
        for piece in range(pieces):
            there = [x0 + slope * (y - y0) for y in (piece * block, (piece + 1) * block)]
            passed[piece, max(0, round(min(there)) - ASIDE_PX) : max(0, round(max(there)) + ASIDE_PX + 1)] = True
    return passed


def _edged(ends: Ends, block: int, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Columns that short lines between ``ends`` (x, y) fill for a good part of a piece: (pieces, width)."""
    pieces, width = _pieces(block, shape)
    filled = np.zeros((pieces, width), np.float64)
    for (x0, y0), (x1, y1) in ends.tolist():
        if abs(y1 - y0) < abs(x1 - x0):
            continue
        top, bottom = min(y0, y1), max(y0, y1)
        left, right = max(0, int(min(x0, x1)) - ASIDE_PX // 2), max(0, ceil(max(x0, x1)) + ASIDE_PX // 2 + 1)
        for piece in range(max(0, int(top // block)), min(pieces, int(bottom // block) + 1)):
            within = min(bottom, (piece + 1) * block) - max(top, piece * block)
            filled[piece, left:right] += within / block
    return filled > EDGES


def _pieces(block: int, shape: tuple[int, ...]) -> tuple[int, int]:
    height, width = shape
    return max(1, ceil(ceil(height / EVERY) / (block // EVERY))), width


def _lines(
    sample: NDArray[np.uint8], block: int, whole: bool, printed: NDArray[np.bool_], scale: float, bridged: bool
) -> NDArray[np.bool_]:
    """Columns of ``sample`` that are darker than their neighbours, (pieces, width): all along, where ``whole``, else
    in RUN pieces after each other, and where ``bridged`` in up to GAP pieces between such."""
    wide, rim = (2 * round(width * scale / 2) + 1 for width in (AROUND_PX - 1, RIM_PX - 1))
    around = cv2.blur(sample, (wide, 1))
    dips = np.asarray(cv2.threshold(cv2.subtract(around, sample), DIP, 1, cv2.THRESH_BINARY)[1], np.uint8)
    pieces = max(1, -(-len(sample) // block))
    if whole:
        share = _mean(dips)
        through = (share > WHOLE) & ~printed.any(axis=0)
        if bridged:  # a level fold along names looks so, too, and is told by ``sheet_ink``
            end = max(1, round(BOTH_ENDS * len(dips)))
            ends = np.minimum(_mean(dips[:end]), _mean(dips[-end:]))
            through |= (share > REST_SHOWS) & (ends > ENDS_SHOW) & ~printed.any(axis=0)
        grown_once = cv2.dilate(through.astype(np.uint8)[None], np.ones((1, rim), np.uint8)) > 0
        return np.asarray(np.repeat(grown_once, pieces, axis=0), np.bool_)
    share = np.stack([_mean(dips[i * block : (i + 1) * block]) for i in range(pieces)])
    found = (share > SHARE) & ~printed
    # the line may wander by the picture's own rounding: neighbouring columns count for each other
    near = found | np.roll(found, 1, axis=1) | np.roll(found, -1, axis=1)
    run = min(RUN, pieces)
    kept = np.zeros_like(found)
    for first in range(pieces - run + 1):
        kept[first : first + run] |= near[first : first + run].all(axis=0)
    if not kept.any():
        return kept
    ends = kept.copy()  # a streak begins and ends within a piece
    ends[1:] |= kept[:-1]
    ends[:-1] |= kept[1:]
    grown = np.asarray(cv2.dilate(ends.astype(np.uint8), np.ones((1, rim), np.uint8)), np.uint8)
    if bridged:
        grown = np.asarray(cv2.morphologyEx(grown, cv2.MORPH_CLOSE, np.ones((GAP + 1, 1), np.uint8)), np.uint8)
    return np.asarray(grown > 0, np.bool_)


def _mean(lines: Pixels) -> NDArray[np.float64]:
    """Mean of every column; numpy's own takes four times as long for bytes."""
    return np.asarray(cv2.reduce(lines, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[0] / len(lines), np.float64)
