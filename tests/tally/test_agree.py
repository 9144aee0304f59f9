"""A table with "agree" and "disagree" beside each name (congress without surplus)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.tally.agree import box, propose_table
from pipeline.tally.ballots import FieldAnswer, InDoubt, Proposal, ProposedInvalid, ValidVote

BOXES = {"+": ("marked", "unmarked"), "-": ("unmarked", "marked"), "0": ("unmarked", "unmarked"),
         "x": ("marked", "marked"), "?": ("unclear", "unmarked")}  # fmt: skip


def table(names: str, stamp: str = "present", stray: str = "absent") -> list[FieldAnswer]:
    """One sign a name: + agree, - disagree, 0 neither, x both, ? cannot be told."""
    boxes = [
        FieldAnswer(box(f"c{n}", column), "box", value)
        for n, sign in enumerate(names, start=1)
        for column, value in zip(("agree", "disagree"), BOXES[sign], strict=True)
    ]
    return [*boxes, FieldAnswer("stamp", "stamp", stamp), FieldAnswer("stray", "stray", stray)]


def chosen(*names: str) -> ValidVote:
    return ValidVote(frozenset(names))


@pytest.mark.parametrize(
    ("signs", "proposal"),
    [
        ("++-", chosen("c1", "c2")),
        ("---", chosen()),  # for nobody, and valid
        ("+0x", chosen("c1")),  # both or neither: nothing for that person, the ballot stays valid
        ("0x", chosen()),
        ("+", chosen("c1")),
        ("-", chosen()),
        ("0", ProposedInvalid(("d",))),  # a single name
        ("x", ProposedInvalid(("d",))),
        ("+?", InDoubt(("name_unclear:c2",))),
        ("?", InDoubt(("name_unclear:c1",))),
    ],
)
def test_what_the_two_boxes_say(signs: str, proposal: Proposal) -> None:
    assert propose_table(table(signs), len(signs)) == proposal


def test_the_sheet_itself_can_speak_against_it() -> None:
    assert propose_table(table("+-", stamp="absent"), 2) == ProposedInvalid(("b",))
    assert propose_table(table("0", stamp="absent", stray="present"), 1) == ProposedInvalid(("b", "d", "đ"))
    assert propose_table(table("+-", stamp="unclear"), 2) == InDoubt(("stamp_unclear",))


def test_a_form_with_more_names_than_seats_is_noticed() -> None:
    assert propose_table(table("+++"), 2) == ProposedInvalid(("c",))


@given(st.text("+-0x", min_size=2, max_size=60))
def test_with_several_names_every_table_that_can_be_told_is_valid_for_those_agreed_alone(signs: str) -> None:
    assert propose_table(table(signs), len(signs)) == chosen(*(f"c{n}" for n, s in enumerate(signs, 1) if s == "+"))
