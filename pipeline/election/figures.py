"""The figures that no ballot tells, of one area and contest, and their spreadsheet."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.election.definition import Election
from pipeline.election.rules import rules_of
from pipeline.errors import Problem, Refusal, refuse
from pipeline.messages import message
from pipeline.spreadsheets import Row, check_sheet, parse_date, parse_whole, write_sheet

NUMBERS = ("voters", "voted", "received", "issued", "left_over", "spoiled")
TIMES = ("opened", "closed", "finished")
PEOPLE = ("members", "opening_witnesses", "closing_witnesses")
TEXTS = ("incidents", "complaints")
REQUIRED = ("area", "contest", *NUMBERS, *TIMES, *PEOPLE)
OPTIONAL = (*TEXTS, "excused")
COLUMNS = (*REQUIRED, *OPTIONAL)
ALIASES = {
    "khu vực": "area", "cuộc bầu": "contest", "cử tri": "voters", "đã bỏ phiếu": "voted", "nhận về": "received",
    "phát ra": "issued", "còn lại": "left_over", "gạch hỏng": "spoiled", "mở": "opened", "đóng": "closed",
    "xong": "finished", "tổ viên": "members", "chứng kiến mở": "opening_witnesses",
    "chứng kiến kiểm": "closing_witnesses", "sự việc": "incidents", "kiến nghị": "complaints",
    "vắng mặt": "excused",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the polling team; ``role`` as the minutes print it: Tổ trưởng, Thư ký, Ủy viên."""

    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Witness:
    """A voter who watches (Art. 69, 73); ``address`` is the place of residence now."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class AreaFigures:
    """What the polling team writes down itself: counts of people and paper, times, names, incidents."""

    area: str
    contest: str
    voters: int
    voted: int
    received: int
    issued: int
    left_over: int
    spoiled: int
    opened: datetime
    closed: datetime
    finished: datetime
    members: tuple[Member, ...]
    opening_witnesses: tuple[Witness, ...]
    closing_witnesses: tuple[Witness, ...]
    incidents: str = ""
    complaints: str = ""
    excused: int = 0
    """Of a congress whose ``voters`` are those summoned: absences that its rules take off before half is counted."""


_NONE = frozenset({"", "không", "không có", "khong", "khong co", "không có gì", "không xảy ra", "none", "no"})


def tells_an_incident(text: str) -> bool:
    """Whether the team wrote of an incident: a declared "Không có" explains no figure that breaks a rule."""
    return unicodedata.normalize("NFC", text).casefold().strip(" .-–\n\t") not in _NONE


def load_figures(path: Path, election: Election) -> tuple[AreaFigures, ...]:
    """All rows of the spreadsheet, at most one per area and contest; every fault in one :class:`Refusal`.

    Members are written ``Name (role); Name (role)``, witnesses ``Name, address; Name, address``.
    """
    sheet, problems = check_sheet(path, REQUIRED, OPTIONAL, ALIASES, several_lines=TEXTS)
    faults = list(problems)
    if sheet.whole and not sheet.rows:
        faults += refuse("figures-empty", str(path), "the sheet has no rows; fill in one per area and contest").problems
    rows = [_row(row, election, faults) for row in sheet.rows]
    seen: dict[tuple[str, str], Row] = {}
    for row in sheet.rows:
        key = (row.text("area"), row.text("contest"))
        if not all(key):
            continue
        if key in seen:
            _fault(
                faults, row, "area", "area {area} and contest {contest} already stand in row {other}; remove one",
                area=key[0], contest=key[1], other=seen[key].number,
            )  # fmt: skip
        seen.setdefault(key, row)
    if faults:
        raise Refusal(faults)
    return tuple(rows)


class _Form(Row):
    """The fields of a screen as a row: the place of a fault is the name of the field."""

    def place(self, column: str = "") -> str:
        return column


def figures_of(fields: Mapping[str, str], election: Election) -> tuple[AreaFigures, tuple[Problem, ...]]:
    """The figures that were typed into fields named as the columns, in their spelling, and what is wrong with them.

    ``place`` of a problem is the field. The figures are worth something only where nothing is wrong.
    """
    row = _Form("", 0, {name: unicodedata.normalize("NFC", text).strip() for name, text in fields.items()})
    faults: list[Problem] = []
    found = _row(row, election, faults)
    return found, tuple(faults)


def _fault(faults: list[Problem], row: Row, column: str, msgid: str, **params: object) -> None:
    """A cell that the sheet already finds fault with is passed over."""
    if column not in row.doubted:
        faults.append(Problem("figures", row.place(column), message(msgid, **params)))


def _row(row: Row, election: Election, faults: list[Problem]) -> AreaFigures:
    area, contest = row.text("area"), row.text("contest")
    known = {a.id: a for a in election.areas}
    if area not in known:
        _fault(faults, row, "area", "the area '{value}' is not in the election; correct it", value=area)
    elif contest not in known[area].units and "area" not in row.doubted:
        _fault(
            faults, row, "contest", "the contest '{value}' is not held in area {area}; correct it",
            value=contest, area=area,
        )  # fmt: skip
    state = rules_of(election).state
    numbers = {name: _number(row, name, faults) for name in NUMBERS}
    times = {name: _time(row, name, faults) for name in TIMES}
    return AreaFigures(
        area,
        contest,
        voters=numbers["voters"],
        voted=numbers["voted"],
        received=numbers["received"],
        issued=numbers["issued"],
        left_over=numbers["left_over"],
        spoiled=numbers["spoiled"],
        opened=times["opened"],
        closed=times["closed"],
        finished=times["finished"],
        members=_members(row, faults, state),
        opening_witnesses=_witnesses(row, "opening_witnesses", faults, state),
        closing_witnesses=_witnesses(row, "closing_witnesses", faults, state),
        incidents=row.text("incidents"),
        complaints=row.text("complaints"),
        excused=_number(row, "excused", faults) if row.text("excused") else 0,
    )


def _number(row: Row, column: str, faults: list[Problem]) -> int:
    value = parse_whole(row.text(column))
    if not row.text(column):
        _fault(faults, row, column, "the cell is empty; fill it in")
    elif value is None:
        _fault(
            faults, row, column, "'{value}' is no number of people or ballots; write digits",
            value=row.text(column),
        )  # fmt: skip
    return value or 0


def _time(row: Row, column: str, faults: list[Problem]) -> datetime:
    text = row.text(column)
    day, _, clock = text.rpartition(" ")
    for form in ("%H:%M", "%H:%M:%S", "%Hh%M"):
        try:
            found = parse_date(day)
            if found:
                return datetime.combine(found, datetime.strptime(clock, form).time())
        except ValueError:
            continue
    _fault(faults, row, column, "'{value}' is no date and time; write it as 15/03/2026 07:00", value=text)
    return datetime(1900, 1, 1)


def _members(row: Row, faults: list[Problem], state: bool) -> tuple[Member, ...]:
    """One leader and one secretary: of a polling team, or (not ``state``) of a counting board under a Trưởng ban."""
    leader = "Tổ trưởng" if state else "Trưởng ban"
    found = []
    for part in filter(None, (p.strip() for p in row.text("members").split(";"))):
        name, _, role = part.rstrip(")").partition("(")
        if not name.strip():
            _fault(
                faults, row, "members", "a name is missing before '{value}'; write 'Name (role); Name (role)'",
                value=part,
            )  # fmt: skip
        found.append(Member(name.strip(), role.strip() or "Ủy viên"))
    roles = [m.role.lower() if state else m.role.lower().replace("tổ trưởng", "trưởng ban") for m in found]
    for role in (leader.lower(), "thư ký"):
        if roles.count(role) != 1:
            _fault(
                faults, row, "members",
                "the team needs exactly one '{role}', {count} are written; write them as 'Name ({leader}); ...'",
                leader=leader, role=role, count=roles.count(role),
            )  # fmt: skip
    return tuple(found)


def _witnesses(row: Row, column: str, faults: list[Problem], state: bool) -> tuple[Witness, ...]:
    """Exactly two in a state election (Art. 69, 73); a congress may have any number, or none."""
    found = []
    for part in filter(None, (p.strip() for p in row.text(column).split(";"))):
        name, _, address = part.partition(",")
        if not address.strip():
            _fault(
                faults, row, column, "the address of '{name}' is missing; write 'Name, address; Name, address'",
                name=part,
            )  # fmt: skip
        found.append(Witness(name.strip(), address.strip()))
    if state and len(found) != 2:
        _fault(
            faults, row, column,
            "two witnesses are needed, {count} are written; write 'Name, address; Name, address'",
            count=len(found),
        )  # fmt: skip
    return tuple(found)


def write_figures(path: Path, figures: Sequence[AreaFigures]) -> None:
    """The spreadsheet that :func:`load_figures` reads back to the same figures."""
    write_sheet(path, COLUMNS, [_cells(f) for f in figures])


def _cells(f: AreaFigures) -> list[object]:
    people = ["; ".join(f"{m.name} ({m.role})" for m in f.members)]
    people += ["; ".join(f"{w.name}, {w.address}" for w in ws) for ws in (f.opening_witnesses, f.closing_witnesses)]
    times = [t.strftime("%d/%m/%Y %H:%M") for t in (f.opened, f.closed, f.finished)]
    return [
        f.area,
        f.contest,
        *(getattr(f, n) for n in NUMBERS),
        *times,
        *people,
        f.incidents,
        f.complaints,
        f.excused or "",
    ]
