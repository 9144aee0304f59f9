"""``kiemphieu shares``: the definition of a meeting that votes by shares, from one by head and the share register."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from kiemphieu.parameters import FILE, FOLDER
from kiemphieu.screen import say, table, text
from pipeline.election.load import load_election
from pipeline.election.share_classes import ShareClass, load_register, with_classes
from pipeline.election.write import write_election
from pipeline.errors import Problem, Refusal, refuse
from pipeline.messages import message
from pipeline.tally.shares import FEWEST_HOLDERS, parted


@click.command()
@click.argument("definition", type=click.Path(path_type=Path))
@click.argument("register", type=FILE)
@click.option("--classes", required=True, help="Shares of a ballot of each class, as 10000,1000,100,10,1.")
@click.option("--out", type=FOLDER, required=True, help="Folder for the definition; a new or an empty one.")
def shares(definition: Path, register: Path, classes: str, out: Path) -> None:
    """Make the definition of a meeting that votes by shares from DEFINITION (by head) and the share REGISTER.

    Every holder gets as many ballots of each class as their shares need, the largest first. A class of few holders
    would tell how they voted and is refused. Of the register only the column of shares is read.
    """
    election = load_election(definition)
    sizes = _sizes(classes)
    found = _counted(load_register(register), sizes, register.name)
    write_election(out, with_classes(election, found))
    rows = [(one.shares, one.ballots, one.shares * one.ballots, one.holders) for one in found]
    columns = [text(c) for c in ("shares a ballot", "ballots to hand out", "shares", "holders")]
    table(text("Classes of ballots"), columns, rows)
    say(message("definition written: {folder}; count it with 'kiemphieu new'", folder=str(out)))


def _sizes(classes: str) -> list[int]:
    parts = [part.strip() for part in classes.split(",")]
    sizes = [int(part) for part in parts if part.isascii() and part.isdecimal() and int(part) > 0]
    if len(sizes) < len(parts) or len(set(sizes)) < len(sizes):
        raise refuse(
            "share-classes", "--classes", "'{value}' names no classes; write different numbers, as 1000,100,10,1",
            value=classes,
        )  # fmt: skip
    return sorted(sizes, reverse=True)


def _counted(holders: tuple[tuple[int, int], ...], sizes: list[int], register: str) -> list[ShareClass]:
    """How many ballots each class has; refused where a holding does not go into the classes, or holders are few."""
    ballots: Counter[int] = Counter()
    people: Counter[int] = Counter()
    faults = []
    for row, number in holders:
        found = parted(number, sizes)
        if found is None:
            told = message(
                "{shares} shares do not go into the classes {classes}; add a smaller one, as 1",
                shares=number, classes=", ".join(map(str, sizes)),
            )  # fmt: skip
            faults.append(Problem("share-classes", f"{register}, row {row}", told))
            continue
        ballots.update(found)
        people.update(size for size, n in found.items() if n)
    for size in sizes:
        if not faults and people[size] < FEWEST_HOLDERS:
            told = message(
                "ballots of {shares} shares go to {holders} holders; with fewer than {fewest} the class would tell how "
                "they voted: leave it out, so that they vote with smaller ones",
                shares=size, holders=people[size], fewest=FEWEST_HOLDERS,
            )  # fmt: skip
            faults.append(Problem("share-class-few", "--classes", told))
    if faults:
        raise Refusal(faults)
    return [ShareClass(size, ballots[size], people[size]) for size in sizes]
