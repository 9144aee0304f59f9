"""A page with what was read on it: each field's outline in the colour of its reading and decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.errors import refuse
from pipeline.forms.fonts import font_file
from pipeline.forms.template import FieldKind
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


Called = Callable[[FieldKind, str], str]
ASKED = (0, 140, 255)
COLOURS = {"struck": (40, 40, 220), "marked": (40, 40, 220), "present": (200, 120, 0)}
OTHER = (60, 160, 40)
LETTERS_PX = 17


def drawn(raw: RawPage, reading: PageReading, decisions: Mapping[str, Decided], called: Called) -> Pixels:
    """A BGR copy of the page; orange = a person is asked. ``called``: what a value of a kind of field is called."""
    grey = raw.pixels.ndim == 2
    picture = np.array(cv2.cvtColor(raw.pixels, cv2.COLOR_GRAY2BGR) if grey else raw.pixels, np.uint8)
    labels: list[tuple[tuple[int, int], str, tuple[int, int, int]]] = []
    everything: list[FieldReading | WrittenReading] = [*reading.fields, *reading.written]
    for field in everything:
        decision = decisions[field.field]
        colour = COLOURS.get(decision.value, OTHER) if decision.accepted else ASKED
        quad = np.array(field.quad).round().astype(np.int32)
        cv2.polylines(picture, [quad], True, colour, 2, cv2.LINE_AA)
        named = called(field.kind, decision.value)
        place = (max(2, int(quad[0][0])), max(LETTERS_PX + 2, int(quad[0][1]) - 3))
        labels.append((place, named if decision.accepted else f"{named}?", colour))
    return _lettered(picture, labels)


def _lettered(picture: Pixels, labels: Sequence[tuple[tuple[int, int], str, tuple[int, int, int]]]) -> Pixels:
    """The picture with each text above its place, in letters that Vietnamese has."""
    image = Image.fromarray(picture[:, :, ::-1])
    draw, face = ImageDraw.Draw(image), ImageFont.truetype(str(font_file("bold")), LETTERS_PX)
    for (x, y), text, (blue, green, red) in labels:
        draw.text((x, y), text, fill=(red, green, blue), font=face, anchor="ls", stroke_width=2, stroke_fill="white")
    return np.ascontiguousarray(np.asarray(image, np.uint8)[:, :, ::-1])


def write_picture(
    raw: RawPage, reading: PageReading, decisions: Mapping[str, Decided], called: Called, path: Path
) -> None:
    """:func:`drawn` as a PNG file."""
    _, content = cv2.imencode(".png", drawn(raw, reading, decisions, called))
    try:
        path.write_bytes(content.tobytes())
    except OSError as error:
        raise refuse(
            "picture-unwritable", str(path), "The picture cannot be written ({why}).", why=error.strerror
        ) from error
