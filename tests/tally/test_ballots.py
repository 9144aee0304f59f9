"""What one ballot says: a valid vote, a proposal of invalidity, or a doubt for the team (Art. 74)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Refusal
from pipeline.tally.ballots import (
    FieldAnswer,
    InDoubt,
    InvalidVote,
    Meanings,
    ProposedInvalid,
    ValidVote,
    plainly_alike,
    propose,
    spell,
    vote_from,
)

ASK = Meanings()


def ballot(*names: str, stamp: str = "present", stray: str = "absent") -> list[FieldAnswer]:
    strikes = [FieldAnswer(f"c{i}", "strike", value) for i, value in enumerate(names, 1)]
    return [*strikes, FieldAnswer("stamp", "stamp", stamp), FieldAnswer("stray", "stray", stray)]


def test_names_left_are_voted_for() -> None:
    assert propose(ballot("clear", "struck", "clear"), 2, ASK) == ValidVote(frozenset({"c1", "c3"}))


def test_fewer_names_than_seats_is_valid() -> None:
    assert propose(ballot("clear", "struck", "struck"), 2, ASK) == ValidVote(frozenset({"c1"}))


@pytest.mark.parametrize(
    ("paper", "grounds"),
    [
        (ballot("clear", "struck", "struck", stamp="absent"), ("b",)),
        (ballot("clear", "clear", "clear"), ("c",)),
        (ballot("struck", "struck", "struck"), ("d",)),
        (ballot("clear", "struck", "struck", stray="present"), ("đ",)),
        (ballot("clear", "clear", "clear", stamp="absent", stray="present"), ("b", "c", "đ")),
        (ballot("clear", "clear", "clear", "partial"), ("c",)),  # whatever the doubtful name means
        (ballot("partial", "struck", "struck", stamp="absent"), ("b",)),
    ],
)
def test_the_grounds_of_article_74_are_proposed(paper: list[FieldAnswer], grounds: tuple[str, ...]) -> None:
    assert propose(paper, 2, ASK) == ProposedInvalid(grounds)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("paper", "doubt"),
    [
        (ballot("partial", "struck", "clear"), "name_partial:c1"),
        (ballot("struck", "unclear", "clear"), "name_unclear:c2"),
        (ballot("clear", "struck", "struck", stamp="unclear"), "stamp_unclear"),
        (ballot("clear", "struck", "struck", stray="unclear"), "added_unclear"),
        (ballot("partial", "struck", "struck"), "name_partial:c1"),  # perhaps all crossed
        (ballot("clear", "clear", "partial"), "name_partial:c3"),  # perhaps too many
    ],
)
def test_what_has_no_one_meaning_goes_to_the_team(paper: list[FieldAnswer], doubt: str) -> None:
    assert propose(paper, 2, ASK) == InDoubt((doubt,))


def test_the_table_of_the_election_gives_partial_and_unclear_names_their_meaning() -> None:
    lenient = Meanings(partial="for", unclear="for")
    assert propose(ballot("partial", "struck", "unclear"), 2, lenient) == ValidVote(frozenset({"c1", "c3"}))
    assert propose(ballot("partial", "clear", "unclear"), 2, lenient) == ProposedInvalid(("c",))
    assert propose(ballot("partial", "struck"), 1, Meanings(partial="against")) == ProposedInvalid(("d",))


paper = st.lists(st.sampled_from(["struck", "partial", "clear", "unclear"]), min_size=1, max_size=6)


@given(paper, st.sampled_from(["present", "absent", "unclear"]), st.integers(1, 4), st.randoms())
def test_the_order_of_fields_never_matters(names, stamp, seats, random) -> None:  # type: ignore[no-untyped-def]
    answers = ballot(*names, stamp=stamp)
    shuffled = list(answers)
    random.shuffle(shuffled)
    one, other = propose(answers, seats, ASK), propose(shuffled, seats, ASK)
    if isinstance(one, InDoubt) and isinstance(other, InDoubt):
        assert sorted(one.doubts) == sorted(other.doubts)
    else:
        assert one == other


@given(paper, st.integers(1, 4))
def test_a_ballot_counted_without_the_team_leaves_one_to_seats_names(names: list[str], seats: int) -> None:
    proposal = propose(ballot(*names), seats, ASK)
    if isinstance(proposal, ValidVote):
        assert 1 <= len(proposal.names) <= seats
        assert set(names) <= {"struck", "clear"}


@given(st.frozensets(st.sampled_from(["c1", "c2", "c3"]), min_size=1, max_size=2))
def test_a_verdict_is_spelled_and_read_back(names: frozenset[str]) -> None:
    assert vote_from(spell(ValidVote(names)), ["c1", "c2", "c3"], 2, "x") == ValidVote(names)
    assert vote_from(spell(InvalidVote("đ")), ["c1"], 2, "x") == InvalidVote("đ")


@pytest.mark.parametrize("verdict", ["valid:", "valid:c1,c2,c3", "valid:c9", "invalid:e", "invalid:", "maybe"])
def test_a_verdict_that_no_team_may_give_is_refused(verdict: str) -> None:
    with pytest.raises(Refusal, match="verdict-impossible"):
        vote_from(verdict, ["c1", "c2", "c3"], 2, "ballot 7")


def test_a_pile_holds_ballots_that_are_invalid_on_the_same_single_ground() -> None:
    piles = plainly_alike(
        {
            "2": ProposedInvalid(("c",)),
            "1": ProposedInvalid(("c",)),
            "3": ProposedInvalid(("b", "c")),
            "4": InDoubt(("stamp_unclear",)),
            "5": ProposedInvalid(("d",)),
            "6": ValidVote(frozenset({"c1"})),
        }
    )
    assert piles == {"c": ("1", "2"), "d": ("5",)}
