"""A picture of the blank with every find drawn and numbered, and a list of them beside it, for a person to check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.forms.fonts import font_file
from pipeline.forms.template import ByContent, ByPrintedBox, FormField, FormSide
from pipeline.geometry import Box
from pipeline.scan.features import Grey

HEIGHT = 2200
"""Pixels: an A4 page at 190 dpi, so that a target's outline can be checked."""
LIST_WIDTH, LINE = 760, 25
COLOURS = {
    "oval": (0, 130, 40), "box": (0, 130, 40), "strike": (20, 60, 200), "stamp": (150, 90, 0), "stray": (130, 130, 130),
    "number": (20, 60, 200), "tally": (20, 60, 200), "signature": (150, 90, 0),
}  # fmt: skip
DOUBTED, LEFT, MARKS = (220, 60, 0), (150, 150, 150), (200, 0, 160)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A thing on the preview: its number, what it says in the list, and whether it is doubted or left out."""

    number: int
    field: FormField
    doubted: bool = False
    taken: bool = True


def draw_preview(picture: Grey, density: float, side: FormSide, drawn: Sequence[Drawn]) -> Image.Image:
    """The page in grey with coloured boxes, its list of fields on the right."""
    scale = HEIGHT / picture.shape[0]
    page = np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    light = np.asarray(255 - (255 - page.astype(np.int16)) * 0.75, np.uint8)
    rows = (HEIGHT - 90) // LINE
    columns = max(1, -(-len(drawn) // rows))
    image = Image.new("RGB", (page.shape[1] + columns * LIST_WIDTH, HEIGHT), "white")
    image.paste(Image.fromarray(light).convert("RGB"), (0, 0))
    pen = ImageDraw.Draw(image)
    per_mm = density * scale
    for mark in _marks(side):
        pen.rectangle(_pixels(mark, per_mm), outline=MARKS, width=2)
    small, bold = _font(19), _font(21, True)
    # what was left out first, so that it hides nothing of the form
    for one in sorted(drawn, key=lambda one: one.taken):
        _draw_field(pen, one, per_mm, bold, page)
    left = page.shape[1] + 16
    pen.text((left, 14), side.name, fill="black", font=_font(26, True))
    for i, one in enumerate(drawn):
        place = (left + LIST_WIDTH * (i // rows), 56 + LINE * (i % rows))
        pen.text(place, _line(one), fill=_colour(one), font=small)
    return image


def write_preview(image: Image.Image, path: Path) -> None:
    """As PNG."""
    image.save(path, "PNG")


def _marks(side: FormSide) -> Sequence[Box]:
    match side.registration:
        case ByContent():
            return ()
        case ByPrintedBox(outline=outline):
            return (outline,)
        case registration:
            return registration.marks


def _draw_field(pen: ImageDraw.ImageDraw, one: Drawn, per_mm: float, font: ImageFont.FreeTypeFont, page: Grey) -> None:
    colour = _colour(one)
    for box in one.field.lines or one.field.boxes or (one.field.box,):
        pen.rectangle(_pixels(box, per_mm), outline=colour, width=3 if one.taken else 1)
    x0, y0, x1, y1 = _pixels(one.field.box, per_mm)
    number = str(one.number)
    wide = pen.textlength(number, font=font)
    if one.field.kind == "stray":
        place = (x0 + 6, y0 + 4)
    else:
        middle = (y0 + y1) / 2 - 12
        beside = [(x0 - wide - 6, middle), (x1 + 5, middle), (x0, y0 - 27), (x0, y1 + 3)]
        place = min(beside, key=lambda at: _hidden(page, at, wide))
    pen.rectangle([place[0] - 1, place[1], place[0] + wide + 1, place[1] + 24], fill=(255, 255, 255))
    pen.text(place, number, fill=colour, font=font)


def _hidden(page: Grey, at: tuple[float, float], wide: float) -> float:
    """How much print a number would hide there."""
    x, y = (max(0, round(v)) for v in at)
    part = page[y : y + 24, x : x + round(wide)]
    return float((255 - part.astype(np.float32)).mean()) if part.size and min(at) >= 0 else 255.0


def _line(one: Drawn) -> str:
    field = one.field
    words = " · ".join(p for p in (field.kind, field.label, field.group) if p)
    return f"{one.number}{'' if one.taken else ' −'}{' ?' if one.doubted else ''}  {words}"[:78]


def _colour(one: Drawn) -> tuple[int, int, int]:
    if not one.taken:
        return LEFT
    return DOUBTED if one.doubted else COLOURS[one.field.kind]


def _pixels(box: Box, per_mm: float) -> list[float]:
    return [box.x * per_mm, box.y * per_mm, box.right * per_mm, box.bottom * per_mm]


def _font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font_file("bold" if bold else "regular")), size)
