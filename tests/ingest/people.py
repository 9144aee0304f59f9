"""People who answer everything that a count asks, always the same: for tests of what may happen between two acts."""

from __future__ import annotations

from pipeline.access.roles import Actor
from pipeline.storage import accounts, items
from pipeline.usecases.review import enter, queue
from pipeline.usecases.workspace import Workspace

AN = Actor("an", "Nguyễn Văn An", frozenset({"reviewer"}))
BA = Actor("ba", "Trần Thị Ba", frozenset({"reviewer"}))
CHI = Actor("chi", "Lê Thị Chi", frozenset({"reviewer"}))


def answer(workspace: Workspace, actor: Actor, limit: int | None = None) -> int:
    """``actor`` answers (at most ``limit``) of the items that wait for it; Ba sees every second one otherwise."""
    with workspace.database.write() as db:
        accounts.put(db, actor)
        waiting = queue(db, actor, limit=limit)
        for item in waiting:
            other = actor == BA and int(item.id, 16) % 2
            enter(db, workspace.count, actor, item.id, "struck" if other else "clear", workspace.clock())
    return len(waiting)


def states(workspace: Workspace) -> dict[str, tuple[object, object]]:
    """Of every item its state and the entries in their order."""
    with workspace.database.read() as db:
        return {i.id: (i.state, items.entries(db, i.id)) for i in items.of_batch(db, "kv1-qh")}
