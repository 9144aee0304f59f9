"""A table with "agree" and "disagree" beside each name (congress without surplus)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.tally.agree import box, propose_table
from pipeline.tally.ballots import FieldAnswer, InDoubt, Proposal, ProposedInvalid, ValidVote
from pipeline.tally.levels import figures_of, result_in
from pipeline.tally.rules import Conventions, PaperFigures, Sheet, findings
from pipeline.tally.totals import AreaResult, count, result_of, total

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
        ("+?", InDoubt(("boxes_unclear:c2",))),
        ("?", InDoubt(("boxes_unclear:c1",))),
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


@given(st.lists(st.text("+-0x", min_size=3, max_size=3), max_size=40))
def test_law_for_against_and_neither_are_all_valid_ballots(ballots: list[str]) -> None:
    """However ballots are marked and in whatever order they come, the three columns add up for every person."""
    votes = [p for p in (propose_table(table(b), 3) for b in ballots) if isinstance(p, ValidVote)]
    found = count(votes)
    assert found == total(result_of(vote) for vote in reversed(votes))
    for place in range(3):
        name = f"c{place + 1}"
        signs = [b[place] for b in ballots]
        assert (found.votes_for(name), found.against.get(name, 0)) == (signs.count("+"), signs.count("-"))
        neither = found.valid - found.votes_for(name) - found.against.get(name, 0)
        assert neither == signs.count("0") + signs.count("x")
    assert figures_of(found, None) == figures_of(result_in(figures_of(found, None)), None)


def test_more_for_and_against_than_valid_ballots_is_r7() -> None:
    paper = PaperFigures(9, 9, 9, 9, 0)
    good = AreaResult(collected=9, scanned=9, valid=9, votes={"c1": 5}, against={"c1": 4}, leaving={0: 4, 1: 5})
    bad = AreaResult(collected=9, scanned=9, valid=9, votes={"c1": 5}, against={"c1": 5}, leaving={0: 4, 1: 5})
    told = [findings(Sheet(paper, one, 1, Conventions(surplus=False, state=False))) for one in (good, bad)]
    assert [[f.code for f in found] for found in told] == [[], ["R7"]]
