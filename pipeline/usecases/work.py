"""How the night goes, for those who lead it: what waits, who answers how fast and how often alike, how long yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from pipeline.access.roles import Actor, require
from pipeline.review.policy import ItemKind
from pipeline.storage import accounts, work
from pipeline.storage.work import OwnWork
from pipeline.usecases.workspace import Workspace

RECENT = timedelta(minutes=15)
"""Pace is that of the last quarter of an hour: long enough for a rest, short enough to see who has gone home."""


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits of one kind in one contest: for the first answer, the second, the third, the team."""

    contest: str
    kind: ItemKind
    first: int
    second: int
    third: int
    team: int

    @property
    def entries(self) -> int:
        """Answers that are still to be given at least; the team's decisions are not among them."""
        return 2 * self.first + self.second + self.third


@dataclass(frozen=True, slots=True)
class Reviewer:
    """One account that answers."""

    name: str
    simulated: bool
    did: OwnWork

    @property
    def a_minute(self) -> float:
        """Answers a minute over the last quarter of an hour."""
        return self.did.recent / (RECENT.total_seconds() / 60)

    @property
    def agreement(self) -> float | None:
        """Share of the own answers that say what was settled in the end; deferred ones left out."""
        return self.did.agreed / self.did.settled if self.did.settled else None


@dataclass(frozen=True, slots=True)
class WorkView:
    """All of it."""

    queues: tuple[Queue, ...]
    reviewers: tuple[Reviewer, ...]

    @property
    def entries_left(self) -> int:
        return sum(q.entries for q in self.queues)

    @property
    def team_left(self) -> int:
        return sum(q.team for q in self.queues)

    @property
    def a_minute(self) -> float:
        return sum(r.a_minute for r in self.reviewers)

    @property
    def minutes_left(self) -> int | None:
        """At the present pace; ``None`` while nobody answers. A lower bound: disputes ask for a third answer."""
        if not self.entries_left:
            return 0
        return ceil(self.entries_left / self.a_minute) if self.a_minute else None

    @property
    def leases(self) -> int:
        return sum(r.did.leases for r in self.reviewers)


def work_view(workspace: Workspace, actor: Actor) -> WorkView:
    """How the work stands now. Says of nobody what they answered."""
    require(actor, "see_work")
    at = workspace.clock()
    with workspace.database.read() as db:
        waiting = work.queues(db)
        did = work.by_account(db, at - RECENT, at)
        known = accounts.every(db)
    people = [Reviewer(a.name, a.simulated, did.get(a.id, OwnWork())) for a in known if a.may("enter") or a.id in did]
    people.sort(key=lambda r: (-r.did.recent, -r.did.entries, r.name))
    return WorkView(tuple(_queues(waiting, (c.id for c in workspace.election.contests))), tuple(people))


def _queues(waiting: dict[tuple[str, str, str], int], contests: Iterable[str]) -> Iterable[Queue]:
    kinds: tuple[ItemKind, ...] = ("field", "hand_field", "page", "ballot")
    for contest in contests:
        for kind in kinds:
            states = {s: n for (c, k, s), n in waiting.items() if (c, k) == (contest, kind)}
            if states:
                numbers = [states.get(s, 0) for s in ("waiting", "entered_once", "disputed", "with_team")]
                yield Queue(contest, kind, *numbers)
