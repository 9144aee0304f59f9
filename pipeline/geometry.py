"""Lengths and places on paper, in millimetres, and places on a picture, in pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

Mm = NewType("Mm", float)
MM_PER_INCH = 25.4

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]
"""Four corners, clockwise from the corner that is top left on the upright form; pixels of the original."""


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height of a page, in millimetres."""

    w: float
    h: float


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle on the upright page, in millimetres from its top left corner."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def bottom(self) -> float:
        return self.y + self.h

    @property
    def centre(self) -> Point:
        return (self.x + self.w / 2, self.y + self.h / 2)

    @property
    def corners(self) -> Quad:
        return ((self.x, self.y), (self.right, self.y), (self.right, self.bottom), (self.x, self.bottom))

    def grown(self, mm: float) -> Box:
        """The same box with ``mm`` more on every side."""
        return Box(self.x - mm, self.y - mm, self.w + 2 * mm, self.h + 2 * mm)

    def union(self, other: Box) -> Box:
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Box(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)

    def overlaps(self, other: Box) -> bool:
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom


def pixels_per_mm(dpi: float) -> float:
    """Pixels per millimetre of a scan of ``dpi`` dots per inch."""
    return dpi / MM_PER_INCH
