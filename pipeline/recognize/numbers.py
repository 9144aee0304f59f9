"""Number fields of several digit boxes: what each box holds, and what about it a person should look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.recognize.components import components
from pipeline.recognize.digits.box import box_ink
from pipeline.recognize.digits.normal_form import Picture, ink_bounds
from pipeline.recognize.digits.reader import CLASSES, ENGINE, Reader, read_inks

Doubt = Literal["several_digits", "filled_in", "left_of_empty", "pale"]
"""Why a field is never accepted alone: two digits in one box; a box rubbed out or struck through by a heap of ink; an
empty box right of a digit (left-aligned writing); ink too pale to tell."""

FILLED = 0.2
"""Chance of the class *filled in* from which a box is taken for struck out."""
PALE = 0.05
"""Chance left beside *empty* from which an empty box may hold pale ink."""
WIDE = 1.25
"""Width over height of ink from which a box may hold two digits beside each other."""
TALL = 0.6
"""Share of the ink's height that each of two digits takes at the least."""


@dataclass(frozen=True, slots=True)
class NumberReading:
    """One field. ``boxes``: per box, left to right, the chance of each letter; ``doubts``: see :data:`Doubt`."""

    boxes: tuple[Mapping[str, float], ...]
    doubts: tuple[Doubt, ...]
    engine: str = ENGINE

    @property
    def likeliest(self) -> str:
        """The likeliest letter of every box."""
        return "".join(max(box, key=lambda letter: box[letter]) for box in self.boxes)


def read_numbers(fields: Sequence[Sequence[Picture]], reader: Reader | None = None) -> tuple[NumberReading, ...]:
    """Readings of fields, each given by the grey crops of its boxes from left to right; all boxes in one batch."""
    crops = [crop for field in fields for crop in field]
    inks = [box_ink(crop) for crop in crops]
    chances = np.exp(read_inks(crops, inks, reader).astype(np.float64))
    chances /= np.maximum(chances.sum(axis=1, keepdims=True), 1e-300)
    readings, start = [], 0
    for field in fields:
        end = start + len(field)
        boxes = tuple(dict(zip(CLASSES, row, strict=True)) for row in chances[start:end].tolist())
        readings.append(NumberReading(boxes, _doubts(inks[start:end], chances[start:end])))
        start = end
    return tuple(readings)


def _doubts(inks: Sequence[Picture], rows: NDArray[np.float64]) -> tuple[Doubt, ...]:
    found: list[Doubt] = []
    letters = "".join(CLASSES[k] for k in rows.argmax(axis=1)) if len(rows) else ""
    if any(letter != "_" and _several(ink) for ink, letter in zip(inks, letters, strict=True)):
        found.append("several_digits")
    if (rows[:, CLASSES.index("#")] > FILLED).any():
        found.append("filled_in")
    if any(left.isdigit() and right in "_-.X" for left, right in pairwise(letters)):
        found.append("left_of_empty")
    if any(letter == "_" and 1 - row.max() > PALE for letter, row in zip(letters, rows, strict=True)):
        found.append("pale")
    return tuple(found)


def _several(ink: Picture) -> bool:
    """Whether wide ink falls into two tall parts with bare columns between them."""
    bounds = ink_bounds(ink)
    if bounds is None:
        return False
    top, bottom, left, right = bounds
    if right - left < WIDE * (bottom - top):
        return False
    part = ink[top:bottom, left:right] > 0.25 * float(ink.max())
    _, stats = components(part.astype(np.uint8))
    tall = [(x, x + w) for x, _, w, h, _ in stats[1:].tolist() if h > TALL * (bottom - top)]
    tall.sort()
    return any(right_of[0] >= left_of[1] for left_of, right_of in pairwise(tall))
