"""The real mode: opened only with the number and date of the opinion that allows it; until then all is a trial.

Thông tư 21/2025/TT-BNV Art. 5: before software touches counting or results, the provincial committee must have asked
the National Election Council's opinion. A congress or another organisation has a decision of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.audit.chain import AuditEvent
from pipeline.election.definition import Election
from pipeline.election.rules import rules_of
from pipeline.errors import refuse
from pipeline.storage import batches, deadlines, figures, log, settings
from pipeline.storage import levels as stored
from pipeline.storage.deadlines import Opinion
from pipeline.usecases.handing_up import FIRST_ROUND
from pipeline.usecases.workspace import Workspace

COUNCIL = "Hội đồng bầu cử quốc gia"
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Mode:
    """Whether this is a trial, and what opened the real mode where it is none."""

    trial: bool
    state: bool
    """A state election: the National Election Council's opinion opens it, else a decision of the organisation."""
    opinion: Opinion | None


def mode_of(workspace: Workspace, actor: Actor) -> Mode:
    """The mode as it stands in the database, also where another program has opened it since."""
    require(actor, "see_totals")
    with workspace.database.read() as db:
        stands = settings.get(db)
        known = deadlines.opinions(db)
    trial = stands is None or stands.mode == "trial"
    return Mode(trial, is_state(workspace.election), known[-1] if known and not trial else None)


def is_state(election: Election) -> bool:
    """Whether the law of state elections rules it."""
    return rules_of(election).shortage == "art-79"


def open_real_mode(workspace: Workspace, actor: Actor, number: str, day: date, issuer: str = "") -> Opinion:
    """Open the real mode. ``number`` and ``day``: of the opinion or decision; ``issuer``: who gave it.

    Refused: no number (``opinion-missing``), a day after today (``opinion-day``), an organisation without its name, a
    workspace that is real already (``mode-real``), and one that holds anything of a trial (``trial-data``): what was
    counted in a trial never becomes a result.
    """
    require(actor, "manage")
    kept = " ".join(number.split())[:LONGEST]
    who = " ".join(issuer.split())[:LONGEST] or (COUNCIL if is_state(workspace.election) else "")
    if not kept:
        raise refuse(
            "opinion-missing", "number",
            "write the number of the National Election Council's opinion, or of the organisation's decision",
        )  # fmt: skip
    if not who:
        raise refuse("opinion-missing", "issuer", "write which organisation has decided that this program counts")
    if day > workspace.clock().astimezone().date():
        raise refuse(
            "opinion-day", "day", "{day} is not over yet; correct the day of the opinion", day=f"{day:%d/%m/%Y}"
        )
    with workspace.database.write() as db:
        stands = settings.get(db)
        if stands is not None and stands.mode == "real":
            raise refuse("mode-real", workspace.election.id, "the real mode is open already; nothing was changed")
        _refuse_trial_data(db, workspace.election)
        at = workspace.clock()
        new = Opinion(who, kept, day.isoformat(), actor.id, at)
        deadlines.add_opinion(db, new)
        settings.set_mode(db, "real")
        detail = {"issuer": who, "number": kept, "day": new.day}
        log.append(db, AuditEvent(actor.id, "real_mode_opened", workspace.election.id, detail), at)
    return new


def _refuse_trial_data(db: Connection, election: Election) -> None:
    piles = len(batches.every(db, void=True))
    sheets = len(figures.given(db))
    handed = sum(len(stored.latest_figures(db, c.id, FIRST_ROUND)) for c in election.contests)
    if piles or sheets or handed:
        raise refuse(
            "trial-data", election.id,
            "{batches} batches, figures of {sheets} areas and {areas} results of a trial are here and can never count; "
            "make a new workspace from the same definition and open the real mode there",
            batches=piles, sheets=sheets, areas=handed,
        )  # fmt: skip
