"""Totals of settled votes: they add up in any order and any grouping to the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar, assert_never

from pipeline.tally.ballots import GROUNDS, Ground, InvalidVote, ValidVote, Vote

K = TypeVar("K", bound="str | int")


@dataclass(frozen=True, slots=True)
class AreaResult:
    """The count of one contest in a batch, an area, or everything below a unit: all are the same sum.

    ``collected`` is what people counted by hand out of the box; the rest is counted by the program.
    ``leaving``: k -> valid ballots that leave k names. Zeroes are never stored, so equal results are equal.
    """

    collected: int = 0
    scanned: int = 0
    """Ballots read from a scanned sheet."""
    by_hand: int = 0
    """Ballots typed from the paper."""
    set_aside: int = 0
    """Sheets out of the box that are no prescribed ballot and that the team has decided on, ground (a)."""
    valid: int = 0
    invalid: Mapping[Ground, int] = field(default_factory=dict)
    votes: Mapping[str, int] = field(default_factory=dict)
    leaving: Mapping[int, int] = field(default_factory=dict)
    undecided: int = 0
    """Ballots and sheets on which somebody still has to answer; a result with any is not complete."""
    against: Mapping[str, int] = field(default_factory=dict)
    """On a table with both columns: valid ballots that disagree with a person. The rest has both boxes or neither."""

    without_ground: int = 0
    """Invalid ballots of which no ground is told: those of minutes that others have written (Mẫu 18, 23 tell none)."""

    @property
    def invalid_total(self) -> int:
        return sum(self.invalid.values()) + self.without_ground

    @property
    def complete(self) -> bool:
        return self.undecided == 0

    def votes_for(self, candidate: str) -> int:
        return self.votes.get(candidate, 0)

    def __add__(self, other: AreaResult) -> AreaResult:
        return AreaResult(
            collected=self.collected + other.collected,
            scanned=self.scanned + other.scanned,
            by_hand=self.by_hand + other.by_hand,
            set_aside=self.set_aside + other.set_aside,
            valid=self.valid + other.valid,
            invalid=_added(self.invalid, other.invalid),
            votes=_added(self.votes, other.votes),
            leaving=_added(self.leaving, other.leaving),
            undecided=self.undecided + other.undecided,
            against=_added(self.against, other.against),
            without_ground=self.without_ground + other.without_ground,
        )


NOTHING = AreaResult()
"""The neutral element of addition."""


def total(results: Iterable[AreaResult]) -> AreaResult:
    """The sum, in one pass: the same as adding one after the other. Of nothing it is :data:`NOTHING`."""
    every = tuple(results)
    invalid: dict[Ground, int] = {}
    votes: dict[str, int] = {}
    leaving: dict[int, int] = {}
    against: dict[str, int] = {}
    for one in every:
        _into(against, one.against)
        _into(invalid, one.invalid)
        _into(votes, one.votes)
        _into(leaving, one.leaving)
    return AreaResult(
        collected=sum([r.collected for r in every]),
        scanned=sum([r.scanned for r in every]),
        by_hand=sum([r.by_hand for r in every]),
        set_aside=sum([r.set_aside for r in every]),
        valid=sum([r.valid for r in every]),
        invalid=_in_order(invalid),
        votes=_in_order(votes),
        leaving=_in_order(leaving),
        undecided=sum([r.undecided for r in every]),
        against=_in_order(against),
        without_ground=sum([r.without_ground for r in every]),
    )


def _into(sums: dict[K, int], more: Mapping[K, int]) -> None:
    for key, number in more.items():
        sums[key] = sums.get(key, 0) + number


def _in_order(sums: Mapping[K, int]) -> dict[K, int]:
    return {key: sums[key] for key in sorted(sums) if sums[key]}


def result_of(vote: Vote) -> AreaResult:
    """What one vote adds to a result; where its sheet came from (scan, hand) is added by the caller."""
    match vote:
        case ValidVote(names=names, against=against):
            votes, disagree = dict.fromkeys(names, 1), dict.fromkeys(against, 1)
            return AreaResult(valid=1, votes=votes, leaving={len(names): 1}, against=disagree)
        case InvalidVote(ground=ground):
            return AreaResult(invalid={ground: 1})
        case _:
            assert_never(vote)


def count(votes: Iterable[Vote]) -> AreaResult:
    """The sum of :func:`result_of` over many votes, in one pass."""
    valid = 0
    invalid: dict[Ground, int] = {}
    for_whom: dict[str, int] = {}
    leaving: dict[int, int] = {}
    disagree: dict[str, int] = {}
    for vote in votes:
        match vote:
            case ValidVote(names=names, against=against):
                valid += 1
                for name in against:
                    disagree[name] = disagree.get(name, 0) + 1
                leaving[len(names)] = leaving.get(len(names), 0) + 1
                for name in names:
                    for_whom[name] = for_whom.get(name, 0) + 1
            case InvalidVote(ground=ground):
                invalid[ground] = invalid.get(ground, 0) + 1
            case _:
                assert_never(vote)
    in_order = {ground: invalid[ground] for ground in GROUNDS if ground in invalid}
    return AreaResult(valid=valid, invalid=in_order, votes=for_whom, leaving=leaving, against=disagree)


def _added(one: Mapping[K, int], other: Mapping[K, int]) -> dict[K, int]:
    keys = sorted(one.keys() | other.keys())
    both = {key: one.get(key, 0) + other.get(key, 0) for key in keys}
    return {key: n for key, n in both.items() if n}
