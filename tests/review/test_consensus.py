"""How answers settle an item: two blind entries, a third in conflict, then the whole team."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Refusal
from pipeline.review.codec import from_json, to_json
from pipeline.review.consensus import corrected, decided_by_team, entered, may_enter, opened, voided, withdrawn
from pipeline.review.policy import Policies, policy_of
from pipeline.review.states import (
    DEFER,
    ByEntries,
    ByReading,
    Corrected,
    Disputed,
    EnteredOnce,
    Entry,
    ItemState,
    Settled,
    TeamVote,
    Waiting,
    WithTeam,
    entries_of,
    is_open,
    value_of,
)

AN, BA, CHI, DUNG = "an", "ba", "chi", "dung"
READ = Settled("clear", ByReading("reader 1", "profile", 1e-5))


def after(*answers: tuple[str, str]) -> ItemState:
    state: ItemState = Waiting()
    for by, value in answers:
        state = entered(state, Entry(by, value), "item 1")
    return state


def team(*values: str, members: int = 6) -> tuple[tuple[str, ...], tuple[TeamVote, ...]]:
    names = tuple(f"member {i}" for i in range(members))
    return names, tuple(TeamVote(n, v) for n, v in zip(names, values, strict=False))


def test_a_first_entry_settles_nothing() -> None:
    assert after((AN, "clear")) == EnteredOnce(Entry(AN, "clear"))


def test_two_that_agree_settle() -> None:
    assert value_of(after((AN, "clear"), (BA, "clear"))) == "clear"


def test_two_that_differ_are_disputed() -> None:
    assert after((AN, "clear"), (BA, "struck")) == Disputed(Entry(AN, "clear"), Entry(BA, "struck"))


@pytest.mark.parametrize("third", ["clear", "struck"])
def test_a_third_settles_for_one_of_two(third: str) -> None:
    state = after((AN, "clear"), (BA, "struck"), (CHI, third))
    assert value_of(state) == third
    assert len(entries_of(state)) == 3


def test_three_different_answers_go_to_the_team() -> None:
    state = after((AN, "clear"), (BA, "struck"), (CHI, "partial"))
    assert isinstance(state, WithTeam)
    assert len(state.entries) == 3


def test_nobody_enters_twice_on_the_same_item() -> None:
    for state in (after((AN, "clear")), after((AN, "clear"), (BA, "struck"))):
        assert not may_enter(state, AN)
        with pytest.raises(Refusal, match="entered-already"):
            entered(state, Entry(AN, "struck"), "item 1")
    assert may_enter(after((AN, "clear")), BA)


def test_who_cannot_tell_agrees_with_nobody() -> None:
    assert isinstance(after((AN, DEFER), (BA, DEFER)), Disputed)
    assert isinstance(after((AN, DEFER), (BA, "clear"), (CHI, DEFER)), WithTeam)
    assert value_of(after((AN, DEFER), (BA, "clear"), (CHI, "clear"))) == "clear"


@pytest.mark.parametrize("state", [READ, WithTeam(), after((AN, "clear"), (BA, "clear"))])
def test_a_closed_item_takes_no_entry(state: ItemState) -> None:
    assert not may_enter(state, DUNG)
    with pytest.raises(Refusal, match="item-closed"):
        entered(state, Entry(DUNG, "clear"), "item 1")


def test_the_team_decides_by_more_than_half_of_all_its_members() -> None:
    members, votes = team("invalid:c", "invalid:c", "invalid:c", "invalid:c")
    state = decided_by_team(WithTeam(), members, votes, "ballot 1")
    assert state.value == "invalid:c"
    with pytest.raises(Refusal, match="team-majority"):
        decided_by_team(WithTeam(), *team("invalid:c", "invalid:c", "invalid:c", "valid:c1"), "ballot 1")


def test_half_of_the_members_is_no_majority_even_if_all_who_are_present_agree() -> None:
    with pytest.raises(Refusal, match="team-quorum"):
        decided_by_team(WithTeam(), *team("invalid:c", "invalid:c", "invalid:c"), "ballot 1")


def test_two_thirds_of_the_members_must_be_present() -> None:
    assert decided_by_team(WithTeam(), *team(*["valid:c1"] * 2, members=3), "b").value == "valid:c1"
    with pytest.raises(Refusal, match="team-quorum"):
        decided_by_team(WithTeam(), *team(*["valid:c1"] * 4, members=7), "b")


def test_only_members_vote_and_once_each() -> None:
    members, votes = team(*["valid:c1"] * 6)
    for odd in ((*votes, TeamVote("stranger", "valid:c1")), (*votes, votes[0])):
        with pytest.raises(Refusal, match="team-member"):
            decided_by_team(WithTeam(), members, odd, "ballot 1")


def test_the_team_decides_only_what_lies_before_it() -> None:
    with pytest.raises(Refusal, match="item-closed"):
        decided_by_team(Waiting(), *team(*["clear"] * 6), "item 1")


def test_a_correction_keeps_the_previous_version_and_names_two_people() -> None:
    state = corrected(READ, "struck", reason="seen again on paper", by=AN, approver=BA, place="item 1")
    assert state == Corrected(READ, "struck", "seen again on paper", AN, BA)
    assert value_of(state) == "struck"
    again = corrected(state, "clear", reason="and back", by=BA, approver=CHI, place="item 1")
    assert again.previous == state


def test_a_correction_needs_a_reason_and_somebody_elses_approval() -> None:
    with pytest.raises(Refusal, match="own-approval"):
        corrected(READ, "struck", reason="seen", by=AN, approver=AN, place="item 1")
    with pytest.raises(Refusal, match="reason-missing"):
        corrected(READ, "struck", reason=" ", by=AN, approver=BA, place="item 1")
    with pytest.raises(Refusal, match="item-closed"):
        corrected(Waiting(), "struck", reason="seen", by=AN, approver=BA, place="item 1")


def test_a_voided_item_counts_no_more() -> None:
    state = voided(READ, reason="scanned twice", by=AN, approver=BA, place="item 1")
    assert value_of(state) is None
    assert not is_open(state)
    with pytest.raises(Refusal, match="item-closed"):
        voided(state, reason="again", by=AN, approver=BA, place="item 1")


def test_a_ballot_in_doubt_begins_with_the_team_and_a_field_with_a_reviewer() -> None:
    assert opened("ballot") == WithTeam()
    assert opened("field") == opened("page") == opened("hand_field") == Waiting()


entries = st.lists(st.sampled_from(["clear", "struck", "partial", DEFER]), min_size=1, max_size=3)


@given(entries)
def test_no_single_person_ever_settles_an_item(values: list[str]) -> None:
    state: ItemState = Waiting()
    for person, value in zip((AN, BA, CHI), values, strict=False):
        if is_open(state) and not isinstance(state, WithTeam):
            state = entered(state, Entry(person, value), "item 1")
    if isinstance(state, Settled):
        assert isinstance(state.evidence, ByEntries)
        assert sum(e.value == state.value for e in state.evidence.entries) == 2
    assert from_json(to_json(state)) == state


def test_every_state_is_spelled_and_read_back() -> None:
    by_team = decided_by_team(WithTeam((Entry(AN, "x", True),)), *team(*["invalid:c"] * 6), "b", pile="p1")
    fixed = corrected(READ, "struck", reason="seen", by=AN, approver=BA, place="i")
    void = voided(fixed, reason="twice", by=AN, approver=BA, place="i")
    for state in (READ, by_team, fixed, void, after((AN, "a"), (BA, "b")), WithTeam(), Waiting()):
        assert from_json(to_json(state)) == state


@pytest.mark.parametrize("put_off", [0, 1, 2])
def test_where_the_election_says_so_one_answer_settles(put_off: int) -> None:
    """What one person puts off goes on to others; the first who answers settles it."""
    state: ItemState = Waiting()
    for by in (AN, BA)[:put_off]:
        state = entered(state, Entry(by, DEFER), "item 1", needed=1)
        assert value_of(state) is None
    state = entered(state, Entry(CHI, "struck"), "item 1", needed=1)
    assert value_of(state) == "struck"
    assert [e.by for e in entries_of(state)] == [*(AN, BA)[:put_off], CHI]
    assert from_json(to_json(state)) == state
    with pytest.raises(Refusal, match="settled"):
        entered(state, Entry(DUNG, "clear"), "item 1", needed=1)
    back = withdrawn(state, CHI, "item 1", needed=1)
    assert value_of(back) is None
    assert [e.by for e in entries_of(back)] == [AN, BA][:put_off]


def test_the_team_is_asked_first_where_the_election_says_so() -> None:
    chosen = Policies("team", 1)
    assert opened("field", chosen) == WithTeam()
    assert opened("page", chosen) == opened("hand_field", chosen) == Waiting()
    assert opened("ballot", Policies("1", 1)) == WithTeam()  # Art. 74.2 is not the election's to change
    assert policy_of("hand_field", Policies("1", 1)).entries == 2
    assert policy_of("page", chosen).entries == 1
