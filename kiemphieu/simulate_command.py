"""``kiemphieu simulate``: paper for a trial run, with its truth beside it."""

from __future__ import annotations

from pathlib import Path

import click

from calibration.simulate.congress import simulate_congress
from calibration.simulate.election import simulate_election
from kiemphieu import parameters
from kiemphieu.parameters import FOLDER
from kiemphieu.screen import progress_bar, say, text
from pipeline.errors import refuse
from pipeline.forms.ballots import ballot_of
from pipeline.forms.printing import write_form
from pipeline.messages import message
from pipeline.usecases.workspace import open_workspace


@click.command()
@click.argument("workspace", type=FOLDER)
@click.option("--out", type=FOLDER, required=True, help="A new folder.")
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of voters, pens and scanner.")
@click.option("--ballots", type=click.IntRange(5, 100_000), default=100, show_default=True, help="Voters a batch.")
@click.option("--workers", type=click.IntRange(1, 256), default=None, help="Processes; one a core otherwise.")
def simulate(workspace: Path, out: Path, seed: int, ballots: int, workers: int | None) -> None:
    """Simulate voters, pens and a scanner for the election of WORKSPACE: scans/, batches.csv, figures.xlsx, truth/."""
    if out.exists() and any(out.iterdir()):
        raise refuse("folder-not-empty", str(out), "the folder is not empty; choose a new one")
    opened = open_workspace(workspace)
    layouts = {u.id: ballot_of(opened.election, u.id) for u in opened.election.units if u.seats}
    for layout in layouts.values():
        write_form(layout, out / "forms")
    if any(c.ballot_form == "dai-hoi" for c in opened.election.contests):
        congress = simulate_congress(opened.election, layouts, out, seed, ballots)
        pages = sum(len(ballot.files) for of in congress.marked.values() for ballot in of)
        say(message("{pages} pages simulated (SIMULATED paper, not a real election)", pages=pages))
        opened.close()
        return
    with parameters.workers(workers) as pool, progress_bar(text("Simulating voters, pens and a scanner")) as step:
        made = simulate_election(opened.election, layouts, out, seed, ballots, pool, step)
    say(message("{pages} pages simulated (SIMULATED paper, not a real election)", pages=len(made.truth.pages)))
    opened.close()
