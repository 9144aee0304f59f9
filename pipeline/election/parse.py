"""Rows and lists of the definition files to typed records; faults are collected, none is raised."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Literal

from pipeline.election.definition import Area, Candidate, Contest, Place, Unit
from pipeline.election.document import Entry, entries
from pipeline.election.faults import Faults, Kind, Record
from pipeline.spreadsheets import Sheet, parse_date, parse_whole

AREA_COLUMNS = ("id", "number", "place", "name")
PLACE_KEYS = ("id", "kind", "name", "parent")
CONTEST_KEYS = ("id", "level", "ballot_form", "body", "term", "years", "paper")

_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?")
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
"""Windows makes no file of these names, with whatever ending."""
_TAKEN: Mapping[Kind, Collection[str]] = {
    "contest": {*AREA_COLUMNS},  # columns beside the contests' own
    "candidate": {"stamp", "stray"},  # fields of the ballot's form beside the names
}
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_FEMALE = {"bà", "nữ", "female", "f"}
_MALE = {"ông", "nam", "male", "m"}
_YES = {"x", "1", "có", "yes", "true"}
_NO = {"", "0", "không", "no", "false"}
_LIKE_D = "ÐðƉɖ"
"""Eth and African d: on paper they are Đ and đ, in an alphabet and to a search they are not."""


def check_id(record: Record, faults: Faults, taken: Collection[str] = ()) -> None:
    """The id of a record can be the name of a file on any system and is none of ``taken``."""
    value = record.text("id")
    if not _ID.fullmatch(value):
        faults.at(
            record.place("id"),
            "'{value}' is no id; use up to 64 letters a to z, digits, points, hyphens and underlines, "
            "the first a letter or digit and the last no point",
            value=value,
        )
    elif _DEVICES.fullmatch(value) or value.casefold() in taken:
        faults.at(record.place("id"), "'{value}' has a meaning of its own here; give another id", value=value)


class _Line:
    """One record while it is read. A cell that the sheet already finds fault with is passed over."""

    def __init__(self, record: Record, kind: Kind, faults: Faults) -> None:
        self.record, self.kind, self.faults = record, kind, faults
        self.id = record.text("id")
        for column in record.doubted:
            faults.doubt(kind, self.id, column)

    def at(self, column: str, msgid: str, **params: object) -> None:
        if column not in self.record.doubted:
            self.faults.at(self.record.place(column), msgid, **params)
            self.faults.doubt(self.kind, self.id, column)

    def identity(self) -> str:
        if "id" in self.record.doubted:
            return self.id
        if not self.id:
            self.at("id", "the cell is empty; fill it in")
            return self.id
        check_id(self.record, self.faults, _TAKEN.get(self.kind, ()))
        self.faults.know(self.kind, self.id, self.record)
        return self.id

    def needed(self, column: str) -> str:
        value = self.record.text(column)
        if not value:
            self.at(column, "the cell is empty; fill it in")
        return value

    def whole(self, column: str, least: int) -> int:
        value = parse_whole(self.record.text(column))
        if value is None or value < least:
            self.at(
                column,
                "'{value}' is no whole number from {least} up; write digits only",
                value=self.record.text(column),
                least=least,
            )
            return least
        return value

    def choice(self, column: str, allowed: Sequence[str]) -> Any:
        value = self.record.text(column)
        if value not in allowed:
            self.at(
                column,
                "'{value}' is not possible here; choose one of: {known}",
                value=value,
                known=", ".join(allowed),
            )
        return value

    def name(self, column: str) -> str:
        """A part of a person's name."""
        value = self.record.text(column)
        for letter in _LIKE_D:
            if letter in value:
                self.at(
                    column,
                    "'{value}' holds {letter} (U+{code}), which only looks like Đ or đ; type the Vietnamese letter",
                    value=value,
                    letter=letter,
                    code=f"{ord(letter):04X}",
                )
        return value


def places(root: Entry, faults: Faults) -> tuple[Place, ...]:
    """The administrative tree: id, kind, name, parent."""
    found = []
    for entry in entries(root, "places", PLACE_KEYS, faults):
        line = _Line(entry, "place", faults)
        kind = line.choice("kind", ("country", "province", "commune"))
        found.append(Place(line.identity(), kind, line.needed("name"), entry.text("parent") or None))
    return tuple(found)


def contests(root: Entry, faults: Faults) -> tuple[Contest, ...]:
    """The ballots of the day."""
    found = []
    for entry in entries(root, "contests", CONTEST_KEYS, faults):
        line = _Line(entry, "contest", faults)
        paper = entry.text("paper") or "#ffffff"
        if not _COLOUR.fullmatch(paper):
            line.at("paper", "'{value}' is no colour; write it as \"#f8e0e0\", in quotation marks", value=paper)
        form = line.choice("ballot_form", ("mau-13", "mau-14", "mau-15", "dai-hoi"))
        if form in ("mau-14", "mau-15"):
            line.needed("years")
        found.append(
            Contest(
                id=line.identity(),
                level=line.choice("level", ("assembly", "province", "commune", "other")),
                ballot_form=form,
                body=line.needed("body"),
                body_term=entry.text("term") if form == "dai-hoi" else line.needed("term"),
                years=entry.text("years"),
                paper=paper,
            )
        )
    return tuple(found)


def units(sheet: Sheet, faults: Faults) -> tuple[Unit, ...]:
    """Electoral units and the nodes above them."""
    return tuple(_unit(_Line(row, "unit", faults)) for row in sheet.rows)


def _unit(line: _Line) -> Unit:
    row = line.record
    return Unit(
        id=line.identity(),
        contest=line.needed("contest"),
        number=line.needed("number"),
        name=row.text("name") or f"Đơn vị bầu cử số {row.text('number')}",
        parent=row.text("parent") or None,
        seats=line.whole("seats", 0) if row.text("seats") else 0,
        scope=row.text("scope"),
        shares=line.whole("shares", 1) if row.text("shares") else 0,
    )


def areas(sheet: Sheet, contest_ids: Sequence[str], faults: Faults) -> tuple[Area, ...]:
    """Voting areas; one column per contest names the area's unit, empty where it is not held."""
    return tuple(_area(_Line(row, "area", faults), contest_ids) for row in sheet.rows)


def _area(line: _Line, contest_ids: Sequence[str]) -> Area:
    row = line.record
    return Area(
        id=line.identity(),
        number=line.needed("number"),
        place=line.needed("place"),
        name=row.text("name") or f"Khu vực bỏ phiếu số {row.text('number')}",
        units={c: row.text(c) for c in contest_ids if row.text(c)},
    )


def candidates(sheet: Sheet, faults: Faults) -> tuple[Candidate, ...]:
    """Candidates in the order of the published list."""
    return tuple(_candidate(_Line(row, "candidate", faults)) for row in sheet.rows)


def _candidate(line: _Line) -> Candidate:
    line.needed("family")
    line.needed("given")
    return Candidate(
        id=line.identity(),
        unit=line.needed("unit"),
        order=line.whole("order", 1),
        gender=_gender(line),
        family=line.name("family"),
        middle=line.name("middle"),
        given=line.name("given"),
        birth_date=_birth_date(line),
        other_name=line.name("other_name"),
        two_lines=_two_lines(line),
    )


def _gender(line: _Line) -> Literal["male", "female"]:
    value = line.record.text("gender").lower()
    if value not in _MALE | _FEMALE:
        line.at("gender", "'{value}' is neither 'Ông' nor 'Bà'", value=line.record.text("gender"))
    return "female" if value in _FEMALE else "male"


def _birth_date(line: _Line) -> date:
    value = parse_date(line.record.text("birth_date"))
    if value is None:
        line.at(
            "birth_date",
            "'{value}' is no date; write it as 30/09/1975",
            value=line.record.text("birth_date"),
        )
    return value or date(1900, 1, 1)


def _two_lines(line: _Line) -> bool:
    value = line.record.text("two_lines").lower()
    if value not in _YES | _NO:
        line.at("two_lines", "'{value}' is neither 'x' nor empty", value=line.record.text("two_lines"))
    elif value in _YES and not line.record.text("other_name") and "other_name" not in line.record.doubted:
        line.at("two_lines", "a name on two lines needs a second name in other_name")
    return value in _YES
