"""Traces that tell only against what most targets of a page show: ink on the printed line, faint spots, a tint around.

A pen that skips leaves no more of a slash than its ends on the outline, and the faintest pencil is paler than the grain
of a bad scan; print, paper and scanner do the same to all targets of a page.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

PIECE_MM = 0.25
"""The printed line is looked at in pieces of this length, two at a time."""
COLOURED, EVEN = 0.04, 0.1
"""Of 1 for black: from where the blank is coloured round a target; by how little that differs from place to place."""
ALIKE = 6
"""So many targets of one size on a page tell what print and grain leave in each of them."""


def pieces_of_line(distance: Floats, rim: Bools, density: float) -> Floats:
    """(pixels of ``rim``, pieces of the printed line): which piece each belongs to, as mm of ink for a black pixel.

    ``distance``: mm from the line, negative inside; ``density``: pixels a mm.
    """
    contours, _ = cv2.findContours((distance < 0).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    line = max(contours, key=len)[:, 0].astype(np.float32)
    steps = np.linalg.norm(np.diff(line, axis=0), axis=1)
    way = np.concatenate([[0], np.cumsum(steps)]) / density
    count = max(8, round(float(way[-1]) / PIECE_MM))
    piece = np.minimum((way / way[-1] * count).astype(np.intp), count - 1)
    rows, columns = np.nonzero(rim)
    places = np.stack([columns, rows], axis=1).astype(np.float32)
    nearest = np.linalg.norm(places[:, None] - line[None], axis=2).argmin(axis=1)
    belongs = np.eye(count, dtype=np.float32)[piece[nearest]]
    return np.asarray(belongs / (float(way[-1]) / count * density**2), np.float32)


def on_line(dark: Floats, rim: Bools, along: Floats) -> Floats:
    """How many mm of ink more than most targets of the page each has across its printed line, where it is most.

    ``dark`` (n, h, w), 0 paper to 1 black; ``along``: :func:`pieces_of_line`.

    A stroke whose pen skipped within leaves no more than its ends there. Summed up across the line it does not matter
    that an outline lies a fraction off its place, on paper that was stretched there.
    """
    if len(dark) < ALIKE:
        return np.zeros(len(dark), np.float32)
    across = dark[:, rim] @ along
    across = (across + np.roll(across, 1, axis=1)) / 2
    # outlines of several colours stand on one form: only what one piece has more than its own line is a trace
    across = across - np.median(across, axis=1, keepdims=True)
    return _above_usual((across - np.median(across, axis=0)).max(axis=1))


def darkest_spot(soft: Floats) -> Floats:
    """How much darker each target's darkest spot is than its own paper, above what grain does to most of the page's.

    ``soft`` (n, pixels): means over 5 pixels square. A faint pencil's short stroke is lost in the grain of one page
    and plain on a calm one.
    """
    return _above_usual(soft.max(axis=1) - np.median(soft, axis=1))


def tint_around(around: Floats, soft: Floats, printed: Floats | None) -> Floats:
    """Darkness of the printed colour that each target, white or not, stands on; ``around`` (n, pixels) them, ``soft``
    the same pixels' means, ``printed`` (n,) what the blank form has there.

    Most targets of a page say it, where there are few the lightest: what a voter drew round a target is not round all
    of them. Only where the blank is coloured round a target, and the page evenly so, is it that target's own colour.
    """
    tones = np.median(around, axis=1)
    usual = np.percentile(tones, 25) if len(tones) >= ALIKE else tones.min() if len(tones) > 1 else 0.0
    if printed is None:
        return np.full(len(tones), usual, np.float32)
    own = (printed > COLOURED) & (np.ptp(np.percentile(soft, (5, 95), axis=1), axis=0) < EVEN)
    return np.asarray(np.where(own, tones, usual), np.float32)


def _above_usual(values: NDArray[np.floating[Any]]) -> Floats:
    """Values above that of most targets of the page, where there are enough; two of five are hardly all marked."""
    usual = np.percentile(values, 40) if len(values) >= ALIKE else 0.0
    return np.asarray(values - usual, np.float32)
