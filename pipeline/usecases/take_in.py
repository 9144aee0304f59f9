"""Results of areas that were counted elsewhere come in as a file: checked whole, then kept whole or not at all."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.audit.chain import AuditEvent
from pipeline.election.codec import digest
from pipeline.election.definition import Election, Round
from pipeline.errors import Problem, Refusal, refuse
from pipeline.messages import message
from pipeline.storage import batches, figures, log, rulings
from pipeline.storage import levels as stored
from pipeline.storage.levels import Entry
from pipeline.tally.levels import VOTES, AreaState, Levels
from pipeline.usecases.area_rules import (
    Given,
    across_contests,
    against,
    conventions_of,
    of_the_elected,
    with_true_rules,
)
from pipeline.usecases.counted_levels import settle
from pipeline.usecases.deadlines import check_window
from pipeline.usecases.extra_rounds import changed_without_reason, extra_of_file, of_extra, take_ties
from pipeline.usecases.handing_up import EXTRA_ROUND, FIRST_ROUND, NewFigures, hand_up, levels_of
from pipeline.usecases.level_acts import known_figures
from pipeline.usecases.re_votes import not_ordered, note_re_voted, of_re_vote
from pipeline.usecases.results_file import Reported, ResultsFile, read_results, results_json
from pipeline.usecases.workspace import Workspace

MOST_PROBLEMS = 200
"""So many faults are told at once; a file of another election has one in every row."""


@dataclass(frozen=True, slots=True)
class TakenIn:
    """How many areas a file holds, how many of them were new or changed, and how many are signed."""

    areas: int
    new: int
    signed: int


def take_in(workspace: Workspace, actor: Actor, path: Path, reason: str = "") -> TakenIn:
    """Keep the results of a file. An area with number, day and signers of its minutes is signed, any other complete.

    Refused whole, every fault with its number, place and remedy: a file of another election or another version of its
    forms, unknown areas, contests or candidates, candidates without votes, an area twice, figures that break a rule,
    areas that are counted here, that are signed with other figures, or that lie under a locked level.
    """
    require(actor, "receive")
    with _without_cycles():
        return _take_in(workspace, actor, path, reason)


@contextmanager
def _without_cycles() -> Iterator[None]:
    """A province is some hundred thousand small records without a cycle: looking for one took a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _take_in(workspace: Workspace, actor: Actor, path: Path, reason: str) -> TakenIn:
    levels = levels_of(workspace.election)
    given = read_results(path)
    if given.trial and not workspace.trial:
        raise refuse(
            "trial-results", given.name, "the file comes from a trial and never counts; take one of the real count"
        )
    election = workspace.election
    again = given.round if given.round is not None and given.round.of == digest(election) else None
    _refuse(list(_other_election(election, given, again)))
    round_, voting, election = _of_round(workspace, given, again)
    faults = list(_faults(voting, given))
    unsound = {fault.place for fault in faults}
    papers = [
        Given(r.place, r.contest, r.area, r.figures, r.texts, _note(r, reason))
        for r in given.rows
        if r.place not in unsound
    ]
    true = _true_rules(election, voting, papers, faults)
    with workspace.database.write() as db:
        check_window(db, workspace.clock(), reason)
        before = _before(db, given, round_)
        if again is None:
            _refuse([p for row in given.rows for p in _standing_in_the_way(before, row, reason)])
            counted = _counted_here(db)
            _refuse([_here(row) for row in given.rows if (row.contest, row.area) in counted])
        elif round_ == EXTRA_ROUND:
            _refuse(list(changed_without_reason(given, before, reason)))
        else:
            _refuse(list(not_ordered(db, levels, given, before)))
        _refuse(list(across_contests(db, election, voting, papers, round_)))
        new = [_new(row, actor, given, reason, codes) for row, codes in zip(given.rows, true, strict=True)]
        if again is not None and round_ == EXTRA_ROUND:
            new = [of_extra(one, again, given, voting) for one in new]
        elif again is not None:
            new = [of_re_vote(one, again) for one in new]
            note_re_voted(db, workspace, actor, levels, new)
        at = workspace.clock()
        kept = hand_up(db, levels, new, at)
        _refuse(list(of_the_elected(db, election, voting, papers, round_)))
        if again is not None:
            take_ties(db, workspace, actor, (election, voting), given, round_, reason)
        signed = sum(n.state == "signed" for n in new)
        detail = {"file": given.name, "sha256": given.sha256, "areas": len(new), "new": len(kept), "why": reason}
        if again is not None:
            detail["round"] = again.kind
        log.append(db, AuditEvent(actor.id, "results_imported", workspace.election.id, detail), at)
    return TakenIn(len(new), len(kept), signed)


def _of_round(workspace: Workspace, given: ResultsFile, again: Round | None) -> tuple[int, Levels, Election]:
    """Into which round the file goes, the trees that vote in it, and its definition."""
    if again is not None and again.kind == "extra":
        extra = extra_of_file(workspace, given, again)
        return EXTRA_ROUND, Levels(extra), extra
    return FIRST_ROUND, levels_of(workspace.election), workspace.election


def _refuse(problems: list[Problem]) -> None:
    if len(problems) > MOST_PROBLEMS:
        more = len(problems) - MOST_PROBLEMS
        text = message("and {count} more faults; mend these first, nothing was taken in", count=more)
        raise Refusal([*problems[:MOST_PROBLEMS], Problem("results", problems[0].place.split(",")[0], text)])
    if problems:
        raise Refusal(problems)


def _other_election(election: Election, given: ResultsFile, again: Round | None) -> Iterator[Problem]:
    """``again``: the file names the definition of this election as that of the round before its own."""
    for (name, rules), number in Counter((r.election, r.rule_set) for r in given.rows).items():
        if name != election.id and again is None:
            text = message(
                "{number} areas are of the election '{found}', this workspace counts '{expected}'; "
                "take the file of this election",
                number=number, found=name, expected=election.id,
            )  # fmt: skip
            yield Problem("other-election", given.name, text)
        elif rules != election.rule_set:
            text = message(
                "{number} areas come from forms and rules of the version '{found}', this election has '{expected}'; "
                "have the file made again with this election's definition",
                number=number, found=rules, expected=election.rule_set,
            )  # fmt: skip
            yield Problem("other-forms", given.name, text)


def _note(row: Reported, reason: str) -> str:
    """What answers a warning: the note in the row, or the reason of the act."""
    return row.texts.get("note", "") or reason


def _true_rules(
    election: Election, levels: Levels, papers: Sequence[Given], faults: list[Problem]
) -> list[tuple[str, ...]]:
    """Of each area the rules of the world that are broken and yet true; refused with all the other ``faults``."""
    conventions = conventions_of(election)
    found = [against(conventions, levels, one) for one in papers]
    _refuse([*faults, *(problem for broken, _ in found for problem in broken)])
    return [true for _, true in found]


def _faults(levels: Levels, given: ResultsFile) -> Iterator[Problem]:
    seen: dict[tuple[str, str], str] = {}
    for row in given.rows:
        if row.area not in levels.areas:
            text = message("the area '{value}' is not in the election; correct it", value=row.area)
            yield Problem("area-unknown", row.place, text)
            continue
        if row.contest not in levels.areas[row.area].units:
            text = message(
                "the contest '{value}' is not held in area {area}; correct it", value=row.contest, area=row.area
            )
            yield Problem("contest-unknown", row.place, text)
            continue
        key = (row.contest, row.area)
        if key in seen:
            text = message("this area and contest stand already in {place}; remove one", place=seen[key])
            yield Problem("results-twice", row.place, text)
        seen.setdefault(key, row.place)
        yield from _names(levels, row)
        yield from _signing(row)


def _names(levels: Levels, row: Reported) -> Iterator[Problem]:
    """Exactly the candidates of the unit, and no figure that is not known."""
    standing = levels.votes_on(row.contest, row.area)
    names = row.figures.keys()
    if names - standing <= known_figures(levels, row.contest, row.area) and names >= standing:
        return
    named = {n for n in names if n.startswith(VOTES)}
    if named != standing:
        for name in sorted(named - standing):
            text = message(
                "the candidate '{value}' does not stand in the unit of area {area}; correct it",
                value=name.removeprefix(VOTES), area=row.area,
            )  # fmt: skip
            yield Problem("candidate-unknown", row.place, text)
        for name in sorted(standing - named):
            text = message(
                "the votes for candidate '{value}' are missing; write them, 0 where there are none",
                value=name.removeprefix(VOTES),
            )
            yield Problem("candidate-missing", row.place, text)
    for name in sorted(names - named - known_figures(levels, row.contest, row.area)):
        yield Problem("figure-unknown", row.place, message("'{name}' is no figure of this area", name=name))


def _signing(row: Reported) -> Iterator[Problem]:
    told = [name for name in ("number", "day", "signers") if row.texts.get(name)]
    if told and len(told) < 3:
        text = message("signed minutes need a number, a day and the signers; write all three or none")
        yield Problem("signed-incomplete", row.place, text)


def _before(db: Connection, given: ResultsFile, round_: int) -> Mapping[tuple[str, str], Entry]:
    areas: dict[str, list[str]] = {}
    for row in given.rows:
        areas.setdefault(row.contest, []).append(row.area)
    found = {c: stored.latest(db, c, round_, of) for c, of in areas.items()}
    return {(c, area): entry for c, entries in found.items() for area, entry in entries.items()}


def _standing_in_the_way(before: Mapping[tuple[str, str], Entry], row: Reported, reason: str) -> Iterator[Problem]:
    last = before.get((row.contest, row.area))
    if last is None or last.state == "voters":
        return
    same = dict(last.figures) == {n: v for n, v in row.figures.items() if v}
    if not same and last.state in ("signed", "corrected", "annulled"):
        text = message("this area is signed with other figures; correct it with reason and approval, not by a file")
        yield Problem("area-signed", row.place, text)
    elif not same and not reason.strip():
        text = message("other figures of this area stand already; give the reason why they are replaced")
        yield Problem("reason-missing", row.place, text)


def _counted_here(db: Connection) -> set[tuple[str, str]]:
    return {(b.contest, b.area) for b in batches.every(db)} | {(c, a) for a, c in figures.given(db)}


def _here(row: Reported) -> Problem:
    text = message("this area is counted here; a file does not replace what is counted, void its batches first")
    return Problem("area-counted-here", row.place, text)


def _new(row: Reported, actor: Actor, given: ResultsFile, reason: str, true: tuple[str, ...]) -> NewFigures:
    state: AreaState = "signed" if row.texts.get("number") else "complete"
    figures_now = {n: v for n, v in row.figures.items() if v}
    if not any(n in figures_now for n in ("scanned", "by_hand", "set_aside")):
        figures_now["by_hand"] = figures_now.get("collected", 0)  # R23: nobody scanned here, the paper was counted
    detail = with_true_rules({**row.texts, "file": given.sha256[:16]}, true)
    return NewFigures(row.contest, row.area, state, "import", figures_now, actor.id, detail, reason.strip())


def hand_over(workspace: Workspace, actor: Actor, contest: str | None = None) -> bytes:
    """The file that another installation takes in: every area that is complete, signed or corrected here.

    Refused (``results-empty``) where there is none yet.
    """
    require(actor, "export")
    settle(workspace)
    with workspace.database.read() as db:
        found = [
            entry
            for c in ([contest] if contest else levels_of(workspace.election).contests)
            for entry in stored.latest(db, c, FIRST_ROUND).values()
            if entry.state in ("complete", "signed", "corrected")
        ]
        decided = rulings.every(db, contest)
    if not found:
        raise refuse("results-empty", workspace.election.id, "no area is complete yet; there is nothing to hand over")
    levels = levels_of(workspace.election)
    found.sort(key=lambda e: (e.contest, e.area))
    return results_json(workspace.election, levels, found, decided, trial=workspace.trial)
