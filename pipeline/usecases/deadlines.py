"""The deadlines of an election: as they stand, set anew with a reason, and the window for results."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.audit.chain import AuditEvent
from pipeline.election.deadlines import Deadlines, changed, from_json, to_json
from pipeline.errors import refuse
from pipeline.storage import deadlines as stored
from pipeline.storage import log
from pipeline.usecases.workspace import Workspace


def deadlines_in(db: Connection) -> Deadlines:
    """The deadlines that count; the defaults of the law where nobody has set others."""
    versions = stored.versions(db)
    return from_json(versions[-1].document) if versions else Deadlines()


def deadlines_of(workspace: Workspace) -> Deadlines:
    """As :func:`deadlines_in`."""
    with workspace.database.read() as db:
        return deadlines_in(db)


def set_deadlines(workspace: Workspace, actor: Actor, changes: Mapping[str, str], reason: str) -> Deadlines:
    """Set some deadlines anew, as the National Election Council may; the versions before stay readable.

    Refused without a reason and where a part is not written as :func:`pipeline.election.deadlines.changed` wants it.
    """
    require(actor, "manage")
    if not reason.strip():
        raise refuse("reason-missing", "deadlines", "a change needs a reason; write why")
    with workspace.database.write() as db:
        new = changed(deadlines_in(db), changes)
        at = workspace.clock()
        stored.add(db, to_json(new), reason=reason.strip(), author=actor.id, at=at)
        detail = {**dict(changes), "why": reason.strip()}
        log.append(db, AuditEvent(actor.id, "deadlines_set", workspace.election.id, detail), at)
    return new


def local(at: datetime) -> datetime:
    """A moment as the clock on the wall shows it, without zone."""
    return at.astimezone().replace(tzinfo=None)


def check_window(db: Connection, at: datetime, reason: str) -> None:
    """Refused (``window-early``) before results are taken, and (``window-late``) after, unless a reason is given."""
    given = deadlines_in(db)
    where = given.window(local(at))
    if where == "early":
        raise refuse(
            "window-early", "results", "results are taken from {opens} on; send them then, or move the window",
            opens=f"{given.opens:%d/%m/%Y %H:%M}",
        )  # fmt: skip
    if where == "late" and not reason.strip():
        raise refuse(
            "window-late", "results", "results were taken until {closes}; give the reason why these come late",
            closes=f"{given.closes:%d/%m/%Y %H:%M}",
        )  # fmt: skip
