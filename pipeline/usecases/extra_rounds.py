"""Extra elections (Art. 79) in the workspace of the first round: kept beside it, summed apart, joined with it.

An extra election is counted, with its own minutes, in the workspace of its definition. Its file of results comes into
the first workspace as figures of a round of their own: no sum of the first round moves, and both rounds are there for
who is elected and for the summary forms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Literal

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.election.codec import digest
from pipeline.election.definition import Election, Round, Unit
from pipeline.election.figures import AreaFigures
from pipeline.election.rules import rules_of
from pipeline.errors import Problem, Refusal, refuse
from pipeline.messages import message
from pipeline.storage import levels as stored
from pipeline.storage import rulings
from pipeline.storage.levels import Entry
from pipeline.tally.levels import PAPER, Levels, Node, paper_in, result_in
from pipeline.tally.rounds import Decision, NextRound, Ruling, UnitFinal, final, settled_tie, ties_of_extra
from pipeline.usecases.handing_up import EXTRA_ROUND, FIRST_ROUND, NewFigures
from pipeline.usecases.results_file import ResultsFile
from pipeline.usecases.rulings import UnitRound, keep_ruling, later_definition, round_of, rounds
from pipeline.usecases.totals import AreaTotals, Totals, elected_of, unit_totals
from pipeline.usecases.workspace import Workspace

DONE = ("complete", "signed", "corrected")


@dataclass(frozen=True, slots=True)
class KeptExtra:
    """The extra election of one unit as it stands in the first workspace: its definition, its areas and its sum."""

    unit: str
    election: Election
    totals: Totals


# Coming in -----------------------------------------------------------------------------------------------


def extra_of_file(workspace: Workspace, given: ResultsFile, again: Round) -> Election:
    """The definition of the extra election that a file tells of, from what was ordered here and the file's seats.

    Refused: units whose extra election nobody ordered here by this decision (``round-not-ordered``), a file that tells
    neither day nor seats (``results-round``).
    """
    if given.day is None or not given.seats:
        raise refuse(
            "results-round", given.name, "the file does not tell of which round it is ({why}); export it anew",
            why="day, seats",
        )  # fmt: skip
    with workspace.database.read() as db:
        ordered = {r.unit: r for r in rulings.every(db) if r.kind == "extra" and not r.area}
    decision = Decision(again.decision, again.decided, again.authority)
    problems = [
        Problem(
            "round-not-ordered",
            given.name,
            message(
                "no extra election of unit {unit} is ordered here by decision {number}; write the decision down with "
                "'kiemphieu rounds order'",
                unit=unit,
                number=again.decision,
            ),
        )
        for unit in given.seats
        if unit not in ordered or ordered[unit].decision != decision
    ]
    if problems:
        raise Refusal(problems)
    filled = {u: (n, ordered[u].chosen) for u, n in given.seats.items()}
    return _definition(workspace.election, filled, decision, given.day)


def _definition(
    election: Election, filled: Mapping[str, tuple[int, tuple[str, ...]]], decision: Decision, day: date
) -> Election:
    """``filled``: unit -> its seats and its list."""
    coming = {unit: NextRound("extra", day, seats, chosen, decision) for unit, (seats, chosen) in filled.items()}
    return later_definition(election, coming, decision, day)


def changed_without_reason(
    given: ResultsFile, before: Mapping[tuple[str, str], Entry], reason: str
) -> Iterator[Problem]:
    """Areas that came in already with other figures: they were corrected in their own workspace, so why is asked."""
    for row in given.rows:
        last = before.get((row.contest, row.area))
        same = last is None or dict(last.figures) == {n: v for n, v in row.figures.items() if v}
        if not same and not reason.strip():
            text = message("other figures of this area stand already; give the reason why they are replaced")
            yield Problem("reason-missing", row.place, text)


def of_extra(new: NewFigures, again: Round, given: ResultsFile, levels: Levels) -> NewFigures:
    """Figures of an area in the extra election, with the day, the seats and the decision of that round."""
    assert given.day is not None
    unit = levels.areas[new.area].units[new.contest]
    told = {"round": "extra", "held": given.day.isoformat(), "seats": given.seats[unit], "ordered": again.decision}
    return replace(new, round=EXTRA_ROUND, detail={**new.detail, **told})


def take_ties(
    db: Connection,
    workspace: Workspace,
    actor: Actor,
    voting: tuple[Election, Levels],
    given: ResultsFile,
    round_: int,
    reason: str,
) -> None:
    """Write down how ties were decided in the workspace of the round that a file comes from.

    Refused: a unit that does not vote in it (``unit-unknown``), areas of it that are missing here
    (``unit-not-complete``), people who are not tied by these figures (``tie-choice``, ``tie-settled``), another
    decision than one that stands without a reason (``reason-missing``).
    """
    (election, levels), decided = voting, rulings.every(db)
    kind: Literal["tie", "tie_extra"] = "tie" if round_ == FIRST_ROUND else "tie_extra"
    for unit_id, (chosen, decision) in given.ties.items():
        unit = levels.units.get(unit_id)
        if unit is None or not unit.seats:
            raise refuse("unit-unknown", given.name, "there is no unit '{value}' with seats; correct it", value=unit_id)
        stands = [r for r in decided if r.kind == kind and r.unit == unit_id]
        if stands and (set(stands[-1].chosen), stands[-1].decision) == (set(chosen), decision):
            continue
        if stands and not reason.strip():
            raise refuse("reason-missing", given.name, "a change needs a reason; write why")
        node = Node("unit", unit_id)
        sums = stored.sums(db, unit.contest, round_, [node])
        figures = sums[node].figures if node in sums else {}
        if levels.expected(unit.contest, node) > sum(figures.get(f"state:{s}", 0) for s in (*DONE, "annulled")):
            raise refuse(
                "unit-not-complete", unit_id, "the result of this unit is not complete; finish its count first"
            )
        settled_tie(unit_id, elected_of(election, unit, figures), chosen)
        keep_ruling(db, workspace, actor, Ruling(kind, unit.contest, unit_id, "", chosen, decision, reason.strip()))


def settle_extra_tie(workspace: Workspace, actor: Actor, unit: str, chosen: Sequence[str], decision: Decision) -> None:
    """Write down who of those tied in the extra election of a unit is elected, where no file has told it.

    Refused: no results of one are here (``round-unknown``), and as :func:`pipeline.usecases.rulings.settle_tie`.
    """
    require(actor, "rule")
    found = next((r for r in extra_rounds(workspace, actor) if r.unit.id == unit), None)
    if found is None:
        raise refuse("round-unknown", unit, "no results of an extra election of this unit are here; take them in first")
    if found.held is None:
        raise refuse("unit-not-complete", unit, "the result of this unit is not complete; finish its count first")
    settled_tie(unit, found.held.outcome, chosen)
    with workspace.database.write() as db:
        keep_ruling(db, workspace, actor, Ruling("tie_extra", found.unit.contest, unit, "", tuple(chosen), decision))


# As it stands --------------------------------------------------------------------------------------------


def kept_extras(db: Connection, election: Election) -> tuple[KeptExtra, ...]:
    """The extra elections that have come in, unit by unit in the order of the definition."""
    if election.round is not None:
        return ()
    found = []
    for contest in election.contests:
        entries = stored.latest(db, contest.id, EXTRA_ROUND)
        if not entries:
            continue
        decided = rulings.every(db, contest.id)
        ordered = {r.unit: r for r in decided if r.kind == "extra" and not r.area}
        for unit in (u for u in election.units if u.contest == contest.id and u.id in ordered):
            held = [a.id for a in election.areas if a.units.get(contest.id) == unit.id]
            mine = {area: entries[area] for area in held if area in entries}
            if mine:
                ties = ties_of_extra([r for r in decided if r.unit == unit.id])
                found.append(_kept(election, unit, ordered[unit.id], mine, ties))
    return tuple(found)


def _kept(
    election: Election, unit: Unit, ordered: Ruling, entries: Mapping[str, Entry], ties: Sequence[Ruling]
) -> KeptExtra:
    told = next(iter(entries.values())).detail
    day, seats = date.fromisoformat(told["held"]), int(told["seats"])
    extra = _definition(election, {unit.id: (seats, ordered.chosen)}, ordered.decision, day)
    names = [c.id for c in extra.candidates_of(unit.id)]
    areas = tuple(_area(unit, names, day, entries.get(a.id), a.id) for a in extra.areas)
    whole = len(entries) == len(extra.areas) and all(e.state in DONE for e in entries.values())
    there = [a for a in areas if a.figures is not None]
    sums = unit_totals(extra, extra.unit(unit.id), there, whole, ties)
    return KeptExtra(unit.id, extra, Totals(digest(extra), areas, (sums,)))


def _area(unit: Unit, names: Sequence[str], day: date, entry: Entry | None, area: str) -> AreaTotals:
    """Members, witnesses and times are those of the round's own workspace, which prints the area's minutes."""
    figures = entry.figures if entry is not None else {}
    counted = result_in(figures)
    result = replace(counted, votes={c: counted.votes.get(c, 0) for c in names})
    given = None
    if entry is not None:
        paper, night = paper_in(figures), datetime.combine(day, time())
        numbers = {name: getattr(paper, name) for name in PAPER}
        given = AreaFigures(area, unit.contest, **numbers, opened=night, closed=night, finished=night,
                            members=(), opening_witnesses=(), closing_witnesses=())  # fmt: skip
    return AreaTotals(area, unit.contest, unit.id, result, given, (), 0)


def extra_levels(db: Connection, election: Election) -> Levels | None:
    """The trees of all extra elections that have come in together; ``None`` where none has."""
    kept = kept_extras(db, election)
    if not kept:
        return None
    first = kept[0].election
    told = first.round
    assert told is not None
    filled = {
        k.unit: (k.election.unit(k.unit).seats, tuple(c.id for c in k.election.candidates_of(k.unit))) for k in kept
    }
    return Levels(_definition(election, filled, Decision(told.decision, told.decided, told.authority), first.day))


def extra_rounds(workspace: Workspace, actor: Actor) -> tuple[UnitRound, ...]:
    """The units whose extra election has come in, each as it stands in that round."""
    require(actor, "see_totals")
    with workspace.database.read() as db:
        kept = kept_extras(db, workspace.election)
    return tuple(round_of(k.election, k.election.unit(k.unit), k.totals.units[0]) for k in kept)


def joined(actor: Actor, first: Workspace, later: Sequence[Workspace]) -> tuple[tuple[Unit, UnitFinal], ...]:
    """Every unit of ``first`` that is complete, with all its rounds together.

    Later rounds are those of the workspaces ``later``, and extra elections whose results ``first`` has taken in.
    Refused (``round-foreign``): a workspace that is no later round of ``first``.
    """
    for workspace in later:
        told = workspace.election.round
        if told is None or told.of != digest(first.election):
            raise refuse(
                "round-foreign", str(workspace.folder), "this is no later round of that election; check the folders"
            )
    shortage = rules_of(first.election).shortage
    found = []
    more = [r for one in sorted(later, key=lambda w: w.election.day) for r in rounds(one, actor)]
    given = {r.unit.id for r in more if r.held is not None and r.held.kind == "extra"}
    more += [r for r in extra_rounds(first, actor) if r.unit.id not in given]
    for one in rounds(first, actor):
        held = [one.held, *(r.held for r in more if r.unit.id == one.unit.id)]
        counted = [h for h in held if h is not None]
        if one.held is not None:
            level = first.election.contest(one.unit.contest).level
            found.append((one.unit, final(counted, shortage, level == "assembly")))
    return tuple(found)
