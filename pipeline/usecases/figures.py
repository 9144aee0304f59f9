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
from pipeline.errors import Problem, Refusal
from pipeline.messages import message
from pipeline.storage import figures, log


def keep_figures(db: Connection, actor: Actor, given: Sequence[AreaFigures], reason: str, at: datetime) -> int:
    """Save the figures that differ from those that stand, each as a new version; how many were new.

    Refused (``reason-missing``), with every area and contest: other figures than stand there already, without a
    ``reason``.
    """
    require(actor, "ingest")
    standing = {(g.area, g.contest): figures.latest(db, g.area, g.contest) for g in given}
    documents = {(g.area, g.contest): figures_to_json(g) for g in given}
    new = [key for key, before in standing.items() if before is None or dict(before.document) != documents[key]]
    unexplained = [key for key in new if standing[key] is not None and not reason.strip()]
    if unexplained:
        why = message("other figures stand here already; give the reason of the change, or leave the row out")
        raise Refusal([Problem("reason-missing", f"{area}/{contest}", why) for area, contest in unexplained])
    for area, contest in new:
        document = documents[area, contest]
        figures.add(db, area, contest, document, author=actor.id, reason=reason.strip(), at=at)
        log.append(db, AuditEvent(actor.id, "figures", f"{area}/{contest}", document), at)
    return len(new)


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
