"""Reviewing by grid: many places that the machine reads alike, the odd ones marked, the rest confirmed in one act.

A grid shows the machine's reading, so what is confirmed in it is never a blind entry (docs/adr/0004).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require, require_person
from pipeline.audit.chain import AuditEvent
from pipeline.election.definition import Area
from pipeline.errors import refuse
from pipeline.forms.template import values_of
from pipeline.review.consensus import opened, with_check
from pipeline.review.items import NewItem, Subject
from pipeline.review.reasons import Why, why
from pipeline.review.states import EnteredOnce, GridCheck, Settled, name_of, value_of
from pipeline.storage import grid_checks, items, log
from pipeline.storage.grid_checks import Choice, Seen
from pipeline.usecases.complete_ballots import raise_ballots
from pipeline.usecases.reviewing import label_of
from pipeline.usecases.workspace import Workspace

__all__ = ["NEVER", "SHEET", "Choice", "Done", "GridCrop", "Sheet", "confirm", "sheet"]

SHEET = 50
"""Crops a sheet: ten rows of five, of which a screen of 1280 x 720 shows five at once."""
FEWEST_BESIDE_A_SEED = 10
"""On a shorter sheet the one that is otherwise would stand out."""
NEVER = ("unclear", "partial")
"""Readings that say no more than that a person must look: nothing to confirm at a glance."""


@dataclass(frozen=True, slots=True)
class GridCrop:
    """One place in a grid; ``key`` names it in the answer."""

    key: str
    page: str
    field: str
    label: str
    where: str
    why: Why


@dataclass(frozen=True, slots=True)
class Sheet:
    """The crops on screen, and those of the next screen for fetching ahead."""

    crops: tuple[GridCrop, ...]
    ahead: tuple[GridCrop, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """What one act did: confirmed, marked as odd, settled by it, done before by the same account."""

    same: int
    odd: int
    settled: int
    before: int


def sheet(
    workspace: Workspace, actor: Actor, choice: Choice, reason: Why | None = None, but: Collection[str] = ()
) -> Sheet:
    """The least certain readings that fit and that nobody has checked; that the actor saw them is kept.

    ``but``: keys of crops that stand on the actor's screen and are left out. Refused: a value that nothing can be
    confirmed of (``grid-value``).
    """
    require(actor, "enter")
    if choice.value in NEVER or choice.value not in values_of(choice.kind):
        raise refuse("grid-value", choice.value, "such readings are looked at one by one; choose another value")
    with workspace.database.read() as db:  # sought while others write; two people may be shown the same
        # A reason is told from measures, which SQL does not see into; so more are fetched than shown.
        known = {_place(key) for key in but}
        found = grid_checks.unseen(db, actor.id, choice, SHEET * (2 if reason is None else 40) + len(known))
        fitting = [c for c in found if (c.page, c.field) not in known and (reason is None or why(c.measures) == reason)]
        now, ahead = _seeded(db, actor, choice, fitting[:SHEET]), fitting[SHEET : 2 * SHEET]
    if now:
        with workspace.database.write() as db:
            grid_checks.show(db, actor.id, now, workspace.clock())
    areas = {a.id: a for a in workspace.election.areas}
    return Sheet(tuple(_crop(workspace, areas, c) for c in now), tuple(_crop(workspace, areas, c) for c in ahead))


def _seeded(db: Connection, actor: Actor, choice: Choice, crops: Sequence[grid_checks.Crop]) -> list[grid_checks.Crop]:
    """The crops with one among them that is known to be otherwise (docs/adr/0006), at a place nobody can foresee."""
    if not choice.accepted or len(crops) < FEWEST_BESIDE_A_SEED:
        return list(crops)
    dice = sha256("\0".join((actor.id, *(f"{c.page}:{c.field}" for c in crops))).encode()).hexdigest()
    seed = grid_checks.known_otherwise(db, actor.id, choice, dice[:24]) or grid_checks.known_otherwise(
        db, actor.id, choice, ""
    )
    at = int(dice[24:32], 16) % (len(crops) + 1)
    return [*crops[:at], *([seed] if seed is not None else []), *crops[at:]]


def _place(key: str) -> tuple[str, str]:
    page, _, field = key.partition(":")
    return page, field


def _crop(workspace: Workspace, areas: Mapping[str, Area], found: grid_checks.Crop) -> GridCrop:
    area = areas[found.area]
    label = label_of(workspace.forms, area.units[found.contest], found.field)
    where = f"{area.name} · {found.batch}"
    return GridCrop(f"{found.page}:{found.field}", found.page, found.field, label, where, why(found.measures))


def confirm(workspace: Workspace, actor: Actor, shown: Sequence[str], odd: Collection[str]) -> Done:
    """The ``odd`` ones of a sheet go to people who answer blind; all others of it are confirmed; in one transaction.

    What the actor has said of a crop before stands: the same sheet sent twice counts once. Refused whole: a crop that
    was not shown to the actor (``grid-stale``), a batch that is closed by now (``batch-not-open``).
    """
    require_person(actor, "enter", workspace.trial)
    marked = set(odd)
    places = {key: _place(key) for key in shown}
    with workspace.database.write() as db:
        at = workspace.clock()
        seen = grid_checks.seen_by(db, actor.id, set(places.values()))
        new = _not_said_yet(places, seen)
        grid_checks.decide(db, actor.id, [(one, "odd" if key in marked else "same") for key, one in new.items()], at)
        # A seed (docs/adr/0006) is told like all others, and nothing follows of it.
        true = {key: one for key, one in new.items() if not one.seed}
        _ask(db, actor, [one for key, one in true.items() if key in marked], at)
        settled = _settle(db, workspace, actor, [one for key, one in true.items() if key not in marked], at)
        number = sum(key in marked for key in new)
        done = Done(len(new) - number, number, settled, len(places) - len(new))
        detail = {"same": done.same, "odd": done.odd, "settled": settled, "simulated": actor.simulated}
        if new:
            log.append(db, AuditEvent(actor.id, "grid_checked", shown[0], detail), at)
    return done


def _not_said_yet(places: Mapping[str, tuple[str, str]], seen: Mapping[tuple[str, str], Seen]) -> dict[str, Seen]:
    """key -> what was shown there, without those that the account has said something of before."""
    for key, place in places.items():
        if place not in seen:
            raise refuse("grid-stale", key, "this sheet is not the one that was shown to you; open the grid again")
    new = {key: seen[place] for key, place in places.items() if seen[place].verdict == "shown"}
    for one in new.values():
        if not one.open:
            raise refuse("batch-not-open", one.batch, "the batch was closed meanwhile; open the grid again")
    return new


def _ask(db: Connection, actor: Actor, odd: Sequence[Seen], at: datetime) -> None:
    """Accepted readings that look odd count no longer until two people have answered blind."""
    if not odd:
        return
    known = items.at_places(db, {(one.page, one.field) for one in odd})
    subjects = [(one, Subject("field", one.ballot, one.field, one.kind)) for one in odd if one.ballot is not None]
    ruled = _ruled(db, [subject.of for _, subject in subjects])
    new, lines = [], []
    for one, subject in subjects:
        if (one.page, one.field) not in known and subject.of not in ruled:
            new.append((one.batch, NewItem(subject, opened("field")), one.page))
        detail = {"reading": one.shown, "ruled": subject.of in ruled}
        lines.append(AuditEvent(actor.id, "marked_odd", items.item_id(subject), detail))
    items.add_all(db, new)
    log.append_all(db, lines, at)


def _ruled(db: Connection, of: Sequence[str]) -> set[str]:
    """Those of the ballots on which a team has ruled."""
    verdicts = items.get_all(db, [items.item_id(Subject("ballot", one)) for one in of])
    return {one.subject.of for one in verdicts if value_of(one.state) is not None}


def _settle(db: Connection, workspace: Workspace, actor: Actor, confirmed: Sequence[Seen], at: datetime) -> int:
    """How many items that one person has answered blind are settled, since that answer was confirmed here."""
    if not confirmed:
        return 0
    shown = {(one.page, one.field): one.shown for one in confirmed}
    changes = [
        (item, state)
        for place, item in sorted(items.at_places(db, shown.keys()).items())
        if isinstance(item.state, EnteredOnce)
        and isinstance(state := with_check(item.state, [GridCheck(actor.id, shown[place])]), Settled)
    ]
    items.save_all(db, changes, at, uncounted=True)  # all of open batches: _not_said_yet
    said = [(item, {"value": state.value, "state": name_of(state)}) for item, state in changes]
    log.append_all(db, [AuditEvent(actor.id, "grid_settled", item.id, detail) for item, detail in said], at)
    raise_ballots(db, workspace.count, [item.ballot for item, _ in changes if item.ballot is not None], at)
    return len(changes)
