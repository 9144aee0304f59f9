"""Scanned count forms of areas, what was read on them, and what people typed for each figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, insert, select, update

from pipeline.geometry import Quad
from pipeline.recognize.reading import FieldReading, WrittenReading
from pipeline.review.signatures import PaperSigned
from pipeline.storage.schema_paper import count_entry, count_sheet

SheetState = Literal["open", "confirmed", "void"]


@dataclass(frozen=True, slots=True)
class CountSheet:
    """One side of a count form. ``reading``: the written fields, without the places of their single boxes;
    ``figures``: what was confirmed, by field.

    ``signatures``: the places to sign as they were read; none of sheets that were read before they were kept.
    ``paper``: what who confirmed the sheet saw on the paper, where R17 asked it.
    """

    id: str
    contest: str
    area: str
    form: str
    sha256: str
    page: int
    rotation_deg: float
    engine: str
    reading: tuple[WrittenReading, ...]
    state: SheetState
    figures: Mapping[str, int | None] | None
    author: str
    at: datetime
    signatures: tuple[FieldReading, ...] | None = None
    paper: PaperSigned | None = None


@dataclass(frozen=True, slots=True)
class CountEntry:
    """What one person typed for one figure; ``value`` is None where nothing is written."""

    sheet: str
    field: str
    account: str
    value: int | None
    at: datetime


def add(db: Connection, sheet: CountSheet) -> None:
    values = {name: getattr(sheet, name) for name in CountSheet.__slots__}
    values["reading"] = [_written_to_json(one) for one in sheet.reading]
    if sheet.signatures is not None:
        values["signatures"] = [_signature_to_json(one) for one in sheet.signatures]
    db.execute(insert(count_sheet).values(**values))


def get(db: Connection, sheet: str) -> CountSheet | None:
    row = db.execute(select(count_sheet).where(count_sheet.c.id == sheet)).one_or_none()
    return _sheet(row) if row else None


def of_place(db: Connection, contest: str, area: str) -> tuple[CountSheet, ...]:
    """All of one contest in one area, the first handed in first."""
    query = select(count_sheet).where(count_sheet.c.contest == contest, count_sheet.c.area == area)
    return tuple(_sheet(row) for row in db.execute(query.order_by(count_sheet.c.at, count_sheet.c.id)))


def _sheet(row: Row[Any]) -> CountSheet:
    values = dict(row._mapping)
    signatures = values["signatures"]
    values["reading"] = tuple(_written_from_json(one) for one in values["reading"])
    values["signatures"] = None if signatures is None else tuple(_signature_from_json(one) for one in signatures)
    return CountSheet(**values)


def _written_to_json(reading: WrittenReading) -> dict[str, Any]:
    return {
        "field": reading.field, "kind": reading.kind, "values": [[v, p] for v, p in reading.values],
        "dropped": reading.dropped, "doubts": list(reading.doubts), "measures": dict(reading.measures),
        "quad": [list(p) for p in reading.quad],
    }  # fmt: skip


def _written_from_json(document: Mapping[str, Any]) -> WrittenReading:
    values = tuple((v, float(p)) for v, p in document["values"])
    doubts = tuple(document["doubts"])
    return WrittenReading(
        document["field"], document["kind"], values, document["dropped"], doubts, document["measures"], _quad(document)
    )


def _signature_to_json(reading: FieldReading) -> dict[str, Any]:
    return {
        "field": reading.field, "scores": dict(reading.scores), "measures": dict(reading.measures),
        "quad": [list(p) for p in reading.quad],
    }  # fmt: skip


def _signature_from_json(document: Mapping[str, Any]) -> FieldReading:
    return FieldReading(document["field"], "signature", document["scores"], document["measures"], _quad(document))


def _quad(document: Mapping[str, Any]) -> Quad:
    a, b, c, d = ((float(x), float(y)) for x, y in document["quad"])
    return (a, b, c, d)


def put_state(
    db: Connection,
    sheet: str,
    state: SheetState,
    figures: Mapping[str, int | None] | None,
    paper: PaperSigned | None = None,
) -> None:
    values = {"state": state, "figures": dict(figures) if figures is not None else None, "paper": paper}
    db.execute(update(count_sheet).where(count_sheet.c.id == sheet).values(**values))


def entries(db: Connection, sheet: str) -> tuple[CountEntry, ...]:
    """Every answer to the figures of a sheet, the first given first."""
    query = select(count_entry).where(count_entry.c.sheet == sheet)
    rows = db.execute(query.order_by(count_entry.c.at, count_entry.c.account))
    return tuple(CountEntry(**row._mapping) for row in rows)


def put_entry(db: Connection, entry: CountEntry) -> None:
    db.execute(insert(count_entry).values(**{name: getattr(entry, name) for name in CountEntry.__slots__}))
