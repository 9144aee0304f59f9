"""What an operator types: one spelling, and the same vote as the ballot that was marked so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Refusal
from pipeline.tally.agree import propose_table
from pipeline.tally.ballots import InDoubt, Meanings, ProposedInvalid, ValidVote, propose
from pipeline.tally.typed import answers_of, canonical, spelled

NAMES = [f"c{n}" for n in range(1, 16)]


@pytest.mark.parametrize(
    ("typed", "names", "expected"),
    [
        ("0", 5, "0"),
        ("25", 5, "2 5"),
        ("5 2", 5, "2 5"),
        ("5,2", 5, "2 5"),
        ("2p5b", 5, "2p 5 b"),
        ("x 1", 5, "1 x"),
        ("1 11 9", 15, "1 9 11"),
        ("11", 15, "11"),  # one number where there are more than nine names
        ("11", 5, None),  # twice 1
        ("12p 3", 15, "3 12p"),
        ("b", 5, "b"),
        ("0b", 5, "b"),
    ],
)
def test_one_spelling(typed: str, names: int, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(Refusal, match="typed-twice"):
            canonical(typed, names, "strike_out", "x")
    else:
        assert canonical(typed, names, "strike_out", "x") == expected


@pytest.mark.parametrize(
    ("typed", "code"),
    [("", "typed-empty"), ("  ", "typed-empty"), ("6", "typed-wrong"), ("z", "typed-wrong"), ("2k", "typed-wrong"),
     ("0 2", "typed-wrong"), ("2 2", "typed-twice")],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_says_the_value(typed: str, code: str) -> None:
    with pytest.raises(Refusal) as told:
        canonical(typed, 5, "strike_out", "phiếu 7")
    (problem,) = told.value.problems
    assert (problem.code, problem.place) == (code, "phiếu 7")


def test_an_empty_strike_list_is_valid_where_names_fit_the_seats() -> None:
    answers = answers_of("0", NAMES[:3], "strike_out")
    assert answers is not None
    assert propose(answers, 3, Meanings()) == ValidVote(frozenset(NAMES[:3]))
    assert propose(answers, 2, Meanings()) == ProposedInvalid(("c",))


def test_what_was_typed_becomes_the_answers_of_the_ballot() -> None:
    answers = answers_of("1 3p b", NAMES[:3], "strike_out")
    assert answers is not None
    assert {a.field: a.value for a in answers} == {
        "c1": "struck", "c2": "clear", "c3": "partial", "stamp": "absent", "stray": "absent",
    }  # fmt: skip
    assert propose(answers, 2, Meanings()) == ProposedInvalid(("b",))
    doubtful = answers_of("1 3p", NAMES[:3], "strike_out")
    assert doubtful is not None
    assert propose(doubtful, 2, Meanings()) == InDoubt(("name_partial:c3",))
    assert answers_of("2 a", NAMES[:3], "strike_out") is None


def test_ovals_and_tables() -> None:
    ovals = answers_of("2 14", NAMES, "marks")
    assert ovals is not None
    assert propose(ovals, 2, Meanings()) == ValidVote(frozenset({"c2", "c14"}))
    table = answers_of(canonical("1 3k", 3, "agree_table", "x"), NAMES[:3], "agree_table")
    assert table is not None
    assert propose_table(table, 3) == ValidVote(frozenset({"c1"}))


@given(st.dictionaries(st.integers(1, 15), st.sampled_from(["", "p", "o", "l", "u"])), st.sets(st.sampled_from("bx")))
def test_a_ballot_that_is_typed_and_one_that_is_scanned_are_spelled_alike(
    signs: dict[int, str], sheet: set[str]
) -> None:
    value = canonical(
        " ".join(["0"] * (not signs) + [f"{n}{s}" for n, s in signs.items()] + [*sheet]), 15, "strike_out", ""
    )
    answers = answers_of(value, NAMES, "strike_out")
    assert answers is not None
    assert spelled(answers, NAMES) == value
    assert canonical(value, 15, "strike_out", "") == value
