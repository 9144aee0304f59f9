"""The one row that says which election this is, and the calibration profiles that batches were read under."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, insert, select, update

from pipeline.storage.schema import profile, workspace

Mode = Literal["trial", "real"]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a workspace was made with; ``profile`` and ``form_set`` are the digests new batches freeze."""

    id: str
    mode: Mode
    election: Mapping[str, Any]
    election_digest: str
    profile: str
    form_set: str
    created: datetime


def create(db: Connection, new: Settings, profile_document: str) -> None:
    """Write the row; a second one is refused by the table."""
    keep_profile(db, new.profile, profile_document)
    db.execute(insert(workspace).values(only=1, **{name: getattr(new, name) for name in new.__slots__}))


def get(db: Connection) -> Settings | None:
    """The row, where the workspace has been made."""
    row = db.execute(select(workspace)).one_or_none()
    return Settings(**{name: getattr(row, name) for name in Settings.__slots__}) if row else None


def set_form_set(db: Connection, digest: str) -> None:
    """The form set that batches opened from now on freeze."""
    db.execute(update(workspace).values(form_set=digest))


def keep_profile(db: Connection, digest: str, document: str) -> None:
    """Keep a profile by its digest."""
    if profile_document(db, digest) is None:
        db.execute(insert(profile).values(digest=digest, document=document))


def profile_document(db: Connection, digest: str) -> str | None:
    """The text of a profile."""
    return db.scalar(select(profile.c.document).where(profile.c.digest == digest))


def set_profile(db: Connection, digest: str) -> None:
    """The profile that batches opened from now on freeze."""
    db.execute(update(workspace).values(profile=digest))


def set_mode(db: Connection, mode: Mode) -> None:
    """Trial or real; what allowed it is in :mod:`pipeline.storage.deadlines`."""
    db.execute(update(workspace).values(mode=mode))
