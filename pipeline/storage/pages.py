"""Files and pages of a batch: what was delivered, and what became of each page."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, literal_column, select, update

from pipeline.messages import Message
from pipeline.recognize.reading import PageReading
from pipeline.scan.page import Rejection
from pipeline.storage import results
from pipeline.storage.schema import ballot, file, image, page

PageStatus = Literal["read", "rejected", "void"]
"""``void``: it no longer counts here (moved to another batch, or its batch was voided)."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as delivered to a batch; ``pages`` is ``None`` until a worker has counted them."""

    batch: str
    sha256: str
    name: str
    position: int
    pages: int | None


@dataclass(frozen=True, slots=True)
class StoredPage:
    """What became of a page. ``fate`` is the settled answer of people to a rejected page."""

    id: str
    batch: str
    sha256: str
    number: int
    status: PageStatus
    reason: str | None
    text: Message | None
    form: str | None
    side: str | None
    rotation_deg: float | None
    residual_mm: float | None
    seems: str | None
    engine: str | None
    fate: str | None
    moved_from: str | None


def page_id(batch: str, sha256: str, number: int) -> str:
    """The id of a page: the same page of the same file in the same batch always gets the same one.

    A digest, so that the order of ids says nothing about the order of the pile.
    """
    return hashlib.sha256(f"page\0{batch}\0{sha256}\0{number}".encode()).hexdigest()[:24]


def claim(db: Connection, sha256: str, size: int, batch: str) -> str:
    """Make ``batch`` the one live batch that counts the image; gives the batch that now holds it.

    That is another batch where one had it before; nothing is changed then.
    """
    row = db.execute(select(image.c.batch).where(image.c.sha256 == sha256)).one_or_none()
    if row is None:
        db.execute(insert(image).values(sha256=sha256, size=size, batch=batch))
        return batch
    if row.batch is None:
        db.execute(update(image).where(image.c.sha256 == sha256).values(batch=batch))
        return batch
    return str(row.batch)


def release(db: Connection, batch: str) -> None:
    """Free the images of a voided batch, so that the same scans can be counted anew elsewhere."""
    db.execute(update(image).where(image.c.batch == batch).values(batch=None))


def add_file(db: Connection, batch: str, sha256: str, name: str, pages: int | None = None) -> StoredFile:
    """A file at the end of the batch; the same file again gives the one that stands."""
    standing = get_file(db, batch, sha256)
    if standing:
        return standing
    last = db.scalar(select(func.max(file.c.position)).where(file.c.batch == batch)) or 0
    new = StoredFile(batch, sha256, name, last + 1, pages)
    db.execute(insert(file).values(**{n: getattr(new, n) for n in new.__slots__}))
    return new


def get_file(db: Connection, batch: str, sha256: str) -> StoredFile | None:
    """The file of that digest in a batch."""
    row = db.execute(select(file).where(file.c.batch == batch, file.c.sha256 == sha256)).one_or_none()
    return _file(row) if row else None


def files_of(db: Connection, batch: str) -> tuple[StoredFile, ...]:
    """The files of a batch in the order of the pile. Restricted: for finding a sheet again."""
    query = select(file).where(file.c.batch == batch).order_by(file.c.position)
    return tuple(_file(row) for row in db.execute(query))


def set_page_count(db: Connection, batch: str, sha256: str, pages: int) -> None:
    """What a worker counted in a file."""
    db.execute(update(file).where(file.c.batch == batch, file.c.sha256 == sha256).values(pages=pages))


def numbers_done(db: Connection, batch: str) -> dict[str, set[int]]:
    """For each file of a batch the page numbers that are saved already."""
    done: dict[str, set[int]] = {}
    for row in db.execute(select(page.c.sha256, page.c.number).where(page.c.batch == batch)):
        done.setdefault(row.sha256, set()).add(row.number)
    return done


def with_outcome(db: Connection, keys: Sequence[str]) -> set[str]:
    """Those of the pages ``keys`` that are saved already."""
    return set(db.scalars(select(page.c.id).where(page.c.id.in_(keys))))


def without_outcome(db: Connection, batch: str) -> list[tuple[str, str, int]]:
    """(file name, SHA-256, page) of everything delivered to a batch that has no outcome yet, in the order of the pile.

    A file that stands here only because one of its pages was moved here asks for nothing more.
    """
    done = numbers_done(db, batch)
    return [
        (one.name, one.sha256, number)
        for one in files_of(db, batch)
        for number in range(1, (one.pages or 0) + 1)
        if number not in done.get(one.sha256, ())
    ]


def add(db: Connection, batch: str, outcomes: Iterable[PageReading | Rejection], moved_from: str | None = None) -> None:
    """Save what became of pages; their files stand already."""
    rows = [_row(batch, outcome) | {"moved_from": moved_from} for outcome in outcomes]
    if rows:
        db.execute(insert(page), rows)


def get(db: Connection, key: str) -> StoredPage | None:
    """The page of that id."""
    row = db.execute(select(page).where(page.c.id == key)).one_or_none()
    return _page(row) if row else None


def of_batch(db: Connection, batch: str) -> tuple[StoredPage, ...]:
    """The pages of a batch, shuffled (in the order of their ids)."""
    query = select(page).where(page.c.batch == batch).order_by(page.c.id)
    return tuple(_page(row) for row in db.execute(query))


def rejected(db: Connection, live: Sequence[str]) -> tuple[StoredPage, ...]:
    """The rejected pages of batches, blank backs left out, by id."""
    spelled: ColumnElement[str] = literal_column("'rejected'")  # as the index has it
    back = func.coalesce(page.c.fate, "") != "blank_back"
    query = select(page).where(page.c.status == spelled, back, page.c.batch.in_(live)).order_by(page.c.id)
    return tuple(_page(row) for row in db.execute(query))


def place_in_pile(db: Connection, key: str) -> tuple[str, int, int] | None:
    """File name, its position in the pile, page in it. Restricted: for finding a sheet again."""
    joined = page.join(file, and_(page.c.batch == file.c.batch, page.c.sha256 == file.c.sha256))
    query = select(file.c.name, file.c.position, page.c.number).select_from(joined).where(page.c.id == key)
    row = db.execute(query).one_or_none()
    return (row.name, row.position, row.number) if row else None


def in_pile(db: Connection, batch: str) -> tuple[StoredPage, ...]:
    """The pages of a batch that belong to no ballot yet, in the order of the pile; empty backs left out.

    Restricted: for joining the sheets of one ballot.
    """
    joined = page.join(file, and_(page.c.batch == file.c.batch, page.c.sha256 == file.c.sha256))
    query = (
        select(page)
        .select_from(joined.outerjoin(ballot, ballot.c.page == page.c.id))
        .where(page.c.batch == batch, page.c.status != "void", ballot.c.id.is_(None))
        .where(func.coalesce(page.c.fate, "") != "blank_back", func.coalesce(page.c.fate, "").not_like(f"{SHEET_OF}%"))
        .order_by(file.c.position, page.c.number)
    )
    return tuple(_page(row) for row in db.execute(query))


SHEET_OF = "sheet_of:"
"""Before the id of a ballot: the fate of its second and later sheets, which are no ballots of their own."""


def sheet_of(ballot_id: str) -> str:
    return f"{SHEET_OF}{ballot_id}"


def with_fate(db: Connection, batch: str, fate: str) -> tuple[StoredPage, ...]:
    """The pages of a batch of which that was settled, by id."""
    query = select(page).where(page.c.batch == batch, page.c.fate == fate).order_by(page.c.id)
    return tuple(_page(row) for row in db.execute(query))


def reject(db: Connection, key: str, reason: str, text: Message) -> None:
    """A page that was read is no ballot by itself: people are asked."""
    said = {"msgid": text.msgid, "params": {k: _plain(v) for k, v in text.params.items()}}
    db.execute(update(page).where(page.c.id == key).values(status="rejected", reason=reason, text=said))


def set_fate(db: Connection, key: str, fate: str) -> None:
    """What people settled that a rejected page is."""
    db.execute(update(page).where(page.c.id == key).values(fate=fate))


def set_void(db: Connection, key: str, fate: str) -> None:
    """The page no longer counts in its batch; its ballot, if it has one, neither."""
    db.execute(update(page).where(page.c.id == key).values(status="void", fate=fate))
    db.execute(update(ballot).where(ballot.c.page == key).values(state="void"))
    results.forget(db, select(page.c.batch).where(page.c.id == key))


def _row(batch: str, outcome: PageReading | Rejection) -> dict[str, Any]:
    source = outcome.source
    row: dict[str, Any] = {
        "id": page_id(batch, source.sha256, source.page),
        "batch": batch,
        "sha256": source.sha256,
        "number": source.page,
        "form": outcome.form,
        "side": outcome.side,
        "residual_mm": outcome.residual_mm,
        "fate": None,
    }
    if isinstance(outcome, Rejection):
        text = {"msgid": outcome.text.msgid, "params": {k: _plain(v) for k, v in outcome.text.params.items()}}
        said = {"status": "rejected", "reason": outcome.reason, "text": text, "seems": outcome.seems}
        return row | said | {"rotation_deg": None, "engine": None}
    said = {"status": "read", "reason": None, "text": None, "seems": None}
    return row | said | {"rotation_deg": outcome.rotation_deg, "engine": outcome.engine}


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _file(row: Row[Any]) -> StoredFile:
    return StoredFile(**{name: getattr(row, name) for name in StoredFile.__slots__})


def _page(row: Row[Any]) -> StoredPage:
    values = {name: getattr(row, name) for name in StoredPage.__slots__}
    text = values["text"]
    return StoredPage(**values | {"text": Message(text["msgid"], text["params"]) if text else None})
