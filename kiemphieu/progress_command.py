"""``kiemphieu progress`` and ``deadlines``: how far the count has come at a level, what is due and what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click

from kiemphieu.language import language
from kiemphieu.parameters import FILE, FOLDER, refuse_existing
from kiemphieu.screen import say, table, text
from pipeline.access.roles import SYSTEM
from pipeline.election.deadlines import STEP_NAMES, STEPS
from pipeline.errors import refuse
from pipeline.messages import message, render
from pipeline.usecases.deadlines import deadlines_of, set_deadlines
from pipeline.usecases.progress import progress as progress_of
from pipeline.usecases.progress_report import STATES, WINDOWS, ReportKind, clock_state, progress_file
from pipeline.usecases.workspace import open_workspace

SHOWN = ("voters", "voted", "valid", "invalid")


@click.command()
@click.argument("workspace", type=FOLDER)
@click.option("--place", default="", help="Id of a commune, province or the country; the highest otherwise.")
@click.option("--out", type=FILE, help="Write the report here: .pdf, .docx or .csv.")
def progress(workspace: Path, place: str, out: Path | None) -> None:
    """How far the count has come at a level: areas, turnout, states, the clock of every form, what is missing."""
    refuse_existing(out)
    opened = open_workspace(workspace)
    found = progress_of(opened, SYSTEM, place)
    columns = [
        text(c) for c in ("level", "areas", "results in", "done", "voters", "voted", "valid", "invalid", "state")
    ]
    for one in found.contests:
        rows = [
            [
                s.name,
                s.areas,
                s.reported,
                s.done,
                *(s.figures.get(n, 0) for n in SHOWN),
                render(STATES[s.state], language()),
            ]
            for s in (*one.below, one.here)
        ]
        table(f"{found.name}: {one.contest}", columns, rows)
        due = [
            [render(STEP_NAMES[c.step], language()), f"{c.due:%d/%m/%Y %H:%M}", c.done, c.whole,
             render(clock_state(c), language()), "; ".join(c.missing[:3])]
            for c in one.clocks
        ]  # fmt: skip
        table(text("Deadlines"), [text(c) for c in ("form", "due", "there", "needed", "state", "missing")], due)
    say(WINDOWS[found.window])
    if out is not None:
        kind = out.suffix.lower().removeprefix(".")
        if kind not in ("pdf", "docx", "csv"):
            raise refuse("file-kind", str(out), "'{kind}' cannot be written; choose .pdf, .docx or .csv", kind=kind)
        out.write_bytes(progress_file(opened, SYSTEM, cast(ReportKind, kind), place)[1])
        say(message("exported to {folder}", folder=str(out)))
    opened.close()


@click.command()
@click.argument("workspace", type=FOLDER)
@click.option("--set", "changes", multiple=True, help="'minutes_area=4d', 'count=30h', 'opens=22/05/2026 07:00'.")
@click.option("--reason", default="", help="By which decision.")
def deadlines(workspace: Path, changes: tuple[str, ...], reason: str) -> None:
    """Show the deadlines and the window for results, or set them anew with a reason."""
    opened = open_workspace(workspace)
    if changes:
        parts = [c.partition("=") for c in changes]
        set_deadlines(opened, SYSTEM, {name.strip(): value.strip() for name, _, value in parts}, reason)
    given = deadlines_of(opened)
    day = opened.election.day
    rows = [
        [s, render(STEP_NAMES[s], language()), given.spans[s], f"{given.due(s, day):%d/%m/%Y %H:%M}"] for s in STEPS
    ]
    table(text("Deadlines"), [text(c) for c in ("name", "form", "time", "due")], rows)
    for name, moment in (("opens", given.opens), ("closes", given.closes)):
        say(message("{name}: {moment}", name=name, moment=f"{moment:%d/%m/%Y %H:%M}" if moment else "–"))
    opened.close()
