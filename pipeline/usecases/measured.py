"""The measured error of what the machine accepted, for the committee."""

from __future__ import annotations

from pipeline.access.roles import Actor, require
from pipeline.errors import refuse
from pipeline.review.measured import Measured
from pipeline.storage import measured as stored
from pipeline.usecases.workspace import Workspace


def measured(workspace: Workspace, actor: Actor, contest: str) -> Measured:
    """Of one contest. Refused (``contest-unknown``) where it is not held."""
    require(actor, "see_totals")
    if contest not in {c.id for c in workspace.election.contests}:
        raise refuse("contest-unknown", contest, "the contest '{value}' is not in the election", value=contest)
    with workspace.database.read() as db:
        return stored.measured(db, contest)
