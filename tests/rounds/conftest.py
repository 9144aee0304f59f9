"""Small workspaces that are filled with ballots as the reader would leave them, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from pipeline.access.roles import SYSTEM
from pipeline.election.definition import Election
from pipeline.election.figures import AreaFigures
from pipeline.usecases.batches import close_batch
from pipeline.usecases.figures import keep_figures
from pipeline.usecases.ingest import open_batch
from pipeline.usecases.workspace import Workspace, create_workspace
from tests.election.conftest import Files, files
from tests.ingest.conftest import address, postgresql
from tests.usecases.conftest import AT, Pile, figures_for

__all__ = ["address", "files", "postgresql"]

Fill = Callable[..., None]


def scan(workspace: Workspace, area: str, contest: str, left: Sequence[str], close: bool = True) -> list[str]:
    """One scanned ballot for each word of ``left``, whose names are joined by '+'; gives the ids of the ballots."""
    key = f"{area}-{contest}"
    open_batch(workspace, SYSTEM, key, area, contest, len(left), "simplex")
    with workspace.database.write() as db:
        pile = Pile(db, workspace.count, area, contest, key)
        made = [pile.read(pile.vote(*names.split("+"))) for names in left]
    if close:
        close_batch(workspace, SYSTEM, key)
    return made


def put_figures(workspace: Workspace, area: str, contest: str, collected: int, **changes: object) -> AreaFigures:
    """Figures of the paper that agree with ``collected`` ballots but for ``changes``."""
    given = figures_for(area, contest, collected, **changes)
    with workspace.database.write() as db:
        keep_figures(db, SYSTEM, [given], "test", AT)
    return given


@pytest.fixture
def make(tmp_path: Path, address: str | None) -> Callable[[Election, str], Workspace]:
    """A workspace of an election; the first on the database under test, later ones on SQLite."""
    made: list[Workspace] = []

    def of(election: Election, name: str = "first") -> Workspace:
        made.append(create_workspace(tmp_path / name, election, None if made else address))
        return made[-1]

    return of


@pytest.fixture
def first(files: Files, make: Callable[..., Workspace]) -> Workspace:
    """Assembly unit qh-1: 2 seats; only q1 has more than half of 12 valid ballots in kv1 and kv2; kv3 did not vote."""
    files.areas = files.areas[:3]
    workspace = make(files.load())
    for area in ("kv1", "kv2"):
        scan(workspace, area, "qh", ["q1", "q1+q2", "q1+q3", "q1+q4", "q1", "q2"])
        put_figures(workspace, area, "qh", 6)
    return workspace
