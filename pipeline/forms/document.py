"""The form document: a form as JSON, checked as a whole before anything is read with it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import Refusal, refuse
from pipeline.forms.faults import schema_problems
from pipeline.forms.references import reference_problems
from pipeline.forms.sense import sense_problems
from pipeline.forms.template import (
    ByContent,
    ByCornerMarks,
    ByPrintedBox,
    ByTimingMarks,
    Form,
    FormField,
    FormRule,
    FormSide,
    Reference,
    Registration,
)
from pipeline.geometry import Box, Size

FORMAT = "kiemphieu-form/1"


def load_form(path: Path) -> Form:
    """The form of a JSON document; refused with every fault at once, each with its place in the document.

    The reference pictures that it names must lie beside it, be whole, and show the whole side.
    """
    form = parse_form(read_json(path), str(path))
    problems = list(reference_problems(form, path.parent, str(path)))
    if problems:
        raise Refusal(problems)
    return form


def read_json(path: Path) -> Any:
    """What a JSON file of the user holds; refused where it is none, or names something twice."""
    try:
        return json.loads(
            path.read_text(encoding="utf-8-sig"), object_pairs_hook=_without_doubles, parse_constant=_no_number
        )
    except OSError as error:
        raise refuse(
            "form-unreadable",
            str(path),
            "the form document cannot be read ({why}); check the path",
            why=error.strerror,
        ) from error
    except UnicodeDecodeError as error:
        raise refuse("form-not-json", str(path), "is no UTF-8 text; a form document is a JSON file") from error
    except (ValueError, RecursionError) as error:
        raise refuse(
            "form-not-json", str(path), "is no JSON ({why}); mend it or write the form anew", why=str(error)
        ) from error


def _without_doubles(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """JSON keeps the last of two equal keys in silence; here that would be a box in the wrong place."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} stands twice in {json.dumps(dict(pairs), ensure_ascii=False)[:80]}")
        found[key] = value
    return found


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def parse_form(document: object, place: str) -> Form:
    """The form that a parsed JSON ``document`` describes; ``place`` (its file) is named in every problem."""
    problems = list(schema_problems(document, place))
    if problems:
        raise Refusal(problems)
    assert isinstance(document, Mapping)
    form = _form(document)
    problems = list(sense_problems(form, place))
    if problems:
        raise Refusal(problems)
    return form


def _form(document: Mapping[str, Any]) -> Form:
    sides = tuple(_side(s) for s in document["sides"])
    rules = tuple(_rule(r) for r in document.get("rules", ()))
    return Form(document["id"], document.get("title", ""), sides, rules)


def _rule(document: Mapping[str, Any]) -> FormRule:
    code, kind = document["code"], document["kind"]
    match kind:
        case "sum":
            return FormRule(code, kind, (*document["parts"], document["whole"]), tuple(document.get("times", ())))
        case "percent":
            return FormRule(code, kind, (document["part"], document["whole"], document["percent"]))
        case "at_most":
            return FormRule(code, kind, (document["less"], document["more"]))
        case _:
            return FormRule(code, kind, tuple(document["fields"]))


def _side(side: Mapping[str, Any]) -> FormSide:
    reference = side.get("reference")
    return FormSide(
        name=side["name"],
        size=Size(*map(float, side["size_mm"])),
        registration=_registration(side.get("registration", {"kind": "content"})),
        fields=tuple(_field(f) for f in side.get("fields", ())),
        reference=Reference(tuple(reference["files"]), float(reference["dpi"]), int(reference.get("page", 1)))
        if reference
        else None,
        blank=side.get("blank", False),
        code=_box(side["code"]) if "code" in side else None,
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
        boxes=tuple(_box(box) for box in document.get("boxes", ())),
        decimals=document.get("decimals", 0),
        least=document.get("least", 0),
        most=document.get("most"),
        style=document.get("style", "square"),
        pitch=float(document.get("pitch_mm", 4.0)),
        grid=_grid(document["grid"]) if "grid" in document else None,
    )


def _grid(numbers: Sequence[int]) -> tuple[int, int]:
    columns, rows = numbers
    return columns, rows


def dump_form(form: Form) -> dict[str, Any]:
    """The JSON document of a form; :func:`parse_form` gives the same form back."""
    document: dict[str, Any] = {
        "format": FORMAT,
        "id": form.id,
        "title": form.title,
        "sides": [_dump_side(side) for side in form.sides],
    }
    if form.rules:
        document["rules"] = [_dump_rule(rule) for rule in form.rules]
    return document


def _dump_rule(rule: FormRule) -> dict[str, Any]:
    document: dict[str, Any] = {"code": rule.code, "kind": rule.kind}
    match rule.kind:
        case "sum":
            document |= {"parts": list(rule.fields[:-1]), "whole": rule.fields[-1]}
            if rule.times:
                document["times"] = list(rule.times)
        case "percent":
            document |= dict(zip(("part", "whole", "percent"), rule.fields, strict=True))
        case "at_most":
            document |= dict(zip(("less", "more"), rule.fields, strict=True))
        case _:
            document["fields"] = list(rule.fields)
    return document


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
    if side.code:
        document["code"] = _dump_box(side.code)
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
    if field.kind == "number":
        document |= _dump_number(field)
    if field.kind == "tally":
        document |= {"style": field.style, "pitch_mm": field.pitch}
        document |= {"grid": list(field.grid)} if field.grid else {}
    return document


def _dump_number(field: FormField) -> dict[str, Any]:
    document: dict[str, Any] = {}
    if field.boxes:
        document["boxes"] = [_dump_box(box) for box in field.boxes]
    if field.decimals:
        document["decimals"] = field.decimals
    if field.least:
        document["least"] = field.least
    if field.most is not None:
        document["most"] = field.most
    return document


def _dump_box(box: Box) -> list[float]:
    return [round(v, 3) for v in (box.x, box.y, box.w, box.h)]
