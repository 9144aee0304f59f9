"""Whether a definition holds together: every id that is named exists, trees are trees, R15 holds.

Nothing is said of what :class:`Faults` calls unsure: it would only follow from a fault that is told already.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

from pipeline.election.collation import name_key
from pipeline.election.definition import Candidate, Contest, Election, Unit
from pipeline.election.faults import Faults, Kind
from pipeline.election.rules import RULE_SETS
from pipeline.errors import Problem
from pipeline.messages import message

_ABOVE = {"country": (), "province": ("country",), "commune": ("province",)}
"""Kind of a place -> kinds that its parent may have."""


def problems_of(election: Election, faults: Faults, excused: Sequence[tuple[str, str]] = ()) -> list[Problem]:
    """Every fault of a definition; ``excused`` are units whose missing surplus the Council has excused, with
    the place where they are named."""
    return [
        *_prescribed_forms(election, faults),
        *_table_on_a_list(election, faults),
        *_printed_places(election, faults),
        *references_of(election, faults),
        *_units(election, faults, excused),
        *_file_names(election, faults),
        *_people(election, faults),
    ]


def _printed_places(election: Election, faults: Faults) -> Iterator[Problem]:
    """A ballot names its one province (Mẫu 13, 14) or commune (Mẫu 15), which the areas of its unit tell."""
    communes = {p.id: p for p in election.places if p.kind == "commune"}
    if not faults.whole("place") or not all(faults.sure("place", p.id, "kind", "parent") for p in election.places):
        return
    provinces = {p.id for p in election.places if p.kind == "province"}
    by_province = {c.id for c in election.contests if c.ballot_form in ("mau-13", "mau-14")}
    unnamed = {c.id for c in election.contests if c.ballot_form == "dai-hoi"}
    without: dict[str, str] = {}
    of_unit: dict[str, set[str]] = defaultdict(set)
    for area in election.areas:
        commune = communes.get(area.place)
        if commune is None or not faults.sure("area", area.id, "place"):
            continue
        for contest, unit in area.units.items():
            if contest in unnamed:
                continue
            if contest in by_province and commune.parent is None:
                without.setdefault(commune.id, contest)
            elif contest not in by_province:
                of_unit[unit].add(commune.id)
            elif commune.parent in provinces:
                of_unit[unit].add(commune.parent)
    for commune_id, contest in without.items():
        yield _problem(
            faults,
            "place",
            commune_id,
            "parent",
            "place-without-province",
            "'{id}' lies in no province, which the ballots of the contest '{contest}' name; write its parent",
            id=commune_id,
            contest=contest,
        )
    for unit in (u.id for u in election.units if len(of_unit[u.id]) > 1):
        yield _problem(
            faults,
            "unit",
            unit,
            "id",
            "unit-in-several-places",
            "the areas of the unit '{id}' lie in {places}, but a ballot names one place; split it or correct them",
            id=unit,
            places=", ".join(sorted(of_unit[unit])),
        )


def references_of(election: Election, faults: Faults) -> list[Problem]:
    """Every id that a record names and that is nowhere or of something else, and trees that are none."""
    return [*_names_unknown(election, faults), *_trees(election, faults)]


def _problem(
    faults: Faults, kind: Kind, identity: str, column: str, code: str, msgid: str, **params: object
) -> Problem:
    record = faults.records.get((kind, identity))
    return Problem(code, record.place(column) if record else identity, message(msgid, **params))


def _prescribed_forms(election: Election, faults: Faults) -> Iterator[Problem]:
    """Mẫu 13 is the Assembly's ballot, 14 the provincial councils', 15 the communes' (Nghị quyết 40/NQ-HĐBCQG)."""
    rules = RULE_SETS.get(election.rule_set)
    for contest in election.contests:
        form = rules.ballot_forms.get(contest.level) if rules else None
        if form and form != contest.ballot_form and faults.sure("contest", contest.id, "level", "ballot_form"):
            yield _problem(
                faults,
                "contest",
                contest.id,
                "ballot_form",
                "ballot-form",
                "'{form}' is not the ballot of the level '{level}'; write {expected}",
                form=contest.ballot_form,
                level=contest.level,
                expected=form,
            )


def _table_on_a_list(election: Election, faults: Faults) -> Iterator[Problem]:
    """Mẫu 13 to 15 are lists to cross out; a rule set that counts boxes would find none on them."""
    rules = RULE_SETS.get(election.rule_set)
    for contest in election.contests:
        if rules is None or rules.ballot == "strike_out" or contest.ballot_form == "dai-hoi":
            continue
        if rules.ballot == "agree_table" and faults.sure("contest", contest.id, "ballot_form"):
            yield _problem(
                faults,
                "contest",
                contest.id,
                "ballot_form",
                "ballot-form",
                "'{form}' has names to cross out, but the rules '{rules}' count marks in boxes; write dai-hoi",
                form=contest.ballot_form,
                rules=election.rule_set,
            )


def _names_unknown(election: Election, faults: Faults) -> Iterator[Problem]:
    contests = {c.id for c in election.contests}
    units = {u.id: u for u in election.units}
    for unit in election.units:
        if unit.contest not in contests and faults.whole("contest") and faults.sure("unit", unit.id, "contest"):
            yield _problem(
                faults,
                "unit",
                unit.id,
                "contest",
                "contest-unknown",
                "the contest '{id}' is not defined; correct it or define it",
                id=unit.contest,
            )
    yield from _of_areas(election, units, faults)
    for candidate in election.candidates:
        if not faults.whole("unit") or not faults.sure("candidate", candidate.id, "unit"):
            continue
        if candidate.unit not in units:
            yield _problem(
                faults,
                "candidate",
                candidate.id,
                "unit",
                "unit-unknown",
                "the unit '{id}' is not defined; correct it or define it",
                id=candidate.unit,
            )
        elif not units[candidate.unit].seats and faults.sure("unit", candidate.unit, "seats"):
            yield _problem(
                faults,
                "candidate",
                candidate.id,
                "unit",
                "unit-without-seats",
                "the unit '{id}' has no seats, so it has no ballot; name a unit below it",
                id=candidate.unit,
            )


def _of_areas(election: Election, units: Mapping[str, Unit], faults: Faults) -> Iterator[Problem]:
    communes = {p.id for p in election.places if p.kind == "commune" or not faults.sure("place", p.id, "kind")}
    for area in election.areas:
        if area.place not in communes and faults.whole("place") and faults.sure("area", area.id, "place"):
            yield _problem(
                faults,
                "area",
                area.id,
                "place",
                "place-unknown",
                "the commune '{id}' is not among the places; correct it or add it",
                id=area.place,
            )
        columns = [c.id for c in election.contests]
        if not area.units and faults.whole("contest") and faults.sure("area", area.id, *columns):
            yield _problem(
                faults,
                "area",
                area.id,
                "",
                "area-without-unit",
                "the area belongs to no unit of any contest; name one",
            )
        for contest, unit_id in area.units.items():
            if faults.whole("unit") and faults.sure("area", area.id, contest):
                yield from _of_area(area.id, contest, units.get(unit_id), unit_id, faults)


def _of_area(area: str, contest: str, unit: Unit | None, unit_id: str, faults: Faults) -> Iterator[Problem]:
    if unit is None or (unit.contest != contest and faults.sure("unit", unit.id, "contest")):
        yield _problem(
            faults,
            "area",
            area,
            contest,
            "unit-unknown",
            "'{id}' is no unit of the contest '{contest}'; correct it",
            id=unit_id,
            contest=contest,
        )
    elif not unit.seats and faults.sure("unit", unit.id, "seats"):
        yield _problem(
            faults,
            "area",
            area,
            contest,
            "unit-without-seats",
            "the unit '{id}' has no seats, so it has no ballot; name a unit below it",
            id=unit_id,
        )


def _trees(election: Election, faults: Faults) -> Iterator[Problem]:
    units = {u.id: u for u in election.units}
    places = {p.id: p for p in election.places}
    yield from _tree("unit", {u.id: u.parent for u in election.units}, faults)
    yield from _tree("place", {p.id: p.parent for p in election.places}, faults)
    for unit in election.units:
        above = units.get(unit.parent) if unit.parent else None
        if (
            above
            and above.contest != unit.contest
            and faults.sure("unit", unit.id, "contest", "parent")
            and faults.sure("unit", above.id, "contest")
        ):
            yield _problem(
                faults,
                "unit",
                unit.id,
                "parent",
                "parent-other-contest",
                "'{parent}' stands in the contest '{other}', not in '{contest}'; each contest has a tree of its own",
                parent=above.id,
                other=above.contest,
                contest=unit.contest,
            )
    for place in election.places:
        over = places.get(place.parent) if place.parent else None
        if over and over.kind not in _ABOVE.get(place.kind, ()) and faults.sure("place", over.id, "kind"):
            if not faults.sure("place", place.id, "kind", "parent"):
                continue
            yield _problem(
                faults,
                "place",
                place.id,
                "parent",
                "parent-kind",
                "'{parent}' ({above}) does not stand above a {below}; correct the parent",
                parent=over.id,
                above=over.kind,
                below=place.kind,
            )


def _tree(kind: Kind, parent_of: Mapping[str, str | None], faults: Faults) -> Iterator[Problem]:
    for identity, parent in parent_of.items():
        if parent is not None and parent not in parent_of:
            if faults.whole(kind) and faults.sure(kind, identity, "parent"):
                yield _problem(
                    faults,
                    kind,
                    identity,
                    "parent",
                    "parent-unknown",
                    "the parent '{id}' is not defined; correct it or leave it empty",
                    id=parent,
                )
        elif _is_its_own_ancestor(identity, parent_of):
            yield _problem(
                faults,
                kind,
                identity,
                "parent",
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


def _units(election: Election, faults: Faults, excused: Sequence[tuple[str, str]]) -> Iterator[Problem]:
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
            if not _is_its_own_ancestor(unit.id, parent_of):
                yield from _summing(unit, faults)
            continue
        if not unit.seats:
            if faults.sure("unit", unit.id, "seats") and faults.all_sure("unit", "parent"):
                yield _problem(
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
            yield _problem(
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
        yield _problem(
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
            yield _problem(
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
        yield _problem(
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
        yield _problem(
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
        yield _problem(
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
        yield _problem(
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


def _file_names(election: Election, faults: Faults) -> Iterator[Problem]:
    """Minutes are filed as ``AREA-CONTEST``, which two pairs of ids with hyphens can share."""
    seen: dict[str, tuple[str, str]] = {}
    for area in election.areas:
        for contest in area.units:
            pair = (area.id, contest)
            other = seen.setdefault("-".join(pair).casefold(), pair)
            if len({p[0].casefold() for p in (pair, other)}) > 1:
                yield _problem(
                    faults,
                    "area",
                    area.id,
                    "id",
                    "file-twice",
                    "the files of area '{area}' and contest '{contest}' would be named like those of area '{other}'; "
                    "give the area another id",
                    area=area.id,
                    contest=contest,
                    other=other[0],
                )


def _people(election: Election, faults: Faults) -> Iterator[Problem]:
    rules = RULE_SETS.get(election.rule_set)
    least = rules.candidate_age if rules and election.day > date.min else 0
    seen: dict[tuple[str, str, date], str] = {}
    for candidate in election.candidates:
        if not faults.sure("candidate", candidate.id, "birth_date"):
            continue
        key = (candidate.unit, candidate.full_name.casefold(), candidate.birth_date)
        if faults.sure("candidate", candidate.id, "unit", "family", "middle", "given"):
            if key in seen:
                yield _problem(
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
            yield _problem(
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
