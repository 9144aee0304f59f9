"""``kiemphieu new`` and ``figures``: a workspace, and the figures no ballot tells."""

from __future__ import annotations

from pathlib import Path

import click

from kiemphieu.language import language
from kiemphieu.parameters import FILE, FOLDER, postgresql_url, profile_of
from kiemphieu.screen import errors, say
from pipeline.access.roles import SYSTEM
from pipeline.election.figures import load_figures
from pipeline.election.load import load_election
from pipeline.election.unusual import warnings_of
from pipeline.errors import spoken_place
from pipeline.messages import message, render
from pipeline.usecases.checking import check_import
from pipeline.usecases.figures import keep_figures
from pipeline.usecases.workspace import create_workspace, open_workspace


@click.command()
@click.argument("workspace", type=FOLDER)
@click.option(
    "--definition",
    type=click.Path(path_type=Path),
    required=True,
    help="election.yaml, or the folder that holds it.",
)
@click.option("--database", callback=postgresql_url, help="PostgreSQL URL; SQLite in the workspace otherwise.")
@click.option("--profile", "profile_path", type=FILE, help="Calibration profile; the shipped default otherwise.")
@click.option("--summary", is_flag=True, help="For a committee that takes results in and counts no ballot itself.")
def new(workspace: Path, definition: Path, database: str | None, profile_path: Path | None, summary: bool) -> None:
    """Make WORKSPACE from an election definition, which is checked as a whole first."""
    election = load_election(definition)
    for warning in warnings_of(election):
        told = f"{spoken_place(warning.place, language())}: {render(warning.text, language())}"
        errors.print(told, style="yellow", highlight=False, soft_wrap=True)
    given = profile_of(profile_path) if profile_path else None
    create_workspace(workspace, election, database, profile=given, paper=not summary).close()
    say(
        message(
            "{title}: {areas} voting areas, {contests} contests, {candidates} candidates. Workspace: {folder}",
            title=election.title,
            areas=len(election.areas),
            contests=len(election.contests),
            candidates=len(election.candidates),
            folder=str(workspace),
        )
    )


@click.command()
@click.argument("workspace", type=FOLDER)
@click.argument("spreadsheet", type=FILE)
@click.option("--reason", default="", help="Why figures that stand are changed, or why a warning is true.")
def figures(workspace: Path, spreadsheet: Path, reason: str) -> None:
    """Take over the figures of SPREADSHEET (voters, issued, times, members ...) into WORKSPACE.

    Checked by the rules: an error is refused, what is strange needs an incident in its row, a warning a reason.
    """
    opened = open_workspace(workspace)
    given = load_figures(spreadsheet, opened.election)
    with opened.database.write() as db:
        check_import(db, opened.election, given, reason)
        changed = keep_figures(db, SYSTEM, given, reason, opened.clock())
    say(message("{given} rows of figures, {changed} new or changed", given=len(given), changed=changed))
    opened.close()
