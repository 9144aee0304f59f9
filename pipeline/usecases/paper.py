"""Ballots that are entered from the paper, without picture, by two people who do not see each other's answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.errors import refuse
from pipeline.forms.template import FieldKind, answers_of
from pipeline.review.consensus import may_enter
from pipeline.review.states import entries_of
from pipeline.storage import ballots, batches, items, leases, pages, slips
from pipeline.storage.batches import Batch
from pipeline.storage.items import StoredItem
from pipeline.storage.slips import Slip
from pipeline.usecases.delivery import open_one
from pipeline.usecases.review import enter, open_by_hand
from pipeline.usecases.reviewing import LEASE, area_name, label_of
from pipeline.usecases.workspace import Workspace

MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class PaperSheet:
    """A sheet that waits to be typed. ``sheet``: file and page of the rejected scan it stands for, if any.

    ``mine``: nothing of it is left for the actor; others must answer.
    """

    ballot: str
    batch: str
    area: str
    contest: str
    slip: int
    sheet: tuple[str, int] | None
    places: int
    settled: int
    begun: bool
    mine: bool


@dataclass(frozen=True, slots=True)
class PaperPlace:
    """A place on the sheet, in the order of the paper, that the actor may answer."""

    field: str
    kind: FieldKind
    label: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaperForm:
    """A sheet in the hands of somebody who types it."""

    sheet: PaperSheet
    places: tuple[PaperPlace, ...]


def open_sheets(workspace: Workspace, actor: Actor, batch_id: str, number: int, first: int) -> tuple[int, int]:
    """``number`` ballots of the batch will be typed from the paper; gives the first and the last slip.

    ``first`` is the slip number that the screen promised: the same form sent twice opens them once (``slip-taken``).
    """
    require(actor, "ingest")
    if not 1 <= number <= MOST_AT_ONCE:
        raise refuse("number", str(number), "give a number from 1 to {most}", most=MOST_AT_ONCE)
    with workspace.database.write() as db:
        batch = open_one(db, batch_id)
        if slips.following(db, batch.id) != first:
            raise refuse("slip-taken", str(first), "slips were given out meanwhile; look at the new numbers below")
        for slip in range(first, first + number):
            open_by_hand(db, workspace.count, batch.id, f"slip\0{slip}", workspace.clock())
    return first, first + number - 1


def next_slip(workspace: Workspace, batch_id: str) -> int:
    """The number that the next slip of a batch will have."""
    with workspace.database.read() as db:
        return slips.following(db, batch_id)


def sheets(workspace: Workspace, actor: Actor, batch_id: str = "") -> tuple[PaperSheet, ...]:
    """The sheets of open batches that wait to be typed, those for the actor first."""
    require(actor, "enter")
    with workspace.database.read() as db:
        live = [b for b in batches.every(db) if b.state == "open" and batch_id in ("", b.id)]
        found = [
            sheet
            for batch in live
            for slip, states in slips.states(db, batch.id).items()
            if any(state in items.FOR_ENTRY for state in states)
            for sheet in (_sheet(db, workspace, actor, batch, slip),)
        ]
    return tuple(sorted(found, key=lambda s: (s.mine, not s.begun, s.batch, s.slip)))


def _sheet(db: Connection, workspace: Workspace, actor: Actor, batch: Batch, slip: Slip) -> PaperSheet:
    every = _items(db, slip.ballot)
    place = pages.place_in_pile(db, slip.page) if slip.page else None
    return PaperSheet(
        ballot=slip.ballot,
        batch=batch.id,
        area=area_name(workspace.election, batch.area),
        contest=batch.contest,
        slip=slip.number,
        sheet=(place[0], place[2]) if place else None,
        places=len(every),
        settled=sum(not _open(one) for one in every),
        begun=any(entries_of(one.state) for one in every),
        mine=not any(may_enter(one.state, actor.id) for one in every),
    )


def _items(db: Connection, ballot: str) -> list[StoredItem]:
    return [one for one in items.of_ballot(db, ballot) if one.subject.kind == "hand_field"]


def _open(item: StoredItem) -> bool:
    return may_enter(item.state, "")


def take(workspace: Workspace, actor: Actor, ballot: str) -> PaperForm:
    """The places of a sheet that the actor may answer, lent to them for a minute at a time.

    After a dispute only what is disputed. Refused: ``sheet-unknown``, ``lease-lost`` while somebody else types it.
    """
    require(actor, "enter")
    with workspace.database.write() as db:
        at = workspace.clock()
        slip, batch = _found(db, ballot)
        free = {one.subject.field: one for one in _items(db, ballot) if may_enter(one.state, actor.id)}
        if any(leases.holder(db, one.id, at) not in (None, actor.id) for one in free.values()):
            raise refuse("lease-lost", f"{batch.id} {slip.number}", "somebody else is typing this sheet; take another")
        leases.lend(db, [one.id for one in free.values()], actor.id, at + LEASE)
        form = workspace.election.ballot_form_id(batch.area, batch.contest)
        printed = [f for f in workspace.forms[form].fields if f.id in free]
        places = [PaperPlace(f.id, f.kind, label_of(workspace.forms, form, f.id), answers_of(f.kind)) for f in printed]
        return PaperForm(_sheet(db, workspace, actor, batch, slip), tuple(places))


def _found(db: Connection, ballot: str) -> tuple[Slip, Batch]:
    slip, stored = slips.get(db, ballot), ballots.get(db, ballot)
    if slip is None or stored is None or stored.state != "counted":
        raise refuse("sheet-unknown", ballot, "there is no such sheet; go back to the list")
    return slip, open_one(db, slip.batch)


def keep_answers(workspace: Workspace, actor: Actor, ballot: str, given: Mapping[str, str]) -> int:
    """Keep the answers to every place of a sheet that is open to the actor, all or none; how many were new.

    The same sheet sent twice counts once. Refused: a place without answer (``answer-missing``), another answer than
    the actor gave before (``answered-otherwise``), and what :func:`pipeline.usecases.review.enter` refuses.
    """
    require(actor, "enter")
    new = 0
    with workspace.database.write() as db:
        slip, batch = _found(db, ballot)
        place = f"{batch.id} {slip.number}"
        for one in _items(db, ballot):
            mine = [e.value for e in items.entries(db, one.id) if e.by == actor.id]
            value = given.get(one.subject.field, "")
            if mine and value not in ("", mine[0]):
                raise refuse(
                    "answered-otherwise",
                    place,
                    "you have answered this sheet otherwise already, perhaps in another window; those answers stand",
                )
            if mine or not may_enter(one.state, actor.id):
                continue
            if not value:
                raise refuse("answer-missing", place, "not every place of the sheet has an answer; none was kept")
            enter(db, workspace.count, actor, one.id, value, workspace.clock())
            new += 1
    return new


def put_back(workspace: Workspace, actor: Actor, ballot: str) -> None:
    """The sheet goes back to its pile: others may take it."""
    require(actor, "enter")
    with workspace.database.write() as db:
        leases.give_back(db, actor.id, [one.id for one in _items(db, ballot)])
