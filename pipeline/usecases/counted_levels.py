"""What is counted here goes up to the levels: only areas that changed since, in the order in which they are found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.access.roles import SYSTEM, Actor
from pipeline.errors import Problem, Refusal
from pipeline.messages import message
from pipeline.storage import levels as stored
from pipeline.storage import rulings
from pipeline.storage.levels import Entry
from pipeline.tally.levels import AreaState, Node, figures_of
from pipeline.tally.rounds import Ruling
from pipeline.tally.rules import PaperFigures
from pipeline.usecases.handing_up import FIRST_ROUND, NewFigures, hand_up, levels_of
from pipeline.usecases.standing import AreaStanding, standing
from pipeline.usecases.workspace import Workspace

AT_ONCE = 300
"""So many areas go up in one transaction: of 3,000 none waits for one transaction each, and no writer for all."""
WHOLE = 20
"""With more changed areas of a contest all its areas are looked at in one pass."""


def settle(workspace: Workspace) -> tuple[Problem, ...]:
    """Hand up every area whose count, figures or signed minutes changed here; what a level holds back is given.

    Only closed batches count. An area under a locked level, or one that was corrected or imported by a decision since,
    keeps what stands there: it is named until somebody opens the level or decides.
    """
    with workspace.database.read() as db:
        waiting = stored.stale(db)
    held: list[Problem] = []
    for contest, marks in waiting.items():
        found = _standings(workspace, contest, list(marks))
        for first in range(0, len(found), AT_ONCE):
            held += _settle_some(workspace, contest, found[first : first + AT_ONCE], marks)
    return (*held, *_annul(workspace))


def _annul(workspace: Workspace) -> tuple[Problem, ...]:
    """Leave out of every sum what was annulled by a decision about an area or unit of this workspace (Art. 81)."""
    with workspace.database.read() as db:
        decided = [r for r in rulings.every(db) if r.kind in ("annul_area", "annul_unit")]
    levels = levels_of(workspace.election)
    held: list[Problem] = []
    for ruling in decided:
        areas = [ruling.area] if ruling.area else levels.own_areas(ruling.contest, Node("unit", ruling.unit))
        try:
            with workspace.database.write() as db:
                last = stored.latest(db, ruling.contest, FIRST_ROUND, areas)
                hand_up(
                    db,
                    levels,
                    [annulled(e, ruling) for e in last.values() if e.state != "annulled" and not e.re_voted],
                    at=workspace.clock(),
                )
        except Refusal as refusal:
            if {p.code for p in refusal.problems} != {"level-locked"}:
                raise
            held += refusal.problems
    return tuple(held)


def annulled(entry: Entry, ruling: Ruling, author: Actor = SYSTEM, approver: Actor | None = None) -> NewFigures:
    """What the levels show of an annulment: the decision itself is the ruling."""
    decision = f"{ruling.decision.number}, {ruling.decision.day:%d/%m/%Y}, {ruling.decision.authority}"
    detail = {**entry.detail, "decision": decision}
    return NewFigures(
        entry.contest,
        entry.area,
        "annulled",
        "annulment",
        entry.figures,
        author.id,
        detail,
        ruling.reason,
        approver.id if approver is not None else None,
    )


def _standings(workspace: Workspace, contest: str, areas: list[str]) -> list[AreaStanding]:
    if len(areas) > WHOLE:
        wanted = set(areas)
        found = standing(workspace, SYSTEM, contest, decisions=False).areas
        return [a for a in found if a.totals.area in wanted]
    return [standing(workspace, SYSTEM, contest, area, decisions=False).areas[0] for area in areas]


def _settle_some(
    workspace: Workspace, contest: str, some: Sequence[AreaStanding], marks: Mapping[str, int]
) -> list[Problem]:
    """Some areas in one transaction; one by one where a level among those above them is locked.

    ``marks``: of every area, from before it was looked at.
    """
    areas = [one.totals.area for one in some]
    held: list[Problem] = []
    try:
        with workspace.database.write() as db:
            before = stored.latest(db, contest, FIRST_ROUND, areas)
            new = []
            for one in some:
                last = before.get(one.totals.area)
                figures = None if last is not None and last.re_voted else _figures(one, last)  # else it is history
                if figures is None:
                    continue
                if last is None or last.source not in ("import", "correction", "annulment"):
                    new.append(figures)
                elif dict(last.figures) != {n: v for n, v in figures.figures.items() if v}:
                    held.append(_differs(contest, one.totals.area))
            hand_up(db, levels_of(workspace.election), new, workspace.clock())
            waiting = {p.place.partition("/")[0] for p in held}
            stored.settled(db, contest, {a: marks[a] for a in areas if a not in waiting})
    except Refusal as refusal:
        if {p.code for p in refusal.problems} != {"level-locked"}:
            raise
        if len(some) == 1:
            return list(refusal.problems)
        return [problem for one in some for problem in _settle_some(workspace, contest, [one], marks)]
    return held


def _differs(contest: str, area: str) -> Problem:
    text = message(
        "the count here differs from what was decided or imported for this area; "
        "correct the area by a decision, or leave it"
    )
    return Problem("count-differs", f"{area}/{contest}", text)


def _figures(one: AreaStanding, last: Entry | None) -> NewFigures | None:
    """What the area hands up; ``None`` where nothing is known of it yet and nothing was."""
    given = one.totals.figures
    paper = PaperFigures(**{n: getattr(given, n) for n in PaperFigures.__slots__}) if given is not None else None
    figures = figures_of(one.totals.result, paper)
    if not figures and last is None:
        return None
    detail = {"incidents": given.incidents} if given is not None and given.incidents else {}
    if one.status == "signed" and one.signed is not None:
        detail |= {"number": one.signed.number, "day": one.signed.day.isoformat(), "signers": one.signed.signers}
    return NewFigures(one.totals.contest, one.totals.area, _state(one, last), "count", figures, SYSTEM.id, detail)


def _state(one: AreaStanding, last: Entry | None) -> AreaState:
    if one.status == "signed":
        return "signed"
    if one.changed_since_signed or (last is not None and last.state in ("signed", "corrected")):
        return "corrected" if one.official else "provisional"
    if one.official:
        return "complete"
    return "provisional" if one.batches else "voters"
