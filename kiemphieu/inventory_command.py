"""``kiemphieu inventory``: the inventories of ballots (Mẫu 32) of polling teams, from a spreadsheet."""

from __future__ import annotations

from pathlib import Path

import click

from kiemphieu.parameters import FILE, FOLDER, refuse_existing
from kiemphieu.screen import say
from pipeline.access.roles import SYSTEM
from pipeline.errors import refuse
from pipeline.messages import message
from pipeline.usecases.inventory import load_inventories, take_back_inventory, write_template
from pipeline.usecases.workspace import open_workspace


@click.command()
@click.argument("workspace", type=FOLDER)
@click.argument("spreadsheet", type=FILE, required=False)
@click.option("--template", type=FILE, help="Write an empty spreadsheet with every row here.")
@click.option("--back", metavar="AREA", help="Take the inventory of this area back.")
@click.option("--reason", default="", help="Why an inventory that stands is changed or taken back.")
def inventory(workspace: Path, spreadsheet: Path | None, template: Path | None, back: str | None, reason: str) -> None:
    """Take over the inventories of ballots (Mẫu 32) of SPREADSHEET into WORKSPACE.

    Each row of the form must be the sum of its ballots (R21), and its issued figures those of the count (R19).
    """
    if [bool(spreadsheet), bool(template), bool(back)].count(True) != 1:
        raise refuse("inventory-what", str(workspace), "give a spreadsheet, or --template, or --back")
    refuse_existing(template)
    opened = open_workspace(workspace)
    if template:
        areas = write_template(opened.election, template)
        say(message("{areas} areas in {file}; fill it in and load it", areas=areas, file=str(template)))
    elif back:
        take_back_inventory(opened, SYSTEM, back, reason)
        say(message("the inventory of area {area} is taken back", area=back))
    elif spreadsheet:
        given, changed = load_inventories(opened, SYSTEM, spreadsheet, reason)
        say(message("{given} inventories, {changed} new or changed", given=given, changed=changed))
    opened.close()
