"""What an audit fixes before anybody knows the seed: figures, assertions, manifest, and what is drawn from it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from fractions import Fraction
from functools import lru_cache
from itertools import islice

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.audit.chain import AuditEvent
from pipeline.election.definition import Election, Unit
from pipeline.election.rules import rules_of
from pipeline.election.share_classes import groups
from pipeline.errors import Refusal, refuse
from pipeline.rla import comparison, macro
from pipeline.rla.assertions import Assertion, Base, assertions
from pipeline.rla.manifest import places
from pipeline.rla.sampler import by_shares, draws, weighted
from pipeline.storage import batches, log, result_audits
from pipeline.storage.batches import Batch
from pipeline.storage.result_audits import Kind, Sheet, StoredAudit
from pipeline.tally.ballots import spell
from pipeline.tally.shares import in_shares, person_of
from pipeline.tally.totals import AreaResult
from pipeline.usecases.cast_records import of_batch
from pipeline.usecases.shares import names_of, share_totals
from pipeline.usecases.standing import AreaStanding, Standing, as_totals, standing
from pipeline.usecases.totals import batch_result
from pipeline.usecases.workspace import Workspace

BASES: Mapping[str, Base | None] = {
    "valid": "valid", "collected": "collected", "summoned": "summoned", "none": None,
}  # fmt: skip
MISSING = "missing"
"""What is written of a sheet that is not in the pile: the worst that could be on it is assumed."""
SHORTEST_SEED = 20
"""Digits of a public seed: twenty ten-sided dice, as the audits of Colorado throw them."""


def check_risk(risk: float) -> None:
    """Refused (``share``) where it is no risk limit."""
    if not 0 < risk < 1:
        raise refuse("share", str(risk), "is no share; write a number between 0 and 1, as 0.0001")


def official(
    workspace: Workspace, actor: Actor, contest: str, unit: str
) -> tuple[list[AreaStanding], tuple[Assertion, ...]]:
    """The areas of a unit and what makes its elected the elected; refused where that is not official or narrow."""
    found = standing(workspace, actor, contest)
    if unit in groups(workspace.election):
        return _official_shares(workspace, found, unit)
    one = next((u for u in found.units if u.unit == unit), None)
    if one is not None and workspace.election.unit(unit).shares:
        raise refuse(
            "audit-class",
            unit,
            "a class of ballots by shares elects nobody; audit the unit '{unit}', all classes together",
            unit=workspace.election.unit(unit).parent or "",
        )
    if one is None:
        raise refuse("unit-unknown", unit, "the unit '{value}' is not in this contest; correct it", value=unit)
    areas = _areas(workspace.election, found, unit, one.left_out)
    if one.outcome is None or not all(a.official for a in areas):
        raise _not_official(unit)
    return areas, _claims(workspace, one.result, areas, unit, one.outcome.elected)


def _not_official(unit: str) -> Refusal:
    return refuse("not-official", unit, "the result of this unit is not official yet; close and settle its areas")


def _official_shares(
    workspace: Workspace, found: Standing, unit: str
) -> tuple[list[AreaStanding], tuple[Assertion, ...]]:
    """As :func:`official`, of a meeting that votes by shares: every margin in shares."""
    election = workspace.election
    one = next((s for s in share_totals(election, as_totals(election, [found])) if s.unit.id == unit), None)
    areas = _areas(election, found, unit, frozenset())
    if one is None or one.outcome is None or not all(a.official for a in areas):
        raise _not_official(unit)
    result = in_shares((of.shares, a.result) for of, mine in one.classes for a in mine)
    half_of = BASES[rules_of(election).majority_of]
    names = list(names_of(election, one))
    return areas, assertions(result, names, one.outcome.elected, one.seats, half_of, one.entitled or 0)


def audited_units(election: Election) -> tuple[Unit, ...]:
    """The units whose result can be audited: those that elect people."""
    together = groups(election)
    return tuple(u for u in election.units if u.id in together or (u.seats and not u.shares))


def ballots_of(election: Election, unit: str) -> tuple[Unit, ...]:
    """The units whose ballots elect in it: itself, or its classes of ballots by shares."""
    return groups(election).get(unit, (election.unit(unit),))


def unit_of_pile(workspace: Workspace, batch: Batch) -> Unit:
    return workspace.election.unit(workspace.election.ballot_form_id(batch.area, batch.contest))


def shares_of(db: Connection, workspace: Workspace, audit: StoredAudit) -> dict[str, int]:
    """pile -> how many shares each of its sheets is of; empty where every ballot is one vote."""
    found = {b.id: unit_of_pile(workspace, b).shares for b in batches.every(db, contest=audit.contest)}
    weighed = audit.unit in groups(workspace.election)
    return {pile: found[pile] for pile, _ in audit.manifest} if weighed else {}


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


def _areas(election: Election, found: Standing, unit: str, left_out: frozenset[str]) -> list[AreaStanding]:
    inside = {u.id for u in ballots_of(election, unit)}
    return [a for a in found.areas if a.totals.unit in inside and a.totals.area not in left_out]


def _figures(areas: Sequence[AreaStanding]) -> str:
    return hashlib.sha256("\n".join(sorted(a.digest for a in areas)).encode()).hexdigest()


def _claims(
    workspace: Workspace, result: AreaResult, areas: Sequence[AreaStanding], unit: str, elected: Sequence[str]
) -> tuple[Assertion, ...]:
    majority = rules_of(workspace.election).majority_of
    given = [a.totals.figures for a in areas if a.totals.figures is not None]
    summoned = sum(f.voters - f.excused for f in given)
    names = [c.id for c in workspace.election.candidates_of(unit)]
    seats = workspace.election.unit(unit).seats
    return assertions(result, names, elected, seats, BASES[majority], summoned)


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
    if _figures(_areas(workspace.election, found, audit.unit, left_out)) != audit.figures:
        raise refuse(
            "audit-outdated",
            str(audit.id),
            "the result has changed since this audit was opened, so it confirms nothing; open a new one",
        )


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


def bound_of(of: Sequence[Assertion], piles: dict[str, macro.Pile]) -> float:
    return float(sum((macro.error_bound(of, p) for p in piles.values()), Fraction(0)))


def margin_of(audit: StoredAudit, shares: Mapping[str, int]) -> float:
    """The diluted margin: over all sheets, or over the shares of all sheets."""
    whole = sum(sheets * shares.get(pile, 1) for pile, sheets in audit.manifest)
    return comparison.diluted_margin(assertions_of(audit), whole)


def assertions_of(audit: StoredAudit) -> tuple[Assertion, ...]:
    return tuple(Assertion(**a) for a in audit.assertions)


@lru_cache(maxsize=8)
def _drawn(manifest: tuple[tuple[str, int], ...], seed: str, number: int) -> tuple[str, ...]:
    """The places of the first draws, in order; a place can come again."""
    return tuple(d.id for d in islice(draws(places(manifest), seed), number))


def drawn(db: Connection, workspace: Workspace, audit: StoredAudit) -> tuple[str, ...]:
    """The places that were drawn, in order: sheets (``batch/number``) or piles (``batch``)."""
    if audit.seed is None:
        return ()
    if audit.kind == "ballots" and (shares := shares_of(db, workspace, audit)):
        piles = [(pile, sheets, shares[pile]) for pile, sheets in audit.manifest]
        return tuple(by_shares(audit.seed, n, piles) for n in range(1, audit.draws + 1))
    if audit.kind == "ballots":
        return _drawn(tuple(audit.manifest), audit.seed, audit.draws)
    weights = [(b, macro.error_bound(assertions_of(audit), p)) for b, p in piles_of(db, workspace, audit)]
    return tuple(weighted(audit.seed, n, weights) for n in range(1, audit.draws + 1))


def piles_of(db: Connection, workspace: Workspace, audit: StoredAudit) -> Iterator[tuple[str, macro.Pile]]:
    """Every pile as it was counted; of a meeting that votes by shares in shares."""
    shares = shares_of(db, workspace, audit)
    for key, sheets in audit.manifest:
        batch = batches.get(db, key)
        assert batch is not None
        result = batch_result(db, workspace.count, batch)
        yield key, weighed(macro.Pile(sheets, result.valid, dict(result.votes)), shares.get(key, 0))


def weighed(pile: macro.Pile, shares: int) -> macro.Pile:
    """A pile of ballots of so many shares as one of shares, people by their own ids; 0: as it is."""
    if not shares:
        return pile
    votes = {person_of(c, shares): shares * n for c, n in pile.votes.items()}
    return macro.Pile(shares * pile.ballots, shares * pile.valid, votes)


def sheets_of(db: Connection, keys: Sequence[str]) -> dict[str, Sheet]:
    """Where the ballots at these places (``batch/number``) lie; a place that holds no ballot is absent."""
    wanted = set(keys)
    found = {}
    for batch in sorted({k.rpartition("/")[0] for k in keys}):
        for sheet in result_audits.pile(db, batch):
            if f"{batch}/{sheet.position}" in wanted:
                found[f"{batch}/{sheet.position}"] = sheet
    return found
