"""Ballots as pictures with strokes, and a reader that knows what is on each: quick, and every crop shows the truth."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import fake_reader
import pypdfium2
from PIL import Image, ImageDraw

from pipeline.access.roles import SYSTEM
from pipeline.election.definition import Election
from pipeline.forms.ballot import ballot_layout
from pipeline.forms.printing import print_ballots
from pipeline.forms.template import FormField
from pipeline.geometry import Quad, pixels_per_mm
from pipeline.messages import message
from pipeline.recognize.read import ENGINE
from pipeline.recognize.reading import FieldReading, PageReading
from pipeline.scan.page import Rejection
from pipeline.usecases.execution import Outcome, Task
from pipeline.usecases.ingest import ingest_batch, open_batch
from pipeline.usecases.workspace import Workspace

DPI = 100
NO_FORM = message("The page fits no form; a person must look at the sheet.")
ASKED = "asked"
"""Behind a value: the reader is not sure of it ("clear asked")."""


@dataclass(frozen=True)
class Sheet:
    """What stands on a ballot: a value for each strike field in order; ``foreign``: no ballot at all."""

    values: tuple[str, ...] = ()
    foreign: bool = False


def _printed(election: Election, unit: str) -> bytes:
    pdf = pypdfium2.PdfDocument(print_ballots(ballot_layout(election, unit), 1))
    page = pdf[0].render(scale=DPI / 72).to_pil().convert("L")
    stream = io.BytesIO()
    page.save(stream, "PNG")
    return stream.getvalue()


def _corners(field: FormField) -> Quad:
    a = pixels_per_mm(DPI)
    return tuple((x * a, y * a) for x, y in field.box.corners)  # type: ignore[return-value]


def _drawn(printed: bytes, fields: list[FormField], sheet: Sheet, number: int) -> bytes:
    page = Image.open(io.BytesIO(printed)).copy()
    pen = ImageDraw.Draw(page)
    pen.point((3 + number % 90, 3 + number // 90), 0)  # no two scans are the same file
    for field, value in zip(fields, sheet.values, strict=True):
        (left, top), (right, _), (_, bottom), _ = _corners(field)
        middle = (top + bottom) / 2
        if value.startswith(("struck", "partial")):
            end = right + 6 if value.startswith("struck") else (left + right) / 2
            pen.line([(left - 6, middle + 2), (end, middle - 1)], fill=40, width=4)
    stream = io.BytesIO()
    page.save(stream, "JPEG", quality=85)
    return stream.getvalue()


def scan(workspace: Workspace, folder: Path, sheets: list[Sheet], batch: str = "kv1-qh") -> None:
    """A batch of the first area's first contest with these sheets, read as they are."""
    area = workspace.election.areas[0]
    files = scans_of(workspace, folder, sheets)
    known = {hashlib.sha256(f.read_bytes()).hexdigest(): s for f, s in zip(files, sheets, strict=True)}
    open_batch(workspace, SYSTEM, batch, area.id, next(iter(area.units)), len(sheets), "simplex")
    ingest_batch(workspace, SYSTEM, batch, files, read=reader_of(workspace, known))


def scans_of(workspace: Workspace, folder: Path, sheets: list[Sheet]) -> list[Path]:
    """The sheets as files: ballots of the first area's first contest."""
    unit = _unit(workspace)
    fields = [f for f in workspace.forms[unit].sides[0].fields if f.kind == "strike"]
    printed = _printed(workspace.election, unit)
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for number, sheet in enumerate(sheets):
        blank = Sheet(("clear",) * len(fields)) if sheet.foreign else sheet
        content = _drawn(printed, fields, blank, number)
        file = folder / f"scan-{number:03d}.jpg"
        file.write_bytes(content)
        files.append(file)
    return files


def _unit(workspace: Workspace) -> str:
    area = workspace.election.areas[0]
    return workspace.election.ballot_form_id(area.id, next(iter(area.units)))


def reader_of(workspace: Workspace, known: Mapping[str, Sheet]):  # type: ignore[no-untyped-def]
    """A reader that knows what is on each file, by its digest."""
    return _reader(known, list(workspace.forms[_unit(workspace)].sides[0].fields), _unit(workspace))


def _reader(known: Mapping[str, Sheet], fields: list[FormField], unit: str):  # type: ignore[no-untyped-def]
    def read(task: Task) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for page in task.pages:
            sheet = known[page.sha256]
            if sheet.foreign:
                outcomes.append(
                    Rejection(
                        page.source, "no_form_fits", message("The page fits no form; a person must look at the sheet.")
                    )
                )
                continue
            values = iter(sheet.values)
            found = [_reading(f, next(values) if f.kind == "strike" else "") for f in fields]
            outcomes.append(PageReading(page.source, unit, "front", 0.0, 0.05, ENGINE, tuple(found)))
        return outcomes

    return read


def _reading(field: FormField, value: str) -> FieldReading:
    if field.kind == "stamp":
        return FieldReading(field.id, "stamp", {"present": 1.0}, {"area_mm2": 99.0}, _corners(field))
    if field.kind == "stray":
        return FieldReading(field.id, "stray", {"absent": 1.0}, {}, _corners(field))
    plain, _, sure = value.partition(" ")
    measures = {**fake_reader.NOTHING, **(fake_reader.STRUCK if plain == "struck" else {})}
    if sure == ASKED:
        measures |= {"crease": 40.0, "span": 0.5} if plain == "partial" else {"crease": 40.0}
        if plain == "struck":  # a measure that could not be taken
            del measures["span"]
    return FieldReading(field.id, "strike", {plain: 1.0}, measures, _corners(field))  # type: ignore[dict-item]
