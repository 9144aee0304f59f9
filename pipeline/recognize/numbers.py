"""Number fields of several digit boxes: what each box holds, and what about it a person should look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.recognize.components import components
from pipeline.recognize.digits.box import BoxInk, box_inks
from pipeline.recognize.digits.normal_form import Picture
from pipeline.recognize.digits.reader import CLASSES, ENGINE, Reader, read_inks
from pipeline.recognize.hand import with_the_hand

Doubt = Literal["several_digits", "filled_in", "left_of_empty", "pale"]
"""Why a field is never accepted alone: two digits in one box; a box rubbed out or struck through by a heap of ink; an
empty box right of a digit (left-aligned writing); ink too pale to tell."""

FILLED = 0.2
"""Chance of the class *filled in* from which a box is taken for struck out."""
PALE = 0.05
"""Chance left beside *empty* from which an empty box may hold pale ink."""
WIDE = 0.4
"""Width over height of ink from which a box may hold two digits beside each other."""
TALL = 0.6
"""Share of the ink's height that each of two digits takes at the least."""


@dataclass(frozen=True, slots=True)
class NumberReading:
    """One field. ``boxes``: per box, left to right, the chance of each letter; ``likeliest``: the likeliest letter of
    each; ``doubts``: see :data:`Doubt`."""

    boxes: tuple[Mapping[str, float], ...]
    likeliest: str
    doubts: tuple[Doubt, ...]
    engine: str = ENGINE


def read_numbers(fields: Sequence[Sequence[Picture]], reader: Reader | None = None) -> tuple[NumberReading, ...]:
    """Readings of the fields of one form, each given by the grey crops of its boxes from left to right.

    All boxes are read in one batch, and are of one hand and one pen.
    """
    crops = [crop for field in fields for crop in field]
    inks = box_inks(crops)
    chances = np.exp(read_inks(inks, reader).astype(np.float64))
    chances = with_the_hand(inks, chances / np.maximum(chances.sum(axis=1, keepdims=True), 1e-300))
    seen = [_Seen(*each) for each in zip(_letters(chances), *_marks(inks, chances), strict=True)]
    of_box = [dict(zip(CLASSES, row, strict=True)) for row in chances.tolist()]
    readings, start = [], 0
    for field in fields:
        end = start + len(field)
        likeliest = "".join(box.letter for box in seen[start:end])
        readings.append(NumberReading(tuple(of_box[start:end]), likeliest, _doubts(seen[start:end])))
        start = end
    return tuple(readings)


class _Seen(NamedTuple):
    """What one box makes a person look at: its likeliest letter; two digits in it, filled in, perhaps pale ink."""

    letter: str
    several: bool
    filled: bool
    pale: bool


def _letters(chances: NDArray[np.float64]) -> list[str]:
    return [CLASSES[k] for k in chances.argmax(axis=1).tolist()] if len(chances) else []


def _marks(inks: Sequence[BoxInk], chances: NDArray[np.float64]) -> tuple[list[bool], list[bool], list[bool]]:
    filled = chances[:, CLASSES.index("#")] > FILLED
    unsure = 1 - chances.max(axis=1, initial=0.0) > PALE
    return [_several(box) for box in inks], filled.tolist(), unsure.tolist()


def _doubts(boxes: Sequence[_Seen]) -> tuple[Doubt, ...]:
    found: list[Doubt] = []
    if any(box.several and box.letter != "_" for box in boxes):
        found.append("several_digits")
    if any(box.filled for box in boxes):
        found.append("filled_in")
    if any(one.letter.isdigit() and other.letter in "_-.X" for one, other in pairwise(boxes)):
        found.append("left_of_empty")
    if any(box.pale and box.letter == "_" for box in boxes):
        found.append("pale")
    return tuple(found)


def _several(box: BoxInk) -> bool:
    """Whether wide ink falls into two tall parts with bare columns between them."""
    if box.bounds is None:
        return False
    top, bottom, left, right = box.bounds
    if right - left < WIDE * (bottom - top):
        return False
    part = box.ink[top:bottom, left:right] > 0.25 * float(box.ink.max())
    _, stats = components(part.astype(np.uint8))
    tall = [(x, x + w) for x, _, w, h, _ in stats[1:].tolist() if h > TALL * (bottom - top)]
    tall.sort()
    return any(right_of[0] >= left_of[1] for left_of, right_of in pairwise(tall))
