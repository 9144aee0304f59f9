"""Signing in and out: passwords checked, sessions opened, kept alive and ended, accounts locked after failures."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from pipeline.access.roles import Actor
from pipeline.audit.chain import AuditEvent
from pipeline.errors import Problem, Refusal, refuse
from pipeline.messages import message
from pipeline.storage import accounts, credentials, log
from pipeline.storage.credentials import Credential, Session
from pipeline.usecases.passwords import check_new, hashed, matches, one_time
from pipeline.usecases.workspace import Workspace

IDLE = timedelta(minutes=30)
"""A browser that nobody has touched for so long must sign in again."""
LONGEST = timedelta(hours=16)
"""Even a busy one: nobody counts longer than that without a rest."""
TRIES, LOCK = 5, timedelta(minutes=5)
"""So many wrong passwords in a row lock an account for so long: 60 guesses an hour."""
TOUCH = timedelta(minutes=1)
FIRST = "admin"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session; ``token`` is told to the browser once and stored nowhere."""

    token: str
    session: Session


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is behind a request."""

    actor: Actor
    session: Session
    must_change: bool


def account_id(name: str) -> str:
    """The id of an account from its sign-in name, as the terminal makes it: lower case, hyphens for spaces."""
    return "-".join(name.lower().split())


def first_administrator(workspace: Workspace) -> tuple[str, str] | None:
    """(sign-in name, one-time password) of the administrator who has never signed in, made where there is none.

    ``None`` once an administrator has chosen a password.
    """
    password = one_time()
    known = hashed(password)
    with workspace.database.write() as db:
        for actor in accounts.every(db):
            stands = credentials.get(db, actor.id)
            if "administrator" in actor.roles and stands and not stands.must_change:
                return None
        at = workspace.clock()
        standing = accounts.get(db, FIRST) or Actor(FIRST, "Quản trị viên", frozenset())
        accounts.put(db, replace(standing, roles=standing.roles | {"administrator"}))
        credentials.put(db, Credential(FIRST, known, must_change=True))
        credentials.end_sessions(db, FIRST)
        log.append(db, AuditEvent("system", "first_administrator", FIRST), at)
    return FIRST, password


def sign_in(workspace: Workspace, name: str, password: str) -> SignedIn:
    """Open a session. Refused alike (``sign-in``) for a wrong name and password; ``account-locked`` after failures.

    A failure is counted and logged although nothing else happens.
    """
    account = account_id(name)
    with workspace.database.read() as db:
        actor, stands = accounts.get(db, account), credentials.get(db, account)
    # Outside a transaction that others wait for: argon2 is slow on purpose.
    right = matches(password, stands.password if stands else None)
    with workspace.database.write() as db:
        at = workspace.clock()
        stands = credentials.get(db, account)
        refusal = _hindrance(name, actor, stands, right, at)
        if refusal is None:
            assert stands is not None
            credentials.put(db, replace(stands, failures=0, locked_until=None))
            credentials.forget_sessions(db, at - LONGEST)
            opened = _opened(account, at)
            credentials.open_session(db, opened.session)
            log.append(db, AuditEvent(account, "signed_in", account), at)
            return opened
        if stands is not None and not right and not _locked(stands, at):
            _count_failure(db, stands, at)
    raise refusal


def confirmed(workspace: Workspace, name: str, password: str) -> Actor:
    """The account whose password is typed on somebody else's screen, to approve one act; opens no session.

    Refused as :func:`sign_in` refuses, failures counted in the same way; an account that has not yet chosen an own
    password approves nothing (``own-password``).
    """
    account = account_id(name)
    with workspace.database.read() as db:
        actor, stands = accounts.get(db, account), credentials.get(db, account)
    right = matches(password, stands.password if stands else None)
    with workspace.database.write() as db:
        at = workspace.clock()
        stands = credentials.get(db, account)
        refusal = _hindrance(name, actor, stands, right, at)
        if refusal is None:
            assert actor is not None
            assert stands is not None
            if stands.must_change:
                raise refuse("own-password", name, "this account has to sign in once and choose an own password first")
            if stands.failures:
                credentials.put(db, replace(stands, failures=0, locked_until=None))
            return actor
        if stands is not None and not right and not _locked(stands, at):
            _count_failure(db, stands, at)
    raise refusal


def _hindrance(name: str, actor: Actor | None, stands: Credential | None, right: bool, at: datetime) -> Refusal | None:
    if stands is not None and _locked(stands, at):
        return refuse(
            "account-locked",
            name,
            "too many wrong passwords; wait {minutes} minutes or ask the administrator for a new password",
            minutes=int(LOCK.total_seconds() // 60),
        )
    if actor is None or stands is None or not right or stands.disabled or actor.simulated:
        return Refusal([Problem("sign-in", name, message("name or password is wrong; try again"))])
    return None


def _locked(stands: Credential, at: datetime) -> bool:
    return stands.locked_until is not None and stands.locked_until > at


def _count_failure(db: Connection, stands: Credential, at: datetime) -> None:
    lock = at + LOCK if stands.failures + 1 >= TRIES else None
    credentials.failed(db, stands, lock)
    act = "account_locked" if lock else "sign_in_failed"
    log.append(db, AuditEvent("system", act, stands.account), at)


def _opened(account: str, at: datetime) -> SignedIn:
    token = secrets.token_urlsafe(32)
    return SignedIn(token, Session(_digest(token), account, secrets.token_urlsafe(24), at, at))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def visitor(workspace: Workspace, token: str, wakes: bool = True) -> Visitor | None:
    """Who the cookie belongs to; ``None`` where the session has ended, was idle too long or was revoked.

    ``wakes``: the request shows that a person is there, so the session is not idle.
    """
    with workspace.database.read() as db:
        found = credentials.behind(db, _digest(token))
    if found is None:
        return None
    session, actor, stands = found
    at = workspace.clock()
    if stands.disabled or _over(session, at):
        return None
    if wakes and at - session.seen > TOUCH:  # not at every request: each is a durable write
        with workspace.database.write() as db:
            credentials.touch_session(db, session.digest, at)
    return Visitor(actor, session, stands.must_change)


def _over(session: Session, at: datetime) -> bool:
    return at - session.seen > IDLE or at - session.opened > LONGEST


def sign_out(workspace: Workspace, who: Visitor) -> None:
    """End this session."""
    with workspace.database.write() as db:
        credentials.end_session(db, who.session.digest)
        log.append(db, AuditEvent(who.actor.id, "signed_out", who.actor.id), workspace.clock())


def change_password(workspace: Workspace, who: Visitor, former: str, new: str, again: str) -> None:
    """Put a person's own password in the place of ``former``; every other session of the account ends.

    Refused: ``password-wrong``, ``password-differs``, ``password-weak``.
    """
    account = who.actor.id
    with workspace.database.read() as db:
        stands = credentials.get(db, account)
    if stands is None or not matches(former, stands.password):
        raise refuse("password-wrong", account, "the present password is wrong; type it again")
    if new != again:
        raise refuse("password-differs", account, "the two new passwords differ; type them again")
    check_new(new, account, former)
    known = hashed(new)
    with workspace.database.write() as db:
        stands = credentials.get(db, account)
        assert stands is not None
        credentials.put(db, replace(stands, password=known, must_change=False, failures=0, locked_until=None))
        credentials.end_sessions(db, account, but=who.session.digest)
        log.append(db, AuditEvent(account, "password_changed", account), workspace.clock())
