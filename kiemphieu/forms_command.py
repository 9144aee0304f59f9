"""``kiemphieu forms``: the paper of an election, and the form documents that read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from kiemphieu.language import language
from kiemphieu.parameters import FOLDER
from kiemphieu.screen import errors, say
from pipeline.election.definition import Election
from pipeline.errors import Refusal
from pipeline.forms.ballot import BallotLayout
from pipeline.forms.ballots import ballot_of
from pipeline.forms.count_paper import count_paper
from pipeline.forms.printing import print_ballots, write_form, write_printed
from pipeline.messages import message, render
from pipeline.usecases.blank_minutes import blank_minutes_of
from pipeline.usecases.workspace import open_workspace

COUNT = "count"
"""Folder of the count forms within the paper: ballots are read with all documents beside them."""


@click.command()
@click.argument("workspace", type=FOLDER)
@click.option("--out", type=FOLDER, required=True, help="Folder for the PDFs and form documents.")
@click.option("--copies", type=click.IntRange(1, 100_000), default=1, show_default=True, help="Ballots a PDF.")
@click.option(
    "--bundles",
    type=click.IntRange(1, 10_000),
    default=1,
    show_default=True,
    help="Tally sheets a PDF: one for each bundle of 50 ballots.",
)
def forms(workspace: Path, out: Path, copies: int, bundles: int) -> None:
    """Print the ballots of every unit, and for every voting area and contest the sheet of figures, the tally sheet and
    (state elections) the prescribed minutes (Mẫu 18, 23) to be filled in by hand, and for every area the sheet of the
    inventory of ballots (Mẫu 32).

    Beside each PDF lies the form document that reads it.
    """
    opened = open_workspace(workspace)
    election, trial = opened.election, opened.trial
    opened.close()
    for unit in election.units:
        if unit.seats:
            paper = _written(ballot_of(election, unit.id), out, copies)
            say(message("{unit}: {copies} ballots in {file}", unit=unit.id, copies=copies, file=str(paper)))
    for area in election.areas:
        for contest in area.units:
            if election.contest(contest).ballot_form == "dai-hoi":
                continue  # Mẫu 18 and 23 are not its minutes
            content, form = blank_minutes_of(election, contest, area.id, trial=trial)
            paper = write_printed(content, form, out / COUNT)
            say(
                message("{form}: the prescribed minutes to be filled in by hand, {file}", form=form.id, file=str(paper))
            )
    for layout, number in _count_forms(election, bundles, trial=trial):
        paper = _written(layout, out / COUNT, number)
        say(message("{form}: {copies} sheets in {file}", form=layout.form.id, copies=number, file=str(paper)))


def _written(layout: BallotLayout, folder: Path, copies: int) -> Path:
    paper = write_form(layout, folder).with_suffix(".pdf")
    paper.write_bytes(print_ballots(layout, copies))
    return paper


def _count_forms(election: Election, bundles: int, *, trial: bool) -> Iterator[tuple[BallotLayout, int]]:
    """The forms of every area and contest, with their copies; one that does not fit its paper is told and left out."""
    for area in election.areas:
        contests = [c for c in election.contests if c.id in area.units]
        for kind, laid_out in count_paper(election, area, contests, trial=trial):
            try:
                yield laid_out(), bundles if kind == "tally" else 1
            except Refusal as refused:
                for problem in refused.problems:
                    told = f"{problem.place}: {render(problem.text, language())}"
                    errors.print(told, style="yellow", highlight=False)
