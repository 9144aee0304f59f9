"""What a committee downloads: minutes of an area, all totals as CSV, JSON or spreadsheet. Over closed batches only."""

from __future__ import annotations

import csv
import io
import json
from typing import Literal

from openpyxl import Workbook
from openpyxl.styles import Font

from pipeline.access.roles import Actor, require
from pipeline.audit.chain import AuditEvent
from pipeline.errors import refuse
from pipeline.storage import log
from pipeline.usecases.area_minutes import is_final, minutes_name, print_minutes
from pipeline.usecases.standing import Standing, as_totals, standing
from pipeline.usecases.totals import Totals
from pipeline.usecases.totals_files import totals_csv, totals_json
from pipeline.usecases.workspace import Workspace

Kind = Literal["csv", "json", "xlsx"]
PROVISIONAL = "tam-tinh"
"""In the name of every file whose totals are not official: "provisional" in Vietnamese."""


def area_minutes(workspace: Workspace, actor: Actor, contest: str, area: str, *, draft: bool) -> tuple[str, bytes]:
    """File name and PDF of the minutes of one area.

    Refused (``minutes-open``) while one of its batches is open and (``minutes-incomplete``) while anything else keeps
    them from being signed, unless a ``draft`` is asked for, which says so on every page.
    """
    require(actor, "export")
    one = standing(workspace, actor, contest, area).area(area)
    final = one.closed and is_final(workspace.election, one.totals)
    if not one.closed and not draft:
        raise refuse(
            "minutes-open", area, "not every batch of this area is closed; close them, or print the minutes as a draft"
        )
    if not one.closed and is_final(workspace.election, one.totals):
        raise refuse("minutes-open", area, "a batch of this area is open while its figures look final; close it first")
    with workspace.database.write() as db:
        head = log.head(db)
        pdf = print_minutes(
            workspace.election, one.totals, head.digest if head else "", trial=workspace.trial, draft=draft
        )
        event = AuditEvent(actor.id, "minutes_printed", f"{area}/{contest}", {"draft": not final})
        log.append(db, event, workspace.clock())
    return f"{minutes_name(workspace.election, contest, area, final=final)}.pdf", pdf


def totals_file(workspace: Workspace, actor: Actor, kind: Kind) -> tuple[str, bytes]:
    """File name and content of all totals; ``complete`` in them, and the name, tell whether they are official."""
    require(actor, "export")
    every = [standing(workspace, actor, c.id) for c in workspace.election.contests]
    official = all(s.official for s in every)
    found = as_totals(workspace.election, every)
    name = "totals" if official else f"totals-{PROVISIONAL}"
    with workspace.database.write() as db:
        event = AuditEvent(actor.id, "totals_exported", kind, {"official": official})
        log.append(db, event, workspace.clock())
    if kind == "json":
        return f"{name}.json", _json(workspace, found, every, official=official)
    rows = totals_csv(workspace.election, found)
    return (f"{name}.csv", rows) if kind == "csv" else (f"{name}.xlsx", _xlsx(rows, official=official))


def _json(workspace: Workspace, found: Totals, every: list[Standing], *, official: bool) -> bytes:
    document = totals_json(workspace.election, found)
    document["complete"] = official
    states = {(a.totals.contest, a.totals.area): a for s in every for a in s.areas}
    for area in document["areas"]:
        one = states[area["contest"], area["area"]]
        area |= {"complete": one.official, "status": one.status}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _xlsx(rows: bytes, *, official: bool) -> bytes:
    """The rows of the CSV as a sheet whose name tells whether they are official."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "totals" if official else PROVISIONAL
    for number, row in enumerate(csv.reader(io.StringIO(rows.decode("utf-8-sig")))):
        sheet.append([int(cell) if number and i == len(row) - 1 else cell for i, cell in enumerate(row)])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
