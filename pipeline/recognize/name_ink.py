"""The ink on a printed name: what is plain, what adjoins it among the letters, what is faint, and how much it is."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.recognize.components import components
from pipeline.recognize.spans import DENSITY
from pipeline.recognize.windows import Bytes

INK, FAINT = 38, 20
"""Darkness of 255 above the blank's that is ink, and that already speaks against a clear name. Paper noise of
the roughest scans stays below 20; the faintest pencil line gives 40."""
FAINT_MM = 0.9
SPECK_MM2 = 0.05
"""Smaller spots are dust and noise: a resting pen leaves 0.2 mm² and more."""
PLAIN_MM2, SMALL_SPECK_MM2 = 1.0, 0.02
"""Where a name has so much plain ink, pieces as small as the second belong to it."""
END_MM2, NEAR_ROWS, NEAR_COLUMNS = 0.15, 10, 20
"""The least piece that is a stroke's plain end, and pixels (1.2 and 2.5 mm) from piece to piece, over which small
ones beyond such ends are what letters left of it; further off they are dust, which must not make a stroke longer."""
AS_DARK = 0.4
"""Of a stroke's own darkness, what a small piece beyond its plain ends has at the least: letters leave pieces of a
stroke as dark as it is, the rims of print that a scan shows a little bolder are pale."""
TAIL_MM = 15.0
"""The last part of a name, whose ink tells how tall a wave runs on behind it."""
GROW_PX = 8
"""A stroke is followed so far (1 mm) from where it is plain, over letters' edges."""
HIDDEN_PX = 17
"""Black print this wide (2 mm) hides a stroke that shows on both its sides."""
STEM_PX = 33
"""The stem of a letter hides an upright stroke all down its 3 mm; it shows above and below."""
AROUND = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A name's window: the page's darkness, what print explains of it closely and amply, and where print may be."""

    page: Bytes
    close: Bytes
    ample: Bytes
    print_reach: Bytes
    down: int
    """Pixels by which the line lies lower than the blank's."""


def area_mm2(ink: Bytes) -> float:
    """Ink in mm²."""
    return float(cv2.countNonZero(np.ascontiguousarray(ink))) / DENSITY**2


def end_heights(body: Bytes) -> tuple[float, float]:
    """How tall (mm) the ink in a name's first and in its last part is."""
    part = round(TAIL_MM * DENSITY)
    return height_mm(body[:, :part]), height_mm(body[:, -part:])


def height_mm(ink: Bytes) -> float:
    """Between the highest and the lowest ink, mm."""
    rows = np.flatnonzero(ink.any(axis=1))
    return float(rows[-1] - rows[0] + 1) / DENSITY if len(rows) else 0.0


def shifted(blank: Bytes, offset: tuple[float, float]) -> Bytes:
    """The blank laid onto the page."""
    dx, dy = offset
    if abs(dx) <= 0.05 and abs(dy) <= 0.05:
        return blank
    matrix = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
    return np.asarray(cv2.warpAffine(blank, matrix, (blank.shape[1], blank.shape[0])), np.uint8)


def grown_ink(sure: Bytes, seen: Seen) -> Bytes:
    """The ink with what adjoins it among the letters, up to GROW_PX on, and with what black letters hide of it."""
    weak = np.asarray(cv2.threshold(cv2.subtract(seen.page, seen.close), INK, 1, cv2.THRESH_BINARY)[1], np.uint8)
    grown = sure
    for _ in range(GROW_PX):
        grown = np.asarray(cv2.max(sure, cv2.min(cv2.dilate(grown, AROUND), weak)), np.uint8)
    black = np.asarray(cv2.threshold(seen.close, 255 - INK, 1, cv2.THRESH_BINARY)[1], np.uint8)
    across = cv2.morphologyEx(grown, cv2.MORPH_CLOSE, np.ones((3, HIDDEN_PX), np.uint8))
    down = cv2.morphologyEx(grown, cv2.MORPH_CLOSE, np.ones((STEM_PX, 3), np.uint8))
    return np.asarray(cv2.max(grown, cv2.min(cv2.max(across, down), black)), np.uint8)


def faint_lines(excess: Bytes) -> Bytes:
    """Faint ink in pieces as long as a stroke; print that shows through from the back comes in letters."""
    smooth = cv2.blur(excess, (3, 3))
    faint = np.asarray(cv2.threshold(smooth, FAINT, 1, cv2.THRESH_BINARY)[1], np.uint8)
    if cv2.countNonZero(faint) < SPECK_MM2 * DENSITY**2:
        return faint
    labels, stats = components(faint)
    keep = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) >= FAINT_MM * DENSITY
    keep[0] = False
    return np.asarray(keep.astype(np.uint8)[labels], np.uint8)


def plain_ink(excess: Bytes, zone: tuple[slice, slice]) -> Bytes:
    """Where the darkness above print's is ink, without specks.

    Where a name has plain ink, letters leave small pieces of a thin stroke, which stay.
    """
    ink = np.asarray(cv2.threshold(excess, INK, 1, cv2.THRESH_BINARY)[1], np.uint8)
    if cv2.countNonZero(ink) < SPECK_MM2 * DENSITY**2:
        return np.zeros_like(ink)
    left, top, wide, tall = cv2.boundingRect(ink)
    part = (slice(top, top + tall), slice(left, left + wide))
    labels, stats = components(np.ascontiguousarray(ink[part]))
    areas = stats[:, cv2.CC_STAT_AREA] / DENSITY**2
    large, small = areas >= SPECK_MM2, (areas >= SMALL_SPECK_MM2) & (areas < SPECK_MM2)
    large[0] = small[0] = False
    kept = np.zeros_like(ink)
    kept[part] = large.astype(np.uint8)[labels]
    if small.any() and area_mm2(kept[zone]) > PLAIN_MM2:
        first = stats[:, cv2.CC_STAT_LEFT]
        last = first + stats[:, cv2.CC_STAT_WIDTH]
        plain = large & (areas >= END_MM2)
        between = small & (first > first[plain].min(initial=len(ink[0]))) & (last < last[plain].max(initial=0))
        darkest = _darkest(excess[part], labels, len(stats))
        dark = small & (darkest >= AS_DARK * np.median(darkest[plain])) if plain.any() else small
        both = np.asarray((large | dark | between).astype(np.uint8)[labels], np.uint8)
        chains, _ = components(cv2.dilate(both, np.ones((NEAR_ROWS, NEAR_COLUMNS), np.uint8)))
        reached = np.zeros(int(chains.max()) + 1, np.uint8)
        reached[chains[kept[part] > 0]] = 1
        kept[part] = np.maximum(both & reached[chains], (large | between).astype(np.uint8)[labels])
    return kept


def _darkest(excess: Bytes, labels: NDArray[np.int32], count: int) -> NDArray[np.uint8]:
    """The greatest darkness in each of ``count`` pieces."""
    darkest = np.zeros(count, np.uint8)
    inked = np.flatnonzero(labels)
    np.maximum.at(darkest, labels.ravel()[inked], excess.ravel()[inked])
    return darkest
