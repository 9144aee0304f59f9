"""Lists and statistics of the elected from totals and dossiers: Mẫu 21, 26, 28 and 30."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.election.collation import name_key
from pipeline.election.definition import Candidate, Contest, Unit
from pipeline.election.particulars import Committee, Dossier
from pipeline.messages import Message, message
from pipeline.reports.official.elected import Dossier as Line
from pipeline.reports.official.elected import ElectedList
from pipeline.reports.official.statistics_fields import (
    SECTORS,
    YOUNG,
    Composition,
    LevelFigures,
    Statistics,
    Trait,
)
from pipeline.usecases.official_data import (
    NOBODY,
    Source,
    assembly,
    awaited,
    calls_for,
    unit_objections,
    unit_province,
    unit_result,
)
from pipeline.usecases.official_heading import by_form, every_objection, heading

GENDERS = {"male": "Nam", "female": "Nữ"}


def elected_of(source: Source, units: Sequence[Unit]) -> tuple[Candidate, ...]:
    """Everybody elected in some units over all rounds that are given, by the alphabet."""
    found: list[Candidate] = []
    wanted = {u.id for u in units}
    for result in (source.first, *source.later):
        chosen = {
            c
            for u in result.totals.units
            if u.unit in wanted and u.outcome is not None and not any(r.kind == "annul_unit" for r in u.rulings)
            for c in u.outcome.elected
        }
        found += [c for c in result.election.candidates if c.id in chosen]
    return tuple(sorted(found, key=lambda c: name_key(c.given, c.family, c.middle, c.birth_date)))


def elected_list(source: Source, contest: Contest, unit: Unit | None) -> ElectedList:
    """Mẫu 21 of an Assembly unit, or (without unit) Mẫu 26 of a council."""
    election = source.election
    units = [u for u in election.units if u.contest == contest.id and u.seats] if unit is None else [unit]
    board = source.given.boards.get(unit.id, NOBODY[0]) if unit is not None else None
    committee = source.given.committees.get(contest.id, NOBODY[1])
    signing = board or committee
    objections = [m for u in units for m in unit_objections(source, source.first, u)]
    if unit is None:  # the whole council: not before its units have voted again or elected more
        objections += [m for u in units for kind in ("re_vote", "extra") for m in awaited(source, u, kind)]
    if any(source.first.unit(u.id).outcome is None for u in units):
        objections.append(message("who is elected is not settled yet; finish the count, or decide the tie"))
    return ElectedList(
        assembly=assembly(contest),
        province=unit_province(source, source.first.unit(units[0].id)),
        unit=unit.number if unit is not None else "",
        body=contest.body,
        body_term=contest.body_term,
        years=contest.years,
        day=election.day,
        year=election.day.year,
        people=tuple(_line(source, c) for c in elected_of(source, units)),
        seats=sum(u.seats for u in units),
        place=signing.signed_place,
        signed=signing.signed_day,
        objections=tuple(objections),
    )


def _line(source: Source, person: Candidate) -> Line:
    given = source.given.dossiers.get(person.id, Dossier(person.id))
    return Line(
        name=person.full_name + (f" ({person.other_name})" if person.other_name else ""),
        unit=source.election.unit(person.unit).number,
        born=person.birth_date,
        gender=GENDERS[person.gender],
        nationality=given.nationality,
        ethnicity=given.ethnicity,
        religion=given.religion,
        home=given.home,
        residence=given.residence,
        schooling=given.schooling,
        profession=given.profession,
        degree=given.degree,
        theory=given.theory,
        languages=given.languages,
        work=given.work,
        workplace=given.workplace,
        party_since=f"{given.party_since:%d/%m/%Y}" if given.party_since else "",
        assembly_member=given.assembly_member,
        council_member=given.council_member,
        note=given.note,
    )


def statistics(source: Source, *, official: bool) -> Statistics:
    """Mẫu 28 or 30: all levels of one province."""
    election = source.election
    by_level, head = by_form(election), heading(source)
    first = by_level["mau-13"] or by_level["mau-14"]
    committee = source.given.committees.get(first[0].id, NOBODY[1]) if first else Committee("")
    levels = {form: LevelOf(source, contests) for form, contests in by_level.items()}
    people = {form: level.people() for form, level in levels.items()}
    return Statistics(
        official=official,
        province=head.province,
        term=head.term,
        years=head.years,
        year=head.year,
        place=committee.signed_place,
        signed=committee.signed_day,
        assembly=levels["mau-13"].figures(),
        provincial=levels["mau-14"].figures(),
        communal=levels["mau-15"].figures(),
        assembly_people=people["mau-13"].composition,
        provincial_people=people["mau-14"].composition,
        communal_people=people["mau-15"].composition,
        objections=(*every_objection(source, all_rounds=official), *(m for p in people.values() for m in p.why)),
    )


@dataclass(frozen=True, slots=True)
class People:
    composition: Composition | None
    why: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class LevelOf:
    """The contests of one level, over all of their units."""

    source: Source
    contests: tuple[Contest, ...]

    @property
    def units(self) -> tuple[Unit, ...]:
        ids = {c.id for c in self.contests}
        return tuple(u for u in self.source.election.units if u.contest in ids and u.seats)

    def figures(self) -> LevelFigures:
        """One row of table I; what is not settled in one unit or area is not known for the level."""
        source, units = self.source, self.units
        if not units:
            return LevelFigures(**dict.fromkeys(LevelFigures.__slots__, 0))
        found = [source.first.unit(u.id) for u in units]
        results = [unit_result(source, source.first, u) for u in units]
        again = [calls_for(source, u, "re_vote") for u in units]
        more = [calls_for(source, u, "extra") for u in units]
        areas = [source.first.areas(u) for u in found]
        under = [_under_half(r.count.voted, r.count.voters) for r in results]
        low = [_under_half(*_turnout(a)) for of in areas for a in of]
        annulled = sum(len(u.left_out) for u in found)
        short = [r.missing and _is_short(self.contests, u, r.missing) for u, r in zip(units, results, strict=True)]
        return LevelFigures(
            voters=_sum(r.count.voters for r in results),
            voted=_sum(r.count.voted for r in results),
            units=len(units),
            units_of_one_area=sum(len(a) == 1 for a in areas),
            units_under_half=_sum(under),
            units_annulled=sum(any(r.kind == "annul_unit" for r in u.rulings) for u in found),
            units_revote=_sum(again),
            units_extra=_sum(more),
            units_short=_sum(short),
            areas=sum(len(a) for a in areas) + annulled,
            areas_under_half=_sum(low),
            areas_annulled=annulled,
            areas_revote=_sum(b if b is None else b * len(a) for b, a in zip(again, areas, strict=True)),
            areas_extra=_sum(b if b is None else b * len(a) for b, a in zip(more, areas, strict=True)),
            issued=_sum(r.count.issued for r in results),
            collected=_sum(r.count.collected for r in results),
            valid=_sum(r.count.valid for r in results),
        )

    def people(self) -> People:
        """Who was elected at this level, where every dossier tells it."""
        if any(self.source.first.unit(u.id).outcome is None for u in self.units):
            return People(None, ())
        return people_of(self.source, self.units)


def people_of(source: Source, units: Sequence[Unit]) -> People:
    """Who was elected in units, where every dossier tells it."""
    elected = elected_of(source, units)
    dossiers = [source.given.dossiers.get(c.id, Dossier(c.id)) for c in elected]
    why = [m for c, d in zip(elected, dossiers, strict=True) for m in _untold(c, d)]
    if why:
        return People(None, tuple(why))
    return People(_composition(sum(u.seats for u in units), elected, dossiers, source.election.day), ())


def _sum(values: Iterator[int | None] | Sequence[int | None]) -> int | None:
    every = list(values)
    return None if None in every else sum(int(v) for v in every if v is not None)


def _turnout(area: object) -> tuple[int | None, int | None]:
    figures = getattr(area, "figures", None)
    return (figures.voted, figures.voters) if figures is not None else (None, None)


def _under_half(voted: int | None, voters: int | None) -> int | None:
    return None if voted is None or voters is None else int(2 * voted < voters)


def _is_short(contests: Sequence[Contest], unit: Unit, missing: int) -> int:
    """Note (*) of Mẫu 30: the Assembly for any empty seat, a council where fewer than two thirds are filled."""
    return int(assembly(contests[0]) or 3 * (unit.seats - missing) < 2 * unit.seats)


NEEDED = {
    "ethnicity": message("ethnicity"),
    "religion": message("religion"),
    "sector": message("sector"),
    "study": message("level of study"),
    "theory_level": message("level of political theory"),
    "self_nominated": message("whether self-nominated"),
    "reelected": message("whether elected before"),
}


def _untold(person: Candidate, given: Dossier) -> Iterator[Message]:
    without = [label for name, label in NEEDED.items() if getattr(given, name) in ("", None)]
    if len(without) == len(NEEDED):
        yield message(
            "{name}: the dossier is missing; enter it on the screen 'Data of the forms' or by 'kiemphieu particulars'",
            name=person.full_name,
        )
        return
    for label in without:
        yield message(
            "{name}: {field} is missing; enter it on the screen 'Data of the forms' or by 'kiemphieu particulars'",
            name=person.full_name,
            field=label,
        )


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


_NO_RELIGION = frozenset({"không", "không có"})


def _composition(seats: int, elected: Sequence[Candidate], given: Sequence[Dossier], day: date) -> Composition:
    traits: dict[Trait, int] = {
        "women": sum(c.gender == "female" for c in elected),
        "minority": sum(d.ethnicity.casefold() != "kinh" for d in given),
        "young": sum(_age(c.birth_date, day) < YOUNG for c in elected),
        "outside_party": sum(d.party_since is None for d in given),
        "reelected": sum(bool(d.reelected) for d in given),
        "religious": sum(d.religion.casefold() not in _NO_RELIGION for d in given),
        "self_nominated": sum(bool(d.self_nominated) for d in given),
    }

    def of(name: str, value: str) -> int:
        return sum(getattr(d, name) == value for d in given)

    return Composition(
        seats=seats,
        elected=len(elected),
        traits=traits,
        below_university=of("study", "below_university"),
        university=of("study", "university"),
        postgraduate=of("study", "postgraduate"),
        theory_intermediate=of("theory_level", "intermediate"),
        theory_advanced=of("theory_level", "advanced"),
        theory_bachelor=of("theory_level", "bachelor"),
        sectors={s: of("sector", s) for s in SECTORS},
    )
