"""Programs that call: tokens made and revoked by the administrator, and who is behind a token."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast

from pipeline.access.roles import Actor, require
from pipeline.access.scopes import SCOPES, Scope, allowed
from pipeline.audit.chain import AuditEvent
from pipeline.errors import refuse
from pipeline.storage import accounts, log, tokens
from pipeline.storage.tokens import Token
from pipeline.usecases.workspace import Workspace

PREFIX = "kiemphieu_"
"""So that a token that lies about is known for what it is."""
LONGEST_DAYS = 366
TOUCH = timedelta(minutes=10)

Standing = Literal["active", "expired", "revoked"]


@dataclass(frozen=True, slots=True)
class Program:
    """A program's token as the administrator sees it."""

    token: Token
    name: str
    standing: Standing


def programs(workspace: Workspace, actor: Actor) -> tuple[Program, ...]:
    """All tokens, the newest first."""
    require(actor, "manage")
    with workspace.database.read() as db:
        names = {a.id: a.name for a in accounts.every(db)}
        found = tokens.every(db)
    at = workspace.clock()
    return tuple(Program(t, names[t.account], _standing(t, at)) for t in found)


def _standing(token: Token, at: datetime) -> Standing:
    if token.revoked is not None:
        return "revoked"
    return "active" if at < token.expires else "expired"


def create_token(workspace: Workspace, actor: Actor, name: str, scopes: Iterable[str], days: int) -> tuple[Token, str]:
    """A token for a program called ``name``, and the text that the program sends: given back once, kept nowhere.

    Refused: no name (``token-name``), no or unknown scopes (``scopes``), not 1 to 366 ``days`` (``token-days``).
    """
    require(actor, "manage")
    spelled = " ".join(name.split())
    if not 0 < len(spelled) <= 100:
        raise refuse("token-name", name[:100], "a program needs a name of at most 100 letters; write what it is")
    given = frozenset(scopes)
    if not given or given - set(SCOPES):
        raise refuse(
            "scopes",
            spelled,
            "'{scopes}' are not scopes; choose at least one of: {known}",
            scopes=", ".join(sorted(given - set(SCOPES))),
            known=", ".join(SCOPES),
        )
    if not 1 <= days <= LONGEST_DAYS:
        raise refuse(
            "token-days", spelled, "a token holds for 1 to {most} days, not {days}", most=LONGEST_DAYS, days=days
        )
    secret = PREFIX + secrets.token_urlsafe(32)
    key = secrets.token_hex(4)
    at = workspace.clock()
    chosen = tuple(s for s in SCOPES if s in given)
    new = Token(key, f"program-{key}", _digest(secret), chosen, actor.id, at, at + timedelta(days=days))
    with workspace.database.write() as db:
        accounts.put(db, Actor(new.account, spelled, frozenset({"program"})))
        tokens.add(db, new)
        detail = {"name": spelled, "scopes": list(chosen), "expires": new.expires.isoformat()}
        log.append(db, AuditEvent(actor.id, "token_created", new.account, detail), at)
    return new, secret


def revoke_token(workspace: Workspace, actor: Actor, key: str) -> None:
    """The token is worth nothing from the next request on; twice is as once. Refused: ``token-unknown``."""
    require(actor, "manage")
    with workspace.database.write() as db:
        found = tokens.get(db, key)
        if found is None:
            raise refuse("token-unknown", key, "there is no such token; reload the list")
        if found.revoked is None:
            tokens.revoke(db, key, workspace.clock())
            log.append(db, AuditEvent(actor.id, "token_revoked", found.account), workspace.clock())


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls with a token: an actor that may what its scopes allow, and the scopes."""

    actor: Actor
    scopes: frozenset[Scope]


def caller(workspace: Workspace, secret: str) -> Caller | None:
    """Who the token belongs to; ``None`` for one that is unknown, revoked or over its time."""
    with workspace.database.read() as db:
        found = tokens.by_digest(db, _digest(secret))
        account = accounts.get(db, found.account) if found is not None else None
    at = workspace.clock()
    if found is None or account is None or _standing(found, at) != "active":
        return None
    if found.used is None or at - found.used > TOUCH:  # not at every request: each is a durable write
        with workspace.database.write() as db:
            tokens.touch(db, found.id, at)
    scopes = cast(frozenset[Scope], frozenset(found.scopes))
    return Caller(Actor(account.id, account.name, frozenset({"program"}), only=allowed(scopes)), scopes)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
