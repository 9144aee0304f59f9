"""What a committee does at a level: lock it, note its signed minutes, open it again, correct or annul an area."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.audit.chain import AuditEvent
from pipeline.errors import Problem, Refusal, refuse
from pipeline.messages import Message, message
from pipeline.storage import batches, figures, locks, log, rulings
from pipeline.storage import levels as stored
from pipeline.storage.levels import Entry
from pipeline.storage.locks import Act, Lock
from pipeline.tally.ballots import GROUNDS
from pipeline.tally.levels import COUNTED, GROUND, LEAVING, PAPER, VOTES, AreaState, Figures, Levels, Node
from pipeline.tally.rounds import Decision, Ruling
from pipeline.usecases.area_rules import Given, across_contests, against, conventions_of, with_true_rules
from pipeline.usecases.counted_levels import annulled, settle
from pipeline.usecases.handing_up import FIRST_ROUND, NewFigures, check, hand_up, level_name, levels_of
from pipeline.usecases.inventory import OTHER_ISSUED, other_issued, rows_of
from pipeline.usecases.results_file import MOST
from pipeline.usecases.rulings import keep_ruling, refuse_annulled
from pipeline.usecases.workspace import Workspace

LONGEST = 500
DONE: tuple[AreaState, ...] = ("complete", "signed", "corrected", "annulled")


@dataclass(frozen=True, slots=True)
class Minutes:
    """Number, day and signers of minutes on paper."""

    number: str
    day: date
    signers: str


def lock_level(
    workspace: Workspace, actor: Actor, contest: str, node: Node, reason: str = "", minutes: Minutes | None = None
) -> Lock:
    """Lock a level: from now on no figure below it changes without an opening; with ``minutes`` it is signed, too.

    Refused: R14 (``r14``), a level that is locked (``level-locked``), areas that are not complete: without a reason
    (``level-incomplete``), and in any case where minutes are signed.
    """
    require(actor, "receive")
    levels = levels_of(workspace.election)
    _known(levels, contest, node)
    name = level_name(levels, node)
    if minutes is not None:
        _minutes(workspace, name, minutes)
    settle(workspace)
    with workspace.database.write() as db:
        check(db, levels, contest, FIRST_ROUND, [node])
        last = locks.latest(db, contest, FIRST_ROUND, [node]).get(node)
        if last is not None and last.closed and (minutes is None or last.act == "signed"):
            raise refuse("level-locked", name, "this level is locked already; reload the page")
        total = stored.sums(db, contest, FIRST_ROUND, [node]).get(node)
        found = dict(total.figures) if total else {}
        missing = levels.expected(contest, node) - sum(found.get(f"state:{s}", 0) for s in DONE)
        if missing and (minutes is not None or not reason.strip()):
            raise refuse(
                "level-incomplete", name,
                "{missing} of {areas} areas are not complete; wait for them, or lock the level with a reason "
                "(minutes are signed only when all are)",
                missing=missing, areas=levels.expected(contest, node),
            )  # fmt: skip
        return _note(db, workspace, actor, "signed" if minutes else "locked", (contest, node), found, reason, minutes)


def open_level(workspace: Workspace, actor: Actor, approver: Actor, contest: str, node: Node, reason: str) -> Lock:
    """Open a locked level, so that an area below it can be corrected; what was locked stays readable.

    Refused without a reason, without somebody else's approval, and where the level is not locked (``level-open``).
    """
    require(actor, "receive")
    levels = levels_of(workspace.election)
    _known(levels, contest, node)
    name = level_name(levels, node)
    _approved(actor, approver, reason, name)
    with workspace.database.write() as db:
        last = locks.latest(db, contest, FIRST_ROUND, [node]).get(node)
        if last is None or not last.closed:
            raise refuse("level-open", name, "this level is not locked; reload the page")
        total = stored.sums(db, contest, FIRST_ROUND, [node]).get(node)
        found = total.figures if total else {}
        return _note(db, workspace, actor, "opened", (contest, node), found, reason, None, approver)


def _note(
    db: Connection,
    workspace: Workspace,
    actor: Actor,
    act: Act,
    level: tuple[str, Node],
    found: Figures,
    reason: str,
    minutes: Minutes | None,
    approver: Actor | None = None,
) -> Lock:
    contest, node = level
    at = workspace.clock()
    last = locks.latest(db, contest, FIRST_ROUND, [node]).get(node)
    new = Lock(
        contest, FIRST_ROUND, node, last.version + 1 if last else 1, act, found,
        minutes.number.strip() if minutes else "", minutes.day.isoformat() if minutes else "",
        minutes.signers.strip() if minutes else "", reason.strip()[:LONGEST], actor.id,
        approver.id if approver else None, at,
    )  # fmt: skip
    locks.add(db, new)
    detail: dict[str, Any] = {"version": new.version, "why": new.reason, "number": new.number, "day": new.day}
    if approver is not None:
        detail["approver"] = approver.id
    log.append(db, AuditEvent(actor.id, f"level_{act}", f"{contest}/{node.tree}/{node.id}", detail), at)
    return new


def correct_area(
    workspace: Workspace,
    actor: Actor,
    approver: Actor,
    contest: str,
    area: str,
    changed: Mapping[str, int],
    reason: str,
    incidents: str = "",
) -> Entry:
    """Change figures of an area by a recorded decision; every level above moves in the same transaction.

    ``changed``: figure -> its right number. Refused: no figures yet (``area-missing``), an unknown figure or candidate,
    figures that break a rule (``R…``; a world rule needs ``incidents``), a locked level above (``level-locked``).
    """
    require(actor, "receive")
    levels = levels_of(workspace.election)
    _area_known(levels, contest, area)
    _approved(actor, approver, reason, area)
    settle(workspace)
    with workspace.database.write() as db:
        last = _standing(db, contest, area)
        told = incidents.strip()[:LONGEST] or str(last.detail.get("incidents", ""))
        figures_now = {**last.figures, **_only_known(levels, contest, area, changed)}
        if all(last.figures.get(n, 0) == figures_now[n] for n in figures_now):
            raise refuse("nothing-to-correct", area, "these are the figures that stand already; write the right ones")
        detail = {**last.detail, "incidents": told} if told else dict(last.detail)
        given = Given(f"{area}/{contest}", contest, area, figures_now, detail, reason)
        broken, true = against(conventions_of(workspace.election), levels, given)
        broken += [*across_contests(db, workspace.election, levels, [given])]
        if other_issued(rows_of(db, area), contest, figures_now.get("issued", 0)):
            broken.append(Problem("R19", given.place, OTHER_ISSUED))
        if broken:
            raise Refusal(broken)
        state: AreaState = "complete" if last.state in ("voters", "provisional", "complete") else "corrected"
        new = NewFigures(
            contest, area, state, "correction", figures_now, actor.id,
            with_true_rules(detail, true), reason.strip()[:LONGEST], approver.id,
        )  # fmt: skip
        return _kept(db, workspace, levels, new, "area_corrected", {"figures": dict(changed)})


def annul_area(
    workspace: Workspace, actor: Actor, approver: Actor, contest: str, area: str, decision: Decision, reason: str
) -> Entry:
    """Leave an area out of every sum by the decision of the National Election Council (Art. 81); its figures stay.

    The decision is a ruling as :func:`pipeline.usecases.rulings.annul` writes it. Refused without its number and
    authority, a reason and an approval, where the area is annulled already, and under a locked level.
    """
    require(actor, "receive")
    levels = levels_of(workspace.election)
    _area_known(levels, contest, area)
    _approved(actor, approver, reason, area)
    unit = levels.areas[area].units[contest]
    ruling = Ruling("annul_area", contest, unit, area, (), decision, reason.strip()[:LONGEST])
    settle(workspace)
    with workspace.database.write() as db:
        last = _standing(db, contest, area)
        refuse_annulled(rulings.every(db, contest), unit, area)
        keep_ruling(db, workspace, actor, ruling, approver)
        (entry,) = hand_up(db, levels, [annulled(last, ruling, actor, approver)], workspace.clock())
        return entry


def update_voters(
    workspace: Workspace, actor: Actor, contest: str, voters: Mapping[str, int], reason: str
) -> tuple[Entry, ...]:
    """Voter totals of areas, also after the lock of the levels above: the lock stays and shows what came since.

    ``voters``: area -> number of voters on the list. Refused: an area that is counted here (its figures are entered on
    their own screen), one whose minutes are signed (``area-signed``), fewer voters than voted (``R1``), no reason where
    a total stands already.
    """
    require(actor, "receive")
    levels = levels_of(workspace.election)
    problems: list[Problem] = []
    with workspace.database.write() as db:
        for area in voters:
            _area_known(levels, contest, area)
        before = stored.latest(db, contest, FIRST_ROUND, list(voters))
        new = []
        for area, number in voters.items():
            last = before.get(area)
            why = _why_not(db, contest, area, last, number, reason)
            if why is not None:
                problems.append(Problem(why[0], f"{area}/{contest}", why[1]))
                continue
            state: AreaState = last.state if last else "voters"
            now = {**(last.figures if last else {}), "voters": number}
            detail = last.detail if last else {}
            new.append(NewFigures(contest, area, state, "voters", now, actor.id, detail, reason.strip()[:LONGEST]))
        given = [Given(f"{n.area}/{contest}", contest, n.area, n.figures, n.detail, reason) for n in new]
        problems += across_contests(db, workspace.election, levels, given)
        if problems:
            raise Refusal(problems)
        at = workspace.clock()
        kept = hand_up(db, levels, new, at)
        for entry in kept:
            detail = {"voters": entry.figures.get("voters", 0), "why": entry.reason}
            log.append(db, AuditEvent(actor.id, "voters_updated", f"{entry.area}/{contest}", detail), at)
        return kept


def _why_not(
    db: Connection, contest: str, area: str, last: Entry | None, number: int, reason: str
) -> tuple[str, Message] | None:
    if counted_here(db, contest, area):
        return "area-counted-here", message("this area is counted here; enter its voters with its other figures")
    if last is None:
        return None
    if last.state in ("signed", "corrected", "annulled"):
        return "area-signed", message("the minutes of this area are signed; correct it with reason and approval")
    if number < last.figures.get("voted", 0):
        return "R1", message(
            "{voted} voted but only {voters} voters are listed; correct the mistyped figure",
            voted=last.figures["voted"], voters=number,
        )  # fmt: skip
    if not reason.strip():
        return "reason-missing", message("a change needs a reason; write why")
    return None


def counted_here(db: Connection, contest: str, area: str) -> bool:
    """Whether this workspace has ballots or figures of its own of an area, so that nobody else's may replace them."""
    return bool(batches.every(db, area=area, contest=contest)) or figures.latest(db, area, contest) is not None


def _kept(
    db: Connection, workspace: Workspace, levels: Levels, new: NewFigures, act: str, detail: Mapping[str, Any]
) -> Entry:
    at = workspace.clock()
    (entry,) = hand_up(db, levels, [new], at)
    noted = {**detail, "version": entry.version, "why": entry.reason, "approver": entry.approver}
    log.append(db, AuditEvent(new.author, act, f"{new.area}/{new.contest}", noted), at)
    return entry


def _standing(db: Connection, contest: str, area: str) -> Entry:
    last = stored.latest(db, contest, FIRST_ROUND, [area]).get(area)
    if last is None:
        raise refuse("area-missing", area, "no figures of this area have come in; there is nothing to change")
    return last


def _only_known(levels: Levels, contest: str, area: str, changed: Mapping[str, int]) -> dict[str, int]:
    names = known_figures(levels, contest, area) | {VOTES + c for c in levels.candidates(contest, area)}
    for name, number in changed.items():
        if name not in names:
            raise refuse("figure-unknown", f"{area}/{contest}", "'{name}' is no figure of this area", name=name)
        if not 0 <= number <= MOST:
            raise refuse(
                "figure-negative", f"{area}/{contest}", "'{name}' cannot be {number}", name=name, number=number
            )
    return dict(changed)


def known_figures(levels: Levels, contest: str, area: str) -> frozenset[str]:
    """The names of the figures that an area can have, votes apart."""
    known = _known_figures(levels.units[levels.areas[area].units[contest]].seats)
    return known | levels.against_on(contest, area)


@cache
def _known_figures(seats: int) -> frozenset[str]:
    leaving = (f"{LEAVING}{k}" for k in range(seats + 1))
    return frozenset((*PAPER, *COUNTED, *(GROUND + g for g in GROUNDS), *leaving))


def _known(levels: Levels, contest: str, node: Node) -> None:
    if not levels.expected(contest, node):
        raise refuse("level-unknown", node.id, "the contest '{contest}' is not held in this level", contest=contest)


def _area_known(levels: Levels, contest: str, area: str) -> None:
    if area not in levels.areas or contest not in levels.areas[area].units:
        raise refuse("area-unknown", area, "the contest '{contest}' is not held in this area", contest=contest)


def _approved(actor: Actor, approver: Actor, reason: str, place: str) -> None:
    if not reason.strip():
        raise refuse("reason-missing", place, "a change needs a reason; write why")
    if approver.id == actor.id:
        raise refuse("own-approval", place, "nobody approves their own change; ask somebody else")
    require(approver, "approve")


def _minutes(workspace: Workspace, place: str, minutes: Minutes) -> None:
    if not minutes.number.strip() or not minutes.signers.strip():
        raise refuse("signed-incomplete", place, "write the number of the minutes and who signed them")
    first, last = workspace.election.day, workspace.clock().astimezone().date()
    if not first <= minutes.day <= max(first, last):
        raise refuse(
            "signed-day", place, "{day} is not between the election day and today; correct the day of the signature",
            day=f"{minutes.day:%d/%m/%Y}",
        )  # fmt: skip
