"""An audit of the result of a unit: fixed, then the seed, then sheets drawn, looked at, and the risk that is left.

The order matters: the manifest and what every ballot counts as are fixed, with a digest in the log, before anybody
knows the seed; the seed comes from dice thrown in public; people look without seeing what the program counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isinf
from typing import Literal

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.audit.chain import AuditEvent
from pipeline.errors import refuse
from pipeline.rla import comparison, macro
from pipeline.rla.assertions import Assertion, value
from pipeline.rla.comparison import Discrepancies
from pipeline.rla.manifest import sheets_in
from pipeline.storage import log, result_audits
from pipeline.storage.result_audits import Kind, Seen, StoredAudit
from pipeline.tally.ballots import GROUNDS, InvalidVote, ValidVote, Vote, spell
from pipeline.tally.shares import person_of
from pipeline.usecases.audit_fixed import (
    MISSING,
    assertions_of,
    bound_of,
    check_figures,
    check_risk,
    check_seed,
    drawn,
    known,
    margin_of,
    official,
    open_fixed,
    piles_of,
    shares_of,
    sheets_of,
    weighed,
)
from pipeline.usecases.cast_records import some
from pipeline.usecases.workspace import Workspace

__all__ = ["Differing", "Evaluation", "Kind", "State", "StoredAudit", "draw", "evaluate", "open_audit", "pile_seen",
           "vote_seen"]  # fmt: skip

State = Literal["no_seed", "looking", "confirmed", "draw_more", "count_all"]


@dataclass(frozen=True, slots=True)
class Differing:
    """A place where people saw something else; ``over``: votes (of a pile: margins) by which the count was too good."""

    place: str
    counted: str
    seen: str
    over: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Where an audit stands.

    ``risk``: the largest chance that a wrong result would look at least as good as this sample does. ``needed``: draws
    in all that end the audit if no further difference comes (``None``: no number does). ``drawn`` are the draws, of
    which ``looked`` are looked at; a sheet that is drawn twice is looked at once and counts twice.
    """

    audit: StoredAudit
    state: State
    risk: float
    drawn: int
    looked: int
    needed: int | None
    discrepancies: Discrepancies
    differing: tuple[Differing, ...]
    sheets: int


def open_audit(workspace: Workspace, actor: Actor, contest: str, unit: str, kind: Kind, risk: float) -> StoredAudit:
    """Fix the result of a unit for an audit at the risk limit ``risk`` (0.05: at most 5 % of wrong results pass).

    Refused: an unknown unit (``unit-unknown``), one whose result is not official (``not-official``), nobody elected
    (``audit-nobody``), a tie (``audit-tie``), a limit that is no share (``share``).
    """
    require(actor, "check_result")
    check_risk(risk)
    areas, claims = official(workspace, actor, contest, unit)
    with workspace.database.write() as db:
        return open_fixed(db, workspace, actor, (contest, unit), (areas, claims), (kind, risk), None)


def draw(workspace: Workspace, actor: Actor, key: int, seed: str, more: int | None = None) -> StoredAudit:
    """Draw sheets: the first time with the public ``seed``, later ``more`` of them (``None``: as many as are needed).

    An audit that was opened together with others takes no other seed than theirs.
    Refused: a seed of fewer than 20 digits (``seed-short``), another seed than the one drawn (``seed-stands``), a
    result that has changed since (``audit-outdated``).
    """
    require(actor, "check_result")
    seed = "".join(seed.split())
    with workspace.database.read() as db:
        audit = known(db, key)
        others = result_audits.together(db, audit.together) if audit.together is not None else ()
    check_figures(workspace, actor, audit)
    theirs = next((one.seed for one in others if one.seed is not None), None)
    if theirs is not None and audit.seed is None:
        if seed and seed != theirs:
            raise refuse("seed-stands", str(key), "the seed {seed} is drawn already and stays", seed=theirs)
        seed = theirs
    check_seed(audit, seed)
    state = evaluate(workspace, actor, key) if audit.seed is not None else None
    with workspace.database.write() as db:
        wanted = audit.draws + more if more is not None else _enough(db, workspace, audit, state)
        result_audits.draw(db, key, audit.seed or seed, max(wanted, audit.draws))
        detail = {"seed": audit.seed or seed, "draws": max(wanted, audit.draws)}
        log.append(db, AuditEvent(actor.id, "result_audit_drawn", str(key), detail), workspace.clock())
        return known(db, key)


def _enough(db: Connection, workspace: Workspace, audit: StoredAudit, state: Evaluation | None) -> int:
    """Draws that end the audit if nothing differs from here on; never more than there are sheets or piles."""
    whole = sheets_in(audit.manifest) if audit.kind == "ballots" else len(audit.manifest)
    if state is not None:
        return min(state.needed or whole, whole)
    if audit.kind == "ballots":
        margin = margin_of(audit, shares_of(db, workspace, audit))
        return min(comparison.draws_needed(audit.risk, Discrepancies(), margin), whole)
    needed = macro.draws_needed(audit.risk, bound_of(assertions_of(audit), dict(piles_of(db, workspace, audit))))
    return min(int(needed), whole)


def evaluate(workspace: Workspace, actor: Actor, key: int) -> Evaluation:
    """Where the audit stands. Refused where the result has changed since it was opened (``audit-outdated``)."""
    require(actor, "check_result")
    with workspace.database.read() as db:
        audit = known(db, key)
    check_figures(workspace, actor, audit)
    with workspace.database.read() as db:
        order = drawn(db, workspace, audit)
        seen = result_audits.seen_of(db, key)
        if audit.kind == "ballots":
            return _of_ballots(db, workspace, audit, order, seen)
        return _of_piles(db, workspace, audit, order, seen)


def _of_ballots(
    db: Connection, workspace: Workspace, audit: StoredAudit, order: Sequence[str], seen: dict[str, Seen]
) -> Evaluation:
    of, looked = assertions_of(audit), [p for p in order if p in seen]
    where = sheets_of(db, sorted(set(looked)))
    votes = {b.id: b.vote for b in some(db, workspace.count, [s.ballot for s in where.values()])}
    shares = shares_of(db, workspace, audit)

    def by_person(place: str, vote: Vote | None) -> Vote | None:
        """The same people stand in all classes of ballots by shares."""
        size = shares.get(place.rpartition("/")[0], 0)
        if not size or not isinstance(vote, ValidVote):
            return vote
        return ValidVote(frozenset(person_of(c, size) for c in vote.names))

    over: dict[str, int] = {}
    differing = []
    for place in sorted(set(looked)):
        counted = votes.get(where[place].ballot) if place in where else None
        told = seen[place].document["value"]
        true, said = by_person(place, vote_seen(told)), by_person(place, counted)
        over[place] = comparison.WORST if said is None else comparison.overstatement(of, said, true)
        if (spell(counted) if counted is not None else "") != told:
            differing.append(Differing(place, spell(counted) if counted is not None else "", told, over[place]))
    found = comparison.discrepancies(over[p] for p in looked)
    margin = margin_of(audit, shares)
    risk = comparison.p_value(len(looked), found, margin)
    needed = comparison.draws_needed(audit.risk, found, margin)
    whole = sheets_in(audit.manifest)
    state = _state(audit, len(order), len(looked), risk, hopeless=needed > whole and len(looked) >= len(order))
    if len(set(looked)) == whole and state == "count_all":
        # Every sheet was looked at, so that is the hand count, and no risk is left to speak of.
        sheets = [
            (
                shares.get(p.rpartition("/")[0], 1),
                by_person(p, votes.get(where[p].ballot)),
                by_person(p, vote_seen(seen[p].document["value"])),
            )
            for p in where
        ]
        left = [_left(a, sheets) for a in of]
        if len(where) == whole and all(margin > 0 for margin in left):
            state, risk = "confirmed", 0.0
    return Evaluation(audit, state, risk, len(order), len(looked), needed, found, tuple(differing), whole)


def _left(of: Assertion, sheets: Sequence[tuple[int, Vote | None, Vote | None]]) -> int:
    """The margin that is left after every sheet (weight, counted, seen) was looked at; nothing where one is missing."""
    if any(counted is None or seen is None for _, counted, seen in sheets):
        return 0
    return of.margin - sum(w * (value(of, c) - value(of, s)) for w, c, s in sheets if c is not None and s is not None)


def _of_piles(
    db: Connection, workspace: Workspace, audit: StoredAudit, order: Sequence[str], seen: dict[str, Seen]
) -> Evaluation:
    of, looked = assertions_of(audit), [p for p in order if p in seen]
    piles, shares = dict(piles_of(db, workspace, audit)), shares_of(db, workspace, audit)
    bound = bound_of(of, piles)
    taints: dict[str, float] = {}
    differing = []
    for place in sorted(set(looked)):
        document = seen[place].document
        counted, told = piles[place], pile_seen(document)
        told = told if told is None else weighed(told, shares.get(place, 0))
        taints[place] = macro.taint(of, counted, told)
        if told is None or (told.valid, told.votes) != (counted.valid, _all(counted.votes, told.votes)):
            over = 1.0 if told is None else float(macro.overstatement(of, counted, told))
            differing.append(Differing(place, _spelled(counted), _spelled(told), over))
    each = [taints[p] for p in looked]
    risk = macro.p_value(bound, each) if looked else 1.0
    needed = macro.draws_needed(audit.risk, bound, each)
    hopeless = isinf(needed) and len(looked) >= len(order)
    state = _state(audit, len(order), len(looked), risk, hopeless=hopeless)
    number = None if isinf(needed) else int(needed)
    return Evaluation(
        audit, state, risk, len(order), len(looked), number, Discrepancies(), tuple(differing), len(piles)
    )


def _all(votes: dict[str, int] | object, told: object) -> dict[str, int]:
    """The votes counted, with the names that people wrote down."""
    assert isinstance(votes, dict)
    assert isinstance(told, dict)
    return {name: votes.get(name, 0) for name in {*votes, *told}}


def _spelled(pile: macro.Pile | None) -> str:
    if pile is None:
        return MISSING
    return f"{pile.valid}: " + ", ".join(f"{c} {n}" for c, n in sorted(pile.votes.items()))


def _state(audit: StoredAudit, order: int, looked: int, risk: float, *, hopeless: bool) -> State:
    if audit.seed is None:
        return "no_seed"
    if looked < order:
        return "looking"
    if risk <= audit.risk:
        return "confirmed"
    return "count_all" if hopeless else "draw_more"


def vote_seen(value: str) -> Vote | None:
    """What people saw as a vote; ``None`` where the sheet was not there. Checked when it was written down."""
    kind, _, rest = value.partition(":")
    if kind == "valid":
        return ValidVote(frozenset(n for n in rest.split(",") if n))
    ground = next((g for g in GROUNDS if kind == "invalid" and g == rest), None)
    return InvalidVote(ground) if ground is not None else None


def pile_seen(document: dict[str, object]) -> macro.Pile | None:
    """What people counted in a pile; ``None`` where it was not there."""
    if document.get("value") == MISSING:
        return None
    votes = document["votes"]
    assert isinstance(votes, dict)
    return macro.Pile(int(str(document["ballots"])), int(str(document["valid"])), votes)
