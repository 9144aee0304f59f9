"""What stands at the head of the papers of a whole province, Mẫu 27 to 30: of which election and province they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.election.definition import BallotForm, Contest, Election, Unit
from pipeline.messages import Message, message
from pipeline.usecases.official_data import Source, awaited, unit_objections, unit_province

FORMS: tuple[BallotForm, ...] = ("mau-13", "mau-14", "mau-15")
"""Of the National Assembly, of councils of provinces, of communes."""


@dataclass(frozen=True, slots=True)
class Heading:
    """``province``: empty where the units lie in several; ``years``: of the councils elected."""

    province: str
    term: str
    years: str
    year: int


def by_form(election: Election) -> Mapping[BallotForm, tuple[Contest, ...]]:
    """The contests of each level."""
    return {form: tuple(c for c in election.contests if c.ballot_form == form) for form in FORMS}


def elected_units(election: Election) -> Sequence[Unit]:
    return [u for u in election.units if u.seats]


def heading(source: Source) -> Heading:
    election = source.election
    provinces = {unit_province(source, source.first.unit(u.id)) for u in elected_units(election)}
    assembly = by_form(election)["mau-13"]
    return Heading(
        province=provinces.pop() if len(provinces) == 1 else "",
        term=assembly[0].body_term if assembly else "",
        years=next((c.years for c in election.contests if c.years), ""),
        year=election.day.year,
    )


def every_objection(source: Source, *, all_rounds: bool) -> Iterator[Message]:
    """Why the figures of some unit are not final, with its name: the paper is of all of them.

    ``all_rounds``: also where a unit must vote again, or elects more, and that round is not counted.
    """
    for unit in elected_units(source.election):
        body = source.election.contest(unit.contest).body
        later = [m for kind in ("re_vote", "extra") for m in awaited(source, unit, kind)] if all_rounds else []
        for found in (*unit_objections(source, source.first, unit), *later):
            yield message("{body}, unit {unit}: {text}", body=body, unit=unit.number, text=found)
