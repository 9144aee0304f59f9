"""Who may do what: roles, their permissions, and the one question asked before every act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.errors import refuse

Role = Literal[
    "administrator", "operator", "reviewer", "team_leader", "committee", "witness", "auditor", "system", "program"
]
Permission = Literal[
    "manage",  # accounts, workspace, election definition, backup, restore
    "print_forms",
    "ingest",  # open a batch, scan, close it
    "enter",  # answer items of the review queue
    "sort_sheets",  # say what a rejected sheet is, as one of two people
    "type_count",  # count a box alone by typing its ballots, or write down a tally sheet
    "settle_counts",  # lay counts of a box beside each other and settle what differs by looking
    "confirm_rule",  # say that a broken rule of the world is true, with an incident text
    "put_to_team",  # record how the team voted (Art. 74.2)
    "correct",  # propose a correction of a settled value
    "approve",  # approve somebody else's correction
    "see_images",
    "see_totals",
    "export",
    "rule",  # write down decisions about a unit's result: ties, annulments, later rounds
    "receive",  # note that the signed minutes of an area have come in
    "check_result",  # audit a result: draw sheets, find them in the piles, write down what people see on them
    "see_log",
    "see_work",  # queues, pace and agreement of the reviewers
]

PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    "administrator": frozenset({"manage", "print_forms", "see_totals", "see_log", "see_work", "export"}),
    "operator": frozenset({"type_count", "print_forms", "ingest", "sort_sheets", "see_images", "see_totals"}),
    "reviewer": frozenset({"type_count", "enter", "sort_sheets", "correct", "see_images"}),
    "team_leader": frozenset(
        {
            "ingest",
            "sort_sheets",
            "put_to_team",
            "confirm_rule",
            "settle_counts",
            "correct",
            "approve",
            "see_images",
            "see_totals",
            "see_work",
            "export",
        }
    ),
    "committee": frozenset({"see_totals", "export", "receive", "rule", "approve", "see_images", "check_result"}),
    "witness": frozenset({"see_images", "see_totals"}),
    "auditor": frozenset({"see_totals", "see_log", "see_images", "check_result"}),
    "system": frozenset({"manage", "print_forms", "ingest", "see_totals", "export", "see_log", "rule", "check_result"}),
    "program": frozenset({"ingest", "see_totals", "see_work", "export", "see_log"}),
}
"""An administrator counts nothing and a reviewer sees no totals: who answers must not know what is missing.

``system`` is the command line on the machine that owns the workspace; it may do what its owner may, but it
never answers an item: answers need people (or accounts flagged as simulated). ``program`` is what calls the
interface for programs with a token; the token's scopes narrow it further (``pipeline/access/scopes.py``).
"""


@dataclass(frozen=True, slots=True)
class Actor:
    """An account that acts. ``simulated`` accounts belong to trials; their name says so on every screen.

    ``only``: of what the roles allow, only this (a program with a token of some scopes); ``None``: all of it.
    """

    id: str
    name: str
    roles: frozenset[Role]
    simulated: bool = False
    only: frozenset[Permission] | None = None

    def may(self, permission: Permission) -> bool:
        if self.only is not None and permission not in self.only:
            return False
        return any(permission in PERMISSIONS[role] for role in self.roles)


SYSTEM = Actor("system", "kiemphieu", frozenset({"system"}))


def require(actor: Actor, permission: Permission) -> None:
    """Raise :class:`Refusal` (``not-permitted``) unless one of the actor's roles allows it."""
    if not actor.may(permission):
        raise refuse(
            "not-permitted",
            actor.name,
            "this account ({roles}) may not do this ({permission}); ask somebody whose role allows it",
            roles=", ".join(sorted(actor.roles)) or "-",
            permission=permission,
        )


def require_person(actor: Actor, permission: Permission, trial: bool) -> None:
    """As :func:`require`; a simulated account may act in a trial only (``simulated-account``)."""
    require(actor, permission)
    if actor.simulated and not trial:
        raise refuse(
            "simulated-account",
            actor.name,
            "a simulated account answers in trials only; use the account of a person",
        )
