"""Items that people settle: their state, every blind entry, every settled version, every vote of a team."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    not_,
    select,
    update,
)

from pipeline.errors import refuse
from pipeline.review.codec import from_json, to_json
from pipeline.review.items import NewItem, Subject
from pipeline.review.policy import ItemKind
from pipeline.review.states import (
    ByTeam,
    Corrected,
    EnteredOnce,
    Entry,
    GridCheck,
    ItemState,
    Settled,
    Voided,
    Waiting,
    entries_of,
    name_of,
    value_of,
)
from pipeline.storage import grid_queue, results
from pipeline.storage.many import one_or_all
from pipeline.storage.schema import batch as batch_table
from pipeline.storage.schema import entry, field_reading, grid_check, item, lease, settlement, team_decision

OPEN_STATES = ("waiting", "entered_once", "disputed", "with_team")
FOR_ENTRY = ("waiting", "entered_once", "disputed")


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item as it stands. ``version`` counts its states from 1; a change names the version it saw."""

    id: str
    batch: str
    subject: Subject
    ballot: str | None
    page: str | None
    state: ItemState
    version: int


def item_id(subject: Subject) -> str:
    """The id of an item: the same question about the same thing always gets the same one."""
    spelled = f"item\0{subject.kind}\0{subject.of}\0{subject.field}"
    return hashlib.sha256(spelled.encode()).hexdigest()[:24]


def add(db: Connection, batch: str, new: Iterable[NewItem], page: str | None = None) -> tuple[str, ...]:
    """Save items that arise in ``batch``, on ``page`` where there is a picture; gives their ids.

    ``subject.of`` is a page id for items of kind ``page`` and a ballot id for all others.
    """
    return add_all(db, [(batch, one, page) for one in new])


def add_all(db: Connection, new: Iterable[tuple[str, NewItem, str | None]]) -> tuple[str, ...]:
    """As :func:`add`, of several batches and pages at once: (batch, item, page)."""
    rows = [_row(batch, one, page) for batch, one, page in new]
    if rows:
        db.execute(insert(item), one_or_all(rows))
    return tuple(str(row["id"]) for row in rows)


def get(db: Connection, key: str) -> StoredItem | None:
    """The item of that id."""
    row = db.execute(select(item).where(item.c.id == key)).one_or_none()
    return item_of(row) if row else None


def get_all(db: Connection, keys: Collection[str]) -> tuple[StoredItem, ...]:
    """Those of the items that there are, by id."""
    if not keys:
        return ()
    return tuple(item_of(row) for row in db.execute(select(item).where(item.c.id.in_(list(keys))).order_by(item.c.id)))


def find(db: Connection, subject: Subject) -> StoredItem | None:
    """The item about a subject (its doubts do not matter), where it has arisen."""
    return get(db, item_id(subject))


def at_places(db: Connection, places: Collection[tuple[str, str]]) -> dict[tuple[str, str], StoredItem]:
    """(page, field) -> the item about that place, where people are or were asked about it."""
    query = select(item).where(item.c.kind == "field", item.c.page.in_({page for page, _ in places}))
    found = ((row.page, row.field, item_of(row)) for row in db.execute(query))
    return {(page, field): one for page, field, one in found if (page, field) in places}


def of_batch(db: Connection, batch: str, kind: ItemKind | None = None) -> tuple[StoredItem, ...]:
    """All items of a batch, by id."""
    query = select(item).where(item.c.batch == batch).order_by(item.c.id)
    if kind:
        query = query.where(item.c.kind == kind)
    return tuple(item_of(row) for row in db.execute(query))


def of_ballot(db: Connection, ballot: str) -> tuple[StoredItem, ...]:
    """All items of a ballot, by id."""
    return tuple(item_of(row) for row in db.execute(select(item).where(item.c.ballot == ballot).order_by(item.c.id)))


def waiting_for(
    db: Connection, account: str, *, batch: str | None = None, limit: int | None = None, at: datetime | None = None
) -> tuple[StoredItem, ...]:
    """Items that ``account`` may answer (open for entries, not answered by it), begun ones first.

    None that it has seen in a grid, and with ``at`` none that somebody else is looking at then.
    """
    mine = exists().where(and_(entry.c.item == item.c.id, entry.c.account == account))
    seen = exists().where(
        and_(grid_check.c.page == item.c.page, grid_check.c.field == item.c.field, grid_check.c.account == account)
    )
    query = select(item).where(item.c.state.in_(FOR_ENTRY), not_(mine), not_(seen), _counted())
    if at is not None:
        lent = exists().where(and_(lease.c.item == item.c.id, lease.c.account != account, lease.c.until > at))
        query = query.where(not_(lent))
    if batch is not None:
        query = query.where(item.c.batch == batch)
    query = query.order_by(item.c.state == "waiting", item.c.id)
    return tuple(item_of(row) for row in db.execute(query.limit(limit) if limit else query))


def with_team(db: Connection, batch: str | None = None) -> tuple[StoredItem, ...]:
    """Items that lie before the team, by id."""
    query = select(item).where(item.c.state == "with_team", _counted()).order_by(item.c.id)
    if batch is not None:
        query = query.where(item.c.batch == batch)
    return tuple(item_of(row) for row in db.execute(query))


def decided_by_team(db: Connection, limit: int) -> tuple[StoredItem, ...]:
    """Items on which a team has decided, the last first."""
    last = (
        select(team_decision.c.item, func.max(team_decision.c.at).label("at"))
        .group_by(team_decision.c.item)
        .order_by(func.max(team_decision.c.at).desc(), team_decision.c.item)
        .limit(limit)
        .subquery()
    )
    query = select(item).join(last, last.c.item == item.c.id).where(_counted()).order_by(last.c.at.desc(), item.c.id)
    return tuple(item_of(row) for row in db.execute(query))


def _counted() -> ColumnElement[bool]:
    """Nobody is asked about a voided batch any more."""
    return item.c.batch.in_(select(batch_table.c.id).where(batch_table.c.state != "void"))


def counts(db: Connection, batch: str | None = None) -> dict[tuple[str, str], int]:
    """(kind, state) -> number of items."""
    query = select(item.c.kind, item.c.state, func.count()).group_by(item.c.kind, item.c.state)
    if batch is not None:
        query = query.where(item.c.batch == batch)
    return {(kind, state): number for kind, state, number in db.execute(query)}


_TAKEN = {"state": "to", "value": "says", "body": "all", "version": "now"}
_CHANGED = (
    update(item)
    .where(item.c.id == bindparam("of"), item.c.version == bindparam("was"))
    .values({column: bindparam(name, type_=item.c[column].type) for column, name in _TAKEN.items()})
)


def save(db: Connection, seen: StoredItem, state: ItemState, at: datetime, uncounted: bool = False) -> StoredItem:
    """Put an item into its next state, with the new entry, settled version or team vote that led there.

    ``uncounted``: its batch is known to be open, so that nothing that was counted of it has to be forgotten. Raises
    :class:`Refusal` ``item-changed`` where somebody else changed it since it was ``seen``.
    """
    return save_all(db, [(seen, state)], at, uncounted)[0]


def save_all(
    db: Connection, changes: Sequence[tuple[StoredItem, ItemState]], at: datetime, uncounted: bool = False
) -> tuple[StoredItem, ...]:
    """As :func:`save`, of several items with as many statements as for one."""
    if not changes:
        return ()
    rows = [
        {
            "of": seen.id,
            "was": seen.version,
            "to": name_of(state),
            "says": value_of(state),
            "all": to_json(state),
            "now": seen.version + 1,
        }
        for seen, state in changes
    ]
    changed = db.execute(_CHANGED, one_or_all(rows))
    if changed.rowcount != len(rows):
        raise refuse(
            "item-changed",
            changes[0][0].id,
            "somebody else has changed this item meanwhile; reload it and answer again",
        )
    if not uncounted:
        for key in sorted({seen.batch for seen, _ in changes}):
            results.forget(db, key)
    _in_grids(db, changes)
    _keep_entries(db, changes, at)
    _keep_settlements(db, changes, at)
    return tuple(
        StoredItem(seen.id, seen.batch, seen.subject, seen.ballot, seen.page, state, seen.version + 1)
        for seen, state in changes
    )


def _in_grids(db: Connection, changes: Sequence[tuple[StoredItem, ItemState]]) -> None:
    """Grids show what waits for its first or second answer, nothing that is disputed or settled."""
    gone = []
    for seen, state in changes:
        before, after = (isinstance(s, Waiting | EnteredOnce) for s in (seen.state, state))
        if seen.page is None or seen.subject.kind != "field" or before == after:
            continue
        if after:
            grid_queue.put_back(db, seen.page, seen.subject.field)
        else:
            gone.append((seen.page, seen.subject.field))
    grid_queue.drop(db, gone)


def entries(db: Connection, key: str) -> tuple[Entry, ...]:
    """Every blind entry of an item in the order in which they were given."""
    query = select(entry).where(entry.c.item == key).order_by(entry.c.seq)
    return tuple(Entry(row.account, row.value, row.simulated) for row in db.execute(query))


def last_entry(db: Connection, account: str) -> str | None:
    """The item that an account answered last."""
    query = select(entry.c.item).where(entry.c.account == account).order_by(entry.c.seq.desc()).limit(1)
    return db.scalar(query)


def checks(db: Connection, of: StoredItem) -> tuple[GridCheck, ...]:
    """What people confirmed of the item's place in grids; who saw it there without confirming has an empty value.

    As has who was shown it as something that the machine never read (docs/adr/0006): that is a test of the person.
    """
    r = field_reading
    query = (
        select(grid_check.c.account, grid_check.c.value, grid_check.c.verdict, r.c.value.label("read"))
        .join(r, and_(r.c.page == grid_check.c.page, r.c.field == grid_check.c.field))
        .where(grid_check.c.page == of.page, grid_check.c.field == of.subject.field)
    )
    rows = db.execute(query)
    return tuple(GridCheck(x.account, x.value if x.verdict == "same" and x.value == x.read else "") for x in rows)


def versions(db: Connection, key: str) -> tuple[ItemState, ...]:
    """Every settled, corrected and voided state of an item, oldest first."""
    query = select(settlement.c.body).where(settlement.c.item == key).order_by(settlement.c.version)
    return tuple(from_json(body) for body in db.scalars(query))


def _keep_entries(db: Connection, changes: Sequence[tuple[StoredItem, ItemState]], at: datetime) -> None:
    rows = []
    for seen, state in changes:
        before, after = entries_of(seen.state), entries_of(state)
        for gone in (e for e in before if e not in after):  # taken back; the log keeps what it was
            db.execute(delete(entry).where(entry.c.item == seen.id, entry.c.account == gone.by))
        rows += [
            {
                "item": seen.id,
                "account": new.by,
                "value": new.value,
                "round": number,
                "simulated": new.simulated,
                "at": at,
            }
            for number, new in enumerate(after, start=1)
            if new not in before
        ]
    if rows:
        db.execute(insert(entry), one_or_all(rows))


def _keep_settlements(db: Connection, changes: Sequence[tuple[StoredItem, ItemState]], at: datetime) -> None:
    rows, decisions = [], []
    for seen, state in changes:
        if not isinstance(state, Settled | Corrected | Voided):
            continue
        reason, approver = ("", "") if isinstance(state, Settled) else (state.reason, state.approver)
        version = {"item": seen.id, "version": seen.version + 1, "value": value_of(state), "at": at}
        said = {"state": name_of(state), "body": to_json(state), "reason": reason, "approver": approver}
        rows.append(version | said)
        if isinstance(state, Settled) and isinstance(state.evidence, ByTeam):
            team = state.evidence
            votes = [{"member": vote.member, "value": vote.value} for vote in team.votes]
            decisions.append(version | {"pile": team.pile, "members": team.members, "votes": votes})
    if rows:
        db.execute(insert(settlement), one_or_all(rows))
    if decisions:
        db.execute(insert(team_decision), decisions)


def _row(batch: str, new: NewItem, page: str | None) -> dict[str, Any]:
    subject, on_page = new.subject, new.subject.kind == "page"
    return {
        "id": item_id(subject),
        "kind": subject.kind,
        "batch": batch,
        "ballot": None if on_page else subject.of,
        "page": subject.of if on_page else page,
        "field": subject.field,
        "field_kind": subject.field_kind,
        "doubts": list(subject.doubts),
        "state": name_of(new.state),
        "value": value_of(new.state),
        "body": to_json(new.state),
        "version": 1,
    }


def item_of(row: Row[Any]) -> StoredItem:
    """The item that a row of the table tells."""
    of = row.page if row.kind == "page" else row.ballot
    subject = Subject(row.kind, of, row.field, row.field_kind, tuple(row.doubts))
    return StoredItem(row.id, row.batch, subject, row.ballot, row.page, from_json(row.body), row.version)
