"""Where the paper's millimetres went in a simulated scan, exactly: the function that made the picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Rows = NDArray[np.float64]
Wave = tuple[float, float, float]
"""Amplitude in mm, cycles over the picture's height, phase in radians."""


@dataclass(frozen=True, slots=True)
class ScanGeometry:
    """A sheet that passes a line sensor: turned, shifted, and fed at an uneven speed.

    Pixels are continuous: (0, 0) is the outer corner of the first pixel, whose centre is at (0.5, 0.5).
    """

    width: int
    height: int
    pixels_per_mm: float
    centre_mm: tuple[float, float]
    """The paper's centre, in its own mm."""
    centre_at: tuple[float, float]
    """Where that centre lies on the glass, in mm from the picture's top left corner (before stretch)."""
    rotation_deg: float
    """Clockwise turn of the paper in the picture, skew included."""
    feed_stretch: float = 1.0
    """Millimetres of paper per millimetre of picture along the feed (down the picture)."""
    cross_stretch: float = 1.0
    feed_waves: tuple[Wave, ...] = ()
    cross_waves: tuple[Wave, ...] = ()

    def _waves(self, waves: tuple[Wave, ...], y: Rows) -> Rows:
        total = np.zeros_like(y)
        for amplitude, cycles, phase in waves:
            total += amplitude * np.sin(2 * np.pi * cycles * y / self.height + phase)
        return total

    def feed(self, y: Rows) -> Rows:
        """Glass mm along the feed that row coordinate ``y`` has seen."""
        return y / self.pixels_per_mm * self.feed_stretch + self._waves(self.feed_waves, y)

    def cross_shift(self, y: Rows) -> Rows:
        """Sideways drift in mm at row coordinate ``y``."""
        return self._waves(self.cross_waves, y)

    def turn(self) -> NDArray[np.float64]:
        """The rotation matrix paper → glass (y down, so positive is clockwise)."""
        a = np.deg2rad(self.rotation_deg)
        return np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])

    def true_pixels(self, points_mm: Points) -> Points:
        """Pixels of the scan for points (n, 2) in mm of the upright paper; exact to 0.01 pixel."""
        glass = (np.asarray(points_mm, np.float64) - self.centre_mm) @ self.turn().T + self.centre_at
        rows = np.linspace(-0.3 * self.height, 1.3 * self.height, 4 * self.height)
        y = np.interp(glass[:, 1], self.feed(rows), rows)
        x = (glass[:, 0] - self.cross_shift(y)) / self.cross_stretch * self.pixels_per_mm
        return np.stack([x, y], axis=1)

    def sampling(self, paper_pixels_per_mm: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """For every pixel of the scan the place in the paper's raster, as ``cv2.remap`` wants it."""
        ys = np.arange(self.height, dtype=np.float64) + 0.5
        xs = (np.arange(self.width, dtype=np.float64) + 0.5) / self.pixels_per_mm * self.cross_stretch
        v = self.feed(ys) - self.centre_at[1]
        u_row = self.cross_shift(ys) - self.centre_at[0]
        turn = self.turn()
        maps = []
        for axis in (0, 1):
            by_row = turn[0, axis] * u_row + turn[1, axis] * v + self.centre_mm[axis]
            by_column = turn[0, axis] * xs
            rows32 = (by_row * paper_pixels_per_mm - 0.5).astype(np.float32)
            columns32 = (by_column * paper_pixels_per_mm).astype(np.float32)
            maps.append(np.add.outer(rows32, columns32))
        return maps[0], maps[1]
