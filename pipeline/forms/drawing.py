"""What is printed on a page, as text and lines placed in millimetres."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.forms.fonts import Face
from pipeline.geometry import Box


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text whose left end stands at ``x`` on the ``baseline`` (mm from the page's top left)."""

    x: float
    baseline: float
    text: str
    face: Face
    points: float


@dataclass(frozen=True, slots=True)
class Line:
    """A straight stroke of ``width`` mm."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float


@dataclass(frozen=True, slots=True)
class Outline:
    """A rectangle, its stroke of ``width`` mm centred on ``box``."""

    box: Box
    width: float


@dataclass(frozen=True, slots=True)
class Solid:
    """A filled black rectangle: a timing or corner mark."""

    box: Box


@dataclass(frozen=True, slots=True)
class OvalOutline:
    """An ellipse inscribed in ``box``, stroke of ``width`` mm."""

    box: Box
    width: float


Mark = Text | Line | Outline | Solid | OvalOutline
