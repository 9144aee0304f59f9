"""Scanned files as they are handed to a batch: kept, checked by content, claimed by one batch alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.audit.chain import AuditEvent
from pipeline.errors import refuse
from pipeline.messages import Message, message
from pipeline.scan.decode import page_count, unreadable
from pipeline.storage import batches, log, pages
from pipeline.storage.batches import Batch
from pipeline.usecases.batch_words import BATCH_STATES
from pipeline.usecases.scan_order import scan_order
from pipeline.usecases.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that lies in the image store; ``pages`` is at least 1."""

    name: str
    sha256: str
    size: int
    pages: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """What became of a file: new, ``already`` in this batch, or counted by another (``holder``)."""

    already: bool = False
    holder: str | None = None


def open_one(db: Connection, key: str) -> Batch:
    """The batch, open. Refused: ``batch-unknown``, ``batch-not-open``."""
    batch = batches.get(db, key)
    if batch is None:
        raise refuse("batch-unknown", key, "there is no such batch; open it first")
    if batch.state != "open":
        raise refuse(
            "batch-not-open", key, "the batch is {state}; scan into a new batch", state=BATCH_STATES[batch.state]
        )
    return batch


def keep(workspace: Workspace, name: str, content: bytes) -> Kept:
    """Store the bytes durably; whatever they are."""
    sha256 = workspace.images.keep(content)
    return Kept(name, sha256, len(content), max(1, page_count(content, name)))


def claim(db: Connection, workspace: Workspace, actor: Actor, batch: Batch, file: Kept) -> Claimed:
    """Note a kept file in the batch that alone may count it; one that another batch counts is left there."""
    holder = pages.claim(db, file.sha256, file.size, batch.id)
    if holder != batch.id:
        detail = {"file": file.name, "sha256": file.sha256, "stands_in": holder}
        log.append(db, AuditEvent(actor.id, "file_stands_elsewhere", batch.id, detail), workspace.clock())
        return Claimed(holder=holder)
    already = pages.get_file(db, batch.id, file.sha256) is not None
    pages.add_file(db, batch.id, file.sha256, file.name, file.pages)
    return Claimed(already)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file handed in at a screen; ``text`` tells the person what became of it."""

    name: str
    good: bool
    text: Message


def deliver(workspace: Workspace, actor: Actor, batch_id: str, name: str, content: bytes) -> Delivery:
    """Take one file into an open batch; it is read later (:func:`pipeline.usecases.ingest.read_delivered`).

    Durable when it returns; the same file again changes nothing. A file that cannot be read at all (no picture, empty,
    cut off, locked) is not taken, and the answer says why. Refused: a batch that is not open.
    """
    require(actor, "ingest")
    name = name.replace("\\", "/").rsplit("/", 1)[-1][:200] or "?"
    with workspace.database.read() as db:
        open_one(db, batch_id)
    why = unreadable(content)
    if why is not None:
        return Delivery(name, False, message("not taken: {why}", why=why))
    kept = keep(workspace, name, content)
    with workspace.database.write() as db:
        became = claim(db, workspace, actor, open_one(db, batch_id), kept)
    if became.holder is not None:
        text = message("NOT counted here: the same file stands in batch {holder}; check the pile", holder=became.holder)
        return Delivery(name, False, text)
    if became.already:
        return Delivery(name, True, message("was here already; nothing of it is counted again"))
    return Delivery(name, True, message("taken, {pages} pages", pages=kept.pages))


# Folders ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class FolderNews:
    """What was found in a watched folder so far: files taken, and for each that was not, why (by name)."""

    taken: int = 0
    left: dict[str, Message] = field(default_factory=dict)
    sizes: dict[Path, tuple[int, int]] = field(default_factory=dict)
    """Size and time of each file at the last look: one that still grows is left for the next."""
    problem: Message | None = None
    """Why the folder could not be read at the last look."""
    looked: dict[Path, tuple[int, int]] = field(default_factory=dict)
    """The same of each file that was dealt with."""


def folders(root: Path) -> tuple[str, ...]:
    """The folders that scans may be taken from: those in ``root``, and ``.`` for itself."""
    found = sorted(p.name for p in root.iterdir() if p.is_dir() and not p.name.startswith(".")) if root.is_dir() else []
    return (".", *found)


def watch_folder(workspace: Workspace, actor: Actor, batch_id: str, root: Path, folder: str | None) -> None:
    """Read every file of ``folder`` into the batch, now and as they come; ``None``: no more.

    Refused: a folder that is not one of :func:`folders`, one that is read into another open batch (``folder-taken``).
    """
    require(actor, "ingest")
    with workspace.database.write() as db:
        open_one(db, batch_id)
        if folder is not None:
            if folder not in folders(root):
                raise refuse("folder-unknown", folder, "there is no such folder of scans; reload the page and choose")
            taken = [b.id for b in batches.watching(db) if b.folder == folder and b.id != batch_id]
            if taken:
                raise refuse(
                    "folder-taken",
                    folder,
                    "this folder is read into batch {batch}; end that first, or a sheet could land in the wrong pile",
                    batch=taken[0],
                )
        batches.watch(db, batch_id, folder)
        event = AuditEvent(actor.id, "folder_watched" if folder else "folder_left", batch_id, {"folder": folder})
        log.append(db, event, workspace.clock())


def take_folder(workspace: Workspace, actor: Actor, batch: Batch, root: Path, news: FolderNews) -> int:
    """Deliver the files of the batch's folder that are new and whole; how many were taken.

    A file is whole when its size and time are those of the look before; a scanner or a network may still be writing.
    """
    assert batch.folder is not None
    before, taken = news.sizes, 0
    news.sizes = dict(_files(root / batch.folder))
    for path, stamp in sorted(news.sizes.items(), key=lambda one: scan_order(one[0])):
        if before.get(path) != stamp or news.looked.get(path) == stamp:
            continue
        try:
            done = deliver(workspace, actor, batch.id, path.name, path.read_bytes())
        except OSError as error:
            why = error.strerror or str(error)
            done = Delivery(path.name, False, message("cannot be read ({why}); check its permissions", why=why))
        news.looked[path] = stamp
        if done.good:
            taken += 1
            news.left.pop(path.name, None)
        else:
            news.left[path.name] = done.text
    news.taken += taken
    return taken


def _files(folder: Path) -> Mapping[Path, tuple[int, int]]:
    """Size and time of the plain files; a link could lead out of the folder."""
    found: dict[Path, tuple[int, int]] = {}
    try:
        for path in folder.iterdir():
            if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                about = path.stat()
                found[path] = (about.st_size, about.st_mtime_ns)
    except OSError as error:
        raise refuse(
            "folder-unreadable",
            str(folder),
            "the folder of scans cannot be read ({why}); check that it is there and connected",
            why=error.strerror or str(error),
        ) from error
    return found
