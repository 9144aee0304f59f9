"""``kiemphieu ingest`` and ``batches``: scans into the workspace, and the piles as they stand."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path

import click

from kiemphieu import parameters
from kiemphieu.language import language
from kiemphieu.parameters import FILE, FOLDER
from kiemphieu.piles import Pile, closed_before, piles_of, scans_in
from kiemphieu.screen import progress_bar, say, table, text, why_rejected
from pipeline.access.roles import SYSTEM
from pipeline.errors import Refusal, refuse
from pipeline.messages import message, render
from pipeline.usecases.batch_words import BATCH_STATES
from pipeline.usecases.batches import close_batch, every_batch, move_page, moves_waiting, void_batch
from pipeline.usecases.cluster import cluster as workers_of
from pipeline.usecases.execution import process_pool
from pipeline.usecases.ingest import IngestResult, ingest_batch, open_batch
from pipeline.usecases.workspace import Workspace, open_workspace


@click.command()
@click.argument("workspace", type=FOLDER)
@click.argument("scans", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--batches",
    "sheet",
    type=FILE,
    help="Spreadsheet of batches: batch, area, contest, declared, sides, folder.",
)
@click.option("--batch", help="Id of one batch (with --area, --contest, --declared).")
@click.option("--area", help="Voting area of the batch.")
@click.option("--contest", help="Contest of the batch.")
@click.option("--declared", type=click.IntRange(0), help="Ballots counted by hand.")
@click.option("--sides", type=click.Choice(["1", "2"]), default="1", show_default=True, help="Scanned sides a sheet.")
@click.option("--cluster", help="Dask scheduler, tcp://host:port; processes on this machine otherwise.")
@click.option("--workers", type=click.IntRange(1, 256), default=None, help="Processes; one a core otherwise.")
def ingest(
    workspace: Path,
    scans: tuple[Path, ...],
    sheet: Path | None,
    batch: str | None,
    area: str | None,
    contest: str | None,
    declared: int | None,
    sides: str,
    cluster: str | None,
    workers: int | None,
) -> None:
    """Read scanned batches into WORKSPACE: SCANS (files or folders) as one batch, or all of --batches.

    Can be stopped at any moment; the same command again goes on where it stopped and changes nothing twice.
    """
    opened = open_workspace(workspace)
    if sheet is not None:
        piles = piles_of(sheet, opened)
    elif batch and area and contest and scans:
        piles = [Pile(batch, area, contest, declared, "duplex" if sides == "2" else "simplex", scans_in(scans))]
    else:
        raise refuse("ingest-what", "ingest", "give --batches SHEET, or --batch, --area, --contest and scans")
    with _executor(cluster, workers) as pool:
        for pile in piles:
            _ingest(opened, pile, pool, cluster, workers)
    opened.close()


@contextmanager
def _executor(cluster: str | None, workers: int | None) -> Iterator[Executor]:
    if cluster is None:
        with parameters.workers(workers) as pool:
            yield pool
        return
    with workers_of(cluster) as pool:
        yield pool


def _ingest(opened: Workspace, pile: Pile, pool: Executor, cluster: str | None, workers: int | None) -> None:
    if closed_before(opened, pile):
        say(message("{batch}: closed, with all of these {count} files in it; nothing was changed", batch=pile.batch,
                    count=len(pile.files)))  # fmt: skip
        return
    batch = open_batch(opened, SYSTEM, pile.batch, pile.area, pile.contest, pile.declared, pile.sides)
    renew = None if cluster else (lambda: process_pool(workers))
    with progress_bar(batch.id) as step:
        result = ingest_batch(opened, SYSTEM, batch.id, list(pile.files), pool, progress=step, renew=renew)
    _tell(batch.id, result)


def _tell(batch: str, result: IngestResult) -> None:
    say(
        message(
            "{batch}: {read} pages read, rejected: {reasons}; {accepted} readings accepted, {asked} asked",
            batch=batch,
            read=result.read,
            reasons=why_rejected(result.rejected),
            accepted=result.accepted,
            asked=result.asked,
        )
    )
    if result.already:
        say(
            message(
                "{batch}: {count} files were here already; nothing of them was counted again",
                batch=batch,
                count=len(result.already),
            )
        )
    for file, holder in sorted(result.elsewhere.items()):
        say(
            message(
                "{batch}: {file} already stands in batch {holder} and was NOT counted here; check the pile",
                batch=batch,
                file=file,
                holder=holder,
            )
        )


def _move_sheets(opened: Workspace) -> None:
    """Read every sheet that people assigned to another batch there; one that cannot go there holds nothing else up."""
    with opened.database.read() as db:
        moves = moves_waiting(db)
    for page, to in moves:
        try:
            outcome = move_page(opened, SYSTEM, page, to)
        except Refusal as refusal:
            say(message("page {page} still waits to be moved to batch {to}:", page=page, to=to))
            for problem in refusal.problems:
                say(problem.text)
            continue
        say(message("page {page} is read again in batch {to}: {outcome}", page=page, to=to, outcome=outcome))


@click.command()
@click.argument("workspace", type=FOLDER)
@click.option("--close", "to_close", help="Close this batch.")
@click.option("--void", "to_void", help="Take this batch out of the count.")
@click.option("--reason", default="", help="Why it is voided, or why declared and counted differ.")
def batches(workspace: Path, to_close: str | None, to_void: str | None, reason: str) -> None:
    """List the batches of WORKSPACE, move sheets that people assigned to another batch, close or void one."""
    opened = open_workspace(workspace)
    _move_sheets(opened)
    if to_void:
        void_batch(opened, SYSTEM, to_void, reason)
    if to_close:
        close_batch(opened, SYSTEM, to_close, reason)
    with opened.database.read() as db:
        counts = every_batch(db, SYSTEM)
    columns = [text(c) for c in ("batch", "area", "contest", "state", "declared", "scanned", "by hand", "open")]
    rows = [
        (
            c.batch.id,
            c.batch.area,
            c.batch.contest,
            render(BATCH_STATES[c.batch.state], language()),
            "-" if c.batch.declared is None else c.batch.declared,
            c.scanned,
            c.by_hand,
            c.open_items,
        )
        for c in counts
    ]
    table(text("Batches"), columns, rows)
    opened.close()
