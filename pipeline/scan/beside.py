"""What of a form lies beyond the edge of the picture, and what of the picture's ink beside the form's sheet."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms.template import FormSide
from pipeline.scan.page import PageMap, Points
from pipeline.scan.poses import Rough
from pipeline.scan.skew import INKED

EDGE_MM = 4.0
"""Round the sheet: its own edge, its shadow, and what registration misses at the corners."""

BEYOND_MM, STAMP_BEYOND_MM = 0.5, 5.0
"""How far a field may reach beyond the picture: what registration misses; a stamp's place has room to spare."""
EDGE_SHARE, EDGE_PX = 0.5, 8.0
"""Share of the rough picture's sides from which a piece may be the edge of the sheet, and how thick that is at most."""


def beyond_picture(side: FormSide, map_: PageMap, width: int, height: int, pixels_per_mm: float) -> bool:
    """Whether a name, a target or the stamp's place lies partly outside the picture: what is there is not known."""
    boxes = [(box, f.kind) for f in side.fields if f.kind != "stray" for box in (f.lines or (f.box,))]
    if not boxes:
        return False
    slack = np.array([STAMP_BEYOND_MM if kind == "stamp" else BEYOND_MM for _, kind in boxes]).repeat(4)[:, None]
    places = map_.to_pixels(np.array([corner for box, _ in boxes for corner in box.corners]))
    beyond = np.maximum(-places, places - (width - 1, height - 1))
    return bool((beyond > slack * pixels_per_mm + 0.5).any())


def print_like(page: Rough) -> NDArray[np.uint8]:
    """1 where something is printed or written: ink without what touches the border, long thin lines and specks."""
    mask = (page.ink > INKED).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    x, y, w, h, area = stats.T
    height, width = mask.shape
    touching = (x <= 2) | (y <= 2) | (x + w >= width - 2) | (y + h >= height - 2)
    long = (np.maximum(w / width, h / height) > 0.3) & (area / np.maximum(w, h) < 4)
    kept = ~touching & ~long & (area > 3)
    kept[0] = False
    return np.asarray(kept[labels], np.uint8)


def without_the_edge(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """:func:`print_like` without the sheet's own edge.

    On a dark lid an empty sheet that lies askew has its edge all round it in one piece: hollow, and nearly as large as
    the picture. So may the frame of a form be; but there is print within it.
    """
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    _, _, w, h, area = stats.T
    height, width = mask.shape
    hollow = (w > EDGE_SHARE * width) & (h > EDGE_SHARE * height) & (area < EDGE_PX * 2 * (w + h))
    kept = ~hollow
    kept[0] = False
    return np.asarray(kept[labels], np.uint8)


def ink_beside(page: Rough, corners: Points, pixels_per_mm: float) -> float:
    """Square millimetres of print-like ink beside the sheet whose ``corners`` (in order) lie so in the original."""
    density = pixels_per_mm / page.factor
    outline = ((corners + 0.5) / page.factor - 0.5).round().astype(np.int32)
    mask = print_like(page)
    cv2.fillPoly(mask, [outline], 0)
    cv2.polylines(mask, [outline], True, 0, 2 * round(EDGE_MM * density) + 1)
    return float(mask.sum()) / density**2
