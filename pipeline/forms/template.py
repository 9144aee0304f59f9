"""A form as paper: its sides, how each is registered, and the fields with their places in millimetres.

The same template prints a form and reads it. ``docs/form-format.md`` describes the JSON document, whose JSON
Schema is ``pipeline/forms/form.schema.json``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, assert_never

from pipeline.geometry import Box, Size

FieldKind = Literal["strike", "oval", "box", "stamp", "stray", "number", "tally", "signature"]
"""What is looked for in a field.

``strike``: a printed name that a voter may cross out: struck | partial | clear | unclear.
``oval``, ``box``: a printed target that a voter may fill or tick: marked | unmarked | unclear.
``stamp``: a place where a stamp must be: present | absent | unclear.
``stray``: a region (most often the whole page) where nothing may be added outside the other fields:
present | absent | unclear.
``signature``: a place where somebody must sign: present | absent | unclear.
``number``: a number written by hand, in digit boxes or on a line; its value is a number, or nothing.
``tally``: strokes in a cell, counted; its value is their number.
"""

WrittenKind = Literal["number", "tally"]
"""The kinds whose value is a number and no word; they are decided together (``pipeline.review.numbers``)."""
WRITTEN: tuple[WrittenKind, ...] = ("number", "tally")
TallyStyle = Literal["square", "gate"]

FieldValue = Literal["struck", "partial", "clear", "unclear", "marked", "unmarked", "present", "absent"]


def values_of(kind: FieldKind) -> tuple[FieldValue, ...]:
    """Every word that a field of ``kind`` can take; ``unclear`` is always the last. A number has none."""
    match kind:
        case "strike":
            return ("struck", "partial", "clear", "unclear")
        case "oval" | "box":
            return ("marked", "unmarked", "unclear")
        case "stamp" | "stray" | "signature":
            return ("present", "absent", "unclear")
        case "number" | "tally":
            return ()
        case _:
            assert_never(kind)


def answers_of(kind: FieldKind) -> tuple[str, ...]:
    """Every answer that a person may give to a field of ``kind``: its values, and on a name what signs the rule set
    tells apart (:data:`pipeline.election.rule_type.SIGNS`) and the machine does not."""
    return (*values_of(kind), *(SIGNS_OF_PEOPLE if kind == "strike" else ()))


SIGNS_OF_PEOPLE = ("circle", "one_line")
"""A circle, underline or overline; of a name on two lines one line crossed. To the machine both are ``unclear``."""


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
    boxes: tuple[Box, ...] = ()
    """Of a ``number``: its digit boxes from left to right; empty where it is written on a line."""
    decimals: int = 0
    """Of a ``number``: how many of its digits stand behind the decimal sign."""
    least: int = 0
    most: int | None = None
    """Of a ``number``: the values that it can have, decimals as whole units (97.04 is 9704)."""
    style: TallyStyle = "square"
    pitch: float = 4.0
    """Of a ``tally``: how its groups are drawn, and their usual height in mm."""
    grid: tuple[int, int] | None = None
    """Of a ``tally``: columns and rows of a printed grid, one group a cell; the box is the grid's outline then."""


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


RuleKind = Literal["sum", "same", "percent", "at_most"]


@dataclass(frozen=True, slots=True)
class FormRule:
    """What must hold between numbers of the form; ``code`` is its number for people (R6).

    ``sum``: the last of ``fields`` is the sum of the others, each ``times`` so much; ``same``: both are equal;
    ``percent``: part, whole, and the percentage; ``at_most``: the first is no more than the second.
    """

    code: str
    kind: RuleKind
    fields: tuple[str, ...]
    times: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FormSide:
    """One face of the sheet. ``blank`` tells a face on which nothing is printed.

    ``code``: where the QR code with the form's id is printed; a page is then taken for no other form than it names.
    """

    name: str
    size: Size
    registration: Registration
    fields: tuple[FormField, ...]
    reference: Reference | None = None
    blank: bool = False
    code: Box | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """A sheet of paper that somebody designed; ``id`` is unique within a workspace."""

    id: str
    title: str
    sides: tuple[FormSide, ...]
    rules: tuple[FormRule, ...] = ()

    @property
    def fields(self) -> tuple[FormField, ...]:
        """Of all sides."""
        return tuple(field for side in self.sides for field in side.fields)

    def field(self, name: str) -> FormField:
        """The field of that id; KeyError where there is none."""
        for side in self.sides:
            for field in side.fields:
                if field.id == name:
                    return field
        raise KeyError(name)
