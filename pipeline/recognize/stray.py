"""Writing and signs that somebody added outside the fields: ink that belongs to no name and no stamp."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np

from pipeline.forms.template import FieldValue, FormField
from pipeline.recognize.reading import FieldReading
from pipeline.recognize.sheet_ink import DENSITY, SheetInk
from pipeline.recognize.windows import Bytes, quad_of
from pipeline.scan.page import RegisteredPage
from pipeline.scan.prepare import PreparedSide

INK = 26
"""Darkness of 255 above the blank's. Thin pen lines lose half their darkness at this density and still give 40."""
EDGE_MM = 3.0
"""The paper's edges show shadow and the scanner's lid; nobody can write there."""
JOIN_PX = 5
"""Pieces of writing lie nearer to each other than this (1.2 mm)."""
SPECK_MM2 = 0.5
"""Smaller gatherings are dust; the smallest tick of the thinnest pen has 0.8 mm²."""
STROKE_MM = 2.5
"""Writing extends at least so far in one direction; a blot of dust does not."""
NAME_MM = 0.8
"""Ink that comes so near to a printed name is a mark on that name."""
_FIELD_MM = 1.5


@lru_cache(maxsize=32)
def _zones(prepared: PreparedSide, height: int, width: int) -> tuple[Bytes, Bytes]:
    """Sheet pixels that belong to a name or another field (1), and those where somebody can write (1)."""
    fields = np.zeros((height, width), np.uint8)
    for field in prepared.side.fields:
        if field.kind in ("stray", "stamp"):
            continue
        for box in field.lines or (field.box,):
            grown = box.grown(NAME_MM if field.kind == "strike" else _FIELD_MM)
            x0, y0, x1, y1 = (round(v * DENSITY) for v in (grown.x, grown.y, grown.right, grown.bottom))
            fields[max(0, y0) : y1, max(0, x0) : x1] = 1
    inside = np.zeros((height, width), np.uint8)
    edge = round(EDGE_MM * DENSITY)
    inside[edge : height - edge, edge : width - edge] = 1
    return fields, inside


def read_stray(
    page: RegisteredPage, prepared: PreparedSide, sheet: SheetInk, field: FormField, stamp: Sequence[Bytes]
) -> FieldReading:
    """Present, absent or unclear; ``stamp``: what the stamps take up of the sheet."""
    height, width = sheet.excess.shape
    names, inside = _zones(prepared, height, width)
    ink = ((sheet.excess > INK) & (inside > 0)).astype(np.uint8)
    for taken in stamp:
        ink[taken > 0] = 0
    joined = cv2.dilate(ink, np.ones((JOIN_PX, JOIN_PX), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    areas = np.bincount(labels[ink > 0], minlength=count).astype(np.float64) / DENSITY**2
    own = np.ones(count, np.bool_)
    own[0] = False
    own[np.unique(labels[(names > 0) & (ink > 0)])] = False
    extent = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) - JOIN_PX + 1
    writing = own & (areas >= SPECK_MM2) & (extent >= STROKE_MM * DENSITY)
    blots = own & (areas >= 3 * SPECK_MM2)
    suspect = writing | blots
    measures = {
        "ink_mm2": float(areas[suspect].sum()),
        "longest_mm": float(extent[suspect].max()) / DENSITY if suspect.any() else 0.0,
        "pieces": float(suspect.sum()),
    }
    return FieldReading(field.id, "stray", _scores(measures), measures, quad_of(field.box, page.map))


def _scores(m: dict[str, float]) -> dict[FieldValue, float]:
    """Nothing suspect is absent; anything suspect leans to present and is asked by any sane profile."""
    if m["pieces"] == 0:
        return {"present": 0.0, "absent": 1.0, "unclear": 0.0}
    present = min(1.0, m["ink_mm2"] / 6.0)
    return {"present": present, "absent": 0.0, "unclear": 1.0 - present}
