"""Scanned count forms of areas, what was read on them, and what people typed for each figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, and_, insert, select, update

from pipeline.geometry import Quad
from pipeline.recognize.reading import FieldReading, WrittenReading
from pipeline.review.signatures import PaperSigned
from pipeline.storage.schema_paper import count_entry, count_sheet

SheetState = Literal["open", "confirmed", "void"]


@dataclass(frozen=True, slots=True)
class SheetAct:
    """Who confirmed a sheet or took it out, when and why; ``broken``: the rules against which it was confirmed."""

    by: str
    at: datetime
    reason: str
    broken: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        return {"by": self.by, "at": self.at.isoformat(), "reason": self.reason, "broken": list(self.broken)}


@dataclass(frozen=True, slots=True)
class CountSheet:
    """One side of a count form. ``reading``: the written fields, without the places of their single boxes;
    ``figures``: what was confirmed, by field.

    ``signatures``: the places to sign as they were read; none of sheets that were read before they were kept.
    ``paper``: what who confirmed the sheet saw on the paper, where R17 asked it. ``name``: the file it came in;
    ``named_by_person``: its code could not be read, and a person said which page of which form it is;
    ``confirmed``, ``taken_out``: by whom and why; none of what happened before these were kept (revision 0023).
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
    name: str | None = None
    confirmed: SheetAct | None = None
    taken_out: SheetAct | None = None
    named_by_person: bool | None = None


@dataclass(frozen=True, slots=True)
class CountEntry:
    """What one person typed for one figure; ``value`` is None where nothing is written; ``before``: what that person
    typed first and took back, the oldest first."""

    sheet: str
    field: str
    account: str
    value: int | None
    at: datetime
    before: tuple[int | None, ...] = ()


def add(db: Connection, sheet: CountSheet) -> None:
    values = {name: getattr(sheet, name) for name in CountSheet.__slots__}
    values["reading"] = [_written_to_json(one) for one in sheet.reading]
    if sheet.signatures is not None:
        values["signatures"] = [_signature_to_json(one) for one in sheet.signatures]
    for name, act in (("confirmed", sheet.confirmed), ("taken_out", sheet.taken_out)):
        values[name] = act.document() if act else None
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
    values["confirmed"], values["taken_out"] = _act_from_json(values["confirmed"]), _act_from_json(values["taken_out"])
    return CountSheet(**values)


def _act_from_json(document: Mapping[str, Any] | None) -> SheetAct | None:
    if document is None:
        return None
    at = datetime.fromisoformat(document["at"])
    return SheetAct(document["by"], at, document["reason"], tuple(document["broken"]))


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


def confirm(
    db: Connection, sheet: str, figures: Mapping[str, int | None], paper: PaperSigned | None, act: SheetAct
) -> None:
    values = {"state": "confirmed", "figures": dict(figures), "paper": paper, "confirmed": act.document()}
    db.execute(update(count_sheet).where(count_sheet.c.id == sheet).values(**values))


def take_out(db: Connection, sheet: str, act: SheetAct) -> None:
    """The sheet is void; what it said and who confirmed it stay."""
    values = {"state": "void", "taken_out": act.document()}
    db.execute(update(count_sheet).where(count_sheet.c.id == sheet).values(**values))


def entries(db: Connection, sheet: str) -> tuple[CountEntry, ...]:
    """Every answer to the figures of a sheet, the first given first."""
    query = select(count_entry).where(count_entry.c.sheet == sheet)
    rows = db.execute(query.order_by(count_entry.c.at, count_entry.c.account))
    return tuple(CountEntry(**{**row._mapping, "before": tuple(row.before or ())}) for row in rows)


def put_entry(db: Connection, entry: CountEntry) -> None:
    """Keep an answer, in place of the same person's earlier one, if any."""
    values = {name: getattr(entry, name) for name in CountEntry.__slots__} | {"before": list(entry.before) or None}
    key = and_(*(count_entry.c[name] == values[name] for name in ("sheet", "field", "account")))
    if not db.execute(update(count_entry).where(key).values(**values)).rowcount:
        db.execute(insert(count_entry).values(**values))
