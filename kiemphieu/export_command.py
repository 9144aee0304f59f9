"""``kiemphieu export``: everything of a count that goes out as files."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from kiemphieu.parameters import FOLDER, refuse_existing
from kiemphieu.screen import say
from pipeline.access.roles import SYSTEM
from pipeline.errors import Refusal
from pipeline.messages import message
from pipeline.reports.level_files import PROVISIONAL, Kind
from pipeline.reports.nist.cdf import Spelling
from pipeline.usecases.exports import levels_export, results_export, whole_file, write_cvr, write_readings
from pipeline.usecases.totals import totals as totals_of
from pipeline.usecases.totals_files import totals_csv, totals_json
from pipeline.usecases.workspace import Workspace, open_workspace

PARTS = ("totals", "levels", "results", "cvr", "readings")
KINDS: tuple[Kind, ...] = ("csv", "xlsx", "json")
SPELLINGS: tuple[Spelling, ...] = ("json", "xml")


@click.command()
@click.argument("workspace", type=FOLDER)
@click.option("--out", type=FOLDER, required=True, help="Folder for the files; files that stand are not replaced.")
@click.option("--only", type=click.Choice(PARTS), multiple=True, help="Only this part; may be given several times.")
@click.option("--contest", help="Cast vote records of this contest only.")
@click.option("--area", help="Cast vote records of this area only.")
def export(workspace: Path, out: Path, only: Sequence[str], contest: str | None, area: str | None) -> None:
    """Write totals (CSV, JSON), totals at every level (CSV, XLSX, JSON), election results (NIST SP 1500-100, JSON and
    XML), cast vote records (NIST SP 1500-103, JSON and XML) and readings (CSV) of WORKSPACE.

    Cast vote records and readings are those of closed batches, shuffled; they hold no voter, no time and no place in
    the pile.
    """
    chosen = [p for p in PARTS if not only or p in only]
    opened = open_workspace(workspace)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for part in chosen:
            if part == "cvr":
                _cvr(opened, out, contest, area, asked=bool(only))
            else:
                _WRITERS[part](opened, out)
        say(message("exported to {folder}", folder=str(out)))
    finally:
        opened.close()


def _totals(opened: Workspace, out: Path) -> None:
    with opened.database.read() as db:
        found = totals_of(db, opened.count, SYSTEM)
    name = "totals" if found.complete else f"totals-{PROVISIONAL}"
    text = json.dumps(totals_json(opened.election, found), ensure_ascii=False, indent=1) + "\n"
    _keep(out / f"{name}.json", text.encode())
    _keep(out / f"{name}.csv", totals_csv(opened.election, found))


def _levels(opened: Workspace, out: Path) -> None:
    for kind in KINDS:
        name, content = levels_export(opened, SYSTEM, kind)
        _keep(out / name, content)


def _results(opened: Workspace, out: Path) -> None:
    for spelling in SPELLINGS:
        name, content = results_export(opened, SYSTEM, spelling)
        _keep(out / name, content)


def _cvr(opened: Workspace, out: Path, contest: str | None, area: str | None, *, asked: bool) -> None:
    """Where nothing is closed and they were not asked for by name, they are left out and that is said."""
    for spelling in SPELLINGS:
        file = out / f"cvr.{spelling}"
        refuse_existing(file)
        try:
            number = write_cvr(opened, SYSTEM, file, spelling, contest, area)
        except Refusal as refusal:
            if asked or refusal.problems[0].code != "nothing-closed":
                raise
            say(message("no cast vote records: no batch is closed yet"))
            return
        say(message("{file}: {number} ballots", file=str(file), number=number))


def _readings(opened: Workspace, out: Path) -> None:
    refuse_existing(out / "readings.csv")
    number = write_readings(opened, SYSTEM, out / "readings.csv")
    say(message("{file}: {number} readings", file=str(out / "readings.csv"), number=number))


def _keep(file: Path, content: bytes) -> None:
    refuse_existing(file)
    with whole_file(file) as stream:
        stream.write(content)


_WRITERS: dict[str, Callable[[Workspace, Path], None]] = {
    "totals": _totals,
    "levels": _levels,
    "results": _results,
    "readings": _readings,
}
