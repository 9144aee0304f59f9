"""A page with what was read on it: each field's outline in the colour of its reading and decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from pipeline.errors import refuse
from pipeline.recognize.reading import FieldReading, PageReading, WrittenReading
from pipeline.scan.page import Pixels, RawPage


class Decided(Protocol):
    """What was made of a reading (:class:`pipeline.review.decide.Decision`, which stands above this room)."""

    @property
    def value(self) -> str: ...
    @property
    def accepted(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class ShownNumber:
    """What is drawn at a number."""

    value: str
    accepted: bool


ASKED = (0, 140, 255)
COLOURS = {"struck": (40, 40, 220), "marked": (40, 40, 220), "present": (200, 120, 0)}
OTHER = (60, 160, 40)


def drawn(raw: RawPage, reading: PageReading, decisions: Mapping[str, Decided]) -> Pixels:
    """A BGR copy of the page; orange = a person is asked."""
    grey = raw.pixels.ndim == 2
    picture = np.array(cv2.cvtColor(raw.pixels, cv2.COLOR_GRAY2BGR) if grey else raw.pixels, np.uint8)
    everything: list[FieldReading | WrittenReading] = [*reading.fields, *reading.written]
    for field in everything:
        decision = decisions[field.field]
        colour = COLOURS.get(decision.value, OTHER) if decision.accepted else ASKED
        quad = np.array(field.quad).round().astype(np.int32)
        cv2.polylines(picture, [quad], True, colour, 2, cv2.LINE_AA)
        text = decision.value if decision.accepted else f"{decision.value}?"
        place = (int(quad[0][0]), int(quad[0][1]) - 4)
        cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.5, colour, 1, cv2.LINE_AA)
    return picture


def write_picture(raw: RawPage, reading: PageReading, decisions: Mapping[str, Decided], path: Path) -> None:
    """:func:`drawn` as a PNG file."""
    _, content = cv2.imencode(".png", drawn(raw, reading, decisions))
    try:
        path.write_bytes(content.tobytes())
    except OSError as error:
        raise refuse(
            "picture-unwritable", str(path), "The picture cannot be written ({why}).", why=error.strerror
        ) from error
