"""``kiemphieu type``: count a box by typing what is crossed out, lay counts beside each other, print the entry log."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kiemphieu.parameters import FOLDER, own_name
from kiemphieu.review_command import account
from kiemphieu.screen import console, say, table, text
from pipeline.access.roles import SYSTEM, Actor
from pipeline.errors import Refusal, refuse
from pipeline.messages import message
from pipeline.tally.typed import BUNDLE
from pipeline.usecases.comparing import compare, settle_by_looking, take_count
from pipeline.usecases.typing import (
    begin_count,
    correct_ballot,
    end_bundle,
    end_count,
    entry_log,
    insert_ballot,
    printed_names,
    tally_sheet,
    type_ballot,
    typed_count,
    void_count,
)
from pipeline.usecases.workspace import Workspace, open_workspace

AREA = click.option("--area", required=True, help="Id of the area.")
CONTEST = click.option("--contest", required=True, help="Id of the contest.")
NAME = click.option("--name", required=True, callback=own_name, help="Your name; each person uses their own.")
LEADER = click.option("--leader", required=True, callback=own_name, help="Name of the team leader.")


@click.group(name="type")
def type() -> None:  # noqa: A001  (the name of the command)
    """Count a box by typing the numbers crossed out; several such counts are compared ballot by ballot."""


@type.command()
@click.argument("workspace", type=FOLDER)
@AREA
@CONTEST
@NAME
def box(workspace: Path, area: str, contest: str, name: str) -> None:
    """Type the ballots of a box, one a line: the numbers crossed out, 0 for none.

    Behind a number: p partly crossed, o circled, l one of two lines, u unclear. By themselves: b no stamp, x something
    added, a not the prescribed form. '17' after '?' shows ballot 17 of this bundle, '17: 2 5' corrects it, '2/17: 2 5'
    that of bundle 2, '17: -' takes it out, '17< 2 5' puts one in before it. '.' ends the bundle, 'end' the box, 'q'
    stops; go on with the same command.
    """
    opened = open_workspace(workspace)
    actor = account(opened, name, "operator")
    way = begin_count(opened, actor, area, contest)
    for number, printed in enumerate(printed_names(opened, way), start=1):
        console.print(f"{number:3}  {printed}", highlight=False)
    ended = False
    while not ended:
        found = typed_count(opened, actor, way.id)
        bundle = found.here or max(found.bundles)
        place = len(found.bundles.get(bundle, ())) + 1
        line = _line(f"{bundle}/{place}")
        if line is None or line == "q":
            break
        try:
            ended = _act(opened, actor, way.id, bundle, place, line)
        except Refusal as refusal:
            say(refusal.problems[0].text)
    found = typed_count(opened, actor, way.id)
    say(
        message(
            "{ballots} ballots in {bundles} bundles are kept",
            ballots=found.ballots,
            bundles=sum(map(bool, found.bundles.values())),
        )
    )
    opened.close()


def _line(prompt: str) -> str | None:
    """The next line; ``None`` at the end of the input. The place is shown on a terminal only."""
    if sys.stdin.isatty():
        console.print(prompt, end="  ", highlight=False)
    line = sys.stdin.readline()
    return line.strip().lower() if line else None


def _act(opened: Workspace, actor: Actor, way: str, bundle: int, place: int, line: str) -> bool:
    """Do what one line says; whether the box is ended."""
    if line == "end":
        end_count(opened, actor, way)
        return True
    if line == ".":
        end_bundle(opened, actor, way, bundle)
    elif line.startswith("?"):
        at, number = _place(line[1:], bundle)
        standing = typed_count(opened, actor, way).bundles.get(at, ())
        shown = standing[number - 1] if 1 <= number <= len(standing) else text("nothing stands there")
        console.print(f"{at}/{number}: {shown}", highlight=False)
    elif ":" in line:
        where, _, typed = line.partition(":")
        correct_ballot(opened, actor, way, *_place(where, bundle), typed)
    elif "<" in line:
        where, _, typed = line.partition("<")
        insert_ballot(opened, actor, way, *_place(where, bundle), typed)
    else:
        type_ballot(opened, actor, way, bundle, place, line)
        if place == BUNDLE:
            say(message("bundle {bundle} has {most} ballots; '.' ends it", bundle=bundle, most=BUNDLE))
    return False


def _place(text_: str, bundle: int) -> tuple[int, int]:
    """``17`` or ``2/17``."""
    first, slash, second = text_.strip().partition("/")
    parts = (first, second) if slash else (str(bundle), first)
    if not all(part.strip().isdigit() for part in parts):
        raise refuse("place-empty", text_, "'{value}' is no place; write 17, or 2/17 for bundle 2", value=text_.strip())
    return int(parts[0]), int(parts[1])


@type.command()
@click.argument("workspace", type=FOLDER)
@AREA
@CONTEST
@NAME
@click.argument("totals", nargs=-1)
def tally(workspace: Path, area: str, contest: str, name: str, totals: tuple[str, ...]) -> None:
    """Write down the totals of a hand tally sheet: valid=94 invalid=6 and CANDIDATE=NUMBER for every candidate."""
    opened = open_workspace(workspace)
    given: dict[str, int] = {}
    for one in totals:
        figure, _, number = one.partition("=")
        if not number.strip().isdigit():
            raise refuse("tally-missing", one, "'{value}' is no total; write CANDIDATE=NUMBER", value=one)
        given[figure.strip()] = int(number)
    way = tally_sheet(opened, account(opened, name, "operator"), area, contest, given)
    say(message("tally sheet {way} is kept; 'kiemphieu type compare' lays it beside the counts", way=way.id))
    opened.close()


@type.command(name="compare")
@click.argument("workspace", type=FOLDER)
@AREA
@CONTEST
@LEADER
def compared(workspace: Path, area: str, contest: str, leader: str) -> None:
    """Lay all counts of a box beside each other: every ballot on which they differ."""
    opened = open_workspace(workspace)
    found = compare(opened, account(opened, leader, "team_leader"), area, contest)
    rows: list[tuple[object, ...]] = []
    for one in found.differing:
        told = text("open") if one.open else one.found or "-"
        rows.append(
            (
                f"{one.key[0]}/{one.key[1]}",
                *(v if v is not None else text("missing") for v in one.difference.values),
                told,
            )
        )
    columns = [text("ballot"), *(f"{c.key} ({c.account})" for c in found.counts), text("on the paper")]
    table(text("Ballots that differ"), columns, rows)
    for figure, (ours, theirs) in found.tallies.items():
        shown = ", ".join(map(str, theirs))
        say(
            message(
                "tally sheet: {figure} is {theirs}, the ballots give {ours}", figure=figure, theirs=shown, ours=ours
            )
        )
    say(
        message(
            "{counts} counts ended, {waiting} not ended, {agreeing} agree, {needed} needed; {open} ballots open",
            counts=len(found.counts) + len(found.sheets),
            waiting=len(found.waiting),
            agreeing=found.agreeing,
            needed=found.needed,
            open=found.open,
        )
    )
    opened.close()


@type.command()
@click.argument("workspace", type=FOLDER)
@AREA
@CONTEST
@LEADER
@click.option("--ballot", required=True, help="Bundle and place as 'compare' shows them: 2/17.")
@click.option("--found", required=True, help="What is on the paper, as it is typed; '-' where there is no such ballot.")
@click.option("--reason", required=True, help="Why; it stands in the log.")
def look(workspace: Path, area: str, contest: str, leader: str, ballot: str, found: str, reason: str) -> None:
    """Settle a difference between counts by looking at the paper."""
    opened = open_workspace(workspace)
    key = _place(ballot, 1)
    value = settle_by_looking(opened, account(opened, leader, "team_leader"), area, contest, key, found, reason)
    say(message("kept: {value}", value=value or "-"))
    opened.close()


@type.command()
@click.argument("workspace", type=FOLDER)
@AREA
@CONTEST
@LEADER
def take(workspace: Path, area: str, contest: str, leader: str) -> None:
    """Take the agreed ballots of typed counts into the totals, as a batch of their own."""
    opened = open_workspace(workspace)
    batch = take_count(opened, account(opened, leader, "team_leader"), area, contest)
    say(
        message("taken into the totals as batch {batch}; invalid and doubtful ballots lie before the team", batch=batch)
    )
    opened.close()


@type.command()
@click.argument("workspace", type=FOLDER)
@click.argument("count")
@LEADER
@click.option("--reason", required=True, help="Why; it stands in the log.")
def void(workspace: Path, count: str, leader: str, reason: str) -> None:
    """Take a whole count out; it stays in the entry log."""
    opened = open_workspace(workspace)
    void_count(opened, account(opened, leader, "team_leader"), count, reason)
    say(message("count {count} is taken out", count=count))
    opened.close()


@type.command()
@click.argument("workspace", type=FOLDER)
@click.argument("count")
def log(workspace: Path, count: str) -> None:
    """Print the entry log of COUNT: every ballot in the order of the paper, with all that was ever typed for it."""
    opened = open_workspace(workspace)
    told: dict[tuple[int, int], list[str]] = {}
    for bundle, place, _, value in entry_log(opened, SYSTEM, count):
        told.setdefault((bundle, place), []).append(value or "-")
    for (bundle, place), values in told.items():
        console.print(f"{bundle}/{place}: {' → '.join(values)}", highlight=False)
    opened.close()
