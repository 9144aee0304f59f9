"""Ink that somebody added outside the names and the stamp, on a reduced picture of the region."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from pipeline.forms.template import FormField
from pipeline.geometry import Box
from pipeline.recognize.reading import FieldReading
from pipeline.recognize.stamp import SHIFT_MM
from pipeline.recognize.strikes import lines_of
from pipeline.recognize.windows import Floats, Layout, cut, excess, mosaic_of, quad_of
from pipeline.scan.page import RegisteredPage
from pipeline.scan.prepare import PreparedSide

DENSITY = 100 / 25.4
EDGE_MM = 4.0
"""Shadows of the paper's edge reach this far in."""
INKED = 0.14
DUST_MM2, SURE_MM2 = 0.4, 3.0
STRAIGHT_MM, THIN_MM = 40.0, 0.9
"""Longer and thinner than this along an axis is a streak or a fold, not handwriting."""


def read_stray(
    page: RegisteredPage, prepared: PreparedSide, field: FormField, others: Sequence[FormField]
) -> FieldReading:
    """present | absent | unclear by the area (mm2) of ink that touches no other field."""
    mosaic = mosaic_of(prepared, Layout((field.box,), DENSITY))
    ink = excess(cut(page.raw.pixels, page.map, mosaic), mosaic, 0.4)
    area, largest = _outside(ink, field.box, others)
    present = float(np.clip((largest - 1.0) / (SURE_MM2 - 1.0), 0, 1))
    absent = float(np.clip((1.0 - area) / (1.0 - DUST_MM2), 0, 1)) * (1 - present)
    return FieldReading(
        field.id,
        "stray",
        {"present": present, "absent": absent, "unclear": max(0.0, 1 - present - absent)},
        {"area_mm2": area, "largest_mm2": largest},
        quad_of(field.box, page.map),
    )


def _outside(ink: Floats, region: Box, others: Sequence[FormField]) -> tuple[float, float]:
    mask = (ink > INKED).astype(np.uint8)
    height, width = (min(round(v * DENSITY), n) for v, n in zip((region.h, region.w), mask.shape, strict=True))
    edge = round(EDGE_MM * DENSITY)
    mask[:edge] = mask[:, :edge] = 0
    mask[height - edge :] = mask[:, width - edge :] = 0
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    own = np.ones(len(stats), np.bool_)
    own[0] = False
    for other in others:
        own[labels[_slices(other, region)]] = False
    sides = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    own &= ~((sides.max(axis=1) > STRAIGHT_MM * DENSITY) & (sides.min(axis=1) <= THIN_MM * DENSITY + 1))
    areas = stats[own, cv2.CC_STAT_AREA] / DENSITY**2
    areas = areas[areas > DUST_MM2 / 4]
    return float(areas.sum()), float(areas.max(initial=0))


def _slices(other: FormField, region: Box) -> tuple[slice, slice]:
    box = other.box.grown(SHIFT_MM) if other.kind == "stamp" else other.box.grown(0.5)
    if other.kind == "strike":
        for line in lines_of(other):
            box = box.union(line)
    x, y = max(0.0, box.x - region.x), max(0.0, box.y - region.y)
    right, bottom = max(0.0, box.right - region.x), max(0.0, box.bottom - region.y)
    return (
        slice(int(y * DENSITY), int(bottom * DENSITY) + 1),
        slice(int(x * DENSITY), int(right * DENSITY) + 1),
    )
