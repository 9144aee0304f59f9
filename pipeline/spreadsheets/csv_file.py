"""Rows of a CSV file: UTF-8, parted by comma, semicolon or tab."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.errors import refuse
from pipeline.messages import message
from pipeline.spreadsheets.grid import Doubt, Grid, content_of, doubts_of_text, of_formula, tidy

_SEPARATOR = re.compile("sep=([,;\t])\r?\n", re.IGNORECASE)
"""A line that tells Excel the separator; Excel does not count it among the rows."""


def csv_grid(path: Path) -> Grid:
    content = content_of(path)
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
    doubts: list[Doubt] = []
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
    return Grid(rows, doubts)


def _doubts_of_line(number: int, cells: Sequence[str], columns: int) -> Iterator[Doubt]:
    """Two quotation marks that are not closed swallow the lines between them: a cell of several lines."""
    for i, cell in enumerate(cells):
        yield from doubts_of_text(number, i, cell)
        if cell.lstrip().startswith("="):
            yield Doubt(number, i, "cell-formula", of_formula(cell.strip()))
        if "\n" in cell.strip() or "\r" in cell.strip():
            yield Doubt(
                number,
                i,
                "cell-lines",
                message(
                    "the cell goes over several lines: '{value}'; close the quotation mark or write it on one line",
                    value=tidy(cell),
                ),
            )
    if len(cells) < columns and any(map(tidy, cells)):
        yield Doubt(
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
