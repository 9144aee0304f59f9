"""A pile with everything that a team and a committee meet: valid, plainly invalid, doubtful and disputed ballots."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from typed_paper import Sheet, scan
from visitors import Clock

from pipeline.access.roles import SYSTEM, Actor
from pipeline.election.figures import AreaFigures, Member, Witness
from pipeline.review.states import TeamVote
from pipeline.storage import accounts, items
from pipeline.storage.figures import latest
from pipeline.usecases.batches import close_batch
from pipeline.usecases.figures import figures_from_json, figures_to_json, keep_figures
from pipeline.usecases.ingest import open_batch
from pipeline.usecases.review import enter, queue, team_decides
from pipeline.usecases.team import agenda
from pipeline.usecases.workspace import Workspace, open_workspace

BATCH, AREA, CONTEST = "kv1-qh", "kv1", "qh"
MIXED = [
    *[Sheet(("clear", "clear", "clear", "struck", "struck")) for _ in range(5)],
    Sheet(("clear", "struck", "struck", "struck", "struck")),
    *[Sheet(("clear",) * 5) for _ in range(3)],  # five names for three seats: ground c
    Sheet(("struck",) * 5),  # ground d
    Sheet(("partial asked", "clear", "struck", "struck", "struck")),
    Sheet(("clear", "struck asked", "clear", "struck", "struck")),
]
TEAM = ("Nguyễn Văn Hòa", "Trần Thị Lan", "Lê Văn Minh", "Phạm Thị Nga", "Hoàng Văn Phúc", "Vũ Thị Quỳnh")


def scanned(empty: Path, folder: Path) -> Path:
    """A workspace with that pile, read."""
    shutil.copytree(empty, folder)
    opened = open_workspace(folder, Clock())
    scan(opened, folder.parent / "scans", MIXED, BATCH)
    opened.close()
    return folder


def place(workspace: Workspace, name: int) -> items.StoredItem:
    """The item about the place of the first or second asked sheet (0: partial, 1: struck)."""
    with workspace.database.read() as db:
        found = sorted((i for i in items.of_batch(db, BATCH, "field")), key=lambda i: i.subject.field)
    return found[name]


def settle(workspace: Workspace, value_of: Sequence[str] = ("partial", "struck")) -> None:
    """Two people answer what is asked, alike."""
    pair = [Actor(k, k.title(), frozenset({"reviewer"})) for k in ("mot", "hai")]
    with workspace.database.write() as db:
        for actor in pair:
            accounts.put(db, actor)
    asked = [place(workspace, n).id for n in range(2)]
    for actor in pair:
        with workspace.database.write() as db:
            for item in queue(db, actor):
                enter(db, workspace.count, actor, item.id, value_of[asked.index(item.id)], workspace.clock())


def vote(workspace: Workspace, leader: Actor, doubtful: str) -> None:
    """The team decides on everything before it: ``doubtful`` on what is in doubt, else the ground that is plain."""
    found = agenda(workspace, leader)
    with workspace.database.write() as db:
        for pile in (*found.piles, *((c,) for c in found.single)):
            verdict = f"invalid:{pile[0].ground}" if pile[0].ground else doubtful
            votes = [TeamVote(m, verdict) for m in TEAM[:5]]
            team_decides(db, workspace.count, leader, [c.item for c in pile], TEAM, votes, workspace.clock())


def figures(workspace: Workspace, **changes: object) -> None:
    """What the team of the area wrote down, fitting the pile unless changed."""
    number = len(MIXED)
    day = datetime(2026, 3, 15)
    plain: dict[str, object] = {
        "voters": 20,
        "voted": number,
        "received": 20,
        "issued": number,
        "left_over": 20 - number,
        "spoiled": 0,
        "opened": day.replace(hour=7),
        "closed": day.replace(hour=19),
        "finished": day.replace(hour=23),
        "members": tuple(Member(n, r) for n, r in zip(TEAM, ("Tổ trưởng", "Thư ký", *["Ủy viên"] * 4), strict=True)),
        "opening_witnesses": (Witness("Đỗ Văn Sơn", "thôn Đông"), Witness("Bùi Thị Tâm", "thôn Đoài")),
        "closing_witnesses": (Witness("Đỗ Văn Sơn", "thôn Đông"), Witness("Bùi Thị Tâm", "thôn Đoài")),
        "incidents": "Không có",
        "complaints": "Không có",
    }
    given = AreaFigures(AREA, CONTEST, **{**plain, **changes})  # type: ignore[arg-type]
    with workspace.database.write() as db:
        keep_figures(db, SYSTEM, [given], "test", workspace.clock())


def closed(workspace: Workspace, leader: Actor, doubtful: str) -> None:
    """The whole way: settled, decided, figures given, closed."""
    settle(workspace)
    vote(workspace, leader, doubtful)
    figures(workspace)
    close_batch(workspace, SYSTEM, BATCH)


def nobody_in_the_other_areas(workspace: Workspace) -> None:
    """Nobody voted in the two other areas, which say so and are closed."""
    with workspace.database.read() as db:
        stored = latest(db, AREA, CONTEST)
    assert stored is not None
    first = figures_to_json(figures_from_json(stored.document))
    for area in ("kv2", "kv3"):
        nobody = {**first, "area": area, "voted": 0, "issued": 0, "left_over": 20, "voters": 1}
        with workspace.database.write() as db:
            keep_figures(db, SYSTEM, [figures_from_json(nobody)], "", workspace.clock())
        open_batch(workspace, SYSTEM, f"{area}-{CONTEST}", area, CONTEST, 0, "simplex")
        close_batch(workspace, SYSTEM, f"{area}-{CONTEST}")
