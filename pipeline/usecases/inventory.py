"""The inventory of ballots (Mẫu 32) that a polling team has written: held to R19 and R21 before it is kept.

Nothing is computed from it. Its issued figures are held against those of the count minutes of every contest, however
these come in; what stands of an area is one document, one version after the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.audit.chain import AuditEvent
from pipeline.election.definition import Election
from pipeline.election.rules import rules_of
from pipeline.errors import Problem, Refusal, refuse
from pipeline.forms.inventory_form import field_of, fields_of
from pipeline.messages import Message, message
from pipeline.spreadsheets import Row as Cells
from pipeline.spreadsheets import parse_whole, read_sheet, write_sheet
from pipeline.storage import figures, log, particulars
from pipeline.tally.paper_rules import InventoryRow, inventory_findings, r19
from pipeline.usecases.workspace import Workspace

SHEET = "inventories"
Row = Literal["received", "issued", "spoiled", "left_over"]
ROWS: tuple[Row, ...] = ("received", "issued", "spoiled", "left_over")
TOTAL = "total"
"""The contest of a spreadsheet's row that tells the totals of Mẫu 32."""
LONGEST = 300


@dataclass(frozen=True, slots=True)
class InventoryPlace:
    """An area on the list; ``given``: its inventory stands."""

    area: str
    given: bool


@dataclass(frozen=True, slots=True)
class InventoryView:
    """One area: its contests, and the inventory that stands as it was typed (empty fields where none does)."""

    contests: tuple[str, ...]
    fields: Mapping[str, str]
    given: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """What stands against an inventory: code, the fields that may be off, the sentence; ``empty``: not typed yet."""

    code: str
    fields: tuple[str, ...]
    text: Message
    empty: bool = False

    @property
    def kind(self) -> str:
        return "error" if self.code.startswith("R") else "fault"


def inventory_places(workspace: Workspace, actor: Actor, wanted: str = "") -> tuple[InventoryPlace, ...]:
    """The areas that fit ``wanted``, those without an inventory first. Refused outside state elections."""
    require(actor, "ingest")
    _asked_for(workspace.election)
    with workspace.database.read() as db:
        stand = {area for area, document in particulars.latest(db, SHEET).items() if document.get("rows")}
    found = [
        InventoryPlace(area.id, area.id in stand)
        for area in workspace.election.areas
        if wanted.casefold() in f"{area.number} {area.name} {area.id}".casefold()
    ]
    return tuple(sorted(found, key=lambda one: one.given))


def inventory_view(workspace: Workspace, actor: Actor, area: str) -> InventoryView:
    """One area. Refused: ``area-unknown``, another kind of election (``inventory-state``)."""
    require(actor, "ingest")
    contests = _contests(workspace.election, area)
    with workspace.database.read() as db:
        stands = rows_of(db, area)
    typed = {field_of(row.name): str(row.total) for row in stands}
    typed |= {field_of(row.name, c): str(number) for row in stands for c, number in row.of.items()}
    return InventoryView(contests, {**dict.fromkeys(fields_of(contests), ""), **typed}, bool(stands))


def rows_of(db: Connection, area: str) -> tuple[InventoryRow, ...]:
    """The inventory that stands of an area; empty where none does."""
    document = particulars.of_key(db, SHEET, area) or {}
    return tuple(InventoryRow(one["name"], one["total"], one["of"]) for one in document.get("rows", ()))


def check_inventory(workspace: Workspace, actor: Actor, area: str, fields: Mapping[str, str]) -> tuple[Trouble, ...]:
    """What is wrong with the typed fields: numbers that cannot be read, R21, R19 where figures of the count stand."""
    require(actor, "ingest")
    contests = _contests(workspace.election, area)
    with workspace.database.read() as db:
        return _checked(_issued(db, area, contests), contests, fields)[1]


def keep_inventory(workspace: Workspace, actor: Actor, area: str, fields: Mapping[str, str], reason: str = "") -> bool:
    """Keep the inventory of an area; whether it is new. Refused with all that is wrong; a change needs a reason."""
    require(actor, "ingest")
    contests = _contests(workspace.election, area)
    with workspace.database.write() as db:
        rows, against = _checked(_issued(db, area, contests), contests, fields)
        if against:
            raise Refusal([Problem(t.code, ", ".join(t.fields), t.text) for t in against])
        return _keep(db, workspace, actor, area, rows, reason)


def take_back_inventory(workspace: Workspace, actor: Actor, area: str, reason: str) -> None:
    """The inventory was typed wrong, or written anew: none stands until it is typed again; the log keeps it."""
    require(actor, "ingest")
    _contests(workspace.election, area)
    if not reason.strip():
        raise refuse("reason-missing", "reason", "a change needs a reason; write why")
    with workspace.database.write() as db:
        if not rows_of(db, area):
            raise refuse("inventory-missing", area, "no inventory stands for this area; reload the page")
        _take_back(db, workspace, actor, area, reason)


def _take_back(db: Connection, workspace: Workspace, actor: Actor, area: str, reason: str) -> None:
    at = workspace.clock()
    particulars.add(db, SHEET, area, {"rows": []}, author=actor.id, at=at)
    log.append(db, AuditEvent(actor.id, "inventory_taken_back", area, {"why": reason.strip()[:LONGEST]}), at)


def _keep(
    db: Connection, workspace: Workspace, actor: Actor, area: str, rows: Sequence[InventoryRow], reason: str
) -> bool:
    stands = rows_of(db, area)
    if stands == tuple(rows):
        return False
    if stands and not reason.strip():
        raise refuse("reason-missing", "reason", "a change needs a reason; write why")
    at = workspace.clock()
    document: dict[str, Any] = {"rows": [{"name": r.name, "total": r.total, "of": dict(r.of)} for r in rows]}
    particulars.add(db, SHEET, area, document, author=actor.id, at=at)
    log.append(db, AuditEvent(actor.id, "inventory", area, {**document, "why": reason.strip()[:LONGEST]}), at)
    return True


OTHER_ISSUED: Message = message(
    "is not what the inventory of the area (Mẫu 32) says was issued; look at both papers again, and take the "
    "inventory back where that is wrong"
)
"""R19 told to who types blind: without the figure of the other paper."""


def other_issued(stock: Iterable[InventoryRow], contest: str, issued: int) -> bool:
    """R19 the other way round: whether an issued figure that comes in is not the one of the inventory that stands."""
    return any(tuple(r19(row, {contest: issued})) for row in stock if row.name == "issued")


# Scanned sheets ------------------------------------------------------------------------------------------


def keep_read(
    db: Connection, workspace: Workspace, actor: Actor, area: str, figures: Mapping[str, int | None], reason: str
) -> None:
    """Keep what a confirmed sheet of the inventory says; a figure that was left empty is 0.

    Refused: R19, told without the figure of the other paper; a change of an inventory that stands, without a reason.
    """
    rows = _rows_read(workspace, area, figures)
    held = _issued(db, area, _contests(workspace.election, area))
    off = [c for row in rows if row.name == "issued" for c in row.of if held.get(c, row.of[c]) != row.of[c]]
    if off:
        raise Refusal([Problem("R19", ", ".join(field_of("issued", c) for c in off), _OTHER_MINUTES)])
    _keep(db, workspace, actor, area, rows, reason)


def take_back_read(
    db: Connection, workspace: Workspace, actor: Actor, area: str, figures: Mapping[str, int | None], reason: str
) -> None:
    """The sheet that said so was taken out: its inventory stands no more. Another that was typed since does."""
    if rows_of(db, area) == _rows_read(workspace, area, figures):
        _take_back(db, workspace, actor, area, reason)


def differs_from_read(db: Connection, workspace: Workspace, area: str, figures: Mapping[str, int | None]) -> bool:
    """Whether another inventory of the area stands than a sheet says."""
    stands = rows_of(db, area)
    return bool(stands) and stands != _rows_read(workspace, area, figures)


def _rows_read(workspace: Workspace, area: str, figures: Mapping[str, int | None]) -> tuple[InventoryRow, ...]:
    contests = _contests(workspace.election, area)
    return tuple(
        InventoryRow(row, figures[field_of(row)] or 0, {c: figures[field_of(row, c)] or 0 for c in contests})
        for row in ROWS
    )


_OTHER_MINUTES: Message = message(
    "is not what the count minutes of the contest say was issued; look at both papers again, and correct the one that "
    "is wrong"
)


# Spreadsheets --------------------------------------------------------------------------------------------


def load_inventories(workspace: Workspace, actor: Actor, path: Path, reason: str = "") -> tuple[int, int]:
    """The inventories of a spreadsheet: how many areas, how many new or changed; all of them or, with a fault, none.

    One row for each area and contest, and one whose contest is ``total`` (or ``cộng``) with the totals of the form.
    """
    require(actor, "ingest")
    sheet = read_sheet(path, ("area", "contest", *ROWS), aliases=_ALIASES)
    problems: list[Problem] = []
    by_area: dict[str, dict[str, Cells]] = {}
    for row in sheet.rows:
        contest = TOTAL if row.text("contest").casefold() in (TOTAL, "cộng", "tổng", "tổng số") else row.text("contest")
        seen = by_area.setdefault(row.text("area"), {})
        if contest in seen:
            text = message("stands already in row {other}; remove one", other=seen[contest].number)
            problems.append(Problem("inventory", row.place("contest"), text))
        seen[contest] = row
    with workspace.database.write() as db:
        new = [_load(db, workspace, actor, area, rows, reason, problems) for area, rows in by_area.items()]
        if problems:
            raise Refusal(problems)
    return len(new), sum(new)


def _load(
    db: Connection,
    workspace: Workspace,
    actor: Actor,
    area: str,
    rows: Mapping[str, Cells],
    reason: str,
    problems: list[Problem],
) -> bool:
    first = next(iter(rows.values()))
    try:
        contests = _contests(workspace.election, area)
    except Refusal as fault:
        problems += [Problem(p.code, first.place("area"), p.text) for p in fault.problems]
        return False
    for name in (*contests, TOTAL):
        if name not in rows:
            text = message("area {area} lacks its row '{name}'; add it", area=area, name=name)
            problems.append(Problem("inventory", first.place("contest"), text))
    for name in rows.keys() - {*contests, TOTAL}:
        text = message("the contest '{value}' is not held in area {area}; correct it", value=name, area=area)
        problems.append(Problem("inventory", rows[name].place("contest"), text))
    if rows.keys() != {*contests, TOTAL}:
        return False
    fields = {field_of(r, "" if c == TOTAL else c): rows[c].text(r) for r in ROWS for c in rows}
    found, against = _checked(_issued(db, area, contests), contests, fields)
    for trouble in against:
        row, _, contest = trouble.fields[0].partition(":")
        problems.append(Problem(trouble.code, rows[contest or TOTAL].place(row), trouble.text))
    try:
        return not against and _keep(db, workspace, actor, area, found, reason)
    except Refusal as fault:
        problems += [Problem(p.code, first.place(), p.text) for p in fault.problems]
        return False


_ALIASES = {
    "khu vực": "area", "cuộc bầu": "contest", "nhận về": "received", "phát ra": "issued", "gạch hỏng": "spoiled",
    "còn lại": "left_over",
}  # fmt: skip


def write_template(election: Election, path: Path) -> int:
    """An empty spreadsheet with every row that :func:`load_inventories` wants; how many areas it has."""
    _asked_for(election)
    held = [(a.id, [c.id for c in election.contests if c.id in a.units]) for a in election.areas]
    rows = [[area, contest, "", "", "", ""] for area, contests in held for contest in (*contests, TOTAL)]
    write_sheet(path, ("area", "contest", *ROWS), rows)
    return len(held)


# Checking ------------------------------------------------------------------------------------------------


def _asked_for(election: Election) -> None:
    if not rules_of(election).state:
        raise refuse("inventory-state", election.title, "the inventory Mẫu 32 belongs to state elections; this is none")


def _contests(election: Election, area: str) -> tuple[str, ...]:
    _asked_for(election)
    held = next((a.units for a in election.areas if a.id == area), None)
    if held is None:
        raise refuse("area-unknown", area, "the area '{value}' is not in the election; correct it", value=area)
    return tuple(c.id for c in election.contests if c.id in held)


def _issued(db: Connection, area: str, contests: Iterable[str]) -> dict[str, int]:
    """contest -> the issued figure of the count minutes, where it stands."""
    found = {c: figures.latest(db, area, c) for c in contests}
    return {c: int(stored.document["issued"]) for c, stored in found.items() if stored is not None}


def _checked(
    issued: Mapping[str, int], contests: Sequence[str], fields: Mapping[str, str]
) -> tuple[list[InventoryRow], tuple[Trouble, ...]]:
    numbers: dict[str, int] = {}
    troubles: list[Trouble] = []
    for name in fields_of(contests):
        text = " ".join(fields.get(name, "").split())
        number = parse_whole(text)
        if number is None:
            unread = message("'{value}' is no number of ballots; write digits", value=text)
            troubles.append(Trouble("inventory", (name,), unread, empty=not text))
        else:
            numbers[name] = number
    rows = []
    for row in ROWS:
        mine = [field_of(row, c) for c in contests]
        if all(name in numbers for name in (field_of(row), *mine)):
            rows.append(InventoryRow(row, numbers[field_of(row)], {c: numbers[field_of(row, c)] for c in contests}))
        elif row == "issued":  # what is typed of it is asked all the same
            half = {c: numbers[field_of(row, c)] for c in contests if field_of(row, c) in numbers}
            found = inventory_findings([InventoryRow(row, sum(half.values()), half)], issued)
            troubles += [Trouble(f.code, tuple(field_of(row, c) for c in half), f.text) for f in found]
    for one in rows:
        fields_here = (field_of(one.name), *(field_of(one.name, c) for c in contests))
        for finding in inventory_findings([one], issued):
            off = tuple(field_of("issued", c) for c in contests if issued.get(c, one.of[c]) != one.of[c])
            troubles.append(Trouble(finding.code, off if finding.number == 19 else fields_here, finding.text))
    return rows, tuple(troubles)
