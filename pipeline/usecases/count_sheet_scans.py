"""Scans handed in as the count forms of a place: read page by page, and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Literal

from pipeline.access.roles import Actor, require
from pipeline.audit.chain import AuditEvent
from pipeline.messages import Message, message
from pipeline.recognize.read import ENGINE, read_raw
from pipeline.recognize.reading import PageReading
from pipeline.scan.decode import decode_pages
from pipeline.scan.page import RawPage, Rejection
from pipeline.scan.prepare import PreparedForm
from pipeline.storage import count_sheets, log
from pipeline.storage.count_sheets import CountSheet
from pipeline.usecases.count_sheet_forms import NamedSide, check_place, only, other_form, prepared_forms
from pipeline.usecases.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one page: ``sheet`` where it was read, else why not."""

    name: str
    page: int
    sheet: str | None
    became: Literal["read", "already", "rejected", "nothing"]
    """``nothing``: a page of the form on which there is nothing to read; it is not kept."""
    text: Message | None = None
    name_it: bool = False
    """A person can say which page of which form it is, as its code cannot be read."""


def take_sheets(
    workspace: Workspace, actor: Actor, contest: str, area: str, name: str, content: bytes,
    named: NamedSide | None = None,
) -> tuple[Taken, ...]:  # fmt: skip
    """Read the pages of a scan as count forms of a place and keep them; a page that is none is told and not kept.

    ``named``: which form and page a person says a page is whose printed code cannot be read (blurred, photographed);
    it must lie as that page does. The same page again changes nothing. Refused: ``area-unknown``.
    """
    require(actor, "ingest")
    check_place(workspace, contest, area)
    workspace.profile.check_engine(ENGINE)
    sha256 = hashlib.sha256(content).hexdigest()
    forms = prepared_forms(workspace, contest, area)
    told = []
    for raw in decode_pages(content, name, sha256):
        outcome, by_person = _read(raw, forms, named)
        if isinstance(outcome, PageReading):
            told.append(_kept(workspace, actor, contest, area, name, content, outcome, by_person))
        elif _no_code(outcome):
            told.append(Taken(name, outcome.source.page, None, "rejected", _NAME_IT, name_it=True))
        elif isinstance(outcome, Rejection) and outcome.reason == "blank":
            told.append(Taken(name, outcome.source.page, None, "rejected", _BLANK))
        else:
            text = other_form(workspace.election, outcome) or outcome.text
            told.append(Taken(name, outcome.source.page, None, "rejected", text))
    return tuple(told)


def _read(
    raw: RawPage | Rejection, forms: Sequence[PreparedForm], named: NamedSide | None
) -> tuple[PageReading | Rejection, bool]:
    """What a page says, and whether a person had to name its form."""
    if isinstance(raw, Rejection):
        return raw, False
    outcome = read_raw(raw, forms)
    if named is None or not _no_code(outcome):
        return outcome, False
    return read_raw(raw, [only(forms, named)]), True


def _no_code(outcome: PageReading | Rejection) -> bool:
    return isinstance(outcome, Rejection) and outcome.reason == "code_unreadable"


def _kept(
    workspace: Workspace, actor: Actor, contest: str, area: str, name: str, content: bytes, reading: PageReading,
    by_person: bool,
) -> Taken:  # fmt: skip
    number = reading.source.page
    signatures = tuple(f for f in reading.fields if f.kind == "signature")
    if not reading.written and not signatures:
        return Taken(name, number, None, "nothing", _NOTHING)
    key = f"{reading.source.sha256[:20]}-{number}"
    workspace.images.keep(content)
    sheet = CountSheet(
        key, contest, area, reading.form, reading.source.sha256, number, reading.rotation_deg, reading.engine,
        reading.written, "open", None, actor.id, workspace.clock(), signatures,
        name=PurePath(name).name, named_by_person=by_person,
    )  # fmt: skip
    with workspace.database.write() as db:
        before, again = count_sheets.get(db, key), 1
        while before is not None and before.state == "void":  # a sheet that was taken out comes in anew, unanswered
            again += 1
            sheet = replace(sheet, id=f"{key}-{again}")
            before = count_sheets.get(db, sheet.id)
        if before is not None:
            return Taken(name, number, before.id, "already")
        count_sheets.add(db, sheet)
        detail = {"form": sheet.form, "sha256": sheet.sha256, "page": number, "engine": sheet.engine,
                  "file": sheet.name, "form_named_by": "person" if by_person else "code"}  # fmt: skip
        log.append(db, AuditEvent(actor.id, "count_sheet_read", f"{area}/{contest}", detail), sheet.at)
    return Taken(name, number, sheet.id, "read")


_NOTHING = message("a page of this place's form on which nothing is to be read; it was not kept")
_BLANK = message("the page is blank; if the other side of the sheet is written on, scan that side")
_NAME_IT = message("the printed code cannot be read; look at the sheet, say which one it is, and hand it in again")
