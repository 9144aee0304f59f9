"""The extra elections that a trial's result calls for (Art. 79), on simulated figures without paper.

Teams count them by hand and hand in their figures; the file of results goes the way that it goes between two
installations: out of a workspace of the round, into that of the first.
"""

from __future__ import annotations

import csv
from collections import Counter
from datetime import timedelta
from pathlib import Path

import numpy as np

from kiemphieu.screen import say
from pipeline.access.roles import SYSTEM, Actor
from pipeline.election.definition import Area, Election
from pipeline.election.figures import AreaFigures
from pipeline.messages import message
from pipeline.storage import accounts
from pipeline.tally.rounds import Decision
from pipeline.usecases.rulings import order_round, rounds
from pipeline.usecases.take_in import hand_over, take_in
from pipeline.usecases.totals import totals
from pipeline.usecases.workspace import Workspace, create_workspace

COMMITTEE = Actor("simulated-committee", "Simulated committee", frozenset({"committee"}), simulated=True)
CALLED = ("extra_election_due", "extra_election_asked")
LIKED = 0.75
"""So many of the voters leave somebody who is among the first of the list, as many as there are seats."""


def hold_extra_elections(workspace: Workspace, folder: Path, seed: int) -> None:
    """Order, count and take in an extra election in every unit that calls for one; nothing where none does."""
    units = [one.unit.id for one in rounds(workspace, SYSTEM) if one.follows in CALLED]
    if not units:
        return
    first = workspace.election.day
    decision = Decision("01/QĐ-UBBC", first + timedelta(days=2), "Ủy ban bầu cử (mô phỏng)")
    later = order_round(workspace, SYSTEM, "extra", units, first + timedelta(days=4), decision)
    counted = create_workspace(folder / "workspace", later)
    with workspace.database.read() as db:
        given = {(a.contest, a.area): a.figures for a in totals(db, workspace.count, SYSTEM).areas}
    sheet = folder / "results.csv"
    _write_figures(sheet, later, given, np.random.default_rng(seed))
    for one in (workspace, counted):
        with one.database.write() as db:
            accounts.put(db, COMMITTEE)
    take_in(counted, COMMITTEE, sheet)
    file = folder / "results.json"
    file.write_bytes(hand_over(counted, COMMITTEE))
    counted.close()
    taken = take_in(workspace, COMMITTEE, file)
    say(
        message(
            "SIMULATED extra election in {units}: the figures of {areas} areas are taken in from {file}",
            units=", ".join(units), areas=taken.areas, file=str(file),
        )
    )  # fmt: skip


def _write_figures(
    sheet: Path, later: Election, given: dict[tuple[str, str], AreaFigures | None], rng: np.random.Generator
) -> None:
    """What the teams hand in: one row for each area and contest."""
    head = ("election", "rule_set", "contest", "area", "voters", "voted", "issued", "collected", "valid", "invalid",
            "votes", "number", "day", "signers")  # fmt: skip
    rows = [
        [later.id, later.rule_set, contest, area.id, *_figures(later, area, contest, given[contest, area.id], rng),
         f"{n}/BB", f"{later.day:%d/%m/%Y}", "Tổ trưởng, Thư ký (mô phỏng)"]
        for n, (area, contest) in enumerate(((a, c) for a in later.areas for c in a.units), start=1)
    ]  # fmt: skip
    with sheet.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([head, *rows])


def _figures(
    later: Election, area: Area, contest: str, first: AreaFigures | None, rng: np.random.Generator
) -> list[object]:
    """voters, voted, issued, collected, valid, invalid, votes: fewer come than the first time, the list is the same."""
    unit = later.unit(area.units[contest])
    names = [c.id for c in later.candidates_of(unit.id)]
    voters = first.voters if first is not None else 0
    voted = int(rng.binomial(voters, 0.8))
    invalid = int(rng.binomial(voted, 0.04))
    votes: Counter[str] = Counter(dict.fromkeys(names, 0))
    for _ in range(voted - invalid):
        votes.update(_left(names, unit.seats, rng))
    told = "; ".join(f"{name}={votes[name]}" for name in names)
    return [voters, voted, voted, voted, voted - invalid, invalid, told]


def _left(names: list[str], seats: int, rng: np.random.Generator) -> list[str]:
    """The names that one voter leaves, one at least and as many as there are seats at most."""
    liked = [name for name in names[:seats] if rng.random() < LIKED]
    return liked or [names[int(rng.integers(len(names)))]]
