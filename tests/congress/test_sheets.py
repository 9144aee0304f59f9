"""Ballots of several sheets: joined by their order in the pile, and asked of people where the order does not hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.review.sheets import Lying, joined


def pile(*sheets: int | None) -> list[Lying]:
    return [Lying(f"p{n}", sheet) for n, sheet in enumerate(sheets)]


def numbers(pages: tuple[str, ...]) -> list[int]:
    return [int(page[1:]) for page in pages]


@pytest.mark.parametrize(
    ("sheets", "ballots", "alone"),
    [
        ((0, 1, 2, 0, 1, 2), [[0, 1, 2], [3, 4, 5]], []),
        ((0, 1, 2, 0, 2, 0, 1, 2), [[0, 1, 2], [5, 6, 7]], [3, 4]),  # one sheet was drawn in with another
        ((0, 1, 2, 0, 1, 1, 2, 0, 1, 2), [[0, 1, 2], [7, 8, 9]], [3, 4, 5, 6]),  # one sheet twice
        ((0, 1, 2, 0, None, 2, 0, 1, 2), [[0, 1, 2], [6, 7, 8]], [3, 5]),  # one cannot be read
        ((None, 1, 2, 0, 1, 2), [[3, 4, 5]], [1, 2]),  # the first of all cannot be read
        ((2, 1, 0, 2, 1, 0), [], [0, 1, 2, 3, 4, 5]),  # the pile was turned over
        ((1, 2, 0, 1, 2, 0), [], [0, 1, 2, 3, 4, 5]),  # the first sheet is missing: the rest could still be whole
        ((0, 1, 2, 0, 1), [], [0, 1, 2, 3, 4]),  # and the last
        ((None,), [], []),
        ((), [], []),
    ],
)
def test_only_whole_runs_in_a_pile_that_lies_right_are_ballots(
    sheets: tuple[int | None, ...], ballots: list[list[int]], alone: list[int]
) -> None:
    found = joined(pile(*sheets), 3)
    assert [numbers(b) for b in found.ballots] == ballots
    assert numbers(found.alone) == alone


@given(st.lists(st.sampled_from([None, 0, 1, 2]), max_size=40))
def test_every_read_page_is_in_one_ballot_or_alone(sheets: list[int | None]) -> None:
    found = joined(pile(*sheets), 3)
    told = [n for b in found.ballots for n in numbers(b)] + numbers(found.alone)
    assert sorted(told) == [n for n, sheet in enumerate(sheets) if sheet is not None]


@given(st.integers(1, 12), st.data())
def test_one_missing_sheet_never_makes_a_ballot_of_two(ballots: int, data: st.DataObject) -> None:
    """Whatever single sheet is drawn in with another, no sheet is joined with one of another ballot."""
    sheets = [(ballot, sheet) for ballot in range(ballots) for sheet in range(2)]
    sheets.pop(data.draw(st.integers(0, len(sheets) - 1)))
    found = joined([Lying(f"p{n}", sheet) for n, (_, sheet) in enumerate(sheets)], 2)
    for pages in found.ballots:
        assert len({sheets[n][0] for n in numbers(pages)}) == 1
