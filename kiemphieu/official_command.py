"""``kiemphieu particulars`` and ``official``: what forms need beside the count, and the forms of all levels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import click

from kiemphieu.parameters import FILE, FOLDER, refuse_existing
from kiemphieu.screen import say
from pipeline.access.roles import SYSTEM
from pipeline.election.particulars import KINDS, Particular, SheetName
from pipeline.election.particulars_sheet import load_particulars, write_template
from pipeline.errors import Problem, Refusal, together
from pipeline.messages import message
from pipeline.usecases.official_forms import NUMBERS, Kind, OfficialForm, log_head, official_forms, print_form
from pipeline.usecases.particulars import keep_particulars, particulars_of
from pipeline.usecases.workspace import Workspace, open_workspace

NAMES: dict[SheetName, str] = {
    "boards": "ban-bau-cu",
    "committees": "uy-ban-bau-cu",
    "dossiers": "nguoi-ung-cu",
    "reports": "bao-cao",
}


@click.command()
@click.argument("workspace", type=FOLDER)
@click.option("--boards", type=FILE, help="Sheet of the units' boards (Mẫu 19, 21, 24).")
@click.option("--committees", type=FILE, help="Sheet of the election committees (Mẫu 20, 25, 26, 28, 30).")
@click.option("--dossiers", type=FILE, help="Sheet of the candidates (Mẫu 21, 26, 28, 30).")
@click.option("--reports", type=FILE, help="Sheet of the province's reports (Mẫu 27, 29).")
@click.option("--templates", type=FOLDER, help="Write the sheets to fill in here, with what is known.")
def particulars(
    workspace: Path,
    boards: Path | None,
    committees: Path | None,
    dossiers: Path | None,
    reports: Path | None,
    templates: Path | None,
) -> None:
    """Load what the official forms of WORKSPACE need and no count tells; or write the sheets for it."""
    sheets: dict[SheetName, Path | None] = {
        "boards": boards,
        "committees": committees,
        "dossiers": dossiers,
        "reports": reports,
    }
    if templates is None and not any(sheets.values()):
        raise click.UsageError("--boards, --committees, --dossiers, --reports, --templates")
    opened = open_workspace(workspace)
    if templates is not None:
        _write_templates(opened, templates)
    load_all(opened, {name: path for name, path in sheets.items() if path is not None})
    opened.close()


def _write_templates(opened: Workspace, folder: Path) -> None:
    with opened.database.read() as db:
        standing = particulars_of(db, SYSTEM)
    paths = {name: folder / f"{NAMES[name]}.xlsx" for name in KINDS}
    refuse_existing(*paths.values())
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in paths.items():
        known: Sequence[Particular] = tuple(getattr(standing, name).values())
        write_template(path, name, opened.election, known)
        say(message("sheet to fill in: {file}", file=str(path)))


def load_all(opened: Workspace, sheets: dict[SheetName, Path]) -> None:
    """Load sheets; every fault of every one is told, and then nothing is saved."""
    found: dict[SheetName, Sequence[Particular]] = {}
    faults: list[Problem] = []
    for name, path in sheets.items():
        try:
            found[name] = load_particulars(path, name, opened.election)
        except Refusal as refusal:
            faults += refusal.problems
    if faults:
        raise Refusal(faults)
    for name, records in found.items():
        new = keep_particulars(opened, SYSTEM, name, records)
        say(
            message(
                "{file}: {count} records, {new} of them new or changed",
                file=sheets[name].name,
                count=len(records),
                new=new,
            )
        )


@click.command()
@click.argument("workspace", type=FOLDER)
@click.option("--out", type=FOLDER, required=True, help="Folder for the files.")
@click.option("--form", type=click.Choice(NUMBERS), help="Only this form.")
@click.option("--kind", type=click.Choice(["pdf", "docx", "both"]), default="both", show_default=True)
@click.option("--draft", is_flag=True, help="Print also where figures are missing, marked as draft.")
@click.option("--round", "later", type=FOLDER, multiple=True, help="Workspace of a later round (extra, re-vote).")
def official(
    workspace: Path,
    out: Path,
    form: str | None,
    kind: Literal["pdf", "docx", "both"],
    draft: bool,
    later: tuple[Path, ...],
) -> None:
    """Write the official forms of all levels of WORKSPACE: Mẫu 18 to 21, 23 to 30 and 32."""
    opened = open_workspace(workspace)
    rounds = [open_workspace(path) for path in later]
    forms = official_forms(opened, SYSTEM, rounds, form)
    kinds: tuple[Kind, ...] = ("pdf", "docx") if kind == "both" else (kind,)
    refused = write_forms(opened, forms, out, kinds, draft=draft)
    for one in (opened, *rounds):
        one.close()
    if refused:
        raise Refusal(together(refused))


def write_forms(
    opened: Workspace, forms: Sequence[OfficialForm], out: Path, kinds: Sequence[Kind], *, draft: bool
) -> list[Problem]:
    """Write every form that can be; what keeps the others from being printed."""
    head = log_head(opened)
    refused: list[Problem] = []
    out.mkdir(parents=True, exist_ok=True)
    written = 0
    for form in forms:
        if form.why and not draft:
            refused += [Problem("form-incomplete", form.place, text) for text in form.why]
            continue
        for kind in kinds:
            path = out / form.file(kind)
            path.write_bytes(print_form(form, head, kind, trial=opened.trial, draft=draft))
            written += 1
    drafts = sum(not f.final for f in forms) if draft else 0
    say(
        message(
            "{count} files of official forms in {folder}, {drafts} forms as drafts",
            count=written,
            folder=str(out),
            drafts=drafts,
        )
    )
    return refused
