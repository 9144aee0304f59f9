"""Whether a definition holds together: every id that is named exists, trees are trees, R15 holds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from pipeline.election.collation import name_key
from pipeline.election.definition import Candidate, Election, Unit
from pipeline.election.rules import rule_set
from pipeline.errors import Problem
from pipeline.messages import message

Places = Mapping[tuple[str, str], str]
"""(kind, id) -> where the record is written."""
VOTING_AGE = 18
CANDIDATE_AGE = 21
"""Art. 2 of the law: 21 full years on the election day to stand."""


def problems_of(election: Election, places: Places, excused: Collection[str] = ()) -> list[Problem]:
    """Every fault of a definition; ``excused`` are units whose missing surplus the Council has excused."""
    return [
        *_unknown_ids(election, places),
        *_trees(election, places),
        *_units(election, places, excused),
        *_people(election, places),
    ]


def _problem(places: Places, kind: str, identity: str, code: str, msgid: str, **params: object) -> Problem:
    return Problem(code, places.get((kind, identity), identity), message(msgid, **params))


def _unknown_ids(election: Election, places: Places) -> Iterator[Problem]:
    contests = {c.id for c in election.contests}
    units = {u.id: u for u in election.units}
    communes = {p.id for p in election.places if p.kind == "commune"}
    for unit in election.units:
        if unit.contest not in contests:
            yield _problem(
                places,
                "unit",
                unit.id,
                "contest-unknown",
                "the contest '{id}' is not defined; correct it or define it",
                id=unit.contest,
            )
    for area in election.areas:
        if area.place not in communes:
            yield _problem(
                places,
                "area",
                area.id,
                "place-unknown",
                "the commune '{id}' is not among the places; correct it or add it",
                id=area.place,
            )
        if not area.units:
            yield _problem(
                places,
                "area",
                area.id,
                "area-without-unit",
                "the area belongs to no unit of any contest; name one",
            )
        for contest, unit_id in area.units.items():
            if unit_id not in units or units[unit_id].contest != contest:
                yield _problem(
                    places,
                    "area",
                    area.id,
                    "unit-unknown",
                    "'{id}' is no unit of the contest '{contest}'; correct it",
                    id=unit_id,
                    contest=contest,
                )
            elif not units[unit_id].seats:
                yield _problem(
                    places,
                    "area",
                    area.id,
                    "unit-without-seats",
                    "the unit '{id}' has no seats, so it has no ballot; name a unit below it",
                    id=unit_id,
                )
    for candidate in election.candidates:
        if candidate.unit not in units:
            yield _problem(
                places,
                "candidate",
                candidate.id,
                "unit-unknown",
                "the unit '{id}' is not defined; correct it or define it",
                id=candidate.unit,
            )


def _trees(election: Election, places: Places) -> Iterator[Problem]:
    parents = {
        "unit": {u.id: u.parent for u in election.units},
        "place": {p.id: p.parent for p in election.places},
    }
    for kind, parent_of in parents.items():
        for identity, parent in parent_of.items():
            if parent is not None and parent not in parent_of:
                yield _problem(
                    places,
                    kind,
                    identity,
                    "parent-unknown",
                    "the parent '{id}' is not defined; correct it or leave it empty",
                    id=parent,
                )
            elif _is_its_own_ancestor(identity, parent_of):
                yield _problem(
                    places,
                    kind,
                    identity,
                    "tree-cycle",
                    "'{id}' stands above itself; correct the parents",
                    id=identity,
                )


def _is_its_own_ancestor(identity: str, parent_of: Mapping[str, str | None]) -> bool:
    above = parent_of.get(identity)
    for _ in parent_of:
        if above is None or above == identity:
            break
        above = parent_of.get(above)
    return above == identity


def _units(election: Election, places: Places, excused: Collection[str]) -> Iterator[Problem]:
    used = {u for a in election.areas for u in a.units.values()}
    inner = {u.parent for u in election.units}
    for unit in election.units:
        count = len(election.candidates_of(unit.id))
        if unit.id in inner:
            continue
        if not unit.seats:
            yield _problem(
                places,
                "unit",
                unit.id,
                "unit-without-seats",
                "a unit at the end of its tree needs seats; write how many are elected",
            )
            continue
        if unit.id not in used:
            yield _problem(
                places,
                "unit",
                unit.id,
                "unit-without-area",
                "no voting area belongs to the unit '{id}'; name it in the areas",
                id=unit.id,
            )
        yield from _surplus(election, unit, count, places, excused)
        orders = sorted(c.order for c in election.candidates_of(unit.id))
        if orders != list(range(1, count + 1)):
            yield _problem(
                places,
                "unit",
                unit.id,
                "order-gap",
                "the candidates of '{id}' are numbered {orders}; number them from 1 without gaps",
                id=unit.id,
                orders=", ".join(map(str, orders)),
            )


def _surplus(election: Election, unit: Unit, count: int, places: Places, excused: Collection[str]) -> Iterator[Problem]:
    """R15. Law 85/2015/QH13 Art. 57.6 (Assembly: two more) and 58.3 (councils: two or three more)."""
    contest = next((c for c in election.contests if c.id == unit.contest), None)
    needed = rule_set(election.rule_set).surplus_needed(contest.level, unit.seats) if contest else 0
    if count < unit.seats + needed and unit.id not in excused:
        yield _problem(
            places,
            "unit",
            unit.id,
            "R15",
            "R15: {count} candidates for {seats} seats, the law demands {needed}; add candidates or "
            "name the unit under surplus_excused",
            count=count,
            seats=unit.seats,
            needed=unit.seats + needed,
        )


def _people(election: Election, places: Places) -> Iterator[Problem]:
    seen: dict[tuple[str, str, date], str] = {}
    for candidate in election.candidates:
        key = (candidate.unit, candidate.full_name, candidate.birth_date)
        if key in seen:
            yield _problem(
                places,
                "candidate",
                candidate.id,
                "candidate-twice",
                "{name} with the same date of birth already stands as '{other}'; remove one",
                name=candidate.full_name,
                other=seen[key],
            )
        seen.setdefault(key, candidate.id)
        if _age(candidate.birth_date, election.day) < CANDIDATE_AGE:
            yield _problem(
                places,
                "candidate",
                candidate.id,
                "candidate-age",
                "born {born}, {name} is not {age} on the election day; correct the date",
                born=candidate.birth_date.strftime("%d/%m/%Y"),
                name=candidate.full_name,
                age=CANDIDATE_AGE,
            )


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def warnings_of(election: Election) -> list[Problem]:
    """What an official should look at and may leave: lists whose order is not the computed one (R15)."""
    found = []
    for unit in election.units:
        listed = election.candidates_of(unit.id)
        if [c.id for c in listed] != [c.id for c in in_order(listed)]:
            found.append(
                Problem(
                    "R15",
                    unit.id,
                    message(
                        "R15: the order of the candidates differs from the alphabetical one: {expected}; "
                        "check the official list",
                        expected=", ".join(c.full_name for c in in_order(listed)),
                    ),
                )
            )
    return found


def in_order(candidates: Collection[Candidate]) -> list[Candidate]:
    """The candidates as the form demands them: given, family, middle name, date of birth."""
    return sorted(candidates, key=lambda c: name_key(c.given, c.family, c.middle, c.birth_date))
