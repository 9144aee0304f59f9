"""A meeting that votes by shares: its definition with one ballot for each class, from the share register.

Of the register only the numbers of shares are used; no name is read, and nothing of it is kept but how many ballots
each class has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.election.definition import Election, Unit
from pipeline.errors import Problem, Refusal, refuse
from pipeline.messages import message
from pipeline.spreadsheets import check_sheet, parse_whole

BY_SHARES = "shareholders-by-shares"


@dataclass(frozen=True, slots=True)
class ShareClass:
    """Ballots that stand for ``shares`` each: how many are handed out, and to how many holders."""

    shares: int
    ballots: int
    holders: int


def load_register(path: Path) -> tuple[tuple[int, int], ...]:
    """(row, shares) of every holder: the column ``shares`` (or ``cổ phần``); other columns are passed over."""
    sheet, problems = check_sheet(path, ("shares",), aliases={"cổ phần": "shares", "số cổ phần": "shares"},
                                  open_columns=True)  # fmt: skip
    faults = [p for p in problems if p.code != "column-unknown"]
    found = []
    for row in sheet.rows:
        number = parse_whole(row.text("shares"))
        if not number:
            text = message("'{value}' is no number of shares; write digits, 1 or more", value=row.text("shares"))
            faults.append(Problem("shares", row.place("shares"), text))
        else:
            found.append((row.number, number))
    if faults:
        raise Refusal(faults)
    if not found:
        raise refuse("shares", path.name, "the register has no rows; write one for every holder")
    return tuple(found)


def with_classes(election: Election, classes: Sequence[ShareClass]) -> Election:
    """The definition in which every contest has one ballot for each class, all below the unit that it had.

    Refused (``shares-definition``): another rule set than ``shareholders``, or a definition that has classes already.
    """
    if election.rule_set != "shareholders" or any(u.shares for u in election.units):
        raise refuse(
            "shares-definition",
            election.rule_set,
            "start from a definition with the rule set 'shareholders', one unit for each contest and no classes",
        )
    leaves = [u for u in election.units if u.seats]
    units: list[Unit] = [replace(u, seats=0) for u in election.units]
    for n, (leaf, one) in enumerate(((leaf, one) for leaf in leaves for one in classes), start=1):
        name = f"{leaf.name}, phiếu {whole(one.shares)} cổ phần"
        units.append(Unit(f"{leaf.id}-{one.shares}", leaf.contest, str(n), name, leaf.id, leaf.seats, "", one.shares))
    areas = [
        replace(
            area,
            id=f"{area.id}-{one.shares}",
            number=str(n),
            name=f"{area.name}, phiếu {whole(one.shares)} cổ phần",
            units={contest: f"{unit}-{one.shares}" for contest, unit in area.units.items()},
        )
        for n, (area, one) in enumerate(((area, one) for area in election.areas for one in classes), start=1)
    ]
    people = [
        replace(c, id=f"{c.id}-{one.shares}", unit=f"{c.unit}-{one.shares}")
        for one in classes
        for c in election.candidates
    ]
    return replace(election, rule_set=BY_SHARES, units=tuple(units), areas=tuple(areas), candidates=tuple(people))


def whole(number: int) -> str:
    """With dots, as Vietnamese papers write thousands."""
    return f"{number:,}".replace(",", ".")


def groups(election: Election) -> Mapping[str, tuple[Unit, ...]]:
    """Unit that is elected in -> its classes, the largest first; empty where nobody votes by shares."""
    found: dict[str, tuple[Unit, ...]] = {}
    for unit in sorted((u for u in election.units if u.shares), key=lambda u: -u.shares):
        if unit.parent is not None:
            found[unit.parent] = (*found.get(unit.parent, ()), unit)
    return found
