"""A clock that is set back, stands still or jumps in the middle of a count changes nothing but the times written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from people import AN, BA, CHI, answer, states
from test_ingest import counted, ingest, scans, workspace_of

from pipeline.access.roles import SYSTEM
from pipeline.audit.chain import AuditLine
from pipeline.election.definition import Election
from pipeline.storage import batches, log
from pipeline.usecases.batches import close_batch
from pipeline.usecases.workspace import Workspace

EVENING = datetime(2026, 3, 15, 20, 0, tzinfo=UTC)
CLOCKS: dict[str, Callable[[int], datetime]] = {
    "set back once": lambda n: EVENING + timedelta(minutes=n) - timedelta(days=365 if n > 6 else 0),
    "running backwards": lambda n: EVENING - timedelta(minutes=37 * n),
    "standing still": lambda _: EVENING,
    "jumping": lambda n: EVENING + timedelta(hours=(n * 7919) % 101 - 50),
    "without zone": lambda n: (EVENING - timedelta(seconds=n)).replace(tzinfo=None),
}


def a_whole_count(workspace: Workspace, files: list[Path], clock: Callable[[int], datetime]) -> list[AuditLine]:
    ticks = count()
    at_work = replace(workspace, clock=lambda: clock(next(ticks)))
    ingest(at_work, files[:11])
    answer(at_work, AN, limit=2)
    ingest(at_work, files)
    for actor in (BA, AN, CHI):
        answer(at_work, actor)
    ingest(at_work, files, "kv2-qh", "kv2")  # files that stand elsewhere
    close_batch(at_work, SYSTEM, "kv1-qh", "nobody counted by hand")
    assert next(ticks) > 12, "the clock was hardly asked"
    with workspace.database.read() as db:
        assert [b.id for b in batches.every(db)] == ["kv1-qh", "kv2-qh"]
        return list(log.lines(db))


@pytest.mark.parametrize("name", CLOCKS)
def test_order_and_totals_do_not_depend_on_the_clock(
    tmp_path: Path, election: Election, address: str | None, name: str
) -> None:
    files = scans(tmp_path / "s", 30)
    true = workspace_of(tmp_path / "true", election)
    expected = a_whole_count(true, files, lambda n: EVENING + timedelta(minutes=n))
    wrong = workspace_of(tmp_path / "wrong", election, address)
    found = a_whole_count(wrong, files, CLOCKS[name])
    assert [(line.seq, line.event) for line in found] == [(line.seq, line.event) for line in expected]
    assert counted(wrong) == counted(true)  # which verifies the chain, too
    assert counted(wrong)[3] == 0
    assert states(wrong) == states(true)
    assert {len(entries) for _, entries in states(true).values()} == {2, 3}, "nobody disagreed"
    assert [line.at for line in found] != [line.at for line in expected]
