"""What lies beside a printed name on its line: ends of strokes, signs that stand apart, faint signs on its title."""

from __future__ import annotations

import cv2
import numpy as np
from cv2.typing import MatLike

from pipeline.recognize.components import components
from pipeline.recognize.name_ink import AROUND, Seen, shifted
from pipeline.recognize.spans import DENSITY, UprightRow, spans
from pipeline.recognize.windows import Bytes

PRINT = 50
"""Darkness of the blank that is print."""
TITLE_INK, PIECE_MM2 = 32, 0.1
"""Darkness above what print explains closely, and the least piece of it, that may be a sign on a name's title."""
ASIDE = tuple((x, y) for x in (-0.7, 0.0, 0.7) for y in (-0.7, 0.0, 0.7) if x or y)
"""Pixels by which a title may lie off where the name's print lies."""
JOIN_PX = 11
"""Pieces of one stroke beside a name lie at most so near (1.2 mm): a pen skips, a sign stands apart."""
SIGN_MM = 1.2
"""A tick, cross or letter is taller; the end of a level stroke is not."""
TALLER = 1.15
DUST_MM = 0.9
"""Spots apart from the name's ink that reach no further are dust."""
NARROW_MM = 1.8
"""Along the lean of a row of upright strokes, one more of them beside the name is no broader; a sign is."""


def ink_beside(
    ink: Bytes, zone: tuple[slice, slice], blank: Bytes, ends: tuple[float, float], row: UprightRow | None
) -> tuple[Bytes, float]:
    """Ink on the name's line but outside of ``zone``, without dust; and the area (mm²) of signs that stand apart.

    A stroke that runs on over the printed "Ông" is cut up by its letters, so print beside the name joins ink.
    Of what stands apart, low leftovers (under SIGN_MM) are ends of strokes, and pieces no taller than the
    strokes at that end of the name (``ends``, mm) go on with a row of them.
    """
    beside = np.zeros_like(ink)
    beside[zone[0]] = ink[zone[0]]
    beside[zone] = 0
    if not cv2.countNonZero(beside):
        return beside, 0.0
    if row is None:
        joins = (blank > PRINT).astype(np.uint8)
        joins[zone] = 0
        joined = cv2.bitwise_or(cv2.dilate(ink, np.ones((3, JOIN_PX), np.uint8)), joins)
    else:  # upright strokes stand apart, over the title as well
        joined = cv2.dilate(ink, AROUND)
    labels, stats = components(joined)
    # 0 and 1 as truth values: pixels are found ten times as quickly
    at = np.flatnonzero(ink.view(np.bool_))
    down, across = np.divmod(at, ink.shape[1])
    of = labels.ravel()[at]
    within = (down >= zone[0].start) & (down < zone[0].stop) & (across >= zone[1].start) & (across < zone[1].stop)
    apart = np.ones(len(stats), np.bool_)
    apart[of[within]] = False
    apart[0] = False
    areas = np.bincount(of, minlength=len(stats))
    top, bottom, left, right = spans(of, down, across, len(stats))
    tall = (bottom - top + 1) / DENSITY
    dust = apart & (np.maximum(tall, (right - left + 1) / DENSITY) < DUST_MM)
    if dust.any():
        beside.ravel()[at[dust[of]]] = 0
    least = np.maximum(SIGN_MM, TALLER * np.where(right < zone[1].start, ends[0], ends[1]))
    if row is not None:  # its strokes go on beside the name, as narrow as they are in it
        _, _, first, last = spans(of, down, np.rint(across + row.lean * down).astype(np.intp) + len(ink), len(stats))
        apart &= last - first + 1 > NARROW_MM * DENSITY
    middle = (top + bottom) / 2
    sign = apart & ~dust & (tall >= least) & (middle > zone[0].start) & (middle < zone[0].stop)
    return beside, float(areas[sign].sum()) / DENSITY**2


def ink_on_title(seen: Seen, zone: tuple[slice, slice]) -> float:
    """Area (mm²) of faint ink on a name's printed title, at its left.

    The title is thin print, of which so much is explained amply that a small pencil sign on it hardly shows; what
    print does not explain closely shows it, in pieces larger than those that print's edges leave. Specks on bare
    paper are dust.
    """
    rows, columns = zone
    at = (rows, slice(0, columns.start))
    page, close = seen.page[at], seen.close[at]
    found = _pieces(cv2.subtract(page, close), seen.print_reach[at])
    if found:  # paper stretches, so that the title may lie off the blank where the name does not
        laid = [shifted(np.ascontiguousarray(close), shift) for shift in ASIDE]
        found = min(found, *(_pieces(cv2.subtract(page, m), seen.print_reach[at]) for m in laid))
    return found


def _pieces(excess: MatLike, blank: Bytes) -> float:
    """Area (mm²) of the pieces of PIECE_MM2 and more in ``excess`` that are no dust on bare paper."""
    ink = np.asarray(cv2.threshold(cv2.blur(excess, (3, 3)), TITLE_INK, 1, cv2.THRESH_BINARY)[1], np.uint8)
    if cv2.countNonZero(ink) < PIECE_MM2 * DENSITY**2:
        return 0.0
    _, places = components(cv2.max(ink, cv2.threshold(blank, PRINT, 1, cv2.THRESH_BINARY)[1]))
    _, stats = components(ink)
    found = 0
    for left, top, wide, tall, area in stats[1:].tolist():
        if area < PIECE_MM2 * DENSITY**2:
            continue
        alone = (places[1:, : cv2.CC_STAT_AREA] == (left, top, wide, tall)).all(axis=1).any()
        found += area * (not alone or max(wide, tall) >= DUST_MM * DENSITY)
    return found / DENSITY**2
