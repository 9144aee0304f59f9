"""R15 and what else the law says of lists of candidates; their order by the Vietnamese alphabet."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from pipeline.election.collation import name_key, sort_key
from pipeline.election.unusual import in_order, warnings_of
from tests.election.conftest import Files

SURPLUS = [
    ("assembly", 1, 3), ("assembly", 2, 4), ("assembly", 3, 5), ("assembly", 5, 7),
    ("province", 1, 2), ("province", 2, 3), ("province", 3, 5), ("province", 4, 7), ("province", 5, 8),
    ("commune", 1, 2), ("commune", 2, 3), ("commune", 3, 5), ("commune", 4, 7), ("commune", 5, 8),
    ("other", 2, 2), ("other", 3, 3),
]  # fmt: skip
FORMS = {"assembly": "mau-13", "province": "mau-14", "commune": "mau-15", "other": "mau-15"}


def one_unit(files: Files, level: str, seats: int, count: int) -> None:
    """An election of a single unit with so many candidates."""
    contests: Any = files.head["contests"]
    files.head["contests"] = [{**contests[0], "id": "c", "level": level, "ballot_form": FORMS[level], "years": "1"}]
    files.units[1:] = [["u", "c", 1, "", "", seats, ""]]
    files.areas[:] = [["id", "number", "place", "name", "c"], ["kv1", 1, "xa-b", "", "u"]]
    files.candidates[1:] = [
        [f"x{n}", "u", n, "Ông", "Lê", "Văn", chr(ord("A") + n), f"0{n}/01/1970", "", ""] for n in range(1, count + 1)
    ]


@pytest.mark.parametrize(("level", "seats", "needed"), SURPLUS)
def test_r15_demands_the_surplus_of_the_law(level: str, seats: int, needed: int, files: Files) -> None:
    """Law 85/2015/QH13, Art. 57.6: two more; Art. 58.3: one, two with three seats, three from four seats up."""
    one_unit(files, level, seats, needed)
    assert len(files.load().candidates) == needed
    one_unit(files, level, seats, needed - 1)
    assert files.told() == [("R15", "units.csv, row 2, column " + ("seats" if needed > 1 else "id"))]


def test_r15_is_not_demanded_of_a_unit_that_the_council_excused(files: Files) -> None:
    one_unit(files, "assembly", 3, 4)
    files.head["surplus_excused"] = ["u"]
    assert len(files.load().candidates) == 4


def test_r15_excuses_no_unit_without_any_candidate(files: Files) -> None:
    del files.candidates[8], files.candidates[7]
    files.head["surplus_excused"] = ["xa-2"]
    assert files.told() == [("R15", "units.csv, row 6, column id")]


def test_r15_is_not_demanded_where_the_rules_know_no_surplus(files: Files) -> None:
    one_unit(files, "assembly", 3, 3)
    files.head["rule_set"] = "n-of-m"
    assert len(files.load().candidates) == 3
    one_unit(files, "assembly", 3, 2)
    assert files.told() == [("R15", "units.csv, row 2, column seats")]


def test_r15_says_how_many_there_are_and_how_many_the_law_demands(files: Files) -> None:
    one_unit(files, "province", 4, 6)
    (problem,) = files.problems()
    assert str(problem.text).startswith("R15: 6 candidates for 4 seats, the law demands 7")


@pytest.mark.parametrize("orders", [(1, 1), (2, 3), (1, 3)])
def test_candidates_are_numbered_without_gaps(orders: tuple[int, int], files: Files) -> None:
    for row, order in zip((8, 9), orders, strict=True):
        files.put("candidates", row, "order", order)
    assert files.told() == [("order-gap", "candidates.csv, row 8, column order")]


def test_a_candidate_is_of_age_on_the_election_day(files: Files) -> None:
    files.put("candidates", 2, "birth_date", "15/03/2005")
    assert files.load().candidates[0].birth_date == date(2005, 3, 15)
    files.put("candidates", 2, "birth_date", "16/03/2005")
    assert files.told() == [("candidate-age", "candidates.csv, row 2, column birth_date")]
    files.head["rule_set"] = "n-of-m"
    assert files.load().candidates[0].birth_date == date(2005, 3, 16)


def test_nobody_stands_twice_in_a_unit(files: Files) -> None:
    files.candidates[2][3:8] = ["Bà", "LÊ", "Thị", "An", "1970-02-01"]
    assert files.told() == [("candidate-twice", "candidates.csv, row 3, column birth_date")]


def test_who_seems_to_stand_in_two_units_of_a_contest_is_warned_of(files: Files) -> None:
    files.candidates[8][4:8] = files.candidates[6][4:8]
    warnings = [(p.code, p.place) for p in warnings_of(files.load())]
    assert ("candidate-in-two-units", "x4") in warnings


@pytest.mark.parametrize("letter", ["Ð", "ð", "Ɖ"])
def test_a_letter_that_only_looks_like_d_is_refused(letter: str, files: Files) -> None:
    files.put("candidates", 4, "given", f"{letter}ạt")
    assert files.told() == [("definition", "candidates.csv, row 4, column given")]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("gender", "Cô"), ("gender", ""), ("order", "0"), ("order", "một"), ("birth_date", "1970"), ("birth_date", ""),
        ("family", ""), ("given", ""), ("two_lines", "2"), ("two_lines", "x"), ("unit", ""),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_told_once(column: str, value: str, files: Files) -> None:
    files.put("candidates", 2, column, value)
    assert files.told() == [("definition", f"candidates.csv, row 2, column {column}")]


# The order of the Vietnamese locale of the Unicode CLDR: letters first, then the tones in the order below.
ORDERED = [
    "A", "À", "Ả", "Ã", "Á", "Ạ", "An", "Án", "Anh", "Ánh", "Ăn", "Ân", "Ấn", "Bảo", "Cường", "Dung", "Dũng", "Duy",
    "Đài", "Đạt", "Đức", "Em", "Ế", "Giang", "Hoa", "Hòa", "Hoan", "Hoàn", "Hô", "Hồ", "Hổ", "Hỗ", "Hố", "Hộ", "Hơ",
    "Hùng", "Lan", "Liên", "Long", "Mai", "Nam", "Nga", "Oanh", "Ô", "Ơn", "Phú", "Quý", "Sơn", "Tâm", "Thu", "Thủ",
    "Thụ", "Thư", "Út", "Uyên", "Ư", "Vân", "Xuân", "Ý", "Yên", "Yến",
]  # fmt: skip


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_words_stand_in_the_order_of_the_vietnamese_alphabet(form: Any, files: Files) -> None:
    words = [unicodedata.normalize(form, w) for w in ORDERED]
    for first, second in itertools.pairwise(words):
        assert sort_key(first) < sort_key(second)


@pytest.mark.parametrize("word", ["Ộ", "o\u0323\u0302", "o\u0302\u0323", "Ô\u0323", "ộ", "\u1ecd\u0302"])
def test_a_letter_is_the_same_however_it_was_typed(word: str) -> None:
    assert sort_key(word) == sort_key("ộ")


def test_d_and_d_with_stroke_are_two_letters() -> None:
    assert sort_key("Dz") < sort_key("Đa")
    assert sort_key("đ") == sort_key("Đ")


def test_names_go_by_given_then_family_then_middle_name_then_birth() -> None:
    people = [
        ("An", "Vũ", "Văn", date(1980, 1, 1)),
        ("Bình", "Đỗ", "Văn", date(1970, 1, 1)),
        ("Bình", "Lê", "", date(1990, 1, 1)),
        ("Bình", "Lê", "Thị", date(1960, 1, 1)),
        ("Bình", "Lê", "Thị", date(1960, 1, 2)),
        ("Bình", "Lê", "Thị Mai", date(1950, 1, 1)),
        ("Bình", "Lê", "Văn", date(1940, 1, 1)),
        ("Đạt", "An", "A", date(1930, 1, 1)),
    ]
    for mixed in (people[::-1], people[3:] + people[:3]):
        assert sorted(mixed, key=lambda p: name_key(*p)) == people


def _listed(files: Files, rows: Sequence[tuple[str, str, str, str]]) -> list[str]:
    one_unit(files, "commune", 1, len(rows))
    for number, (family, middle, given, born) in enumerate(rows, start=1):
        files.candidates[number][4:8] = [family, middle, given, born]
    return [p.code for p in warnings_of(files.load())]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_r15_warns_of_an_order_that_is_not_the_alphabet_and_leaves_it(form: Any, files: Files) -> None:
    rows = [
        ("Trần", "Văn", "Dũng", "01/01/1970"),
        ("Đỗ", "Thị", "Đào", "01/01/1971"),
        ("Lê", "Văn", "Đạo", "01/01/1972"),
        ("Lê", "Văn", "Đạo", "01/01/1973"),
    ]
    rows = [tuple(unicodedata.normalize(form, c) for c in row) for row in rows]  # type: ignore[misc]
    assert _listed(files, rows) == []
    assert _listed(files, [rows[0], rows[1], rows[3], rows[2]]) == ["R15"]
    assert _listed(files, [rows[1], rows[0], rows[2], rows[3]]) == ["R15"]
    election = files.load()
    assert [c.order for c in election.candidates_of("u")] == [1, 2, 3, 4]
    assert election.candidates_of("u")[0].given == "Đào"
    assert [c.given for c in in_order(election.candidates_of("u"))] == ["Dũng", "Đào", "Đạo", "Đạo"]
