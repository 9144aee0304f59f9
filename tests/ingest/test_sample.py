"""The random sample at ingest: asked of people like all else, told to nobody."""

from __future__ import annotations

from pathlib import Path

import fake_reader
import pytest

from pipeline.access.roles import SYSTEM
from pipeline.election.definition import Election
from pipeline.review.sample import drawn
from pipeline.storage import items, readings
from pipeline.usecases.ingest import ingest_batch, open_batch
from pipeline.usecases.workspace import create_workspace

SHARE = 0.1
VOTES = ("clear,clear,clear,struck,struck", "clear,partial,clear,struck,struck")


def test_of_the_accepted_readings_those_drawn_are_asked_and_the_others_are_not(
    tmp_path: Path, election: Election, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.usecases.ingest.BLIND_SAMPLE", SHARE)
    workspace = create_workspace(tmp_path / "w", election, None)
    open_batch(workspace, SYSTEM, "kv1-qh", "kv1", "qh", None, "simplex")
    scans = [tmp_path / f"s{n:03}.jpg" for n in range(30)]
    for n, scan in enumerate(scans):
        scan.write_text(f"{VOTES[n % 2]}#{n}", encoding="utf-8")
    result = ingest_batch(workspace, SYSTEM, "kv1-qh", scans, read=fake_reader.read)
    with workspace.database.read() as db:
        found = items.of_batch(db, "kv1-qh", "field")
        accepted = {(r.page, r.field) for r in readings.of_batch(db, "kv1-qh") if r.accepted}
    mine = [i for i in found if (i.page, i.subject.field) in accepted]
    # the command tells how many the machine asks, and so nothing of the sample
    assert (result.asked, result.accepted) == (len(found) - len(mine), len(accepted))
    assert mine
    assert all(drawn(i.ballot or "", i.subject.field, SHARE) for i in mine)
    assert {type(i.state) for i in found} == {type(found[0].state)}
    assert 0.03 * len(accepted) < len(mine) < 0.2 * len(accepted)
