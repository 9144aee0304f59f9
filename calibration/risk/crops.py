"""Pictures of single readings: the place on the scan, upright, with a little around it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.risk.labelled import Labelled
from pipeline.scan.decode import decode_pages
from pipeline.scan.page import RawPage

AROUND = 0.12
"""Of a field's width, seen on every side; at least a fifth of that of its height."""
LARGEST = 520
"""Pixels of the longer side of a crop in the report."""
Pixels = NDArray[np.uint8]


def crop_of(one: Labelled) -> Pixels | None:
    """The field as scanned, turned upright, BGR; ``None`` where the scan is not there any more."""
    path = Path(one.file)
    try:
        content = path.read_bytes()
    except OSError:
        return None
    raw = next(iter(decode_pages(content, path.name, hashlib.sha256(content).hexdigest(), only=one.page)), None)
    if not isinstance(raw, RawPage):
        return None
    return _upright(raw.pixels, np.array(one.reading.quad, np.float32))


def _upright(picture: Pixels, quad: NDArray[np.float32]) -> Pixels:
    """``quad``: top left, top right, bottom right, bottom left of the field."""
    width = float(np.linalg.norm(quad[1] - quad[0]))
    height = float(np.linalg.norm(quad[3] - quad[0]))
    margin = max(AROUND * min(width, 6 * height), 8.0)
    across, down = (quad[1] - quad[0]) / width, (quad[3] - quad[0]) / height
    signs = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], np.float32)
    grown = quad + margin * (signs[:, :1] * across + signs[:, 1:] * down)
    scale = min(1.6, LARGEST / max(width + 2 * margin, height + 2 * margin))
    w, h = round((width + 2 * margin) * scale), round((height + 2 * margin) * scale)
    corners = np.array([(0, 0), (w, 0), (w, h), (0, h)], np.float32)
    matrix = cv2.getPerspectiveTransform(grown.astype(np.float32), corners)
    cut = cv2.warpPerspective(picture, matrix, (w, h), flags=cv2.INTER_AREA, borderValue=(200, 200, 200))
    return np.asarray(cut if cut.ndim == 3 else cv2.cvtColor(cut, cv2.COLOR_GRAY2BGR), np.uint8)


def png(picture: Pixels) -> bytes:
    done, coded = cv2.imencode(".png", picture)
    assert done
    return coded.tobytes()
