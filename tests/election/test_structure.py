"""A definition holds together: trees, seats, areas and the units of each contest."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.election.load import load_election
from pipeline.election.unusual import warnings_of
from pipeline.errors import Refusal
from tests.election.conftest import Files


def test_trees_of_depth_three_are_read(files: Files) -> None:
    election = files.load()
    above = {u.id: u.parent for u in election.units}
    assert (above["qh-1"], above["qh-tinh"], above["ca-nuoc"]) == ("qh-tinh", "ca-nuoc", None)
    places = {p.id: p.parent for p in election.places}
    assert (places["xa-b"], places["tinh-a"], places["nuoc"]) == ("tinh-a", "nuoc", None)
    assert [u.id for u in election.units if u.seats] == ["qh-1", "xa-1", "xa-2"]


@pytest.mark.parametrize("row", [2, 3])
def test_a_unit_that_only_adds_up_has_no_seats(row: int, files: Files) -> None:
    files.put("units", row, "seats", 3)
    assert files.told() == [("unit-with-seats", f"units.csv, row {row}, column seats")]


def test_a_unit_at_the_end_of_its_tree_has_seats(files: Files) -> None:
    files.put("units", 5, "seats", "")
    assert files.told() == [
        ("unit-without-seats", "areas.csv, row 2, column xa"),
        ("unit-without-seats", "candidates.csv, row 6, column unit"),
        ("unit-without-seats", "candidates.csv, row 7, column unit"),
        ("unit-without-seats", "units.csv, row 5, column seats"),
    ]


def test_candidates_and_areas_do_not_belong_to_a_unit_that_only_adds_up(files: Files) -> None:
    files.put("candidates", 2, "unit", "qh-tinh")
    files.put("areas", 2, "qh", "ca-nuoc")
    told = files.told()
    assert ("unit-without-seats", "candidates.csv, row 2, column unit") in told
    assert ("unit-without-seats", "areas.csv, row 2, column qh") in told


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "code"),
    [
        ("units", 4, "contest", "tinh", "contest-unknown"),
        ("units", 4, "parent", "qh-9", "parent-unknown"),
        ("units", 5, "parent", "qh-tinh", "parent-other-contest"),
        ("areas", 2, "place", "tinh-a", "place-unknown"),
        ("areas", 2, "xa", "xa-9", "unit-unknown"),
        ("areas", 2, "qh", "xa-1", "unit-unknown"),
        ("areas", 2, "qh", "qh-1; qh-2", "unit-unknown"),
        ("candidates", 2, "unit", "qh-9", "unit-unknown"),
    ],
)
def test_an_id_of_something_else_is_told_at_its_cell(
    table: str, row: int, column: str, value: str, code: str, files: Files
) -> None:
    files.put(table, row, column, value)
    assert (code, f"{table}.csv, row {row}, column {column}") in files.told()


def test_units_that_stand_above_each_other_are_refused(files: Files) -> None:
    files.put("units", 2, "parent", "qh-1")
    assert files.told() == [("tree-cycle", f"units.csv, row {row}, column parent") for row in (2, 3, 4)]


def test_a_unit_above_itself_is_refused(files: Files) -> None:
    files.put("units", 6, "parent", "xa-2")
    assert ("tree-cycle", "units.csv, row 6, column parent") in files.told()


@pytest.mark.parametrize(("child", "parent"), [(1, "xa-b"), (2, "nuoc"), (0, "tinh-a"), (1, "tinh-a")])
def test_a_place_stands_below_the_kind_above_it(child: int, parent: str, files: Files) -> None:
    places: Any = files.head["places"]
    places[child]["parent"] = parent
    codes = {p.code for p in files.problems()}
    assert codes & {"parent-kind", "tree-cycle"}


def test_an_area_belongs_to_one_unit_of_a_contest(files: Files) -> None:
    for row, unit in zip(files.areas, ("xa", "xa-2", "xa-1", ""), strict=True):
        row.append(unit)
    assert files.told() == [("column-twice", "areas.csv, row 1")]


def test_every_contest_has_a_column_in_the_areas(files: Files) -> None:
    for row in files.areas:
        row.pop()
    assert files.told() == [("column-missing", "areas.csv, row 1")]


def test_a_column_of_no_contest_is_told(files: Files) -> None:
    for row in files.areas:
        row.append("tinh" if row[0] == "id" else "")
    assert files.told() == [("column-unknown", "areas.csv, row 1")]


def test_an_area_of_no_unit_and_a_unit_of_no_area_are_told(files: Files) -> None:
    files.put("areas", 4, "qh", "")
    files.put("areas", 3, "xa", "xa-1")
    assert files.told() == [
        ("area-without-unit", "areas.csv, row 4"),
        ("unit-without-area", "units.csv, row 6, column id"),
    ]


def test_a_contest_without_units_is_told(files: Files) -> None:
    contests: Any = files.head["contests"]
    contests.append({"id": "tinh", "level": "province", "ballot_form": "mau-14", "body": "tỉnh A", "term": "XIX"})
    contests[2]["years"] = "2026-2031"
    for row in files.areas:
        row.append("tinh" if row[0] == "id" else "")
    assert files.told() == [("contest-without-unit", "election.yaml, line 30, contests[3].id")]


@pytest.mark.parametrize("table", ["units", "areas", "candidates"])
def test_a_sheet_of_headers_alone_is_one_fault(table: str, files: Files) -> None:
    setattr(files, table, getattr(files, table)[:1])
    assert files.told() == [("definition", f"{table}.csv")]


def test_the_form_is_the_one_prescribed_for_the_level(files: Files) -> None:
    contests: Any = files.head["contests"]
    contests[0] |= {"ballot_form": "mau-15", "years": "2026-2031"}
    assert [p.code for p in files.problems()] == ["ballot-form"]
    files.head["rule_set"] = "n-of-m"
    assert files.load().contest("qh").ballot_form == "mau-15"


def test_councils_have_years_and_the_assembly_need_not(files: Files) -> None:
    contests: Any = files.head["contests"]
    del contests[1]["years"]
    assert files.told() == [("definition", "election.yaml, line 23, contests[2].years")]


def test_a_commune_without_province_is_told_once_where_ballots_name_it(files: Files) -> None:
    places: Any = files.head["places"]
    del places[2]["parent"]
    assert files.told() == [("place-without-province", "election.yaml, line 13, places[3].parent")]


def test_a_unit_whose_areas_lie_in_two_communes_is_refused_where_ballots_name_one(files: Files) -> None:
    places: Any = files.head["places"]
    places.append({"id": "xa-c", "kind": "commune", "name": "Xã C", "parent": "tinh-a"})
    files.put("areas", 3, "place", "xa-c")
    assert len(files.load().places) == 4
    files.put("areas", 3, "xa", "xa-1")
    files.put("areas", 4, "xa", "xa-2")
    assert files.told() == [("unit-in-several-places", "units.csv, row 5, column id")]


def test_a_unit_whose_areas_lie_in_two_provinces_is_refused(files: Files) -> None:
    places: Any = files.head["places"]
    places.append({"id": "tinh-d", "kind": "province", "name": "Tỉnh D", "parent": "nuoc"})
    places.append({"id": "xa-c", "kind": "commune", "name": "Xã C", "parent": "tinh-d"})
    files.put("areas", 3, "place", "xa-c")
    assert files.told() == [("unit-in-several-places", "units.csv, row 4, column id")]


def test_numbers_of_areas_that_are_alike_are_warned_of(files: Files) -> None:
    assert warnings_of(files.load()) == []
    files.put("areas", 3, "number", 1)
    assert [(p.code, p.place) for p in warnings_of(files.load())] == [("number-twice", "kv2")]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_formula_in_a_list_is_refused(kind: str, files: Files) -> None:
    files.head["candidates"] = f"candidates.{kind}"
    files.put("candidates", 2, "order", "=1")
    assert files.told() == [("cell-formula", f"candidates.{kind}, row 2, column order")]


def test_csv_and_xlsx_make_the_same_election(files: Files) -> None:
    from datetime import date  # noqa: PLC0415

    plain = files.load()
    for table in ("units", "areas", "candidates"):
        files.head[table] = f"{table}.xlsx"
    assert files.load() == plain
    files.put("candidates", 2, "birth_date", date(1970, 2, 1))
    files.put("candidates", 3, "order", 2.0)
    files.put("candidates", 4, "two_lines", True)
    files.put("candidates", 5, "other_name", None)
    files.put("areas", 2, "number", 1.0)
    assert files.load() == plain


def test_vietnamese_headers_make_the_same_election(files: Files) -> None:
    plain = files.load()
    files.units[0] = ["Mã", "Cuộc bầu", "Số", "Tên", "Cấp trên", "Số đại biểu", "Phạm vi"]
    files.areas[0] = ["MÃ", "số", "xã", "tên", "QH", "Xa"]
    files.candidates[0] = [
        "mã", "đơn vị", "thứ tự", "giới tính", "họ", "tên đệm", "tên gọi", "nga\u0300y sinh", "tên khác", "hai_dòng",
    ]  # fmt: skip
    assert files.load() == plain


def test_the_example_is_whole() -> None:
    from importlib.resources import files as inside  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415

    election = load_election(Path(str(inside("kiemphieu.example"))))
    assert len(election.candidates) == 25
    assert warnings_of(election) == []


def test_a_refusal_names_value_and_remedy(files: Files) -> None:
    files.put("areas", 2, "place", "xa-c")
    with pytest.raises(Refusal, match="'xa-c' is not among the places; correct it or add it"):
        files.load()
