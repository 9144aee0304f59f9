"""The numbered rules where figures of an area come in as numbers alone: from a file or by a decision."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar

from sqlalchemy import Connection

from pipeline.election.definition import Election, Level
from pipeline.election.figures import tells_an_incident
from pipeline.election.rules import rules_of
from pipeline.errors import Problem
from pipeline.messages import message
from pipeline.spreadsheets import parse_whole
from pipeline.storage import levels as stored
from pipeline.storage import rulings
from pipeline.tally.level_rules import Told, level_findings
from pipeline.tally.levels import Figures, Levels, Node
from pipeline.tally.paper_rules import SIGNS, InventoryRow, inventory_findings, r17, r18, voters_findings
from pipeline.tally.percentages import Percentage
from pipeline.tally.rounds import ties_of_extra
from pipeline.tally.rules import Conventions, Finding, Times
from pipeline.usecases.handing_up import FIRST_ROUND
from pipeline.usecases.totals import elected_of

T = TypeVar("T")
Row = Literal["received", "issued", "spoiled", "left_over"]
ROWS: tuple[Row, ...] = ("received", "issued", "spoiled", "left_over")
STOCK, STOCK_TOTAL = "stock_", "stock_total_"
INVENTORY = (*(STOCK + row for row in ROWS), *(STOCK_TOTAL + row for row in ROWS))
"""The inventory Mẫu 32: the ballots of this contest, and the total that its row tells for all kinds of ballot."""
TIMES = ("opened", "closed", "finished")
SHARES = ("percent_voted", "percent_valid", "percent_invalid")
PAPERS = (*TIMES, *SHARES, "lacking", "elected", "empty_seats", *INVENTORY)
"""What the papers of others tell besides the figures; none has to be given.

``lacking``: what the signed minutes lack, by the names of :data:`SIGNS`; ``elected``: candidates that the minutes of
the unit name as elected, ``a; b``; ``empty_seats``: how many seats they call empty.
"""
_MOMENTS = ("%d/%m/%Y %H:%M", "%H:%M %d/%m/%Y", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")
_SHARE = re.compile(r"(\d{1,3})(?:[.,](\d{1,2}))?\s*%?")


@dataclass(frozen=True, slots=True)
class Given:
    """Figures of an area in one contest as they come in; ``place`` is where, for whoever has to mend them."""

    place: str
    contest: str
    area: str
    figures: Figures
    texts: Mapping[str, str]
    note: str
    """Why a warning is right: a note on the paper, or the reason of the act."""


def conventions_of(election: Election) -> Conventions:
    """What the election's rule set says of the figures."""
    rules = rules_of(election)
    return Conventions(
        rules.issued_includes_spoiled,
        surplus=not rules.none_left_valid,
        state=rules.shortage == "art-79",
        polling=rules.polling,
    )


def against(conventions: Conventions, levels: Levels, given: Given) -> tuple[list[Problem], tuple[str, ...]]:
    """What keeps the figures of one area from being taken, and the rules of the world that are broken and yet true.

    R1 to R11, R16, R17, R20, R22, R23: errors, rules of the world without an incident in words, warnings without a
    note, and texts that cannot be read.
    """
    if not given.texts.keys() & _CHECKED:
        faults: list[Problem] = []
        told = _NOTHING
    else:
        told, faults = _told(given)
    seats = levels.units[levels.areas[given.area].units[given.contest]].seats
    true = []
    for finding in level_findings(given.figures, seats, conventions, told):
        if finding.kind == "world" and tells_an_incident(given.texts.get("incidents", "")):
            true.append(finding.code)
        elif finding.kind != "warning" or not given.note.strip():
            faults.append(_problem(given.place, finding))
    return faults, tuple(dict.fromkeys(true))


def with_true_rules(detail: Mapping[str, Any], true: Iterable[str]) -> dict[str, Any]:
    """What is noted of an area, with the rules of the world that are broken and yet true, told by every level above."""
    codes = list(true)
    return {**{k: v for k, v in detail.items() if k != "true"}, **({"true": codes} if codes else {})}


_CHECKED = frozenset((*TIMES, *SHARES, "lacking", "empty_seats", *INVENTORY))
_NOTHING = Told()


def _told(given: Given) -> tuple[Told, list[Problem]]:
    faults: list[Problem] = []
    moments = [_read(given, name, _moment, faults) for name in TIMES]
    voted, valid, invalid = (_read(given, name, _share, faults) for name in SHARES)
    for name in (*INVENTORY, "empty_seats"):
        _read(given, name, parse_whole, faults)
    opened, closed, finished = moments
    times = Times(opened, closed, finished) if opened and closed and finished else None
    shares = (valid, invalid) if valid is not None and invalid is not None else None
    faults += _lacking(given)
    return Told(times, shares, voted), faults


def _read(given: Given, name: str, parse: Callable[[str], T | None], faults: list[Problem]) -> T | None:
    text = given.texts.get(name, "")
    found = parse(text) if text else None
    if text and found is None:
        said = message("'{value}' in {name} cannot be read; correct it", value=text, name=name)
        faults.append(Problem("results", given.place, said))
    return found


def _moment(text: str) -> datetime | None:
    for form in _MOMENTS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None


def _share(text: str) -> Percentage | None:
    found = _SHARE.fullmatch(text.strip())
    return Percentage(int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))) if found else None


def _lacking(given: Given) -> Iterator[Problem]:
    named = {part.strip() for part in given.texts.get("lacking", "").split(";") if part.strip()}
    for name in sorted(named - set(SIGNS)):
        text = message("'{value}' in {name} cannot be read; correct it", value=name, name="lacking")
        yield Problem("results", given.place, text)
    lacking = r17([sign for sign in SIGNS if sign not in named])
    if lacking and given.texts.get("number"):
        text = message(
            "R17: the minutes lack {lacking}; send them back to the polling team, they are not signed without",
            lacking=", ".join(lacking),
        )
        yield Problem("R17", given.place, text)


def _problem(place: str, finding: Finding) -> Problem:
    if finding.kind == "world":
        text = message("rule {rule}: {text} (true? then write the incident)", rule=finding.code, text=finding.text)
    elif finding.kind == "warning":
        text = message("rule {rule}: {text} (true? then write a note)", rule=finding.code, text=finding.text)
    else:
        text = message("rule {rule}: {text}", rule=finding.code, text=finding.text)
    return Problem(finding.code, place, text)


def across_contests(
    db: Connection, election: Election, levels: Levels, given: Iterable[Given], round_: int = FIRST_ROUND
) -> Iterator[Problem]:
    """R13, R19 and R21: the papers of all contests of an area beside each other, with what stands of those not given.

    R21 is looked at where the total of a row is told and the ballots of every contest of the area are.
    """
    by_area: dict[str, dict[str, Given]] = {}
    for one in given:
        by_area.setdefault(one.area, {})[one.contest] = one
    standing = _others(db, levels, by_area, round_)
    level_of: Mapping[str, Level] = {c.id: c.level for c in election.contests}
    for area, here in by_area.items():
        first = next(iter(here.values()))
        papers = {
            **{c: Given(first.place, c, area, e.figures, e.detail, "") for c, e in standing.get(area, {}).items()},
            **here,
        }
        noted = any(one.note.strip() for one in here.values())
        if not noted and len(papers) > 1:
            voters = {level_of[c]: one.figures.get("voters", 0) for c, one in papers.items()}
            yield from (_problem(first.place, f) for f in voters_findings(voters))
        if any(name in one.texts for one in here.values() for name in INVENTORY):
            issued = {c: one.figures.get("issued", 0) for c, one in papers.items()}
            held = frozenset(levels.areas[area].units)
            yield from (_problem(first.place, f) for f in inventory_findings(_rows(papers, held), issued))


def _others(
    db: Connection, levels: Levels, given: Mapping[str, Mapping[str, Given]], round_: int
) -> dict[str, dict[str, stored.Entry]]:
    wanted: dict[str, list[str]] = {}
    for area, here in given.items():
        for contest in levels.areas[area].units:
            if contest not in here:
                wanted.setdefault(contest, []).append(area)
    found: dict[str, dict[str, stored.Entry]] = {}
    for contest, areas in wanted.items():
        for area, entry in stored.latest(db, contest, round_, areas).items():
            found.setdefault(area, {})[contest] = entry
    return found


def _rows(papers: Mapping[str, Given], held: frozenset[str]) -> list[InventoryRow]:
    rows = []
    for row in ROWS:
        told = {c: parse_whole(one.texts.get(STOCK + row, "")) for c, one in papers.items()}
        of = {c: n for c, n in told.items() if n is not None}
        totals = {n for one in papers.values() if (n := parse_whole(one.texts.get(STOCK_TOTAL + row, ""))) is not None}
        if of:
            together = sum(of.values())
            told_totals = totals if totals and held <= of.keys() else {together}
            rows += [InventoryRow(row, total, of) for total in sorted(told_totals)]
    return rows


def of_the_elected(
    db: Connection, election: Election, levels: Levels, given: Iterable[Given], round_: int = FIRST_ROUND
) -> Iterator[Problem]:
    """R18: who the minutes of others name as elected, beside the sum of the unit as it is kept now."""
    seen: set[tuple[str, tuple[str, ...], int | None]] = set()
    for one in given:
        if "elected" not in one.texts and "empty_seats" not in one.texts:
            continue
        unit = levels.units[levels.areas[one.area].units[one.contest]]
        named = tuple(sorted(filter(None, (c.strip() for c in one.texts.get("elected", "").split(";")))))
        missing = parse_whole(one.texts.get("empty_seats", ""))
        if (unit.id, named, missing) in seen:
            continue
        seen.add((unit.id, named, missing))
        node = Node("unit", unit.id)
        sums = stored.sums(db, one.contest, round_, [node])
        figures = sums[node].figures if node in sums else {}
        if levels.expected(one.contest, node) > sum(figures.get(f"state:{s}", 0) for s in _DONE):
            text = message(
                "the elected of unit {unit} are named but areas of it are missing; hand in all its areas first, or "
                "leave the elected out",
                unit=unit.name,
            )
            yield Problem("R18", one.place, text)
            continue
        decided = [r for r in rulings.every(db, one.contest) if r.unit == unit.id]
        if round_ != FIRST_ROUND:  # what was decided of the first round says nothing of another
            decided = list(ties_of_extra(decided))
        computed = elected_of(election, unit, figures, decided)
        for text in r18(named, computed, unit.seats, missing):
            yield _problem(one.place, Finding(18, "error", text))


_DONE = ("complete", "signed", "corrected", "annulled")
