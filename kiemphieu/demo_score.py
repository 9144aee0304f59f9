"""A trial against the truth: the machine's readings against the ink, the totals against the voters' ballots."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from calibration.simulate.truth import BallotTruth, ElectionTruth, expected_totals
from kiemphieu.simulated_review import AgreedSlip, ReviewReport
from pipeline.election.definition import Election
from pipeline.forms.template import FieldKind
from pipeline.storage import batches as stored_batches
from pipeline.storage import pages, readings
from pipeline.tally.ballots import FieldAnswer, ValidVote, propose
from pipeline.usecases.totals import Totals
from pipeline.usecases.workspace import Workspace


@dataclass(slots=True)
class ReadingScore:
    """The machine's readings of ballots against the voter's ink."""

    readings: int = 0
    unambiguous: int = 0
    accepted: int = 0
    asked: int = 0
    asked_unambiguous: int = 0
    wrong: list[dict[str, Any]] = field(default_factory=list)
    good_pages: int = 0
    good_pages_rejected: int = 0


def score_readings(workspace: Workspace, truth: ElectionTruth) -> ReadingScore:
    """Every reading of a ballot that lies in its own batch, against the voter's ink."""
    score = ReadingScore()
    known = truth.by_digest()
    with workspace.database.read() as db:
        for batch in stored_batches.every(db):
            stored = {p.id: p for p in pages.of_batch(db, batch.id)}
            for page in stored.values():
                paper = known[page.sha256, page.number]
                score.good_pages += paper.kind == "ballot"
                score.good_pages_rejected += paper.kind == "ballot" and page.status == "rejected"
            for reading in readings.of_batch(db, batch.id):
                page = stored[reading.page]
                paper = known[page.sha256, page.number]
                if paper.ballot is None:
                    score.wrong.append({"file": paper.file, "page": paper.page, "why": "not a ballot, but read"})
                    continue
                _score(score, paper.file, paper.page, paper.ballot, reading)
    return score


def _score(score: ReadingScore, file: str, page: int, ballot: BallotTruth, reading: readings.StoredReading) -> None:
    right = true_value(ballot, reading.field)
    score.readings += 1
    score.unambiguous += right is not None
    score.accepted += reading.accepted
    score.asked += not reading.accepted
    score.asked_unambiguous += right is not None and not reading.accepted
    if reading.accepted and reading.value != right:
        score.wrong.append(
            {
                "batch": ballot.batch,
                "file": file,
                "page": page,
                "field": reading.field,
                "read": reading.value,
                "truth": right or "ambiguous",
                "measures": reading.measures,
            }
        )


def true_value(ballot: BallotTruth, field_id: str) -> str | None:
    """What the ink is: struck or clear, present or absent; ``None`` where it is ambiguous."""
    mark = ballot.marks()[field_id]
    return None if mark == "ambiguous" else mark


def compare(election: Election, truth: ElectionTruth, found: Totals, review: ReviewReport) -> list[dict[str, Any]]:
    """Where the totals differ from the truth, after allowing for exactly the slips that agreed."""
    slips = [s for s in review.agreed_slips if s.kind in ("field", "hand_field")]
    expected = {(t.area, t.contest): t for t in expected_totals(truth.ballots())}
    shift = _shifts(election, truth, slips, review)
    differences = []
    for area in found.areas:
        right = expected[area.area, area.contest]
        moved = shift.get((area.area, area.contest), Counter())
        pairs = {
            "valid": (area.result.valid, right.valid),
            "invalid": (area.result.invalid_total, right.invalid),
            "collected": (area.result.collected, right.collected),
        }
        pairs |= {c: (area.result.votes_for(c), votes) for c, votes in right.votes.items()}
        for figure, (got, wanted) in pairs.items():
            if got != wanted + moved[figure]:
                differences.append(
                    {
                        "area": area.area,
                        "contest": area.contest,
                        "figure": figure,
                        "got": got,
                        "expected": wanted + moved[figure],
                    }
                )
    return differences


def _shifts(
    election: Election, truth: ElectionTruth, slips: list[AgreedSlip], review: ReviewReport
) -> dict[tuple[str, str], Counter[str]]:
    """By how much the agreed slips of people shift each figure: only where the ballot became a plain vote."""
    papers = {b.ballot: b for b in truth.ballots()}
    shifts: dict[tuple[str, str], Counter[str]] = {}
    by_ballot: dict[str, dict[str, str]] = {}
    for slip in slips:
        by_ballot.setdefault(review.paper_of[slip.ballot], {})[slip.field] = slip.settled
    for ballot, answers in by_ballot.items():
        paper = papers[ballot]
        seats = election.unit(paper.form).seats
        kinds: dict[str, FieldKind] = {"stamp": "stamp", "stray": "stray"}
        fields = [*(n.field for n in paper.names), "stamp", "stray"]
        settled = [FieldAnswer(f, kinds.get(f, "strike"), answers.get(f, paper.answers()[f])) for f in fields]
        vote = propose(settled, seats, review.meanings)
        if not isinstance(vote, ValidVote):
            continue  # the team looked at the paper, so the truth stands
        shift = shifts.setdefault((paper.area, paper.contest), Counter())
        for name in paper.names:
            was = paper.verdict.valid and name.field in paper.verdict.voted_for
            shift[name.field] += (name.field in vote.names) - was
        shift["valid"] += 1 - paper.verdict.valid
        shift["invalid"] -= 1 - paper.verdict.valid
    return shifts
