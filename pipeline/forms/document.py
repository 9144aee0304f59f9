"""The form document: a form as JSON, checked as a whole before anything is read with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema

from pipeline.errors import Problem, Refusal, refuse
from pipeline.forms.template import (
    ByContent,
    ByCornerMarks,
    ByPrintedBox,
    ByTimingMarks,
    Form,
    FormField,
    FormSide,
    Reference,
    Registration,
)
from pipeline.geometry import Box, Size
from pipeline.messages import message

FORMAT = "kiemphieu-form/1"


def load_form(path: Path) -> Form:
    """The form of a JSON document; refused with every fault at once, each with its place in the document.

    The reference pictures that it names must lie beside it.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise refuse(
            "form-unreadable",
            str(path),
            "the form document cannot be read ({why}); check the path",
            why=error.strerror,
        ) from error
    except UnicodeDecodeError as error:
        raise refuse("form-not-json", str(path), "is no UTF-8 text; a form document is a JSON file") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise refuse(
            "form-not-json", str(path), "is no JSON ({why}); mend it or write the form anew", why=str(error)
        ) from error
    form = parse_form(document, str(path))
    missing = [
        Problem(
            "form-reference",
            f"{path}, side {side.name}",
            message("the reference picture {file!r} is not beside the form document; put it there", file=file),
        )
        for side in form.sides
        if side.reference
        for file in side.reference.files
        if not (path.parent / file).is_file()
    ]
    if missing:
        raise Refusal(missing)
    return form


def parse_form(document: object, place: str) -> Form:
    """The form that a parsed JSON ``document`` describes; ``place`` (its file) is named in every problem."""
    problems = list(_schema_problems(document, place))
    if problems:
        raise Refusal(problems)
    assert isinstance(document, Mapping)
    form = _form(document)
    problems = list(_sense_problems(form, place))
    if problems:
        raise Refusal(problems)
    return form


@lru_cache(maxsize=1)
def schema() -> Mapping[str, Any]:
    """The published JSON Schema of a form document."""
    text = (files("pipeline.forms") / "form.schema.json").read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = json.loads(text)
    return loaded


def _schema_problems(document: object, place: str) -> Iterator[Problem]:
    validator = jsonschema.Draft202012Validator(schema())
    for error in sorted(validator.iter_errors(document), key=lambda e: [str(p) for p in e.absolute_path]):
        deepest = jsonschema.exceptions.best_match([error]) or error
        yield Problem(
            "form-schema",
            f"{place}, {_spelled(deepest.absolute_path)}",
            message("{fault}; see docs/form-format.md", fault=_short(deepest.message)),
        )


def _spelled(path: Sequence[str | int]) -> str:
    text = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path)
    return text.lstrip(".") or "document"


def _short(text: str) -> str:
    return text if len(text) < 200 else text[:200] + "…"


def _form(document: Mapping[str, Any]) -> Form:
    sides = tuple(_side(s) for s in document["sides"])
    return Form(document["id"], document.get("title", ""), sides)


def _side(side: Mapping[str, Any]) -> FormSide:
    reference = side.get("reference")
    return FormSide(
        name=side["name"],
        size=Size(*map(float, side["size_mm"])),
        registration=_registration(side.get("registration", {"kind": "content"})),
        fields=tuple(_field(f) for f in side.get("fields", ())),
        reference=Reference(tuple(reference["files"]), float(reference["dpi"]), reference.get("page", 1))
        if reference
        else None,
        blank=side.get("blank", False),
    )


def _box(numbers: Sequence[float]) -> Box:
    x, y, w, h = map(float, numbers)
    return Box(x, y, w, h)


def _registration(document: Mapping[str, Any]) -> Registration:
    match document["kind"]:
        case "box":
            return ByPrintedBox(_box(document["outline"]))
        case "timing_marks":
            return ByTimingMarks(tuple(_box(m) for m in document["marks"]))
        case "corner_marks":
            first, second, third, fourth = (_box(m) for m in document["marks"])
            return ByCornerMarks((first, second, third, fourth))
        case _:
            return ByContent()


def _field(document: Mapping[str, Any]) -> FormField:
    return FormField(
        id=document["id"],
        kind=document["kind"],
        box=_box(document["box"]),
        label=document.get("label", ""),
        group=document.get("group", ""),
        lines=tuple(_box(line) for line in document.get("lines", ())),
    )


def _sense_problems(form: Form, place: str) -> Iterator[Problem]:
    """What a schema cannot say: things that are twice, outside the page, or without what they need."""
    names = [side.name for side in form.sides]
    for name in sorted({n for n in names if names.count(n) > 1}):
        yield _problem(place, "sides", "the side {name!r} stands twice; give each side its own name", name=name)
    ids = [f.id for side in form.sides for f in side.fields]
    for field in sorted({i for i in ids if ids.count(i) > 1}):
        yield _problem(place, "fields", "the field id {id!r} stands twice; give each field its own", id=field)
    for number, side in enumerate(form.sides):
        yield from _side_problems(side, f"{place}, sides[{number}]")


def _side_problems(side: FormSide, place: str) -> Iterator[Problem]:
    page = Box(0, 0, side.size.w, side.size.h).grown(1e-6)
    if side.blank and side.fields:
        yield _problem(place, "blank", "a blank side has no fields; remove them or the word blank")
    if not side.blank and isinstance(side.registration, ByContent | ByPrintedBox) and not side.reference:
        yield _problem(
            place,
            "reference",
            "registration by {kind} needs a reference picture of the unmarked side; add one",
            kind=side.registration.kind,
        )
    for what, box in _boxes(side):
        if not (page.x <= box.x and page.y <= box.y and box.right <= page.right and box.bottom <= page.bottom):
            yield _problem(
                place,
                what,
                "the box {box} reaches beyond the page of {w} x {h} mm; boxes are in millimetres",
                box=[box.x, box.y, box.w, box.h],
                w=side.size.w,
                h=side.size.h,
            )


def _boxes(side: FormSide) -> Iterator[tuple[str, Box]]:
    match side.registration:
        case ByPrintedBox(outline=outline):
            yield "registration.outline", outline
        case ByTimingMarks(marks=marks) | ByCornerMarks(marks=marks):
            for i, mark in enumerate(marks):
                yield f"registration.marks[{i}]", mark
        case _:
            pass
    for i, field in enumerate(side.fields):
        yield f"fields[{i}].box", field.box
        for j, line in enumerate(field.lines):
            yield f"fields[{i}].lines[{j}]", line


def _problem(place: str, what: str, msgid: str, **params: object) -> Problem:
    return Problem("form-sense", f"{place}, {what}", message(msgid, **params))


def dump_form(form: Form) -> dict[str, Any]:
    """The JSON document of a form; :func:`parse_form` gives the same form back."""
    return {
        "format": FORMAT,
        "id": form.id,
        "title": form.title,
        "sides": [_dump_side(side) for side in form.sides],
    }


def _dump_side(side: FormSide) -> dict[str, Any]:
    document: dict[str, Any] = {"name": side.name, "size_mm": [side.size.w, side.size.h]}
    if side.blank:
        document["blank"] = True
    if side.reference:
        document["reference"] = {
            "files": list(side.reference.files),
            "dpi": side.reference.dpi,
            "page": side.reference.page,
        }
    document["registration"] = _dump_registration(side.registration)
    document["fields"] = [_dump_field(f) for f in side.fields]
    return document


def _dump_registration(registration: Registration) -> dict[str, Any]:
    match registration:
        case ByPrintedBox(outline=outline):
            return {"kind": "box", "outline": _dump_box(outline)}
        case ByTimingMarks(marks=marks) | ByCornerMarks(marks=marks):
            return {"kind": registration.kind, "marks": [_dump_box(m) for m in marks]}
        case _:
            return {"kind": "content"}


def _dump_field(field: FormField) -> dict[str, Any]:
    document: dict[str, Any] = {"id": field.id, "kind": field.kind, "box": _dump_box(field.box)}
    if field.label:
        document["label"] = field.label
    if field.group:
        document["group"] = field.group
    if field.lines:
        document["lines"] = [_dump_box(line) for line in field.lines]
    return document


def _dump_box(box: Box) -> list[float]:
    return [round(v, 3) for v in (box.x, box.y, box.w, box.h)]
