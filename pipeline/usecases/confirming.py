"""Rules that are broken and yet true: the team leader confirms them with an incident text; committees see a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.audit.chain import AuditEvent
from pipeline.election.figures import tells_an_incident
from pipeline.errors import refuse
from pipeline.storage import confirmed_rules, log
from pipeline.tally.rules import ConfirmedRule, Finding, digest_of
from pipeline.usecases.standing import standing
from pipeline.usecases.workspace import Clock, Workspace

LONGEST = 2000


def confirm_rule(workspace: Workspace, actor: Actor, contest: str, area: str, rule: int, text: str) -> None:
    """Say that a broken rule is true, and what happened; it holds for the numbers as they stand now.

    Refused: a rule that is not broken (``rule-holds``), arithmetic (``rule-error``), a text that tells no incident
    (``incident-missing``).
    """
    require(actor, "confirm_rule")
    found = standing(workspace, actor, contest, area).area(area).totals.findings
    broken = [f for f in found if f.number == rule]
    if not broken:
        raise refuse("rule-holds", area, "rule {rule} holds here, there is nothing to confirm", rule=f"R{rule}")
    if broken[0].kind == "error":
        raise refuse(
            "rule-error", area, "rule {rule} is arithmetic and cannot be confirmed; correct the figure", rule=f"R{rule}"
        )
    if not tells_an_incident(text):
        raise refuse("incident-missing", area, "write what happened and what was done; it is printed in the minutes")
    with workspace.database.write() as db:
        for finding in broken:
            keep_confirmation(db, actor, contest, area, finding, text, workspace.clock)


def keep_confirmation(
    db: Connection, actor: Actor, contest: str, area: str, finding: Finding, text: str, clock: Clock
) -> None:
    """Save one confirmation, with its line in the log."""
    at = clock()
    kind: Literal["world", "warning"] = "world" if finding.kind == "world" else "warning"
    told = " ".join(text.split())[:LONGEST]
    new = ConfirmedRule(area, contest, finding.number, kind, digest_of(finding), told, actor.id, at)
    version = confirmed_rules.add(db, new)
    detail = {"rule": finding.code, "why": told, "version": version}
    log.append(db, AuditEvent(actor.id, "rule_confirmed", f"{area}/{contest}", detail), at)


@dataclass(frozen=True, slots=True)
class Flag:
    """A broken rule of the world, for every level above; ``confirmed`` is absent while nobody vouches for it."""

    contest: str
    area: str
    finding: Finding
    confirmed: ConfirmedRule | None


def flags(workspace: Workspace, actor: Actor) -> tuple[Flag, ...]:
    """All broken rules of the world, those that nobody has confirmed first."""
    require(actor, "see_totals")
    found = [
        Flag(contest.id, one.totals.area, finding, one.totals.confirmation(finding))
        for contest in workspace.election.contests
        for one in standing(workspace, actor, contest.id).areas
        for finding in one.totals.findings
        if finding.kind == "world"
    ]
    return tuple(sorted(found, key=lambda f: f.confirmed is not None))
