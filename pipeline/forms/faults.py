"""What a form document breaks in its JSON Schema, in sentences for people instead of the validator's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

import jsonschema

from pipeline.errors import Problem
from pipeline.messages import Message, message

LONGEST = 80
"""Characters of a wrong value that are shown; a whole side pasted into the wrong place is longer."""


FORM, SHEET = "form.schema.json", "sheet.schema.json"


@lru_cache(maxsize=2)
def schema(file: str = FORM) -> Mapping[str, Any]:
    """The published JSON Schema of a form document, or of a sheet's description."""
    text = (files("pipeline.forms") / file).read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = json.loads(text)
    return loaded


def schema_problems(document: object, place: str, file: str = FORM) -> Iterator[Problem]:
    """Every fault against the schema in ``file``, in the order of the document."""
    validator = jsonschema.Draft202012Validator(schema(file))
    for error in sorted(validator.iter_errors(document), key=lambda e: [(type(p).__name__, p) for p in e.path]):
        for sentence in _sentences(error):
            yield Problem("form-schema", f"{place}, {spelled(error.absolute_path, document)}", sentence)


def spelled(path: Sequence[str | int], document: object) -> str:
    """A place in the document as people look for it: ``sides[0] 'front', fields[3] 'binh', box``."""
    parts: list[str] = []
    for step in path:
        if isinstance(step, int):
            parts[-1] += f"[{step}]"
        else:
            parts.append(step)
        try:
            document = document[step]  # type: ignore[index]
        except (TypeError, LookupError):  # the place is missing, which is the fault
            document = None
        name = (document.get("id") or document.get("name")) if isinstance(document, Mapping) else None
        if isinstance(step, int) and isinstance(name, str):
            parts[-1] += f" '{name}'"
    return ", ".join(parts) or "document"


def _sentences(error: jsonschema.ValidationError) -> Iterator[Message]:
    limit: Any = error.validator_value
    value: Any = error.instance
    known: Any = error.schema
    match error.validator:
        case "required":
            for key in (k for k in limit if k not in value):
                yield message("the key '{key}' is missing; add it (docs/form-format.md)", key=key)
        case "additionalProperties":
            for key in (k for k in value if k not in known.get("properties", {})):
                yield message("the key '{key}' is not known; correct or remove it (docs/form-format.md)", key=key)
        case "enum" | "const":
            choices = [limit] if error.validator == "const" else limit
            yield message(
                "{value} is not allowed; write one of {choices}",
                value=_short(value),
                choices=", ".join(map(_short, choices)),
            )
        case "type":
            yield message("{value} is of the wrong type; write a JSON {type}", value=_short(value), type=limit)
        case "minItems" | "maxItems":
            yield _count(value, limit, error.validator)
        case _:
            yield _other(value, limit, str(error.validator))


def _count(value: Sequence[object], limit: int, rule: str) -> Message:
    if rule == "minItems":
        return message("{count} entries are too few; give at least {limit}", count=len(value), limit=limit)
    return message("{count} entries are too many; give at most {limit}", count=len(value), limit=limit)


def _other(value: object, limit: object, rule: str) -> Message:
    match rule:
        case "minimum":
            return message("{value} is too small; give {limit} or more", value=_short(value), limit=limit)
        case "exclusiveMinimum":
            return message("{value} is too small; give more than {limit}", value=_short(value), limit=limit)
        case "maximum":
            return message("{value} is too large; give {limit} or less", value=_short(value), limit=limit)
        case "minLength" | "pattern":
            return message("{value} is an empty text; write a name", value=_short(value))
        case _:
            return message("{value} breaks the rule {rule}; see docs/form-format.md", value=_short(value), rule=rule)


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
