"""Rows of the only filled sheet of an Excel file, and whatever of it people see otherwise than it is read."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import Refusal, refuse
from pipeline.messages import message
from pipeline.spreadsheets.grid import (
    MOST_BYTES,
    Doubt,
    Grid,
    content_of,
    doubts_of_text,
    letter,
    of_formula,
    tidy,
    too_large,
)

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet


MOST_ROWS, MOST_CELLS = 500_000, 5_000_000
"""Up to the farthest cell: all areas and contests of the country are 216,000 rows and 3,000,000 cells. One stray
cell in the last row would make the program walk through a million rows, in the last corner through 17 thousand million
cells."""


def xlsx_grid(path: Path) -> Grid:
    content = content_of(path)
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
    return _worksheet(sheets[0]) if sheets else Grid((), ())


def _filled_sheets(path: Path, content: bytes) -> list[Worksheet]:
    from openpyxl.reader.excel import ExcelReader  # noqa: PLC0415  (150 ms that a CSV user need not pay)

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
            raise too_large(path)
    # Not read_only: that mode believes the file's own word on how many rows it has and leaves out the others.
    reader = ExcelReader(io.BytesIO(content))
    reader.read()
    lost = {sheet.name for sheet in reader.parser.sheets} - set(reader.wb.sheetnames)
    if lost:  # the library passes over a sheet whose part of the file is gone
        raise ValueError(", ".join(sorted(lost)))
    for sheet in reader.wb.worksheets:
        _check_extent(path, sheet)
    return [s for s in reader.wb.worksheets if any(cell.value is not None for row in s.iter_rows() for cell in row)]


def _check_extent(path: Path, sheet: Worksheet) -> None:
    if sheet.max_row > MOST_ROWS or sheet.max_row * sheet.max_column > MOST_CELLS:
        raise refuse(
            "sheet-far",
            str(path),
            "the sheet {sheet} goes as far as row {row}, column {column}; delete the rows and columns beyond the list, "
            "empty ones too, and save it anew",
            sheet=sheet.title,
            row=sheet.max_row,
            column=letter(sheet.max_column - 1),
        )


def _worksheet(sheet: Worksheet) -> Grid:
    rows: list[tuple[int, list[str]]] = []
    doubts: list[Doubt] = []
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        texts = [tidy(_cell(cell)) for cell in cells]
        if any(texts):
            rows.append((number, texts))
            doubts += (d for i, cell in enumerate(cells) for d in _doubts_of_cell(number, i, cell))
            if sheet.row_dimensions[number].hidden:
                text = message("the row is hidden; show it or delete it")
                doubts.append(Doubt(number, 0, "row-hidden", text, columns=0))
    for area in sheet.merged_cells.ranges:
        doubts.append(
            Doubt(
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
                Doubt(1, first - 1, "column-hidden", message("the column is hidden; show it or delete it"), columns=0)
            )
    return Grid(rows, doubts)


def _hidden_columns(sheet: Worksheet) -> list[tuple[int, int]]:
    """(first, last) of every run of hidden columns, from 1."""
    return sorted((d.min, d.max) for d in sheet.column_dimensions.values() if d.hidden and d.min and d.max)


def _doubts_of_cell(number: int, index: int, cell: Cell | MergedCell) -> Iterator[Doubt]:
    if cell.data_type == "f":
        yield Doubt(number, index, "cell-formula", of_formula(_formula(cell.value)))
    elif cell.data_type == "e":
        yield Doubt(
            number, index, "cell-error", message("the cell shows the error {value}; write the value", value=cell.value)
        )
    elif isinstance(cell.value, float) and not cell.value.is_integer():
        text = message(
            "the cell holds the number {value}, and nothing here has fractions; write a whole number, or format the "
            "cell as text and write it anew",
            value=cell.value,
        )
        yield Doubt(number, index, "cell-fraction", text)
    elif isinstance(cell.value, int | float) and _shown_otherwise(int(cell.value), str(cell.number_format)):
        text = message(
            "the cell holds {value} and shows it otherwise (format {format}); format the cell as text and write it "
            "anew",
            value=int(cell.value),
            format=cell.number_format,
        )
        yield Doubt(number, index, "cell-format", text)
    elif isinstance(cell.value, str):
        yield from doubts_of_text(number, index, cell.value)
    if cell.value is not None and cell.has_style and cell.font.strike:
        text = message("the cell is struck through; clear it, delete its row, or take the line away")
        yield Doubt(number, index, "cell-struck", text)


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
