"""Sheets of rows from .xlsx and .csv files, each cell with its place, and sheets back to files."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import Problem, Refusal, refuse
from pipeline.messages import Message, message

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

MOST_BYTES = 128 * 1024 * 1024
"""The lists of a province take some megabytes, unpacked; more is a file made to fill the memory."""
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_SEPARATOR = re.compile("sep=([,;\t])\r?\n", re.IGNORECASE)
"""A line that tells Excel the separator; Excel does not count it among the rows."""
_WHOLE = re.compile(r"[0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as the spreadsheet program shows it, and its text by column name."""

    file: str
    number: int
    cells: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict)
    """Column name -> its header as people wrote it."""
    doubted: frozenset[str] = frozenset()
    """Columns whose cell is among the faults of the sheet already; its text says nothing."""

    def place(self, column: str = "") -> str:
        """``candidates.xlsx, row 7, column birth_date``, the column as it is called in the file."""
        return f"{self.file}, row {self.number}" + (f", column {self.headers.get(column, column)}" if column else "")

    def text(self, column: str) -> str:
        """The cell's text, NFC and without spaces around it; empty where the column or the value is absent."""
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: the first row names the columns, empty rows are left out."""

    file: str
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    whole: bool = True
    """Whether the columns could be told; if not, ``rows`` is empty, however many there are."""


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A cell whose text may not be what people see; ``index`` counts from 0."""

    row: int
    index: int
    code: str
    text: Message
    rows: int = 1
    columns: int = 1
    """How many cells it covers, from that one down and to the right; none where their text is what it seems."""

    def covers(self, index: int) -> bool:
        return self.index <= index < self.index + self.columns


@dataclass(frozen=True, slots=True)
class _Grid:
    """The filled rows of a file before anything is known of its columns."""

    rows: Sequence[tuple[int, Sequence[str]]]
    doubts: Sequence[_Doubt]


def read_sheet(
    path: Path,
    required: Sequence[str],
    optional: Sequence[str] = (),
    aliases: Mapping[str, str] | None = None,
    several_lines: Sequence[str] = (),
) -> Sheet:
    """The sheet of :func:`check_sheet`, refused with all its faults where it has any."""
    sheet, problems = check_sheet(path, required, optional, aliases, several_lines)
    if problems:
        raise Refusal(problems)
    return sheet


def check_sheet(
    path: Path,
    required: Sequence[str],
    optional: Sequence[str] = (),
    aliases: Mapping[str, str] | None = None,
    several_lines: Sequence[str] = (),
    open_columns: bool = False,
) -> tuple[Sheet, tuple[Problem, ...]]:
    """The only filled sheet of ``path`` as far as it can be read, and every fault of it.

    ``aliases`` maps other spellings of a header to its name; ``several_lines`` are columns whose cells may
    hold line breaks in CSV; ``open_columns`` lets columns of any other name stand. A fault is whatever could
    be read otherwise than it is seen: formulas, merged or hidden cells, cells without header, a second sheet.
    """
    try:
        grid = _grid(path)
        header, found = _header(path, grid, required, optional, aliases or {}, open_columns)
    except Refusal as refusal:
        return Sheet(path.name, whole=False), refusal.problems
    _, written = grid.rows[0]
    headers = {name: written[i] for i, name in header.items()}
    doubts = [d for d in grid.doubts if not (d.code == "cell-lines" and header.get(d.index) in several_lines)]
    doubted = _doubted(doubts, header)
    rows = tuple(
        Row(path.name, number, {n: _at(cells, i) for i, n in header.items()}, headers, doubted.get(number, frozenset()))
        for number, cells in grid.rows[1:]
    )
    found += [Problem(d.code, _place(path, d.row, d.index, written), d.text) for d in doubts]
    found += _beyond_header(path, grid.rows[1:], written)
    return Sheet(path.name, tuple(header.values()), rows), tuple(found)


def _doubted(doubts: Iterable[_Doubt], header: Mapping[int, str]) -> dict[int, frozenset[str]]:
    """Row number -> the columns whose cells a doubt covers; hidden rows and columns are read as they stand."""
    found: dict[int, frozenset[str]] = {}
    for doubt in doubts:
        names = frozenset(name for i, name in header.items() if doubt.covers(i))
        for number in range(doubt.row, doubt.row + doubt.rows):
            found[number] = found.get(number, frozenset()) | names
    return found


def _at(cells: Sequence[str], index: int) -> str:
    return cells[index] if index < len(cells) else ""


def _place(path: Path, row: int, index: int, header: Sequence[str]) -> str:
    return f"{path.name}, row {row}, column {_at(header, index) or _letter(index)}"


def _letter(index: int) -> str:
    """The column as spreadsheet programs call it: 0 -> A, 26 -> AA."""
    letters = ""
    while index >= 0:
        letters = chr(ord("A") + index % 26) + letters
        index = index // 26 - 1
    return letters


def _key(header: str) -> str:
    return "_".join(header.casefold().replace("_", " ").split())


def _header(
    path: Path,
    grid: _Grid,
    required: Sequence[str],
    optional: Sequence[str],
    aliases: Mapping[str, str],
    open_columns: bool,
) -> tuple[dict[int, str], list[Problem]]:
    """Index -> column name, and unknown columns; refused where a column is missing or doubled."""
    number, cells = grid.rows[0] if grid.rows else (0, ())
    known = {_key(a): n for a, n in aliases.items() if n in (*required, *optional)}
    known |= {_key(n): n for n in (*required, *optional)}
    names = {i: known.get(_key(cell), _key(cell)) for i, cell in enumerate(cells) if cell}
    if number != 1 or not set(names.values()) & set(required):
        raise refuse(
            "sheet-header",
            f"{path.name}, row 1",
            "does not name the columns; the first row must hold: {known}",
            known=", ".join((*required, *optional)),
        )
    place = f"{path.name}, row 1"
    every = list(names.values())
    faults = [
        Problem("column-twice", place, message("the column '{name}' stands twice; remove one", name=name))
        for name in dict.fromkeys(every)
        if every.count(name) > 1
    ]
    faults += [
        Problem("column-missing", place, message("the column '{name}' is missing; add it to the first row", name=name))
        for name in required
        if name not in every
    ]
    unknown = [
        Problem(
            "column-unknown",
            place,
            message(
                "the column '{name}' is unknown; known columns are: {known}",
                name=cells[i],
                known=", ".join((*required, *optional)),
            ),
        )
        for i, name in names.items()
        if name not in known.values() and not open_columns
    ]
    if faults:
        raise Refusal([*faults, *unknown])
    return {i: n for i, n in names.items() if open_columns or n in known.values()}, unknown


def _beyond_header(path: Path, rows: Iterable[tuple[int, Sequence[str]]], header: Sequence[str]) -> Iterator[Problem]:
    for number, cells in rows:
        for i, text in enumerate(cells):
            if text and not _at(header, i):
                yield Problem(
                    "cell-without-header",
                    _place(path, number, i, header),
                    message(
                        "'{value}' stands in a column that row 1 does not name; name the column or clear the cell",
                        value=text,
                    ),
                )


def _grid(path: Path) -> _Grid:
    match path.suffix.lower():
        case ".xlsx":
            grid = _xlsx(path)
        case ".csv":
            grid = _csv(path)
        case _:
            raise refuse("sheet-kind", str(path), "is neither .xlsx nor .csv; save it as one of them")
    if not grid.rows:
        raise refuse("sheet-empty", str(path), "the sheet is empty; its first row must name the columns")
    return grid


def _bytes(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise refuse(
            "sheet-unreadable",
            str(path),
            "the file cannot be read ({why}); check the path",
            why=error.strerror,
        ) from error
    if len(content) > MOST_BYTES:
        raise _too_large(path)
    return content


def _too_large(path: Path) -> Refusal:
    return refuse(
        "sheet-too-large",
        str(path),
        "holds more than {limit} MB; delete what does not belong to the list",
        limit=MOST_BYTES // 1024**2,
    )


def _csv(path: Path) -> _Grid:
    content = _bytes(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refuse(
            "sheet-encoding",
            f"{path}, line {content[: error.start].count(10) + 1}",
            "is no UTF-8 text at byte {byte}; save it as 'CSV UTF-8'",
            byte=error.start,
        ) from error
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise refuse("sheet-encoding", f"{path}, line {line}", "holds NUL bytes; save it anew as 'CSV UTF-8'")
    told = _SEPARATOR.match(text)
    text = text[told.end() :] if told else text
    first = re.sub(r'"[^"]*"', "", text.split("\n", 1)[0])
    delimiter = told[1] if told else max((",", ";", "\t"), key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    doubts: list[_Doubt] = []
    try:
        for number, cells in enumerate(reader, start=1):
            doubts += _doubts_of_line(number, cells, len(rows[0][1]) if rows else len(cells))
            if any(map(tidy, cells)):
                rows.append((number, [tidy(c) for c in cells]))
    except csv.Error as error:
        raise refuse(
            "sheet-csv",
            f"{path}, line {reader.line_num}",
            "is no CSV ({why}); look for a quotation mark that is not closed, or save it anew",
            why=str(error),
        ) from error
    return _Grid(rows, doubts)


def _doubts_of_line(number: int, cells: Sequence[str], columns: int) -> Iterator[_Doubt]:
    """Two quotation marks that are not closed swallow the lines between them: a cell of several lines."""
    for i, cell in enumerate(cells):
        yield from _doubts_of_text(number, i, cell)
        if "\n" in cell.strip() or "\r" in cell.strip():
            yield _Doubt(
                number,
                i,
                "cell-lines",
                message(
                    "the cell goes over several lines: '{value}'; close the quotation mark or write it on one line",
                    value=tidy(cell),
                ),
            )
    if len(cells) < columns and any(map(tidy, cells)):
        yield _Doubt(
            number,
            len(cells),
            "row-short",
            message(
                "the row ends after {count} of {columns} cells; write all separators, also of empty cells",
                count=len(cells),
                columns=columns,
            ),
            columns=columns - len(cells),
        )


def _doubts_of_text(number: int, index: int, text: str) -> Iterator[_Doubt]:
    strange = next((c for c in text if c == "\ufffd" or (unicodedata.category(c) == "Cc" and not c.isspace())), None)
    if strange:
        yield _Doubt(
            number,
            index,
            "cell-damaged",
            message("the cell holds the sign {sign} of a damaged text; write it anew", sign=f"U+{ord(strange):04X}"),
        )


def _xlsx(path: Path) -> _Grid:
    content = _bytes(path)
    try:
        sheets = _filled_sheets(path, content)
    except Refusal:
        raise
    except Exception as error:  # whatever a damaged file makes the library meet: zip, XML, styles, numbers
        raise refuse(
            "sheet-xlsx",
            str(path),
            "is no spreadsheet that can be opened ({why}); open it in a spreadsheet program without a password and "
            "save it anew as .xlsx or .csv",
            why=" ".join(str(error).split()) or type(error).__name__,
        ) from error
    if len(sheets) > 1:
        raise refuse(
            "sheet-several",
            str(path),
            "holds {count} filled sheets ({names}), but one is read; delete the others, hidden ones too",
            count=len(sheets),
            names=", ".join(s.title for s in sheets),
        )
    return _worksheet(sheets[0]) if sheets else _Grid((), ())


def _filled_sheets(path: Path, content: bytes) -> list[Worksheet]:
    from openpyxl.reader.excel import ExcelReader  # noqa: PLC0415  (150 ms that a CSV user need not pay)

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
            raise _too_large(path)
    # Not read_only: that mode believes the file's own word on how many rows it has and leaves out the others.
    reader = ExcelReader(io.BytesIO(content))
    reader.read()
    lost = {sheet.name for sheet in reader.parser.sheets} - set(reader.wb.sheetnames)
    if lost:  # the library passes over a sheet whose part of the file is gone
        raise ValueError(", ".join(sorted(lost)))
    return [s for s in reader.wb.worksheets if any(cell.value is not None for row in s.iter_rows() for cell in row)]


def _worksheet(sheet: Worksheet) -> _Grid:
    rows: list[tuple[int, list[str]]] = []
    doubts: list[_Doubt] = []
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        texts = [tidy(_cell(cell)) for cell in cells]
        if any(texts):
            rows.append((number, texts))
            doubts += (d for i, cell in enumerate(cells) for d in _doubts_of_cell(number, i, cell))
            if sheet.row_dimensions[number].hidden:
                text = message("the row is hidden; show it or delete it")
                doubts.append(_Doubt(number, 0, "row-hidden", text, columns=0))
    for area in sheet.merged_cells.ranges:
        doubts.append(
            _Doubt(
                area.min_row,
                area.min_col - 1,
                "cell-merged",
                message("the cells {cells} are merged; part them and fill in each", cells=area.coord),
                rows=area.max_row - area.min_row + 1,
                columns=area.max_col - area.min_col + 1,
            )
        )
    for first, last in _hidden_columns(sheet):
        if any(any(texts[first - 1 : last]) for _, texts in rows):
            doubts.append(
                _Doubt(1, first - 1, "column-hidden", message("the column is hidden; show it or delete it"), columns=0)
            )
    return _Grid(rows, doubts)


def _hidden_columns(sheet: Worksheet) -> list[tuple[int, int]]:
    """(first, last) of every run of hidden columns, from 1."""
    return sorted((d.min, d.max) for d in sheet.column_dimensions.values() if d.hidden and d.min and d.max)


def _doubts_of_cell(number: int, index: int, cell: Cell | MergedCell) -> Iterator[_Doubt]:
    if cell.data_type == "f":
        value = message(
            "the cell holds a formula ({value}), whose result may be out of date; paste it as a value",
            value=_formula(cell.value),
        )
        yield _Doubt(number, index, "cell-formula", value)
    elif cell.data_type == "e":
        yield _Doubt(
            number, index, "cell-error", message("the cell shows the error {value}; write the value", value=cell.value)
        )
    elif isinstance(cell.value, float) and not cell.value.is_integer():
        text = message(
            "the cell holds the number {value}, and nothing here has fractions; write a whole number, or format the "
            "cell as text and write it anew",
            value=cell.value,
        )
        yield _Doubt(number, index, "cell-fraction", text)
    elif isinstance(cell.value, int | float) and _shown_otherwise(int(cell.value), str(cell.number_format)):
        text = message(
            "the cell holds {value} and shows it otherwise (format {format}); format the cell as text and write it "
            "anew",
            value=int(cell.value),
            format=cell.number_format,
        )
        yield _Doubt(number, index, "cell-format", text)
    elif isinstance(cell.value, str):
        yield from _doubts_of_text(number, index, cell.value)
    if cell.value is not None and cell.has_style and cell.font.strike:
        text = message("the cell is struck through; clear it, delete its row, or take the line away")
        yield _Doubt(number, index, "cell-struck", text)


def _shown_otherwise(value: int, number_format: str) -> bool:
    """Whether leading zeros, a percent sign or an exponent make people see something else than the number."""
    zeros = re.match("0+", number_format)
    return bool(zeros and len(zeros[0]) > len(str(value))) or "%" in number_format or "E+" in number_format


def _formula(value: object) -> str:
    """What stands in the cell; array formulas come as objects."""
    return str(getattr(value, "text", value))


def _cell(cell: Cell | MergedCell) -> str:
    """Excel keeps 12 as 12.0 and dates as times at midnight; people mean 12 and the date."""
    match cell.value:
        case None:
            return ""
        case datetime() as at:
            whole_day = at.time() == time(0) and "h" not in str(cell.number_format).lower()
            return at.date().isoformat() if whole_day else at.isoformat(sep=" ", timespec="minutes")
        case date() as day:
            return day.isoformat()
        case time() as clock:
            return clock.isoformat("minutes")
        case float() as number if number.is_integer():
            return str(int(number))
        case value:
            return _formula(value)


def tidy(text: str) -> str:
    """Text as people see it: NFC, single spaces for spaces and breaks, none at the ends, no invisible signs."""
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())


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
    """A whole number, thousands set apart by points or spaces as in Vietnam; ``None`` for anything else.

    "3.0" and "1,228" are none: the point parts thousands here and the comma fractions, elsewhere the other way
    round, so that who wrote them is asked. A cell of Excel that holds the number 3 is never "3.0".
    """
    return int(re.sub(r"[ .]", "", text)) if _WHOLE.fullmatch(text) else None
