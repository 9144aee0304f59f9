"""Every counted ballot of closed batches as a record: read, ruled on, settled; people under a pseudonym."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.review.states import (
    ByEntries,
    ByGrid,
    ByReading,
    ByTeam,
    Corrected,
    Evidence,
    ItemState,
    Settled,
    value_of,
)
from pipeline.storage import accounts, batches, cast, log
from pipeline.storage.batches import Batch
from pipeline.storage.cast import CountedBallot
from pipeline.storage.items import StoredItem
from pipeline.tally.ballots import FieldAnswer, Proposal, ValidVote, Vote, vote_from
from pipeline.tally.cast import Adjudication, CastBallot, Place
from pipeline.usecases.complete_ballots import Count, proposal_of
from pipeline.usecases.workspace import Workspace

Pseudonym = Callable[[str], str]
_TEAM = "polling-team"


def cast_ballots(
    workspace: Workspace, actor: Actor, contest: str | None = None, area: str | None = None
) -> Iterator[CastBallot]:
    """The ballots of closed batches, shuffled within each; memory does not grow with their number.

    Open batches are left out: whoever reads their ballots knows a total that still runs.
    """
    require(actor, "export")
    with workspace.database.read() as db:
        of = pseudonyms(db)
        for batch in batches.every(db, contest=contest, area=area):
            if batch.state == "closed":
                yield from of_batch(db, workspace.count, batch, of)


def of_batch(db: Connection, count: Count, batch: Batch, of: Pseudonym) -> Iterator[CastBallot]:
    """The counted ballots of one batch."""
    unit = count.election.unit(count.election.ballot_form_id(batch.area, batch.contest))
    candidates = [c.id for c in count.election.candidates_of(unit.id)]
    for found in cast.counted(db, batch.id):
        yield record(count, batch, found, candidates, unit.seats, of)


def some(db: Connection, count: Count, ids: Sequence[str]) -> Iterator[CastBallot]:
    """The ballots of these ids, as far as they count, by id; people under no name at all."""
    of_batch = {b.id: b for b in batches.every(db)}
    for found in cast.those(db, ids):
        batch = of_batch.get(found.ballot.batch)
        if batch is not None:
            unit = count.election.unit(count.election.ballot_form_id(batch.area, batch.contest))
            names = [c.id for c in count.election.candidates_of(unit.id)]
            yield record(count, batch, found, names, unit.seats, lambda _: "")


def pseudonyms(db: Connection) -> Pseudonym:
    """account -> its role and eight signs of a digest, the same in every export of one workspace.

    The key is the digest of the log's first line: whoever can read that reads the names beside it, and nobody else
    can try names until one fits.
    """
    first = next(iter(log.lines(db)), None)
    key = (first.digest if first else "").encode()
    roles = {a.id: a.roles for a in accounts.every(db)}

    def of(account: str) -> str:
        held = roles.get(account, frozenset())
        role = next((r for r in ("reviewer", "operator", "team_leader", "committee", "system") if r in held), "person")
        return f"{role}-{hashlib.blake2b(account.encode(), key=key[:64], digest_size=4).hexdigest()}"

    return of


def record(
    count: Count, batch: Batch, found: CountedBallot, candidates: Sequence[str], seats: int, of: Pseudonym
) -> CastBallot:
    """One counted ballot as a record."""
    ballot = found.ballot
    unit = count.election.unit(count.election.ballot_form_id(batch.area, batch.contest))
    asked = {i.subject.field: i for i in found.items if i.subject.kind != "ballot"}
    verdict = next((i for i in found.items if i.subject.kind == "ballot"), None)
    read = {r.field: r for r in found.readings}
    places = []
    for field in count.forms[ballot.form].fields:
        reading, item = read.get(field.id), asked.get(field.id)
        value = value_of(item.state) if item is not None else None
        places.append(
            Place(
                field=field.id,
                read=FieldAnswer(field.id, reading.kind, reading.value) if reading is not None else None,
                sure=reading is not None and reading.accepted,
                score=reading.score if reading is not None else 0.0,
                settled=FieldAnswer(field.id, field.kind, value) if value is not None else None,
                asked=item is not None,
            )
        )
    return CastBallot(
        id=ballot.id,
        batch=batch.id,
        area=batch.area,
        contest=batch.contest,
        unit=unit.id,
        seats=seats,
        shares=unit.shares,
        elects=(unit.parent or "") if unit.shares else "",
        scanned=ballot.source != "hand",
        names=tuple(p for p in places if p.candidate in candidates),
        signs=tuple(p for p in places if p.candidate not in candidates),
        proposal=_by_rule(count, batch, [p.read for p in places if p.sure], len(places)),
        vote=_vote(count, batch, [p.answer for p in places], verdict, candidates, seats),
        adjudications=tuple(_adjudications(sorted(found.items, key=lambda i: (i.subject.kind == "ballot", i.id)), of)),
    )


def _by_rule(count: Count, batch: Batch, answers: Sequence[FieldAnswer | None], fields: int) -> Proposal | None:
    given = [a for a in answers if a is not None]
    return proposal_of(count, (batch.area, batch.contest), given) if given and len(given) == fields else None


def _vote(
    count: Count,
    batch: Batch,
    answers: Sequence[FieldAnswer | None],
    verdict: StoredItem | None,
    candidates: Sequence[str],
    seats: int,
) -> Vote | None:
    """As :func:`pipeline.usecases.totals.votes_of` finds it for a whole batch."""
    if verdict is not None:
        value = value_of(verdict.state)
        return vote_from(value, candidates, seats, batch.id, count.least) if value else None
    proposal = _by_rule(count, batch, answers, len(answers))
    return proposal if isinstance(proposal, ValidVote) else None


def _adjudications(items: Sequence[StoredItem], of: Pseudonym) -> Iterator[Adjudication]:
    for item in items:
        field = "" if item.subject.kind == "ballot" else item.subject.field
        for by, reason in _told(item.state, of):
            yield Adjudication(by, field, reason)


def _told(state: ItemState, of: Pseudonym) -> Iterator[tuple[tuple[str, ...], str]]:
    """Who settled it and why, the first settlement first, each correction behind it."""
    match state:
        case Settled(value=value, evidence=evidence):
            yield from _settled(value, evidence, of)
        case Corrected(previous=previous, value=value, reason=reason, by=by, approver=approver):
            yield from _told(previous, of)
            yield (of(by), of(approver)), f"corrected to '{value}': {reason}"
        case _:
            return


def _settled(value: str, evidence: Evidence, of: Pseudonym) -> Iterator[tuple[tuple[str, ...], str]]:
    match evidence:
        case ByReading():
            return
        case ByEntries(entries=entries):
            agreed = tuple(of(e.by) for e in entries if e.value == value)
            yield agreed, f"'{value}': {len(agreed)} of {len(entries)} blind entries"
        case ByGrid(entries=entries, checked_by=checked_by):
            yield (*(of(e.by) for e in entries), of(checked_by)), f"'{value}': one blind entry, one check in a grid"
        case ByTeam(members=members, votes=votes):
            for_it = sum(v.value == value for v in votes)
            yield (_TEAM,), f"'{value}': {for_it} of {members} members voted for it, {len(votes)} present"
