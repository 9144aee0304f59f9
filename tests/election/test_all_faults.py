"""Every fault of every file of an election comes out in one run, and none that only follows from another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.election.load import load_election
from pipeline.errors import Refusal
from tests.election.conftest import Files


def test_a_whole_definition_loads(files: Files) -> None:
    election = files.load()
    assert [u.id for u in election.units] == ["ca-nuoc", "qh-tinh", "qh-1", "xa-1", "xa-2"]
    assert election.area("kv3").units == {"qh": "qh-1"}
    assert [c.full_name for c in election.candidates_of("qh-1")][2] == "Đỗ Đạt"


def test_faults_of_all_files_are_told_together(files: Files) -> None:
    files.head["day"] = "mai"
    files.put("units", 4, "seats", "hai")
    files.put("areas", 2, "place", "xa-khac")
    files.put("candidates", 3, "gender", "Cô")
    files.put("candidates", 9, "birth_date", "1977")
    problems = files.problems()
    assert [p.place for p in problems] == [
        "election.yaml, line 3, day",
        "units.csv, row 4, column seats",
        "candidates.csv, row 3, column gender",
        "candidates.csv, row 9, column birth_date",
        "areas.csv, row 2, column place",
    ]
    for problem, value in zip(problems, ("mai", "hai", "Cô", "1977", "xa-khac"), strict=True):
        assert f"'{value}'" in str(problem.text)


@pytest.mark.parametrize("lost", ["units", "areas", "candidates"])
def test_a_missing_file_hides_no_fault_of_the_others(files: Files, lost: str) -> None:
    files.put("units", 5, "seats", "một")
    files.put("areas", 3, "number", "")
    files.put("candidates", 4, "order", "ba")
    expected = {"units": "row 5, column seats", "areas": "row 3, column number", "candidates": "row 4, column order"}
    folder = files.write()
    (folder / f"{lost}.csv").unlink()
    with pytest.raises(Refusal) as refusal:
        load_election(folder)
    assert {(p.code, p.place) for p in refusal.value.problems} == {
        ("sheet-unreadable", str(folder / f"{lost}.csv")),
        *(("definition", f"{t}.csv, {where}") for t, where in expected.items() if t != lost),
    }


def test_all_three_sheets_missing_are_three_faults(files: Files) -> None:
    folder = files.write()
    for table in ("units", "areas", "candidates"):
        (folder / f"{table}.csv").unlink()
    with pytest.raises(Refusal) as refusal:
        load_election(folder)
    assert [p.code for p in refusal.value.problems] == ["sheet-unreadable"] * 3


def test_ids_of_a_sheet_with_headers_missing_are_not_called_unknown(files: Files) -> None:
    files.units[0][0] = "ma so"
    assert files.told() == [
        ("column-missing", "units.csv, row 1"),
        ("column-unknown", "units.csv, row 1"),
    ]


def test_a_contest_that_cannot_be_read_makes_no_column_unknown(files: Files) -> None:
    contests = files.head["contests"]
    assert isinstance(contests, list)
    del contests[1]["id"]
    assert files.told() == [("definition", "election.yaml, line 23, contests[2].id")]


def test_contests_left_out_are_one_fault(files: Files) -> None:
    del files.head["contests"]
    assert files.told() == [("definition", "election.yaml, line 1, contests")]


def test_places_left_out_are_one_fault(files: Files) -> None:
    del files.head["places"]
    assert files.told() == [("definition", "election.yaml, line 1, places")]


def test_a_cell_in_doubt_is_told_once(tmp_path: Path, files: Files) -> None:
    files.head["units"] = "units.xlsx"
    files.put("units", 4, "seats", "=1+1")
    files.put("units", 5, "id", "=A1")
    assert files.told() == [
        ("cell-formula", "units.xlsx, row 4, column seats"),
        ("cell-formula", "units.xlsx, row 5, column id"),
    ]


@pytest.mark.parametrize("table", ["units", "areas", "candidates"])
def test_any_one_cell_in_doubt_is_one_fault(table: str, tmp_path: Path) -> None:
    rows = getattr(Files(tmp_path), table)
    for row in range(2, len(rows) + 1):
        for column in rows[0]:
            files = Files(tmp_path)
            files.head[table] = f"{table}.xlsx"
            files.put(table, row, column, "=1")
            assert files.told() == [("cell-formula", f"{table}.xlsx, row {row}, column {column}")]


@pytest.mark.parametrize("name", ["places", "contests"])
def test_any_one_value_of_another_kind_is_one_fault(name: str, tmp_path: Path) -> None:
    entries: Any = Files(tmp_path).head[name]
    for number, entry in enumerate(entries):
        for key in entry:
            files = Files(tmp_path)
            changed: Any = files.head[name]
            changed[number][key] = ["x"]
            ((code, place),) = files.told()
            assert code == "definition"
            assert place.endswith(f", {name}[{number + 1}].{key}")


def test_a_short_row_is_told_once(files: Files) -> None:
    folder = files.write()
    text = (folder / "candidates.csv").read_text(encoding="utf-8-sig")
    (folder / "candidates.csv").write_text(text.replace("q2,qh-1,2,Ông,Nguyễn,Văn,Bình,03/04/1971,,", "q2,qh-1,2,Ông"))
    with pytest.raises(Refusal) as refusal:
        load_election(folder)
    assert [(p.code, p.place) for p in refusal.value.problems] == [
        ("row-short", "candidates.csv, row 3, column family")
    ]


def test_merged_cells_are_told_once(files: Files) -> None:
    from openpyxl import load_workbook  # noqa: PLC0415

    files.head["areas"] = "areas.xlsx"
    folder = files.write()
    book = load_workbook(folder / "areas.xlsx")
    book.active.merge_cells("C2:C4")
    book.save(folder / "areas.xlsx")
    with pytest.raises(Refusal) as refusal:
        load_election(folder)
    assert [(p.code, p.place) for p in refusal.value.problems] == [("cell-merged", "areas.xlsx, row 2, column place")]
