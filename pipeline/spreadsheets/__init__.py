"""Sheets of rows from .xlsx and .csv files, each cell with its place, and sheets back to files."""

from pipeline.spreadsheets.grid import MOST_BYTES, tidy
from pipeline.spreadsheets.sheet import Row, Sheet, check_sheet, read_sheet
from pipeline.spreadsheets.values import parse_date, parse_whole
from pipeline.spreadsheets.write import add_rows, as_text, csv_for_excel, write_sheet

__all__ = [
    "MOST_BYTES",
    "Row",
    "Sheet",
    "add_rows",
    "as_text",
    "check_sheet",
    "csv_for_excel",
    "parse_date",
    "parse_whole",
    "read_sheet",
    "tidy",
    "write_sheet",
]
