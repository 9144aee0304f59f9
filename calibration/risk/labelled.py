"""Readings whose truth is known: what calibration learns from, and their file."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import refuse
from pipeline.forms.template import FieldKind, FieldValue
from pipeline.recognize.reading import FieldReading

AMBIGUOUS = "ambiguous"
"""The truth of ink that no value may be accepted for."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A reading and what is true of its field; ``truth`` is a value of the kind, or :data:`AMBIGUOUS`."""

    source: str
    """Which paper or workspace it comes from."""
    sheet: str
    """The sheet, unique over all sources: readings of one sheet are not independent."""
    form: str
    engine: str
    file: str
    page: int
    reading: FieldReading
    truth: str

    @property
    def kind(self) -> FieldKind:
        return self.reading.kind

    @property
    def value(self) -> FieldValue:
        return self.reading.value

    @property
    def right(self) -> bool:
        return self.reading.value == self.truth


def save_labelled(path: Path, readings: Iterable[Labelled]) -> None:
    """Write one JSON line a reading, compressed; the same readings give the same bytes."""
    lines = [json.dumps(_document(one), ensure_ascii=False, sort_keys=True) for one in readings]
    path.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), compresslevel=6, mtime=0))


def load_labelled(path: Path) -> list[Labelled]:
    """What :func:`save_labelled` wrote; refused where it is something else."""
    try:
        lines = gzip.decompress(path.read_bytes()).decode().splitlines()
        return [_labelled(json.loads(line)) for line in lines if line]
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise refuse(
            "readings-file",
            str(path),
            "These are no labelled readings ({why}); give a file that 'kiemphieu calibrate --keep' wrote.",
            why=str(error),
        ) from error


def _document(one: Labelled) -> dict[str, Any]:
    reading = one.reading
    names = ("source", "sheet", "form", "engine", "file", "page", "truth")
    body = {
        "field": reading.field,
        "kind": reading.kind,
        "scores": _rounded(reading.scores),
        "measures": _rounded(reading.measures),
        "quad": [[round(x, 1), round(y, 1)] for x, y in reading.quad],
    }
    return {name: getattr(one, name) for name in names} | body


def _rounded(values: Mapping[Any, float]) -> dict[Any, float]:
    return {name: float(f"{value:.6g}") for name, value in values.items()}


def _labelled(document: dict[str, Any]) -> Labelled:
    body = {name: document.pop(name) for name in ("field", "kind", "scores", "measures", "quad")}
    quad: Any = tuple((float(x), float(y)) for x, y in body["quad"])
    reading = FieldReading(**body | {"quad": quad})
    return Labelled(reading=reading, **document)


@dataclass(frozen=True, slots=True)
class Tally:
    """What a source gave: its name, sheets read, sheets rejected (``None`` where that is not known), readings."""

    name: str
    sheets: int
    rejected: int | None
    readings: int

    def document(self) -> dict[str, Any]:
        return asdict(self)
