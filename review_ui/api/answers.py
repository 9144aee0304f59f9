"""What programs get: the shapes of the answers, which are the promise of the interface."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from pipeline.audit.chain import AuditLine
from pipeline.tally.totals import AreaResult
from pipeline.usecases.batches import BatchCount
from pipeline.usecases.work import Queue

BatchState = Literal["open", "closed", "void"]
Sides = Literal["simplex", "duplex"]


class Answer(BaseModel):
    """Frozen."""

    model_config = ConfigDict(frozen=True)


class ContestAnswer(Answer):
    id: str
    body: str
    level: str


class AreaOfElection(Answer):
    """A voting area and the contests that are held there."""

    id: str
    number: str
    name: str
    contests: list[str]


class ElectionAnswer(Answer):
    """The election of this workspace; ``trial``: nothing that is counted here is real."""

    id: str
    title: str
    day: date
    trial: bool
    definition: str = Field(description="SHA-256 of the definition of the election")
    contests: list[ContestAnswer]
    areas: list[AreaOfElection]


class BatchAnswer(Answer):
    """A pile of sheets and how far it is."""

    id: str
    area: str
    contest: str
    state: BatchState
    sides: Sides
    declared: int | None = Field(description="the count by hand; null: not given yet")
    scanned: int
    typed: int = Field(description="ballots typed from the paper")
    unread: int = Field(description="pages handed in that have no outcome yet")
    open_items: int = Field(description="questions that wait for people")
    moving: int = Field(description="sheets said to belong to another batch and not read there yet")
    matches: bool = Field(description="scanned and typed are what was declared")

    @classmethod
    def of(cls, found: BatchCount) -> BatchAnswer:
        batch = found.batch
        return cls(
            id=batch.id,
            area=batch.area,
            contest=batch.contest,
            state=batch.state,
            sides=batch.sides,
            declared=batch.declared,
            scanned=found.scanned,
            typed=found.by_hand,
            unread=found.unread,
            open_items=found.open_items,
            moving=found.moves_waiting,
            matches=found.matches,
        )


class Batches(Answer):
    """Some of all batches that fit; ``total`` of them."""

    total: int
    offset: int
    batches: list[BatchAnswer]


class NewBatch(BaseModel):
    """A batch to open; without ``id`` it gets one from its area and contest."""

    model_config = ConfigDict(extra="forbid")

    area: str = Field(min_length=1, max_length=64)
    contest: str = Field(min_length=1, max_length=64)
    id: str | None = Field(default=None, min_length=1, max_length=80)
    declared: int | None = Field(default=None, ge=0, le=9_999_999)
    sides: Sides = "simplex"


class FileAnswer(Answer):
    """What became of one file."""

    name: str
    taken: bool
    text: str


class Files(Answer):
    files: list[FileAnswer]


class QueueAnswer(Answer):
    """What waits of one kind in one contest: for the first, second or third answer, for the team."""

    contest: str
    kind: str
    first: int
    second: int
    third: int
    team: int

    @classmethod
    def of(cls, queue: Queue) -> QueueAnswer:
        return cls(
            contest=queue.contest,
            kind=queue.kind,
            first=queue.first,
            second=queue.second,
            third=queue.third,
            team=queue.team,
        )


class Queues(Answer):
    """Queues; ``entries_left`` and ``minutes_left`` are lower bounds (null: nobody answers at the moment)."""

    queues: list[QueueAnswer]
    entries_left: int
    answers_a_minute: float
    minutes_left: int | None


class ResultAnswer(Answer):
    """The sum over closed batches."""

    collected: int
    scanned: int
    typed: int
    set_aside: int
    valid: int
    invalid: dict[str, int] = Field(description="by ground of Art. 74.1")
    votes: dict[str, int] = Field(
        description="by candidate; who has none is left out; empty of ballots by shares (results tell shares)"
    )
    leaving: dict[str, int] = Field(description="valid ballots by the number of names that they leave")

    @classmethod
    def of(cls, result: AreaResult) -> ResultAnswer:
        return cls(
            collected=result.collected,
            scanned=result.scanned,
            typed=result.by_hand,
            set_aside=result.set_aside,
            valid=result.valid,
            invalid={str(k): n for k, n in result.invalid.items()},
            votes=dict(result.votes),
            leaving={str(k): n for k, n in result.leaving.items()},
        )


class AreaAnswer(Answer):
    """One contest in one area; ``official``: everything is closed and no rule stands against it."""

    area: str
    unit: str
    status: str
    official: bool
    voters: int | None = Field(description="null: the figures of the paper are not given yet")
    voted: int | None
    result: ResultAnswer


class TotalsAnswer(Answer):
    """One contest: ``result`` is the sum over all its areas, ``areas`` some of them."""

    contest: str
    official: bool
    result: ResultAnswer
    total: int
    offset: int
    areas: list[AreaAnswer]


class FindingAnswer(Answer):
    """A rule that does not hold."""

    rule: str
    kind: Literal["error", "world", "warning"]
    text: str


class ChecksOfArea(Answer):
    """``checked``: its figures are given and at least one batch is closed."""

    area: str
    checked: bool
    findings: list[FindingAnswer]


class Checks(Answer):
    contest: str
    rules: list[str]
    total: int
    offset: int
    areas: list[ChecksOfArea]


class CandidateAnswer(Answer):
    id: str
    name: str
    votes: int = Field(description="ballots for the person; shares where a meeting votes by shares")
    elected: bool


class UnitAnswer(Answer):
    """One unit; nobody is told who leads before every area is official: ``candidates`` is empty until then."""

    unit: str
    name: str
    seats: int
    areas: int
    areas_official: int
    official: bool
    recognised: bool | None = Field(description="over half of the listed voters voted; null: not official yet")
    candidates: list[CandidateAnswer]
    tied: list[str] = Field(description="candidates among whom the law names nobody")


class Results(Answer):
    contest: str
    official: bool
    units: list[UnitAnswer]


class LineAnswer(Answer):
    """One line of the log; its digest covers the line before."""

    seq: int
    at: datetime
    actor: str
    act: str
    subject: str
    detail: dict[str, Any]
    digest: str

    @classmethod
    def of(cls, line: AuditLine) -> LineAnswer:
        event = line.event
        return cls(
            seq=line.seq,
            at=line.at,
            actor=event.actor,
            act=event.act,
            subject=event.subject,
            detail=dict(event.detail),
            digest=line.digest,
        )


class LogAnswer(Answer):
    """Lines that fit, newest first; ``before`` goes on with older ones (null: there are none)."""

    total: int
    lines: list[LineAnswer]
    before: int | None
    head: str = Field(description="digest of the last line of the log")
