"""Whether a stamp is where the form wants one: ink over the blank's, on an area as wide as stamps are."""

from __future__ import annotations

import numpy as np

from pipeline.forms.template import FormField
from pipeline.recognize.reading import FieldReading
from pipeline.recognize.windows import Layout, cut, excess, mosaic_of, quad_of
from pipeline.scan.page import RegisteredPage
from pipeline.scan.prepare import PreparedSide

DENSITY = 100 / 25.4
SHIFT_MM = 8.0
"""A stamp is set by hand: looked for this far beyond its place."""
INKED = 0.08


def read_stamp(page: RegisteredPage, prepared: PreparedSide, field: FormField) -> FieldReading:
    """present | absent | unclear by inked area (mm2) and the extent (mm) between 5th and 95th percentile."""
    mosaic = mosaic_of(prepared, Layout((field.box.grown(SHIFT_MM),), DENSITY))
    ink = excess(cut(page.raw.pixels, page.map, mosaic), mosaic, 0.4)
    y, x = np.nonzero(ink > INKED)
    area = y.size / DENSITY**2
    extent = 0.0
    if y.size:
        extent = float(min(np.ptp(np.percentile(v, [5, 95])) for v in (x, y))) / DENSITY
    present = float(np.clip((area - 15) / 35, 0, 1) * np.clip((extent - 6) / 6, 0, 1))
    absent = float(np.clip((6 - area) / 4, 0, 1)) * (1 - present)
    return FieldReading(
        field.id,
        "stamp",
        {"present": present, "absent": absent, "unclear": max(0.0, 1 - present - absent)},
        {"area_mm2": area, "extent_mm": extent},
        quad_of(field.box, page.map),
    )
