"""Whether units have areas, candidates, seats and surplus (R15), and candidates the age, as the rules demand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date

from pipeline.election.definition import Candidate, Contest, Election, Unit
from pipeline.election.fault_at import fault_at
from pipeline.election.faults import Faults
from pipeline.election.rules import RULE_SETS
from pipeline.election.valid_references import is_its_own_ancestor
from pipeline.errors import Problem
from pipeline.messages import message


def units_of(election: Election, faults: Faults, excused: Sequence[tuple[str, str]]) -> Iterator[Problem]:
    listed: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in election.candidates:
        listed[candidate.unit].append(candidate)
    contests = {c.id: c for c in election.contests}
    parent_of = {u.id: u.parent for u in election.units}
    inner = set(parent_of.values())
    used = {u for a in election.areas for u in a.units.values()}
    names = {name for name, _ in excused}
    for unit in election.units:
        if unit.id in inner:
            if not is_its_own_ancestor(unit.id, parent_of):
                yield from _summing(unit, faults)
            continue
        if not unit.seats:
            if faults.sure("unit", unit.id, "seats") and faults.all_sure("unit", "parent"):
                yield fault_at(
                    faults,
                    "unit",
                    unit.id,
                    "seats",
                    "unit-without-seats",
                    "a unit at the end of its tree needs seats; write how many are elected",
                )
            continue
        if not faults.sure("unit", unit.id, "id"):
            continue
        if unit.id not in used and unit.contest in contests and faults.all_sure("area", unit.contest):
            yield fault_at(
                faults,
                "unit",
                unit.id,
                "id",
                "unit-without-area",
                "no voting area belongs to the unit '{id}'; name it in the areas",
                id=unit.id,
            )
        if faults.all_sure("candidate", "unit"):
            yield from _surplus(election, unit, contests.get(unit.contest), listed[unit.id], names, faults)
            yield from _orders(unit, listed[unit.id], faults)
    yield from _without_units(election, faults)
    if faults.whole("unit"):
        for name, place in excused:
            if name not in {u.id for u in election.units}:
                yield Problem(
                    "unit-unknown",
                    place,
                    message("the unit '{id}' is not defined; correct it or define it", id=name),
                )


def _summing(unit: Unit, faults: Faults) -> Iterator[Problem]:
    if unit.seats and faults.sure("unit", unit.id, "seats"):
        yield fault_at(
            faults,
            "unit",
            unit.id,
            "seats",
            "unit-with-seats",
            "'{id}' has units below it and only adds them up, but {seats} seats are written; leave the cell empty",
            id=unit.id,
            seats=unit.seats,
        )


def _without_units(election: Election, faults: Faults) -> Iterator[Problem]:
    held = {u.contest for u in election.units}
    for contest in election.contests:
        if contest.id not in held and faults.sure("contest", contest.id, "id") and faults.all_sure("unit", "contest"):
            yield fault_at(
                faults,
                "contest",
                contest.id,
                "id",
                "contest-without-unit",
                "the contest '{id}' has no units; add them or remove the contest",
                id=contest.id,
            )


def _orders(unit: Unit, listed: Sequence[Candidate], faults: Faults) -> Iterator[Problem]:
    orders = sorted(c.order for c in listed)
    if orders != list(range(1, len(orders) + 1)) and all(faults.sure("candidate", c.id, "order") for c in listed):
        yield fault_at(
            faults,
            "candidate",
            listed[0].id,
            "order",
            "order-gap",
            "the candidates of '{id}' are numbered {orders}; number them from 1 without gaps",
            id=unit.id,
            orders=", ".join(map(str, orders)),
        )


def _surplus(
    election: Election,
    unit: Unit,
    contest: Contest | None,
    listed: Sequence[Candidate],
    excused: Collection[str],
    faults: Faults,
) -> Iterator[Problem]:
    """R15. Law 85/2015/QH13 Art. 57.6 (Assembly: two more) and 58.3 (councils: one, two or three more)."""
    rules = RULE_SETS.get(election.rule_set)
    sure = faults.sure("unit", unit.id, "seats", "contest")
    if rules is None or contest is None or not sure or not faults.sure("contest", contest.id, "level"):
        return
    needed = unit.seats + rules.surplus_needed(contest.level, unit.seats)
    if rules.surplus_forbidden and len(listed) > unit.seats:
        yield fault_at(
            faults,
            "unit",
            unit.id,
            "seats",
            "R15",
            "R15: {count} candidates for {seats} seats, but these rules allow no surplus; correct the seats, remove "
            "candidates, or choose rules with surplus",
            count=len(listed),
            seats=unit.seats,
        )
    if not listed:
        yield fault_at(
            faults,
            "unit",
            unit.id,
            "id",
            "R15",
            "R15: the unit '{id}' has no candidates; add them, at least {needed}",
            id=unit.id,
            needed=needed,
        )
    elif len(listed) < needed and unit.id not in excused:
        yield fault_at(
            faults,
            "unit",
            unit.id,
            "seats",
            "R15",
            "R15: {count} candidates for {seats} seats, the law demands {needed}; add candidates or "
            "name the unit under surplus_excused",
            count=len(listed),
            seats=unit.seats,
            needed=needed,
        )


def people_of(election: Election, faults: Faults) -> Iterator[Problem]:
    rules = RULE_SETS.get(election.rule_set)
    least = rules.candidate_age if rules and election.day > date.min else 0
    seen: dict[tuple[str, str, date], str] = {}
    for candidate in election.candidates:
        if not faults.sure("candidate", candidate.id, "birth_date"):
            continue
        key = (candidate.unit, candidate.full_name.casefold(), candidate.birth_date)
        if faults.sure("candidate", candidate.id, "unit", "family", "middle", "given"):
            if key in seen:
                yield fault_at(
                    faults,
                    "candidate",
                    candidate.id,
                    "birth_date",
                    "candidate-twice",
                    "{name} with the same date of birth already stands as '{other}'; remove one",
                    name=candidate.full_name,
                    other=seen[key],
                )
            seen.setdefault(key, candidate.id)
        if election.day > date.min and _age(candidate.birth_date, election.day) < least:
            yield fault_at(
                faults,
                "candidate",
                candidate.id,
                "birth_date",
                "candidate-age",
                "born {born}, {name} is not {age} on the election day; correct the date",
                born=candidate.birth_date.strftime("%d/%m/%Y"),
                name=candidate.full_name,
                age=least,
            )


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
