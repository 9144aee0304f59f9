"""Rounds of one unit: what follows from a round, what a later round may be, and who is elected by all together.

Law 85/2015/QH13 Art. 79 (extra election), 80 (re-vote), 81 (annulment). Values in, values out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from pipeline.election.rule_type import Shortage
from pipeline.errors import Refusal, refuse
from pipeline.tally.totals import AreaResult, total
from pipeline.tally.winners import UnitOutcome, shortfall

LATEST = timedelta(days=7)
"""Art. 79.3, 80.4, 81.2: not later than 7 days after the first election day."""
Kind = Literal["first", "extra", "re_vote"]
FollowUp = Literal[
    "nothing",
    "person_decides_tie",
    "re_vote_asked",
    "re_vote_due",
    "extra_election_asked",
    "extra_election_due",
    "meeting_decides",
    "seats_stay_empty",
]
"""``asked``: the National Election Council decides (Assembly); ``due``: the committee of that level sets the day."""


@dataclass(frozen=True, slots=True)
class Decision:
    """By whose decision a round is held or a result annulled."""

    number: str
    day: date
    authority: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision about the result of a unit, as it is written down.

    ``tie``: ``chosen`` of those tied are elected (``tie_extra``: in the extra election of the unit); ``annul_area``
    (``area``), ``annul_unit``: Art. 81; ``extra``, ``re_vote``: a later round is held (in ``area`` alone where one is
    named), ``chosen`` is its list; ``re_voted``: the figures of the re-vote of ``area`` have come in and take the place
    of the annulled ones; ``no_extra``: the National Election Council holds no extra election (Art. 79.1 leaves it to
    the Council).
    """

    kind: Literal["tie", "tie_extra", "annul_area", "annul_unit", "extra", "re_vote", "re_voted", "no_extra"]
    contest: str
    unit: str
    area: str
    chosen: tuple[str, ...]
    decision: Decision
    reason: str = ""


def ruled(found: UnitOutcome, seats: int, rulings: Sequence[Ruling]) -> UnitOutcome:
    """The outcome of a unit under what was decided about it, the last decision of a kind counting.

    An annulled unit elects nobody. A tie that was decided among other people than are tied now (figures were corrected
    since) is open again.
    """
    if any(r.kind == "annul_unit" for r in rulings):
        return UnitOutcome(False, (), (), 0, seats)
    ties = [r for r in rulings if r.kind == "tie"]
    if ties and found.undecided:
        chosen = set(ties[-1].chosen)
        if len(chosen) == found.open_seats and chosen <= set(found.undecided):
            return settled_tie(ties[-1].unit, found, ties[-1].chosen)
    return found


def ties_of_extra(rulings: Sequence[Ruling]) -> tuple[Ruling, ...]:
    """The ties of an extra election as that round itself sees them, of the rulings of the first workspace."""
    return tuple(replace(r, kind="tie") for r in rulings if r.kind == "tie_extra")


def annulled_areas(rulings: Sequence[Ruling]) -> frozenset[str]:
    """Areas whose result is left out of every sum (Art. 81.1), until that of their re-vote takes its place."""
    return frozenset(r.area for r in rulings if r.kind == "annul_area") - re_voted_areas(rulings)


def re_voted_areas(rulings: Sequence[Ruling]) -> frozenset[str]:
    """Annulled areas that have voted again (Art. 81.2)."""
    return frozenset(r.area for r in rulings if r.kind == "re_voted")


@dataclass(frozen=True, slots=True)
class HeldRound:
    """One round of a unit that has been counted. ``candidates`` in the order of the ballot."""

    kind: Kind
    day: date
    seats: int
    candidates: tuple[str, ...]
    outcome: UnitOutcome
    annulled: Decision | None = None
    """The National Election Council has annulled the result of the whole unit (Art. 81.1)."""


@dataclass(frozen=True, slots=True)
class NextRound:
    """A round that may be held: its kind, seats and list, and by whose decision."""

    kind: Literal["extra", "re_vote"]
    day: date
    seats: int
    candidates: tuple[str, ...]
    decision: Decision


def follow_up(held: HeldRound, shortage: Shortage, assembly: bool) -> FollowUp:
    """What the result of a round brings about; its minutes and the report to the committee say so.

    Art. 79.1 (Assembly: any shortage), 79.2 (councils: fewer than two thirds), 79.3 (no second extra election),
    80.1-3 (turnout not over half), 80.4 (a re-vote is recognised as it is).
    """
    if held.annulled is not None or not held.outcome.recognised:
        return "re_vote_asked" if assembly else "re_vote_due"
    if held.outcome.undecided:
        return "person_decides_tie"
    if held.outcome.missing == 0:
        return "nothing"
    if shortage == "meeting":
        return "meeting_decides"
    if shortage == "none":
        return "seats_stay_empty"
    short = shortfall(held.outcome.missing, held.seats, assembly, held.kind == "first")
    return "nothing" if short == "none" else short


def extra_election(
    place: str, held: HeldRound, day: date, decision: Decision, shortage: Shortage, assembly: bool
) -> NextRound:
    """The extra election for the seats that stayed empty, among those not elected (Art. 79).

    Refused (``round-not-due``): after another round than the first, where nothing calls for it; (``round-day``): a day
    that is not within 7 days after the first.
    """
    follows = follow_up(held, shortage, assembly)
    if follows not in ("extra_election_asked", "extra_election_due", "meeting_decides"):
        raise round_not_due(place, "extra", follows)
    _check_day(place, held.day, day, decision)
    left = tuple(c for c in held.candidates if c not in held.outcome.elected)
    return NextRound("extra", day, held.outcome.missing, left, decision)


def re_vote(
    place: str, held: HeldRound, day: date, decision: Decision, shortage: Shortage, assembly: bool
) -> NextRound:
    """The re-vote with the first list (Art. 80, 81): turnout not over half, or annulled. Refused as above."""
    follows = follow_up(held, shortage, assembly)
    if held.kind != "first" or follows not in ("re_vote_asked", "re_vote_due"):
        raise round_not_due(place, "re_vote", follows)
    _check_day(place, held.day, day, decision)
    return NextRound("re_vote", day, held.seats, held.candidates, decision)


def re_vote_of_area(
    area: str, rulings: Sequence[Ruling], first: date, day: date, decision: Decision, unit: tuple[int, tuple[str, ...]]
) -> NextRound:
    """The re-vote in one annulled area alone, with the first list (Art. 81.1, 81.2). ``unit``: its seats and list.

    Refused (``area-not-annulled``) unless the area is annulled and has not voted again; (``round-day``) as above.
    """
    if area not in annulled_areas(rulings) or any(r.kind == "annul_unit" for r in rulings):
        raise refuse(
            "area-not-annulled",
            area,
            "only an area that is annulled by itself votes again by itself; annul it first, or order the re-vote of "
            "the unit",
        )
    _check_day(area, first, day, decision)
    seats, candidates = unit
    return NextRound("re_vote", day, seats, candidates, decision)


def round_not_due(place: str, kind: str, follows: FollowUp) -> Refusal:
    """What a round is refused with that nothing calls for."""
    return refuse(
        "round-not-due",
        place,
        "nothing calls for this round ({kind}) here: what follows from the result is '{follows}'",
        kind=kind,
        follows=follows,
    )


def _check_day(place: str, first: date, day: date, decision: Decision) -> None:
    if not decision.number.strip() or not decision.authority.strip():
        raise refuse("decision-missing", place, "write number, day and authority of the decision")
    if not first < day <= first + LATEST:
        raise refuse(
            "round-day",
            place,
            "{day} is not within 7 days after the first election day {first}; correct the day",
            day=f"{day:%d/%m/%Y}",
            first=f"{first:%d/%m/%Y}",
        )
    if not first <= decision.day <= day:
        raise refuse(
            "round-day",
            place,
            "the decision of {day} is not between the first election day {first} and the new one; correct its day",
            day=f"{decision.day:%d/%m/%Y}",
            first=f"{first:%d/%m/%Y}",
        )


@dataclass(frozen=True, slots=True)
class UnitFinal:
    """Who is elected in a unit by all its rounds; ``missing`` seats and what still follows from them."""

    seats: int
    elected: tuple[str, ...]
    by_round: tuple[tuple[Kind, tuple[str, ...]], ...]
    """Which rounds count, with whom they elect: a re-vote takes the place of the first round."""
    missing: int
    follows: FollowUp


def final(held: Sequence[HeldRound], shortage: Shortage, assembly: bool) -> UnitFinal:
    """All rounds of a unit together, the first round first.

    A re-vote replaces the round before it (its figures replace those in the summary forms); an extra election adds its
    elected to those of the first round.
    """
    first, *later = held
    counting = [first]
    for one in later:
        counting = [one] if one.kind == "re_vote" else [*counting, one]
    standing = [one for one in counting if one.annulled is None]
    elected = tuple(c for one in standing for c in one.outcome.elected)
    return UnitFinal(
        seats=first.seats,
        elected=elected,
        by_round=tuple((one.kind, one.outcome.elected) for one in standing),
        missing=first.seats - len(elected),
        follows=follow_up(counting[-1], shortage, assembly),
    )


def settled_tie(place: str, outcome: UnitOutcome, chosen: Sequence[str]) -> UnitOutcome:
    """The outcome once a person has decided who of those tied is elected.

    Refused (``tie-settled``) where nobody is tied; (``tie-choice``) unless exactly the open seats go to people who are
    tied.
    """
    if not outcome.undecided:
        raise refuse("tie-settled", place, "nobody is tied here; reload the page")
    if len(set(chosen)) != outcome.open_seats or not set(chosen) <= set(outcome.undecided):
        raise refuse(
            "tie-choice",
            place,
            "{open} of those tied ({tied}) must be chosen; choose exactly so many of them",
            open=outcome.open_seats,
            tied=", ".join(outcome.undecided),
        )
    in_order = tuple(c for c in outcome.undecided if c in set(chosen))
    return UnitOutcome(outcome.recognised, (*outcome.elected, *in_order), (), 0, outcome.missing)


def without_annulled(
    areas: Mapping[str, AreaResult], annulled: frozenset[str], again: Mapping[str, AreaResult]
) -> AreaResult:
    """A unit's sum: an annulled area (Art. 81) is left out until its re-vote, whose result takes its place.

    A re-vote of an area that is not annulled does not count.
    """
    return total(
        again.get(area, AreaResult()) if area in annulled else result for area, result in sorted(areas.items())
    )
