"""A definition as the files that people write: ``election.yaml`` and three spreadsheets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml

from pipeline.election.definition import Election
from pipeline.election.load import CANDIDATE_COLUMNS, CANDIDATE_MORE, FILE, UNIT_COLUMNS, UNIT_MORE
from pipeline.election.parse import AREA_COLUMNS
from pipeline.election.rules import rule_set
from pipeline.errors import refuse
from pipeline.spreadsheets import write_sheet


def write_election(folder: Path, election: Election) -> None:
    """The files that :func:`pipeline.election.load.load_election` reads to an equal election.

    Units with fewer candidates than the rules demand are named as excused, since they stand in a definition that was
    accepted. Refused (``folder-not-empty``) where something lies in ``folder`` already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise refuse("folder-not-empty", str(folder), "the folder is not empty; choose a new one")
    folder.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(_head(election), allow_unicode=True, sort_keys=False, width=1000)
    write_sheet(folder / "units.csv", (*UNIT_COLUMNS, *UNIT_MORE), _units(election))
    contests = [c.id for c in election.contests]
    rows = [[a.id, a.number, a.place, a.name, *(a.units.get(c, "") for c in contests)] for a in election.areas]
    write_sheet(folder / "areas.csv", (*AREA_COLUMNS, *contests), rows)
    write_sheet(folder / "candidates.csv", (*CANDIDATE_COLUMNS, *CANDIDATE_MORE), _candidates(election))
    (folder / FILE).write_text(text, encoding="utf-8")  # last: a folder without it is no definition


def _head(election: Election) -> dict[str, Any]:
    head: dict[str, Any] = {
        "id": election.id,
        "title": election.title,
        "day": election.day.isoformat(),
        "rule_set": election.rule_set,
        "places": [{k: v for k, v in asdict(p).items() if v is not None} for p in election.places],
        "contests": [
            {"term" if k == "body_term" else k: v for k, v in asdict(c).items() if v} for c in election.contests
        ],
        "units": "units.csv",
        "areas": "areas.csv",
        "candidates": "candidates.csv",
    }
    excused = _excused(election)
    if excused:
        head["surplus_excused"] = excused
    if election.rules:
        head["rules"] = [asdict(change) for change in election.rules]
    if election.round is not None:
        told = asdict(election.round)
        head["round"] = [told | {k: told[k].isoformat() for k in ("first_day", "decided")}]
    return head


def _excused(election: Election) -> list[str]:
    rules = rule_set(election.rule_set)
    needed = {u.id: u.seats + rules.surplus_needed(election.contest(u.contest).level, u.seats) for u in election.units}
    return [u.id for u in election.units if u.seats and len(election.candidates_of(u.id)) < needed[u.id]]


def _units(election: Election) -> Sequence[Sequence[object]]:
    return [
        [u.id, u.contest, u.number, u.name, u.parent or "", u.seats or "", u.scope, u.shares or ""]
        for u in election.units
    ]


def _candidates(election: Election) -> Sequence[Sequence[object]]:
    return [
        [
            c.id,
            c.unit,
            c.order,
            "Ông" if c.gender == "male" else "Bà",
            c.family,
            c.middle,
            c.given,
            f"{c.birth_date:%d/%m/%Y}",
            c.other_name,
            "x" if c.two_lines else "",
        ]
        for c in election.candidates
    ]
