"""A page with what was read on it: each field's outline in the colour of its reading and decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import Protocol

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.errors import refuse
from pipeline.forms.fonts import font_file
from pipeline.forms.template import FieldKind
from pipeline.geometry import Quad
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
LETTER_WIDTH_PX = 10
"""As wide as the wider letters are on average: what is told in so many of them fits."""
FRAME_PX = 6


def framed(page: Pixels, quad: Quad) -> Pixels:
    """A BGR copy of a page with a thin frame round one place, which tells it from the lines above and below."""
    copy = np.array(cv2.cvtColor(page, cv2.COLOR_GRAY2BGR) if page.ndim == 2 else page, np.uint8)
    cv2.polylines(copy, [np.array(quad).round().astype(np.int32)], True, ASKED, 1, cv2.LINE_AA)
    return copy


def drawn(raw: RawPage, reading: PageReading, decisions: Mapping[str, Decided], called: Called) -> Pixels:
    """A BGR copy of the page; orange = a person is asked. ``called``: what a value of a kind of field is called."""
    picture = _coloured(raw)
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


def drawn_rejected(raw: RawPage, why: str) -> Pixels:
    """A BGR copy of a page that was not read, framed in orange, with ``why`` in a strip above it."""
    picture = _coloured(raw)
    height, width = picture.shape[:2]
    cv2.rectangle(picture, (0, 0), (width - 1, height - 1), ASKED, FRAME_PX)
    lines = wrap(why, max(20, (width - 2 * LETTERS_PX) // LETTER_WIDTH_PX))
    line = round(1.5 * LETTERS_PX)
    strip = np.full((line * (len(lines) + 1), width, 3), 255, np.uint8)
    places = [((LETTERS_PX, line * (i + 1)), text, ASKED) for i, text in enumerate(lines)]
    return np.vstack((_lettered(strip, places), picture))


def _coloured(raw: RawPage) -> Pixels:
    grey = raw.pixels.ndim == 2
    return np.array(cv2.cvtColor(raw.pixels, cv2.COLOR_GRAY2BGR) if grey else raw.pixels, np.uint8)


def _lettered(picture: Pixels, labels: Sequence[tuple[tuple[int, int], str, tuple[int, int, int]]]) -> Pixels:
    """The picture with each text above its place, in letters that Vietnamese has."""
    image = Image.fromarray(picture[:, :, ::-1])
    draw, face = ImageDraw.Draw(image), ImageFont.truetype(str(font_file("bold")), LETTERS_PX)
    for (x, y), text, (blue, green, red) in labels:
        draw.text((x, y), text, fill=(red, green, blue), font=face, anchor="ls", stroke_width=2, stroke_fill="white")
    return np.ascontiguousarray(np.asarray(image, np.uint8)[:, :, ::-1])


def write_picture(picture: Pixels, path: Path) -> None:
    """What was drawn as a PNG file."""
    _, content = cv2.imencode(".png", picture)
    try:
        path.write_bytes(content.tobytes())
    except OSError as error:
        raise refuse(
            "picture-unwritable", str(path), "The picture cannot be written ({why}).", why=error.strerror
        ) from error
