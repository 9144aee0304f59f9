"""What people in the hall see: ballots one after the other for the witnesses, the result once it is closed.

While a batch is open, witnesses see ballots that are wholly settled and how many are done, never votes: a running
total would tell who leads before the count ends.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.access.roles import Actor, require
from pipeline.storage import ballots, batches
from pipeline.usecases.standing import AreaStanding, standing
from pipeline.usecases.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Shown:
    """One ballot for the large screen and the way to the next: in the order of ids, which are digests.

    ``settled``: ballots whose places are all settled; ``sheets`` of ``declared`` are taken in. ``ballot`` is absent
    where none is settled yet. ``standing`` holds votes of closed batches only.
    """

    ballot: str | None
    number: int
    settled: int
    following: str | None
    previous: str | None
    standing: AreaStanding


def shown(workspace: Workspace, actor: Actor, contest: str, area: str, ballot: str = "") -> Shown:
    """The settled ballot of that id, or the first one after it; the first of all where none is named."""
    require(actor, "see_totals")
    require(actor, "see_images")
    one = standing(workspace, actor, contest, area).area(area)
    keys: list[str] = []
    with workspace.database.read() as db:
        for batch in one.batches:
            live = batches.get(db, batch.id)
            if live is not None and live.state != "void":
                waiting = ballots.open_fields(db, batch.id)
                keys += [b.id for b in ballots.of_batch(db, batch.id) if b.id not in waiting]
    keys.sort()
    at = next((n for n, key in enumerate(keys) if key >= ballot), len(keys) - 1)
    return Shown(
        ballot=keys[at] if keys else None,
        number=at + 1 if keys else 0,
        settled=len(keys),
        following=keys[at + 1] if at + 1 < len(keys) else None,
        previous=keys[at - 1] if keys and at > 0 else None,
        standing=one,
    )
