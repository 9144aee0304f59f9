"""``kiemphieu rounds``: what follows from the result of every unit, and the decisions about it (Art. 78 to 81)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from datetime import date
from pathlib import Path
from typing import Any

import click

from kiemphieu.parameters import FOLDER
from kiemphieu.screen import say, table, text
from pipeline.access.roles import SYSTEM
from pipeline.election.definition import Election
from pipeline.election.write import write_election
from pipeline.errors import refuse
from pipeline.messages import Message, message
from pipeline.spreadsheets import parse_date
from pipeline.tally.rounds import Decision, FollowUp, Kind
from pipeline.usecases.extra_rounds import extra_rounds, joined, settle_extra_tie
from pipeline.usecases.rulings import UnitRound, annul, no_extra_election, order_round, settle_tie
from pipeline.usecases.rulings import rounds as rounds_of
from pipeline.usecases.workspace import open_workspace

FOLLOWS: Mapping[FollowUp, Message] = {
    "nothing": message("all seats are filled"),
    "person_decides_tie": message("a tie for the last seat: people decide, then 'kiemphieu rounds tie'"),
    "re_vote_asked": message("re-vote: the province asks the National Election Council (Art. 80, 81)"),
    "re_vote_due": message("re-vote: the committee of that level sets the day (Art. 80, 81)"),
    "extra_election_asked": message("extra election: the province asks the National Election Council (Art. 79.1)"),
    "extra_election_due": message("extra election: the committee of that level sets the day (Art. 79.2)"),
    "meeting_decides": message("seats are empty: the congress or meeting decides whether to vote again"),
    "seats_stay_empty": message("seats stay empty: no further round is held"),
}
KINDS: Mapping[Kind, Message] = {
    "first": message("first round"),
    "extra": message("extra election"),
    "re_vote": message("re-vote"),
}


@click.group()
def rounds() -> None:
    """Ties, annulments, extra elections and re-votes of units."""


class Day(click.ParamType[date]):
    name = "day"

    def convert(self, value: object, _param: click.Parameter | None, _ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        day = parse_date(str(value))
        if day is None:
            raise refuse("day", str(value), "'{value}' is no day; write it as 2026-03-15", value=value)
        return day


DAY = Day()


def decision(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that name a decision."""
    for option in (
        click.option("--authority", required=True, help="Who decided."),
        click.option("--decided", type=DAY, required=True, help="Day of the decision."),
        click.option("--decision", "number", required=True, help="Number of the decision."),
    ):
        command = option(command)
    return command


@rounds.command(name="list")
@click.argument("workspace", type=FOLDER)
def listed(workspace: Path) -> None:
    """What follows from the result of every unit of WORKSPACE."""
    opened = open_workspace(workspace)
    extra = {one.unit.id: one for one in extra_rounds(opened, SYSTEM)}
    rows: list[tuple[object, ...]] = []
    for one in rounds_of(opened, SYSTEM):
        row = _row(opened.election, one)
        if one.unit.id not in extra:
            rows.append(row)
            continue
        rows.append((*row[:-1], text("an extra election is held: next line")))
        where, *rest = _row(opened.election, extra[one.unit.id])
        rows.append((f"{where}, {text(KINDS['extra'].msgid)}", *rest))
    table(text("Units"), [text(c) for c in ("unit", "seats", "elected", "what follows")], rows)
    opened.close()


def _row(election: Election, one: UnitRound) -> tuple[object, ...]:
    contest = election.contest(one.unit.contest)
    where = f"{contest.body}, {one.unit.name} ({one.unit.id})"
    if one.held is None or one.follows is None:
        return where, one.unit.seats, "", text("not complete yet")
    tied = [_name(election, c) for c in one.held.outcome.undecided]
    follows = FOLLOWS[one.follows]
    names = ", ".join(_name(election, c) for c in one.held.outcome.elected)
    if tied:
        names += f" | {text('tied')}: {', '.join(tied)}"
    return where, one.unit.seats, names, text(follows.msgid, **follows.params)


def _name(election: Election, candidate: str) -> str:
    return next(c.full_name for c in election.candidates if c.id == candidate) + f" ({candidate})"


@rounds.command()
@click.argument("workspace", type=FOLDER)
@click.option("--unit", required=True, help="Id of the unit.")
@click.option("--elect", multiple=True, required=True, help="Id of a candidate; once for each open seat.")
@click.option("--extra", is_flag=True, help="Of the extra election whose results have come in here.")
@decision
def tie(
    workspace: Path, unit: str, elect: tuple[str, ...], extra: bool, number: str, decided: date, authority: str
) -> None:
    """Write down who of those tied for the last seats of a unit is elected."""
    opened = open_workspace(workspace)
    settle = settle_extra_tie if extra else settle_tie
    settle(opened, SYSTEM, unit, elect, Decision(number, decided, authority))
    say(message("written down; 'kiemphieu totals' shows the elected"))
    opened.close()


@rounds.command(name="annul")
@click.argument("workspace", type=FOLDER)
@click.option("--unit", required=True, help="Id of the unit.")
@click.option("--area", default="", help="Id of the area; the whole unit where it is left out.")
@click.option("--reason", required=True, help="Why; it stands in the log.")
@decision
def annulled(workspace: Path, unit: str, area: str, reason: str, number: str, decided: date, authority: str) -> None:
    """Write down that the National Election Council has annulled the result of an area or a unit (Art. 81)."""
    opened = open_workspace(workspace)
    annul(opened, SYSTEM, unit, area, Decision(number, decided, authority), reason)
    say(message("written down; annulled figures are left out of every sum"))
    opened.close()


@rounds.command(name="no-extra")
@click.argument("workspace", type=FOLDER)
@click.option("--unit", required=True, help="Id of the unit.")
@click.option("--reason", required=True, help="Why; it stands in the log.")
@decision
def not_held(workspace: Path, unit: str, reason: str, number: str, decided: date, authority: str) -> None:
    """Write down that no extra election is held for the empty seats of an Assembly unit (Art. 79.1)."""
    opened = open_workspace(workspace)
    no_extra_election(opened, SYSTEM, unit, Decision(number, decided, authority), reason)
    say(message("written down; the seats stay empty"))
    opened.close()


@rounds.command(name="order")
@click.argument("workspace", type=FOLDER)
@click.option("--kind", type=click.Choice(["extra", "re_vote"]), required=True, help="Extra election or re-vote.")
@click.option("--unit", "units", multiple=True, required=True, help="Id of a unit; may be given several times.")
@click.option("--area", "areas", multiple=True, help="Id of an annulled area that votes again alone; several times.")
@click.option("--day", type=DAY, required=True, help="Day of the round, within 7 days after the first.")
@click.option("--out", type=FOLDER, required=True, help="Folder for the definition; a new or an empty one.")
@decision
def ordered(
    workspace: Path,
    kind: str,
    units: tuple[str, ...],
    areas: tuple[str, ...],
    day: date,
    out: Path,
    number: str,
    decided: date,
    authority: str,
) -> None:
    """Write the definition of a later round; 'kiemphieu new' makes the workspace in which it is counted."""
    if out.exists() and any(out.iterdir()):
        raise refuse("folder-not-empty", str(out), "the folder is not empty; choose a new one")
    opened = open_workspace(workspace)
    later = order_round(opened, SYSTEM, kind, units, day, Decision(number, decided, authority), areas)
    opened.close()
    write_election(out, later)
    say(message("definition written: {folder}; count it with 'kiemphieu new'", folder=str(out)))


@rounds.command(name="final")
@click.argument("workspace", type=FOLDER)
@click.argument("later", type=FOLDER, nargs=-1)
def finally_(workspace: Path, later: tuple[Path, ...]) -> None:
    """Who is elected by all rounds together: WORKSPACE is the first, LATER are the workspaces of later ones.

    An extra election whose results WORKSPACE has taken in ('kiemphieu levels import') needs no workspace here.
    """
    with ExitStack() as stack:
        first, *more = (stack.enter_context(closing(open_workspace(folder))) for folder in (workspace, *later))
        found = joined(SYSTEM, first, more)
        rows: list[tuple[object, ...]] = []
        for unit, one in found:
            for kind, elected in one.by_round:
                names = ", ".join(_name(first.election, c) for c in elected)
                rows.append((unit.id, text(KINDS[kind].msgid), names, "", ""))
            follows = FOLLOWS[one.follows]
            rows.append(
                (unit.id, text("together"), f"{len(one.elected)} / {one.seats}", one.missing, text(follows.msgid))
            )
        table(text("Units"), [text(c) for c in ("unit", "round", "elected", "missing", "what follows")], rows)
