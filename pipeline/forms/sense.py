"""What a form's schema cannot say: things that stand twice, on each other, off the page, or in a wrong order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pipeline.errors import Problem
from pipeline.forms.sense_of_numbers import number_problems, rule_problems
from pipeline.forms.template import (
    ByContent,
    ByCornerMarks,
    ByPrintedBox,
    ByTimingMarks,
    Form,
    FormField,
    FormSide,
)
from pipeline.geometry import Box
from pipeline.messages import message

TOUCHING = 0.05
"""mm by which boxes may overlap: they are written with two or three decimals, and neighbours share an edge."""
SPREAD = 10.0
"""mm by which marks must lie apart in both directions: from a single line nothing tells how wide the page is."""

Placed = tuple[str, Box]
"""Where a box stands in the document, and the box."""


def sense_problems(form: Form, place: str) -> Iterator[Problem]:
    """Every such fault with its place; ``place`` is the file."""
    sides = [(f"{place}, sides[{i}] '{side.name}'", side) for i, side in enumerate(form.sides)]
    yield from _twice([(where, side.name) for where, side in sides], "side")
    yield from _twice([(where, f.id) for at, side in sides for where, f in _fields(side, at)], "field")
    for where, side in sides:
        yield from _side_problems(side, where)
    yield from rule_problems(form, place)


def _fields(side: FormSide, place: str) -> Iterator[tuple[str, FormField]]:
    for i, field in enumerate(side.fields):
        yield f"{place}, fields[{i}] '{field.id}'", field


def _twice(named: Sequence[tuple[str, str]], what: str) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for place, name in named:
        if name not in first:
            first[name] = place
        elif what == "side":
            yield _problem(place, "the side name '{name}' stands twice; give each side its own", name=name)
        else:
            other = first[name].split(", ", 1)[1]
            yield _problem(
                place, "the field id '{id}' is already used at {other}; give each field its own", id=name, other=other
            )


def _side_problems(side: FormSide, place: str) -> Iterator[Problem]:
    if side.blank and side.fields:
        yield _problem(place, "a blank side has no fields; remove them or the word blank")
    if not side.blank and isinstance(side.registration, ByContent | ByPrintedBox) and not side.reference:
        yield _problem(
            place,
            "registration by {kind} needs a reference picture of the unmarked side; add one under 'reference'",
            kind=side.registration.kind,
        )
    if isinstance(side.registration, ByTimingMarks | ByCornerMarks) and not side.reference:
        yield from _not_told_from_print(side, place)
    yield from _off_the_page(side, place)
    yield from _overlapping(side, place)
    for where, field in _fields(side, place):
        yield from _line_problems(field, where)
        yield from number_problems(field, where)
    match side.registration:
        case ByCornerMarks(marks=marks):
            yield from _corner_problems(marks, f"{place}, registration")
        case ByTimingMarks(marks=timing):
            yield from _spread_problems(timing, f"{place}, registration")
        case _:
            pass


def _not_told_from_print(side: FormSide, place: str) -> Iterator[Problem]:
    """Without the blank print a printed name is ink like any other, and would be read as crossed out."""
    for where, field in _fields(side, place):
        if field.kind in ("strike", "stamp", "stray", "signature"):
            yield _problem(
                where,
                "a field of kind {kind} is told from print by a reference picture of the unmarked side; add one under "
                "'reference'",
                kind=field.kind,
            )


def _off_the_page(side: FormSide, place: str) -> Iterator[Problem]:
    page = Box(0, 0, side.size.w, side.size.h)
    for where, box in (*_marks(side, place), *_boxes(side, place)):
        if not _within(box, page):
            yield _problem(
                where,
                "the box {box} reaches beyond the page of {w} x {h} mm; give x, y, width and height in millimetres",
                box=_shown(box),
                w=side.size.w,
                h=side.size.h,
            )


def _within(box: Box, outer: Box) -> bool:
    outer = outer.grown(TOUCHING)
    return outer.x <= box.x and outer.y <= box.y and box.right <= outer.right and box.bottom <= outer.bottom


def _marks(side: FormSide, place: str) -> Iterator[Placed]:
    match side.registration:
        case ByPrintedBox(outline=outline):
            yield f"{place}, registration, outline", outline
        case ByTimingMarks(marks=marks) | ByCornerMarks(marks=marks):
            for i, mark in enumerate(marks):
                yield f"{place}, registration, marks[{i}]", mark
        case _:
            pass


def _boxes(side: FormSide, place: str) -> Iterator[Placed]:
    for where, field in _fields(side, place):
        yield f"{where}, box", field.box
        for j, line in enumerate(field.lines):
            yield f"{where}, lines[{j}]", line
        for j, box in enumerate(field.boxes):
            yield f"{where}, boxes[{j}]", box
    if side.code:
        yield f"{place}, code", side.code


def _overlapping(side: FormSide, place: str) -> Iterator[Problem]:
    """Two targets, names or marks on each other: one stroke of the pen would count for both."""
    found: list[Placed] = []
    for where, field in _fields(side, place):
        if field.kind in ("strike", "oval", "box"):
            found += [(where, box) for box in field.lines or (field.box,)]
        elif field.kind in ("number", "tally"):
            found.append((where, field.box))
    if not isinstance(side.registration, ByPrintedBox):
        found += _marks(side, place)
    told: dict[str, set[str]] = defaultdict(set)
    found.sort(key=lambda placed: placed[1].y)
    for i, (where, box) in enumerate(found):
        for other, below in found[i + 1 :]:
            if below.y >= box.bottom - TOUCHING:
                break
            if other != where and other not in told[where] and box.grown(-TOUCHING).overlaps(below):
                told[where].add(other)
                yield _problem(
                    where,
                    "the box {box} overlaps {other_box} of {other}; measure both again",
                    box=_shown(box),
                    other_box=_shown(below),
                    other=other.removeprefix(f"{place}, "),
                )


def _line_problems(field: FormField, place: str) -> Iterator[Problem]:
    if field.lines and field.kind != "strike":
        yield _problem(place, "only a strike field has lines, this is a field of kind {kind}; remove them",
                       kind=field.kind)  # fmt: skip
    for i, line in enumerate(field.lines):
        if not _within(line, field.box):
            yield _problem(
                f"{place}, lines[{i}]",
                "the line {line} reaches beyond the field's box {box}; the box holds all lines",
                line=_shown(line),
                box=_shown(field.box),
            )
    if any(a.centre[1] >= b.centre[1] for a, b in zip(field.lines, field.lines[1:], strict=False)):
        yield _problem(f"{place}, lines", "the lines do not go from top to bottom; put them in that order")


def _corner_problems(marks: tuple[Box, Box, Box, Box], place: str) -> Iterator[Problem]:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = (mark.centre for mark in marks)
    if min(bx - ax, cx - dx, dy - ay, cy - by) >= SPREAD:
        return
    yield _problem(
        f"{place}, marks",
        "the marks at {places} do not go clockwise from the top left, {spread} mm or more apart; correct their order",
        places=", ".join(f"({x:g}, {y:g})" for x, y in (mark.centre for mark in marks)),
        spread=SPREAD,
    )


def _spread_problems(marks: Sequence[Box], place: str) -> Iterator[Problem]:
    across, down = ([mark.centre[axis] for mark in marks] for axis in (0, 1))
    if min(max(across) - min(across), max(down) - min(down)) < SPREAD:
        yield _problem(
            f"{place}, marks",
            "all {count} marks lie on one line, which does not tell how wide the page is; name marks of two edges",
            count=len(marks),
        )


def _shown(box: Box) -> str:
    return f"[{box.x:g}, {box.y:g}, {box.w:g}, {box.h:g}]"


def _problem(place: str, msgid: str, **params: object) -> Problem:
    return Problem("form-sense", place, message(msgid, **params))
