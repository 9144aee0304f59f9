"""What an account signs in with: its password's hash, whether it must change it, and failed attempts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from pipeline.storage.schema import credential, session


@dataclass(frozen=True, slots=True)
class Credential:
    """``password`` is an argon2 hash; ``failures`` counts failed attempts since the last that succeeded."""

    account: str
    password: str
    must_change: bool
    disabled: bool = False
    failures: int = 0
    locked_until: datetime | None = None


def put(db: Connection, new: Credential) -> None:
    """Save a credential in the place of the one that stands."""
    values = {name: getattr(new, name) for name in new.__slots__}
    if get(db, new.account) is None:
        db.execute(insert(credential).values(**values))
    else:
        db.execute(update(credential).where(credential.c.account == new.account).values(**values))


def get(db: Connection, account: str) -> Credential | None:
    """The credential of an account; ``None`` for one that only acts at the terminal."""
    row = db.execute(select(credential).where(credential.c.account == account)).one_or_none()
    return Credential(**row._mapping) if row else None


def every(db: Connection) -> dict[str, Credential]:
    """All credentials by account."""
    return {row.account: Credential(**row._mapping) for row in db.execute(select(credential))}


def failed(db: Connection, standing: Credential, locked_until: datetime | None) -> Credential:
    """One more failed attempt; a lock sets the count back."""
    failures = 0 if locked_until else standing.failures + 1
    after = replace(standing, failures=failures, locked_until=locked_until)
    put(db, after)
    return after


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser. ``digest`` is the SHA-256 of its cookie, ``seen`` the last act (to the minute)."""

    digest: str
    account: str
    csrf: str
    opened: datetime
    seen: datetime


def open_session(db: Connection, new: Session) -> None:
    """Save a session."""
    db.execute(insert(session).values(**{name: getattr(new, name) for name in new.__slots__}))


def get_session(db: Connection, digest: str) -> Session | None:
    """The session of that cookie's digest."""
    row = db.execute(select(session).where(session.c.digest == digest)).one_or_none()
    return Session(**row._mapping) if row else None


def touch_session(db: Connection, digest: str, at: datetime) -> None:
    """The browser was active."""
    db.execute(update(session).where(session.c.digest == digest).values(seen=at))


def end_session(db: Connection, digest: str) -> None:
    """The cookie is worth nothing any more."""
    db.execute(delete(session).where(session.c.digest == digest))


def end_sessions(db: Connection, account: str, but: str = "") -> int:
    """End every session of an account, ``but`` one; how many there were."""
    query = delete(session).where(session.c.account == account, session.c.digest != but)
    return db.execute(query).rowcount


def forget_sessions(db: Connection, seen_before: datetime) -> None:
    """Drop the rows of sessions that ended long ago."""
    db.execute(delete(session).where(session.c.seen < seen_before))
