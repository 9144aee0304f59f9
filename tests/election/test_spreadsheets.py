"""Sheets are read as people see them; whatever could be read otherwise is told with its cell."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from pipeline.errors import Refusal
from pipeline.spreadsheets import (
    MOST_BYTES,
    Sheet,
    check_sheet,
    csv_for_excel,
    parse_date,
    parse_whole,
    read_sheet,
    write_sheet,
)

ROWS: list[list[Any]] = [["id", "name", "seats"], ["a", "Xã A", 3], ["b", "Xã B", 4]]
HEADER = ("id", "name", "seats")


def book_file(folder: Path, change: Callable[[Any], object], rows: Sequence[Sequence[Any]] = ROWS) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    change(book)
    book.save(folder / "s.xlsx")
    return folder / "s.xlsx"


def unchanged(book: Any) -> None:
    pass


def csv_file(folder: Path, text: str | bytes) -> Path:
    path = folder / "s.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def told(path: Path) -> list[tuple[str, str]]:
    return [(p.code, p.place.replace(str(path), path.name)) for p in check_sheet(path, HEADER)[1]]


def texts(sheet: Sheet) -> list[list[str]]:
    return [[row.text(c) for c in HEADER] for row in sheet.rows]


@pytest.mark.parametrize("name", ["s.csv", "s.xlsx"])
def test_a_sheet_written_is_read_back(name: str, tmp_path: Path) -> None:
    write_sheet(tmp_path / name, HEADER, ROWS[1:])
    sheet = read_sheet(tmp_path / name, HEADER)
    assert texts(sheet) == [["a", "Xã A", "3"], ["b", "Xã B", "4"]]
    assert [row.place("seats") for row in sheet.rows] == [
        f"{name}, row 2, column seats",
        f"{name}, row 3, column seats",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12, "12"), (12.0, "12"), ("012", "012"), (True, "True"), (None, ""), ("  Xã \u00a0 A\u200b ", "Xã A"),
        ("Xa\u0303", "Xã"), (date(1975, 9, 30), "1975-09-30"), (datetime(2026, 3, 15, 7, 5), "2026-03-15 07:05"),
        ("two\nlines", "two lines"),
    ],
)  # fmt: skip
def test_a_cell_is_read_as_people_see_it(value: object, text: str, tmp_path: Path) -> None:
    path = book_file(tmp_path, unchanged, [HEADER, ["a", value, 1]])
    assert check_sheet(path, HEADER)[0].rows[0].text("name") == text


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        ("C2", "=1+2", "cell-formula"),
        ("C2", "=SUM(C3:C3)", "cell-formula"),
        ("C2", "#REF!", "cell-error"),
        ("C2", 2.5, "cell-fraction"),
        ("B2", "X\ufffd A", "cell-damaged"),
    ],
)
def test_a_doubtful_cell_is_told(cell: str, value: object, code: str, tmp_path: Path) -> None:
    path = book_file(tmp_path, lambda book: book.active.__setitem__(cell, value))
    column = {"B": "name", "C": "seats"}[cell[0]]
    assert told(path) == [(code, f"s.xlsx, row 2, column {column}")]
    sheet, _ = check_sheet(path, HEADER)
    assert sheet.rows[0].doubted == {column}
    assert sheet.rows[1].doubted == frozenset()


@pytest.mark.parametrize(
    ("value", "number_format", "doubted"),
    [
        (7, "000", True), (700, "000", False), (3, "0%", True), (3.0, "0.00E+00", True), (1228, "#,##0", False),
        (3, "General", False), (3, "0.00", False), (7, "@", False),
    ],
)  # fmt: skip
def test_a_number_that_is_shown_otherwise_is_told(
    value: float, number_format: str, doubted: bool, tmp_path: Path
) -> None:
    def change(book: Any) -> None:
        book.active["C2"] = value
        book.active["C2"].number_format = number_format

    path = book_file(tmp_path, change)
    assert told(path) == ([("cell-format", "s.xlsx, row 2, column seats")] if doubted else [])


def test_text_that_is_struck_through_is_told(tmp_path: Path) -> None:
    path = book_file(tmp_path, lambda book: setattr(book.active["B2"], "font", Font(strike=True)))
    assert told(path) == [("cell-struck", "s.xlsx, row 2, column name")]
    path = book_file(tmp_path, lambda book: setattr(book.active["B2"], "font", Font(bold=True)))
    assert told(path) == []


def test_merged_cells_are_told_once_and_doubt_all_they_cover(tmp_path: Path) -> None:
    path = book_file(tmp_path, lambda book: book.active.merge_cells("B2:C3"))
    assert told(path) == [("cell-merged", "s.xlsx, row 2, column name")]
    assert [row.doubted for row in check_sheet(path, HEADER)[0].rows] == [{"name", "seats"}] * 2


def test_a_hidden_row_is_told(tmp_path: Path) -> None:
    path = book_file(tmp_path, lambda book: setattr(book.active.row_dimensions[3], "hidden", True))
    assert told(path) == [("row-hidden", "s.xlsx, row 3, column id")]
    assert check_sheet(path, HEADER)[0].rows[1].doubted == frozenset()


@pytest.mark.parametrize("hidden", ["B", "C"])
def test_a_hidden_column_is_told(hidden: str, tmp_path: Path) -> None:
    path = book_file(tmp_path, lambda book: setattr(book.active.column_dimensions[hidden], "hidden", True))
    assert told(path) == [("column-hidden", f"s.xlsx, row 1, column {HEADER[ord(hidden) - ord('A')]}")]


def test_a_hidden_column_without_text_is_nothing(tmp_path: Path) -> None:
    path = book_file(tmp_path, lambda book: setattr(book.active.column_dimensions["F"], "hidden", True))
    assert told(path) == []


def test_a_second_filled_sheet_is_refused_and_an_empty_one_is_not(tmp_path: Path) -> None:
    assert told(book_file(tmp_path, lambda book: book.create_sheet("Sheet2"))) == []
    path = book_file(tmp_path, lambda book: book.create_sheet("Cũ").append(["x"]))
    assert told(path) == [("sheet-several", "s.xlsx")]
    assert "Cũ" in str(check_sheet(path, HEADER)[1][0])
    path = book_file(tmp_path, lambda book: setattr(book.create_sheet("Ẩn", 0), "sheet_state", "hidden"))
    assert told(path) == []


def test_a_cell_beside_the_columns_is_told(tmp_path: Path) -> None:
    path = book_file(tmp_path, lambda book: book.active.__setitem__("E3", "ghi chú"))
    assert told(path) == [("cell-without-header", "s.xlsx, row 3, column E")]


def _without(part: str) -> bytes:
    stream, out = io.BytesIO(), io.BytesIO()
    book = Workbook()
    book.active.append(list(HEADER))
    book.save(stream)
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
    return out.getvalue()


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/big.xml", "w") as big:
        for _ in range(MOST_BYTES // 2**20 + 1):
            big.write(bytes(2**20))
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"", b"id,name,seats\n", b"PK\x03\x04", _without("")[:900], _without("xl/workbook.xml"),
        _without("[Content_Types].xml"), _without("xl/worksheets/sheet1.xml"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 99,
    ],
    ids=["empty", "csv", "zip-head", "cut", "no-workbook", "no-types", "no-sheet", "old-xls-or-password"],
)  # fmt: skip
def test_a_damaged_workbook_is_refused_with_a_remedy(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "s.xlsx").write_bytes(content)
    assert told(tmp_path / "s.xlsx") == [("sheet-xlsx", "s.xlsx")]
    assert "save it anew" in str(check_sheet(tmp_path / "s.xlsx", HEADER)[1][0])


def test_a_bit_that_turned_in_a_workbook_is_refused_or_told(tmp_path: Path) -> None:
    whole = bytearray(book_file(tmp_path, unchanged).read_bytes())
    with zipfile.ZipFile(tmp_path / "s.xlsx") as archive:
        at = archive.getinfo("xl/worksheets/sheet1.xml").header_offset
    whole[at + 90] ^= 0xFF
    (tmp_path / "s.xlsx").write_bytes(whole)
    assert told(tmp_path / "s.xlsx") == [("sheet-xlsx", "s.xlsx")]


@pytest.mark.parametrize("cell", ["C1048576", "XFD1048576"])
def test_a_stray_cell_far_below_the_list_is_told_and_not_walked_to(cell: str, tmp_path: Path) -> None:
    """A file of five kilobytes; walking there takes a quarter of a minute, or for ever."""
    path = book_file(tmp_path, lambda book: book.active.__setitem__(cell, " x"))
    (problem,) = check_sheet(path, HEADER)[1]
    assert problem.code == "sheet-far"
    assert ("row 1048576" in str(problem), cell.rstrip("0123456789") in str(problem)) == (True, True)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_text_that_looks_like_a_formula_is_never_reckoned(ending: str, tmp_path: Path) -> None:
    """In CSV the next program would reckon it, so it is told; in .xlsx it is written and read as the text it is."""
    path = tmp_path / f"s.{ending}"
    write_sheet(path, HEADER, [("kv1", "=HYPERLINK(1)", 3)])
    expected = [("cell-formula", "s.csv, row 2, column name")] if ending == "csv" else []
    assert told(path) == expected
    assert check_sheet(path, HEADER)[0].rows[0].text("name") == "=HYPERLINK(1)"


def test_files_for_excel_hold_nothing_that_excel_would_reckon() -> None:
    rows = [("name", "value"), ("=1+1", -5), ("@SUM(A1)", 0.5), ("+84", 3), ("- Không có", 1), ("Lê An", 2)]
    lines = csv_for_excel(rows).decode("utf-8-sig").split("\r\n")
    assert lines[:6] == ["name,value", "'=1+1,-5", "'@SUM(A1),0.5", "'+84,3", "'- Không có,1", "Lê An,2"]


def test_a_workbook_made_to_fill_the_memory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s.xlsx").write_bytes(_bomb())
    assert told(tmp_path / "s.xlsx") == [("sheet-too-large", "s.xlsx")]


def test_rows_that_the_file_says_it_lacks_are_read(tmp_path: Path) -> None:
    path = book_file(tmp_path, unchanged)
    stream = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'<dimension ref="A1:C3"', b'<dimension ref="A1:C2"'))
    path.write_bytes(stream.getvalue())
    assert load_workbook(path)  # a valid workbook
    assert len(read_sheet(path, HEADER).rows) == 2


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("start", ["", "\ufeff", "sep"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_is_read_with_any_usual_separator(separator: str, start: str, end: str, tmp_path: Path) -> None:
    lines = [separator.join(map(str, row)) for row in ROWS]
    first = f"sep={separator}{end}" if start == "sep" else start
    sheet = read_sheet(csv_file(tmp_path, first + end.join(lines)), HEADER)
    assert texts(sheet) == [["a", "Xã A", "3"], ["b", "Xã B", "4"]]
    assert sheet.rows[0].number == 2


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ('id,name,seats\na,"Xã A,3\nb,Xã B,4\n', "sheet-csv", "s.csv, line 3"),
        ('id,name,seats\na,"Xã" A,3\n', "sheet-csv", "s.csv, line 2"),
        ('id,name,seats\na,"Xã A\nb",4\n', "cell-lines", "s.csv, row 2, column name"),
        ("id,name,seats\na,Xã A\n", "row-short", "s.csv, row 2, column seats"),
        ("id,name,seats\na,Xã A,3,thừa\n", "cell-without-header", "s.csv, row 2, column D"),
        ("id,name,seats\na,X\ufffd A,3\n", "cell-damaged", "s.csv, row 2, column name"),
        ("id,name,seats\na,X\x07 A,3\n", "cell-damaged", "s.csv, row 2, column name"),
        ("id,name,seats\na,Xã\0 A,3\n", "sheet-encoding", "s.csv, line 2"),
        ("id,name,seats\na,Xã A,3\n".encode("utf-16"), "sheet-encoding", "s.csv, line 1"),
        ("id,name,seats\na,\u00c3,3\n".encode("latin-1"), "sheet-encoding", "s.csv, line 2"),
        ("id,name,id,seats\na,Xã A,b,3\n", "column-twice", "s.csv, row 1"),
        ("id,name\na,Xã A\n", "column-missing", "s.csv, row 1"),
        ("id,name,seats,màu\na,Xã A,3,đỏ\n", "column-unknown", "s.csv, row 1"),
        ("a,Xã A,3\n", "sheet-header", "s.csv, row 1"),
        ("\nid,name,seats\na,Xã A,3\n", "sheet-header", "s.csv, row 1"),
        ("", "sheet-empty", "s.csv"),
    ],
)
def test_csv_is_strict(text: str | bytes, code: str, place: str, tmp_path: Path) -> None:
    assert told(csv_file(tmp_path, text)) == [(code, place)]


def test_row_numbers_count_empty_rows(tmp_path: Path) -> None:
    sheet = read_sheet(csv_file(tmp_path, "id,name,seats\n\n,,\na,Xã A,3\n"), HEADER)
    assert [row.number for row in sheet.rows] == [4]


def test_a_sheet_whose_columns_cannot_be_told_is_not_whole(tmp_path: Path) -> None:
    sheet, problems = check_sheet(csv_file(tmp_path, "id,name\na,Xã A\n"), HEADER)
    assert (sheet.whole, sheet.rows, len(problems)) == (False, (), 1)
    with pytest.raises(Refusal) as refusal:
        read_sheet(tmp_path / "s.csv", HEADER)
    assert refusal.value.problems == problems


def test_other_kinds_of_files_and_absent_ones_are_refused(tmp_path: Path) -> None:
    (tmp_path / "s.ods").write_bytes(b"x")
    assert [p.code for p in check_sheet(tmp_path / "s.ods", HEADER)[1]] == ["sheet-kind"]
    assert [p.code for p in check_sheet(tmp_path / "none.csv", HEADER)[1]] == ["sheet-unreadable"]
    assert [p.code for p in check_sheet(tmp_path, HEADER)[1]] == ["sheet-kind"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0), ("007", 7), ("1.228", 1228), ("1 228", 1228), ("12.345.678", 12345678), ("1,228", None),
        ("3.0", None),
        ("1.22", None), ("1.2345", None), ("-1", None), ("+1", None), ("", None), ("٣", None), ("1e3", None),
    ],
)  # fmt: skip
def test_whole_numbers_are_written_as_in_vietnam(text: str, number: int | None) -> None:
    assert parse_whole(text) == number


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("30/09/1975", date(1975, 9, 30)), ("30/9/1975", date(1975, 9, 30)), ("1975-09-30", date(1975, 9, 30)),
        ("30-09-1975", date(1975, 9, 30)), ("30.09.1975", date(1975, 9, 30)), ("09/30/1975", None), ("30/09/75", None),
        ("1975", None), ("29/02/2023", None), ("", None),
    ],
)  # fmt: skip
def test_dates_are_written_day_first(text: str, day: date | None) -> None:
    assert parse_date(text) == day
