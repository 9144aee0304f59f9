"""What is odd in a definition but lawful, so that people are only warned of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from pipeline.election.collation import name_key
from pipeline.election.definition import Candidate, Election
from pipeline.errors import Problem
from pipeline.messages import message


def warnings_of(election: Election) -> list[Problem]:
    """What an official should look at and may leave."""
    return [*_unusual_orders(election), *_same_numbers(election), *_in_two_units(election)]


def _unusual_orders(election: Election) -> Iterator[Problem]:
    """R15: the order on the ballot is official input; sorting only checks it."""
    for unit in election.units:
        listed = election.candidates_of(unit.id)
        if [c.id for c in listed] != [c.id for c in in_order(listed)]:
            yield Problem(
                "R15",
                unit.id,
                message(
                    "R15: the order of the candidates differs from the alphabetical one: {expected}; "
                    "check the official list",
                    expected=", ".join(c.full_name for c in in_order(listed)),
                ),
            )


def _same_numbers(election: Election) -> Iterator[Problem]:
    seen: dict[tuple[str, str], str] = {}
    for area in election.areas:
        other = seen.setdefault((area.place, area.number), area.id)
        if other != area.id:
            yield Problem(
                "number-twice",
                area.id,
                message(
                    "number {number} is also that of the area '{other}' in the same commune; check the list of areas",
                    number=area.number,
                    other=other,
                ),
            )


def _in_two_units(election: Election) -> Iterator[Problem]:
    """Art. 57.5: nobody stands for the Assembly in two units; here for any contest, and only by name and birth."""
    contest_of = {u.id: u.contest for u in election.units}
    seen: dict[tuple[str, str, date], Candidate] = {}
    for candidate in election.candidates:
        key = (contest_of[candidate.unit], candidate.full_name.casefold(), candidate.birth_date)
        other = seen.setdefault(key, candidate)
        if other.unit != candidate.unit:
            yield Problem(
                "candidate-in-two-units",
                candidate.id,
                message(
                    "{name} with the same date of birth also stands in the unit '{unit}'; check the official list",
                    name=candidate.full_name,
                    unit=other.unit,
                ),
            )


def in_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The candidates as the form demands them: given, family, middle name, date of birth."""
    return sorted(candidates, key=lambda c: name_key(c.given, c.family, c.middle, c.birth_date))
