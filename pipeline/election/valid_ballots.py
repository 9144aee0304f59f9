"""Whether every ballot can be printed as its form prescribes, and its files named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from pipeline.election.definition import Election
from pipeline.election.fault_at import fault_at
from pipeline.election.faults import Faults
from pipeline.election.rules import RULE_SETS
from pipeline.errors import Problem


def printed_places(election: Election, faults: Faults) -> Iterator[Problem]:
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
        yield fault_at(
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
        yield fault_at(
            faults,
            "unit",
            unit,
            "id",
            "unit-in-several-places",
            "the areas of the unit '{id}' lie in {places}, but a ballot names one place; split it or correct them",
            id=unit,
            places=", ".join(sorted(of_unit[unit])),
        )


def prescribed_forms(election: Election, faults: Faults) -> Iterator[Problem]:
    """Mẫu 13 is the Assembly's ballot, 14 the provincial councils', 15 the communes' (Nghị quyết 40/NQ-HĐBCQG)."""
    rules = RULE_SETS.get(election.rule_set)
    for contest in election.contests:
        form = rules.ballot_forms.get(contest.level) if rules else None
        if form and form != contest.ballot_form and faults.sure("contest", contest.id, "level", "ballot_form"):
            yield fault_at(
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


def table_on_a_list(election: Election, faults: Faults) -> Iterator[Problem]:
    """Mẫu 13 to 15 are lists to cross out; a rule set that counts boxes would find none on them."""
    rules = RULE_SETS.get(election.rule_set)
    for contest in election.contests:
        if rules is None or rules.ballot == "strike_out" or contest.ballot_form == "dai-hoi":
            continue
        if rules.ballot == "agree_table" and faults.sure("contest", contest.id, "ballot_form"):
            yield fault_at(
                faults,
                "contest",
                contest.id,
                "ballot_form",
                "ballot-form",
                "'{form}' has names to cross out, but the rules '{rules}' count marks in boxes; write dai-hoi",
                form=contest.ballot_form,
                rules=election.rule_set,
            )


def file_names(election: Election, faults: Faults) -> Iterator[Problem]:
    """Minutes are filed as ``AREA-CONTEST``, which two pairs of ids with hyphens can share."""
    seen: dict[str, tuple[str, str]] = {}
    for area in election.areas:
        for contest in area.units:
            pair = (area.id, contest)
            other = seen.setdefault("-".join(pair).casefold(), pair)
            if len({p[0].casefold() for p in (pair, other)}) > 1:
                yield fault_at(
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
