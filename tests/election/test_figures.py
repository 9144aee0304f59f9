"""The figures sheet: read as it is written, every fault of every row in one run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from pipeline.election.figures import COLUMNS, load_figures, write_figures
from pipeline.errors import Refusal
from tests.election.conftest import Files

WriteSheet = Callable[[str, Sequence[Sequence[object]]], Path]
TEAM = "Lê An (Tổ trưởng); Vũ Bình (Thư ký); Đỗ Cúc"
PAIR = "Hà Dung, thôn Một; Ngô Em, thôn Hai"
ROW = [
    "kv1", "qh", "1.228", "1200", "1300", "1201", "99", "0", "15/03/2026 07:00", "15/03/2026 19h00",
    "2026-03-16 01:30:00", TEAM, PAIR, PAIR, "mất điện", "", "",
]  # fmt: skip


def changed(**cells: object) -> list[object]:
    row: list[object] = list(ROW)
    for column, value in cells.items():
        row[COLUMNS.index(column)] = value
    return row


def told(path: Path, files: Files) -> list[tuple[str, str]]:
    with pytest.raises(Refusal) as refusal:
        load_figures(path, files.load())
    return [(p.code, p.place) for p in refusal.value.problems]


@pytest.mark.parametrize("name", ["f.csv", "f.xlsx"])
def test_figures_come_back_equal(name: str, files: Files, sheet_file: WriteSheet, tmp_path: Path) -> None:
    path = sheet_file(name, [COLUMNS, changed(), changed(area="kv2", contest="xa")])
    first, second = load_figures(path, files.load())
    assert (first.voters, first.voted, first.left_over) == (1228, 1200, 99)
    assert (first.closed.hour, first.finished.isoformat()) == (19, "2026-03-16T01:30:00")
    assert [(m.name, m.role) for m in first.members][2] == ("Đỗ Cúc", "Ủy viên")
    assert first.closing_witnesses[1].address == "thôn Hai"
    assert (second.area, second.contest, second.incidents) == ("kv2", "xa", "mất điện")
    write_figures(tmp_path / f"again-{name}", (first, second))
    assert load_figures(tmp_path / f"again-{name}", files.load()) == (first, second)


def test_absences_of_a_congress_come_back_and_may_be_left_out(
    files: Files, sheet_file: WriteSheet, tmp_path: Path
) -> None:
    without = sheet_file("f.csv", [COLUMNS[:-1], ROW[:-1]])
    assert [f.excused for f in load_figures(without, files.load())] == [0]
    given = load_figures(sheet_file("g.csv", [COLUMNS, changed(excused="4")]), files.load())
    write_figures(tmp_path / "again.csv", given)
    assert [f.excused for f in load_figures(tmp_path / "again.csv", files.load())] == [4]


@pytest.mark.parametrize("name", ["f.csv", "f.xlsx"])
def test_a_sheet_without_rows_is_refused(name: str, files: Files, sheet_file: WriteSheet) -> None:
    assert [code for code, _ in told(sheet_file(name, [COLUMNS]), files)] == ["figures-empty"]


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n , \n"])
def test_an_empty_file_is_refused(content: bytes, files: Files, tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_bytes(content)
    assert [code for code, _ in told(tmp_path / "f.csv", files)] == ["sheet-empty"]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("area", "kv9"), ("area", ""), ("contest", "tinh"), ("voters", "1,228"), ("voters", "12a"), ("voters", ""),
        ("voted", "-3"), ("issued", "3.5"), ("opened", "7:00"), ("opened", "15/03/2026"),
        ("closed", "31/02/2026 19:00"),
        ("members", "Lê An (Tổ trưởng)"), ("members", "Lê An (Tổ trưởng); (Thư ký)"),
        ("opening_witnesses", "Hà Dung, thôn Một"), ("closing_witnesses", "Hà Dung; Ngô Em, thôn Hai"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_told_with_its_place(column: str, value: str, files: Files, sheet_file: WriteSheet) -> None:
    path = sheet_file("f.csv", [COLUMNS, changed(**{column: value})])
    assert told(path, files) == [("figures", f"f.csv, row 2, column {column}")]


def test_all_rows_are_told_together_with_the_faults_of_the_sheet(files: Files, sheet_file: WriteSheet) -> None:
    rows = [COLUMNS, changed(voters="=SUM(A1)"), changed(area="kv2", voted="x"), changed(area="kv2", opened="?")]
    assert told(sheet_file("f.xlsx", rows), files) == [
        ("cell-formula", "f.xlsx, row 2, column voters"),
        ("figures", "f.xlsx, row 3, column voted"),
        ("figures", "f.xlsx, row 4, column opened"),
        ("figures", "f.xlsx, row 4, column area"),
    ]


def test_a_contest_that_is_not_held_in_the_area_is_refused(files: Files, sheet_file: WriteSheet) -> None:
    path = sheet_file("f.csv", [COLUMNS, changed(area="kv3", contest="xa")])
    assert told(path, files) == [("figures", "f.csv, row 2, column contest")]


def test_incidents_may_go_over_several_lines_and_people_may_not(files: Files, sheet_file: WriteSheet) -> None:
    path = sheet_file("f.csv", [COLUMNS, changed(incidents="mất điện\ntừ 20h")])
    assert load_figures(path, files.load())[0].incidents == "mất điện từ 20h"
    path = sheet_file("f.csv", [COLUMNS, changed(members=TEAM.replace("; ", ";\n"))])
    assert told(path, files) == [("cell-lines", "f.csv, row 2, column members")]


def test_vietnamese_headers_are_understood(files: Files, sheet_file: WriteSheet) -> None:
    header = [
        "Khu vực", "Cuộc bầu", "Cử tri", "Đã bỏ phiếu", "Nhận về", "Phát ra", "Còn lại", "Gạch hỏng", "Mở", "Đóng",
        "Xong", "Tổ viên", "Chứng kiến mở", "Chứng kiến kiểm", "Sự việc", "Kiến nghị",
    ]  # fmt: skip
    path = sheet_file("f.csv", [header, changed()])
    assert load_figures(path, files.load())[0].spoiled == 0
    assert told(sheet_file("f.csv", [header, changed(spoiled="?")]), files) == [
        ("figures", "f.csv, row 2, column Gạch hỏng")
    ]


def test_of_an_empty_cell_it_is_told_that_it_is_empty(files: Files, sheet_file: WriteSheet) -> None:
    with pytest.raises(Refusal) as refusal:
        load_figures(sheet_file("f.csv", [COLUMNS, changed(left_over="")]), files.load())
    assert [(p.place, str(p.text)) for p in refusal.value.problems] == [
        ("f.csv, row 2, column left_over", "the cell is empty; fill it in")
    ]
