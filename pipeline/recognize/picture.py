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
NEARLY_FITS = 0.85
"""A page that is hardly too tall is not made smaller: the browser does it, and the server saves half its time."""
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


def page_jpeg(page: Pixels, quad: Quad | None, turn: int, height: int) -> bytes:
    """The whole page upright, about ``height`` pixels tall at most, with ``quad`` framed, as JPEG.

    ``turn``: quarter turns against the clock that set the page upright.
    """
    scale = height / (page.shape[1] if turn % 2 else page.shape[0])
    if scale < NEARLY_FITS:  # before it is coloured: a third of the work, which twenty reviewers wait for
        page = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    else:
        scale = 1.0
    framed = page if quad is None else _framed(page, quad, scale)
    return _encoded(".jpg", np.ascontiguousarray(np.rot90(framed, turn)), [cv2.IMWRITE_JPEG_QUALITY, 80])


def _framed(page: Pixels, quad: Quad, scale: float) -> Pixels:
    """A copy in colour; the frame stands a little outside of the place, so that it covers no ink of it."""
    corners = np.array(quad, np.float32) * scale
    across, down = corners[1] - corners[0], corners[3] - corners[0]
    gap = max(10.0 * scale, 0.12 * float(np.linalg.norm(down)))
    right, below = across / max(1.0, np.linalg.norm(across)) * gap, down / max(1.0, np.linalg.norm(down)) * gap
    outer = corners + np.array([-right - below, right - below, right + below, below - right])
    copy = np.array(cv2.cvtColor(page, cv2.COLOR_GRAY2BGR) if page.ndim == 2 else page, np.uint8)
    cv2.polylines(copy, [np.round(outer).astype(np.int32)], True, _RED, max(3, round(5 * scale)), cv2.LINE_AA)
    return copy


def place_jpeg(page: Pixels, quad: Quad, width: int) -> bytes:
    """One place upright and large with something of what is round it, ``width`` pixels wide, as JPEG."""
    corners = np.array(quad, np.float32)
    across, down = corners[1] - corners[0], corners[3] - corners[0]
    long, high = max(1.0, float(np.linalg.norm(across))), max(1.0, float(np.linalg.norm(down)))
    margin_x, margin_y = 0.06 * across, (0.06 * long if high > long / 3 else 0.7 * high) / high * down
    grown = np.array(
        [
            corners[0] - margin_x - margin_y,
            corners[1] + margin_x - margin_y,
            corners[2] + margin_x + margin_y,
            corners[3] - margin_x + margin_y,
        ],
        np.float32,
    )
    ratio = float(np.linalg.norm(grown[3] - grown[0]) / max(1.0, float(np.linalg.norm(grown[1] - grown[0]))))
    height = int(np.clip(width * ratio, 16, 2 * width))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    over = cv2.getPerspectiveTransform(grown, target)
    crop = cv2.warpPerspective(page, over, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255,) * 3)
    return _encoded(".jpg", crop.astype(np.uint8, copy=False), [cv2.IMWRITE_JPEG_QUALITY, 88])


def _encoded(kind: str, picture: Pixels, options: list[int]) -> bytes:
    done, content = cv2.imencode(kind, picture, options)
    assert done
    return content.tobytes()


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
