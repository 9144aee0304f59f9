"""Scanned files of a batch into settled readings and questions; the same command again changes nothing."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.audit.chain import AuditEvent
from pipeline.errors import Problem, Refusal, refuse
from pipeline.messages import Message, message
from pipeline.recognize.read import ENGINE
from pipeline.recognize.reading import PageReading
from pipeline.review.decide import decide
from pipeline.review.items import item_of_rejection, items_of_page
from pipeline.review.policy import BLIND_SAMPLE
from pipeline.review.profile import Profile
from pipeline.scan.page import Rejection
from pipeline.storage import ballots, batches, grid_queue, items, log, pages, readings, settings
from pipeline.storage.ballots import Ballot, BallotSource
from pipeline.storage.batches import Batch, Sides
from pipeline.usecases.batch_words import BATCH_STATES, SIDES
from pipeline.usecases.complete_ballots import Count, raise_ballot_items
from pipeline.usecases.delivery import Kept, claim, keep, open_one
from pipeline.usecases.execution import PAGES_A_TASK, Outcome, PageTask, Reader, Task, read_task, run
from pipeline.usecases.form_sets import check_form_set
from pipeline.usecases.sheets import join_sheets
from pipeline.usecases.workspace import Workspace, stored_profile

FILES_A_TRANSACTION = 50
PAGES_A_TRANSACTION = 20
"""Several sheets per commit are some ten times faster than one; at most so many are read again after a crash."""

Progress = Callable[[int, int], None]
"""Called with (pages done, pages in all)."""


@dataclass(slots=True)
class IngestResult:
    """What one call did. ``already``: files that stood in this batch; ``elsewhere``: file -> batch that has it."""

    pages: int = 0
    read: int = 0
    blank_backs: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    accepted: int = 0
    asked: int = 0
    already: list[str] = field(default_factory=list)
    elsewhere: dict[str, str] = field(default_factory=dict)


def open_batch(
    workspace: Workspace, actor: Actor, key: str, area: str, contest: str, declared: int | None, sides: Sides
) -> Batch:
    """A new batch, or the open one of that id; ``declared`` is the count by hand (``None``: not yet counted).

    Refused with whatever :func:`batch_faults` finds.
    """
    require(actor, "ingest")
    at = workspace.clock()
    with workspace.database.write() as db:
        if faults := _faults(workspace, db, key, area, contest, declared, sides):
            raise Refusal([Problem(fault.code, key, fault.text) for fault in faults])
        standing = batches.get(db, key)
        if standing is None:
            detail = {"area": area, "contest": contest, "declared": declared, "sides": sides}
            log.append(db, AuditEvent(actor.id, "batch_opened", key, detail), at)
            return batches.add(
                db, key=key, area=area, contest=contest, declared=declared, sides=sides,
                profile=workspace.profile.digest, form_set=workspace.form_set, at=at,
            )  # fmt: skip
        if declared is None or standing.declared is not None:
            return standing
        batches.declare(db, standing.id, declared)
        found = batches.get(db, standing.id)
        assert found is not None
        return found


@dataclass(frozen=True, slots=True)
class BatchFault:
    """Why a batch cannot be opened, and in what it was given: the column of the spreadsheet of batches."""

    column: str
    code: str
    text: Message


def batch_faults(
    workspace: Workspace, key: str, area: str, contest: str, declared: int | None, sides: Sides
) -> tuple[BatchFault, ...]:
    """Everything for which :func:`open_batch` would refuse; nothing is changed.

    An id that is none, an unknown area or contest, another area, contest or count under the same id, a closed batch.
    """
    with workspace.database.read() as db:
        return _faults(workspace, db, key, area, contest, declared, sides)


def closed_with(
    workspace: Workspace, key: str, area: str, contest: str, declared: int | None, sides: Sides, files: Sequence[Path]
) -> bool:
    """Whether just this batch was closed with every one of these files in it: handing it in again changes nothing."""
    with workspace.database.read() as db:
        standing = batches.get(db, key)
        if standing is None or standing.state != "closed":
            return False
        same = (standing.area, standing.contest, standing.sides) == (area, contest, sides)
        if not same or declared not in (None, standing.declared):
            return False
        held = {file.sha256 for file in pages.files_of(db, key)}
    return all(hashlib.sha256(_bytes_of(path)).hexdigest() in held for path in files)


def _faults(
    workspace: Workspace, db: Connection, key: str, area: str, contest: str, declared: int | None, sides: Sides
) -> tuple[BatchFault, ...]:
    found: list[BatchFault] = []

    def fault(column: str, code: str, text: Message) -> None:
        found.append(BatchFault(column, code, text))

    if not _plain(key):
        fault("batch", "batch-id",
              message("'{value}' is no id of a batch; use letters, digits, '-', '_' and '.'", value=key))  # fmt: skip
    known = {a.id: a for a in workspace.election.areas}
    if area not in known:
        fault("area", "area-unknown", message("the area '{value}' is not in the election; correct it", value=area))
    elif contest not in known[area].units:
        text = message("the contest '{value}' is not held in area {area}; correct it", value=contest, area=area)
        fault("contest", "contest-unknown", text)
    if declared is not None and declared < 0:
        text = message("'{value}' is no count of ballots; write a whole number", value=declared)
        fault("declared", "declared", text)
    standing = None if found else batches.get(db, key)
    if standing is not None:
        found += _other_batch(standing, (area, contest, sides), declared)
    return tuple(found)


def _other_batch(standing: Batch, asked: tuple[str, str, Sides], declared: int | None) -> Iterator[BatchFault]:
    """Why what was handed over cannot be of the batch that stands under its id."""
    if standing.state != "open":
        text = message("the batch is {state}; scan into a new batch", state=BATCH_STATES[standing.state])
        yield BatchFault("batch", "batch-not-open", text)
    elif (standing.area, standing.contest, standing.sides) != asked:
        text = message(
            "this batch stands for area {area}, contest {contest}, {sides}; choose another id",
            area=standing.area,
            contest=standing.contest,
            sides=SIDES[standing.sides],
        )
        yield BatchFault("batch", "batch-differs", text)
    elif declared is not None and standing.declared not in (None, declared):
        text = message(
            "{old} ballots were declared before, now {new}; void the batch or give the first count",
            old=standing.declared,
            new=declared,
        )
        yield BatchFault("declared", "batch-declared", text)


def _plain(key: str) -> bool:
    """Whether an id can stand in an address and in the name of a file."""
    return 0 < len(key) <= 80 and key == key.strip(" .") and not any(c in '/\\?#"<>' or ord(c) < 32 for c in key)


def ingest_batch(
    workspace: Workspace,
    actor: Actor,
    batch_id: str,
    files: Sequence[Path],
    executor: Executor | None = None,
    *,
    progress: Progress | None = None,
    read: Reader = read_task,
    renew: Callable[[], Executor] | None = None,
) -> IngestResult:
    """Read every page of ``files`` (in their order) that the batch does not have yet.

    Safe to stop at any moment, even by ``kill -9``: what is saved stays, and the same command goes on with the
    rest. A file whose bytes stand in another batch is not read, and the result says which batch has it.
    """
    require(actor, "ingest")
    with workspace.database.read() as db:
        batch = open_one(db, batch_id)
    check_form_set(str(workspace.forms_folder.resolve()), batch.form_set)
    result = IngestResult()
    wanted = _claimed(workspace, actor, batch, files, result)
    with workspace.database.read() as db:
        done = pages.numbers_done(db, batch_id)
    todo = [page for page in wanted if page.page not in done.get(page.sha256, ())]
    _read(workspace, actor, batch, todo, result, Workers(executor, read, renew), progress)
    return result


def read_delivered(
    workspace: Workspace, actor: Actor, batch_id: str, workers: Workers, progress: Progress | None = None
) -> IngestResult:
    """Read every page that was delivered to the batch and has no outcome yet; safe to stop as :func:`ingest_batch`."""
    require(actor, "ingest")
    with workspace.database.read() as db:
        batch = open_one(db, batch_id)
        waiting = pages.without_outcome(db, batch_id)
    check_form_set(str(workspace.forms_folder.resolve()), batch.form_set)
    result = IngestResult()
    todo = [PageTask(str(workspace.images.path(sha256)), name, sha256, number) for name, sha256, number in waiting]
    _read(workspace, actor, batch, todo, result, workers, progress)
    return result


@dataclass(frozen=True, slots=True)
class Workers:
    """Who reads: an executor (``None``: this thread), what it runs, and how a broken one is replaced."""

    executor: Executor | None
    read: Reader = read_task
    renew: Callable[[], Executor] | None = None


def _read(
    workspace: Workspace,
    actor: Actor,
    batch: Batch,
    todo: Sequence[PageTask],
    result: IngestResult,
    workers: Workers,
    progress: Progress | None,
) -> None:
    with workspace.database.read() as db:
        profile = _profile(db, batch)
    save = _Saver(workspace, actor, batch, profile, result)
    tasks = _tasks(workspace, batch, todo)
    for outcomes in _gathered(run(tasks, workers.executor, workers.read, workers.renew)):
        save(outcomes)
        if progress:
            progress(result.pages, len(todo))
    with workspace.database.write() as db:
        join_sheets(db, workspace.count, batch, workspace.clock())
        raise_ballot_items(db, workspace.count, batch.id, workspace.clock())


def _profile(db: Connection, batch: Batch) -> Profile:
    """The profile that the batch froze; refused where it is not stored, or of another reader than this program's."""
    profile = stored_profile(settings.profile_document(db, batch.profile), batch.profile)
    profile.check_engine(ENGINE)
    return profile


def _claimed(
    workspace: Workspace, actor: Actor, batch: Batch, files: Sequence[Path], result: IngestResult
) -> list[PageTask]:
    """Store the files and note them in the batch; gives all pages of those that this batch may count."""
    found: list[PageTask] = []
    for start in range(0, len(files), FILES_A_TRANSACTION):
        kept = [_kept(workspace, path) for path in files[start : start + FILES_A_TRANSACTION]]
        with workspace.database.write() as db:
            for file in kept:
                became = claim(db, workspace, actor, batch, file)
                if became.holder is not None:
                    result.elsewhere[file.name] = became.holder
                    continue
                if became.already:
                    result.already.append(file.name)
                stored = str(workspace.images.path(file.sha256))
                found += [PageTask(stored, file.name, file.sha256, number) for number in range(1, file.pages + 1)]
    unique = {(page.sha256, page.page): page for page in reversed(found)}
    return [page for page in found if unique[page.sha256, page.page] is page]


def _kept(workspace: Workspace, path: Path) -> Kept:
    """Its name, SHA-256, bytes and pages; a name that is no UTF-8 is told with its bytes spelled out."""
    return keep(workspace, os.fsencode(path.name).decode("utf-8", "backslashreplace"), _bytes_of(path))


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise refuse(
            "file-unreadable", str(path), "cannot be read ({why}); check its permissions", why=error.strerror
        ) from error


def _tasks(workspace: Workspace, batch: Batch, todo: Sequence[PageTask]) -> list[Task]:
    expected = (workspace.election.ballot_form_id(batch.area, batch.contest),)
    folder = str(workspace.forms_folder.resolve())
    return [
        Task(tuple(todo[start : start + PAGES_A_TASK]), folder, batch.form_set, expected)
        for start in range(0, len(todo), PAGES_A_TASK)
    ]


def _gathered(outcomes: Iterable[list[Outcome]]) -> Iterator[list[Outcome]]:
    """Outcomes in handfuls that are worth a transaction."""
    waiting: list[Outcome] = []
    for some in outcomes:
        waiting += some
        if len(waiting) >= PAGES_A_TRANSACTION:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


@dataclass(slots=True)
class _Saver:
    """Writes outcomes; the only one who does, so that nothing is written twice."""

    workspace: Workspace
    actor: Actor
    batch: Batch
    profile: Profile
    result: IngestResult

    def __call__(self, outcomes: Sequence[Outcome]) -> None:
        with self.workspace.database.write() as db:
            open_one(db, self.batch.id)
            # Another program may have been given the same files meanwhile; the first to save a page is kept.
            done = pages.with_outcome(db, [self._key(o) for o in outcomes])
            outcomes = [o for o in outcomes if self._key(o) not in done]
            if not outcomes:
                return
            pages.add(db, self.batch.id, outcomes)
            for outcome in outcomes:
                self.result.pages += 1
                if isinstance(outcome, Rejection):
                    self._rejected(db, outcome)
                else:
                    asked = save_reading(db, self.workspace.count, self.batch, outcome, self.profile, "scanned")
                    self.result.read += 1
                    self.result.asked += asked
                    self.result.accepted += len(outcome.fields) - asked
            detail = {"pages": len(outcomes), "profile": self.profile.digest, "form_set": self.batch.form_set}
            log.append(db, AuditEvent(self.actor.id, "pages_read", self.batch.id, detail), self.workspace.clock())

    def _key(self, outcome: Outcome) -> str:
        return pages.page_id(self.batch.id, outcome.source.sha256, outcome.source.page)

    def _rejected(self, db: Connection, rejection: Rejection) -> None:
        key = self._key(rejection)
        if rejection.reason == "blank" and self.batch.sides == "duplex":
            # Sheets are counted, not pictures: the empty back of a scanned sheet asks nobody.
            pages.set_fate(db, key, "blank_back")
            self.result.blank_backs += 1
            return
        self.result.rejected[rejection.reason] += 1
        items.add(db, self.batch.id, [item_of_rejection(key, rejection.reason)], key)


def save_reading(
    db: Connection, of: Count, batch: Batch, outcome: PageReading, profile: Profile, source: BallotSource
) -> int:
    """Save a page's readings, its ballot and the items that arise; gives how many fields the machine asks.

    A sheet of a ballot that has several makes no ballot by itself: see :func:`pipeline.usecases.sheets.join_sheets`.
    """
    key = pages.page_id(batch.id, outcome.source.sha256, outcome.source.page)
    decided = [(reading, decide(reading, profile, outcome.engine, outcome.form)) for reading in outcome.fields]
    scored = [(reading, decision, decision.score) for reading, decision in decided]
    readings.add(db, key, scored)
    if len(of.forms[outcome.form].sides) > 1:
        return sum(not decision.accepted for _, decision in decided)
    grid_queue.add(db, batch.id, batch.contest, key, scored)
    ballot = ballots.ballot_id(key)
    ballots.add(db, Ballot(ballot, batch.id, source, key, outcome.form))
    asked = [(reading.field, reading.kind, decision) for reading, decision in decided]
    items.add(db, batch.id, items_of_page(ballot, asked, BLIND_SAMPLE, of.policies), key)
    return sum(not decision.accepted for _, decision in decided)
