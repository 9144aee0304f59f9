"""Where a sheet's millimetres went in a simulated photograph, exactly: the function that made the picture."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Size

Points = NDArray[np.float64]
Matrix = NDArray[np.float64]

BendKind = Literal["flat", "curl", "wave", "fold", "corner"]
"""``curl``: one arc; ``wave``: two; ``fold``: a ridge along the crease of folded paper; ``corner``: one corner up."""
STEP_MM = 0.25
"""Of the table of a bent sheet; the surface is what lies between its points in straight lines."""
CREASE_MM = 4.0
"""A folded sheet is round along its crease, over about this width."""


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """A sheet bent about one axis, so that nothing on it is stretched.

    ``along``: mm of the sheet from its centre in ``direction`` (a unit vector, across the axis of the bend);
    ``across`` and ``height``: how far that point lies from the centre in the plane of the table and above it.
    """

    size: Size
    direction: tuple[float, float]
    along: Points
    across: Points
    height: Points

    def _axes(self) -> Matrix:
        dx, dy = self.direction
        return np.array([[dx, dy], [-dy, dx]])

    def in_space(self, points_mm: Points) -> Points:
        """Points (n, 2) in mm of the sheet as (n, 3): x, y on the table from its middle, and minus the height."""
        s, t = (self._from_centre(points_mm) @ self._axes().T).T
        beyond = s - np.clip(s, self.along[0], self.along[-1])  # things that lie on its edge reach farther, flat
        flat = np.stack([np.interp(s, self.along, self.across) + beyond, t], axis=1) @ self._axes()
        return np.column_stack([flat, -np.interp(s, self.along, self.height)])

    def height_below(self, table_mm: Points) -> Points:
        """Height of the sheet over places (n, 2) of the table; beyond its edges that of the edge."""
        x = table_mm @ self._axes()[0]
        return np.asarray(np.interp(x, self.across, self.height), np.float64)

    def on_sheet(self, table_mm: Points) -> Points:
        """Mm of the sheet that lie over places (n, 2) of the table; the inverse of :meth:`in_space`."""
        x, t = (table_mm @ self._axes().T).T
        # beyond the table of the bend the sheet goes on flat, so that outside stays outside
        beyond = x - np.clip(x, self.across[0], self.across[-1])
        s = np.interp(x, self.across, self.along) + beyond
        return np.asarray(np.stack([s, t], axis=1) @ self._axes() + (self.size.w / 2, self.size.h / 2), np.float64)

    def slope(self, table_mm: Points) -> Points:
        """(n, 2): how steeply the sheet rises in x and y over places of the table."""
        steep = np.interp(table_mm @ self._axes()[0], self.across, np.gradient(self.height, self.across))
        return np.asarray(steep[:, None] * np.array(self.direction), np.float64)

    def _from_centre(self, points_mm: Points) -> Points:
        return np.asarray(points_mm, np.float64) - (self.size.w / 2, self.size.h / 2)


def bent(size: Size, kind: BendKind, height_mm: float, direction_deg: float) -> Surface:
    """A sheet that rises ``height_mm`` above the table, bent across ``direction_deg`` (0: from left to right)."""
    turn = np.deg2rad(direction_deg)
    direction = (float(np.cos(turn)), float(np.sin(turn)))
    reach = (abs(direction[0]) * size.w + abs(direction[1]) * size.h) / 2
    along = np.arange(-reach - 2, reach + 2 + STEP_MM, STEP_MM)
    height = _profile(kind, along / reach, reach) * height_mm
    inside = np.abs(along) <= reach
    height = height - height[inside].min()
    slope = np.gradient(height, along)
    run = np.sqrt(np.maximum(0.0, 1 - slope**2))
    across = np.concatenate([[0.0], np.cumsum((run[1:] + run[:-1]) / 2 * np.diff(along))])
    across -= np.interp(0.0, along, across)
    return Surface(size, direction, along, across, height)


def _profile(kind: BendKind, share: Points, reach_mm: float) -> Points:
    """Height (0 to 1) by the place between one edge (-1) and the other (1)."""
    match kind:
        case "flat":
            return np.zeros_like(share)
        case "curl":
            return np.asarray(1 - share**2)
        case "wave":
            return np.asarray(0.5 + 0.5 * np.sin(1.5 * np.pi * share))
        case "fold":
            round_ = CREASE_MM / 2 / reach_mm
            return np.asarray(1 - np.sqrt(share**2 + round_**2))
        case "corner":
            return np.asarray(np.maximum(0.0, (share - 0.3) / 0.7) ** 2)


@dataclass(frozen=True, slots=True, eq=False)
class PhotoGeometry:
    """A sheet before a telephone's lens. Pixels are continuous: (0, 0) is the outer corner of the first pixel.

    ``rotation`` turns the table's axes (x right, y down the sheet, z into the table; mm from the sheet's centre) into
    the camera's; ``place`` is where the lens is. ``after``: (3, 3), what a scan program did to the finished picture.
    """

    surface: Surface
    sensor: tuple[int, int]
    """Width and height in pixels of the picture that the lens makes."""
    rotation: Matrix
    place: tuple[float, float, float]
    focal: float
    """In pixels."""
    k1: float
    """Radial distortion: what lies at radius r (of focal lengths) lands at r (1 + k1 r²)."""
    after: Matrix
    width: int
    height: int
    """Of the finished picture."""

    def true_pixels(self, points_mm: Points) -> Points:
        """Pixels (n, 2) of the photograph for points (n, 2) in mm of the upright sheet; exact."""
        return self.finished(self.on_sensor(self.surface.in_space(points_mm)))

    def on_sensor(self, space: Points) -> Points:
        """Pixels of the lens's picture for places (n, 3) in space."""
        seen = (space - self.place) @ self.rotation.T
        flat = seen[:, :2] / seen[:, 2:]
        spread = 1 + self.k1 * (flat**2).sum(axis=1, keepdims=True)
        return np.asarray(flat * spread * self.focal + np.array(self.sensor) / 2, np.float64)

    def finished(self, pixels: Points) -> Points:
        """Pixels of the finished picture for those of the lens's."""
        there = np.column_stack([pixels, np.ones(len(pixels))]) @ self.after.T
        return np.asarray(there[:, :2] / there[:, 2:], np.float64)

    def rays(self, pixels: Points) -> Points:
        """Directions (n, 3) in the table's axes from which pixels of the lens's picture are seen."""
        bent_ = (np.asarray(pixels, np.float64) - np.array(self.sensor) / 2) / self.focal
        flat = bent_.copy()
        for _ in range(25):  # |k1| r² is below 0.06, so each turn takes an order of magnitude off
            flat = bent_ / (1 + self.k1 * (flat**2).sum(axis=1, keepdims=True))
        return np.asarray(np.column_stack([flat, np.ones(len(flat))]) @ self.rotation, np.float64)

    def on_table(self, rays: Points, height: Points | float = 0.0) -> Points:
        """Where (n, 2) rays meet the plane that lies ``height`` mm above the table."""
        reach = (-np.asarray(height) - self.place[2]) / rays[:, 2]
        return np.asarray(np.array(self.place[:2]) + rays[:, :2] * reach[:, None], np.float64)

    def under_sheet(self, rays: Points) -> Points:
        """Places (n, 2) of the table above which rays meet the sheet (or its height carried on beyond its edge)."""
        table = self.on_table(rays)
        for _ in range(14):  # a slope of 0.2 seen at 50° leaves a quarter of the error each turn
            table = self.on_table(rays, self.surface.height_below(table))
        return table

    def outline(self, step_mm: float = 2.0) -> Points:
        """The sheet's edge in the finished picture, clockwise from its top left corner."""
        return self.true_pixels(edge(self.surface.size, step_mm))

    def pixels_per_mm(self) -> float:
        """On average over the sheet."""
        x, y = self.outline().T
        area = abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2
        return float(np.sqrt(area / (self.surface.size.w * self.surface.size.h)))


def edge(size: Size, step_mm: float) -> Points:
    """Points (n, 2) in mm round the edge of a sheet."""
    corners = np.array([(0.0, 0.0), (size.w, 0.0), (size.w, size.h), (0.0, size.h), (0.0, 0.0)])
    sides = [
        np.linspace(a, b, max(2, round(float(np.abs(b - a).sum()) / step_mm)), endpoint=False)
        for a, b in pairwise(corners)
    ]
    return np.concatenate(sides)


def turned(roll_deg: float, tilt_deg: tuple[float, float]) -> Matrix:
    """The rotation of a camera that looks down, tilted about the sheet's x and y axes and then rolled."""
    c, s = np.cos(np.deg2rad([roll_deg, *tilt_deg])), np.sin(np.deg2rad([roll_deg, *tilt_deg]))
    roll = np.array([[c[0], -s[0], 0], [s[0], c[0], 0], [0, 0, 1]])
    about_x = np.array([[1, 0, 0], [0, c[1], -s[1]], [0, s[1], c[1]]])
    about_y = np.array([[c[2], 0, s[2]], [0, 1, 0], [-s[2], 0, c[2]]])
    return np.asarray(roll @ about_x @ about_y, np.float64)
