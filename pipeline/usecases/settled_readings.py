"""What people found in places that the machine had read: the readings of a workspace whose truth is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast

from sqlalchemy import Connection

from pipeline.forms.template import SIGNS_OF_PEOPLE, FieldValue
from pipeline.recognize.reading import FieldReading
from pipeline.review.states import ByEntries, ByGrid, Corrected, Settled
from pipeline.storage import ballots, batches, items, looked_over, pages, readings
from pipeline.storage.readings import StoredReading
from pipeline.usecases.workspace import Workspace

How = Literal["blind", "grid"]
"""``blind``: settled by entries of people; ``grid``: accepted by the machine and confirmed in a grid."""


@dataclass(frozen=True, slots=True)
class SettledReading:
    """A reading, the value that people settled it with, and where its picture is."""

    page: str
    form: str
    engine: str
    picture: str
    number: int
    reading: FieldReading
    value: str
    how: How


def settled_readings(workspace: Workspace) -> list[SettledReading]:
    """Every reading of a live batch that people settled blind, or confirmed in a grid after it had been accepted.

    A value that the team decided is law, not ink, and is left out. By page and field, the same every time.
    """
    with workspace.database.read() as db:
        return [
            one for batch in batches.every(db) if batch.state != "void" for one in _of_batch(workspace, db, batch.id)
        ]


def _of_batch(workspace: Workspace, db: Connection, batch: str) -> Iterator[SettledReading]:
    stored = {page.id: page for page in pages.of_batch(db, batch)}
    pages_of = {ballot.id: ballot.page for ballot in ballots.of_batch(db, batch)}
    blind = dict(_settled_blind(db, batch, pages_of))
    confirmed = looked_over.confirmed(db, batch)
    for reading in readings.of_batch(db, batch):
        key = (reading.page, reading.field)
        page = stored[reading.page]
        if page.form is None or page.engine is None or (key not in blind and key not in confirmed):
            continue
        how: How = "blind" if key in blind else "grid"
        yield SettledReading(
            page=page.id,
            form=page.form,
            engine=page.engine,
            picture=str(workspace.images.path(page.sha256)),
            number=page.number,
            reading=_read(reading),
            value=_as_read(blind.get(key, reading.value)),
            how=how,
        )


def _settled_blind(
    db: Connection, batch: str, pages_of: dict[str, str | None]
) -> Iterator[tuple[tuple[str, str], str]]:
    for item in items.of_batch(db, batch, "field"):
        page = item.page or pages_of.get(item.subject.of)
        match item.state:
            case Settled(value=value, evidence=ByEntries() | ByGrid()) | Corrected(value=value) if page:
                yield (page, item.subject.field), value
            case _:
                pass


def _as_read(value: str) -> str:
    """What people tell apart on a name and no reader does."""
    return "unclear" if value in SIGNS_OF_PEOPLE else value


def _read(stored: StoredReading) -> FieldReading:
    scores = cast(dict[FieldValue, float], stored.scores)
    return FieldReading(stored.field, stored.kind, scores, stored.measures, stored.quad)
