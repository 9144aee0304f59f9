"""Who is elected in a unit (law 85/2015/QH13 Art. 78), in integers: no percentage is ever compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

Shortfall = Literal["none", "extra_election_asked", "extra_election_due", "seats_stay_empty"]


@dataclass(frozen=True, slots=True)
class Runner:
    """A candidate with the votes of the whole unit."""

    id: str
    birth_date: date
    votes: int


@dataclass(frozen=True, slots=True)
class UnitOutcome:
    """What Art. 78 makes of a unit's totals.

    ``elected``: by votes, then the older first. ``undecided``: candidates tied at the end of the list with
    the same date of birth, among whom the law names nobody, for ``open_seats`` seats; a person decides.
    ``missing``: seats for which nobody qualifies.
    """

    recognised: bool
    """Turnout over half of the listed voters of the unit (Art. 78.1), or a re-vote (Art. 80.4)."""
    elected: tuple[str, ...]
    undecided: tuple[str, ...]
    open_seats: int
    missing: int


def outcome(
    runners: Sequence[Runner],
    seats: int,
    valid: int,
    voters: int,
    voted: int,
    *,
    needs_turnout: bool = True,
    needs_half: bool = True,
) -> UnitOutcome:
    """The elected of a unit.

    Art. 78.1: recognised only when more than half of the voters on the list took part, except in a re-vote
    (Art. 80.4: ``needs_turnout`` false). 78.2: more than half of the valid ballots (other rules of other
    elections: ``needs_half`` false, then at least one vote). 78.3: the most votes first. 78.4: equal votes at
    the end of the list for fewer seats than people: the older. Nobody is elected where it is not recognised.
    """
    if needs_turnout and 2 * voted <= voters:
        return UnitOutcome(False, (), (), 0, seats)
    able = [r for r in runners if (2 * r.votes > valid if needs_half else r.votes > 0)]
    ranked = sorted(able, key=lambda r: (-r.votes, r.birth_date, r.id))
    elected, rest = ranked[:seats], ranked[seats:]
    tied = _tied(elected, rest)
    sure = [r for r in elected if r not in tied]
    open_seats = len(elected) - len(sure)
    return UnitOutcome(
        recognised=True,
        elected=tuple(r.id for r in sure),
        undecided=tuple(r.id for r in tied),
        open_seats=open_seats,
        missing=seats - len(elected),
    )


def _tied(elected: Sequence[Runner], rest: Sequence[Runner]) -> list[Runner]:
    """Who shares votes and birth date across the line between the last seat and no seat."""
    if not elected or not rest:
        return []
    last, first_out = elected[-1], rest[0]
    if (last.votes, last.birth_date) != (first_out.votes, first_out.birth_date):
        return []
    return [r for r in (*elected, *rest) if (r.votes, r.birth_date) == (last.votes, last.birth_date)]


def shortfall(missing: int, seats: int, assembly: bool, first_round: bool = True) -> Shortfall:
    """What follows from missing seats (Art. 79): the Assembly for any; a council under two thirds filled."""
    if missing == 0:
        return "none"
    if not first_round:
        return "seats_stay_empty"
    if assembly:
        return "extra_election_asked"
    return "extra_election_due" if 3 * (seats - missing) < 2 * seats else "seats_stay_empty"


def standings(votes: Mapping[str, int], births: Mapping[str, date]) -> tuple[Runner, ...]:
    """Every candidate of a unit by votes, then the older first, as the minutes list them."""
    runners = [Runner(c, births[c], votes.get(c, 0)) for c in births]
    return tuple(sorted(runners, key=lambda r: (-r.votes, r.birth_date, r.id)))
