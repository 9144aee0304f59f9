"""``kiemphieu totals`` and ``minutes``: what a committee pulls."""

from __future__ import annotations

import json
from pathlib import Path

import click

from kiemphieu.demo_command import print_totals
from kiemphieu.parameters import FILE, FOLDER, refuse_existing
from kiemphieu.screen import say
from pipeline.access.roles import SYSTEM
from pipeline.election.definition import Election
from pipeline.errors import Problem, Refusal, refuse, together
from pipeline.messages import message
from pipeline.storage import log
from pipeline.usecases.area_minutes import is_final, minutes_name, print_minutes
from pipeline.usecases.official_forms import print_form, share_forms
from pipeline.usecases.totals import AreaTotals, Totals
from pipeline.usecases.totals import totals as totals_of
from pipeline.usecases.totals_files import totals_csv, totals_json
from pipeline.usecases.workspace import Workspace, open_workspace


def _totals(opened: Workspace) -> Totals:
    with opened.database.read() as db:
        return totals_of(db, opened.count, SYSTEM)


@click.command()
@click.argument("workspace", type=FOLDER)
@click.option("--csv", "csv_file", type=FILE, help="Write the totals here, too.")
@click.option("--json", "json_file", type=FILE, help="Write the totals here, too.")
def totals(workspace: Path, csv_file: Path | None, json_file: Path | None) -> None:
    """Print the totals of WORKSPACE per unit, the rules that fail, and whether they are complete."""
    refuse_existing(csv_file, json_file)
    opened = open_workspace(workspace)
    found = _totals(opened)
    if csv_file:
        csv_file.write_bytes(totals_csv(opened.election, found))
    if json_file:
        document = totals_json(opened.election, found)
        json_file.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print_totals(opened.election, found)
    if not found.complete:
        say(
            message(
                "PROVISIONAL: {waiting} items wait for people; of {areas} counts of an area {missing} lack the figures "
                "of the team, rules stand against {broken}",
                waiting=sum(a.open_items for a in found.areas),
                areas=len(found.areas),
                missing=sum(a.figures is None for a in found.areas),
                broken=sum(bool(a.standing_against) for a in found.areas),
            )
        )
    opened.close()


@click.command()
@click.argument("workspace", type=FOLDER)
@click.option("--out", type=FOLDER, required=True, help="Folder for the PDFs.")
@click.option("--area", help="Only this area.")
@click.option("--draft", is_flag=True, help="Print also where figures are missing, marked as draft.")
def minutes(workspace: Path, out: Path, area: str | None, draft: bool) -> None:
    """Write the count minutes (Mẫu 18 and 23, or a congress's) of every area and contest of WORKSPACE as PDF."""
    opened = open_workspace(workspace)
    if area is not None and area not in {a.id for a in opened.election.areas}:
        raise refuse("area-unknown", area, "the area '{value}' is not in the election; correct it", value=area)
    found = _totals(opened)
    with opened.database.read() as db:
        lines = list(log.lines(db))
    out.mkdir(parents=True, exist_ok=True)
    head = lines[-1].digest if lines else ""
    refused: list[Problem] = []
    for form in share_forms(opened.election, found) if area is None else ():
        try:
            pdf = print_form(form, head, "pdf", trial=opened.trial, draft=draft)
        except Refusal as fault:
            refused.extend(fault.problems)
            continue
        path = out / form.file("pdf")
        path.write_bytes(pdf)
        say(message("minutes written: {file}", file=str(path)))
    for one in found.areas:
        if area not in (None, one.area) or opened.election.unit(one.unit).shares:
            continue  # a class of ballots by shares has no minutes of its own
        try:
            pdf = print_minutes(opened.election, one, head, trial=opened.trial, draft=draft)
        except Refusal as fault:  # the others are written first
            refused.extend(fault.problems)
            continue
        path = out / _minutes_file(opened.election, one)
        path.write_bytes(pdf)
        say(message("minutes written: {file}", file=str(path)))
    opened.close()
    if refused:
        raise Refusal(together(refused))


def _minutes_file(election: Election, area: AreaTotals) -> str:
    return f"{minutes_name(election, area.contest, area.area, final=is_final(election, area))}.pdf"
