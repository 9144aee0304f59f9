"""``kiemphieu sheet``: a sheet of questions of one's own, printed, and the form document that reads it."""

from __future__ import annotations

from pathlib import Path

import click

from kiemphieu.parameters import FILE, FOLDER, refuse_existing
from kiemphieu.screen import say
from pipeline.forms.printing import print_ballots, write_form
from pipeline.forms.sheet import load_sheet, sheet_layout
from pipeline.messages import message


@click.command()
@click.argument("description", type=FILE)
@click.option("--out", type=FOLDER, required=True, help="Folder for the PDF, the form document and its blank picture.")
@click.option("--copies", type=click.IntRange(1, 100_000), default=1, show_default=True, help="Sheets a PDF.")
def sheet(description: Path, out: Path, copies: int) -> None:
    """Print the sheet of questions in DESCRIPTION (JSON, docs/form-format.md) with the form document that reads it."""
    layout = sheet_layout(load_sheet(description))
    # Another layout under the same name would be read in the wrong places on paper that is printed already.
    refuse_existing(*(out / f"{layout.form.id}{kind}" for kind in (".json", ".png", ".pdf")))
    document = write_form(layout, out)
    paper = document.with_suffix(".pdf")
    paper.write_bytes(print_ballots(layout, copies))
    say(message("{copies} sheets in {file}; read them with: kiemphieu read --form {form}", copies=copies,
                file=str(paper), form=str(document)))  # fmt: skip
