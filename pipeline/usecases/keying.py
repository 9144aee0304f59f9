"""The polling team's figures typed on a screen: checked by the rules, typed by two people until two agree.

The numbers and times are blind: nobody sees what somebody else typed. Names and incidents are typed once and looked
over by the second person, since two people never write a sentence alike. How many must agree says the rule set.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.audit.chain import AuditEvent
from pipeline.election.figures import (
    NUMBERS,
    PEOPLE,
    TEXTS,
    TIMES,
    AreaFigures,
    figures_of,
    tells_an_incident,
)
from pipeline.election.rules import rules_of
from pipeline.errors import Problem, Refusal, refuse
from pipeline.messages import Message, message
from pipeline.storage import batches, figures, log, teams
from pipeline.storage.figures import FiguresEntry, StoredFigures
from pipeline.tally.paper_rules import InventoryRow
from pipeline.tally.rules import Finding
from pipeline.tally.totals import AreaResult
from pipeline.usecases.checking import voters_of
from pipeline.usecases.confirming import keep_confirmation
from pipeline.usecases.count_sheets import confirmed_figures
from pipeline.usecases.figures import figures_to_json
from pipeline.usecases.inventory import OTHER_ISSUED, other_issued, rows_of
from pipeline.usecases.totals import checked
from pipeline.usecases.workspace import Workspace

BLIND = (*NUMBERS, "excused", *TIMES)
SHARED = (*PEOPLE, *TEXTS)
CHECKED = {
    1: ("voted", "voters"),
    2: ("issued", "received"),
    3: ("received", "issued", "spoiled", "left_over"),
    4: ("issued", "spoiled"),
    5: ("voted",),
    13: ("voters",),
    16: TIMES,
    20: ("voted", "issued"),
}
"""The rules that the figures of the paper can break by themselves, and the fields that may be off. The other rules
look at the count of the ballots, which is not shown before a batch is closed."""
NEEDS_COUNT = (4, 5)
SHEETS_SHOWN = 200

State = Literal["none", "one", "differ", "given"]


@dataclass(frozen=True, slots=True)
class Place:
    """One contest in one area: nobody has typed its figures, one person has, two differ, they stand."""

    area: str
    contest: str
    state: State
    mine: bool


def places(workspace: Workspace, actor: Actor, wanted: str = "") -> tuple[int, tuple[Place, ...]]:
    """How many areas and contests fit ``wanted`` (in the name or number of the area), and the first 200 of them.

    What still has to be done comes first.
    """
    require(actor, "ingest")
    with workspace.database.read() as db:
        stand, typed = figures.given(db), figures.entries(db)
    by: dict[tuple[str, str], list[str]] = {}
    for one in typed:
        by.setdefault((one.area, one.contest), []).append(one.account)
    found = [
        _place(area.id, contest.id, by.get((area.id, contest.id), []), stand, actor)
        for area in workspace.election.areas
        if wanted.casefold() in f"{area.number} {area.name} {area.id}".casefold()
        for contest in workspace.election.contests
        if contest.id in area.units
    ]
    order: Mapping[State, int] = {"differ": 0, "one": 1, "none": 2, "given": 3}
    found.sort(key=lambda p: order[p.state])
    return len(found), tuple(found[:SHEETS_SHOWN])


def _place(area: str, contest: str, typed: Sequence[str], stand: frozenset[tuple[str, str]], actor: Actor) -> Place:
    state: State = "differ" if len(typed) > 1 else "one" if typed else "given" if (area, contest) in stand else "none"
    return Place(area, contest, state, actor.id in typed)


@dataclass(frozen=True, slots=True)
class Keying:
    """What the screen shows of one contest in one area.

    ``fields``: what stands in the fields at first; numbers and times are the actor's own or empty. ``differs``:
    fields in which two people differ, without what they typed. ``standing``: the figures that count.
    """

    state: State
    fields: Mapping[str, str]
    standing: StoredFigures | None
    mine: bool
    others: int
    differs: tuple[str, ...]
    people: int
    """How many must agree."""


def keying(workspace: Workspace, actor: Actor, contest: str, area: str) -> Keying:
    """One contest in one area. Refused: ``area-unknown``."""
    require(actor, "ingest")
    _known(workspace, contest, area)
    with workspace.database.read() as db:
        stands, typed = figures.latest(db, area, contest), figures.entries(db, area, contest)
        shared = _shared(db, workspace, area, typed, stands)
    own = next((e for e in typed if e.account == actor.id), None)
    blind = _spelled(own.document, BLIND) if own is not None else dict.fromkeys(BLIND, "")
    given = frozenset({(area, contest)} if stands else ())
    return Keying(
        _place(area, contest, [e.account for e in typed], given, actor).state,
        {**blind, **shared},
        stands,
        own is not None,
        len(typed) - (own is not None),
        _differing([e.document for e in typed]) if own is not None else (),
        rules_of(workspace.election).figures_keyed_by,
    )


def _known(workspace: Workspace, contest: str, area: str) -> None:
    if not any(a.id == area and contest in a.units for a in workspace.election.areas):
        raise refuse("area-unknown", area, "the area '{value}' is not in the election; correct it", value=area)


def _shared(
    db: Connection,
    workspace: Workspace,
    area: str,
    typed: Sequence[FiguresEntry],
    stands: StoredFigures | None,
) -> dict[str, str]:
    """Names and texts as they were typed last; of an area without any, those of another contest, or its team."""
    if typed:
        return _spelled(max(typed, key=lambda e: e.at).document, SHARED)
    if stands is not None:
        return _spelled(stands.document, SHARED)
    for other in workspace.election.area(area).units:
        near = figures.latest(db, area, other)
        if near is not None:
            return {**_spelled(near.document, PEOPLE), **dict.fromkeys(TEXTS, "")}
    team = teams.latest(db, area)
    return {**dict.fromkeys(SHARED, ""), "members": "\n".join(team.members) if team else ""}


def _spelled(document: Mapping[str, Any], names: Sequence[str]) -> dict[str, str]:
    """Fields as people type them."""
    found: dict[str, str] = {}
    for name in names:
        value = document.get(name, "")
        if name in TIMES:
            found[name] = f"{datetime.fromisoformat(value):%d/%m/%Y %H:%M}"
        elif name == "members":
            found[name] = "\n".join(f"{m['name']} ({m['role']})" for m in value)
        elif name in PEOPLE:
            found[name] = "\n".join(f"{w['name']}, {w['address']}" for w in value)
        else:
            found[name] = str(value)
    return found


def _differing(documents: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(name for name in BLIND if len({str(d.get(name, "")) for d in documents}) > 1)


# Checking -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trouble:
    """What stands against the figures: the fields that may be off, the rule or fault, its kind, the sentence.

    ``empty``: only because a field is still empty.
    """

    code: str
    kind: Literal["fault", "error", "world", "warning"]
    fields: tuple[str, ...]
    text: Message
    empty: bool = False
    finding: Finding | None = None
    """Where it is a rule that is broken."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The figures as they are understood (``None`` while something cannot be understood) and all that is wrong."""

    given: AreaFigures | None
    troubles: tuple[Trouble, ...]
    times: Mapping[str, datetime]
    """Times as they are understood, for showing the day that was meant."""

    def of(self, *kinds: str) -> tuple[Trouble, ...]:
        return tuple(t for t in self.troubles if t.kind in kinds)


def check_figures(workspace: Workspace, actor: Actor, contest: str, area: str, fields: Mapping[str, str]) -> Checked:
    """The typed fields against the rules R1 to R5, R13, R16, R19, R20; R4 and R5 once sheets are counted by hand."""
    require(actor, "ingest")
    _known(workspace, contest, area)
    with workspace.database.read() as db:
        declared = [b.declared for b in batches.every(db, area=area, contest=contest)]
        on_sheet = confirmed_figures(db, contest, area)
        stock = rows_of(db, area)
    collected = sum(d or 0 for d in declared) if declared and None not in declared else None
    found = _checked(workspace, contest, area, fields, collected)
    if found.given is not None:
        with workspace.database.read() as db:
            voters = voters_of(db, workspace.election, area, {(area, contest): found.given})
        found = replace(found, troubles=(*found.troubles, *map(_trouble, voters)))
    against = (*_against_sheet(found.given, on_sheet), *_against_inventory(found.given, stock))
    return replace(found, troubles=(*found.troubles, *against))


def _against_sheet(given: AreaFigures | None, on_sheet: Mapping[str, int | None]) -> tuple[Trouble, ...]:
    """Figures that are not those of the confirmed scanned sheet; which they are there is not told: typing is blind."""
    if given is None:
        return ()
    differ = message("is not what the confirmed sheet of figures says; look at the paper again, or take that sheet out")
    return tuple(
        Trouble("sheet", "error", (name,), differ)
        for name in NUMBERS
        if name in on_sheet and (on_sheet[name] or 0) != getattr(given, name)
    )


def _against_inventory(given: AreaFigures | None, stock: Sequence[InventoryRow]) -> tuple[Trouble, ...]:
    """R19; the inventory's figure is not told: typing is blind."""
    if given is None or not other_issued(stock, given.contest, given.issued):
        return ()
    return (Trouble("R19", "error", ("issued",), OTHER_ISSUED),)


def _checked(
    workspace: Workspace, contest: str, area: str, fields: Mapping[str, str], collected: int | None
) -> Checked:
    election = workspace.election
    typed = {
        name: _lines(fields.get(name, "")) if name in PEOPLE else fields.get(name, "") for name in (*BLIND, *SHARED)
    }
    typed |= _days(typed, election.day.strftime("%d/%m/%Y"))
    given, problems = figures_of({**typed, "area": area, "contest": contest}, election)
    faults = [Trouble("figures", "fault", (p.place,), p.text, empty=not typed[p.place].strip()) for p in problems]
    bad = {t.fields[0] for t in faults}
    given = _finish_after_midnight(given, fields.get("finished", "")) if not bad & set(TIMES) else given
    times = {name: getattr(given, name) for name in TIMES if name not in bad}
    unit = election.unit(election.ballot_form_id(area, contest))
    rules = [n for n in CHECKED if collected is not None or n not in NEEDS_COUNT]
    found = checked(given, AreaResult(collected=collected or 0), unit, rules_of(election))
    broken = [_trouble(f) for f in found if f.number in rules and not bad & set(CHECKED[f.number])]
    return Checked(None if faults else given, (*faults, *broken), times)


def _trouble(found: Finding) -> Trouble:
    return Trouble(found.code, found.kind, CHECKED[found.number], found.text, finding=found)


def _lines(text: str) -> str:
    """One person a line on the screen, one after the other with ';' in a cell."""
    return "; ".join(filter(None, (line.strip().strip(";") for line in text.splitlines())))


def _days(typed: Mapping[str, str], day: str) -> dict[str, str]:
    """Times of the election day need no day; ``19h`` is 19:00."""
    found = {}
    for name in TIMES:
        text = re.sub(r"(\d)\s*[hH]\s*$", r"\1:00", " ".join(typed[name].split()))
        found[name] = f"{day} {text}" if text and "/" not in text and "-" not in text else text
    return found


def _finish_after_midnight(given: AreaFigures, typed: str) -> AreaFigures:
    """A count that is finished at 1:30, without a day, is finished in the night after the election."""
    if "/" in typed or "-" in typed or given.finished >= given.closed:
        return given
    return replace(given, finished=given.finished + timedelta(days=1))


# Keeping ------------------------------------------------------------------------------------------------

Became = Literal["waits", "differs", "stands"]


def key_in(
    workspace: Workspace, actor: Actor, contest: str, area: str, fields: Mapping[str, str], reason: str = ""
) -> Became:
    """Keep what was typed: it stands, waits for another person, or differs from what another person typed.

    Refused: what cannot be understood (``figures``, one problem a field), a broken rule of kind *error*; one of kind
    *world* without an incident; a *warning*, or a change of figures that stand, without a reason (``reason-missing``).
    """
    found = check_figures(workspace, actor, contest, area, fields)
    against = [Problem(t.code, ", ".join(t.fields), t.text) for t in found.of("fault", "error")]
    given, why = found.given, reason.strip()
    if given is not None and found.of("world") and not tells_an_incident(given.incidents):
        against += [Problem(t.code, ", ".join(t.fields), _incident(t)) for t in found.of("world")]
    if found.of("warning") and not why:
        against += [Problem(t.code, ", ".join(t.fields), t.text) for t in found.of("warning")]
        against.append(Problem("reason-missing", "reason", message("give the reason, or correct the figure")))
    if against or given is None:
        raise Refusal(against)
    with workspace.database.write() as db:
        became = _keep(db, workspace, actor, given, why)
        if became == "stands" and actor.may("confirm_rule"):  # the leader's own incident text vouches for it
            for trouble in found.of("world"):
                if trouble.finding is not None:
                    keep_confirmation(db, actor, contest, area, trouble.finding, given.incidents, workspace.clock)
        return became


def _incident(trouble: Trouble) -> Message:
    return message("{text}; if it is true, write under the incidents what happened", text=trouble.text)


def _keep(db: Connection, workspace: Workspace, actor: Actor, given: AreaFigures, why: str) -> Became:
    area, contest, at = given.area, given.contest, workspace.clock()
    document = figures_to_json(given)
    stands = figures.latest(db, area, contest)
    if stands is not None and dict(stands.document) == document:
        figures.drop_entries(db, area, contest, actor.id)
        return "stands"
    if stands is not None and not why:
        raise refuse("reason-missing", "reason", "a change needs a reason; write why")
    others = [e for e in figures.entries(db, area, contest) if e.account != actor.id]
    same = [e for e in others if not _differing([e.document, document])]
    needed = rules_of(workspace.election).figures_keyed_by
    if len(same) + 1 >= needed:
        figures.add(db, area, contest, document, author=actor.id, reason=why, at=at)
        figures.drop_entries(db, area, contest)
        detail = {**document, "typed_by": [*(e.account for e in same), actor.id], "why": why}
        log.append(db, AuditEvent(actor.id, "figures", f"{area}/{contest}", detail), at)
        return "stands"
    figures.put_entry(db, FiguresEntry(area, contest, actor.id, document, why, at))
    differ = any(_differing([e.document, document]) for e in others)
    event = AuditEvent(actor.id, "figures_typed", f"{area}/{contest}", {"differs": differ})
    log.append(db, event, at)  # without the figures: a second person must not find them there
    return "differs" if differ else "waits"
