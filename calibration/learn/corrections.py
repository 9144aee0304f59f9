"""The small spreadsheet beside a learned form, and the form with what a person corrected in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from calibration.learn.finds import Find
from pipeline.errors import Problem, Refusal, refuse
from pipeline.forms.document import dump_form, parse_form
from pipeline.forms.template import FieldKind, Form, FormField, FormSide
from pipeline.geometry import Box
from pipeline.messages import Message, message
from pipeline.spreadsheets import Row, check_sheet, write_sheet

NEEDED = ("id", "kind", "label", "contest", "x", "y", "w", "h")
MORE = ("number", "side", "note")
COLUMNS = ("number", *NEEDED, "side", "note")
LEFT_OUT, LINE = "-", "line"
"""Kinds of rows that are no fields: what was left out, and a printed line of the name, or a digit box of the number,
whose id it has."""
WITH_LINES = ("strike", "number")


def write_corrections(path: Path, finds: Sequence[tuple[str, Find, str]]) -> None:
    """One row per find, given with its side's name and its note; left-out ones have the kind "-"."""
    rows: list[Sequence[object]] = []
    for number, (side, find, note) in enumerate(finds, start=1):
        kind = find.kind if find.taken else LEFT_OUT
        kind_note = note if find.taken else f"{find.kind}: {note}"
        rows.append(_cells(number, find.id, kind, find.label, find.group, find.box, side, kind_note))
        if find.taken:
            rows += [_cells("", find.id, LINE, "", "", line, side, "") for line in find.lines]
    write_sheet(path, COLUMNS, rows)


def _cells(
    number: object, name: str, kind: str, label: str, group: str, box: Box, side: str, note: str
) -> Sequence[object]:
    places = (f"{v:.2f}" for v in (box.x, box.y, box.w, box.h))
    return (number, name, kind, label, group, *places, side, note)


def corrected(form: Form, sheet: Path, place: str) -> Form:
    """``form`` (of the file ``place``) with the fields of ``sheet`` instead of its own; refused with all faults.

    Rows of the kind "-" are no fields; those of the kind "line" are lines of a name, or digit boxes of a number, whose
    id they have. What the sheet has no column for (decimals, strokes' style, rules) stays as it was.
    """
    table, found = check_sheet(sheet, NEEDED, MORE)
    problems = list(found)
    rows = [_row(row, form, problems) for row in table.rows]
    given = [row for row in rows if row is not None and row.kind != LEFT_OUT]
    problems += _faults_between(given)
    if problems:
        raise Refusal(problems)
    if not given:
        raise refuse("learn-no-fields", str(sheet), "no row is a field; a form needs one at least")
    sides = tuple(_with_fields(side, [r for r in given if r.side == side.name]) for side in form.sides)
    changed = replace(form, sides=sides)
    try:
        return parse_form(dump_form(changed), place)
    except Refusal as refusal:
        raise Refusal([_at_its_row(problem, given) for problem in refusal.problems]) from refusal


def _at_its_row(problem: Problem, given: Sequence[_Field]) -> Problem:
    """A fault of a field, told where the person wrote it: in the row with its id."""
    for one in given:
        if one.kind != LINE and f"'{one.side}'" in problem.place and f"'{one.id}'" in problem.place:
            return replace(problem, place=one.row.place("x"))
    return problem


@dataclass(frozen=True, slots=True)
class _Field:
    """A row that could be read."""

    row: Row
    side: str
    kind: str
    id: str
    label: str
    group: str
    box: Box


def _row(row: Row, form: Form, problems: list[Problem]) -> _Field | None:
    kind = row.text("kind")
    if kind == LEFT_OUT:
        return _Field(row, "", kind, "", "", "", Box(0, 0, 1, 1))
    before = len(problems)
    kinds = (*get_args(FieldKind), LINE, LEFT_OUT)
    if kind not in kinds:
        text = message("'{value}' is no kind; write one of {kinds}", value=kind, kinds=", ".join(kinds))
        problems.append(_fault(row, "kind", text))
    if not row.text("id"):
        problems.append(
            _fault(row, "id", message("the id is missing; write one, or the kind '-' to leave the row out"))
        )
    sides = [side.name for side in form.sides if not side.blank]
    side = row.text("side") or (sides[0] if len(sides) == 1 else "")
    if side not in sides:
        text = message("'{value}' is no side of the form; write one of {sides}", value=side, sides=", ".join(sides))
        problems.append(_fault(row, "side", text))
    numbers = [_number(row, column, problems) for column in ("x", "y", "w", "h")]
    if len(problems) > before or any(n is None for n in numbers):
        return None
    x, y, w, h = (n or 0.0 for n in numbers)
    return _Field(row, side, kind, row.text("id"), row.text("label"), row.text("contest"), Box(x, y, w, h))


def _number(row: Row, column: str, problems: list[Problem]) -> float | None:
    """Millimetres with a point or a comma, as spreadsheets of different countries write them."""
    text = row.text(column)
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = None
    if value is None or not abs(value) < 2000 or "e" in text.lower():
        shown = message("'{value}' is no length; write millimetres, for instance 12.5", value=text)
        problems.append(_fault(row, column, shown))
        return None
    if column in ("w", "h") and value <= 0:
        problems.append(_fault(row, column, message("{value} mm is no size; write more than 0", value=text)))
        return None
    return value


def _faults_between(given: Sequence[_Field]) -> Iterator[Problem]:
    """Ids that stand twice, and lines without their name."""
    first: dict[str, _Field] = {}
    for one in given:
        if one.kind == LINE:
            continue
        if one.id in first:
            earlier = first[one.id].row.number
            text = message("the id '{id}' stands in row {row} already; give each its own", id=one.id, row=earlier)
            yield _fault(one.row, "id", text)
        first.setdefault(one.id, one)
    for one in given:
        if one.kind == LINE and (one.id not in first or first[one.id].kind not in WITH_LINES):
            text = message("there is no row of the kind strike or number with the id '{id}' for this line", id=one.id)
            yield _fault(one.row, "id", text)


def _with_fields(side: FormSide, given: Sequence[_Field]) -> FormSide:
    before = {f.id: f for f in side.fields}
    fields = []
    for one in given:
        if one.kind != LINE:
            within = [r.box for r in given if r.kind == LINE and r.id == one.id]
            fields.append(_corrected_field(one, within, before.get(one.id)))
    return replace(side, fields=tuple(fields))


def _corrected_field(one: _Field, within: Sequence[Box], before: FormField | None) -> FormField:
    box = one.box
    for part in within:
        box = box.union(part)
    kind = _kind(one.kind)
    plain = before if before is not None and before.kind == kind else FormField(one.id, kind, box)
    plain = replace(plain, box=box, label=one.label, group=one.group)
    if kind == "number":
        return replace(plain, boxes=tuple(sorted(within, key=lambda b: b.x)))
    return replace(plain, lines=tuple(sorted(within, key=lambda b: b.y)))


def _kind(text: str) -> FieldKind:
    kinds: dict[str, FieldKind] = {str(k): k for k in get_args(FieldKind)}
    return kinds[text]


def _fault(row: Row, column: str, text: Message) -> Problem:
    return Problem("learn-row", row.place(column), text)
