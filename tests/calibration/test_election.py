"""A simulated election on disk: whole, the same with any workers, and with sums that fit."""

from __future__ import annotations

import csv
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest

import kiemphieu.example
from calibration.simulate.election import SimulatedElection, simulate_election
from calibration.simulate.reviewers import simulated_answer
from calibration.simulate.seeds import rng_for
from calibration.simulate.truth import read_truth
from pipeline.election.definition import Election
from pipeline.election.figures import load_figures
from pipeline.election.load import load_election
from pipeline.forms.ballot import BallotLayout, ballot_layout
from pipeline.scan.decode import page_count

BALLOTS = 7
SEED = 14
"""One with which no fault falls on the only TIFF stack (a stack with a fault is written as JPEG)."""


@pytest.fixture(scope="module")
def election() -> Election:
    return load_election(Path(kiemphieu.example.__path__[0]))


@pytest.fixture(scope="module")
def layouts(election: Election) -> dict[str, BallotLayout]:
    return {u.id: ballot_layout(election, u.id) for u in election.units if u.seats}


@pytest.fixture(scope="module")
def simulated(
    election: Election, layouts: dict[str, BallotLayout], tmp_path_factory: pytest.TempPathFactory
) -> SimulatedElection:
    return simulate_election(election, layouts, tmp_path_factory.mktemp("one"), SEED, BALLOTS)


def test_every_kind_of_page_is_there(simulated: SimulatedElection) -> None:
    kinds = {p.kind for p in simulated.truth.pages}
    assert kinds == {"ballot", "blank_back", "foreign", "truncated", "other_contest", "duplicate"}
    assert {Path(p.file).suffix for p in simulated.truth.pages} == {".jpg", ".png", ".tif", ".pdf"}


def test_files_hold_the_pages_that_the_truth_lists(simulated: SimulatedElection) -> None:
    listed = Counter((p.batch, p.file) for p in simulated.truth.pages)
    on_disk = {(f.parent.name, f.name) for f in simulated.scans.rglob("*.*")}
    assert set(listed) == on_disk
    for page in simulated.truth.pages:
        content = (simulated.scans / page.batch / page.file).read_bytes()
        assert sha256(content).hexdigest() == page.sha256
        if page.page == 1 and page.kind != "truncated":
            assert page_count(content, page.file) == listed[page.batch, page.file]


def test_a_duplicate_repeats_the_bytes_of_another_file(simulated: SimulatedElection) -> None:
    for page in simulated.truth.pages:
        if page.kind == "duplicate":
            folder = simulated.scans / page.batch
            assert page.of is not None and page.of != page.file
            assert (folder / page.file).read_bytes() == (folder / page.of).read_bytes()


def test_declared_counts_are_the_ballots_that_belong_to_the_batch(simulated: SimulatedElection) -> None:
    belonging = Counter(b.batch for b in simulated.truth.ballots())
    with simulated.batches.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert {r["batch"]: int(r["declared"]) for r in rows} == belonging
    assert all((simulated.folder / r["folder"]).is_dir() for r in rows)


def test_a_strayed_ballot_lies_in_another_batch_than_its_own(simulated: SimulatedElection) -> None:
    strayed = [p for p in simulated.truth.pages if p.kind == "other_contest"]
    assert strayed and all(p.ballot and p.ballot.batch != p.batch for p in strayed)


def test_totals_add_up(simulated: SimulatedElection, election: Election) -> None:
    totals = simulated.truth.totals()
    assert sum(t.collected for t in totals) == len(simulated.truth.ballots())
    for t in totals:
        seats = election.unit(election.area(t.area).units[t.contest]).seats
        assert t.valid + t.invalid == t.collected and sum(t.grounds.values()) == t.invalid
        assert sum(t.left.values()) == t.valid and all(1 <= k <= seats for k in t.left)
        assert sum(k * n for k, n in t.left.items()) == sum(t.votes.values())


def test_the_figures_fit_the_ballots(simulated: SimulatedElection, election: Election) -> None:
    figures = load_figures(simulated.figures, election)
    collected = {(t.area, t.contest): t.collected for t in simulated.truth.totals()}
    assert {(f.area, f.contest) for f in figures} == set(collected)
    for f in figures:
        assert collected[f.area, f.contest] <= f.voted <= f.voters
        assert f.received == f.issued + f.left_over + f.spoiled and f.voted <= f.issued
        assert len(f.members) >= 5 and f.opened < f.closed < f.finished


def test_the_truth_is_read_back_as_written(simulated: SimulatedElection) -> None:
    assert read_truth(simulated.truth_folder) == simulated.truth


def test_workers_change_nothing(
    simulated: SimulatedElection, election: Election, layouts: dict[str, BallotLayout], tmp_path: Path
) -> None:
    with ThreadPoolExecutor(3) as pool:
        again = simulate_election(election, layouts, tmp_path, SEED, BALLOTS, pool)
    assert again.truth == simulated.truth


def test_a_simulated_reviewer_slips_as_often_as_asked() -> None:
    rng = rng_for(1, "reviewer")
    options = ("struck", "partial", "clear", "unclear")
    answers = [simulated_answer("struck", options, rng) for _ in range(10_000)]
    assert 150 < sum(a != "struck" for a in answers) < 250
    assert set(answers) == set(options)
    assert simulated_answer("only", ("only",), rng, slip=1.0) == "only"


def test_answers_and_marks_tell_stamp_and_stray_too(simulated: SimulatedElection) -> None:
    for ballot in simulated.truth.ballots():
        assert set(ballot.answers()) == {n.field for n in ballot.names} | {"stamp", "stray"}
        assert ballot.answers()["stamp"] == ("present" if ballot.stamp else "absent")
        clear = {n.field for n in ballot.names if n.mark == "clear"}
        assert all(ballot.marks()[f] == ballot.answers()[f] == "clear" for f in clear)


def test_pages_are_found_by_place_and_by_digest(simulated: SimulatedElection) -> None:
    assert len(simulated.truth.by_place()) == len(simulated.truth.pages)
    for (digest, number), page in simulated.truth.by_digest().items():
        assert (page.sha256, page.page) == (digest, number) and page.kind != "duplicate"
