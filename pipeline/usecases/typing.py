"""Counting by typing: one operator types a whole box alone, bundle by bundle, and can recall and correct any ballot.

Nobody sees what another count of the same box says before both are done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from pipeline.access.roles import Actor, Permission, require_person
from pipeline.audit.chain import AuditEvent
from pipeline.errors import refuse
from pipeline.storage import accounts, log, ways
from pipeline.storage.ways import GONE, Way
from pipeline.tally.typed import BUNDLE, canonical
from pipeline.usecases.workspace import Workspace

PERMISSION: Permission = "type_count"


@dataclass(frozen=True, slots=True)
class TypedCount:
    """A count as its operator sees it. ``bundles``: what stands, in the order of the paper; ``here``: the open one."""

    way: Way
    names: tuple[str, ...]
    """The candidates in the order of the ballot, as they are printed."""
    bundles: Mapping[int, tuple[str, ...]]
    here: int | None

    @property
    def ballots(self) -> int:
        return sum(len(b) for b in self.bundles.values())


def begin_count(workspace: Workspace, actor: Actor, area: str, contest: str) -> Way:
    """A new count by typing, or the actor's open one. Refused: an unknown area, a count that the actor has ended here.

    One person counts a box once: two counts by one person are not independent.
    """
    require_person(actor, PERMISSION, workspace.trial)
    _known(workspace, area, contest)
    with workspace.database.write() as db:
        for one in ways.every(db, area, contest):
            if one.account == actor.id and one.kind == "typed":
                if one.state == "open":
                    return one
                raise refuse("way-done", area, "you have counted this box already; another person types the next count")
        if accounts.get(db, actor.id) is None:
            accounts.put(db, actor)
        at = workspace.clock()
        new = Way(f"count-{ways.number(db) + 1}", area, contest, "typed", actor.id, "open", None, at)
        ways.add(db, new)
        ways.add_bundle(db, new.id, 1)
        log.append(db, AuditEvent(actor.id, "way_opened", new.id, {"area": area, "contest": contest}), at)
    return new


@dataclass(frozen=True, slots=True)
class Box:
    """The ballots of one contest in one area; ``mine``: the actor's own count; how many were begun and are ended."""

    area: str
    contest: str
    mine: Way | None
    begun: int
    ended: int


MOST_BOXES = 500


def boxes(workspace: Workspace, actor: Actor) -> tuple[Box, ...]:
    """The boxes of the election, the first 500: what others have typed is not told, only how many have."""
    if not actor.may("settle_counts"):
        require_person(actor, PERMISSION, workspace.trial)
    with workspace.database.read() as db:
        known = ways.every(db)
    found = []
    for area in workspace.election.areas:
        for contest in area.units:
            here = [w for w in known if (w.area, w.contest) == (area.id, contest)]
            mine = next((w for w in here if w.account == actor.id and w.kind == "typed"), None)
            found.append(Box(area.id, contest, mine, len(here), sum(w.state == "done" for w in here)))
    return tuple(found[:MOST_BOXES])


def _known(workspace: Workspace, area: str, contest: str) -> None:
    if not any(a.id == area and contest in a.units for a in workspace.election.areas):
        raise refuse("area-unknown", area, "the area '{value}' is not in the election; correct it", value=area)


def printed_names(workspace: Workspace, way: Way) -> tuple[str, ...]:
    """The candidates of the box in the order of the ballot, as people read them."""
    unit = workspace.election.ballot_form_id(way.area, way.contest)
    return tuple(c.full_name for c in workspace.election.candidates_of(unit))


def typed_count(workspace: Workspace, actor: Actor, key: str) -> TypedCount:
    """The actor's own count. Refused: another person's (``way-unknown``)."""
    with workspace.database.read() as db:
        return _count(db, workspace, _mine(db, workspace, actor, key))


def _mine(db: Connection, workspace: Workspace, actor: Actor, key: str) -> Way:
    require_person(actor, PERMISSION, workspace.trial)
    found = ways.get(db, key)
    if found is None or found.account != actor.id or found.kind != "typed":
        raise refuse("way-unknown", key, "you have no such count; go back to the list")
    return found


def _count(db: Connection, workspace: Workspace, way: Way) -> TypedCount:
    states = ways.bundles(db, way.id)
    last = max(states)
    here = last if way.state == "open" and states[last] == "open" else None
    return TypedCount(way, printed_names(workspace, way), ways.standing(db, way.id), here)


def type_ballot(workspace: Workspace, actor: Actor, key: str, bundle: int, place: int, typed: str) -> str:
    """Keep the next ballot of the open bundle; gives its one spelling.

    ``place`` is the one that the screen promised: the same ballot sent twice is kept once. Refused: what cannot be on
    this ballot (``typed-…``), a bundle that is full (``bundle-full``) or not the open one (``bundle-closed``), another
    place than the next (``place-taken``).
    """
    with workspace.database.write() as db:
        way = _open(db, workspace, actor, key)
        found = _count(db, workspace, way)
        where = _where(bundle, place)
        value = _spelled(workspace, way, typed, where)
        standing = found.bundles.get(bundle, ())
        if place <= len(standing) and standing[place - 1] == value:
            return value  # sent twice
        if found.here != bundle:
            raise refuse("bundle-closed", where, "bundle {bundle} is not the open one; reload the page", bundle=bundle)
        if len(standing) >= BUNDLE:
            raise refuse(
                "bundle-full",
                where,
                "bundle {bundle} has {most} ballots already, so this would be number {number}; count the bundle on "
                "the table again, correct it or end it",
                bundle=bundle,
                most=BUNDLE,
                number=len(standing) + 1,
            )
        if place != len(standing) + 1:
            raise refuse(
                "place-taken", where, "the next ballot is number {next}; reload the page", next=len(standing) + 1
            )
        ways.put(db, way.id, bundle, _rank(db, way.id, bundle, place), value)
    return value


def _rank(db: Connection, key: str, bundle: int, place: int) -> int:
    """The stored place of the ``place``-th ballot that stands in a bundle, or the one behind all."""
    last = {p: value for _, p, _, value in ways.versions(db, key, bundle)}
    standing = [p for p, value in sorted(last.items()) if value != GONE]
    return standing[place - 1] if place <= len(standing) else max(last, default=0) + 1


def _open(db: Connection, workspace: Workspace, actor: Actor, key: str) -> Way:
    way = _mine(db, workspace, actor, key)
    if way.state != "open":
        raise refuse("way-closed", key, "this count is ended; differences are settled by looking")
    return way


def _where(bundle: int, place: int) -> str:
    return f"{bundle}/{place}"


def _spelled(workspace: Workspace, way: Way, typed: str, where: str) -> str:
    return canonical(typed, len(printed_names(workspace, way)), workspace.count.rules.ballot, where)


def correct_ballot(workspace: Workspace, actor: Actor, key: str, bundle: int, place: int, typed: str) -> str:
    """Put another version of a ballot that stands, in any bundle of the actor's open count; ``-`` takes it out.

    The versions before stay in the entry log. Refused as :func:`type_ballot`, and a place where nothing stands
    (``place-empty``).
    """
    with workspace.database.write() as db:
        way = _open(db, workspace, actor, key)
        standing = ways.standing(db, way.id).get(bundle, ())
        where = _where(bundle, place)
        if not 1 <= place <= len(standing):
            raise refuse(
                "place-empty",
                where,
                "bundle {bundle} has {number} ballots, there is no number {wanted}; correct the number",
                bundle=bundle,
                number=len(standing),
                wanted=place,
            )
        value = GONE if typed.strip() == "-" else _spelled(workspace, way, typed, where)
        if value != standing[place - 1]:
            version = ways.put(db, way.id, bundle, _rank(db, way.id, bundle, place), value)
            detail = {"bundle": bundle, "place": place, "version": version}
            log.append(db, AuditEvent(actor.id, "ballot_retyped", way.id, detail), workspace.clock())
    return value


def insert_ballot(workspace: Workspace, actor: Actor, key: str, bundle: int, place: int, typed: str) -> str:
    """A ballot that was passed over goes in before the ``place``-th of its bundle; those behind it move up by one.

    Refused as :func:`correct_ballot`, and where the bundle is full (``bundle-full``).
    """
    with workspace.database.write() as db:
        way = _open(db, workspace, actor, key)
        standing = ways.standing(db, way.id).get(bundle, ())
        where = _where(bundle, place)
        value = _spelled(workspace, way, typed, where)
        if not 1 <= place <= len(standing):
            raise refuse("place-empty", where, "nothing stands there; type it as the next ballot")
        if len(standing) >= BUNDLE:
            raise refuse(
                "bundle-full",
                where,
                "bundle {bundle} has {most} ballots already, so this would be number {number}; count the bundle on "
                "the table again, correct it or end it",
                bundle=bundle,
                most=BUNDLE,
                number=len(standing) + 1,
            )
        moved = [value, *standing[place - 1 :]]
        for number, one in enumerate(moved, start=place):
            ways.put(db, way.id, bundle, _rank(db, way.id, bundle, number), one)
        detail = {"bundle": bundle, "place": place, "version": 1}
        log.append(db, AuditEvent(actor.id, "ballot_retyped", way.id, detail), workspace.clock())
    return value


def end_bundle(workspace: Workspace, actor: Actor, key: str, bundle: int) -> int:
    """The open bundle is done; gives the number of the next one, which is open now. Refused: an empty one."""
    with workspace.database.write() as db:
        way = _open(db, workspace, actor, key)
        found = _count(db, workspace, way)
        if found.here != bundle:
            raise refuse(
                "bundle-closed", str(bundle), "bundle {bundle} is not the open one; reload the page", bundle=bundle
            )
        number = len(found.bundles.get(bundle, ()))
        if not number:
            raise refuse("bundle-empty", str(bundle), "bundle {bundle} has no ballot yet; type one", bundle=bundle)
        ways.set_bundle(db, way.id, bundle, "done")
        ways.add_bundle(db, way.id, bundle + 1)
        detail = {"bundle": bundle, "ballots": number}
        log.append(db, AuditEvent(actor.id, "bundle_done", way.id, detail), workspace.clock())
    return bundle + 1


def end_count(workspace: Workspace, actor: Actor, key: str) -> int:
    """The whole box is typed; from now on the count is compared with others. Gives its number of ballots."""
    with workspace.database.write() as db:
        way = _open(db, workspace, actor, key)
        found = _count(db, workspace, way)
        if not found.ballots:
            raise refuse("way-empty", key, "nothing is typed yet; type the ballots, or void the count")
        if found.here is not None:
            ways.set_bundle(db, way.id, found.here, "done")
        ways.set_state(db, way.id, "done")
        log.append(db, AuditEvent(actor.id, "way_done", way.id, {"ballots": found.ballots}), workspace.clock())
    return found.ballots


def void_count(workspace: Workspace, actor: Actor, key: str, reason: str) -> None:
    """A count is taken out, with a reason; it stays in the tables and is compared with nothing."""
    require_person(actor, "settle_counts", workspace.trial)
    if not reason.strip():
        raise refuse("reason-missing", key, "a change needs a reason; write why")
    with workspace.database.write() as db:
        way = ways.get(db, key)
        if way is None or way.state == "void":
            raise refuse("way-unknown", key, "there is no such count; reload the list")
        ways.set_state(db, key, "void")
        log.append(db, AuditEvent(actor.id, "way_void", key, {"reason": reason.strip()}), workspace.clock())


def tally_sheet(workspace: Workspace, actor: Actor, area: str, contest: str, totals: Mapping[str, int]) -> Way:
    """The totals of a hand tally sheet: ``valid``, ``invalid`` and the votes of every candidate by id.

    Refused: an unknown candidate, a missing or negative number, votes above the valid ballots (R7).
    """
    require_person(actor, PERMISSION, workspace.trial)
    _known(workspace, area, contest)
    unit = workspace.election.ballot_form_id(area, contest)
    wanted = ("valid", "invalid", *(c.id for c in workspace.election.candidates_of(unit)))
    _check_totals(totals, wanted)
    with workspace.database.write() as db:
        if accounts.get(db, actor.id) is None:
            accounts.put(db, actor)
        at = workspace.clock()
        for old in ways.every(db, area, contest):
            if old.account == actor.id and old.kind == "tally":
                ways.set_state(db, old.id, "void")  # the same person writes the sheet down anew
        new = Way(f"tally-{ways.number(db) + 1}", area, contest, "tally", actor.id, "done", totals, at)
        ways.add(db, new)
        detail = {"area": area, "contest": contest, "kind": "tally"}
        log.append(db, AuditEvent(actor.id, "way_done", new.id, detail), at)
    return new


def _check_totals(totals: Mapping[str, int], wanted: Sequence[str]) -> None:
    for name in wanted:
        if totals.get(name, -1) < 0:
            raise refuse(
                "tally-missing", name, "the number of '{name}' is missing on the tally sheet; type it", name=name
            )
    for name in totals:
        if name not in wanted:
            raise refuse("candidate-unknown", name, "'{name}' is no candidate of this box; correct it", name=name)
        if name not in ("valid", "invalid") and totals[name] > totals["valid"]:
            raise refuse(
                "R7",
                name,
                "candidate {candidate} has {votes} votes but only {valid} are valid ballots; correct it",
                candidate=name,
                votes=totals[name],
                valid=totals["valid"],
            )


def entry_log(workspace: Workspace, actor: Actor, key: str) -> tuple[tuple[int, int, int, str], ...]:
    """(bundle, place, version, what was typed) of a whole count, in the order of the paper, for print and archive.

    For those who settle counts, and for the operator once the count is ended.
    """
    with workspace.database.read() as db:
        way = ways.get(db, key)
        if way is None:
            raise refuse("way-unknown", key, "there is no such count; reload the list")
        if not (actor.may("settle_counts") or actor.may("see_log")):
            _mine(db, workspace, actor, key)
        return ways.versions(db, key)
