"""The log for people: every act, looked for and printed, and whether its chain holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.audit.chain import AuditLine, verify
from pipeline.storage import accounts, items, log
from pipeline.storage.log import Filter
from pipeline.usecases.whole_ballot import blind
from pipeline.usecases.workspace import Workspace

__all__ = ["CHECKED", "PRINTED", "SHEET", "Chain", "Filter", "Log", "chain", "the_log"]

SHEET = 200
PRINTED = 5000
CHECKED = 20_000
"""So many lines are checked whenever the log is opened (some tenths of a second); more by a button."""
HIDDEN = "…"


@dataclass(frozen=True, slots=True)
class Chain:
    """The state of the chain: ``broken`` is the first line that does not fit, ``None`` where all do.

    ``checked``: whether it was looked at at all; ``head`` is the digest of the last line.
    """

    lines: int
    checked: bool
    broken: int | None
    head: str


@dataclass(frozen=True, slots=True)
class Log:
    """Lines that fit, newest first; ``number`` of all that fit; what there is to choose from."""

    lines: tuple[AuditLine, ...]
    number: int
    more: int | None
    """To go on with: ``before`` of the next page."""
    names: Mapping[str, str]
    acts: tuple[str, ...]
    chain: Chain


def the_log(
    workspace: Workspace, actor: Actor, wanted: Filter, before: int | None = None, *, printed: bool = False
) -> Log:
    """One page of the log, or everything that fits for printing (5,000 lines at most).

    An answer to what still waits for blind answers is hidden in it.
    """
    require(actor, "see_log")
    limit = PRINTED if printed else SHEET
    with workspace.database.read() as db:
        lines = log.found(db, wanted, before=before, limit=limit + 1)
        shown = tuple(_hidden(db, line) for line in lines[:limit])
        more = shown[-1].seq if len(lines) > limit else None
        names = {a.id: a.name for a in accounts.every(db)}
        head = log.head(db)
        state = _chain(db, head, everything=False)
        return Log(shown, log.number(db, wanted), more, names, log.acts(db), state)


def chain(workspace: Workspace, actor: Actor) -> Chain:
    """Check the whole chain, however long it is."""
    require(actor, "see_log")
    with workspace.database.read() as db:
        return _chain(db, log.head(db), everything=True)


def _chain(db: Connection, head: AuditLine | None, *, everything: bool) -> Chain:
    lines = head.seq if head else 0
    if lines > CHECKED and not everything:
        return Chain(lines, False, None, head.digest if head else "")
    return Chain(lines, True, verify(log.lines(db)), head.digest if head else "")


def _hidden(db: Connection, line: AuditLine) -> AuditLine:
    if line.event.act not in ("entry", "entry_withdrawn", "marked_odd"):
        return line
    item = items.get(db, line.event.subject)
    if item is None or not blind(item):
        return line
    told = ("value", "state", "before", "reading")
    detail = {name: HIDDEN if name in told else value for name, value in line.event.detail.items()}
    return replace(line, event=replace(line.event, detail=detail))
