"""Ballots of several sheets: joined once a pile is read; what belongs to no whole ballot is asked of people."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from pipeline.audit.chain import AuditEvent
from pipeline.forms.template import Form
from pipeline.messages import message
from pipeline.review.items import item_of_rejection, items_of_page
from pipeline.review.policy import BLIND_SAMPLE, Policies
from pipeline.review.sheets import Lying, joined
from pipeline.storage import ballots, items, log, pages, readings
from pipeline.storage.ballots import Ballot
from pipeline.storage.batches import Batch
from pipeline.usecases.complete_ballots import Count

ALONE = "sheet_alone"
_WHY = message("the other sheets of this ballot do not lie beside it")


def join_sheets(db: Connection, count: Count, batch: Batch, at: datetime) -> tuple[int, int]:
    """Make ballots of the sheets that are read and belong to none yet; gives (ballots made, sheets left alone).

    Nothing to do where a ballot has one sheet: its page is its ballot as soon as it is read. Nothing either while
    pages that were handed in are still to be read: one that lies between would be missed.
    """
    form = count.forms[count.election.ballot_form_id(batch.area, batch.contest)]
    if len(form.sides) == 1 or pages.without_outcome(db, batch.id):
        return 0, 0
    order = {side.name: place for place, side in enumerate(form.sides)}
    waiting = pages.in_pile(db, batch.id)
    lying = [Lying(p.id, order.get(p.side or "") if p.status == "read" else None) for p in waiting]
    found = joined(lying, len(form.sides))
    moved = {p.id for p in waiting if p.moved_from is not None}
    for sheets in found.ballots:
        _make(db, batch, form, sheets, count.policies, moved=sheets[0] in moved)
    for page in found.alone:
        pages.reject(db, page, ALONE, _WHY)
    items.add_all(db, [(batch.id, item_of_rejection(page, ALONE), page) for page in found.alone])
    if found.ballots or found.alone:
        detail = {"ballots": len(found.ballots), "alone": len(found.alone)}
        log.append(db, AuditEvent("system", "sheets_joined", batch.id, detail), at)
    return len(found.ballots), len(found.alone)


def _make(
    db: Connection, batch: Batch, form: Form, sheets: tuple[str, ...], policies: Policies, *, moved: bool
) -> None:
    first = sheets[0]
    ballot = ballots.ballot_id(first)
    ballots.add(db, Ballot(ballot, batch.id, "moved" if moved else "scanned", first, form.id))
    for page in sheets:
        of_page = readings.of_page(db, page)
        if page != first:
            pages.set_fate(db, page, pages.sheet_of(ballot))
            readings.put_beside(db, first, of_page)
        asked = items_of_page(ballot, [(r.field, r.kind, r) for r in of_page], BLIND_SAMPLE, policies)
        items.add(db, batch.id, asked, page)


def page_of_field(db: Connection, form: Form, ballot: Ballot, field: str) -> str | None:
    """The page on which a field of a ballot is seen; ``None`` where the ballot has no picture."""
    if ballot.page is None or len(form.sides) == 1:
        return ballot.page
    side = next(s.name for s in form.sides if any(f.id == field for f in s.fields))
    return page_of_side(db, form, ballot, side) or ballot.page


def page_of_side(db: Connection, form: Form, ballot: Ballot, side: str) -> str | None:
    """The page that is a sheet of a ballot; ``None`` where the ballot has no picture of it."""
    if ballot.page is None or side == form.sides[0].name:
        return ballot.page
    later = {p.side: p.id for p in pages.with_fate(db, ballot.batch, pages.sheet_of(ballot.id))}
    return later.get(side)
