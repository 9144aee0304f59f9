"""An election as canonical JSON and back, so that its digest is the same on every machine."""

from __future__ import annotations

import hashlib
import json
import types
from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields, is_dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pipeline.election.definition import Election
from pipeline.election.faults import Faults
from pipeline.election.valid_references import references_of
from pipeline.errors import Problem, Refusal
from pipeline.messages import message


def to_json(election: Election) -> dict[str, Any]:
    """Plain JSON values; :func:`from_json` gives an equal election back."""
    document = asdict(election)
    document["day"] = election.day.isoformat()
    for candidate in document["candidates"]:
        candidate["birth_date"] = candidate["birth_date"].isoformat()
    for unit in document["units"]:
        if not unit["shares"]:
            del unit["shares"]
    for name in ("rules", "round"):  # absent where nothing is said, as in definitions from before they were known
        if not document[name]:
            del document[name]
    if election.round is not None:
        for day in ("first_day", "decided"):
            document["round"][day] = getattr(election.round, day).isoformat()
    loaded: dict[str, Any] = json.loads(json.dumps(document))
    return loaded


def from_json(document: object) -> Election:
    """The election that :func:`to_json` wrote; refused with every fault where it is not whole."""
    problems: list[Problem] = []
    found = _value(Election, document, "election", problems)
    if isinstance(found, Election) and not problems:
        problems += _twice(found)
        problems += references_of(found, Faults())
    if problems or not isinstance(found, Election):
        raise Refusal(problems)
    return found


def _value(kind: Any, value: Any, place: str, problems: list[Problem]) -> Any:
    """``value`` as the type ``kind`` of a field of the definition; ``None`` with a problem otherwise."""
    try:
        return _read(kind, value, place, problems)
    except ValueError:
        text = message(
            "'{value}' is no {kind}; the document is damaged, take it from a backup",
            value=value,
            kind=" | ".join(map(str, get_args(kind))) or kind.__name__,
        )
        problems.append(Problem("definition-document", place, text))
        return None


def _read(kind: Any, value: Any, place: str, problems: list[Problem]) -> Any:
    inner = get_args(kind)
    origin = get_origin(kind)
    if is_dataclass(kind) and isinstance(value, Mapping):
        return _record(kind, value, place, problems)
    if origin is types.UnionType:
        return None if value is None else _value(inner[0], value, place, problems)
    if origin is tuple and isinstance(value, list):
        return tuple(_value(inner[0], v, f"{place}[{n}]", problems) for n, v in enumerate(value, start=1))
    if origin is Mapping and isinstance(value, dict):
        return {k: _value(inner[1], v, f"{place}.{k}", problems) for k, v in value.items()}
    if kind is date and isinstance(value, str):
        return date.fromisoformat(value)
    if (origin is Literal and isinstance(value, str) and value in inner) or type(value) is kind:
        return value
    raise ValueError(value)


@lru_cache
def _types_of(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _record(kind: Any, value: Mapping[str, Any], place: str, problems: list[Problem]) -> Any:
    hints = _types_of(kind)
    required = [f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING]
    missing = [name for name in required if name not in value]
    for name in missing:
        text = message("'{name}' is missing here; the document is not whole, take it from a backup", name=name)
        problems.append(Problem("definition-document", place, text))
    for name in sorted(set(value) - set(hints)):
        text = message(
            "'{name}' is unknown here; the document is of another version of the program, or damaged", name=name
        )
        problems.append(Problem("definition-document", place, text))
    read = {n: _value(hints[n], v, f"{place}.{n}", problems) for n, v in value.items() if n in hints}
    return None if missing else kind(**read)


def _twice(election: Election) -> list[Problem]:
    faults = []
    for name in ("places", "contests", "units", "areas", "candidates"):
        seen = set()
        for record in getattr(election, name):
            if record.id in seen:
                text = message(
                    "the id '{id}' stands twice; the document is damaged, take it from a backup", id=record.id
                )
                faults.append(Problem("definition-document", f"election.{name}", text))
            seen.add(record.id)
    return faults


def digest(election: Election) -> str:
    """SHA-256 of the canonical JSON, hexadecimal."""
    text = json.dumps(to_json(election), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
