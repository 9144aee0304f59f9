"""Sheets of rows from .xlsx and .csv files, each cell with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import Problem, Refusal, refuse
from pipeline.messages import message
from pipeline.spreadsheets.csv_file import csv_grid
from pipeline.spreadsheets.grid import Doubt, Grid, letter
from pipeline.spreadsheets.xlsx_file import xlsx_grid


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


def _doubted(doubts: Iterable[Doubt], header: Mapping[int, str]) -> dict[int, frozenset[str]]:
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
    return f"{path.name}, row {row}, column {_at(header, index) or letter(index)}"


def _key(header: str) -> str:
    return "_".join(header.casefold().replace("_", " ").split())


def _header(
    path: Path,
    grid: Grid,
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


def _grid(path: Path) -> Grid:
    match path.suffix.lower():
        case ".xlsx":
            grid = xlsx_grid(path)
        case ".csv":
            grid = csv_grid(path)
        case _:
            raise refuse("sheet-kind", str(path), "is neither .xlsx nor .csv; save it as one of them")
    if not grid.rows:
        raise refuse("sheet-empty", str(path), "the sheet is empty; its first row must name the columns")
    return grid
