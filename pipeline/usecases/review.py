"""Settling what the machine asks: blind entries, the third, the team's verdicts, corrections.

Every function takes the open transaction ``db`` and the moment ``at``: permission, load, one pure step, save
and the line in the log stand or fall together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from pipeline.access.roles import Actor, Permission, require, require_person
from pipeline.audit.chain import AuditEvent
from pipeline.errors import Refusal, refuse
from pipeline.review.consensus import corrected, decided_by_team, entered, team_verdict, voided, withdrawn
from pipeline.review.items import (
    BY_HAND,
    NOT_PRESCRIBED,
    Subject,
    check_answer,
    item_of_ballot,
    items_by_hand,
    moved_to,
)
from pipeline.review.policy import ItemKind, policy_of
from pipeline.review.states import (
    ByTeam,
    Corrected,
    Entry,
    ItemState,
    Settled,
    TeamVote,
    Voided,
    entries_of,
    name_of,
    value_of,
)
from pipeline.storage import asked, ballots, batches, items, leases, log, pages, readings, slips
from pipeline.storage.asked import ToAnswer
from pipeline.storage.ballots import Ballot
from pipeline.storage.items import StoredItem
from pipeline.tally.ballots import GROUNDS, tells_against, vote_from
from pipeline.usecases.complete_ballots import Count, raise_ballots


def queue(
    db: Connection,
    actor: Actor,
    batch: str | None = None,
    limit: int | None = None,
    at: datetime | None = None,
) -> tuple[StoredItem, ...]:
    """Items that the actor may answer, begun ones first; never one that they have answered already.

    With ``at`` none that somebody else is looking at then.
    """
    require(actor, "enter")
    return items.waiting_for(db, actor.id, batch=batch, limit=limit, at=at)


def enter(db: Connection, count: Count, actor: Actor, item_id: str, value: str, at: datetime) -> StoredItem:
    """One blind answer to an item.

    Refused: an unknown item or answer, a second answer by the same account, an item that somebody else is looking at
    (``lease-lost``), an account that saw the machine's reading of it in a grid, a pile to move a sheet to that is not
    another open one (``move-target``).
    """
    return enter_on(db, count, actor, to_answer(db, actor, item_id, at), value, at)


def to_answer(db: Connection, actor: Actor, item_id: str, at: datetime) -> ToAnswer:
    """The item as the actor meets it. Refused: an unknown one (``item-unknown``)."""
    found = asked.to_answer(db, item_id, actor.id, at)
    if found is None:
        raise _unknown(item_id)
    return found


def enter_on(db: Connection, count: Count, actor: Actor, found: ToAnswer, value: str, at: datetime) -> StoredItem:
    """:func:`enter`, to an item that was loaded in this transaction."""
    seen = found.item
    require_person(actor, permission_for(seen.subject.kind), count.trial)
    _check_answer(db, seen, value)
    if found.holder not in (None, actor.id):
        raise refuse(
            "lease-lost",
            seen.id,
            "this went to somebody else while the screen was left alone, so the answer was not taken; do the next",
        )
    policy = policy_of(seen.subject.kind, count.policies)
    checks = found.checks if policy.grid else ()
    state = entered(seen.state, Entry(actor.id, value, actor.simulated), seen.id, checks, policy.entries)
    after = items.save(db, seen, state, at, uncounted=found.batch_state == "open")
    if found.holder is not None:
        leases.forget(db, seen.id)
    detail = {"value": value, "state": name_of(state), "simulated": actor.simulated}
    log.append(db, AuditEvent(actor.id, "entry", seen.id, detail), at)
    if isinstance(state, Settled):
        _after_settling(db, count, actor, after, at)
    return after


def _check_answer(db: Connection, item: StoredItem, value: str) -> None:
    """Refused: what is no answer to the item; a pile to move a sheet to that is not another open one."""
    check_answer(item.subject, value, item.id)
    if (to := moved_to(value)) is not None:
        target = batches.get(db, to)
        if target is None or target.state != "open" or target.id == item.batch:
            raise refuse("move-target", to, "a page moves to another open batch; choose one")


def permission_for(kind: ItemKind) -> Permission:
    """Who may answer: what a sheet is, also the counting team, who have it in their hands; all else reviewers alone."""
    return "sort_sheets" if kind == "page" else "enter"


def withdraw(db: Connection, count: Count, actor: Actor, item_id: str, at: datetime) -> StoredItem:
    """Take back the actor's own last answer; the item is as if it had not been given, the log tells that it was.

    Refused: another item than the one answered last (``not-the-last``), a batch that is closed (``batch-not-open``),
    a ballot that lies before the team meanwhile (``before-team``), a sheet whose answer has been carried out
    (``carried-out``), and what :func:`withdrawn` refuses.
    """
    seen = _item(db, item_id)
    require(actor, permission_for(seen.subject.kind))
    if items.last_entry(db, actor.id) != item_id:
        raise refuse("not-the-last", item_id, "only your last answer can be taken back; reload the page")
    batch = batches.get(db, seen.batch)
    if batch is None or batch.state != "open":
        raise refuse(
            "batch-not-open", seen.batch, "the batch is closed; a correction with a reason and approval is needed"
        )
    if seen.subject.kind == "page" and isinstance(seen.state, Settled):
        raise refuse("carried-out", item_id, "what was said of this sheet is carried out; ask for a correction")
    verdict = items.find(db, Subject("ballot", seen.ballot)) if seen.ballot is not None else None
    if verdict is not None and not isinstance(verdict.state, Voided):
        raise refuse("before-team", item_id, "this ballot lies before the team already; tell the team leader")
    policy = policy_of(seen.subject.kind, count.policies)
    checks = items.checks(db, seen) if policy.grid else ()
    state = withdrawn(seen.state, actor.id, item_id, checks, policy.entries)
    after = items.save(db, seen, state, at)
    taken = [e.value for e in entries_of(seen.state) if e.by == actor.id]
    detail = {"value": taken[0], "before": name_of(seen.state), "state": name_of(state)}
    log.append(db, AuditEvent(actor.id, "entry_withdrawn", item_id, detail), at)
    return after


def _item(db: Connection, item_id: str) -> StoredItem:
    found = items.get(db, item_id)
    if found is None:
        raise _unknown(item_id)
    return found


def _unknown(item_id: str) -> Refusal:
    return refuse("item-unknown", item_id, "there is no such item; reload the list")


def _after_settling(db: Connection, count: Count, actor: Actor, item: StoredItem, at: datetime) -> None:
    if item.subject.kind == "page":
        _page_settled(db, count, actor, item, at)
    elif item.ballot is not None and item.subject.kind != "ballot":
        _alarm(db, item, at)
        raise_ballots(db, count, [item.ballot], at)


def _alarm(db: Connection, item: StoredItem, at: datetime) -> None:
    """A line in the log where people settled otherwise what the machine had accepted; the totals show it, too."""
    value = value_of(item.state)
    read = readings.value_at(db, item.page, item.subject.field) if item.page else None
    if read is not None and read[1] and value not in (None, read[0]):
        log.append(db, AuditEvent("system", "accepted_was_wrong", item.id, {"reading": read[0], "value": value}), at)


def _page_settled(db: Connection, count: Count, actor: Actor, item: StoredItem, at: datetime) -> None:
    """What people said of a rejected page is done: typed from the paper, laid before the team, or set aside.

    A page that belongs to another batch is read again there (``batches.move_page``), which needs the reader.
    """
    assert item.page is not None
    answer = value_of(item.state)
    assert answer is not None
    pages.set_fate(db, item.page, answer)
    if answer in (BY_HAND, NOT_PRESCRIBED):
        of = typed_for(item).removeprefix(f"hand\0{item.batch}\0")
        open_by_hand(db, count, item.batch, of, at, prescribed=answer == BY_HAND, page=item.page)
    log.append(db, AuditEvent(actor.id, "page_settled", item.page, {"fate": answer}), at)


def open_by_hand(
    db: Connection,
    count: Count,
    batch_id: str,
    of: str,
    at: datetime,
    *,
    prescribed: bool = True,
    page: str | None = None,
) -> str:
    """A ballot that counts without a picture: its fields wait for two people; gives the ballot's id.

    ``of`` is the rejected page it replaces (then also ``page``), or any name unique in the batch. A sheet that is not
    the ``prescribed`` form (Art. 74.1 a) goes to the team instead. Its slip gives it a number to find it by.
    """
    batch = batches.get(db, batch_id)
    assert batch is not None
    form = count.forms[count.election.ballot_form_id(batch.area, batch.contest)]
    key = ballots.ballot_id(f"hand\0{batch_id}\0{of}")
    if ballots.get(db, key) is not None:
        return key
    ballots.add(db, Ballot(key, batch_id, "hand", None, form.id))
    slips.add(db, key, batch_id, page)
    if prescribed:
        items.add(db, batch_id, items_by_hand(key, form.fields))
    else:
        items.add(db, batch_id, [item_of_ballot(key, ("a",))])
    log.append(db, AuditEvent("system", "ballot_by_hand", key, {"batch": batch_id, "of": of}), at)
    return key


def before_team(db: Connection, actor: Actor, batch: str | None = None) -> tuple[StoredItem, ...]:
    """Items that lie before the polling team: ballots in doubt or proposed invalid, fields nobody agreed on."""
    require(actor, "put_to_team")
    return items.with_team(db, batch)


def team_decides(
    db: Connection,
    count: Count,
    actor: Actor,
    item_ids: Sequence[str],
    members: Sequence[str],
    votes: Sequence[TeamVote],
    at: datetime,
) -> None:
    """The team's decision (Art. 74.2) on one item, or on a pile of plainly invalid ballots at once.

    ``members`` is the whole team, ``votes`` those of the members present. Refused without two thirds
    present or more than half of all for one answer. Refused as a pile (``pile-mixed``): anything but ballots
    whose one and only ground is the one that the team finds.
    """
    require_person(actor, "put_to_team", count.trial)
    if len(item_ids) > 1:
        _check_pile(db, item_ids, team_verdict(tuple(members), tuple(votes), item_ids[0]))
    pile = f"pile-{item_ids[0]}" if len(item_ids) > 1 else ""
    for item_id in item_ids:
        seen = _item(db, item_id)
        state = decided_by_team(seen.state, tuple(members), tuple(votes), item_id, pile)
        _check_verdict(db, count, seen, state.value)
        after = items.save(db, seen, state, at)
        detail = {
            "value": state.value,
            "members": len(members),
            "votes": [[v.member, v.value] for v in votes],
            "pile": pile,
            "simulated": actor.simulated,
        }
        log.append(db, AuditEvent(actor.id, "team_decision", item_id, detail), at)
        _after_settling(db, count, actor, after, at)


def _check_pile(db: Connection, item_ids: Sequence[str], verdict: str) -> None:
    for item_id in item_ids:
        subject = _item(db, item_id).subject
        alike = subject.kind == "ballot" and subject.doubts in [(ground,) for ground in GROUNDS]
        if not alike or verdict != f"invalid:{subject.doubts[0]}":
            raise refuse(
                "pile-mixed",
                item_id,
                "one decision covers only ballots that are plainly invalid on the same ground ({doubts} here, "
                "{verdict} decided); decide on this one by itself",
                doubts=", ".join(subject.doubts),
                verdict=verdict,
            )


def _check_verdict(db: Connection, count: Count, item: StoredItem, value: str) -> None:
    _check_answer(db, item, value)
    if item.subject.kind == "ballot":
        batch = batches.get(db, item.batch)
        assert batch is not None
        unit = count.election.unit(count.election.ballot_form_id(batch.area, batch.contest))
        names = [c.id for c in count.election.candidates_of(unit.id)]
        if tells_against(value) and count.rules.ballot != "agree_table":
            raise refuse(
                "verdict-against",
                item.id,
                "'{value}' says with whom the ballot disagrees, but only a table with both columns can say so; leave "
                "that part out",
                value=value,
            )
        vote_from(value, names, unit.seats, item.id, count.least)


def correct(
    db: Connection,
    count: Count,
    actor: Actor,
    approver: Actor,
    item_id: str,
    value: str,
    reason: str,
    at: datetime,
) -> StoredItem:
    """A new version of a settled item, with a reason and somebody else's approval; the old one stays readable.

    Totals follow at once: a ballot that is no plain vote any more goes to the team, and a page is done with
    anew. Refused: what the team decided (``team-decided``: only the team changes it, :func:`team_corrects`), a
    field of a ballot on which the team has ruled (``verdict-stands``), a page that was moved (``page-moved``).
    """
    require_person(actor, "correct", count.trial)
    require_person(approver, "approve", count.trial)
    seen = _item(db, item_id)
    _check_correction(db, seen)
    return _corrected(db, count, (actor, approver), seen, value, reason, {}, at)


def team_corrects(
    db: Connection,
    count: Count,
    actor: Actor,
    approver: Actor,
    item_id: str,
    members: Sequence[str],
    votes: Sequence[TeamVote],
    reason: str,
    at: datetime,
) -> StoredItem:
    """The team rules anew on what it has decided (Art. 74.2), with a reason; majority and presence as before."""
    require_person(actor, "put_to_team", count.trial)
    require_person(approver, "approve", count.trial)
    seen = _item(db, item_id)
    if not decided_by_the_team(seen.state):
        raise refuse("item-closed", item_id, "the team has not decided on this; correct it in the ordinary way")
    value = team_verdict(tuple(members), tuple(votes), item_id)
    detail = {"members": len(members), "votes": [[v.member, v.value] for v in votes]}
    return _corrected(db, count, (actor, approver), seen, value, reason, detail, at)


def decided_by_the_team(state: ItemState) -> bool:
    """Whether what counts, or what it corrects, rests on the team's votes."""
    match state:
        case Settled(evidence=ByTeam()):
            return True
        case Corrected(previous=previous):
            return decided_by_the_team(previous)
        case _:
            return False


def _check_correction(db: Connection, seen: StoredItem) -> None:
    if decided_by_the_team(seen.state):
        raise refuse(
            "team-decided",
            seen.id,
            "the team has decided on this, so only the team changes it; lay it before the team again",
        )
    if seen.ballot is not None:
        verdict = items.find(db, Subject("ballot", seen.ballot))
        if verdict is not None and value_of(verdict.state) is not None:
            raise refuse(
                "verdict-stands",
                seen.id,
                "the team has ruled on this ballot ({verdict}), which counts whatever its fields say; lay the "
                "ballot before the team again",
                verdict=value_of(verdict.state),
            )
    if seen.subject.kind == "page":
        page = pages.get(db, seen.subject.of)
        if page is not None and page.status == "void":
            raise refuse(
                "page-moved", seen.id, "the page was moved and read elsewhere; correct it in the batch where it is"
            )


def _corrected(
    db: Connection,
    count: Count,
    people: tuple[Actor, Actor],
    seen: StoredItem,
    value: str,
    reason: str,
    detail: Mapping[str, object],
    at: datetime,
) -> StoredItem:
    actor, approver = people
    _check_verdict(db, count, seen, value)
    state = corrected(seen.state, value, reason=reason, by=actor.id, approver=approver.id, place=seen.id)
    after = items.save(db, seen, state, at)
    line = {"value": value, "reason": reason, "approver": approver.id, **detail}
    log.append(db, AuditEvent(actor.id, "correction", seen.id, line), at)
    if seen.subject.kind == "page":
        _take_out_typed(db, seen, state, at)
    _after_settling(db, count, actor, after, at)
    return after


def _take_out_typed(db: Connection, seen: StoredItem, state: Corrected, at: datetime) -> None:
    """The ballot that was typed because of a page's former answer no longer counts, nor do its items."""
    typed = ballots.get(db, ballots.ballot_id(typed_for(seen)))
    if typed is None or typed.state != "counted":
        return
    ballots.set_void(db, typed.id)
    for item in items.of_batch(db, seen.batch):
        if item.ballot == typed.id and not isinstance(item.state, Voided):
            gone = voided(item.state, reason=state.reason, by=state.by, approver=state.approver, place=item.id)
            items.save(db, item, gone, at)
    log.append(db, AuditEvent(state.by, "ballot_void", typed.id, {"reason": state.reason}), at)


def typed_for(item: StoredItem) -> str:
    """Of what a ballot typed for a page is the ballot (its id is a digest of this); one a corrected answer."""
    changes, state = 0, item.state
    while isinstance(state, Corrected):
        changes, state = changes + 1, state.previous
    return f"hand\0{item.batch}\0{item.page}" + (f"\0{changes}" if changes else "")
