"""A picture of one place on a page, large, beside the whole page, for the person who decides."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from pipeline.geometry import Quad
from pipeline.scan.decode import decode_pages
from pipeline.scan.page import Pixels, RawPage

HEIGHT = 900
"""Pixels: fits a screen of 1280 × 1024 with the terminal beside it."""
_RED = (0, 0, 255)


def write_place(content: bytes, sha256: str, number: int, quad: Quad | None, path: Path) -> bool:
    """Write the page with ``quad`` (pixels of the original) marked and enlarged; ``False`` for a broken page."""
    raw = next(iter(decode_pages(content, path.name, sha256, only=number)), None)
    if not isinstance(raw, RawPage):
        return False
    page = raw.pixels if raw.pixels.ndim == 3 else np.repeat(raw.pixels[:, :, None], 3, axis=2)
    picture = page if quad is None else _beside(page, quad)
    done, png = cv2.imencode(".png", picture)
    if done:
        path.write_bytes(png.tobytes())
    return bool(done)


def _beside(page: Pixels, quad: Quad) -> Pixels:
    """The whole page with the place framed, and the place upright and large."""
    corners = np.array(quad, np.float32)
    framed = page.copy()
    cv2.polylines(framed, [np.round(corners).astype(np.int32)], True, _RED, 4)
    whole = cv2.resize(framed, None, fx=HEIGHT / page.shape[0], fy=HEIGHT / page.shape[0], interpolation=cv2.INTER_AREA)
    across, down = corners[1] - corners[0], corners[3] - corners[0]
    margin_x, margin_y = 0.15 * across, 0.8 * down
    grown = np.array(
        [
            corners[0] - margin_x - margin_y,
            corners[1] + margin_x - margin_y,
            corners[2] + margin_x + margin_y,
            corners[3] - margin_x + margin_y,
        ],
        np.float32,
    )
    width = 1000
    height = int(np.clip(width * np.linalg.norm(down) * 2.6 / (np.linalg.norm(across) * 1.3), 120, HEIGHT))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    crop = cv2.warpPerspective(
        page, cv2.getPerspectiveTransform(grown, target), (width, height), borderValue=(255,) * 3
    )
    right = np.full((HEIGHT, width, 3), 255, np.uint8)
    right[:height] = crop
    return np.hstack([whole, right]).astype(np.uint8, copy=False)
