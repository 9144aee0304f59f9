"""What official forms ask for and no count tells is taken over from its sheets, one version after the other."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any, cast

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.audit.chain import AuditEvent
from pipeline.election.particulars import (
    Board,
    Committee,
    Dossier,
    Letter,
    Particular,
    SheetName,
    columns,
    expected,
    from_json,
    to_json,
)
from pipeline.election.particulars_sheet import load_particulars, record_from, texts_of, write_template
from pipeline.errors import refuse
from pipeline.storage import log, particulars
from pipeline.usecases.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Particulars:
    """Everything that stands, by unit, contest, candidate and report."""

    boards: Mapping[str, Board] = field(default_factory=dict)
    committees: Mapping[str, Committee] = field(default_factory=dict)
    dossiers: Mapping[str, Dossier] = field(default_factory=dict)
    reports: Mapping[str, Letter] = field(default_factory=dict)


def keep_particulars(workspace: Workspace, actor: Actor, sheet: SheetName, given: Sequence[Particular]) -> int:
    """Save the records that differ from those that stand, each as a new version; how many were new."""
    require(actor, "rule")
    new = 0
    with workspace.database.write() as db:
        standing = particulars.latest(db, sheet)
        for one in given:
            document = to_json(one)
            if standing.get(one.key) == document:
                continue
            at = workspace.clock()
            particulars.add(db, sheet, one.key, document, author=actor.id, at=at)
            log.append(db, AuditEvent(actor.id, "particulars", f"{sheet}/{one.key}", document), at)
            new += 1
    return new


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a sheet as a screen shows it: ``texts`` by column, ``seen`` names the version that they are of."""

    key: str
    called: str
    texts: Mapping[str, str]
    seen: str

    @property
    def filled(self) -> int:
        return sum(bool(text) for text in self.texts.values())


def sheet_records(workspace: Workspace, actor: Actor, sheet: SheetName) -> tuple[Record, ...]:
    """Every record that the sheet should have, with what stands of it."""
    require(actor, "rule")
    with workspace.database.read() as db:
        standing = particulars.latest(db, sheet)
    empty = dict.fromkeys(columns(sheet)[1:], "")
    return tuple(
        Record(
            key,
            called,
            texts_of(from_json(sheet, standing[key])) if key in standing else empty,
            _digest(standing.get(key)),
        )
        for key, called in expected(sheet, workspace.election)
    )


def change_record(
    workspace: Workspace, actor: Actor, sheet: SheetName, key: str, texts: Mapping[str, str], seen: str
) -> bool:
    """Keep one record as it was typed over the version ``seen``; whether anything was new.

    Refused: everything that a sheet would be refused for, and a record that somebody else has changed meanwhile
    (``particulars-changed``).
    """
    require(actor, "rule")
    given = record_from(sheet, key, texts, workspace.election)
    document = to_json(given)
    with workspace.database.write() as db:
        standing = particulars.latest(db, sheet).get(key)
        if standing == document:
            return False
        if _digest(standing) != seen:
            raise refuse(
                "particulars-changed",
                key,
                "somebody else has changed this meanwhile; open it anew and look at what stands before you change it",
            )
        at = workspace.clock()
        particulars.add(db, sheet, key, document, author=actor.id, at=at)
        log.append(db, AuditEvent(actor.id, "particulars", f"{sheet}/{key}", document), at)
    return True


def _digest(document: Mapping[str, Any] | None) -> str:
    if document is None:
        return ""
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:24]


def take_sheet(workspace: Workspace, actor: Actor, sheet: SheetName, name: str, content: bytes) -> tuple[int, int]:
    """Keep the records of a spreadsheet that was handed in: (records, new or changed ones), all or none.

    Refused: a file that is no sheet, and every faulty cell with its place, value and remedy.
    """
    require(actor, "rule")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (PurePath(name.replace("\\", "/")).name or "sheet.xlsx")
        path.write_bytes(content)
        records = load_particulars(path, sheet, workspace.election)
    return len(records), keep_particulars(workspace, actor, sheet, records)


def sheet_file(workspace: Workspace, actor: Actor, sheet: SheetName) -> bytes:
    """The sheet as a spreadsheet to fill in, with what stands of it."""
    require(actor, "rule")
    with workspace.database.read() as db:
        standing = particulars.latest(db, sheet)
    known = [from_json(sheet, document) for document in standing.values()]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.xlsx"
        write_template(path, sheet, workspace.election, known)
        return path.read_bytes()


def particulars_of(db: Connection, actor: Actor) -> Particulars:
    """What stands of all sheets."""
    require(actor, "see_totals")

    def records(sheet: SheetName) -> dict[str, Particular]:
        return {key: from_json(sheet, document) for key, document in particulars.latest(db, sheet).items()}

    return Particulars(
        cast(dict[str, Board], records("boards")),
        cast(dict[str, Committee], records("committees")),
        cast(dict[str, Dossier], records("dossiers")),
        cast(dict[str, Letter], records("reports")),
    )
