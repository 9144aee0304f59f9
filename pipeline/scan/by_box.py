"""Guesses of where a form lies from the printed rectangle round it; content inside confirms and refines."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Box
from pipeline.scan.features import Matrix
from pipeline.scan.local_map import affine_of
from pipeline.scan.poses import Rough
from pipeline.scan.skew import INKED
from pipeline.scan.view import applied, reduced_to_full

SMALLEST_SHARE = 0.12
"""Of the picture that the rectangle must enclose: an A5 form's box on an A3 glass has 0.22."""
ASPECT_SLACK = 0.06
CORNERS_SLACK = 0.06
"""Area of the four corners against that of the outline: a torn or bent outline is no rectangle."""


def box_poses(page: Rough, outline: Box) -> list[Matrix]:
    """mm to pixels of the original for every way the printed outline may lie on the page, likeliest first."""
    found: list[Matrix] = []
    for corners in _rectangles(page):
        full = applied(reduced_to_full(page.factor), corners)
        for turn in range(4):
            pose = _pose(np.roll(full, -turn, axis=0), outline)
            if pose is not None:
                found.append(pose)
    return found[:8]


def _rectangles(page: Rough) -> list[NDArray[np.float64]]:
    """Corners clockwise of large four-sided outlines, the largest first."""
    mask = np.asarray((page.ink > INKED) * np.uint8(255), np.uint8)
    # thin lines break where the copy is coarse; a gap of two pixels is closed
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)), np.uint8)
    outlines, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    least = SMALLEST_SHARE * mask.size
    found = []
    for outline in outlines:
        area = abs(cv2.contourArea(outline))
        if area < least:
            continue
        corners = cv2.approxPolyDP(outline, 0.02 * cv2.arcLength(outline, True), True)[:, 0].astype(np.float64)
        if len(corners) != 4 or abs(_area(corners) / area - 1) > CORNERS_SLACK:
            continue
        found.append((area, _clockwise(corners)))
    return [corners for _, corners in sorted(found, key=lambda one: -one[0])[:4]]


def _area(corners: NDArray[np.float64]) -> float:
    return abs(float(cv2.contourArea(corners.astype(np.float32))))


def _clockwise(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    about = corners - corners.mean(axis=0)
    return corners[np.argsort(np.arctan2(about[:, 1], about[:, 0]))]


def _pose(corners: NDArray[np.float64], outline: Box) -> Matrix | None:
    """The affine that lays the outline onto the corners; None where its two densities disagree."""
    matrix = affine_of(np.array(outline.corners), corners, np.ones(4))
    across, down = np.linalg.norm(matrix[:, 0]), np.linalg.norm(matrix[:, 1])
    return matrix if down > 0 and abs(across / down - 1) < ASPECT_SLACK else None
