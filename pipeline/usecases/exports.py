"""What goes out of a count as files: totals at every level, cast vote records, election results, readings.

All over closed batches only. Files are written beside their name and put in place when they are whole.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Literal

from pipeline.access.roles import Actor, require
from pipeline.audit.chain import AuditEvent
from pipeline.election.codec import digest as election_digest
from pipeline.election.definition import Election
from pipeline.errors import refuse
from pipeline.recognize.read import ENGINE
from pipeline.reports.level_files import PROVISIONAL, Kind, LevelRow, levels_file
from pipeline.reports.nist import cvr, results
from pipeline.reports.nist.cdf import Spelling, write
from pipeline.storage import batches, cast, log
from pipeline.storage import levels as stored
from pipeline.tally.levels import PAPER, Figures, Node, figures_of, result_in, together
from pipeline.tally.rules import PaperFigures
from pipeline.tally.shares import in_shares, person_of
from pipeline.usecases.cast_records import cast_ballots
from pipeline.usecases.counted_levels import settle
from pipeline.usecases.handing_up import FIRST_ROUND, levels_of
from pipeline.usecases.levels import kept
from pipeline.usecases.shares import share_totals
from pipeline.usecases.standing import AreaStanding, Standing, as_totals, standing
from pipeline.usecases.workspace import Workspace

What = Literal["levels", "results", "cvr", "readings"]
WHAT: tuple[What, ...] = ("levels", "results", "cvr", "readings")


def levels_export(workspace: Workspace, actor: Actor, kind: Kind) -> tuple[str, bytes]:
    """File name and content of the totals at every level; the name tells where they are not official."""
    require(actor, "export")
    election = workspace.election
    every = [standing(workspace, actor, c.id) for c in election.contests]
    rows = [row for of in every for row in _by_shares(election, of, level_rows(workspace, of))]
    official = bool(rows) and all(r.official for r in rows)
    _note(workspace, actor, "levels_exported", kind, {"official": official})
    head = {"election": election.id, "title": election.title, "definition_sha256": election_digest(election)}
    content = levels_file(rows, _names(election), kind, head)
    return f"levels{'' if official else '-' + PROVISIONAL}.{kind}", content


def level_rows(workspace: Workspace, of: Standing) -> Iterator[LevelRow]:
    """The whole contest, its places from the top down, its units, its areas."""
    election = workspace.election
    places = {p.id: p for p in election.places}
    areas = {a.id: a for a in election.areas}
    within: dict[str, list[AreaStanding]] = {}
    for area in of.areas:
        above: str | None = areas[area.totals.area].place
        while above is not None:
            within.setdefault(above, []).append(area)
            above = places[above].parent
    body = election.contest(of.contest).body
    settle(workspace)
    levels = levels_of(election)
    with workspace.database.read() as db:
        sums = kept(db, levels, of.contest, within)
        kept_units = stored.sums(db, of.contest, FIRST_ROUND, levels.nodes(of.contest))
    whole = together(sums[top.id] for top in levels.tops(of.contest, "place") if top.id in sums)
    yield _row(of.contest, "contest", of.contest, body, "", of.areas, whole)
    for place in election.places:
        if place.id in within:
            inside, found = within[place.id], sums.get(place.id, {})
            yield _row(of.contest, place.kind, place.id, place.name, place.parent or "", inside, found)
    units = {u.id: u for u in election.units}
    by_unit: dict[str, list[AreaStanding]] = {}
    for area in of.areas:
        by_unit.setdefault(area.totals.unit, []).append(area)
    for unit, below in by_unit.items():
        node = Node("unit", unit)
        sums_here = kept_units[node].figures if node in kept_units else {}
        yield _row(of.contest, "unit", unit, units[unit].name, of.contest, below, sums_here)
    for area in of.areas:
        known = areas[area.totals.area]
        yield _row(of.contest, "area", known.id, known.name, known.place, [area], _figures(area))


def _by_shares(election: Election, of: Standing, rows: Iterable[LevelRow]) -> Iterator[LevelRow]:
    """The rows of a contest; where it votes by shares without the votes of a class, and with a row in shares."""
    found = share_totals(election, as_totals(election, [of]))
    for row in rows:
        yield replace(row, result=replace(row.result, votes={})) if found else row
    for one in found:
        below = [a for a in of.areas if a.totals.unit in {unit.id for unit, _ in one.classes}]
        official = bool(below) and all(a.official for a in below)
        result = in_shares((unit.shares, a.result) for unit, areas in one.classes for a in areas)
        given = [(unit.shares, a.figures) for unit, areas in one.classes for a in areas]
        voters, voted = (sum(s * getattr(f, n) for s, f in given if f is not None) for n in ("voters", "voted"))
        closed = sum(a.closed for a in below)
        yield LevelRow(
            of.contest,
            "shares",
            one.unit.id,
            one.unit.name,
            of.contest,
            len(below),
            closed,
            official,
            voters,
            voted,
            result,
        )


def _names(election: Election) -> dict[str, str]:
    """Candidate -> name; where they stand in several classes also by their own ids."""
    names = {c.id: c.full_name for c in election.candidates}
    weighed = {u.id: u.shares for u in election.units if u.shares}
    return names | {person_of(c.id, weighed[c.unit]): c.full_name for c in election.candidates if c.unit in weighed}


def _figures(area: AreaStanding) -> Figures:
    given = area.totals.figures
    paper = PaperFigures(**{n: getattr(given, n) for n in PAPER}) if given is not None else None
    return figures_of(area.totals.result, paper)


def _row(
    contest: str, kind: str, key: str, name: str, above: str, below: Sequence[AreaStanding], figures: Figures
) -> LevelRow:
    closed = sum(a.closed for a in below)
    official = bool(below) and all(a.official for a in below)
    people = figures.get("voters", 0), figures.get("voted", 0)
    result = result_in(figures)
    return LevelRow(contest, kind, key, name, above, len(below), closed, official, *people, result)


def results_export(workspace: Workspace, actor: Actor, spelling: Spelling) -> tuple[str, bytes]:
    """File name and content of the election results as NIST SP 1500-100."""
    require(actor, "export")
    every = [standing(workspace, actor, c.id) for c in workspace.election.contests]
    status = _status([a for s in every for a in s.areas])
    counts = [_of_contest(workspace, s) for s in every if s.areas]
    document = results.report(workspace.election, counts, status, workspace.clock(), trial=workspace.trial)
    _note(workspace, actor, "results_exported", spelling, {"status": status})
    stream = io.BytesIO()
    write(stream, spelling, results.NAMESPACE, document)
    name = "results" if status != "unofficial-partial" else f"results-{PROVISIONAL}"
    return f"{name}.{spelling}", stream.getvalue()


def _status(areas: list[AreaStanding]) -> results.Status:
    """Certified means here: the signed minutes of every area are in and sign the figures that stand."""
    if not areas or not all(a.official for a in areas):
        return "unofficial-partial"
    return "certified" if all(a.status == "signed" for a in areas) else "unofficial-complete"


def _of_contest(workspace: Workspace, of: Standing) -> results.ContestCount:
    election = workspace.election
    found = share_totals(election, as_totals(election, [of]))
    if not found:
        return _contest_count(workspace, of)
    units = []
    for one in found:
        first = one.classes[0][0]
        below = [a for a in of.areas if a.totals.unit in {unit.id for unit, _ in one.classes}]
        people = tuple(
            results.Person(person_of(c.id, first.shares), c.full_name) for c in election.candidates_of(first.id)
        )
        elected = one.outcome.elected if one.outcome is not None and not one.outcome.undecided else None
        result = in_shares((unit.shares, a.result) for unit, areas in one.classes for a in areas)
        done = sum(a.closed for a in below)
        weighed = results.Weighed(one.result.ballots, people, one.seats)
        whole = all(a.official for a in below)
        units.append(results.UnitCount(one.unit.id, None, None, result, whole, done, elected, weighed))
    return results.ContestCount(of.contest, (), tuple(units))


def _contest_count(workspace: Workspace, of: Standing) -> results.ContestCount:
    places = {a.id: a.place for a in workspace.election.areas}
    units = []
    for unit in of.units:
        below = [a for a in of.areas if a.totals.unit == unit.unit]
        elected = unit.outcome.elected if unit.outcome is not None and not unit.outcome.undecided else None
        units.append(
            results.UnitCount(
                unit.unit,
                unit.voters,
                unit.voted,
                unit.result,
                all(a.official for a in below),
                sum(a.closed for a in below),
                elected,
            )
        )
    return results.ContestCount(of.contest, tuple(_area_count(a, places) for a in of.areas), tuple(units))


def _area_count(area: AreaStanding, places: dict[str, str]) -> results.AreaCount:
    state: results.State = "completed" if area.closed else ("in-process" if area.batches else "not-processed")
    given = area.totals.figures
    return results.AreaCount(
        area.totals.area,
        places[area.totals.area],
        area.totals.unit,
        given.voters if given else None,
        given.voted if given else None,
        area.totals.result,
        state,
    )


def write_cvr(
    workspace: Workspace,
    actor: Actor,
    file: Path,
    spelling: Spelling,
    contest: str | None = None,
    area: str | None = None,
) -> int:
    """Write the cast vote records (NIST SP 1500-103) of closed batches; gives how many there are.

    Refused (``nothing-closed``) where no batch of that ``contest`` and ``area`` is closed.
    """
    require(actor, "export")
    with workspace.database.read() as db:
        closed = [b for b in batches.every(db, contest=contest, area=area) if b.state == "closed"]
    if not closed:
        raise refuse(
            "nothing-closed",
            area or contest or workspace.election.id,
            "no batch of this is closed, and ballots of open batches are not given out; close the batches first",
        )
    areas = {b.area for b in closed}
    units = {workspace.election.ballot_form_id(b.area, b.contest) for b in closed}
    head = cvr.report(
        workspace.election,
        [u for u in workspace.election.units if u.id in units],
        [a.id for a in workspace.election.areas if a.id in areas],
        ENGINE,
        workspace.clock(),
        trial=workspace.trial,
    )
    with whole_file(file) as stream:
        records = (cvr.cvr(b) for b in cast_ballots(workspace, actor, contest, area))
        number = write(stream, spelling, cvr.NAMESPACE, head, "CVR", records)
    _note(workspace, actor, "cvr_exported", spelling, {"ballots": number, "contest": contest, "area": area})
    return number


def write_readings(workspace: Workspace, actor: Actor, file: Path) -> int:
    """Write every reading of counted ballots of closed batches with its decision, shuffled within each batch, as CSV.

    Gives the number of readings.
    """
    require(actor, "export")
    number = 0
    with whole_file(file) as stream, workspace.database.read() as db:
        text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", write_through=True)
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(["batch", "ballot", "field", "kind", "value", "accepted", "score", "p_wrong"])
        for batch in batches.every(db):
            if batch.state != "closed":
                continue
            for found in cast.counted(db, batch.id):
                for r in found.readings:
                    row = [batch.id, found.ballot.id, r.field, r.kind, r.value, int(r.accepted), r.score, r.p_wrong]
                    writer.writerow(row)
                    number += 1
        text.detach()
    _note(workspace, actor, "readings_exported", "csv", {"readings": number})
    return number


@contextmanager
def whole_file(file: Path) -> Iterator[BinaryIO]:
    """A file that stands under its name only when it is whole; nothing is left of it where writing fails."""
    beside = file.with_name(file.name + ".part")
    try:
        with beside.open("wb") as stream:
            yield stream
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def _note(workspace: Workspace, actor: Actor, act: str, subject: str, detail: dict[str, object]) -> None:
    with workspace.database.write() as db:
        log.append(db, AuditEvent(actor.id, act, subject, detail), workspace.clock())
