"""``kiemphieu real``: the mode of a workspace, and the opinion that opens the real one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from kiemphieu.parameters import FOLDER
from kiemphieu.screen import say
from pipeline.access.roles import SYSTEM
from pipeline.errors import refuse
from pipeline.messages import message
from pipeline.spreadsheets import parse_date
from pipeline.usecases.real_mode import mode_of, open_real_mode
from pipeline.usecases.workspace import open_workspace


@click.command()
@click.argument("workspace", type=FOLDER)
@click.option("--number", default="", help="Number of the National Election Council's opinion, or of the decision.")
@click.option("--day", default="", help="Its day, as 20/02/2026.")
@click.option("--issuer", default="", help="Who gave it; in state elections the National Election Council.")
def real(workspace: Path, number: str, day: str, issuer: str) -> None:
    """Show the mode of WORKSPACE, or open the real mode with the number and day of the opinion that allows it."""
    opened = open_workspace(workspace)
    if number or day or issuer:
        given = parse_date(day)
        if given is None:
            raise refuse("opinion-day", "--day", "'{value}' is no day; write it as 16/03/2026", value=day)
        open_real_mode(opened, SYSTEM, number, given, issuer)
    found = mode_of(opened, SYSTEM)
    if found.opinion is None:
        say(message("TRIAL: everything printed and exported here but the ballots is marked so; nothing is a result"))
    else:
        say(
            message(
                "REAL, by {issuer}, number {number} of {day}; programs that were running show it once started anew",
                issuer=found.opinion.issuer,
                number=found.opinion.number,
                day=f"{date.fromisoformat(found.opinion.day):%d/%m/%Y}",
            )
        )
    opened.close()
