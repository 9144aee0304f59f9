"""Batches as piles of sheets: what is counted against what was declared, closing, voiding, moving a sheet."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.audit.chain import AuditEvent
from pipeline.errors import refuse
from pipeline.review.profile import parse_profile
from pipeline.scan.page import PageSource, Rejection
from pipeline.storage import batches, log, pages, piles, results, settings
from pipeline.storage.batches import Batch, BatchState
from pipeline.storage.pages import StoredPage
from pipeline.storage.piles import PileNumbers
from pipeline.usecases.batch_words import BATCH_STATES
from pipeline.usecases.comparing import check_counts
from pipeline.usecases.complete_ballots import raise_ballot_items
from pipeline.usecases.execution import PageTask, Reader, Task, read_task
from pipeline.usecases.ingest import open_batch, save_reading
from pipeline.usecases.review import open_by_hand
from pipeline.usecases.sheets import join_sheets
from pipeline.usecases.standing import result_of
from pipeline.usecases.workspace import Workspace


@dataclass(frozen=True, slots=True)
class BatchCount:
    """One pile: what people declared and what the program has (R23: scanned + by hand = declared)."""

    batch: Batch
    scanned: int
    by_hand: int
    open_items: int
    moves_waiting: int
    unread: int = 0
    """Pages that were delivered and have no outcome yet."""

    @property
    def found(self) -> int:
        return self.scanned + self.by_hand

    @property
    def matches(self) -> bool:
        return self.found == self.batch.declared


def batch_count(db: Connection, batch: Batch) -> BatchCount:
    """The numbers of one batch as they stand."""
    return _count(batch, piles.numbers(db, [batch.id])[batch.id])


def _count(batch: Batch, of: PileNumbers) -> BatchCount:
    waiting = sum(of.open_items.values())
    return BatchCount(batch, of.scanned, of.by_hand, waiting, of.moves, max(0, of.pages - of.done))


def every_batch(db: Connection, actor: Actor) -> tuple[BatchCount, ...]:
    """All live batches with their numbers."""
    require(actor, "see_totals")
    live = batches.every(db)
    found = piles.numbers(db, [b.id for b in live])
    return tuple(_count(b, found[b.id]) for b in live)


def batch_page(
    workspace: Workspace,
    actor: Actor,
    state: BatchState,
    *,
    area: str | None = None,
    contest: str | None = None,
    offset: int = 0,
    limit: int = 100,
) -> tuple[int, tuple[BatchCount, ...]]:
    """How many batches are in that state, and ``limit`` of them from ``offset`` on, the last opened first."""
    require(actor, "see_totals")
    with workspace.database.read() as db:
        found = [b for b in batches.every(db, area=area, contest=contest, void=state == "void") if b.state == state]
        shown = found[::-1][offset : offset + limit]
        of = piles.numbers(db, [b.id for b in shown])
    return len(found), tuple(_count(b, of[b.id]) for b in shown)


def one_batch(workspace: Workspace, actor: Actor, key: str) -> BatchCount:
    """One batch with its numbers, live or void. Refused: ``batch-unknown``."""
    require(actor, "see_totals")
    with workspace.database.read() as db:
        return batch_count(db, _get(db, key))


def _get(db: Connection, key: str) -> Batch:
    found = batches.get(db, key)
    if found is None:
        raise refuse("batch-unknown", key, "there is no such batch; list them with 'kiemphieu batches'")
    return found


def close_batch(workspace: Workspace, actor: Actor, key: str, explanation: str = "") -> BatchCount:
    """Close a batch whose sheets are all accounted for.

    Refused while pages are unread, items open or sheets of other batches on their way here, and (R23) while scanned +
    entered by hand differ from the declared count without an ``explanation``.
    """
    require(actor, "ingest")
    with workspace.database.write() as db:
        found = batch_count(db, _get(db, key))
        if found.batch.state != "open":
            raise refuse("batch-not-open", key, "the batch is {state} already", state=BATCH_STATES[found.batch.state])
        if found.unread:
            raise refuse(
                "batch-unread",
                key,
                "{count} pages that were handed in are not read yet; wait until they are, or give the same files again",
                count=found.unread,
            )
        _refuse_moving_in(db, key)
        if found.open_items or found.moves_waiting:
            raise refuse(
                "batch-open-items",
                key,
                "{count} items still wait for people; settle them first",
                count=found.open_items + found.moves_waiting,
            )
        if not found.matches and not explanation.strip():
            raise refuse(
                "R23",
                key,
                "R23: {scanned} scanned + {by_hand} entered by hand = {found}, but {declared} declared; look for "
                "missing or doubled sheets, or close with an explanation",
                scanned=found.scanned,
                by_hand=found.by_hand,
                found=found.found,
                declared=found.batch.declared,
            )
        check_counts(db, workspace.count, found.batch.area, found.batch.contest)
        if explanation.strip():
            batches.explain(db, key, explanation.strip(), actor.id)
        batches.set_state(db, key, "closed")
        detail = {"scanned": found.scanned, "by_hand": found.by_hand, "declared": found.batch.declared}
        log.append(db, AuditEvent(actor.id, "batch_closed", key, detail | {"why": explanation}), workspace.clock())
        # Now, so that whoever first opens the totals of a whole country does not wait for all of its batches.
        results.keep(db, key, result_of(db, workspace.count, _get(db, key)))
        return batch_count(db, _get(db, key))


def _refuse_moving_in(db: Connection, key: str) -> None:
    coming = sum(to == key for _, to in moves_waiting(db))
    if coming:
        raise refuse(
            "batch-moving",
            key,
            "{count} sheets of other batches that belong here are not read here yet; wait until they are, or list the "
            "batches with 'kiemphieu batches', which reads them",
            count=coming,
        )


def declare(workspace: Workspace, actor: Actor, key: str, declared: int, reason: str = "") -> None:
    """Give the count by hand, or another one after counting again (then with a reason); only while it is open."""
    require(actor, "ingest")
    if declared < 0:
        raise refuse("declared", key, "'{value}' is no count of ballots; write a whole number", value=declared)
    with workspace.database.write() as db:
        batch = _get(db, key)
        if batch.state != "open":
            raise refuse("batch-not-open", key, "the batch is {state} already", state=BATCH_STATES[batch.state])
        if batch.declared == declared:
            return
        if batch.declared is not None and not reason.strip():
            raise refuse("reason-missing", key, "a change needs a reason; write why")
        batches.declare(db, key, declared)
        detail = {"declared": declared, "before": batch.declared, "why": reason.strip()}
        log.append(db, AuditEvent(actor.id, "batch_declared", key, detail), workspace.clock())


def open_again(workspace: Workspace, actor: Actor, key: str) -> Batch:
    """A new batch for the same pile in the place of a voided one; its sheets are scanned anew."""
    with workspace.database.read() as db:
        old, known = _get(db, key), {b.id for b in batches.every(db, void=True)}
    if old.state != "void":
        raise refuse("batch-not-void", key, "only a batch that was taken out of the count is opened again")
    return open_batch(
        workspace, actor, free_id(old.area, old.contest, known), old.area, old.contest, old.declared, old.sides
    )


def free_id(area: str, contest: str, known: Collection[str]) -> str:
    """An id for a batch that none has yet: ``kv1-qh``, then ``kv1-qh-2`` ..."""
    plain = f"{area}-{contest}"
    return next(n for n in (plain, *(f"{plain}-{i}" for i in range(2, len(known) + 3))) if n not in known)


def void_batch(workspace: Workspace, actor: Actor, key: str, reason: str) -> None:
    """Take a batch out of the count, with a reason; its scans may then be counted in another batch.

    Refused while sheets of other batches are on their way here (``batch-moving``): nothing could take them any more.
    """
    require(actor, "ingest")
    if not reason.strip():
        raise refuse("reason-missing", key, "a change needs a reason; write why")
    with workspace.database.write() as db:
        if _get(db, key).state == "void":
            raise refuse("batch-not-open", key, "the batch is {state} already", state=BATCH_STATES["void"])
        _refuse_moving_in(db, key)
        batches.set_state(db, key, "void", reason.strip())
        pages.release(db, key)
        log.append(db, AuditEvent(actor.id, "batch_void", key, {"reason": reason.strip()}), workspace.clock())


def move_page(workspace: Workspace, actor: Actor, page_id: str, to: str, read: Reader = read_task) -> str:
    """Read a stored page again in the batch where its sheet belongs; it no longer counts where it was.

    Gives ``read`` or the reason of its rejection there; then it is entered there by hand, so that the sheet
    counts in any case. Once moved, a second call changes nothing. Refused (``move-target``): a batch that is not
    another open one, also where it was closed while the page was being read.
    """
    require(actor, "ingest")
    with workspace.database.read() as db:
        page, target = _movable(db, page_id, to)
        document = settings.profile_document(db, target.profile)
    if page.status == "void":
        return "read"
    assert document is not None
    task = PageTask(str(workspace.images.path(page.sha256)), page_id, page.sha256, page.number)
    form = workspace.election.ballot_form_id(target.area, target.contest)
    (outcome,) = read(Task((task,), str(workspace.forms_folder.resolve()), target.form_set, (form,)))
    at = workspace.clock()
    with workspace.database.write() as db:
        if _movable(db, page_id, to)[0].status == "void":
            return "read"  # moved by somebody else meanwhile
        pages.set_void(db, page_id, f"moved:{to}")
        pages.add_file(db, to, page.sha256, f"moved-{page_id}", None)
        pages.add(db, to, [outcome], moved_from=page_id)
        if isinstance(outcome, Rejection):
            new = pages.page_id(to, page.sha256, page.number)
            pages.set_fate(db, new, "by_hand")
            open_by_hand(db, workspace.count, to, new, at, page=new)
        else:
            profile = parse_profile(document.encode(), target.profile[:12])
            save_reading(db, workspace.count, target, outcome, profile, "moved")
            join_sheets(db, workspace.count, target, at)
        log.append(db, AuditEvent(actor.id, "page_moved", page_id, {"to": to}), at)
        raise_ballot_items(db, workspace.count, to, at)
    return outcome.reason if isinstance(outcome, Rejection) else "read"


def _movable(db: Connection, page_id: str, to: str) -> tuple[StoredPage, Batch]:
    page, target = pages.get(db, page_id), _get(db, to)
    if page is None:
        raise refuse("page-unknown", page_id, "there is no such page; reload the list")
    if page.status != "void" and (target.state != "open" or target.id == page.batch):
        raise refuse("move-target", to, "a page moves to another open batch; choose one")
    return page, target


def moves_waiting(db: Connection) -> tuple[tuple[str, str], ...]:
    """(page, batch) for every page that people said belongs to another batch and that is not read there yet."""
    return piles.moving(db)


def source_of(db: Connection, page_id: str) -> PageSource | None:
    """File, digest and number of a page. Restricted: for finding a sheet again."""
    page, place = pages.get(db, page_id), pages.place_in_pile(db, page_id)
    return PageSource(place[0], page.sha256, page.number) if page and place else None
