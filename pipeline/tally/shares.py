"""Votes by shares (law 59/2020/QH14 Art. 148): ballots in classes of so many shares; pure.

A ballot carries its weight by its class alone: every ballot of a class is alike and stands for the same number of
shares, so a class is counted like any box, and shares are ballots times that number, in whole numbers (decision 15).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.tally.totals import AreaResult, total
from pipeline.tally.winners import Runner, UnitOutcome, outcome, standings

FEWEST_HOLDERS = 3
"""A class in which fewer people hold ballots would tell how they voted: it is refused."""


@dataclass(frozen=True, slots=True)
class ShareResult:
    """Ballots and shares of all classes together; ``ballots_for`` and ``votes`` (shares) by person."""

    ballots: AreaResult
    collected: int
    valid: int
    invalid: int
    votes: dict[str, int]


def person_of(candidate: str, shares: int) -> str:
    """The person behind a candidate of a class: its id without the number of shares."""
    return candidate.removesuffix(f"-{shares}")


def weighed(classes: Iterable[tuple[int, AreaResult]]) -> ShareResult:
    """The sum over classes (shares a ballot, what was counted): free of order, and of how a class is split up."""
    collected = valid = invalid = 0
    votes: dict[str, int] = {}
    ballots = AreaResult()
    for shares, one in classes:
        for_whom = {person_of(c, shares): n for c, n in one.votes.items()}
        ballots += AreaResult(
            collected=one.collected, scanned=one.scanned, by_hand=one.by_hand, set_aside=one.set_aside,
            valid=one.valid, invalid=one.invalid, votes=for_whom, leaving=one.leaving, undecided=one.undecided,
            without_ground=one.without_ground,
        )  # fmt: skip
        collected += shares * one.collected
        valid += shares * one.valid
        invalid += shares * one.invalid_total
        for person, number in for_whom.items():
            votes[person] = votes.get(person, 0) + shares * number
    return ShareResult(ballots, collected, valid, invalid, dict(sorted(votes.items())))


def in_shares(classes: Iterable[tuple[int, AreaResult]]) -> AreaResult:
    """The sum over classes with every number in shares; people by their own ids."""
    return total(_scaled(shares, one) for shares, one in classes)


def _scaled(shares: int, one: AreaResult) -> AreaResult:
    return AreaResult(
        collected=shares * one.collected,
        scanned=shares * one.scanned,
        by_hand=shares * one.by_hand,
        set_aside=shares * one.set_aside,
        valid=shares * one.valid,
        invalid={ground: shares * n for ground, n in one.invalid.items()},
        votes={person_of(c, shares): shares * n for c, n in one.votes.items()},
        leaving={k: shares * n for k, n in one.leaving.items()},
        undecided=shares * one.undecided,
        without_ground=shares * one.without_ground,
    )


def elected_by_shares(found: ShareResult, births: dict[str, date], seats: int, half_of: int | None) -> UnitOutcome:
    """Who is elected: from the most shares down; where the charter asks for it, by more than half of ``half_of``.

    Equal shares are left to the meeting (Art. 148.3). A meeting has no turnout rule here.
    """
    return outcome(ranked(found, births), seats, half_of, 0, 0, needs_turnout=False, older_wins=False)


def ranked(found: ShareResult, births: dict[str, date]) -> tuple[Runner, ...]:
    """Everybody by shares; who got none is there, too."""
    return standings({person: found.votes.get(person, 0) for person in births}, births)


def parted(shares: int, classes: Sequence[int]) -> dict[int, int] | None:
    """Class -> ballots with which a holder of ``shares`` votes, the largest first; ``None`` where it does not go in."""
    found: dict[int, int] = {}
    for size in sorted(classes, reverse=True):
        if shares >= size:
            found[size], shares = divmod(shares, size)
    return found if shares == 0 else None
