"""What must be true of the ballots for a result to be right, as sums over ballots with a margin each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.errors import refuse
from pipeline.tally.ballots import ValidVote, Vote
from pipeline.tally.totals import AreaResult

Kind = Literal["ahead", "above_half", "not_above_half"]
Base = Literal["valid", "collected", "summoned"]


@dataclass(frozen=True, slots=True)
class Assertion:
    """One of: ``winner`` has more votes than ``loser``; ``winner`` has more than half; ``loser`` has not.

    ``margin``: the sum of :func:`value` over all ballots as they were counted, more than 0 where it is true. ``base``:
    half of what: valid ballots (Art. 78.2), all collected, or those summoned to a congress, who are no ballots, so that
    there twice the votes are summed and their number is taken off (or the other way round).
    """

    kind: Kind
    winner: str
    loser: str
    margin: int
    base: Base = "valid"


def value(of: Assertion, vote: Vote) -> int:
    """What one ballot adds to the margin: -1, 0 or 1; against those summoned 0 or 2 (-2 where it speaks against it).

    Half of the ballots is a race of the person against the ballots that are not for the person, so that the same
    arithmetic serves for both (the pseudo-candidate of a majority contest: Stark, "Super-simple simultaneous
    single-ballot risk-limiting audits", EVT/WOTE 2010, section 2).
    """
    names = vote.names if isinstance(vote, ValidVote) else frozenset[str]()
    if of.kind == "ahead":
        return int(of.winner in names) - int(of.loser in names)
    if of.base == "summoned":
        return 2 * int(of.winner in names) if of.kind == "above_half" else -2 * int(of.loser in names)
    if of.base == "valid" and not isinstance(vote, ValidVote):
        return 0
    if of.kind == "above_half":
        return 1 if of.winner in names else -1
    return -1 if of.loser in names else 1


def assertions(
    result: AreaResult,
    candidates: Sequence[str],
    elected: Sequence[str],
    seats: int,
    half_of: Base | None,
    summoned: int = 0,
) -> tuple[Assertion, ...]:
    """Everything that makes ``elected`` the elected of a unit, the narrowest first.

    With every seat filled, each of them is ahead of everybody else; with seats left, nobody else has more than half
    (``half_of``; ``None``: any number of votes elects). Refused: nobody elected (``audit-nobody``), a margin of nothing
    (``audit-tie``), which no sample can confirm, and seats that any vote would fill (``audit-open``).
    """
    if not elected:
        raise refuse(
            "audit-nobody", "", "nobody is elected here, so there is no result to confirm; count all ballots by hand"
        )
    base: dict[Base, int] = {"valid": result.valid, "collected": result.collected, "summoned": summoned}
    found: list[Assertion] = []
    others = [c for c in candidates if c not in elected]
    if half_of is not None:
        margins = [(w, 2 * result.votes_for(w) - base[half_of]) for w in elected]
        found += [Assertion("above_half", w, "", margin, half_of) for w, margin in margins]
    if len(elected) >= seats:
        found += [
            Assertion("ahead", w, loser, result.votes_for(w) - result.votes_for(loser))
            for w in elected
            for loser in others
        ]
    elif half_of is not None:
        lost = [(c, base[half_of] - 2 * result.votes_for(c)) for c in others]
        found += [Assertion("not_above_half", "", c, margin, half_of) for c, margin in lost]
    else:
        lost = [(c, -result.votes_for(c)) for c in others]
        found += [Assertion("not_above_half", "", c, margin) for c, margin in lost if margin]
    if not found:
        raise refuse(
            "audit-open",
            "",
            "seats are left that any vote would fill, so one ballot could elect one more and no sample can confirm "
            "that none does; count all ballots by hand",
        )
    for one in found:
        if one.margin <= 0:
            raise refuse(
                "audit-tie",
                " / ".join(n for n in (one.winner, one.loser) if n),
                "the margin is {margin}: one ballot more or less could change the result, so no sample can confirm it; "
                "count all ballots by hand",
                margin=one.margin,
            )
    return tuple(sorted(found, key=lambda a: (a.margin, a.kind, a.winner, a.loser)))
