"""Sheets of our own with marks and targets: what is asked, where it stands on the paper, and the form that reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline.errors import Problem, Refusal, refuse
from pipeline.forms.ballot import REFERENCE_DPI, BallotLayout, centred
from pipeline.forms.document import read_json
from pipeline.forms.drawing import Mark, Outline, OvalOutline, Solid, Text
from pipeline.forms.faults import SHEET, schema_problems
from pipeline.forms.fonts import Face, width_mm
from pipeline.forms.template import ByCornerMarks, ByTimingMarks, Form, FormField, FormSide, Reference
from pipeline.geometry import Box, Size
from pipeline.messages import message

A4 = Size(210.0, 297.0)
EDGE = 8.0
"""mm from the paper's edge to the marks: office printers leave up to 5 mm white, feeders shift by 2."""
CORNER = 6.0
BAR, BAR_STEP = Size(4.0, 1.5), 8.0
LONE_BARS = (1, 2, 5, 9)
"""Places along the lower edge that have a bar: few and uneven, so that upside down looks different."""
TEXT_EDGE = 24.0
TITLE, QUESTION, PLAIN = 15.0, 11.5, 11.0
LEADING = 5.2
"""mm from line to line of one text."""
OPTION_STEP, QUESTION_GAP = 7.6, 4.0
OVAL, SQUARE = Size(5.6, 3.4), Size(4.4, 4.4)
STROKE = 0.3
BESIDE = 3.2
"""mm from a target to its text: a mark runs out of the target by 1 or 2."""

TargetKind = Literal["oval", "box"]
MarkKind = Literal["corner_marks", "timing_marks"]


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to tick; ``id`` is unique within its question."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the answers it offers."""

    id: str
    text: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a sheet asks; :func:`sheet_layout` decides where it stands."""

    id: str
    title: str
    questions: tuple[Question, ...]
    instruction: str = ""
    size: Size = A4
    marks: MarkKind = "corner_marks"
    target: TargetKind = "oval"


def load_sheet(path: Path) -> Sheet:
    """The sheet that a JSON file describes; refused with every fault at once, each with its place."""
    document = read_json(path)
    problems = list(schema_problems(document, str(path), SHEET))
    if problems:
        raise Refusal(problems)
    sheet = _sheet(document)
    problems = list(_sense_problems(sheet, str(path)))
    if problems:
        raise Refusal(problems)
    return sheet


def _sheet(document: Mapping[str, Any]) -> Sheet:
    questions = tuple(
        Question(q["id"], q["text"], tuple(Option(o["id"], o["text"]) for o in q["options"]))
        for q in document["questions"]
    )
    return Sheet(
        id=document["id"],
        title=document["title"],
        questions=questions,
        instruction=document.get("instruction", ""),
        size=Size(*map(float, document.get("size_mm", (A4.w, A4.h)))),
        marks=document.get("marks", "corner_marks"),
        target=document.get("target", "oval"),
    )


def _sense_problems(sheet: Sheet, place: str) -> Iterator[Problem]:
    if set(sheet.id) & set('/\\:*?"<>|') or sheet.id.startswith("."):
        text = message("'{id}' cannot be the name of a file; write letters, digits and hyphens", id=sheet.id)
        yield Problem("sheet-id", f"{place}, id", text)
    seen: set[str] = set()
    for i, question in enumerate(sheet.questions):
        for j, option in enumerate(question.options):
            key = f"{question.id}.{option.id}"
            if key in seen:
                text = message("the option '{id}' stands twice; give each its own id", id=key)
                yield Problem("sheet-id", f"{place}, questions[{i}], options[{j}]", text)
            seen.add(key)


def sheet_layout(sheet: Sheet) -> BallotLayout:
    """Where everything stands; fields are named ``QUESTION.OPTION``. Refused where it does not fit the paper."""
    registration = corner_marks(sheet.size) if sheet.marks == "corner_marks" else _timing_marks(sheet.size)
    marks: list[Mark] = [Solid(box) for box in registration.marks]
    head, top = _head(sheet)
    fields: list[FormField] = []
    for question in sheet.questions:
        printed, asked, top = _question(sheet, question, top)
        marks += printed
        fields += asked
    lowest = sheet.size.h - EDGE - CORNER
    if top - QUESTION_GAP > lowest:
        raise refuse(
            "sheet-full",
            sheet.id,
            "the questions need {needed} mm of paper, the sheet has {height}; take larger paper or print two sheets",
            needed=round(top - QUESTION_GAP + EDGE + CORNER),
            height=f"{sheet.size.h:g}",
        )
    reference = Reference((f"{sheet.id}.png",), REFERENCE_DPI)
    side = FormSide("front", sheet.size, registration, tuple(fields), reference)
    return BallotLayout(Form(sheet.id, sheet.title, (side,)), sheet.size, (*head, *marks))


def corner_marks(size: Size) -> ByCornerMarks:
    """Four squares near the corners of a sheet, clear of its edges."""
    right, bottom = size.w - EDGE - CORNER, size.h - EDGE - CORNER
    places = ((EDGE, EDGE), (right, EDGE), (right, bottom), (EDGE, bottom))
    first, second, third, fourth = (Box(x, y, CORNER, CORNER) for x, y in places)
    return ByCornerMarks((first, second, third, fourth))


def _timing_marks(size: Size) -> ByTimingMarks:
    """A full row at the top, bars down both sides, and a few, unevenly, at the bottom."""
    across = int((size.w - 2 * EDGE - BAR.w) / BAR_STEP)
    down = int((size.h - 2 * EDGE - BAR.h) / BAR_STEP)
    step = (size.w - 2 * EDGE - BAR.w) / across
    bottom = EDGE + down * BAR_STEP
    top = [Box(EDGE + step * i, EDGE, BAR.w, BAR.h) for i in range(across + 1)]
    right = size.w - EDGE - BAR.w
    sides = [Box(x, EDGE + BAR_STEP * i, BAR.w, BAR.h) for i in range(1, down + 1) for x in (EDGE, right)]
    lone = [Box(EDGE + step * i, bottom, BAR.w, BAR.h) for i in LONE_BARS if i < across]
    return ByTimingMarks((*top, *sides, *lone))


def _head(sheet: Sheet) -> tuple[list[Mark], float]:
    """Title and instruction, and where the questions begin."""
    room, baseline = sheet.size.w - 2 * TEXT_EDGE, EDGE + CORNER + 8.0
    marks: list[Mark] = []
    for line in _lines(sheet.title, "bold", TITLE, room, sheet.id):
        marks.append(centred(line, sheet.size.w / 2, baseline, "bold", TITLE))
        baseline += 1.3 * LEADING
    for line in _lines(sheet.instruction, "italic", PLAIN, room, sheet.id):
        marks.append(centred(line, sheet.size.w / 2, baseline, "italic", PLAIN))
        baseline += LEADING
    return marks, baseline + QUESTION_GAP


def _question(sheet: Sheet, question: Question, top: float) -> tuple[list[Mark], list[FormField], float]:
    """Its print, its fields, and where the next one begins."""
    target = OVAL if sheet.target == "oval" else SQUARE
    room = sheet.size.w - 2 * TEXT_EDGE
    marks: list[Mark] = []
    fields: list[FormField] = []
    for line in _lines(question.text, "bold", QUESTION, room, question.id):
        marks.append(Text(TEXT_EDGE, top + 4.0, line, "bold", QUESTION))
        top += LEADING
    top += 1.6
    for option in question.options:
        box = Box(TEXT_EDGE + 2.0, top + (LEADING - target.h) / 2, target.w, target.h)
        marks.append(OvalOutline(box, STROKE) if sheet.target == "oval" else Outline(box, STROKE))
        label = f"{question.text}: {option.text}"
        fields.append(FormField(f"{question.id}.{option.id}", sheet.target, box, label, question.id))
        lines = _lines(option.text, "regular", PLAIN, room - target.w - BESIDE - 2.0, question.id)
        for i, line in enumerate(lines):
            marks.append(Text(box.right + BESIDE, top + 3.9 + i * LEADING, line, "regular", PLAIN))
        top += OPTION_STEP + (len(lines) - 1) * LEADING
    return marks, fields, top + QUESTION_GAP


def _lines(text: str, face: Face, points: float, room: float, place: str) -> list[str]:
    """The text broken at spaces into lines of at most ``room`` mm."""
    lines: list[str] = []
    for word in text.split():
        if width_mm(word, face, points) > room:
            raise refuse(
                "sheet-word", place, "'{word}' is wider than the sheet; write it shorter or take wider paper", word=word
            )
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_mm(longer, face, points) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
