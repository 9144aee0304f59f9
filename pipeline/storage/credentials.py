"""What an account signs in with: its password's hash, whether it must change it, and failed attempts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from pipeline.access.roles import Actor
from pipeline.storage.schema import account
from pipeline.storage.schema_people import credential, session


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


_BEHIND = (
    select(*(c.label(f"{t.name}_{c.name}") for t in (session, account, credential) for c in t.columns))
    .join_from(session, account, account.c.id == session.c.account)
    .join(credential, credential.c.account == account.c.id)
    .where(session.c.digest == bindparam("digest"))
)


def behind(db: Connection, digest: str) -> tuple[Session, Actor, Credential] | None:
    """The session of that cookie's digest with its account and credential, in one statement."""
    row = db.execute(_BEHIND, {"digest": digest}).one_or_none()
    if row is None:
        return None
    of = row._mapping
    return (
        Session(**{name: of[f"session_{name}"] for name in Session.__slots__}),
        Actor(of["account_id"], of["account_name"], frozenset(of["account_roles"]), of["account_simulated"]),
        Credential(**{name: of[f"credential_{name}"] for name in Credential.__slots__}),
    )


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
