"""The QR code of our own forms: which form and side a page says it is."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.geometry import Box
from pipeline.scan.page import PageMap, RawPage
from pipeline.scan.prepare import PreparedSide

DENSITY = 10.0
"""Pixels a mm at which the code is looked at: a module of 0.5 mm is five of them."""
AROUND_MM = 2.0
"""White that a code needs round it; more would bring text into the window."""
TRIED = ((0.0, 0.0), (0.0, 0.8), (1.0, 0.0))
"""Blur (pixels) and sharpening that are tried one after the other."""


def code_text(form: str, side: str) -> str:
    """What the code of a side says."""
    return f"{form}|{side}"


def read_code(raw: RawPage, map_: PageMap, side: PreparedSide) -> str | None:
    """The text of the code on a page that lies as ``map_`` says, or None where none can be read."""
    if side.side.code is None:
        return None
    window = _window(raw, map_, side.side.code.grown(AROUND_MM))
    detector = cv2.QRCodeDetector()
    text, _ = detector.decode(window, _corners(side.side.code))
    if text:
        return str(text)
    for blur, sharp in TRIED:  # not quite where the form says, or hard to see
        seen = cv2.GaussianBlur(window, (0, 0), blur) if blur else window
        if sharp:
            seen = cv2.addWeighted(window, 1 + sharp, cv2.GaussianBlur(window, (0, 0), 2.0), -sharp, 0)
        text, _, _ = detector.detectAndDecode(seen)
        if text:
            return str(text)
    return None


def _corners(code: Box) -> np.ndarray:
    """Where the code lies in its window: looking for it takes several times as long as reading it."""
    first, across, down = AROUND_MM * DENSITY, code.w * DENSITY, code.h * DENSITY
    corners = [(0.0, 0.0), (across, 0.0), (across, down), (0.0, down)]
    return np.array([corners], np.float32) + np.float32(first)


def _window(raw: RawPage, map_: PageMap, box: Box) -> np.ndarray:
    columns, rows = round(box.w * DENSITY), round(box.h * DENSITY)
    x, y = np.meshgrid(np.arange(columns), np.arange(rows))
    places = (np.stack([x, y], axis=-1).reshape(-1, 2) + 0.5) / DENSITY + np.array([box.x, box.y])
    found = map_.to_pixels(places.astype(np.float64)).astype(np.float32).reshape(rows, columns, 2)
    grey = raw.pixels if raw.pixels.ndim == 2 else raw.pixels.min(axis=2)
    empty = np.empty(0, np.float32)
    return np.asarray(cv2.remap(grey, found, empty, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)
