"""Decisions about a unit's result: a tie settled, an area or unit annulled, a later round ordered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.audit.chain import AuditEvent
from pipeline.election.codec import digest
from pipeline.election.definition import Candidate, Election, Round, Unit
from pipeline.election.rules import rules_of
from pipeline.errors import refuse
from pipeline.storage import levels, log, rulings
from pipeline.tally.rounds import (
    Decision,
    FollowUp,
    HeldRound,
    Kind,
    NextRound,
    Ruling,
    extra_election,
    follow_up,
    re_vote,
    re_vote_of_area,
    round_not_due,
    settled_tie,
)
from pipeline.usecases.handing_up import EXTRA_ROUND
from pipeline.usecases.standing import standing
from pipeline.usecases.totals import UnitTotals
from pipeline.usecases.workspace import Workspace

LONGEST = 300


@dataclass(frozen=True, slots=True)
class UnitRound:
    """A unit as it stands in this round, and what follows from it (``None`` while it is not complete)."""

    unit: Unit
    totals: UnitTotals
    held: HeldRound | None
    follows: FollowUp | None


def rounds(workspace: Workspace, actor: Actor) -> tuple[UnitRound, ...]:
    """Every unit with seats, in the order of the definition."""
    require(actor, "see_totals")
    election = workspace.election
    found = {u.unit: u for c in election.contests for u in standing(workspace, actor, c.id).units}
    return tuple(round_of(election, unit, found[unit.id]) for unit in election.units if unit.id in found)


def round_of(election: Election, unit: Unit, totals: UnitTotals) -> UnitRound:
    """A unit in the round that ``election`` defines, with what follows from its result."""
    if totals.outcome is None:
        return UnitRound(unit, totals, None, None)
    annulled = [r.decision for r in totals.rulings if r.kind == "annul_unit"]
    kind: Kind = "first"
    if election.round is not None:
        kind = "extra" if election.round.kind == "extra" else "re_vote"
    held = HeldRound(
        kind=kind,
        day=election.round.first_day if election.round is not None else election.day,
        seats=unit.seats,
        candidates=tuple(c.id for c in election.candidates_of(unit.id)),
        outcome=totals.outcome,
        annulled=annulled[-1] if annulled else None,
    )
    follows = follow_up(held, rules_of(election).shortage, _assembly(election, unit))
    if follows == "extra_election_asked" and any(r.kind == "no_extra" for r in totals.rulings):
        follows = "seats_stay_empty"
    return UnitRound(unit, totals, held, follows)


def _assembly(election: Election, unit: Unit) -> bool:
    return election.contest(unit.contest).level == "assembly"


def _one(workspace: Workspace, actor: Actor, unit_id: str) -> UnitRound:
    for one in rounds(workspace, actor):
        if one.unit.id == unit_id:
            return one
    raise refuse("unit-unknown", unit_id, "there is no unit '{value}' with seats; correct it", value=unit_id)


def _complete(one: UnitRound) -> HeldRound:
    if one.held is None:
        raise refuse(
            "unit-not-complete", one.unit.id, "the result of this unit is not complete; finish its count first"
        )
    return one.held


def settle_tie(workspace: Workspace, actor: Actor, unit: str, chosen: Sequence[str], decision: Decision) -> None:
    """Write down who of those tied for the last seats is elected, and by whose decision.

    Refused: a unit that is not complete, a choice that does not fill exactly the open seats with people who are tied, a
    decision without number or authority.
    """
    require(actor, "rule")
    one = _one(workspace, actor, unit)
    settled_tie(unit, _complete(one).outcome, chosen)
    _keep(workspace, actor, Ruling("tie", one.unit.contest, unit, "", tuple(chosen), decision))


def annul(workspace: Workspace, actor: Actor, unit: str, area: str, decision: Decision, reason: str) -> None:
    """Write down that the result of an area, or of the whole unit (``area`` empty), is annulled (Art. 81.1).

    Refused: an area outside of the unit, without a reason, what is annulled already.
    """
    require(actor, "rule")
    one = _one(workspace, actor, unit)
    areas = {a.id for a in workspace.election.areas if a.units.get(one.unit.contest) == unit}
    if area and area not in areas:
        raise refuse("area-unknown", area, "the area '{value}' does not vote in this unit; correct it", value=area)
    if not reason.strip():
        raise refuse("reason-missing", unit, "a change needs a reason; write why")
    refuse_annulled(one.totals.rulings, unit, area)
    kind: Literal["annul_area", "annul_unit"] = "annul_area" if area else "annul_unit"
    _keep(workspace, actor, Ruling(kind, one.unit.contest, unit, area, (), decision, reason.strip()[:LONGEST]))


def refuse_annulled(decided: Sequence[Ruling], unit: str, area: str) -> None:
    """Refused (``annulled-already``) where this area, or the whole unit (``area`` empty), is annulled already."""
    if any(r.kind in ("annul_area", "annul_unit") and r.area == area and r.unit == unit for r in decided):
        raise refuse("annulled-already", area or unit, "this is annulled already")


def no_extra_election(workspace: Workspace, actor: Actor, unit: str, decision: Decision, reason: str) -> None:
    """Write down that the National Election Council holds no extra election in an Assembly unit (Art. 79.1).

    Refused: a unit that is not complete, where nothing asks for an extra election (``round-not-due``), no reason.
    """
    require(actor, "rule")
    one = _one(workspace, actor, unit)
    _complete(one)
    if one.follows != "extra_election_asked":
        raise round_not_due(unit, "extra", one.follows or "nothing")
    if not reason.strip():
        raise refuse("reason-missing", unit, "a change needs a reason; write why")
    _keep(workspace, actor, Ruling("no_extra", one.unit.contest, unit, "", (), decision, reason.strip()[:LONGEST]))


def _keep(workspace: Workspace, actor: Actor, new: Ruling) -> None:
    with workspace.database.write() as db:
        keep_ruling(db, workspace, actor, new)


def keep_ruling(db: Connection, workspace: Workspace, actor: Actor, new: Ruling, approver: Actor | None = None) -> None:
    """Save a decision with its line in the log.

    Refused without number or authority (``decision-missing``), and before the election day (``decision-day``).
    """
    decision = new.decision
    if not decision.number.strip() or not decision.authority.strip():
        raise refuse("decision-missing", new.unit, "write number, day and authority of the decision")
    if decision.day < workspace.election.day:
        raise refuse(
            "decision-day",
            new.unit,
            "{day} is before the election day; correct the day of the decision",
            day=f"{decision.day:%d/%m/%Y}",
        )
    at = workspace.clock()
    version = rulings.add(db, new, author=actor.id, at=at)
    detail = {
        "kind": new.kind,
        "area": new.area,
        "chosen": list(new.chosen),
        "number": decision.number,
        "day": decision.day.isoformat(),
        "authority": decision.authority,
        "why": new.reason,
        "version": version,
    }
    if approver is not None:
        detail["approver"] = approver.id
    log.append(db, AuditEvent(actor.id, "ruling", f"{new.contest}/{new.unit}", detail), at)


def order_round(
    workspace: Workspace,
    actor: Actor,
    kind: str,
    units: Sequence[str],
    day: date,
    decision: Decision,
    areas: Sequence[str] = (),
) -> Election:
    """The definition of a later round in ``units``, which is counted in a workspace of its own.

    An extra election has the empty seats and those not elected, a re-vote the first list (Art. 79, 80, 81); every area
    of the units votes, or of an annulled one the ``areas`` that are named (re-vote only, Art. 81). It names this
    definition by its digest. Refused where nothing calls for it, or not by this day.
    """
    require(actor, "rule")
    election = workspace.election
    if areas:
        return _order_areas(workspace, actor, kind, units, areas, (day, decision))
    shortage = rules_of(election).shortage
    coming: dict[str, NextRound] = {}
    for key in dict.fromkeys(units):
        one = _one(workspace, actor, key)
        if kind == "extra" and any(r.kind == "no_extra" for r in one.totals.rulings):
            raise round_not_due(key, kind, "seats_stay_empty")
        if kind == "extra" and _came_in(workspace, one.unit):
            raise round_not_due(key, kind, "seats_stay_empty")  # Art. 79.3: an extra election is held once
        order = extra_election if kind == "extra" else re_vote
        coming[key] = order(key, _complete(one), day, decision, shortage, _assembly(election, one.unit))
    if not coming:
        raise refuse("unit-unknown", "units", "name at least one unit in which the round is held")
    later = later_definition(election, coming, decision, day)
    for key, one_round in coming.items():
        unit = election.unit(key)
        _keep(workspace, actor, Ruling(one_round.kind, unit.contest, key, "", one_round.candidates, decision))
    return later


def _came_in(workspace: Workspace, unit: Unit) -> bool:
    """Whether results of an extra election of the unit are here."""
    areas = [a.id for a in workspace.election.areas if a.units.get(unit.contest) == unit.id]
    with workspace.database.read() as db:
        return bool(levels.latest(db, unit.contest, EXTRA_ROUND, areas))


def _order_areas(
    workspace: Workspace,
    actor: Actor,
    kind: str,
    units: Sequence[str],
    areas: Sequence[str],
    when: tuple[date, Decision],
) -> Election:
    """The definition of a re-vote in annulled areas alone."""
    day, decision = when
    election = workspace.election
    if kind != "re_vote":
        raise refuse("round-kind", kind, "only a re-vote is held in single areas; leave the areas out")
    coming: dict[str, NextRound] = {}
    ordered: list[Ruling] = []
    for area in dict.fromkeys(areas):
        held = next((a.units for a in election.areas if a.id == area), {})
        fits = [u for u in units if u in held.values()]
        if len(fits) != 1:
            raise refuse("area-unknown", area, "the area '{value}' does not vote in this unit; correct it", value=area)
        one = _one(workspace, actor, fits[0])
        whole = one.unit.seats, tuple(c.id for c in election.candidates_of(one.unit.id))
        coming[fits[0]] = re_vote_of_area(area, one.totals.rulings, election.day, day, decision, whole)
        ordered.append(Ruling("re_vote", one.unit.contest, fits[0], area, whole[1], decision))
    later = later_definition(election, coming, decision, day, frozenset(areas))
    with workspace.database.write() as db:
        for ruling in ordered:
            keep_ruling(db, workspace, actor, ruling)
    return later


_TITLES = {"extra": "bầu cử thêm", "re_vote": "bầu cử lại"}


def later_definition(
    election: Election,
    coming: Mapping[str, NextRound],
    decision: Decision,
    day: date,
    alone: frozenset[str] = frozenset(),
) -> Election:
    """The definition of a later round in some units, by what each of them fills.

    ``alone``: the areas that vote by themselves; all of the units where none is named.
    """
    kind = next(iter(coming.values())).kind
    contests = {election.unit(key).contest for key in coming}
    above = {u.id: u for u in election.units}
    kept = set(coming)
    for key in coming:
        node = above[key]
        while node.parent is not None:
            kept.add(node.parent)
            node = above[node.parent]
    voting = [a for a in election.areas if not alone or a.id in alone]
    areas = [replace(a, units={c: u for c, u in a.units.items() if u in coming}) for a in voting]
    tail = "them" if kind == "extra" else "lai-kv" if alone else "lai"
    return replace(
        election,
        id=f"{election.id[:50]}-{tail}",
        title=f"{election.title} ({_TITLES[kind]})",
        day=day,
        contests=tuple(c for c in election.contests if c.id in contests),
        units=tuple(
            replace(u, seats=coming[u.id].seats) if u.id in coming else u for u in election.units if u.id in kept
        ),
        areas=tuple(a for a in areas if a.units),
        candidates=tuple(c for key, one in coming.items() for c in _listed(election, key, one)),
        round=Round(
            "re_vote_area" if alone else kind,
            digest(election),
            election.day,
            decision.number,
            decision.day,
            decision.authority,
        ),
    )


def _listed(election: Election, unit: str, coming: NextRound) -> list[Candidate]:
    """Those who stand, numbered anew in the order of the first list."""
    standing_ = [c for c in election.candidates_of(unit) if c.id in coming.candidates]
    return [replace(c, order=n) for n, c in enumerate(standing_, start=1)]
