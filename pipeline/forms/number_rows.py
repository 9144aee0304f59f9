"""Parts of forms that people fill in by hand: labelled rows of digit boxes, places to sign, the code in the corner."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

from pipeline.errors import refuse
from pipeline.forms.drawing import Mark, Outline, Solid, Text
from pipeline.forms.fonts import Face, width_mm
from pipeline.forms.template import FormField
from pipeline.geometry import Box, Size

DIGIT = Size(6.0, 8.0)
"""A digit box: what tired hands fill with one digit without leaving it."""
GAP = 1.2
"""mm between two digit boxes: lines of their own on both sides, and room for a hand that strays."""
COMMA = 2.6
"""mm between the boxes before and behind the decimal comma, which is printed there."""
BOX_LINE = 0.25
LABEL, LEADING = 10.0, 4.2
"""Points of the labels, mm from line to line."""
LABEL_SIZES = ((LABEL, LEADING, 2), (8.5, 3.5, 3))
"""Points of a label, mm from line to line, and lines that stand beside the boxes; the smaller type where it must be."""
FIRM = "\u00a0"
"""A space at which a label is never broken."""
CODE = Box(178.0, 18.0, 19.0, 19.0)
"""The QR code on an A4 side, clear of the corner mark."""


def number_width(digits: int, decimals: int = 0) -> float:
    """mm that a row of digit boxes takes."""
    return digits * DIGIT.w + (digits - 1) * GAP + (COMMA - GAP if decimals else 0.0)


def number_row(
    name: str, label: str, right: float, top: float, digits: int, *, decimals: int = 0, most: int | None = None
) -> tuple[list[Mark], FormField]:
    """Digit boxes whose last one ends at ``right``; ``top``: their upper edge (mm)."""
    x = right - number_width(digits, decimals)
    boxes: list[Box] = []
    marks: list[Mark] = []
    for place in range(digits):
        if decimals and place == digits - decimals:
            marks.append(Text(x - GAP + 0.8, top + DIGIT.h - 0.4, ",", "bold", 14.0))
            x += COMMA - GAP
        boxes.append(Box(round(x, 3), top, DIGIT.w, DIGIT.h))
        x += DIGIT.w + GAP
    marks += [Outline(box, BOX_LINE) for box in boxes]
    whole = boxes[0].union(boxes[-1])
    return marks, FormField(name, "number", whole, label, boxes=tuple(boxes), decimals=decimals, most=most)


def label_lines(
    text: str,
    left: float,
    right: float,
    top: float,
    place: str,
    face: Face = "regular",
    *,
    otherwise: Sequence[str] = (),
) -> list[Mark]:
    """A label beside its boxes, on one to three lines, in the middle of their height.

    ``otherwise``: what is printed where ``text`` fits in no size, the first that does. Refused where none does.
    """
    for said in (text, *otherwise):
        for points, leading, most in LABEL_SIZES:
            lines = broken(said, face, points, right - left)
            if len(lines) <= most and all(width_mm(line, face, points) <= right - left for line in lines):
                first = top + DIGIT.h / 2 + 0.12 * points - (len(lines) - 1) * leading / 2
                return [Text(left, first + i * leading, line, face, points) for i, line in enumerate(lines)]
    raise refuse("count-form-label", place, "'{text}' does not fit beside its boxes; shorten it", text=text)


def broken(text: str, face: Face, points: float, room: float) -> list[str]:
    """The text broken at spaces, but no firm ones, into lines of ``room`` mm; a longer word stands alone."""
    lines: list[str] = []
    for word in re.findall(rf"(?:\S|{FIRM})+", text):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_mm(longer, face, points) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return [line.replace(FIRM, " ") for line in lines]


def code_marks(text: str, box: Box = CODE) -> list[Solid]:
    """A QR code that says ``text``, its modules filling ``box``."""
    code: Any = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    count = code.getModuleCount()
    side = box.w / count
    marks: list[Solid] = []
    for row in range(count):
        column = 0
        while column < count:
            run = 0
            while column + run < count and code.isDark(row, column + run):
                run += 1
            if run:
                # rows overlap by a hair: a printer leaves white seams between rectangles that only touch
                marks.append(Solid(Box(box.x + column * side, box.y + row * side, run * side, side * 1.02)))
            column += max(run, 1)
    return marks


def signature_places(
    places: Sequence[tuple[str, Sequence[str]]], top: float, height: float, left: float, right: float
) -> tuple[list[Mark], list[FormField]]:
    """Places to sign side by side, each (field id, lines printed above it); ``height`` of the room to sign in."""
    step = (right - left) / len(places)
    marks: list[Mark] = []
    fields: list[FormField] = []
    for i, (name, lines) in enumerate(places):
        for k, line in enumerate(lines):
            x = left + (i + 0.5) * step - width_mm(line, "bold", 9.0) / 2
            marks.append(Text(x, top + k * 3.8, line, "bold", 9.0))
        below = top + (len(lines) - 1) * 3.8 + 2.0
        box = Box(round(left + i * step + 1.0, 3), below, round(step - 2.0, 3), height)
        fields.append(FormField(name, "signature", box, " ".join(lines)))
    return marks, fields
