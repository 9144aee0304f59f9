"""Ids name files, columns and fields: they are safe in all three, and no two are one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.election.conftest import Files

BAD = [
    "..", ".", ".a", "a.", "a/b", "a\\b", "../a", "/a", "a b", "a:b", "a*", "-a", "_a", "xã", "a\u0301", "a\nb", "a,b",
    "a|b", "a" * 65, "CON", "con", "Nul", "aux", "PRN", "com1", "LPT9", "con.txt", "nul.a.b", "Ⅻ", "١",
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD)
def test_an_id_that_would_break_a_file_name_is_refused(bad: str, files: Files) -> None:
    files.put("units", 4, "id", bad)
    for row in range(2, 6):
        files.put("candidates", row, "unit", bad)
    for row in range(2, 5):
        files.put("areas", row, "qh", bad)
    if "\n" in bad:
        assert ("cell-lines", "units.csv, row 4, column id") in files.told()
    else:
        assert files.told() == [("definition", "units.csv, row 4, column id")]


@pytest.mark.parametrize("good", ["a", "7", "A-1", "a..b", "a_b-", "con1", "console", "com10", "a" * 64, "kv.01"])
def test_a_plain_id_is_taken(good: str, files: Files) -> None:
    files.put("areas", 2, "id", good)
    assert files.load().areas[0].id == good


@pytest.mark.parametrize(("table", "row"), [("areas", 3), ("candidates", 4)])
def test_bad_ids_are_refused_in_every_table(table: str, row: int, files: Files) -> None:
    files.put(table, row, "id", "..")
    assert files.told() == [("definition", f"{table}.csv, row {row}, column id")]


@pytest.mark.parametrize("name", ["places", "contests"])
def test_bad_ids_are_refused_in_the_yaml_file(name: str, files: Files) -> None:
    entries: Any = files.head[name]
    entries[0]["id"] = "a/b"
    assert ("definition", f"election.yaml, line {6 if name == 'places' else 18}, {name}[1].id") in files.told()


@pytest.mark.parametrize(("table", "row", "bad"), [("areas", 3, "KV1"), ("candidates", 4, "Q1"), ("units", 6, "XA-1")])
def test_ids_that_differ_by_case_alone_are_refused(table: str, row: int, bad: str, files: Files) -> None:
    files.put(table, row, "id", bad)
    codes = [p for p in files.problems() if p.place == f"{table}.csv, row {row}, column id"]
    assert any("differs from" in str(p.text) and f"'{bad}'" in str(p.text) for p in codes)


@pytest.mark.parametrize(("table", "row"), [("areas", 3), ("candidates", 4), ("units", 6)])
def test_an_id_that_stands_twice_is_refused_with_both_places(table: str, row: int, files: Files) -> None:
    files.put(table, row, "id", getattr(files, table)[row - 2][0])
    texts = [str(p.text) for p in files.problems() if p.place == f"{table}.csv, row {row}, column id"]
    assert any(f"already stands in {table}.csv, row {row - 1}, column id" in t for t in texts)


def test_an_empty_id_is_told_once(files: Files) -> None:
    files.put("units", 4, "id", "")
    assert files.told() == [("definition", "units.csv, row 4, column id")]


@pytest.mark.parametrize("taken", ["stamp", "stray", "Stamp"])
def test_candidates_do_not_take_the_names_of_other_fields_of_the_ballot(taken: str, files: Files) -> None:
    files.put("candidates", 2, "id", taken)
    assert files.told() == [("definition", "candidates.csv, row 2, column id")]


@pytest.mark.parametrize("taken", ["id", "name", "place", "number"])
def test_contests_do_not_take_the_names_of_columns(taken: str, files: Files) -> None:
    contests: Any = files.head["contests"]
    contests[1]["id"] = taken
    assert ("definition", "election.yaml, line 23, contests[2].id") in files.told()


def test_two_areas_do_not_share_the_name_of_a_file(files: Files) -> None:
    contests: Any = files.head["contests"]
    contests[1]["id"] = "1-qh"
    files.areas[0][5] = "1-qh"
    files.units[4][1] = files.units[5][1] = "1-qh"
    files.put("areas", 2, "id", "kv")
    files.put("areas", 3, "id", "kv-1")
    assert files.told() == [("file-twice", "areas.csv, row 3, column id")]
