"""Reviewers and a polling team that exist in trials only: they settle the queue as people would.

They answer from the known truth of the simulated paper, slip now and then, and act through the same use cases
as people. Their accounts are flagged as simulated, and their names say so on every screen and in the log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
from sqlalchemy import Connection

from calibration.simulate.reviewers import simulated_answer
from calibration.simulate.truth import BallotTruth, ElectionTruth, PageTruth
from pipeline.access.roles import SYSTEM, Actor
from pipeline.election.figures import AreaFigures
from pipeline.review.items import BY_HAND, SET_ASIDE, move_to, possible_answers, set_aside
from pipeline.review.states import Disputed, Settled, TeamVote, value_of
from pipeline.storage import accounts, ballots, batches, items, pages
from pipeline.storage.items import StoredItem
from pipeline.tally.ballots import Meanings
from pipeline.usecases.batches import batch_count
from pipeline.usecases.complete_ballots import Count, raise_ballot_items
from pipeline.usecases.review import before_team, correct, enter, queue, team_decides, typed_for

REVIEWERS = tuple(
    Actor(f"simulated-{n}", f"Người soát mô phỏng {n} (simulated)", frozenset({"reviewer"}), simulated=True)
    for n in (1, 2, 3)
)
LEADER = Actor("simulated-leader", "Tổ trưởng mô phỏng (simulated)", frozenset({"team_leader"}), simulated=True)
SECRETARY = Actor("simulated-secretary", "Thư ký mô phỏng (simulated)", frozenset({"team_leader"}), simulated=True)

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class AgreedSlip:
    """A field that two simulated reviewers got wrong in the same way, so that it stands settled and wrong."""

    item: str
    kind: str
    ballot: str
    field: str
    truth: str
    settled: str
    corrected: bool = False
    """Whether the pile showed it: a sheet was missing (R23), so the page was looked at again and corrected."""


@dataclass(slots=True)
class ReviewReport:
    """What the simulated people did."""

    items: dict[str, int] = field(default_factory=dict)
    """Kind of item -> how many were settled."""
    entries: int = 0
    slips: int = 0
    third_entries: int = 0
    to_team: int = 0
    agreed_slips: list[AgreedSlip] = field(default_factory=list)
    paper_of: dict[str, str] = field(default_factory=dict)
    """Stored ballot (or page set aside by mistake) -> ballot of the simulated paper, where a slip agreed."""
    meanings: Meanings = Meanings()  # noqa: RUF009  (frozen)


class Truth:
    """What a careful person would answer to an item, looked up in the truth of the simulated paper."""

    def __init__(self, truth: ElectionTruth) -> None:
        self._pages = truth.by_digest()
        self._by_hand: dict[str, BallotTruth] = {}

    def page(self, db: Connection, page_id: str) -> PageTruth:
        stored = pages.get(db, page_id)
        assert stored is not None
        return self._pages[stored.sha256, stored.number]

    def ballot(self, db: Connection, ballot_id: str) -> BallotTruth:
        """The paper behind a stored ballot, scanned or typed."""
        if ballot_id in self._by_hand:
            return self._by_hand[ballot_id]
        stored = ballots.get(db, ballot_id)
        assert stored is not None
        assert stored.page is not None
        found = self.page(db, stored.page).ballot
        assert found is not None
        return found

    def behind(self, db: Connection, item: StoredItem) -> BallotTruth | None:
        """The paper that an item is about; ``None`` where it is no ballot."""
        if item.subject.kind == "page":
            return self.page(db, item.subject.of).ballot
        return self.ballot(db, item.subject.of)

    def typed(self, item: StoredItem, paper: BallotTruth | None) -> None:
        """Remember which paper is typed for a page, whose answer may have been corrected."""
        if paper is not None:
            self._by_hand[ballots.ballot_id(typed_for(item))] = paper

    def answer(self, db: Connection, item: StoredItem) -> str:
        subject = item.subject
        if subject.kind == "page":
            return self._fate(db, item)
        paper = self.ballot(db, subject.of)
        if subject.kind == "ballot":
            return spelled_verdict(paper)
        return paper.answers()[subject.field]

    def _fate(self, db: Connection, item: StoredItem) -> str:
        assert item.page is not None
        page = self.page(db, item.page)
        match page.kind:
            case "blank_back":
                return set_aside("blank")
            case "foreign":
                return set_aside("foreign")
            case "duplicate":
                return set_aside("duplicate")
            case "other_contest":
                assert page.ballot is not None
                return move_to(page.ballot.batch)
            case "truncated" | "ballot":
                self.typed(item, page.ballot)
                return BY_HAND


def spelled_verdict(paper: BallotTruth) -> str:
    """What the whole team rules, as a settled value."""
    if paper.verdict.ground is None:
        return "valid:" + ",".join(sorted(paper.verdict.voted_for))
    return f"invalid:{paper.verdict.ground}"


def prepare(db: Connection) -> None:
    """Make the simulated accounts."""
    for actor in (*REVIEWERS, LEADER, SECRETARY, SYSTEM):
        accounts.put(db, actor)


def settle_fields_and_pages(
    db: Connection, count: Count, truth: Truth, rng: np.random.Generator, report: ReviewReport, clock: Clock
) -> None:
    """Two reviewers answer everything that waits, a third what they dispute; moves are left to the caller."""
    for reviewer in REVIEWERS:
        while True:
            waiting = [i for i in queue(db, reviewer) if _for(reviewer, i)]
            if not waiting:
                break
            for item in waiting:
                _answer(db, count, reviewer, item, truth, rng, report, clock)


def _for(reviewer: Actor, item: StoredItem) -> bool:
    """The first two answer what waits, the third only what they dispute."""
    return isinstance(item.state, Disputed) == (reviewer is REVIEWERS[2])


def _answer(
    db: Connection,
    count: Count,
    reviewer: Actor,
    item: StoredItem,
    truth: Truth,
    rng: np.random.Generator,
    report: ReviewReport,
    clock: Clock,
) -> None:
    right = truth.answer(db, item)
    given = simulated_answer(right, _options(item), rng)
    report.entries += 1
    report.slips += given != right
    report.third_entries += reviewer is REVIEWERS[2]
    after = enter(db, count, reviewer, item.id, given, clock())
    if not isinstance(after.state, Settled):
        return
    report.items[item.subject.kind] = report.items.get(item.subject.kind, 0) + 1
    if after.state.value != right:
        subject = item.subject
        report.meanings = count.meanings
        paper = truth.behind(db, item)
        if paper is not None:
            report.paper_of[subject.of] = paper.ballot
        report.agreed_slips.append(
            AgreedSlip(item.id, subject.kind, subject.of, subject.field, right, after.state.value)
        )


def _options(item: StoredItem) -> Sequence[str]:
    """What a tired person might answer instead: another reason to set a page aside, another value of a field.

    Nobody moves a sheet by mistake to a batch that is not there, or types a ballot from a sheet that is none.
    """
    if item.subject.kind == "page":
        return tuple(set_aside(why) for why in SET_ASIDE if why != "calibration")
    return possible_answers(item.subject)


def settle_team_items(
    db: Connection,
    count: Count,
    truth: Truth,
    figures: Mapping[tuple[str, str], AreaFigures],
    batch_of: Mapping[str, tuple[str, str]],
    report: ReviewReport,
    clock: Clock,
) -> None:
    """The simulated team rules on every ballot before it; one dissenting vote where the paper is in doubt."""
    for item in before_team(db, LEADER):
        given = figures[batch_of[item.batch]]
        members = [m.name for m in given.members]
        right = truth.answer(db, item)
        votes = [TeamVote(member, right) for member in members]
        if len(members) >= 5 and item.subject.kind == "ballot" and len(item.subject.doubts) > 1:
            # One member sees it otherwise: more than half of all members decide all the same.
            votes[-1] = TeamVote(members[-1], "invalid:đ" if right != "invalid:đ" else "invalid:c")
        team_decides(db, count, LEADER, [item.id], members, votes, clock())
        report.to_team += 1
        report.items[item.subject.kind] = report.items.get(item.subject.kind, 0) + 1
    look_for_missing_sheets(db, count, truth, report, clock)


def look_for_missing_sheets(db: Connection, count: Count, truth: Truth, report: ReviewReport, clock: Clock) -> None:
    """Where a pile has fewer sheets than declared (R23), pages set aside are looked at again and corrected."""
    piles = batches.every(db)
    if all(batch_count(db, pile).matches for pile in piles):
        return
    for item in (i for pile in piles for i in items.of_batch(db, pile.id, "page")):
        settled = value_of(item.state) or ""
        if not settled.startswith("set_aside:"):
            continue
        right = truth.answer(db, item)
        if right.startswith("set_aside:"):
            continue
        reason = "a sheet of the pile was missing (R23); the page was looked at again"
        after = correct(db, count, LEADER, SECRETARY, item.id, right, reason, clock())
        truth.typed(after, truth.behind(db, item))
        report.agreed_slips = [replace(s, corrected=s.corrected or s.item == item.id) for s in report.agreed_slips]


def raise_all(db: Connection, count: Count, batch_ids: Sequence[str], clock: Clock) -> int:
    """Lay before the team every complete ballot that is no plain valid vote."""
    return sum(raise_ballot_items(db, count, batch, clock()) for batch in batch_ids)
