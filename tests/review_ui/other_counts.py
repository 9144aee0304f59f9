"""Counts of other kinds than one pile of one contest: an extra election, votes by shares, a congress, two contests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import counted
from counted import AREA

from benchmarks.congress import example, long_list
from pipeline.access.roles import SYSTEM, Actor
from pipeline.election.share_classes import with_classes
from pipeline.storage import accounts
from pipeline.tally.rounds import Decision
from pipeline.usecases.batches import close_batch
from pipeline.usecases.figures import keep_figures
from pipeline.usecases.ingest import open_batch
from pipeline.usecases.rulings import order_round
from pipeline.usecases.take_in import hand_over, take_in
from pipeline.usecases.workspace import Workspace, create_workspace
from tests.congress import test_screens, test_shares, test_whole_way
from tests.election.conftest import Files
from tests.rounds.conftest import put_figures, scan
from tests.usecases.conftest import AT, Pile, figures_for

LEADER = Actor("leader", "Phạm Văn Dũng", frozenset({"team_leader"}))
LAN = Actor("lan", "Lan", frozenset({"committee"}))
DECISION = Decision("12/NQ-HĐBCQG", date(2026, 3, 17), "Hội đồng bầu cử quốc gia")


def two_contests(mixed: Workspace, other: str = "xa") -> Workspace:
    """The Assembly contest of twelve ballots, and ten of the commune contest; both official."""
    with mixed.database.write() as db:
        accounts.put(db, LEADER)
    counted.closed(mixed, LEADER, "invalid:c")
    counted.nobody_in_the_other_areas(mixed)
    second_contest(mixed, other)
    return mixed


def second_contest(workspace: Workspace, other: str) -> None:
    """Ten ballots of another contest in the first area, nobody in the other areas of its unit; official."""
    election = workspace.election
    first = election.area(AREA).units[other]
    names = [c.id for c in election.candidates_of(first)]
    for area in (a for a in election.areas if a.units.get(other) == first):
        here = 10 if area.id == AREA else 0
        key = f"{area.id}-{other}"
        open_batch(workspace, SYSTEM, key, area.id, other, here, "simplex")
        with workspace.database.write() as db:
            pile = Pile(db, workspace.count, area.id, other, key)
            for _ in range(here):
                pile.read(pile.vote(*names[: election.unit(first).seats]))
            keep_figures(db, SYSTEM, [figures_for(area.id, other, here)], "test", AT)
        close_batch(workspace, SYSTEM, key)


def extra_election(folder: Path) -> Workspace:
    """A first round that left a seat empty, and the results of its extra election taken in."""
    (folder / "files").mkdir(parents=True)
    files = Files(folder / "files")
    files.areas = files.areas[:3]
    first = create_workspace(folder / "first", files.load())
    with first.database.write() as db:
        accounts.put(db, LAN)
    for area in ("kv1", "kv2"):
        scan(first, area, "qh", ["q1", "q1+q2", "q1+q3", "q1+q4", "q1", "q2"])
        put_figures(first, area, "qh", 6)
    later = order_round(first, SYSTEM, "extra", ["qh-1"], date(2026, 3, 22), DECISION)
    second = create_workspace(folder / "second", later)
    for area in ("kv1", "kv2"):
        scan(second, area, "qh", ["q3", "q3", "q4"])
        put_figures(second, area, "qh", 3)
    path = folder / "extra.json"
    path.write_bytes(hand_over(second, LAN))
    second.close()
    take_in(first, LAN, path)
    return first


def by_shares(folder: Path) -> Workspace:
    """A shareholders' meeting in two classes of ballots, counted and closed."""
    election = with_classes(test_shares.by_head(), test_shares.CLASSES)
    workspace = create_workspace(folder, replace(election, title="Đại hội đồng cổ đông thường niên"))
    test_shares.cast_into(workspace)
    test_shares.vote_invalid(workspace)
    return workspace


def long_congress(folder: Path) -> Workspace:
    """Ballots of three sheets, read, settled, closed."""
    folder.mkdir(parents=True, exist_ok=True)
    workspace, told = test_screens.counted(long_list(), "bch", folder, 2)
    test_whole_way.settle(workspace, told)
    close_batch(workspace, SYSTEM, "hoi-truong-bch")
    return workspace


def congress_table(folder: Path) -> Workspace:
    """Ballots with a table of agree and disagree, read; what is asked still waits."""
    folder.mkdir(parents=True, exist_ok=True)
    return test_screens.counted(example("example_congress_table"), "doan", folder, 40)[0]
