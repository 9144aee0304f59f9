"""Sheets of rows from .xlsx and .csv files, each cell with its place, and sheets back to .xlsx."""

from __future__ import annotations

import csv
import io
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from pipeline.errors import refuse


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as the spreadsheet program shows it, and its text by column name."""

    file: str
    number: int
    cells: Mapping[str, str]

    def place(self, column: str = "") -> str:
        """``candidates.xlsx, row 7, column birth_date``."""
        return f"{self.file}, row {self.number}" + (f", column {column}" if column else "")

    def text(self, column: str) -> str:
        """The cell's text, NFC and without spaces around it; empty where the column or the value is absent."""
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: the first row names the columns, empty rows are left out."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_sheet(
    path: Path,
    required: Sequence[str],
    optional: Sequence[str] = (),
    aliases: Mapping[str, str] | None = None,
) -> Sheet:
    """The first sheet of ``path``; ``aliases`` maps other spellings of a header to its name.

    Refused: a missing or unreadable file, another file type, a missing, doubled or unknown column.
    """
    table = _xlsx(path) if path.suffix.lower() == ".xlsx" else _csv(path)
    if not table:
        raise refuse("sheet-empty", str(path), "the sheet is empty; its first row must name the columns")
    names = {_key(a): n for a, n in (aliases or {}).items()}
    header = [names.get(_key(cell), _key(cell)) for cell in table[0]]
    while header and not header[-1]:
        header.pop()
    _check_header(path, header, required, optional)
    rows = []
    for number, cells in enumerate(table[1:], start=2):
        if any(cells):
            rows.append(Row(path.name, number, dict(zip(header, cells, strict=False))))
    return Sheet(path.name, tuple(header), tuple(rows))


def _key(header: str) -> str:
    return "_".join(header.lower().split())


def _check_header(path: Path, header: Sequence[str], required: Sequence[str], optional: Sequence[str]) -> None:
    place = f"{path.name}, row 1"
    known = (*required, *optional)
    for name in header:
        if header.count(name) > 1:
            raise refuse("column-twice", place, "the column '{name}' stands twice; remove one", name=name)
        if "*" not in optional and name not in known:
            raise refuse(
                "column-unknown",
                place,
                "the column '{name}' is unknown; known columns are: {known}",
                name=name,
                known=", ".join(known),
            )
    missing = [name for name in required if name not in header]
    if missing:
        raise refuse(
            "column-missing",
            place,
            "the column '{name}' is missing; add it to the first row",
            name=missing[0],
        )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise refuse(
            "sheet-unreadable",
            str(path),
            "the file cannot be read ({why}); check the path",
            why=error.strerror,
        ) from error


def _csv(path: Path) -> list[list[str]]:
    try:
        text = _bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refuse(
            "sheet-encoding",
            str(path),
            "is no UTF-8 text at byte {byte}; save it as 'CSV UTF-8'",
            byte=error.start,
        ) from error
    first = text.split("\n", 1)[0]
    delimiter = max((",", ";", "\t"), key=first.count)
    try:
        return [[_tidy(c) for c in row] for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
    except csv.Error as error:
        raise refuse("sheet-csv", str(path), "is no CSV ({why}); save it anew", why=str(error)) from error


def _xlsx(path: Path) -> list[list[str]]:
    from openpyxl import load_workbook  # noqa: PLC0415  (150 ms that a CSV user need not pay)
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    content = io.BytesIO(_bytes(path))
    try:
        book = load_workbook(content, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        return [[_tidy(_cell(value)) for value in row] for row in sheet.iter_rows(values_only=True)]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError, OSError) as error:
        raise refuse(
            "sheet-xlsx", str(path), "is no spreadsheet ({why}); save it as .xlsx or .csv", why=str(error)
        ) from error


def _cell(value: object) -> str:
    """Excel keeps 12 as 12.0 and dates as times at midnight; people mean 12 and the date."""
    match value:
        case None:
            return ""
        case datetime() if value.time() == time(0):
            return value.date().isoformat()
        case datetime():
            return value.isoformat(sep=" ", timespec="minutes")
        case date() | time():
            return value.isoformat()[:10] if isinstance(value, date) else value.isoformat("minutes")
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)


def _tidy(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def write_sheet(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write one table as .xlsx or, by its ending, .csv with a byte order mark (so that Excel shows accents)."""
    if path.suffix.lower() == ".csv":
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
        path.write_text(stream.getvalue(), encoding="utf-8-sig")
        return
    from openpyxl import Workbook  # noqa: PLC0415

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(columns))
    for row in rows:
        sheet.append(list(row))
    book.save(path)


def parse_date(text: str) -> date | None:
    """A date written 1975-09-30, 30/9/1975 or 30-9-1975 (day first, as in Vietnam); ``None`` otherwise."""
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


def parse_whole(text: str) -> int | None:
    """A whole number, thousands set apart by points or spaces as in Vietnam; ``None`` for anything else."""
    plain = text.replace(" ", "")
    if "." in plain:
        head, *groups = plain.split(".")
        if not all(len(g) == 3 for g in groups) or not 1 <= len(head.lstrip("-")) <= 3:
            return None
        plain = plain.replace(".", "")
    return int(plain) if plain.isascii() and plain.isdigit() else None
