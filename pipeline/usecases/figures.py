"""The figures that no ballot tells: taken over from their spreadsheet, one version after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.audit.chain import AuditEvent
from pipeline.election.figures import TIMES, AreaFigures, Member, Witness
from pipeline.storage import figures, log


def keep_figures(db: Connection, actor: Actor, given: Sequence[AreaFigures], reason: str, at: datetime) -> int:
    """Save the figures that differ from those that stand, each as a new version; how many were new."""
    require(actor, "ingest")
    new = 0
    for one in given:
        document = figures_to_json(one)
        standing = figures.latest(db, one.area, one.contest)
        if standing and dict(standing.document) == document:
            continue
        figures.add(db, one.area, one.contest, document, author=actor.id, reason=reason, at=at)
        log.append(db, AuditEvent(actor.id, "figures", f"{one.area}/{one.contest}", document), at)
        new += 1
    return new


def figures_to_json(given: AreaFigures) -> dict[str, Any]:
    """Plain JSON; :func:`figures_from_json` gives equal figures back."""
    document = asdict(given)
    for name in TIMES:
        document[name] = document[name].isoformat()
    for name in ("members", "opening_witnesses", "closing_witnesses"):
        document[name] = [dict(person) for person in document[name]]
    if not given.excused:  # as in figures from before absences were known
        del document["excused"]
    return document


def figures_from_json(document: Mapping[str, Any]) -> AreaFigures:
    """The figures that :func:`figures_to_json` wrote."""
    return AreaFigures(
        **{
            **document,
            **{name: datetime.fromisoformat(document[name]) for name in TIMES},
            "members": tuple(Member(**m) for m in document["members"]),
            "opening_witnesses": tuple(Witness(**w) for w in document["opening_witnesses"]),
            "closing_witnesses": tuple(Witness(**w) for w in document["closing_witnesses"]),
        }
    )
