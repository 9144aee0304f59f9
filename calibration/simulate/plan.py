"""Which sheets lie in which batch, in which order and what is wrong with them: decided before anything is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from calibration.simulate.files import FileKind
from calibration.simulate.seeds import rng_for
from pipeline.election.definition import Election

SlotKind = Literal["ballot", "blank_back", "foreign", "truncated", "other_contest", "duplicate"]

CHUNK = 16
"""Sheets scanned in one go: one machine setting, one multi-page file."""
KINDS: tuple[FileKind, ...] = ("jpg", "pdf", "jpg", "tif", "png", "jpg", "pdf")


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong in the feeder, per ballot of the whole election; each happens at least once."""

    blank_back: float = 0.004
    """A sheet that lay face down and was scanned again; simplex batches only."""
    foreign: float = 0.002
    truncated: float = 0.0012
    other_contest: float = 0.0012
    duplicate: float = 0.0012


@dataclass(frozen=True, slots=True)
class Slot:
    """One sheet in the feeder. ``home``: the batch to which its ballot belongs."""

    kind: SlotKind
    ballot: str = ""
    unit: str = ""
    home: str = ""


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """The sheets of one batch in the order of scanning."""

    batch: str
    area: str
    contest: str
    unit: str
    sides: int
    kind: FileKind
    slots: tuple[Slot, ...]
    declared: int
    """Ballots that belong to the batch, wherever they were scanned: the team's hand count."""


def _plain(election: Election, seed: int, ballots: int, per_area: int) -> list[BatchPlan]:
    plans: list[BatchPlan] = []
    for area in election.areas:
        for contest, unit in area.units.items():
            for number in range(1, per_area + 1):
                batch = f"{area.id}-{contest}" + (f"-{number}" if per_area > 1 else "")
                count = ballots + int(rng_for(seed, "count", batch).integers(0, 4))
                slots = tuple(Slot("ballot", f"{batch}-{i + 1:05d}", unit, batch) for i in range(count))
                kind = KINDS[len(plans) % len(KINDS)]
                sides = 2 if len(plans) % 4 == 2 else 1
                plans.append(BatchPlan(batch, area.id, contest, unit, sides, kind, slots, count))
    return plans


def _insert(slots: tuple[Slot, ...], at: int, slot: Slot) -> tuple[Slot, ...]:
    return (*slots[:at], slot, *slots[at:])


def _spoil(rng: np.random.Generator, plans: list[BatchPlan], kind: SlotKind) -> None:
    """Put one fault of ``kind`` into a batch, changing ``plans`` in place; nothing where no batch can have it."""
    order = [int(i) for i in rng.permutation(len(plans))]
    for i in order:
        plan = plans[i]
        at = int(rng.integers(len(plan.slots)))
        if kind == "blank_back" and plan.sides == 2:
            continue
        if kind in ("blank_back", "foreign"):
            plans[i] = replace(plan, slots=_insert(plan.slots, at, Slot(kind)))
            return
        if kind in ("truncated", "duplicate"):
            if plan.slots[at].kind != "ballot":
                continue
            changed = replace(plan.slots[at], kind=kind)
            slots = (
                (*plan.slots[:at], changed, *plan.slots[at + 1 :])
                if kind == "truncated"
                else _insert(plan.slots, at + 1, changed)
            )
            plans[i] = replace(plan, slots=slots)
            return
        if _stray(rng, plans, i, at):
            return


def _stray(rng: np.random.Generator, plans: list[BatchPlan], into: int, at: int) -> bool:
    """Move one ballot of another contest of the same area into a batch."""
    plan = plans[into]
    others = [j for j, p in enumerate(plans) if p.area == plan.area and p.contest != plan.contest]
    if not others:
        return False
    source = others[int(rng.integers(len(others)))]
    plain = [k for k, s in enumerate(plans[source].slots) if _movable(plans[source].slots, k)]
    if not plain:
        return False
    k = plain[int(rng.integers(len(plain)))]
    moved = replace(plans[source].slots[k], kind="other_contest")
    plans[source] = replace(plans[source], slots=(*plans[source].slots[:k], *plans[source].slots[k + 1 :]))
    plans[into] = replace(plan, slots=_insert(plan.slots, at, moved))
    return True


def _movable(slots: tuple[Slot, ...], k: int) -> bool:
    """A plain ballot that no duplicate repeats."""
    return slots[k].kind == "ballot" and not (k + 1 < len(slots) and slots[k + 1].kind == "duplicate")


def plan_election(election: Election, seed: int, ballots: int, per_area: int, faults: Faults) -> list[BatchPlan]:
    """``per_area`` batches of ``ballots`` to ``ballots`` + 3 sheets for each area and contest, with faults."""
    plans = _plain(election, seed, ballots, per_area)
    total = sum(p.declared for p in plans)
    rates: Mapping[SlotKind, float] = {
        "other_contest": faults.other_contest,
        "blank_back": faults.blank_back,
        "foreign": faults.foreign,
        "truncated": faults.truncated,
        "duplicate": faults.duplicate,
    }
    for kind, rate in rates.items():
        for n in range(max(1, round(rate * total)) if rate > 0 else 0):
            _spoil(rng_for(seed, "fault", kind, n), plans, kind)
    return plans


def chunks(plan: BatchPlan) -> list[tuple[Slot, ...]]:
    """The batch cut into stacks; a duplicate stays with what it repeats."""
    cut: list[tuple[Slot, ...]] = []
    rest = plan.slots
    while rest:
        size = CHUNK
        while size < len(rest) and rest[size].kind == "duplicate":
            size += 1
        cut.append(rest[:size])
        rest = rest[size:]
    return cut
