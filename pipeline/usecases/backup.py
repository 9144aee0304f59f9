"""A whole workspace in one file, and a workspace from such a file: for another laptop, or another database."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, DateTime, Table, TypeDecorator, insert, select

from pipeline.errors import refuse
from pipeline.storage.database import open_database
from pipeline.storage.migrations import revision, upgrade
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
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise refuse(
            "disk-full", str(target), "the backup cannot be written ({why}); free space or choose another disk",
            why=error.strerror or str(error),
        ) from error  # fmt: skip
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

    Everything is checked against the manifest before anything is written. Refused: a file that is no backup or is
    damaged, a folder or database that holds something.
    """
    if folder.exists() and any(folder.iterdir()):
        raise refuse("folder-not-empty", str(folder), "the folder is not empty; choose a new one")
    try:
        with tarfile.open(source) as tar:
            head = _checked(tar, source)
            _restored(tar, head, folder, address)
    except (OSError, tarfile.TarError, json.JSONDecodeError, KeyError) as error:
        raise _damaged(source, str(error)) from error


def _damaged(source: Path, why: str) -> Exception:
    return refuse("backup-damaged", str(source), "this is no whole backup ({why}); use another copy", why=why)


def _checked(tar: tarfile.TarFile, source: Path) -> dict[str, Any]:
    head: dict[str, Any] = json.loads(_part(tar, MANIFEST))
    if head.get("format") != FORMAT:
        raise _damaged(source, "format")
    for name, sha256 in head["parts"].items():
        if hashlib.sha256(_part(tar, name)).hexdigest() != sha256:
            raise _damaged(source, name)
    return head


def _part(tar: tarfile.TarFile, name: str) -> bytes:
    stream = tar.extractfile(name)
    if stream is None:
        raise KeyError(name)
    return stream.read()


def _restored(tar: tarfile.TarFile, head: dict[str, Any], folder: Path, address: str | None) -> None:
    # An address that does not answer must leave nothing behind that would refuse the next attempt.
    remote = open_database(address) if address else None
    (folder / "forms").mkdir(parents=True)
    database = remote or open_database(folder / DATABASE)
    try:
        upgrade(database, head["revision"])
        with database.write() as db:
            for table in metadata.sorted_tables:
                if db.execute(select(table).limit(1)).first() is not None:
                    raise refuse("database-not-empty", database.url, "the database is not empty; choose another")
                for rows in _loaded(table, _part(tar, f"tables/{table.name}.jsonl")):
                    db.execute(insert(table), rows)
        upgrade(database)
    finally:
        database.close()
    for name in head["parts"]:
        kind, _, file = name.partition("/")
        if kind == "forms":
            (folder / "forms" / Path(file).name).write_bytes(_part(tar, name))
        elif kind == "images":
            path = folder / "images" / file[:2] / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_part(tar, name))
    if address:
        (folder / ADDRESS).write_text(json.dumps({"database": address}) + "\n", encoding="utf-8")


def _loaded(table: Table, content: bytes) -> Iterator[list[dict[str, Any]]]:
    moments = [
        c.name
        for c in table.columns
        if isinstance(c.type, DateTime) or (isinstance(c.type, TypeDecorator) and isinstance(c.type.impl, DateTime))
    ]
    rows = []
    for line in content.decode().splitlines():
        row = json.loads(line)
        for name in moments:
            row[name] = datetime.fromisoformat(row[name]) if row[name] else None
        rows.append(row)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        yield rows[start : start + ROWS_AT_ONCE]
