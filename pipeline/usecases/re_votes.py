"""Figures of a re-vote come in: they take the place of the first ones, and both stay readable (Art. 80, 81)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from pipeline.access.roles import Actor
from pipeline.election.definition import Round
from pipeline.errors import Problem
from pipeline.messages import message
from pipeline.storage import rulings
from pipeline.storage.levels import Entry
from pipeline.tally.levels import Levels
from pipeline.tally.rounds import Ruling, annulled_areas
from pipeline.usecases.handing_up import NewFigures
from pipeline.usecases.results_file import ResultsFile
from pipeline.usecases.rulings import keep_ruling
from pipeline.usecases.workspace import Workspace


def not_ordered(
    db: Connection, levels: Levels, given: ResultsFile, before: Mapping[tuple[str, str], Entry]
) -> Iterator[Problem]:
    """Areas of a re-vote that nobody ordered here, or that have voted again with other figures already."""
    ordered = {(r.contest, r.unit, r.area) for r in rulings.every(db) if r.kind == "re_vote"}
    for row in given.rows:
        unit = levels.areas[row.area].units[row.contest]
        if not ordered & {(row.contest, unit, row.area), (row.contest, unit, "")}:
            text = message(
                "no re-vote of area {area} is ordered here; write the decision down with 'kiemphieu rounds order'",
                area=row.area,
            )
            yield Problem("round-not-ordered", row.place, text)
        last = before.get((row.contest, row.area))
        if last is not None and last.re_voted and dict(last.figures) != {n: v for n, v in row.figures.items() if v}:
            text = message("the re-vote of this area came in with other figures; correct it with reason and approval")
            yield Problem("area-signed", row.place, text)


def of_re_vote(new: NewFigures, again: Round) -> NewFigures:
    """The next version of the area, with the decision that ordered the re-vote."""
    decision = f"{again.decision}, {again.decided:%d/%m/%Y}, {again.authority}"
    detail = {**new.detail, "round": "re_vote", "decision": decision}
    return replace(new, source="re_vote", detail=detail, reason=new.reason or decision)


def note_re_voted(
    db: Connection, workspace: Workspace, actor: Actor, levels: Levels, new: Sequence[NewFigures]
) -> None:
    """Areas that were annulled by themselves count again in their unit; the decision is that of the re-vote."""
    for contest in sorted({one.contest for one in new}):
        decided = rulings.every(db, contest)
        waiting = annulled_areas(decided)
        by_area = {r.area: r for r in decided if r.kind == "re_vote" and r.area}
        for one in new:
            ordered = by_area.get(one.area)
            if one.contest == contest and one.area in waiting and ordered is not None:
                unit = levels.areas[one.area].units[contest]
                kept = Ruling("re_voted", contest, unit, one.area, (), ordered.decision, one.reason)
                keep_ruling(db, workspace, actor, kept)
