"""``kiemphieu ingest`` and ``batches``: scans into the workspace, and the piles as they stand."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from kiemphieu import parameters
from kiemphieu.parameters import FILE, FOLDER
from kiemphieu.screen import progress_bar, say, table, text
from pipeline.access.roles import SYSTEM
from pipeline.errors import refuse
from pipeline.messages import message
from pipeline.spreadsheets import parse_whole, read_sheet
from pipeline.storage.batches import Sides
from pipeline.usecases.batches import close_batch, every_batch, move_page, moves_waiting, void_batch
from pipeline.usecases.cluster import cluster as workers_of
from pipeline.usecases.execution import process_pool
from pipeline.usecases.ingest import IngestResult, ingest_batch, open_batch
from pipeline.usecases.workspace import Workspace, open_workspace

BATCH_COLUMNS = ("batch", "area", "contest", "declared", "sides", "folder")
SCANS = {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".pdf"}


@dataclass(frozen=True, slots=True)
class Pile:
    """A batch as it is handed over."""

    batch: str
    area: str
    contest: str
    declared: int | None
    sides: Sides
    files: tuple[Path, ...]


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
    if sheet is not None:
        piles = list(_piles(sheet))
    elif batch and area and contest and scans:
        piles = [Pile(batch, area, contest, declared, "duplex" if sides == "2" else "simplex", _files(scans))]
    else:
        raise refuse("ingest-what", "ingest", "give --batches SHEET, or --batch, --area, --contest and scans")
    opened = open_workspace(workspace)
    with _executor(cluster, workers) as pool:
        for pile in piles:
            _ingest(opened, pile, pool, cluster, workers)
    opened.close()


def _piles(sheet: Path) -> Iterator[Pile]:
    for row in read_sheet(sheet, BATCH_COLUMNS).rows:
        declared = parse_whole(row.text("declared")) if row.text("declared") else None
        if declared is None and row.text("declared"):
            raise refuse(
                "declared",
                row.place("declared"),
                "'{value}' is no count of ballots; write a whole number",
                value=row.text("declared"),
            )
        if row.text("sides") not in ("1", "2"):
            raise refuse(
                "sides",
                row.place("sides"),
                "'{value}' is no number of scanned sides; write 1 or 2",
                value=row.text("sides"),
            )
        folder = sheet.parent / row.text("folder")
        sides: Sides = "duplex" if row.text("sides") == "2" else "simplex"
        yield Pile(row.text("batch"), row.text("area"), row.text("contest"), declared, sides, _files((folder,)))


def _files(paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """The files in the order of their names; of folders every file, so that nothing is passed over in silence."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(p for p in path.iterdir() if p.is_file() and not p.name.startswith("."))
        elif path.is_file():
            found.append(path)
        else:
            raise refuse("file-missing", str(path), "there is no such file; check the path")
    if not found:
        raise refuse("scans-missing", ", ".join(map(str, paths)), "there are no files here; check the folder")
    return tuple(found)


@contextmanager
def _executor(cluster: str | None, workers: int | None) -> Iterator[Executor]:
    if cluster is None:
        with parameters.workers(workers) as pool:
            yield pool
        return
    with workers_of(cluster) as pool:
        yield pool


def _ingest(opened: Workspace, pile: Pile, pool: Executor, cluster: str | None, workers: int | None) -> None:
    batch = open_batch(opened, SYSTEM, pile.batch, pile.area, pile.contest, pile.declared, pile.sides)
    renew = None if cluster else (lambda: process_pool(workers))
    with progress_bar(batch.id) as step:
        result = ingest_batch(opened, SYSTEM, batch.id, list(pile.files), pool, progress=step, renew=renew)
    _tell(batch.id, result)


def _tell(batch: str, result: IngestResult) -> None:
    reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(result.rejected.items())) or "0"
    say(
        message(
            "{batch}: {read} pages read, rejected: {reasons}; {accepted} readings accepted, {asked} asked",
            batch=batch,
            read=result.read,
            reasons=reasons,
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


@click.command()
@click.argument("workspace", type=FOLDER)
@click.option("--close", "to_close", help="Close this batch.")
@click.option("--void", "to_void", help="Take this batch out of the count.")
@click.option("--reason", default="", help="Why it is voided, or why declared and counted differ.")
def batches(workspace: Path, to_close: str | None, to_void: str | None, reason: str) -> None:
    """List the batches of WORKSPACE, move sheets that people assigned to another batch, close or void one."""
    opened = open_workspace(workspace)
    with opened.database.read() as db:
        moves = moves_waiting(db)
    for page, to in moves:
        say(
            message(
                "page {page} is read again in batch {to}: {outcome}",
                page=page,
                to=to,
                outcome=move_page(opened, SYSTEM, page, to),
            )
        )
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
            c.batch.state,
            c.batch.declared or 0,
            c.scanned,
            c.by_hand,
            c.open_items,
        )
        for c in counts
    ]
    table(text("Batches"), columns, rows)
    opened.close()
