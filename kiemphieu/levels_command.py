"""``kiemphieu levels``: sums of every level; locks, corrections, files from other installations."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from kiemphieu.parameters import FILE, FOLDER, own_name, refuse_existing
from kiemphieu.review_command import account
from kiemphieu.rounds_command import decision
from kiemphieu.screen import console, say, table, text
from pipeline.access.roles import SYSTEM
from pipeline.errors import refuse
from pipeline.messages import message
from pipeline.spreadsheets import parse_date, parse_whole
from pipeline.tally.levels import VOTES, Levels, Node, Tree
from pipeline.tally.rounds import Decision
from pipeline.usecases.handing_up import EXTRA_ROUND, FIRST_ROUND, levels_of
from pipeline.usecases.level_acts import Minutes, annul_area, correct_area, lock_level, open_level, update_voters
from pipeline.usecases.level_view import LevelStanding, area_history, check_everything, level_view
from pipeline.usecases.take_in import hand_over, take_in
from pipeline.usecases.workspace import open_workspace

WORKSPACE = click.argument("workspace", type=FOLDER)
CONTEST = click.option("--contest", required=True, help="Id of the contest.")
LEVEL = click.option("--level", required=True, help="Id of a unit, a committee or a place; 'unit:ID' where both exist.")
AREA = click.option("--area", required=True, help="Id of the voting area.")
BY = click.option("--by", required=True, callback=own_name, help="Your name, of the committee.")
APPROVER = click.option("--approver", required=True, callback=own_name, help="Who approves; somebody else.")
REASON = click.option("--reason", default="", help="Why.")
SHOWN = ("voters", "voted", "collected", "valid", "invalid")


@click.group()
def levels() -> None:
    """Sums of every level: show, lock, sign, open, correct, import and export."""


def node_of(found: Levels, name: str) -> Node:
    """The level of a name as typed. Refused where there is none, or a unit and a place of the same name."""
    kind, _, rest = name.rpartition(":")
    kinds: tuple[Tree, ...] = ("unit", "place")
    known = {"unit": found.units, "place": found.places}
    fits = [Node(tree, rest) for tree in kinds if kind in ("", tree) and rest in known[tree]]
    if len(fits) != 1:
        raise refuse("level-unknown", name, "no level, or more than one, has this name; write 'unit:ID' or 'place:ID'")
    return fits[0]


@levels.command()
@WORKSPACE
@CONTEST
@click.option("--level", help="Id of a unit, a committee or a place; the whole administrative tree otherwise.")
@click.option("--extra", is_flag=True, help="The extra elections whose results have come in, not the first round.")
def show(workspace: Path, contest: str, level: str | None, extra: bool) -> None:
    """One level: its sum, the levels and areas below it, the late changes."""
    opened = open_workspace(workspace)
    found = levels_of(opened.election)
    round_ = EXTRA_ROUND if extra else FIRST_ROUND
    view = level_view(opened, SYSTEM, contest, node_of(found, level) if level else None, round_)
    rows = [_row(one) for one in (*view.below, view.here)]
    title = " › ".join(one.name for one in (*view.above, view.here))
    table(title, [text(c) for c in ("level", "state", "areas done", "areas", *SHOWN)], rows)
    areas = [
        [
            found.areas[a].name,
            text(e.state) if e else text("missing"),
            *(e.figures.get(n, 0) if e else 0 for n in SHOWN),
        ]
        for a, e in view.areas
    ]
    if areas:
        table(text("Areas"), [text(c) for c in ("area", "state", *SHOWN)], areas)
    votes = [(n.removeprefix(VOTES), v) for n, v in view.here.figures.items() if n.startswith(VOTES)]
    if votes and view.here.node.tree == "unit":
        names = {c.id: c.full_name for c in opened.election.candidates}
        ranked = sorted(votes, key=lambda v: (-v[1], v[0]))
        table(text("Votes"), [text("candidate"), text("votes")], [(names[c], n) for c, n in ranked])
    for rule, number in sorted(view.here.true_incidents.items()):
        say(message("rule {rule} is broken and true in {count} areas below, told with an incident", rule=rule,
                    count=number))  # fmt: skip
    for entry in view.changes:
        say(message("{at}: {area} changed by {by}: {why}", at=f"{entry.at.astimezone():%d/%m/%Y %H:%M}",
                    area=found.areas[entry.area].name, by=entry.author, why=entry.reason))  # fmt: skip
    for problem in view.held:
        console.print(f"{problem.place}: ", end="")
        say(problem.text)
    opened.close()


def _row(one: LevelStanding) -> list[object]:
    return [one.name, text(one.state), one.done, one.areas, *(one.figures.get(n, 0) for n in SHOWN)]


@levels.command()
@WORKSPACE
@CONTEST
@LEVEL
@BY
@REASON
@click.option("--number", default="", help="Number of the signed minutes of the level; it is then signed.")
@click.option("--day", default="", help="Day of the signature, as 20/03/2026.")
@click.option("--signers", default="", help="Who signed.")
def lock(workspace: Path, contest: str, level: str, by: str, reason: str, number: str, day: str, signers: str) -> None:
    """Lock a level, or note its signed minutes; from then on no figure below it changes without an opening."""
    opened = open_workspace(workspace)
    node = node_of(levels_of(opened.election), level)
    minutes = None
    if number or day or signers:
        signed = parse_date(day)
        if signed is None:
            raise refuse("signed-day", "--day", "'{value}' is no day; write it as 16/03/2026", value=day)
        minutes = Minutes(number, signed, signers)
    lock_level(opened, account(opened, by, "committee"), contest, node, reason, minutes)
    say(message("{level} is locked", level=level))
    opened.close()


@levels.command(name="open")
@WORKSPACE
@CONTEST
@LEVEL
@BY
@APPROVER
@click.option("--reason", required=True, help="Why it is opened.")
def open_(workspace: Path, contest: str, level: str, by: str, approver: str, reason: str) -> None:
    """Open a locked level, with a reason and somebody else's approval."""
    opened = open_workspace(workspace)
    node = node_of(levels_of(opened.election), level)
    people = account(opened, by, "committee"), account(opened, approver, "committee")
    open_level(opened, *people, contest, node, reason)
    say(message("{level} is open; lock it again when the correction is made", level=level))
    opened.close()


@levels.command()
@WORKSPACE
@CONTEST
@AREA
@click.option("--set", "changed", multiple=True, required=True, help="'voted=812' or 'votes:CANDIDATE=310'.")
@BY
@APPROVER
@click.option("--reason", required=True, help="Why the figures change.")
@click.option("--incidents", default="", help="What happened, where a rule of the world is broken.")
def correct(
    workspace: Path, contest: str, area: str, changed: tuple[str, ...], by: str, approver: str, reason: str,
    incidents: str,
) -> None:  # fmt: skip
    """Correct figures of an area by a decision; every level above follows at once."""
    opened = open_workspace(workspace)
    people = account(opened, by, "committee"), account(opened, approver, "committee")
    new = correct_area(opened, *people, contest, area, _numbers(changed), reason, incidents)
    say(message("{area}: version {version} of its figures stands now", area=area, version=new.version))
    opened.close()


def _numbers(given: tuple[str, ...]) -> dict[str, int]:
    found = {}
    for one in given:
        name, _, number = one.rpartition("=")
        value = parse_whole(number.strip())
        if not name.strip() or value is None:
            raise refuse("figure", one, "'{value}' is no figure; write name=number", value=one)
        found[name.strip()] = value
    return found


@levels.command()
@WORKSPACE
@CONTEST
@AREA
@BY
@APPROVER
@decision
@click.option("--reason", required=True, help="Why the area is annulled.")
def annul(
    workspace: Path,
    contest: str,
    area: str,
    by: str,
    approver: str,
    number: str,
    decided: date,
    authority: str,
    reason: str,
) -> None:
    """Leave an area out of every sum by a decision (Art. 81); its figures stay readable."""
    opened = open_workspace(workspace)
    people = account(opened, by, "committee"), account(opened, approver, "committee")
    annul_area(opened, *people, contest, area, Decision(number, decided, authority), reason)
    say(message("{area} counts in no sum any more", area=area))
    opened.close()


@levels.command()
@WORKSPACE
@CONTEST
@click.option("--set", "changed", multiple=True, required=True, help="'AREA=1187'.")
@BY
@REASON
def voters(workspace: Path, contest: str, changed: tuple[str, ...], by: str, reason: str) -> None:
    """Update voter totals of areas, also after the lock of the levels above; the lock shows what came since."""
    opened = open_workspace(workspace)
    kept = update_voters(opened, account(opened, by, "committee"), contest, _numbers(changed), reason)
    say(message("{count} voter totals are new or changed", count=len(kept)))
    opened.close()


@levels.command(name="import")
@WORKSPACE
@click.argument("file", type=FILE)
@BY
@REASON
def import_(workspace: Path, file: Path, by: str, reason: str) -> None:
    """Take in the results of areas that were counted elsewhere: CSV, XLSX or JSON; the whole file or nothing."""
    opened = open_workspace(workspace)
    found = take_in(opened, account(opened, by, "committee"), file, reason)
    say(message("{areas} areas in the file, {new} new or changed, {signed} of them signed", areas=found.areas,
                new=found.new, signed=found.signed))  # fmt: skip
    opened.close()


@levels.command()
@WORKSPACE
@click.option("--out", type=FILE, required=True, help="The file to write (JSON).")
@click.option("--contest", help="Only this contest.")
def export(workspace: Path, out: Path, contest: str | None) -> None:
    """Write the areas that are complete into a file that another installation takes in."""
    refuse_existing(out)
    opened = open_workspace(workspace)
    level_view(opened, SYSTEM, contest or opened.election.contests[0].id)
    out.write_bytes(hand_over(opened, SYSTEM, contest))
    say(message("exported to {folder}", folder=str(out)))
    opened.close()


@levels.command()
@WORKSPACE
def check(workspace: Path) -> None:
    """Check rule R14 at every level: the sum of the parts is the level."""
    opened = open_workspace(workspace)
    say(message("R14 holds at {levels} levels", levels=check_everything(opened, SYSTEM)))
    opened.close()


@levels.command()
@WORKSPACE
@CONTEST
@AREA
def history(workspace: Path, contest: str, area: str) -> None:
    """Every version of the figures of an area, with who changed them, who approved and why."""
    opened = open_workspace(workspace)
    rows = [
        [e.version, text(e.state), f"{e.at.astimezone():%d/%m/%Y %H:%M}", e.author, e.approver or "", e.reason,
         *(e.figures.get(n, 0) for n in SHOWN)]
        for e in area_history(opened, SYSTEM, contest, area)
    ]  # fmt: skip
    table(area, [text(c) for c in ("version", "state", "at", "by", "approved by", "why", *SHOWN)], rows)
    opened.close()
