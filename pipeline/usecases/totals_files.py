"""All totals as one JSON document and as rows of a CSV.

Of a meeting that votes by shares, votes stand in them in shares of all classes together: how a class voted would tell
how few holders did (decision 15).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.election.definition import Election
from pipeline.spreadsheets import csv_for_excel
from pipeline.usecases.minutes import area_json
from pipeline.usecases.shares import ShareTotals, names_of, share_totals
from pipeline.usecases.totals import AreaTotals, Totals, UnitTotals


def unit_json(election: Election, unit: UnitTotals) -> dict[str, Any]:
    """One unit as plain JSON, with the elected once it is complete."""
    outcome = unit.outcome
    return {
        "contest": unit.contest,
        "unit": unit.unit,
        "seats": election.unit(unit.unit).seats,
        "voters": unit.voters,
        "voted": unit.voted,
        "collected": unit.result.collected,
        "valid": unit.result.valid,
        "invalid": unit.result.invalid_total,
        "votes": [{"candidate": r.id, "votes": r.votes} for r in unit.standings],
        "complete": outcome is not None,
        "elected": list(outcome.elected) if outcome else [],
        "tied_for_a_person_to_decide": list(outcome.undecided) if outcome else [],
        "seats_missing": outcome.missing if outcome else None,
    }


def totals_json(election: Election, found: Totals) -> dict[str, Any]:
    """All totals in a stable shape: areas in the order of the definition, then units."""
    return {
        "format": "kiemphieu-totals/1",
        "election": election.id,
        "title": election.title,
        "definition_sha256": found.election,
        "complete": found.complete,
        "areas": [_area(election, a) for a in found.areas],
        "units": [_unit(election, u) for u in found.units],
        **_shares(election, found),
    }


def _area(election: Election, area: AreaTotals) -> dict[str, Any]:
    told = area_json(election, area)
    if election.unit(area.unit).shares:
        del told["votes"]
    return told


def _unit(election: Election, unit: UnitTotals) -> dict[str, Any]:
    told = unit_json(election, unit)
    if election.unit(unit.unit).shares:
        del told["votes"]
    return told


def _shares(election: Election, found: Totals) -> dict[str, Any]:
    every = [_shares_json(election, one) for one in share_totals(election, found)]
    return {"shares": every} if every else {}


def _shares_json(election: Election, one: ShareTotals) -> dict[str, Any]:
    """What a meeting that votes by shares decides by: every number but those of the classes in shares."""
    outcome, result = one.outcome, one.result
    return {
        "contest": one.unit.contest,
        "unit": one.unit.id,
        "seats": one.seats,
        "entitled": one.entitled,
        "collected": result.collected,
        "valid": result.valid,
        "invalid": result.invalid,
        "votes": [{"candidate": p, "votes": result.votes.get(p, 0)} for p in names_of(election, one)],
        "classes": [
            {
                "shares": unit.shares,
                "ballots_collected": sum(a.result.collected for a in areas),
                "ballots_valid": sum(a.result.valid for a in areas),
                "ballots_invalid": sum(a.result.invalid_total for a in areas),
            }
            for unit, areas in one.classes
        ],
        "complete": outcome is not None,
        "elected": list(outcome.elected) if outcome else [],
        "tied_for_a_person_to_decide": list(outcome.undecided) if outcome else [],
        "seats_missing": outcome.missing if outcome else None,
    }


def totals_csv(election: Election, found: Totals) -> bytes:
    """One row a figure: contest, unit, area, figure, candidate, value. UTF-8 with a mark, for Excel."""
    lines: list[Sequence[object]] = [("contest", "unit", "area", "figure", "candidate", "name", "value")]
    for area in found.areas:
        lines += _rows(election, _area(election, area))
    names = {c.id: c.full_name for c in election.candidates}
    for unit in found.units:
        head = (unit.contest, unit.unit, "")
        if not election.unit(unit.unit).shares:
            lines += [(*head, "votes", runner.id, names[runner.id], runner.votes) for runner in unit.standings]
        of = unit.result
        sums = ("voters", unit.voters), ("voted", unit.voted), ("collected", of.collected), ("valid", of.valid)
        lines += [(*head, figure, "", "", value) for figure, value in (*sums, ("invalid", of.invalid_total))]
    for one in share_totals(election, found):
        lines += _share_rows(election, one)
    return csv_for_excel(lines)


def _share_rows(election: Election, one: ShareTotals) -> Iterator[Sequence[object]]:
    head, result = (one.unit.contest, one.unit.id, ""), one.result
    for figure, value in (("collected", result.collected), ("valid", result.valid), ("invalid", result.invalid)):
        yield (*head, f"shares_{figure}", "", "", value)
    if one.entitled is not None:
        yield (*head, "shares_entitled", "", "", one.entitled)
    for person, name in names_of(election, one).items():
        yield (*head, "shares_votes", person, name, result.votes.get(person, 0))


def _rows(election: Election, area: dict[str, Any]) -> Iterator[list[object]]:
    head = [area["contest"], area["unit"], area["area"]]
    names = {c.id: c.full_name for c in election.candidates}
    for figure, value in (area["figures"] or {}).items():
        yield [*head, figure, "", "", value]
    for figure in ("collected", "scanned", "entered_by_hand", "set_aside", "valid", "invalid"):
        yield [*head, figure, "", "", area[figure]]
    for ground, value in area["invalid_by_ground"].items():
        yield [*head, f"invalid_{ground}", "", "", value]
    for k, value in area["leaving"].items():
        yield [*head, f"leaving_{k}", "", "", value]
    for candidate, value in area.get("votes", {}).items():
        yield [*head, "votes", candidate, names[candidate], value]
    for candidate, value in area.get("against", {}).items():
        yield [*head, "against", candidate, names[candidate], value]
