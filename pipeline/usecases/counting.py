"""What the counting team sees of its batches: numbers, progress, rejected sheets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.errors import refuse
from pipeline.messages import Message
from pipeline.review.items import Subject, check_answer
from pipeline.review.states import Disputed, EnteredOnce, Waiting, WithTeam, entries_of, value_of
from pipeline.storage import batches, items, pages, piles
from pipeline.storage.batches import Batch, BatchState
from pipeline.storage.piles import PileNumbers
from pipeline.usecases.review import enter, withdraw
from pipeline.usecases.reviewing import area_name
from pipeline.usecases.workspace import Workspace


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch on screen."""

    batch: Batch
    area: str
    of: PileNumbers

    @property
    def found(self) -> int:
        return self.of.scanned + self.of.by_hand

    @property
    def difference(self) -> int | None:
        """Sheets found less sheets declared; ``None`` while nothing is declared."""
        return None if self.batch.declared is None else self.found - self.batch.declared

    @property
    def unread(self) -> int:
        return max(0, self.of.pages - self.of.done)

    @property
    def open_items(self) -> int:
        return sum(self.of.open_items.values())

    @property
    def rejected(self) -> int:
        return sum(self.of.rejected.values())

    @property
    def may_close(self) -> bool:
        """Nothing is unread, open or to be moved; whether the counts match is told apart."""
        return self.batch.state == "open" and not (self.unread or self.open_items or self.of.moves)


SHEET = 100
"""Batches on one page of the list."""


@dataclass(frozen=True, slots=True)
class BatchList:
    """One page of the batches in a state, the last opened first; ``pages`` of them, ``number`` of batches in all."""

    views: tuple[BatchView, ...]
    page: int
    pages: int
    number: int


def views(workspace: Workspace, actor: Actor, state: BatchState = "open", page: int = 1) -> BatchList:
    """The batches in that state, 100 a page; beyond the last page comes the last."""
    require(actor, "ingest")
    with workspace.database.read() as db:
        found = [b for b in batches.every(db, void=state == "void") if b.state == state][::-1]
        pages = max(1, -(-len(found) // SHEET))
        at = min(max(1, page), pages)
        here = found[(at - 1) * SHEET : at * SHEET]
        of = piles.numbers(db, [b.id for b in here])
    shown = tuple(BatchView(b, area_name(workspace.election, b.area), of[b.id]) for b in here)
    return BatchList(shown, at, pages, len(found))


def batch_view(workspace: Workspace, actor: Actor, key: str) -> BatchView:
    """One batch. Refused: ``batch-unknown``."""
    require(actor, "ingest")
    with workspace.database.read() as db:
        batch = batches.get(db, key)
        if batch is None:
            raise refuse("batch-unknown", key, "there is no such batch; go back to the list")
        return BatchView(batch, area_name(workspace.election, batch.area), piles.numbers(db, [key])[key])


def every_id(workspace: Workspace) -> frozenset[str]:
    """Ids that are taken, by voided batches too."""
    with workspace.database.read() as db:
        return frozenset(b.id for b in batches.every(db, void=True))


# Rejected sheets -------------------------------------------------------------------------------------

Fate = Literal["open", "one", "differ", "moving", "settled"]
"""Nobody has said what it is; one has; they differ; it waits to be read in another batch; it is settled."""


@dataclass(frozen=True, slots=True)
class RejectedSheet:
    """A page that was rejected. ``mine``: what the actor has said of it; nobody sees what others said before."""

    page: str
    batch: str
    area: str
    contest: str
    reason: str
    text: Message | None
    seems: str | None
    file: str
    number: int
    place: int
    fate: Fate
    settled: str | None
    mine: str | None
    item: str

    @property
    def has_picture(self) -> bool:
        return self.reason not in ("undecodable", "encrypted", "too_large")


def rejected_sheets(
    workspace: Workspace, actor: Actor, batch: str = "", all_of_them: bool = False
) -> tuple[RejectedSheet, ...]:
    """Rejected pages of open batches (or of one batch) that people still have to do with, or all of them."""
    require(actor, "sort_sheets")
    with workspace.database.read() as db:
        live = {b.id: b for b in batches.every(db) if b.state == "open" or b.id == batch}
        if batch and batch not in live:
            raise refuse("batch-unknown", batch, "there is no such batch; go back to the list")
        wanted = [batch] if batch else list(live)
        found = [_sheet(db, workspace, actor, live[page.batch], page) for page in pages.rejected(db, wanted)]
    order: Mapping[Fate, int] = {"open": 0, "differ": 0, "one": 1, "moving": 2, "settled": 3}
    shown = [s for s in found if all_of_them or s.fate != "settled"]
    return tuple(sorted(shown, key=lambda s: (order[s.fate] if s.mine is None else 2, s.batch, s.place, s.number)))


def _sheet(db: Connection, workspace: Workspace, actor: Actor, batch: Batch, page: pages.StoredPage) -> RejectedSheet:
    item = items.find(db, Subject("page", page.id))
    place = pages.place_in_pile(db, page.id)
    assert item is not None
    assert place is not None
    settled = value_of(item.state)
    match item.state:
        case Waiting():
            fate: Fate = "open"
        case EnteredOnce():
            fate = "one"
        case Disputed() | WithTeam():
            fate = "differ"
        case _:
            fate = "moving" if (settled or "").startswith("move:") else "settled"
    mine = [e.value for e in entries_of(item.state) if e.by == actor.id]
    return RejectedSheet(
        page=page.id,
        batch=batch.id,
        area=area_name(workspace.election, batch.area),
        contest=batch.contest,
        reason=page.reason or "",
        text=page.text,
        seems=page.seems,
        file=place[0],
        number=place[2],
        place=place[1],
        fate=fate,
        settled=settled,
        mine=mine[0] if mine else None,
        item=item.id,
    )


def say_what(workspace: Workspace, actor: Actor, page_id: str, value: str) -> bool:
    """Say what a rejected sheet is, as one of two people; whether it is settled by that.

    The same twice changes nothing. A sheet said to belong to another batch (``move:ID``) is read there by itself once
    two agree. Refused: a batch to move to that is not open, another answer than before (``answered-otherwise``).
    """
    require(actor, "sort_sheets")
    with workspace.database.write() as db:
        item = items.find(db, Subject("page", page_id))
        if item is None:
            raise refuse("page-unknown", page_id, "there is no such page; reload the list")
        check_answer(item.subject, value, page_id)
        given = [e.value for e in items.entries(db, item.id) if e.by == actor.id]
        if given and given[0] != value:
            raise refuse(
                "answered-otherwise",
                page_id,
                "you have said something else of this sheet before; take that back first if it is wrong",
            )
        if given:
            return value_of(item.state) is not None
        after = enter(db, workspace.count, actor, item.id, value, workspace.clock())
        return value_of(after.state) is not None


def take_back(workspace: Workspace, actor: Actor) -> None:
    """Take back the actor's last answer."""
    with workspace.database.write() as db:
        last = items.last_entry(db, actor.id)
        if last is None:
            raise refuse("nothing-to-undo", actor.name, "this account has no answer here that could be taken back")
        withdraw(db, workspace.count, actor, last, workspace.clock())


def open_keys(workspace: Workspace, actor: Actor, but: str) -> tuple[tuple[str, str], ...]:
    """(id, area) of the other open batches, for a sheet that lay in the wrong pile; those of the same area first."""
    require(actor, "sort_sheets")
    with workspace.database.read() as db:
        live = [b for b in batches.every(db) if b.state == "open" and b.id != but]
        own = batches.get(db, but)
    live.sort(key=lambda b: (own is None or b.area != own.area, b.seq))
    return tuple((b.id, area_name(workspace.election, b.area)) for b in live)
