"""A place to sign: whether somebody wrote there, told from what is printed by the blank form."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.forms.template import FieldValue, FormField
from pipeline.recognize.components import components
from pipeline.recognize.light import light_of
from pipeline.recognize.reading import FieldReading
from pipeline.recognize.windows import Layout, cut, darkness, mosaic_of, quad_of
from pipeline.scan.page import RegisteredPage
from pipeline.scan.prepare import PreparedSide

DENSITY = 4.0
INK = 45
"""Darkness of 255 beyond what print explains from which it is writing."""
SPECK_MM2 = 0.3
WIDE_MM, HIGH_MM, AREA_MM2 = 8.0, 3.0, 3.0
"""A signature is at least so wide, so high and so much ink; initials are smaller and are asked."""
BARE_MM2 = 0.8
"""Ink up to which the place is bare: dust, the foot of a letter from the line above."""


def read_signature(page: RegisteredPage, prepared: PreparedSide, field: FormField) -> FieldReading:
    """Present, absent or unclear, by the extent and area of the writing within the field's box."""
    mosaic = mosaic_of(prepared, Layout((field.box,), DENSITY))
    dark = darkness(cut(light_of(page, prepared.side), page.map, mosaic, page.pixels_per_mm))
    allowed = cv2.dilate(mosaic.blank, np.ones((5, 5), np.uint8))
    ink = np.asarray(cv2.subtract(dark, allowed) > INK, np.uint8)
    _, stats = components(ink)
    pieces = [s for s in stats[1:].tolist() if s[4] >= SPECK_MM2 * DENSITY**2]
    width = height = area = 0.0
    if pieces:
        width = (max(s[0] + s[2] for s in pieces) - min(s[0] for s in pieces)) / DENSITY
        height = (max(s[1] + s[3] for s in pieces) - min(s[1] for s in pieces)) / DENSITY
        area = sum(s[4] for s in pieces) / DENSITY**2
    whole = float(ink.sum()) / DENSITY**2
    measures = {"area_mm2": area, "width_mm": width, "height_mm": height, "all_mm2": whole}
    return FieldReading(field.id, "signature", _scores(measures), measures, quad_of(field.box, page.map))


def _scores(m: dict[str, float]) -> dict[FieldValue, float]:
    like = min(m["area_mm2"] / AREA_MM2, m["width_mm"] / WIDE_MM, m["height_mm"] / HIGH_MM, 1.0)
    present = max(0.0, (like - 0.5) * 2.0)
    absent = max(0.0, 1.0 - m["all_mm2"] / (2 * BARE_MM2))
    unclear = 1.0 - max(present, absent)
    whole = present + absent + unclear
    return {"present": present / whole, "absent": absent / whole, "unclear": unclear / whole}
