"""Numbers in Vietnamese words, both ways."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.in_words import MOST, from_words, in_words

NUMBERS = st.one_of(st.integers(0, 1200), st.integers(0, 99_999_999), st.integers(0, 9999).map(lambda n: n * 10_000))

SAID = {
    0: "không", 4: "bốn", 5: "năm", 10: "mười", 11: "mười một", 14: "mười bốn", 15: "mười lăm", 20: "hai mươi",
    21: "hai mươi mốt", 24: "hai mươi tư", 25: "hai mươi lăm", 31: "ba mươi mốt", 55: "năm mươi lăm", 100: "một trăm",
    101: "một trăm linh một", 104: "một trăm linh bốn", 105: "một trăm linh năm", 110: "một trăm mười",
    115: "một trăm mười lăm", 121: "một trăm hai mươi mốt", 1000: "một nghìn", 1005: "một nghìn không trăm linh năm",
    1021: "một nghìn không trăm hai mươi mốt", 2026: "hai nghìn không trăm hai mươi sáu",
    10_000: "mười nghìn", 305_010: "ba trăm linh năm nghìn không trăm mười", 1_000_000: "một triệu",
    1_000_005: "một triệu không trăm linh năm", 1_005_000: "một triệu không trăm linh năm nghìn",
    99_999_999: "chín mươi chín triệu chín trăm chín mươi chín nghìn chín trăm chín mươi chín",
}  # fmt: skip


@pytest.mark.parametrize("number", SAID)
def test_numbers_are_said_as_schools_teach_it(number: int) -> None:
    assert in_words(number) == SAID[number]


def test_every_number_of_a_voting_area_is_read_back() -> None:
    assert all(from_words(in_words(n)) == n for n in range(20_000))


@settings(max_examples=1500, deadline=None)
@given(NUMBERS)
def test_what_is_said_is_read_back(number: int) -> None:
    assert from_words(in_words(number)) == number


@settings(max_examples=400, deadline=None)
@given(NUMBERS, NUMBERS)
def test_two_numbers_are_never_said_alike(one: int, other: int) -> None:
    assert one == other or in_words(one) != in_words(other)


@settings(max_examples=800, deadline=None)
@given(NUMBERS, st.data())
def test_regional_words_say_the_same(number: int, data: st.DataObject) -> None:
    words = in_words(number).split()
    behind_tens = [False, *(w in ("mươi", "mười") for w in words[:-1])]
    said = []
    for word, tens in zip(words, behind_tens, strict=True):
        ways = {"linh": ("linh", "lẻ"), "nghìn": ("nghìn", "ngàn"), "bảy": ("bảy", "bẩy"),
                "mươi": ("mươi", "mười", "chục"), "lăm": ("lăm", "nhăm", "năm"), "mốt": ("mốt", "một"),
                "tư": ("tư", "bốn"), "bốn": ("bốn", "tư") if tens else ("bốn",)}  # fmt: skip
        said.append(data.draw(st.sampled_from(ways.get(word, (word,)))))
    text = data.draw(st.sampled_from([" ", "  ", "-"])).join(said)
    text = data.draw(st.sampled_from([str.upper, str.title, str.capitalize]))(text)
    form = data.draw(st.sampled_from(["NFC", "NFD"]))
    text = unicodedata.normalize(form, text) + data.draw(
        st.sampled_from(["", ".", " phiếu.", " cử tri", " phiếu chẵn"])
    )
    assert from_words(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [("hai mốt", 21), ("ba lăm", 35), ("hăm tư", 24), ("băm mốt", 31), ("một nghìn lẻ năm", 1005),
     ("một ngàn lẻ năm", 1005), ("một nghìn năm mươi", 1050), ("mười nhăm", 15), ("một trăm linh tư", 104),
     ("không", 0), ("Không phiếu", 0)],
)  # fmt: skip
def test_short_ways_that_can_be_meant_in_one_way_only(text: str, number: int) -> None:
    assert from_words(text) == number


@pytest.mark.parametrize(
    "text",
    ["", "phiếu", "một trăm hai", "một nghìn hai", "hai ba", "một triệu rưỡi", "dăm mươi", "trăm", "nghìn", "mốt",
     "hai nghìn ba nghìn", "năm trăm linh mười", "một không hai", "không nghìn một", "không trăm", "linh năm",
     "hai mươi mươi", "mười mười", "một trăm một trăm", "một nghìn triệu", "bảy mươi lăm sáu", "12"],
)  # fmt: skip
def test_what_says_no_number_or_could_say_two_is_no_number(text: str) -> None:
    assert from_words(text) is None


@given(st.lists(st.sampled_from([*" ".join(SAID.values()).split(), "lẻ", "ngàn", "nhăm", "mốt", "tư"]), max_size=8))
@settings(max_examples=1500, deadline=None)
def test_any_words_are_a_number_or_none_and_a_number_is_said_again(words: list[str]) -> None:
    found = from_words(" ".join(words))
    assert found is None or from_words(in_words(found)) == found


def test_a_number_that_is_too_large_is_refused() -> None:
    for number in (-1, MOST + 1):
        with pytest.raises(ValueError, match="is not between"):
            in_words(number)
