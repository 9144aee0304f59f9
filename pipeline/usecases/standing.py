"""How far the count stands: the status of every area, the figures of what is closed, the rules over them.

Only closed batches count here: nobody is shown a total that still runs (docs/web.md). What a closed batch adds is
kept (``pipeline/storage/results.py``), so a page of thousands of areas counts no ballot again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, Literal

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.election.codec import digest as election_digest
from pipeline.election.definition import Area, Election, Unit
from pipeline.election.figures import AreaFigures
from pipeline.election.rules import rules_of
from pipeline.errors import refuse
from pipeline.storage import batches, confirmed_rules, figures, items, levels, log, readings, results, rulings, signed
from pipeline.storage.batches import Batch
from pipeline.storage.levels import Entry
from pipeline.storage.signed import Signed
from pipeline.tally.ballots import GROUNDS
from pipeline.tally.rounds import Ruling, annulled_areas
from pipeline.tally.rules import ConfirmedRule, Finding
from pipeline.tally.totals import NOTHING, AreaResult, total
from pipeline.usecases.complete_ballots import Count
from pipeline.usecases.figures import figures_from_json
from pipeline.usecases.totals import (
    AreaTotals,
    Totals,
    UnitTotals,
    after_decision,
    batch_result,
    checked,
    unit_totals,
)
from pipeline.usecases.workspace import Workspace

Status = Literal["not_started", "counting", "in_review", "closed", "signed"]
STATUSES: tuple[Status, ...] = ("not_started", "counting", "in_review", "closed", "signed")
"""``counting``: sheets are still missing; ``in_review``: all are there, people settle them; ``closed``: all batches;
``signed``: moreover the signed minutes have come in, and the figures are still those that were signed."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Of the answers that count: read by the machine alone, settled by people."""

    machine: int = 0
    people: int = 0

    def __add__(self, other: Shares) -> Shares:
        return Shares(self.machine + other.machine, self.people + other.people)


@dataclass(frozen=True, slots=True)
class AreaStanding:
    """One contest in one area; ``totals`` counts its closed batches only."""

    totals: AreaTotals
    status: Status
    batches: tuple[Batch, ...]
    declared: int
    sheets: int
    shares: Shares
    digest: str = ""
    """Of the figures as they stand: of the closed batches and of the paper."""
    signed: Signed | None = None
    """The signed minutes that have come in; they may sign other figures than those that stand now."""

    @property
    def closed(self) -> bool:
        """Every batch is closed."""
        return self.status in ("closed", "signed")

    @property
    def official(self) -> bool:
        """Every batch is closed, nothing is open and no rule stands against it."""
        return self.closed and self.totals.complete

    @property
    def changed_since_signed(self) -> bool:
        """Signed minutes are here, and the figures are no longer those."""
        return self.signed is not None and self.signed.digest != self.digest


@dataclass(frozen=True, slots=True)
class Standing:
    """The areas of one contest in the order of the definition, and its units."""

    contest: str
    areas: tuple[AreaStanding, ...]
    units: tuple[UnitTotals, ...]

    @property
    def official(self) -> bool:
        return bool(self.areas) and all(a.official for a in self.areas)

    def area(self, area: str) -> AreaStanding:
        """That of an area. Refused (``area-unknown``) where the contest is not held there."""
        for one in self.areas:
            if one.totals.area == area:
                return one
        raise refuse("area-unknown", area, "the area '{value}' is not in the election; correct it", value=area)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database holds of one contest, fetched in a handful of queries for all areas together."""

    piles: Mapping[str, tuple[Batch, ...]]
    results: Mapping[str, str]
    """batch -> its result as JSON text, of the closed ones."""
    waiting: Mapping[str, int]
    sheets: Mapping[str, int]
    figures: Mapping[str, str]
    """area -> its figures as JSON text."""
    signed: Mapping[str, Signed]
    rulings: tuple[Ruling, ...]
    confirmed: Mapping[str, tuple[ConfirmedRule, ...]]
    decided: Mapping[str, Entry]
    """area -> what stands of it since a correction or a re-vote."""
    missing: tuple[str, ...]
    """Closed batches whose result is not kept yet."""


def standing(
    workspace: Workspace, actor: Actor, contest: str, area: str | None = None, *, decisions: bool = True
) -> Standing:
    """How far one contest stands, in all areas or in one. Refused (``contest-unknown``) where it is not held.

    An area that was corrected or has voted again since it was counted has the figures that were decided; without
    ``decisions`` those that were counted.
    """
    require(actor, "see_totals")
    election = workspace.election
    if contest not in {c.id for c in election.contests}:
        raise refuse("contest-unknown", contest, "the contest '{value}' is not in the election", value=contest)
    with workspace.database.read() as db:
        known = _known(db, workspace.count, contest, area, decisions)
    if known.missing:
        _keep(workspace, known.missing)
    units = {u.id: u for u in election.units}
    wanted = [a for a in election.areas if contest in a.units and area in (None, a.id)]
    areas = tuple(_area(election, a, contest, units[a.units[contest]], known) for a in wanted)
    by_unit: dict[str, list[AreaStanding]] = {}
    for one in areas:
        by_unit.setdefault(one.totals.unit, []).append(one)
    sums = tuple(
        _unit(election, u, by_unit[u.id], area is None, [r for r in known.rulings if r.unit == u.id])
        for u in election.units
        if u.id in by_unit
    )
    return Standing(contest, areas, sums)


def _unit(
    election: Election, unit: Unit, areas: Sequence[AreaStanding], whole: bool, decided: Sequence[Ruling]
) -> UnitTotals:
    """It elects people once every area is official; annulled areas are not waited for."""
    left_out = annulled_areas(decided)
    waited = [a for a in areas if a.totals.area not in left_out]
    done = whole and bool(waited) and all(a.official for a in waited)
    return unit_totals(election, unit, [a.totals for a in areas], done, decided)


def _keep(workspace: Workspace, missing: Iterable[str]) -> None:
    """Keep what closed batches add that were corrected since, each in its own transaction."""
    for key in missing:
        with workspace.database.write() as db:
            batch = batches.get(db, key)
            if batch is not None and batch.state == "closed":
                results.keep(db, key, result_of(db, workspace.count, batch))


def result_of(db: Connection, of: Count, batch: Batch) -> dict[str, Any]:
    """What a closed batch adds, as it is kept."""
    machine, people = readings.settled_by(db, batch.id)
    return _to_json(batch_result(db, of, batch), Shares(machine, people))


def _known(db: Connection, of: Count, contest: str, area: str | None, decisions: bool) -> _Known:
    piles: dict[str, list[Batch]] = {}
    for batch in batches.every(db, contest=contest, area=area):
        piles.setdefault(batch.area, []).append(batch)
    live = [b for of_area in piles.values() for b in of_area]
    kept = results.every(db, contest)
    if of.rules.ballot == "agree_table":  # kept before votes against were counted: counted anew
        kept = {batch: text for batch, text in kept.items() if '"against"' in text}
    closed = [b for b in live if b.state == "closed"]
    missing = tuple(b.id for b in closed if b.id not in kept)
    found = {b.id: kept[b.id] for b in closed if b.id in kept}
    found |= {b.id: json.dumps(result_of(db, of, b)) for b in closed if b.id not in kept}
    waiting = results.waiting(db, items.OPEN_STATES)
    sheets = results.sheets(db, tuple(b.id for b in live if b.state == "open"))
    stored = figures.latest_of(db, contest, area)
    return _Known(
        {a: tuple(p) for a, p in piles.items()},
        found,
        waiting,
        sheets,
        stored,
        {a: s for a, s in signed.latest(db, contest, area).items() if s.taken_back is None},
        rulings.every(db, contest),
        confirmed_rules.every(db, contest, area),
        levels.decided(db, contest, 1, area) if decisions and (piles or stored) else {},
        missing,
    )


def _area(election: Election, area: Area, contest: str, unit: Unit, known: _Known) -> AreaStanding:
    piles = known.piles.get(area.id, ())
    texts = tuple(known.results[b.id] for b in piles if b.id in known.results)
    of = _added_up(_Same(election), unit.id, known.figures.get(area.id, ""), texts)
    result = of.result
    waiting = sum(known.waiting.get(b.id, 0) for b in piles)
    closed = bool(piles) and all(b.state == "closed" for b in piles)
    declared = sum(b.declared or 0 for b in piles)
    read = sum(known.sheets.get(b.id, 0) for b in piles if b.state == "open")
    sheets = read + result.scanned + result.by_hand + result.set_aside
    confirmed = known.confirmed.get(area.id, ())
    totals = AreaTotals(area.id, contest, unit.id, result, of.given, of.findings, waiting, confirmed)
    note = known.signed.get(area.id)
    status = _status(piles, closed, sheets, declared)
    if status == "closed" and note is not None and note.digest == of.digest and totals.complete:
        status = "signed"
    decided = known.decided.get(area.id)
    if decided is None or of.given is None:
        return AreaStanding(totals, status, piles, declared, sheets, of.shares, of.digest, note)
    status = "signed" if decided.state == "signed" else "closed"
    digest = sha256(levels.compact(decided.figures).encode()).hexdigest()
    totals = after_decision(totals, decided)
    return AreaStanding(
        totals, status, piles, totals.result.collected, totals.result.collected, of.shares, digest, note
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """An election as a key: the one object that a workspace holds, not its thousands of values."""

    election: Election

    def __hash__(self) -> int:
        return id(self.election)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.election is self.election


@dataclass(frozen=True, slots=True)
class _Added:
    """What follows of the figures of the paper and the closed batches of an area alone."""

    given: AreaFigures | None
    result: AreaResult
    shares: Shares
    findings: tuple[Finding, ...]
    digest: str


@lru_cache(maxsize=40_000)
def _added_up(of: _Same, unit: str, figures_text: str, texts: tuple[str, ...]) -> _Added:
    """The same texts are the same figures: most areas do not change from one request to the next."""
    counted = [_from_json(json.loads(text)) for text in texts]
    result = total(r for r, _ in counted) if counted else NOTHING
    given = figures_from_json(json.loads(figures_text)) if figures_text else None
    found = checked(given, result, of.election.unit(unit), rules_of(of.election)) if counted else ()
    parts = [_digest(figures_text) if figures_text else "", *sorted(_digest(text) for text in texts)]
    digest = sha256("\n".join(parts).encode()).hexdigest()
    return _Added(given, result, sum((s for _, s in counted), Shares()), found, digest)


def _status(piles: Sequence[Batch], closed: bool, sheets: int, declared: int) -> Status:
    if not piles:
        return "not_started"
    if closed:
        return "closed"
    return "in_review" if sheets and sheets >= declared else "counting"


def as_totals(election: Election, standings: Iterable[Standing]) -> Totals:
    """All contests as the downloads take them: closed batches only."""
    every = list(standings)
    areas = tuple(a.totals for s in every for a in s.areas)
    return Totals(election_digest(election), areas, tuple(u for s in every for u in s.units))


def last_change(workspace: Workspace) -> tuple[int, str, datetime] | None:
    """Number, digest and time of the last line of the log, which stand in the foot of a print."""

    with workspace.database.read() as db:
        line = log.head(db)
    return (line.seq, line.digest, line.at) if line else None


def _to_json(result: AreaResult, shares: Shares) -> dict[str, Any]:
    numbers = {n: getattr(result, n) for n in _NUMBERS}
    leaving = {str(k): n for k, n in result.leaving.items()}
    maps = {"invalid": dict(result.invalid), "votes": dict(result.votes), "leaving": leaving}
    maps |= {"against": dict(result.against)}
    return {**numbers, **maps, "shares": [shares.machine, shares.people]}


_NUMBERS = ("collected", "scanned", "by_hand", "set_aside", "valid", "undecided")


def _digest(text: str) -> str:
    """Of a JSON text, however its parts are ordered."""
    return sha256(json.dumps(json.loads(text), sort_keys=True).encode()).hexdigest()


def _from_json(body: Mapping[str, Any]) -> tuple[AreaResult, Shares]:
    result = AreaResult(
        **{n: body[n] for n in _NUMBERS},
        invalid={g: body["invalid"][g] for g in GROUNDS if g in body["invalid"]},
        votes=body["votes"],
        leaving={int(k): n for k, n in body["leaving"].items()},
        against=body.get("against", {}),
    )
    return result, Shares(*body["shares"])
