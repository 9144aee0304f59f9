"""The team's stamp: whether ink of its size lies where it must be, judged on this page alone."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.forms.template import FieldValue, FormField
from pipeline.geometry import Box
from pipeline.recognize.components import components
from pipeline.recognize.reading import FieldReading
from pipeline.recognize.sheet_ink import DENSITY, SheetInk
from pipeline.recognize.windows import Bytes, quad_of
from pipeline.scan.page import RegisteredPage

REACH_MM = 12.0
"""A stamp may be set off so far from its printed place."""
INK = 18
"""Darkness of 255 above the blank's: a faint stamp on grey scans gives 25, noise at this density stays below 12."""
GATHER_MM = 2.5
"""Parts of one stamp (ring, letters, star) lie nearer to each other than this."""
SPECK_MM2 = 0.4
BEYOND_MM, RIM_PX, GROWN = 10.0, 5, 1.04
"""A stamp's ink is followed so far beyond where stamps are looked for, over gaps of the second (1 mm). Stamps are
about as wide as high: one that grows by more than the third has met writing, and is left as it was."""
SLIP_MM = 3.0
"""A stamp that slipped prints a second rim so far beside the first."""


@dataclass(frozen=True, slots=True, eq=False)
class Stamp:
    """What was found: the reading, and the part of the sheet (in sheet pixels, true) that the stamp takes up."""

    reading: FieldReading
    taken: Bytes | None


def read_stamp(page: RegisteredPage, sheet: SheetInk, field: FormField) -> Stamp:
    """Present, absent or unclear: area and extent of the largest gathering of ink around the printed place."""
    x0, y0, x1, y1 = _window(field.box.grown(REACH_MM), sheet.excess)
    ink = (sheet.excess[y0:y1, x0:x1] > INK).astype(np.uint8)
    reach = 2 * round(GATHER_MM * DENSITY / 2) + 1
    labels, stats = components(cv2.dilate(ink, np.ones((reach, reach), np.uint8)))
    areas = np.bincount(labels[ink > 0], minlength=len(stats)).astype(np.float64) / DENSITY**2
    areas[0] = 0.0
    best = int(areas.argmax())
    box = stats[best]
    width, height = ((float(v) - reach + 1) / DENSITY for v in (box[cv2.CC_STAT_WIDTH], box[cv2.CC_STAT_HEIGHT]))
    if areas[best] == 0:
        width = height = 0.0
    measures = {
        "area_mm2": float(areas[best]),
        "width_mm": width,
        "height_mm": height,
        "all_mm2": float(areas[areas >= SPECK_MM2].sum()),
    }
    reading = FieldReading(field.id, "stamp", _scores(measures), measures, quad_of(field.box, page.map))
    if reading.value != "present":
        return Stamp(reading, None)
    taken = np.zeros_like(sheet.excess)
    hull = cv2.convexHull(_whole(sheet.excess, ((labels == best) & (ink > 0)).astype(np.uint8), x0, y0))
    cv2.fillConvexPoly(taken, hull, 1)
    cv2.polylines(taken, [hull], True, 1, 2 * round(SLIP_MM * DENSITY))
    return Stamp(reading, taken)


def _whole(excess: Bytes, piece: Bytes, x0: int, y0: int) -> np.ndarray:
    """Outline (n, 2), in pixels of the sheet, of the stamp of which ``piece`` lies in the window at (x0, y0).

    A stamp that is set so far off that a part of its rim lies beyond the window is followed there along its own
    ink; what stands apart from it there is writing.
    """
    height, width = piece.shape
    beyond = round(BEYOND_MM * DENSITY)
    left, top = max(0, x0 - beyond), max(0, y0 - beyond)
    around = (excess[top : y0 + height + beyond, left : x0 + width + beyond] > INK).astype(np.uint8)
    around[y0 - top :, x0 - left :][:height, :width] = piece
    labels, _ = components(cv2.dilate(around, np.ones((RIM_PX, RIM_PX), np.uint8)))
    ours = np.unique(labels[y0 - top :, x0 - left :][:height, :width][piece > 0])
    own = _outline(piece) + np.array([x0, y0])
    whole = _outline(((around > 0) & np.isin(labels, ours)).astype(np.uint8)) + np.array([left, top])
    like_a_stamp = np.ptp(whole, axis=0).max() <= GROWN * np.ptp(own, axis=0).max()
    return np.asarray(whole if like_a_stamp else own, np.int32)


def _outline(piece: Bytes) -> np.ndarray:
    """The first and the last pixel of every row, (n, 2): x, y."""
    rows = np.flatnonzero(piece.any(axis=1))
    first = piece[rows].argmax(axis=1)
    last = piece.shape[1] - 1 - piece[rows, ::-1].argmax(axis=1)
    return np.concatenate([np.column_stack([first, rows]), np.column_stack([last, rows])]).astype(np.int32)


def _window(box: Box, sheet: Bytes) -> tuple[int, int, int, int]:
    height, width = sheet.shape
    return (
        max(0, round(box.x * DENSITY)),
        max(0, round(box.y * DENSITY)),
        min(width, round(box.right * DENSITY)),
        min(height, round(box.bottom * DENSITY)),
    )


def _scores(m: dict[str, float]) -> dict[FieldValue, float]:
    """A stamp is at least 15 mm in both directions and 15 mm² of ink; without one there are a few specks."""
    present = min(m["area_mm2"] / 25.0, m["width_mm"] / 18.0, m["height_mm"] / 12.0, 1.0)
    present = max(0.0, (present - 0.5) * 2.0)
    absent = max(0.0, 1.0 - m["all_mm2"] / 5.0)
    unclear = 1.0 - max(present, absent)
    whole = present + absent + unclear
    return {"present": present / whole, "absent": absent / whole, "unclear": unclear / whole}
