"""A whole workspace in one file, and a workspace from such a file: for another laptop, or another database."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, DateTime, Table, TypeDecorator, func, insert, select, update

from pipeline.errors import Refusal, refuse
from pipeline.storage.database import Database, numbers_go_on, open_database
from pipeline.storage.images import ImageStore, flush_folder
from pipeline.storage.migrations import refuse_newer, revision, upgrade
from pipeline.storage.schema import metadata
from pipeline.usecases.workspace import ADDRESS, DATABASE, Workspace

FORMAT = "kiemphieu-backup/1"
MANIFEST = "manifest.json"
ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class BackupSummary:
    """What a backup holds."""

    files: int
    rows: int
    size: int


def back_up(workspace: Workspace, target: Path) -> BackupSummary:
    """Write tables, scans and forms of one moment into ``target`` (.tar), with the SHA-256 of each part.

    Works while others count. Written beside and renamed, so that ``target`` is whole or not there at all.
    """
    if target.exists():
        raise refuse("backup-exists", str(target), "the file exists; choose a new name, nothing was overwritten")
    partial = target.with_name(target.name + ".partial")
    parts: dict[str, str] = {}
    rows = 0
    try:
        with tarfile.open(partial, "w") as tar, workspace.database.read() as db:
            for table in metadata.sorted_tables:
                content, count = _dumped(db, table)
                rows += count
                _put(tar, parts, f"tables/{table.name}.jsonl", content)
            for path in sorted(workspace.forms_folder.iterdir()):
                _put(tar, parts, f"forms/{path.name}", path.read_bytes())
            for sha256 in workspace.images.digests():
                _put(tar, parts, f"images/{sha256}", workspace.images.load(sha256))
            head = {"format": FORMAT, "revision": revision(workspace.database), "parts": parts}
            _put(tar, {}, MANIFEST, json.dumps(head, indent=1).encode())
        with partial.open("rb") as stream:
            os.fsync(stream.fileno())
        partial.replace(target)
        flush_folder(target.parent)
    except OSError as error:
        raise refuse(
            "disk-full", str(target),
            "the backup cannot be written ({why}); check the folder, free space or choose another disk",
            why=error.strerror or str(error),
        ) from error  # fmt: skip
    finally:
        with suppress(OSError):  # a disk that takes no file lets none go, either; the refusal above is the news
            partial.unlink(missing_ok=True)
    return BackupSummary(len(parts), rows, target.stat().st_size)


def _put(tar: tarfile.TarFile, parts: dict[str, str], name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content))
    parts[name] = hashlib.sha256(content).hexdigest()


def _dumped(db: Connection, table: Table) -> tuple[bytes, int]:
    lines = []
    for row in db.execute(select(table).order_by(*table.primary_key.columns)):
        plain = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in row._mapping.items()}
        lines.append(json.dumps(plain, ensure_ascii=False))
    return ("\n".join(lines) + "\n" if lines else "").encode(), len(lines)


def restore(source: Path, folder: Path, address: str | None = None) -> None:
    """Make a workspace in an empty or absent ``folder`` from a backup, on SQLite or the database at ``address``.

    Everything is checked against the manifest before anything is written, and the workspace can be opened only
    when all of it stands. Refused: a file that is no backup or is damaged, a folder or database that holds
    something, a backup of a newer program, a full disk.
    """
    if folder.exists() and any(folder.iterdir()):
        raise refuse("folder-not-empty", str(folder), "the folder is not empty; choose a new one")
    try:
        with tarfile.open(source) as tar:
            parts = _Parts(tar, {member.name: member for member in tar})
            head = _checked(parts, source)
            refuse_newer(head["revision"], str(source))
            made = not folder.exists()
            try:
                _restored(parts, head, folder, address)
            except OSError as error:
                _cleared(folder, made)
                raise _full(folder, error) from error
            except BaseException:
                _cleared(folder, made)
                raise
    except (OSError, tarfile.TarError, json.JSONDecodeError, KeyError) as error:
        raise _damaged(source, str(error)) from error


def _full(folder: Path, error: OSError) -> Refusal:
    return refuse(
        "disk-full",
        str(folder),
        "the workspace cannot be written ({why}); check the folder, free space or choose another disk",
        why=error.strerror or str(error),
    )


def _damaged(source: Path, why: str) -> Refusal:
    return refuse("backup-damaged", str(source), "this is no whole backup ({why}); use another copy", why=why)


def _cleared(folder: Path, whole: bool) -> None:
    """Take away what a restore that failed has written; the folder was empty or not there."""
    for path in folder.iterdir() if folder.exists() else ():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    if whole and folder.exists():
        folder.rmdir()


@dataclass(frozen=True, slots=True)
class _Parts:
    """The parts of a backup by name."""

    tar: tarfile.TarFile
    members: dict[str, tarfile.TarInfo]

    def __getitem__(self, name: str) -> bytes:
        stream = self.tar.extractfile(self.members[name])
        if stream is None:
            raise KeyError(name)
        return stream.read()


def _checked(parts: _Parts, source: Path) -> dict[str, Any]:
    head: dict[str, Any] = json.loads(parts[MANIFEST])
    if head.get("format") != FORMAT:
        raise _damaged(source, "format")
    for name, sha256 in head["parts"].items():
        if hashlib.sha256(parts[name]).hexdigest() != sha256:
            raise _damaged(source, name)
    return head


def _restored(parts: _Parts, head: dict[str, Any], folder: Path, address: str | None) -> None:
    # An address that does not answer must leave nothing behind that would refuse the next attempt.
    remote = open_database(address) if address else None
    try:
        (folder / "forms").mkdir(parents=True)
        images = ImageStore(folder / "images")
        images.folder.mkdir()
        for name in head["parts"]:
            kind, _, file = name.partition("/")
            if kind == "forms":
                (folder / "forms" / Path(file).name).write_bytes(parts[name])
            elif kind == "images":
                images.keep(parts[name])
        # Last and renamed: a restore that is killed leaves a folder that cannot be opened and counted in.
        if address and remote:
            _filled(remote, parts, head)
            (folder / ADDRESS).write_text(json.dumps({"database": address}) + "\n", encoding="utf-8")
            return
        partial = folder / (DATABASE + ".partial")
        database = open_database(partial)
        try:
            _filled(database, parts, head)
        finally:
            database.close()
        partial.rename(folder / DATABASE)
        flush_folder(folder)
    finally:
        if remote:
            remote.close()


def _filled(database: Database, parts: _Parts, head: dict[str, Any]) -> None:
    """Rows go into tables of the revision that they were written from; then the tables are brought up to date."""
    upgrade(database, head["revision"])
    with database.write() as db:
        for table in metadata.sorted_tables:
            name = f"tables/{table.name}.jsonl"
            if name not in head["parts"]:  # a table that older programs do not know
                continue
            if db.scalar(select(func.count()).select_from(table)):
                raise refuse("database-not-empty", database.url, "the database is not empty; choose another")
            _put_in(db, table, _loaded(table, parts[name]))
            numbers_go_on(db, table)
    upgrade(database)


def _put_in(db: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Rows that point at rows of their own table (a page at the one it was moved from) may come before those."""
    to_self = {c.name for c in table.columns if any(k.column.table is table for k in c.foreign_keys)}
    for start in range(0, len(rows), ROWS_AT_ONCE):
        some = rows[start : start + ROWS_AT_ONCE]
        db.execute(insert(table), [row | dict.fromkeys(to_self & row.keys()) for row in some])
    for row in rows:
        pointing = {name: row[name] for name in to_self & row.keys() if row[name] is not None}
        if pointing:
            this = [c == row[c.name] for c in table.primary_key.columns]
            db.execute(update(table).where(*this).values(pointing))


def _loaded(table: Table, content: bytes) -> list[dict[str, Any]]:
    moments = [
        c.name
        for c in table.columns
        if isinstance(c.type, DateTime) or (isinstance(c.type, TypeDecorator) and isinstance(c.type.impl, DateTime))
    ]
    rows = []
    for line in content.decode().split("\n")[:-1]:  # not splitlines: a reason may hold a line separator of Unicode
        row = json.loads(line)
        for name in moments:
            row[name] = datetime.fromisoformat(row[name]) if row[name] else None
        rows.append(row)
    return rows
