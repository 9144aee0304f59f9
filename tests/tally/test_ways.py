"""Counts laid beside each other: every ballot that differs, and a lost sheet is one difference."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.tally.ways import Difference, aligned, differences, refilled

PILE = [str(n % 7 + 1) for n in range(120)]


def test_counts_that_agree_have_no_difference() -> None:
    assert differences([refilled(PILE), refilled(PILE), refilled(PILE)]) == ()
    assert differences([refilled(PILE)]) == ()


def test_a_slip_is_told_with_bundle_and_place_and_what_each_count_says() -> None:
    slip = [*PILE]
    slip[66] = "1 2"
    found = differences([refilled(PILE), refilled(slip), refilled(PILE)])
    assert found == (Difference(2, 17, (PILE[66], "1 2", PILE[66])),)


def test_a_sheet_that_one_count_lacks_is_one_difference_and_shifts_nothing() -> None:
    lost = [*PILE[:30], *PILE[31:]]
    assert differences([refilled(PILE), refilled(lost)]) == (Difference(1, 31, (PILE[30], None)),)
    assert differences([refilled(lost), refilled(PILE)]) == (Difference(1, 30, (None, PILE[30])),)


def test_an_empty_count_lacks_everything() -> None:
    assert len(differences([refilled(PILE), {}])) == len(PILE)
    assert len(differences([{}, refilled(PILE)])) == len(PILE)


piles = st.lists(st.sampled_from(["0", "1", "2", "1 2"]), max_size=40)


@given(piles, piles)
@settings(max_examples=60)
def test_every_ballot_of_both_stands_once_in_its_order(one: list[str], other: list[str]) -> None:
    pairs = aligned(one, other)
    assert [i for i, _ in pairs if i is not None] == list(range(len(one)))
    assert [j for _, j in pairs if j is not None] == list(range(len(other)))
    changes = sum(i is None or j is None or one[i] != other[j] for i, j in pairs)
    assert changes <= max(len(one), len(other))
    assert (changes == 0) == (one == other)


@given(piles.filter(len), st.data())
@settings(max_examples=60)
def test_as_many_differences_as_slips_at_most(pile: list[str], data) -> None:  # type: ignore[no-untyped-def]
    slips = data.draw(st.sets(st.integers(0, len(pile) - 1), max_size=5))
    other = ["9" if n in slips else v for n, v in enumerate(pile)]
    found = differences([refilled(pile), refilled(other)])
    assert {(d.bundle - 1) * 50 + d.place - 1 for d in found} == slips
