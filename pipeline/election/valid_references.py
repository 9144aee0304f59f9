"""Whether every id that a definition names exists, and trees are trees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.election.definition import Election, Unit
from pipeline.election.fault_at import fault_at
from pipeline.election.faults import Faults, Kind
from pipeline.errors import Problem

_ABOVE = {"country": (), "province": ("country",), "commune": ("province",)}
"""Kind of a place -> kinds that its parent may have."""


def references_of(election: Election, faults: Faults) -> list[Problem]:
    """Every id that a record names and that is nowhere or of something else, and trees that are none."""
    return [*_names_unknown(election, faults), *_trees(election, faults)]


def _names_unknown(election: Election, faults: Faults) -> Iterator[Problem]:
    contests = {c.id for c in election.contests}
    units = {u.id: u for u in election.units}
    for unit in election.units:
        if unit.contest not in contests and faults.whole("contest") and faults.sure("unit", unit.id, "contest"):
            yield fault_at(
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
            yield fault_at(
                faults,
                "candidate",
                candidate.id,
                "unit",
                "unit-unknown",
                "the unit '{id}' is not defined; correct it or define it",
                id=candidate.unit,
            )
        elif not units[candidate.unit].seats and faults.sure("unit", candidate.unit, "seats"):
            yield fault_at(
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
            yield fault_at(
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
            yield fault_at(
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
        yield fault_at(
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
        yield fault_at(
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
            yield fault_at(
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
            yield fault_at(
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
                yield fault_at(
                    faults,
                    kind,
                    identity,
                    "parent",
                    "parent-unknown",
                    "the parent '{id}' is not defined; correct it or leave it empty",
                    id=parent,
                )
        elif is_its_own_ancestor(identity, parent_of):
            yield fault_at(
                faults,
                kind,
                identity,
                "parent",
                "tree-cycle",
                "'{id}' stands above itself; correct the parents",
                id=identity,
            )


def is_its_own_ancestor(identity: str, parent_of: Mapping[str, str | None]) -> bool:
    above = parent_of.get(identity)
    for _ in parent_of:
        if above is None or above == identity:
            break
        above = parent_of.get(above)
    return above == identity
