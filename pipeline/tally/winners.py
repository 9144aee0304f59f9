"""Who is elected in a unit (law 85/2015/QH13 Art. 78; congresses), in integers: no percentage is ever compared."""

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

    ``elected``: by votes, then the older first. ``undecided``: candidates tied at the end of the list (where the
    older wins: with the same date of birth), among whom the law names nobody, for ``open_seats`` seats; a person
    decides.
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
    half_of: int | None,
    voters: int,
    voted: int,
    *,
    needs_turnout: bool = True,
    older_wins: bool = True,
) -> UnitOutcome:
    """The elected of a unit.

    Art. 78.1: recognised only when more than half of the voters on the list took part, except in a re-vote
    (Art. 80.4: ``needs_turnout`` false). 78.2: more than half of ``half_of``, the valid ballots (a congress: of those
    summoned less recorded absences; ``None``: at least one vote). 78.3: the most votes first. 78.4: equal votes at
    the end of the list for fewer seats than people: the older (``older_wins`` false: a person decides). Nobody is
    elected where it is not recognised.
    """
    if needs_turnout and 2 * voted <= voters:
        return UnitOutcome(False, (), (), 0, seats)
    able = [r for r in runners if (r.votes > 0 if half_of is None else 2 * r.votes > half_of)]
    ranked = sorted(able, key=lambda r: (-r.votes, r.birth_date, r.id))
    elected, rest = ranked[:seats], ranked[seats:]
    tied = _tied(elected, rest, older_wins)
    sure = [r for r in elected if r not in tied]
    open_seats = len(elected) - len(sure)
    return UnitOutcome(
        recognised=True,
        elected=tuple(r.id for r in sure),
        undecided=tuple(r.id for r in tied),
        open_seats=open_seats,
        missing=seats - len(elected),
    )


def _tied(elected: Sequence[Runner], rest: Sequence[Runner], older_wins: bool) -> list[Runner]:
    """Who shares votes (and birth date, where age counts) across the line between the last seat and no seat."""

    def rank(r: Runner) -> tuple[int, date | None]:
        return r.votes, r.birth_date if older_wins else None

    if not elected or not rest or rank(elected[-1]) != rank(rest[0]):
        return []
    return [r for r in (*elected, *rest) if rank(r) == rank(elected[-1])]


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
