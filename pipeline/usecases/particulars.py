"""What official forms ask for and no count tells is taken over from its sheets, one version after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.audit.chain import AuditEvent
from pipeline.election.particulars import (
    Board,
    Committee,
    Dossier,
    Letter,
    Particular,
    SheetName,
    from_json,
    to_json,
)
from pipeline.storage import log, particulars
from pipeline.usecases.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Particulars:
    """Everything that stands, by unit, contest, candidate and report."""

    boards: Mapping[str, Board] = field(default_factory=dict)
    committees: Mapping[str, Committee] = field(default_factory=dict)
    dossiers: Mapping[str, Dossier] = field(default_factory=dict)
    reports: Mapping[str, Letter] = field(default_factory=dict)


def keep_particulars(workspace: Workspace, actor: Actor, sheet: SheetName, given: Sequence[Particular]) -> int:
    """Save the records that differ from those that stand, each as a new version; how many were new."""
    require(actor, "rule")
    new = 0
    with workspace.database.write() as db:
        standing = particulars.latest(db, sheet)
        for one in given:
            document = to_json(one)
            if standing.get(one.key) == document:
                continue
            at = workspace.clock()
            particulars.add(db, sheet, one.key, document, author=actor.id, at=at)
            log.append(db, AuditEvent(actor.id, "particulars", f"{sheet}/{one.key}", document), at)
            new += 1
    return new


def particulars_of(db: Connection, actor: Actor) -> Particulars:
    """What stands of all sheets."""
    require(actor, "see_totals")

    def records(sheet: SheetName) -> dict[str, Particular]:
        return {key: from_json(sheet, document) for key, document in particulars.latest(db, sheet).items()}

    return Particulars(
        cast(dict[str, Board], records("boards")),
        cast(dict[str, Committee], records("committees")),
        cast(dict[str, Dossier], records("dossiers")),
        cast(dict[str, Letter], records("reports")),
    )
