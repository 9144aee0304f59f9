"""Simulated reviewers settle a whole count; what two of them got wrong alike is told apart, item by item."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from random import Random
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Connection

from calibration.simulate import reviewers
from calibration.simulate.truth import BallotTruth, ElectionTruth, NameTruth, PageTruth, Seen, verdict
from kiemphieu import simulated_review
from kiemphieu.simulated_review import (
    ReviewReport,
    Truth,
    prepare,
    raise_all,
    settle_fields_and_pages,
    settle_team_items,
)
from pipeline.election.figures import AreaFigures, Member
from pipeline.storage import batches, items, log, pages
from pipeline.usecases.complete_ballots import Count
from pipeline.usecases.totals import batch_result

AT = datetime(2026, 3, 15, 20, 0, tzinfo=UTC)
CHANCES = {"clear": 5, "struck": 6, "partial": 1, "unclear": 1}


def paper_for(pile: Any, number: int, random: Random) -> BallotTruth:
    seen: list[Seen] = random.choices(list(CHANCES), list(CHANCES.values()), k=len(pile.names))  # type: ignore[arg-type]
    names = tuple(NameTruth(n, "ambiguous", s, s != "struck", "", ()) for n, s in zip(pile.names, seen, strict=True))
    ruled = verdict(names, pile.seats, True, False)
    return BallotTruth(f"paper-{number}", pile.unit, pile.contest, pile.area, pile.id, names, True, False, ruled)


def scanned(pile: Any, db: Connection, sheets: int) -> ElectionTruth:
    """A pile whose ballots are all asked in every field, with one broken page and one blank one."""
    random, truths = Random(3), []
    for number in range(sheets):
        paper = paper_for(pile, number, random)
        if number == 0:
            pile.reject("undecodable")
        else:
            pile.read(dict(paper.answers()), asked=tuple(paper.answers()))
        truths.append(("truncated" if number == 0 else "ballot", paper))
    pile.reject("blank")
    truths.append(("blank_back", None))
    pile.declare(sheets)
    # The n-th page of the pile has the n-th digest, whatever the order of the stored ids.
    by_sha = {p.sha256: p for p in pages.of_batch(db, pile.id)}
    found = tuple(
        PageTruth(pile.id, f"{n}.jpg", 1, kind, sha, paper)  # type: ignore[arg-type]
        for n, (sha, (kind, paper)) in enumerate(zip(sorted(by_sha), truths, strict=True), start=1)
    )
    return ElectionTruth("test", 3, (), found)


def review(pile: Any, db: Connection, count: Count, truth: ElectionTruth, seed: int) -> ReviewReport:
    report, looked_up, rng = ReviewReport(), Truth(truth), np.random.default_rng(seed)
    members = tuple(Member(f"Tổ viên {n}", "Ủy viên") for n in range(1, 6))
    given = AreaFigures(pile.area, pile.contest, 1, 1, 1, 1, 0, 0, AT, AT, AT, members, (), ())
    area = (pile.area, pile.contest)
    prepare(db)
    for _ in range(4):
        settle_fields_and_pages(db, count, looked_up, rng, report, lambda: AT)
        raise_all(db, count, [pile.id], lambda: AT)
        settle_team_items(db, count, looked_up, {area: given}, {pile.id: area}, report, lambda: AT)
    return report


def votes_of(truth: ElectionTruth) -> dict[str, int]:
    votes: Counter[str] = Counter()
    for paper in truth.ballots():
        if paper.verdict.valid:
            votes.update(paper.verdict.voted_for)
    return dict(votes)


def test_without_slips_that_agree_the_count_is_the_truth(
    pile: Any, db: Connection, count: Count, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth = scanned(pile, db, 15)
    report = review(pile, db, count, truth, seed=1)
    result = batch_result(db, count, batches.get(db, pile.id))  # type: ignore[arg-type]
    assert report.slips > 0
    assert report.agreed_slips == []
    assert result.complete
    assert (result.scanned, result.by_hand, result.collected) == (14, 1, 15)
    assert result.valid == sum(p.verdict.valid for p in truth.ballots())
    assert dict(result.votes) == votes_of(truth)


def test_every_slip_that_agreed_is_told_with_both_values(
    pile: Any, db: Connection, count: Count, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tired(right: str, options: Any, rng: np.random.Generator) -> str:
        return reviewers.simulated_answer(right, options, rng, slip=0.3)

    monkeypatch.setattr(simulated_review, "simulated_answer", tired)
    truth = scanned(pile, db, 15)
    report = review(pile, db, count, truth, seed=2)
    looked_up = Truth(truth)
    told = {(s.item, s.truth, s.settled) for s in report.agreed_slips if s.kind == "field"}
    wrong = set()
    for item in items.of_batch(db, pile.id, "field"):
        (settled,) = [getattr(v, "value", "") for v in items.versions(db, item.id)]
        right = looked_up.answer(db, item)
        if settled != right:
            wrong.add((item.id, right, settled))
    assert told == wrong
    assert told
    assert all(report.paper_of[s.ballot] for s in report.agreed_slips if s.kind == "field")


def test_a_ballot_set_aside_by_mistake_is_found_by_the_missing_sheet(
    pile: Any, db: Connection, count: Count, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mistaken(right: str, options: Any, rng: np.random.Generator) -> str:
        return "set_aside:foreign" if right == "by_hand" else right

    monkeypatch.setattr(simulated_review, "simulated_answer", mistaken)
    truth = scanned(pile, db, 5)
    report = review(pile, db, count, truth, seed=1)
    (slip,) = report.agreed_slips
    assert (slip.kind, slip.truth, slip.settled, slip.corrected) == ("page", "by_hand", "set_aside:foreign", True)
    result = batch_result(db, count, batches.get(db, pile.id))  # type: ignore[arg-type]
    assert result.by_hand == 1
    assert result.complete
    assert dict(result.votes) == votes_of(truth)


def test_simulated_people_are_flagged_in_every_line_and_entry(pile: Any, db: Connection, count: Count) -> None:
    review(pile, db, count, scanned(pile, db, 4), seed=1)
    lines = [e.event for e in log.lines(db) if e.event.act in ("entry", "team_decision")]
    assert lines
    assert all(event.detail["simulated"] for event in lines)
    for item in items.of_batch(db, pile.id, "field"):
        assert all(e.simulated for e in items.entries(db, item.id))
