"""Grain laid over a picture, tile by tile."""

from __future__ import annotations

import cv2

from calibration.simulate.ink import Pixels


def with_grain(picture: Pixels, tile: tuple[Pixels, Pixels], at: tuple[int, int]) -> Pixels:
    """``picture`` itself, changed: the tile from ``at`` (down, across) on laid side by side over all of it.

    ``tile``: what to add and what to take away, of as many channels as the picture; sums end at 0 and 255.
    """
    (plus, minus), (dy, dx) = tile, at
    th, tw = plus.shape[0] - dy, plus.shape[1] - dx
    for top in range(0, picture.shape[0], th):
        for left in range(0, picture.shape[1], tw):
            part = picture[top : top + th, left : left + tw]
            h, w = part.shape[:2]
            cv2.add(part, plus[dy : dy + h, dx : dx + w], dst=part)
            cv2.subtract(part, minus[dy : dy + h, dx : dx + w], dst=part)
    return picture
