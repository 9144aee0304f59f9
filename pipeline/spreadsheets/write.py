"""Sheets back to files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet


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
    add_rows(sheet, [columns])
    add_rows(sheet, rows)
    book.save(path)


def add_rows(sheet: Worksheet, rows: Iterable[Sequence[object]]) -> None:
    """Rows below those of a sheet; text stays text, also where it begins as a formula does."""
    for row in rows:
        sheet.append(list(row))
        for cell in sheet[sheet.max_row]:
            if cell.data_type == "f":
                cell.data_type = "s"


def csv_for_excel(rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as a file that people open in Excel: UTF-8 with a mark, and no text that Excel would reckon."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerows([as_text(cell) for cell in row] for row in rows)
    return stream.getvalue().encode("utf-8-sig")


def as_text(cell: object) -> object:
    """A cell that Excel shows as it is: an apostrophe goes before a text that begins as a formula does."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
