"""Rows and lists of the definition files to typed records; faults are collected, none is raised."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, Literal

from pipeline.election.definition import Area, Candidate, Contest, Place, Unit
from pipeline.errors import Problem
from pipeline.messages import message
from pipeline.spreadsheets import Row, Sheet, parse_date, parse_whole

_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
_FEMALE = {"bà", "nữ", "female", "f"}
_MALE = {"ông", "nam", "male", "m"}
_YES = {"x", "1", "có", "yes", "true"}
_NO = {"", "0", "không", "no", "false"}


class Faults:
    """All faults of a definition so far, and where each record was written (for faults found later)."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Problem] = []
        self.places: dict[tuple[str, str], str] = {}

    def add(self, what: str, msgid: str, **params: object) -> None:
        self.at(f"{self.file}, {what}", msgid, **params)

    def at(self, place: str, msgid: str, **params: object) -> None:
        self.found.append(Problem("definition", place, message(msgid, **params)))

    def know(self, kind: str, identity: str, place: str) -> None:
        """Remember a record's place; a second of the same id is a fault."""
        if (kind, identity) in self.places:
            self.at(
                place,
                "the id '{id}' already stands in {other}; give each its own",
                id=identity,
                other=self.places[kind, identity],
            )
        self.places.setdefault((kind, identity), place)


def _identity(row: Row, kind: str, faults: Faults) -> str:
    value = row.text("id")
    if not _ID.match(value):
        faults.at(
            row.place("id"),
            "'{value}' is no id; use letters a to z, digits, point, hyphen or underline",
            value=value,
        )
    faults.know(kind, value, row.place("id"))
    return value


def _whole(row: Row, column: str, faults: Faults, least: int) -> int:
    value = parse_whole(row.text(column))
    if value is None or value < least:
        faults.at(
            row.place(column),
            "'{value}' is no whole number from {least} up; write digits only",
            value=row.text(column),
            least=least,
        )
        return least
    return value


def _needed(row: Row, column: str, faults: Faults) -> str:
    value = row.text(column)
    if not value:
        faults.at(row.place(column), "the cell is empty; fill it in")
    return value


def _mapping_list(document: object, name: str, faults: Faults) -> Iterable[tuple[int, dict[str, Any]]]:
    if not isinstance(document, list) or not document:
        faults.add(name, "'{name}' must be a list with at least one entry", name=name)
        return
    for number, entry in enumerate(document, start=1):
        if isinstance(entry, dict):
            yield number, {str(k): v for k, v in entry.items()}
        else:
            faults.add(f"{name}[{number}]", "must hold 'name: value' lines")


def _choice(entry: dict[str, Any], key: str, place: str, faults: Faults, allowed: Sequence[str]) -> str:
    value = str(entry.get(key) or "")
    if value not in allowed:
        faults.at(
            f"{place}.{key}",
            "'{value}' is not possible here; choose one of: {known}",
            value=value,
            known=", ".join(allowed),
        )
    return value


def places(document: object, faults: Faults) -> tuple[Place, ...]:
    """The administrative tree: id, kind, name, parent."""
    found = []
    for number, entry in _mapping_list(document, "places", faults):
        place = f"{faults.file}, places[{number}]"
        kind: Any = _choice(entry, "kind", place, faults, ("country", "province", "commune"))
        faults.know("place", str(entry.get("id")), place)
        parent = entry.get("parent")
        found.append(Place(str(entry.get("id")), kind, str(entry.get("name") or ""), str(parent) if parent else None))
    return tuple(found)


def contests(document: object, faults: Faults) -> tuple[Contest, ...]:
    """The ballots of the day."""
    found = []
    for number, entry in _mapping_list(document, "contests", faults):
        place = f"{faults.file}, contests[{number}]"
        level: Any = _choice(entry, "level", place, faults, ("assembly", "province", "commune", "other"))
        form: Any = _choice(entry, "ballot_form", place, faults, ("mau-13", "mau-14", "mau-15"))
        paper = str(entry.get("paper") or "#ffffff")
        if not re.match(r"^#[0-9a-fA-F]{6}$", paper):
            faults.at(f"{place}.paper", "'{value}' is no colour; write it as '#f8e0e0'", value=paper)
        faults.know("contest", str(entry.get("id")), place)
        texts = [str(entry.get(k) or "") for k in ("id", "body", "term", "years")]
        if not all(texts[:3]):
            faults.at(place, "id, body and term must be written")
        found.append(Contest(texts[0], level, form, texts[1], texts[2], texts[3], paper))
    return tuple(found)


def _rows(sheet: Sheet, make: Callable[[Row], Any]) -> tuple[Any, ...]:
    return tuple(make(row) for row in sheet.rows)


def units(sheet: Sheet, faults: Faults) -> tuple[Unit, ...]:
    """Electoral units and the nodes above them."""

    def make(row: Row) -> Unit:
        return Unit(
            id=_identity(row, "unit", faults),
            contest=_needed(row, "contest", faults),
            number=_needed(row, "number", faults),
            name=row.text("name") or f"Đơn vị bầu cử số {row.text('number')}",
            parent=row.text("parent") or None,
            seats=_whole(row, "seats", faults, 0) if row.text("seats") else 0,
            scope=row.text("scope"),
        )

    return _rows(sheet, make)


def areas(sheet: Sheet, contest_ids: Sequence[str], faults: Faults) -> tuple[Area, ...]:
    """Voting areas; one column per contest names the area's unit, empty where it is not held."""

    def make(row: Row) -> Area:
        return Area(
            id=_identity(row, "area", faults),
            number=_needed(row, "number", faults),
            place=_needed(row, "place", faults),
            name=row.text("name") or f"Khu vực bỏ phiếu số {row.text('number')}",
            units={c: row.text(c) for c in contest_ids if row.text(c)},
        )

    return _rows(sheet, make)


def candidates(sheet: Sheet, faults: Faults) -> tuple[Candidate, ...]:
    """Candidates in the order of the published list."""

    def make(row: Row) -> Candidate:
        return Candidate(
            id=_identity(row, "candidate", faults),
            unit=_needed(row, "unit", faults),
            order=_whole(row, "order", faults, 1),
            gender=_gender(row, faults),
            family=_needed(row, "family", faults),
            middle=row.text("middle"),
            given=_needed(row, "given", faults),
            birth_date=_birth_date(row, faults),
            other_name=row.text("other_name"),
            two_lines=_two_lines(row, faults),
        )

    return _rows(sheet, make)


def _gender(row: Row, faults: Faults) -> Literal["male", "female"]:
    value = row.text("gender").lower()
    if value not in _MALE | _FEMALE:
        faults.at(row.place("gender"), "'{value}' is neither 'Ông' nor 'Bà'", value=row.text("gender"))
    return "female" if value in _FEMALE else "male"


def _birth_date(row: Row, faults: Faults) -> date:
    value = parse_date(row.text("birth_date"))
    if value is None:
        faults.at(
            row.place("birth_date"),
            "'{value}' is no date; write it as 30/09/1975",
            value=row.text("birth_date"),
        )
    return value or date(1900, 1, 1)


def _two_lines(row: Row, faults: Faults) -> bool:
    value = row.text("two_lines").lower()
    if value not in _YES | _NO:
        faults.at(row.place("two_lines"), "'{value}' is neither 'x' nor empty", value=row.text("two_lines"))
    if value in _YES and not row.text("other_name"):
        faults.at(row.place("two_lines"), "a name on two lines needs a second name in other_name")
    return value in _YES
