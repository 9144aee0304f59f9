"""``kiemphieu anomalies``: what looks strange in a count and should be looked at."""

from __future__ import annotations

from pathlib import Path

import click

from kiemphieu.language import language
from kiemphieu.parameters import FOLDER, refuse_existing
from kiemphieu.screen import say, table, text
from pipeline.access.roles import SYSTEM
from pipeline.messages import message, render
from pipeline.usecases.anomaly_list import strange, told, write_pictures
from pipeline.usecases.workspace import open_workspace


@click.command()
@click.argument("workspace", type=FOLDER)
@click.option("--contest", help="Only this contest.")
@click.option("--pictures", type=FOLDER, help="Write the pictures of the ballots here, a folder for each finding.")
def anomalies(workspace: Path, contest: str | None, pictures: Path | None) -> None:
    """List what looks strange in the closed batches of WORKSPACE: for people to look at, never a verdict."""
    refuse_existing(pictures)
    opened = open_workspace(workspace)
    try:
        every = [c.id for c in opened.election.contests if contest in (None, c.id)] or [contest or ""]
        found = [(c, a) for c in every for a in strange(opened, SYSTEM, c)]
        rows = [
            [
                number,
                c,
                a.batch or a.area,
                render(told(opened, a), language()),
                f"{a.chance:.1g}" if a.chance is not None else "-",
                len(a.ballots) or "-",
            ]
            for number, (c, a) in enumerate(found, start=1)
        ]
        columns = [text(c) for c in ("No.", "contest", "pile", "what is strange", "chance by luck", "ballots")]
        table(text("To be looked at; nobody has done anything wrong until people say so"), columns, rows)
        if not rows:
            say(message("nothing strange was found in the closed batches"))
        if pictures is not None:
            for number, (_, one) in enumerate(found, start=1):
                write_pictures(opened, one, pictures / f"{number:03d}-{one.signal}")
            say(message("written: {file}", file=str(pictures)))
    finally:
        opened.close()
