"""Accounts of people: added, given roles, handed a one-time password, disabled; each act in the log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, cast, get_args

from sqlalchemy import Connection

from pipeline.access.roles import Actor, Role, require
from pipeline.audit.chain import AuditEvent
from pipeline.errors import refuse
from pipeline.storage import accounts, credentials, log
from pipeline.storage.credentials import Credential
from pipeline.usecases.passwords import hashed, one_time
from pipeline.usecases.sign_in import account_id
from pipeline.usecases.workspace import Workspace

Standing = Literal["active", "first_password", "locked", "disabled", "terminal"]
"""``first_password``: has not yet chosen an own one; ``terminal``: has none, acts at the command line only."""
ROLES: tuple[Role, ...] = tuple(r for r in get_args(Role) if r not in ("system", "program"))
"""The roles that a person may have."""
NO_PEOPLE: frozenset[Role] = frozenset({"system", "program"})


@dataclass(frozen=True, slots=True)
class Person:
    """An account as the administrator sees it."""

    actor: Actor
    standing: Standing


def people(workspace: Workspace, actor: Actor) -> tuple[Person, ...]:
    """All accounts but that of the program itself, by id."""
    require(actor, "manage")
    with workspace.database.read() as db:
        known, every = credentials.every(db), accounts.every(db)
    at = workspace.clock()
    return tuple(Person(a, _standing(known.get(a.id), at)) for a in every if not a.roles & NO_PEOPLE)


def _standing(stands: Credential | None, at: datetime) -> Standing:
    if stands is None:
        return "terminal"
    if stands.disabled:
        return "disabled"
    if stands.locked_until is not None and stands.locked_until > at:
        return "locked"
    return "first_password" if stands.must_change else "active"


def add_person(workspace: Workspace, actor: Actor, sign_in_name: str, name: str, roles: Iterable[str]) -> str:
    """A new account; gives its one-time password. Refused: a name that is taken or empty, no or unknown roles."""
    require(actor, "manage")
    key, spelled = account_id(sign_in_name), " ".join(name.split())
    if not key or not spelled:
        raise refuse("name-empty", sign_in_name or "-", "an account needs a sign-in name and a full name; fill in both")
    given = _roles(key, roles)
    password = one_time()
    known = hashed(password)
    with workspace.database.write() as db:
        if accounts.get(db, key) is not None:
            raise refuse("account-exists", key, "an account of this name exists; choose another sign-in name")
        accounts.put(db, Actor(key, spelled, given))
        credentials.put(db, Credential(key, known, must_change=True))
        _log(db, workspace, actor, "account_added", key, {"name": spelled, "roles": sorted(given)})
    return password


def _roles(key: str, roles: Iterable[str]) -> frozenset[Role]:
    given = frozenset(roles)
    strange = sorted(given - set(ROLES))
    if strange or not given:
        raise refuse(
            "roles",
            key,
            "'{roles}' are not roles that a person can have; choose at least one of: {known}",
            roles=", ".join(strange),
            known=", ".join(ROLES),
        )
    return cast(frozenset[Role], given)


def set_roles(workspace: Workspace, actor: Actor, key: str, roles: Iterable[str]) -> None:
    """Other roles from the next request on. Refused for the last administrator."""
    require(actor, "manage")
    given = _roles(key, roles)
    with workspace.database.write() as db:
        person = _person(db, key)
        if "administrator" not in given:
            _not_the_last(db, person)
        accounts.put(db, replace(person, roles=given))
        _log(db, workspace, actor, "roles_set", key, {"before": sorted(person.roles), "roles": sorted(given)})


def reset_password(workspace: Workspace, actor: Actor, key: str) -> str:
    """A new one-time password, given back once; unlocks, and ends every session of the account."""
    require(actor, "manage")
    password = one_time()
    known = hashed(password)
    with workspace.database.write() as db:
        person = _person(db, key)
        stands = credentials.get(db, person.id)
        credentials.put(db, Credential(person.id, known, must_change=True, disabled=bool(stands and stands.disabled)))
        credentials.end_sessions(db, person.id)
        _log(db, workspace, actor, "password_reset", key)
    return password


def set_disabled(workspace: Workspace, actor: Actor, key: str, disabled: bool) -> None:
    """Let an account in or keep it out; its open sessions end at once. Refused for the last administrator."""
    require(actor, "manage")
    with workspace.database.write() as db:
        person = _person(db, key)
        stands = credentials.get(db, person.id)
        if stands is None:
            raise refuse("account-terminal", key, "this account has no password yet; give it one first")
        if disabled:
            _not_the_last(db, person)
            credentials.end_sessions(db, person.id)
        credentials.put(db, replace(stands, disabled=disabled))
        _log(db, workspace, actor, "account_disabled" if disabled else "account_enabled", key)


def end_sessions(workspace: Workspace, actor: Actor, key: str) -> int:
    """Sign an account out everywhere; how many browsers that were."""
    require(actor, "manage")
    with workspace.database.write() as db:
        ended = credentials.end_sessions(db, _person(db, key).id)
        _log(db, workspace, actor, "sessions_ended", key, {"sessions": ended})
    return ended


def _person(db: Connection, key: str) -> Actor:
    found = accounts.get(db, key)
    if found is None or found.roles & NO_PEOPLE:
        raise refuse("account-unknown", key, "there is no such account; reload the list")
    if found.simulated:
        raise refuse("account-simulated", key, "this account is simulated, for trials; nobody signs in with it")
    return found


def _not_the_last(db: Connection, person: Actor) -> None:
    known = credentials.every(db)
    others = [
        a
        for a in accounts.every(db)
        if a.id != person.id and "administrator" in a.roles and a.id in known and not known[a.id].disabled
    ]
    if "administrator" in person.roles and not others:
        raise refuse(
            "last-administrator", person.id, "this is the last administrator who can sign in; make another one first"
        )


def _log(
    db: Connection, workspace: Workspace, actor: Actor, act: str, key: str, detail: dict[str, object] | None = None
) -> None:
    log.append(db, AuditEvent(actor.id, act, key, detail or {}), workspace.clock())
