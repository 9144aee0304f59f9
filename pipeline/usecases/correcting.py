"""Correcting what counts already, at a screen: one person asks with a reason, another one approves on the spot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.errors import refuse
from pipeline.review.items import NewItem, Subject
from pipeline.review.states import ByReading, ItemState, Settled, TeamVote
from pipeline.storage import ballots, batches, items, pages, readings
from pipeline.storage.ballots import Ballot
from pipeline.storage.items import StoredItem
from pipeline.usecases.complete_ballots import Count
from pipeline.usecases.review import correct, team_corrects
from pipeline.usecases.sheets import page_of_field
from pipeline.usecases.sign_in import confirmed
from pipeline.usecases.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approves, as typed on the form: sign-in name and password. Nobody else can type it for them."""

    name: str
    password: str


def correct_place(
    workspace: Workspace, actor: Actor, approval: Approval, ballot_id: str, field: str, value: str, reason: str
) -> StoredItem:
    """A new version of what is settled at one place of a ballot, also where the machine alone had read it.

    Refused: an unknown ballot or place, the value that stands (``nothing-to-correct``), a wrong password of the
    approver, and what :func:`pipeline.usecases.review.correct` refuses; then nothing is changed.
    """
    require(actor, "correct")
    approver = approved_by(workspace, actor, approval, reason, ballot_id)
    with workspace.database.write() as db:
        at = workspace.clock()
        item = _item_of(db, workspace.count, ballot_id, field)
        if isinstance(item.state, Settled) and item.state.value == value:
            raise refuse("nothing-to-correct", field, "this is what counts already; choose what is right instead")
        return correct(db, workspace.count, actor, approver, item.id, value, reason, at)


def team_decides_anew(
    workspace: Workspace,
    actor: Actor,
    approval: Approval,
    item_id: str,
    members: Sequence[str],
    votes: Sequence[TeamVote],
    reason: str,
) -> StoredItem:
    """The team rules anew on what it decided (Art. 74.2), with a reason and somebody's approval."""
    require(actor, "put_to_team")
    approver = approved_by(workspace, actor, approval, reason, item_id)
    with workspace.database.write() as db:
        at = workspace.clock()
        return team_corrects(db, workspace.count, actor, approver, item_id, members, votes, reason, at)


def approved_by(workspace: Workspace, actor: Actor, approval: Approval, reason: str, place: str) -> Actor:
    """Who approves a change on somebody else's screen. Refused without reason, by oneself, or without the right."""
    if not reason.strip():  # told before a password is asked for
        raise refuse("reason-missing", place, "a change needs a reason; write why")
    approver = confirmed(workspace, approval.name, approval.password)
    if approver.id == actor.id:
        raise refuse("own-approval", place, "nobody approves their own change; ask somebody else")
    require(approver, "approve")
    return approver


def _item_of(db: Connection, count: Count, ballot_id: str, field: str) -> StoredItem:
    """The item of a place; a reading that the profile accepted becomes a settled one first, with its evidence."""
    ballot = ballots.get(db, ballot_id)
    if ballot is None:
        raise refuse("ballot-unknown", ballot_id, "there is no such ballot; go back to the totals")
    for item in items.of_ballot(db, ballot_id):
        if item.subject.field == field and item.subject.kind != "ballot":
            return item
    subject, state = _accepted(db, ballot, field)
    page = page_of_field(db, count.forms[ballot.form], ballot, field)
    (key,) = items.add(db, ballot.batch, [NewItem(subject, state)], page)
    found = items.get(db, key)
    assert found is not None
    return found


def _accepted(db: Connection, ballot: Ballot, field: str) -> tuple[Subject, ItemState]:
    page = pages.get(db, ballot.page) if ballot.page is not None else None
    batch = batches.get(db, ballot.batch)
    assert batch is not None
    for reading in readings.of_page(db, page.id) if page is not None else ():
        if reading.field == field and reading.accepted:
            assert page is not None
            evidence = ByReading(page.engine or "", batch.profile, reading.p_wrong)
            return Subject("field", ballot.id, field, reading.kind), Settled(reading.value, evidence)
    raise refuse("field-unknown", field, "the ballot has no such settled place; reload the page")
