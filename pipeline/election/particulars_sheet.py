"""The sheets of particulars: read with every fault by file, row, value and remedy; written as templates."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pipeline.election.definition import Election
from pipeline.election.figures import Member
from pipeline.election.particulars import (
    HEADERS,
    KINDS,
    SECTORS,
    SEVERAL_LINES,
    STUDIES,
    THEORIES,
    YES_NO,
    Particular,
    SheetName,
    columns,
    expected,
)
from pipeline.errors import Problem, Refusal, refuse
from pipeline.messages import Message, message
from pipeline.spreadsheets import Row, check_sheet, parse_date, write_sheet

_CLOCKS = ("%H:%M", "%H:%M:%S", "%Hh%M")
_RESOLUTION = re.compile(r"([0-9A-Za-z.-]+)(?:/NQ.*)?")
OFFICE = "Ủy viên"


def load_particulars(path: Path, sheet: SheetName, election: Election) -> tuple[Particular, ...]:
    """All rows of one sheet, at most one a key; every fault in one :class:`Refusal`.

    Members are written ``Name (office); Name (office)``, papers ``paper; paper``. Empty cells stay unknown.
    """
    names = columns(sheet)
    found, problems = check_sheet(
        path, names[:1], (*names[1:], "name"), {HEADERS[n]: n for n in (*names, "name")}, several_lines=SEVERAL_LINES
    )
    faults = list(problems)
    known = dict(expected(sheet, election))
    seen: dict[str, int] = {}
    records: list[Particular] = []
    for row in found.rows:
        _key(row, names[0], known, seen, faults)
        records.append(KINDS[sheet](**{n: _value(row, n, faults) for n in names}))
    if found.whole and not found.rows:
        text = message("the sheet has no rows below its first; fill in one per record")
        faults.append(Problem("particulars-empty", path.name, text))
    if faults:
        raise Refusal(faults)
    return tuple(records)


def _fault(faults: list[Problem], row: Row, column: str, msgid: str, **params: object) -> None:
    if column not in row.doubted:
        faults.append(Problem("particulars", row.place(column), message(msgid, **params)))


def _key(row: Row, column: str, known: Mapping[str, str], seen: dict[str, int], faults: list[Problem]) -> None:
    key = row.text(column)
    if key not in known:
        some = ", ".join(list(known)[:8])
        _fault(faults, row, column, "'{value}' is not in the election; write one of: {known}", value=key, known=some)
    elif key in seen:
        _fault(faults, row, column, "'{value}' already stands in row {other}; remove one", value=key, other=seen[key])
    seen.setdefault(key, row.number)


def _value(row: Row, column: str, faults: list[Problem]) -> Any:
    text = row.text(column)
    reader = READERS.get(column)
    if reader is None:
        return text
    if not text:
        return reader("")[0]
    value, wrong = reader(text)
    if wrong is not None and column not in row.doubted:
        faults.append(Problem("particulars", row.place(column), wrong))
    return value


Read = tuple[Any, Message | None]
Reader = Callable[[str], Read]
"""The text of a cell -> its value, and the sentence that says what is wrong with it."""


def _day(text: str) -> Read:
    found = parse_date(text)
    if found is None and text:
        return None, message("'{value}' is no day; write it as 20/11/2025", value=text)
    return found, None


def _moment(text: str) -> Read:
    day, _, clock = text.rpartition(" ")
    found = parse_date(day)
    for form in _CLOCKS:
        try:
            if found:
                return datetime.combine(found, datetime.strptime(clock, form).time()), None
        except ValueError:
            continue
    wrong = message("'{value}' is no date and time; write it as 15/03/2026 07:00", value=text)
    return None, wrong if text else None


def _resolution(text: str) -> Read:
    found = _RESOLUTION.fullmatch(text.replace(" ", ""))
    if found is None and text:
        return "", message("'{value}' is no number of a resolution; write it as 81 or 81/NQ-UBBC", value=text)
    return (found[1] if found else ""), None


def _members(text: str) -> Read:
    found = []
    for part in filter(None, (p.strip() for p in text.split(";"))):
        name, _, office = part.rstrip(")").partition("(")
        if not name.strip():
            return (), message(
                "a name is missing in '{value}'; write 'Name (Trưởng ban); Name (Ủy viên)'", value=text
            )  # fmt: skip
        found.append(Member(name.strip(), office.strip() or OFFICE))
    return tuple(found), None


def _papers(text: str) -> Read:
    return tuple(filter(None, (p.strip() for p in re.split(r"[;\n]", text)))), None


def _word(words: Mapping[str, Any], nothing: Any, remedy: Message) -> Reader:
    def read(text: str) -> Read:
        found = words.get(" ".join(text.casefold().split()))
        if found is None and text:
            return nothing, Message(remedy.msgid, {"value": text})
        return (nothing if found is None else found), None

    return read


_YES = _word(YES_NO, None, message("'{value}' is neither 'có' nor 'không'; write one of them"))
READERS: Mapping[str, Reader] = {
    "met_at": _moment,
    "members": _members,
    "seats_resolution": _resolution,
    "candidates_resolution": _resolution,
    "seats_resolution_day": _day,
    "candidates_resolution_day": _day,
    "signed_day": _day,
    "party_since": _day,
    "papers": _papers,
    "recipients": _papers,
    "sector": _word(
        SECTORS,
        "",
        message(
            "'{value}' is no sector; write one of: cơ quan đảng / chính quyền / mặt trận / tòa án / viện kiểm sát / "
            "quân đội, công an / khác"
        ),
    ),
    "study": _word(
        STUDIES, "", message("'{value}' is no level of study; write one of: dưới đại học / đại học / sau đại học")
    ),
    "theory_level": _word(
        THEORIES, "", message("'{value}' is no level of theory; write one of: trung cấp / cao cấp / cử nhân / không")
    ),
    "self_nominated": _YES,
    "reelected": _YES,
}


def write_template(path: Path, sheet: SheetName, election: Election, given: Sequence[Particular] = ()) -> None:
    """The sheet to fill in: one row for each unit, committee or candidate, with what is known already."""
    names = columns(sheet)
    known = {record.key: record for record in given}
    rows = [
        [key, called, *(_cell(n, getattr(known[key], n)) if key in known else "" for n in names[1:])]
        for key, called in expected(sheet, election)
    ]
    write_sheet(path, [HEADERS[n] for n in (names[0], "name", *names[1:])], rows)


def texts_of(record: Particular) -> dict[str, str]:
    """Column -> the text that stands for it in a sheet; the key's own column left out."""
    names = columns(sheet_of(record))
    return {name: _cell(name, getattr(record, name)) for name in names[1:]}


def sheet_of(record: Particular) -> SheetName:
    """The sheet that such a record stands in."""
    return next(sheet for sheet, kind in KINDS.items() if isinstance(record, kind))


def record_from(sheet: SheetName, key: str, texts: Mapping[str, str], election: Election) -> Particular:
    """One record as it is typed into fields, read as a row of its sheet; every fault in one :class:`Refusal`."""
    first, *names = columns(sheet)
    if key not in dict(expected(sheet, election)):
        raise refuse("particulars-unknown", key, "there is no such record; go back to the list")
    faults: list[Problem] = []
    values: dict[str, Any] = {first: key}
    for name in names:
        text = texts.get(name, "").replace("\r\n", "\n").strip()
        text = text if name in SEVERAL_LINES else " ".join(text.split())
        reader = READERS.get(name)
        value, wrong = (text, None) if reader is None else reader(text)
        values[name] = value
        if wrong is not None:
            faults.append(Problem("particulars", HEADERS[name], wrong))
    if faults:
        raise Refusal(faults)
    return KINDS[sheet](**values)


WORDS: Mapping[str, tuple[str, ...]] = {
    "sector": tuple(SECTORS),
    "study": tuple(STUDIES),
    "theory_level": tuple(THEORIES),
    "self_nominated": tuple(YES_NO),
    "reelected": tuple(YES_NO),
}
"""Columns of which one word is chosen."""


def _cell(column: str, value: object) -> str:
    """The text that :func:`load_particulars` reads back to ``value``."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, tuple):
        return "; ".join(f"{m.name} ({m.role})" if isinstance(m, Member) else str(m) for m in value)
    words = {"sector": SECTORS, "study": STUDIES, "theory_level": THEORIES}.get(column, {})
    return next((word for word, meaning in words.items() if meaning == value), str(value))
