"""Whether a meeting that votes by shares has its classes: each with its number of shares, its seats and its people."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.election.definition import Election
from pipeline.election.fault_at import fault_at
from pipeline.election.faults import Faults
from pipeline.election.share_classes import BY_SHARES, groups
from pipeline.errors import Problem


def shares_of(election: Election, faults: Faults) -> Iterator[Problem]:
    weighed = election.rule_set == BY_SHARES
    for unit in election.units:
        if unit.seats and bool(unit.shares) != weighed and faults.sure("unit", unit.id, "shares"):
            yield fault_at(
                faults,
                "unit",
                unit.id,
                "shares",
                "unit-shares",
                "'{value}' shares: with the rule set 'shareholders-by-shares' every unit is a class of so many shares, "
                "with any other none is; make the definition with 'kiemphieu shares'",
                value=unit.shares or "",
            )
    people = {u.id: {c.id.removesuffix(f"-{u.shares}") for c in election.candidates_of(u.id)} for u in election.units}
    for classes in groups(election).values() if weighed else ():
        first = classes[0]
        for unit in classes[1:]:
            same = (unit.seats, people[unit.id]) == (first.seats, people[first.id])
            if not same or unit.shares in {u.shares for u in classes if u.id != unit.id}:
                yield fault_at(
                    faults,
                    "unit",
                    unit.id,
                    "shares",
                    "unit-shares",
                    "the class of {value} shares has not the seats and the people of the class of {other}, or stands "
                    "twice; make the definition with 'kiemphieu shares'",
                    value=unit.shares,
                    other=first.shares,
                )
