"""An audit of the result of a unit: fixed, then the seed, then sheets drawn, looked at, and the risk that is left.

The order matters: the manifest and what every ballot counts as are fixed, with a digest in the log, before anybody
knows the seed; the seed comes from dice thrown in public; people look without seeing what the program counted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from math import isinf
from typing import Literal

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.audit.chain import AuditEvent
from pipeline.election.rules import rules_of
from pipeline.errors import refuse
from pipeline.rla import comparison, macro
from pipeline.rla.assertions import Assertion, Base, assertions, value
from pipeline.rla.comparison import Discrepancies
from pipeline.rla.manifest import places, sheets_in
from pipeline.rla.sampler import draws, weighted
from pipeline.storage import batches, log, result_audits
from pipeline.storage.batches import Batch
from pipeline.storage.result_audits import Kind, Seen, Sheet, StoredAudit
from pipeline.tally.ballots import GROUNDS, InvalidVote, ValidVote, Vote, spell
from pipeline.tally.totals import AreaResult
from pipeline.usecases.cast_records import of_batch, some
from pipeline.usecases.standing import AreaStanding, Standing, standing
from pipeline.usecases.totals import batch_result
from pipeline.usecases.workspace import Workspace

__all__ = [
    "MISSING",
    "Differing",
    "Evaluation",
    "Kind",
    "State",
    "StoredAudit",
    "draw",
    "drawn",
    "evaluate",
    "open_audit",
    "pile_seen",
    "sheets_of",
    "still_as_fixed",
    "vote_seen",
]

MISSING = "missing"
"""What is written of a sheet that is not in the pile: the worst that could be on it is assumed."""
SHORTEST_SEED = 20
"""Digits of a public seed: twenty ten-sided dice, as the audits of Colorado throw them."""
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


def check_risk(risk: float) -> None:
    """Refused (``share``) where it is no risk limit."""
    if not 0 < risk < 1:
        raise refuse("share", str(risk), "is no share; write a number between 0 and 1, as 0.0001")


def official(
    workspace: Workspace, actor: Actor, contest: str, unit: str
) -> tuple[list[AreaStanding], tuple[Assertion, ...]]:
    """The areas of a unit and what makes its elected the elected; refused where that is not official or narrow."""
    found = standing(workspace, actor, contest)
    one = next((u for u in found.units if u.unit == unit), None)
    if one is None:
        raise refuse("unit-unknown", unit, "the unit '{value}' is not in this contest; correct it", value=unit)
    areas = _areas(found, unit, one.left_out)
    if one.outcome is None or not all(a.official for a in areas):
        raise refuse("not-official", unit, "the result of this unit is not official yet; close and settle its areas")
    return areas, _claims(workspace, one.result, areas, unit, one.outcome.elected)


def open_fixed(
    db: Connection,
    workspace: Workspace,
    actor: Actor,
    of: tuple[str, str],
    fixed: tuple[list[AreaStanding], tuple[Assertion, ...]],
    how: tuple[Kind, float],
    together: int | None,
) -> StoredAudit:
    """Save an audit with its digest and its line in the log; ``together``: the first of those of one seed."""
    (contest, unit), (areas, claims), (kind, risk) = of, fixed, how
    digest, manifest = _fixed(db, workspace, [b for a in areas for b in a.batches])
    new = StoredAudit(
        id=result_audits.following(db),
        contest=contest,
        unit=unit,
        kind=kind,
        risk=risk,
        digest=digest,
        figures=_figures(areas),
        assertions=[asdict(a) for a in claims],
        manifest=manifest,
        seed=None,
        draws=0,
        author=actor.id,
        at=workspace.clock(),
        together=together,
    )
    result_audits.add(db, new)
    detail = {"unit": unit, "contest": contest, "kind": kind, "risk": risk, "digest": digest}
    if together is not None:
        detail["together"] = together
    log.append(db, AuditEvent(actor.id, "result_audit_opened", str(new.id), detail), workspace.clock())
    return new


def _areas(found: Standing, unit: str, left_out: frozenset[str]) -> list[AreaStanding]:
    return [a for a in found.areas if a.totals.unit == unit and a.totals.area not in left_out]


def _figures(areas: Sequence[AreaStanding]) -> str:
    return hashlib.sha256("\n".join(sorted(a.digest for a in areas)).encode()).hexdigest()


def _claims(
    workspace: Workspace, result: AreaResult, areas: Sequence[AreaStanding], unit: str, elected: Sequence[str]
) -> tuple[Assertion, ...]:
    majority = rules_of(workspace.election).majority_of
    bases: dict[str, Base | None] = {"valid": "valid", "collected": "collected", "summoned": "summoned", "none": None}
    given = [a.totals.figures for a in areas if a.totals.figures is not None]
    summoned = sum(f.voters - f.excused for f in given)
    names = [c.id for c in workspace.election.candidates_of(unit)]
    seats = workspace.election.unit(unit).seats
    return assertions(result, names, elected, seats, bases[majority], summoned)


def _fixed(db: Connection, workspace: Workspace, piles: Sequence[Batch]) -> tuple[str, list[tuple[str, int]]]:
    """Digest of "batch/number ballot vote" of every sheet, and the manifest.

    Where people counted more sheets by hand than the program has ballots, the pile is as large as they counted.
    """
    digest, manifest = hashlib.sha256(), []
    for batch in piles:
        votes = {b.id: spell(b.vote) if b.vote is not None else "" for b in of_batch(db, workspace.count, batch, str)}
        lying = result_audits.pile(db, batch.id)
        for sheet in lying:
            digest.update(f"{batch.id}/{sheet.position} {sheet.ballot} {votes[sheet.ballot]}\n".encode())
        manifest.append((batch.id, max(len(lying), batch.declared or 0)))
    return digest.hexdigest(), manifest


def still_as_fixed(workspace: Workspace, actor: Actor, key: int) -> bool:
    """Whether every ballot counts as it did when the audit was opened, by the digest of all of them."""
    require(actor, "check_result")
    with workspace.database.read() as db:
        audit = known(db, key)
        piles = [b for batch, _ in audit.manifest if (b := batches.get(db, batch)) is not None]
        return _fixed(db, workspace, piles)[0] == audit.digest


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


def check_seed(audit: StoredAudit, seed: str) -> None:
    """Refused where a seed is too short, or another one is drawn already."""
    key = audit.id
    if audit.seed is None and (len(seed) < SHORTEST_SEED or not seed.isascii() or not seed.isdecimal()):
        raise refuse(
            "seed-short",
            str(key),
            "'{value}' is no public seed; throw ten-sided dice in public and write at least {digits} digits",
            value=seed[:40],
            digits=SHORTEST_SEED,
        )
    if audit.seed is not None and seed and seed != audit.seed:
        raise refuse("seed-stands", str(key), "the seed {seed} is drawn already and stays", seed=audit.seed)


def _enough(db: Connection, workspace: Workspace, audit: StoredAudit, state: Evaluation | None) -> int:
    """Draws that end the audit if nothing differs from here on; never more than there are sheets or piles."""
    whole = sheets_in(audit.manifest) if audit.kind == "ballots" else len(audit.manifest)
    if state is not None:
        return min(state.needed or whole, whole)
    if audit.kind == "ballots":
        return min(comparison.draws_needed(audit.risk, Discrepancies(), _margin(audit)), whole)
    needed = macro.draws_needed(audit.risk, _bound(_assertions(audit), dict(_piles(db, workspace, audit))))
    return min(int(needed), whole)


def _bound(of: Sequence[Assertion], piles: dict[str, macro.Pile]) -> float:
    return float(sum((macro.error_bound(of, p) for p in piles.values()), Fraction(0)))


def _margin(audit: StoredAudit) -> float:
    return comparison.diluted_margin(_assertions(audit), sheets_in(audit.manifest))


def _assertions(audit: StoredAudit) -> tuple[Assertion, ...]:
    return tuple(Assertion(**a) for a in audit.assertions)


def known(db: Connection, key: int) -> StoredAudit:
    """The audit of that number. Refused: ``audit-unknown``."""
    found = result_audits.get(db, key)
    if found is None:
        raise refuse("audit-unknown", str(key), "there is no audit of that number; list them")
    return found


def check_figures(workspace: Workspace, actor: Actor, audit: StoredAudit) -> None:
    """Refused (``audit-outdated``) where the result has changed since the audit was opened."""
    found = standing(workspace, actor, audit.contest)
    one = next((u for u in found.units if u.unit == audit.unit), None)
    left_out = one.left_out if one is not None else frozenset[str]()
    if _figures(_areas(found, audit.unit, left_out)) != audit.figures:
        raise refuse(
            "audit-outdated",
            str(audit.id),
            "the result has changed since this audit was opened, so it confirms nothing; open a new one",
        )


@lru_cache(maxsize=8)
def _drawn(manifest: tuple[tuple[str, int], ...], seed: str, number: int) -> tuple[str, ...]:
    """The places of the first draws, in order; a place can come again."""
    return tuple(d.id for d in islice(draws(places(manifest), seed), number))


def drawn(db: Connection, workspace: Workspace, audit: StoredAudit) -> tuple[str, ...]:
    """The places that were drawn, in order: sheets (``batch/number``) or piles (``batch``)."""
    if audit.seed is None:
        return ()
    if audit.kind == "ballots":
        return _drawn(tuple(audit.manifest), audit.seed, audit.draws)
    weights = [(b, macro.error_bound(_assertions(audit), p)) for b, p in _piles(db, workspace, audit)]
    return tuple(weighted(audit.seed, n, weights) for n in range(1, audit.draws + 1))


def _piles(db: Connection, workspace: Workspace, audit: StoredAudit) -> Iterator[tuple[str, macro.Pile]]:
    for key, sheets in audit.manifest:
        batch = batches.get(db, key)
        assert batch is not None
        result = batch_result(db, workspace.count, batch)
        yield key, macro.Pile(sheets, result.valid, dict(result.votes))


def sheets_of(db: Connection, keys: Sequence[str]) -> dict[str, Sheet]:
    """Where the ballots at these places (``batch/number``) lie; a place that holds no ballot is absent."""
    wanted = set(keys)
    found = {}
    for batch in sorted({k.rpartition("/")[0] for k in keys}):
        for sheet in result_audits.pile(db, batch):
            if f"{batch}/{sheet.position}" in wanted:
                found[f"{batch}/{sheet.position}"] = sheet
    return found


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
    of, looked = _assertions(audit), [p for p in order if p in seen]
    where = sheets_of(db, sorted(set(looked)))
    votes = {b.id: b.vote for b in some(db, workspace.count, [s.ballot for s in where.values()])}
    over: dict[str, int] = {}
    differing = []
    for place in sorted(set(looked)):
        counted = votes.get(where[place].ballot) if place in where else None
        told = seen[place].document["value"]
        over[place] = comparison.WORST if counted is None else comparison.overstatement(of, counted, vote_seen(told))
        if (spell(counted) if counted is not None else "") != told:
            differing.append(Differing(place, spell(counted) if counted is not None else "", told, over[place]))
    found = comparison.discrepancies(over[p] for p in looked)
    margin = _margin(audit)
    risk = comparison.p_value(len(looked), found, margin)
    needed = comparison.draws_needed(audit.risk, found, margin)
    whole = sheets_in(audit.manifest)
    state = _state(audit, len(order), len(looked), risk, hopeless=needed > whole and len(looked) >= len(order))
    if len(set(looked)) == whole and state == "count_all":
        # Every sheet was looked at, so that is the hand count, and no risk is left to speak of.
        left = [
            _left(a, [(votes.get(where[p].ballot), vote_seen(seen[p].document["value"])) for p in where]) for a in of
        ]
        if len(where) == whole and all(margin > 0 for margin in left):
            state, risk = "confirmed", 0.0
    return Evaluation(audit, state, risk, len(order), len(looked), needed, found, tuple(differing), whole)


def _left(of: Assertion, sheets: Sequence[tuple[Vote | None, Vote | None]]) -> int:
    """The margin that is left after every sheet was looked at; nothing of it where one was not found."""
    if any(counted is None or seen is None for counted, seen in sheets):
        return 0
    return of.margin - sum(value(of, c) - value(of, s) for c, s in sheets if c is not None and s is not None)


def _of_piles(
    db: Connection, workspace: Workspace, audit: StoredAudit, order: Sequence[str], seen: dict[str, Seen]
) -> Evaluation:
    of, looked = _assertions(audit), [p for p in order if p in seen]
    piles = dict(_piles(db, workspace, audit))
    bound = _bound(of, piles)
    taints: dict[str, float] = {}
    differing = []
    for place in sorted(set(looked)):
        document = seen[place].document
        counted, told = piles[place], pile_seen(document)
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
