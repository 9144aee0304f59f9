"""A form as paper: its sides, how each is registered, and the fields with their places in millimetres.

The same template prints a form and reads it. ``docs/form-format.md`` describes the JSON document, whose JSON
Schema is ``pipeline/forms/form.schema.json``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, assert_never

from pipeline.geometry import Box, Size

FieldKind = Literal["strike", "oval", "box", "stamp", "stray"]
"""What is looked for in a field.

``strike``: a printed name that a voter may cross out: struck | partial | clear | unclear.
``oval``, ``box``: a printed target that a voter may fill or tick: marked | unmarked | unclear.
``stamp``: a place where a stamp must be: present | absent | unclear.
``stray``: a region (most often the whole page) where nothing may be added outside the other fields:
present | absent | unclear.
"""

FieldValue = Literal["struck", "partial", "clear", "unclear", "marked", "unmarked", "present", "absent"]


def values_of(kind: FieldKind) -> tuple[FieldValue, ...]:
    """Every value that a field of ``kind`` can take; ``unclear`` is always the last."""
    match kind:
        case "strike":
            return ("struck", "partial", "clear", "unclear")
        case "oval" | "box":
            return ("marked", "unmarked", "unclear")
        case "stamp" | "stray":
            return ("present", "absent", "unclear")
        case _:
            assert_never(kind)


@dataclass(frozen=True, slots=True)
class FormField:
    """One place on a form: ``box`` in mm; ``lines`` are the printed text lines of a ``strike`` field."""

    id: str
    kind: FieldKind
    box: Box
    label: str = ""
    group: str = ""
    """Contest or question to which the field belongs."""
    lines: tuple[Box, ...] = ()
    """Tight boxes of the printed lines, top to bottom; two for a name on two lines. Empty: ``(box,)``."""


@dataclass(frozen=True, slots=True)
class ByContent:
    """Registered by the printed text and lines of the reference picture."""

    kind: Literal["content"] = "content"


@dataclass(frozen=True, slots=True)
class ByPrintedBox:
    """Registered by a printed rectangle whose outline is at ``outline`` (mm), then by content inside."""

    outline: Box
    kind: Literal["box"] = "box"


@dataclass(frozen=True, slots=True)
class ByTimingMarks:
    """Registered by solid printed bars along the edges; ``marks`` are all their boxes (mm)."""

    marks: tuple[Box, ...]
    kind: Literal["timing_marks"] = "timing_marks"


@dataclass(frozen=True, slots=True)
class ByCornerMarks:
    """Registered by four solid printed squares; ``marks`` clockwise from top left (mm)."""

    marks: tuple[Box, Box, Box, Box]
    kind: Literal["corner_marks"] = "corner_marks"


Registration = ByContent | ByPrintedBox | ByTimingMarks | ByCornerMarks


@dataclass(frozen=True, slots=True)
class Reference:
    """Pictures of the blank side: one clean rendering, or several scans of blank sheets.

    The first picture fixes the millimetres: mm = pixel / dpi * 25.4, from its top left corner. Further
    pictures are registered to the first and averaged. ``files`` are relative to the form document.
    """

    files: tuple[str, ...]
    dpi: float
    page: int = 1
    """Page within the files, counted from 1 (PDF, TIFF)."""


@dataclass(frozen=True, slots=True)
class FormSide:
    """One face of the sheet. ``blank`` tells a face on which nothing is printed."""

    name: str
    size: Size
    registration: Registration
    fields: tuple[FormField, ...]
    reference: Reference | None = None
    blank: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A sheet of paper that somebody designed; ``id`` is unique within a workspace."""

    id: str
    title: str
    sides: tuple[FormSide, ...]
