"""What people found in a count becomes labelled readings: blind entries and confirmed crops, nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from calibration.simulate.election import simulate_election
from kiemphieu.__main__ import main
from kiemphieu.demo_command import EXAMPLE, ingest_paper
from kiemphieu.simulated_review import ReviewReport, Truth, prepare, settle_fields_and_pages
from pipeline.access.roles import Actor
from pipeline.election.load import load_election
from pipeline.forms.ballot import ballot_layout
from pipeline.review.policy import BLIND_SAMPLE
from pipeline.review.sample import drawn
from pipeline.storage import accounts, ballots, batches, grid_checks, readings
from pipeline.usecases.execution import process_pool
from pipeline.usecases.settled_readings import settled_readings
from pipeline.usecases.workspace import Workspace, create_workspace


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """45 simulated ballots, read, and every question answered by simulated people."""
    folder = tmp_path_factory.mktemp("counted")
    election = load_election(EXAMPLE)
    layouts = {u.id: ballot_layout(election, u.id) for u in election.units if u.seats}
    paper = simulate_election(election, layouts, folder / "paper", 6, 5)
    workspace = create_workspace(folder / "count", election)
    with process_pool(1) as pool:
        ingest_paper(workspace, paper.folder, pool)
    rng = np.random.default_rng(1)
    with workspace.database.write() as db:
        prepare(db)
        settle_fields_and_pages(db, workspace.count, Truth(paper.truth), rng, ReviewReport(), workspace.clock)
    return workspace


def test_what_was_asked_and_settled_blind_is_a_labelled_reading(counted: Workspace) -> None:
    found = settled_readings(counted)
    with counted.database.read() as db:
        stored = [r for b in batches.every(db) for r in readings.of_batch(db, b.id)]
        ballot_of = {b.page: b.id for batch in batches.every(db) for b in ballots.of_batch(db, batch.id)}
    asked = {(r.page, r.field) for r in stored if not r.accepted}
    sampled = {(r.page, r.field) for r in stored if r.accepted and drawn(ballot_of[r.page], r.field, BLIND_SAMPLE)}
    blind = {(one.page, one.reading.field) for one in found if one.how == "blind"}
    assert len(blind & asked) > 5
    assert blind <= asked | sampled
    assert all(Path(one.picture).is_file() for one in found)


def test_an_accepted_reading_that_was_confirmed_in_a_grid_counts_as_right(counted: Workspace) -> None:
    before = {(one.page, one.reading.field) for one in settled_readings(counted)}
    with counted.database.write() as db:
        batch = next(b for b in batches.every(db) if any(r.accepted for r in readings.of_batch(db, b.id)))
        accepted = [r for r in readings.of_batch(db, batch.id) if r.accepted and (r.page, r.field) not in before]
        one, only_shown = accepted[0], accepted[1]
        accounts.put(db, Actor("looker", "Lan", frozenset({"reviewer"})))
        place = (batch.id, batch.contest, batch.area)
        crops = [
            grid_checks.Crop(r.page, r.field, r.value, *place, measures=r.measures, score=r.score)
            for r in (one, only_shown)
        ]
        grid_checks.show(db, "looker", crops, counted.clock())
        seen = grid_checks.seen_by(db, "looker", {(one.page, one.field)})
        grid_checks.decide(db, "looker", [(seen[one.page, one.field], "same")], counted.clock())
    after = {(o.page, o.reading.field): o for o in settled_readings(counted)}
    new = after.keys() - before
    assert new == {(one.page, one.field)}
    assert (after[one.page, one.field].how, after[one.page, one.field].value) == ("grid", one.value)


def test_a_count_is_a_source_of_calibration(
    counted: Workspace, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIEMPHIEU_LANG", "en")
    out = tmp_path / "profile.json"
    with pytest.raises(SystemExit) as ended:
        main(["calibrate", "--workspace", str(counted.folder), "--risk", "0.3", "--out", str(out)])
    assert ended.value.code == 0, capfd.readouterr()
    (source,) = json.loads(out.read_text(encoding="utf-8"))["calibration"]["sources"]
    assert source["name"] == counted.election.title
    assert source["rejected"] is None
    assert source["readings"] == len(settled_readings(counted))
