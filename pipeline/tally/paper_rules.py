"""Rules over several papers of one area or unit: R13 across contests, R17 to R19 and R21 over minutes and inventory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.election.definition import Level
from pipeline.messages import Message, message
from pipeline.tally.rules import Finding
from pipeline.tally.winners import UnitOutcome

Sign = Literal["first_witness", "second_witness", "leader", "secretary", "stamp", "nothing_erased"]
SIGNS: tuple[Sign, ...] = ("first_witness", "second_witness", "leader", "secretary", "stamp", "nothing_erased")
"""What the count minutes Mẫu 18 and 23 demand: two witnesses, the Tổ trưởng with the stamp, the secretary; note 1 of
both forms: nothing may be erased."""


def r13(voters: Mapping[Level, int]) -> Iterable[Message]:
    """R13: Assembly voters = province voters ≥ commune voters in one area; a level without a contest is absent."""
    assembly, province, commune = (voters.get(level) for level in ("assembly", "province", "commune"))
    if assembly is not None and province is not None and assembly != province:
        yield message(
            "{assembly} voters on the list for the Assembly but {province} for the province council; they are the same "
            "people, so correct the figure or give the reason",
            assembly=assembly,
            province=province,
        )
    most = assembly if assembly is not None else province
    if most is not None and commune is not None and commune > most:
        yield message(
            "{commune} voters on the list for the commune council but only {most} for the higher level; correct the "
            "figure or give the reason",
            commune=commune,
            most=most,
        )


def r17(found: Collection[str], demanded: Iterable[Sign] = SIGNS) -> tuple[Sign, ...]:
    """R17: the signatures and the stamp that the form demands are there, nothing is erased; gives what is lacking."""
    return tuple(sign for sign in demanded if sign not in found)


def r18(elected: Collection[str], computed: UnitOutcome, seats: int, missing: int | None = None) -> Iterable[Message]:
    """R18: the elected in the minutes of others are those that Art. 78 gives; missing = seats − elected."""
    for candidate in sorted(set(elected) - {*computed.elected, *computed.undecided}):
        yield message(
            "{candidate} is written down as elected but is not by the votes; correct the list of the elected",
            candidate=candidate,
        )
    for candidate in sorted(set(computed.elected) - set(elected)):
        yield message(
            "{candidate} is elected by the votes but is not written down; correct the list of the elected",
            candidate=candidate,
        )
    chosen = set(elected) & set(computed.undecided)
    if len(chosen) > computed.open_seats:
        yield message(
            "{chosen} of those tied are written down as elected for {open} seats; correct the list of the elected",
            chosen=len(chosen),
            open=computed.open_seats,
        )
    if missing is not None and missing != seats - len(set(elected)):
        yield message(
            "{missing} seats are written down as empty, but {seats} seats − {elected} elected = {left}; correct it",
            missing=missing,
            seats=seats,
            elected=len(set(elected)),
            left=seats - len(set(elected)),
        )


@dataclass(frozen=True, slots=True)
class InventoryRow:
    """One numbered row of Mẫu 32: what it counts, its total as it is written, and the number of each ballot."""

    name: Literal["received", "issued", "spoiled", "left_over"]
    total: int
    of: Mapping[str, int]
    """contest -> ballots."""


def r19(row: InventoryRow, issued: Mapping[str, int]) -> Iterable[Message]:
    """R19: the issued figure of Mẫu 18 or 23 (``issued`` by contest) is the one of Mẫu 32."""
    for contest in sorted(row.of.keys() & issued.keys()):
        if row.of[contest] != issued[contest]:
            yield message(
                "contest {contest}: the inventory (Mẫu 32) has {inventory} ballots issued, the minutes {minutes}; "
                "correct the figure that is off",
                contest=contest,
                inventory=row.of[contest],
                minutes=issued[contest],
            )


_ROWS: Mapping[str, Message] = {
    "received": message("ballots received"),
    "issued": message("ballots issued"),
    "spoiled": message("ballots exchanged because they were spoiled"),
    "left_over": message("ballots left over"),
}


def r21(rows: Iterable[InventoryRow]) -> Iterable[Message]:
    """R21: each row of Mẫu 32 = the sum of its ballot types."""
    for row in rows:
        if row.total != sum(row.of.values()):
            yield message(
                "row '{row}' of the inventory (Mẫu 32) says {total}, but its ballots are {sum} together; correct it",
                row=_ROWS[row.name],
                total=row.total,
                sum=sum(row.of.values()),
            )


def inventory_findings(rows: Collection[InventoryRow], issued: Mapping[str, int]) -> tuple[Finding, ...]:
    """R19 and R21 over an inventory; both are arithmetic."""
    same = [m for row in rows if row.name == "issued" for m in r19(row, issued)]
    return (*(Finding(19, "error", m) for m in same), *(Finding(21, "error", m) for m in r21(rows)))


def voters_findings(voters: Mapping[Level, int]) -> tuple[Finding, ...]:
    """R13 over the contests of one area."""
    return tuple(Finding(13, "warning", text) for text in r13(voters))
