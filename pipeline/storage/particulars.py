"""What official forms ask for and no count tells: one version after the other, by sheet and key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, insert, select

from pipeline.storage.schema import particulars


def add(db: Connection, sheet: str, key: str, document: Mapping[str, Any], *, author: str, at: datetime) -> int:
    """A new version behind the last one; its number."""
    mine = (particulars.c.sheet == sheet, particulars.c.key == key)
    version = (db.scalar(select(func.max(particulars.c.version)).where(*mine)) or 0) + 1
    values = {"sheet": sheet, "key": key, "version": version, "document": dict(document), "author": author, "at": at}
    db.execute(insert(particulars).values(**values))
    return version


def latest(db: Connection, sheet: str) -> dict[str, Mapping[str, Any]]:
    """key -> the document that counts, of a whole sheet."""
    last = select(particulars.c.key, func.max(particulars.c.version).label("version"))
    newest = last.where(particulars.c.sheet == sheet).group_by(particulars.c.key).subquery()
    joined = and_(particulars.c.key == newest.c.key, particulars.c.version == newest.c.version)
    query = select(particulars.c.key, particulars.c.document).join(newest, joined)
    return {row.key: row.document for row in db.execute(query.where(particulars.c.sheet == sheet))}


def of_key(db: Connection, sheet: str, key: str) -> Mapping[str, Any] | None:
    """The document that counts of one key."""
    query = select(particulars.c.document).where(particulars.c.sheet == sheet, particulars.c.key == key)
    found: Mapping[str, Any] | None = db.scalar(query.order_by(particulars.c.version.desc()).limit(1))
    return found
