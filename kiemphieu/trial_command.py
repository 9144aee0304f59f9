"""``kiemphieu trial``: the official trial run (vận hành thử) with a test deck whose answers are known."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import click

from kiemphieu import parameters
from kiemphieu.build import build, program
from kiemphieu.language import language
from kiemphieu.parameters import FOLDER, SHARE
from kiemphieu.screen import console, decimal, progress_bar, say, share, table, text
from pipeline.errors import refuse
from pipeline.forms.ballot import BallotLayout
from pipeline.forms.ballots import ballot_of
from pipeline.messages import message
from pipeline.usecases.scan_order import scan_order
from pipeline.usecases.workspace import Workspace, open_workspace

ANSWERS = "answers.json"


@click.group()
def trial() -> None:
    """Official trial run: print a test deck with known answers, read it, write the accuracy report."""


@trial.command()
@click.argument("workspace", type=FOLDER)
@click.option("--out", type=FOLDER, required=True, help="A new folder.")
@click.option("--by-hand", is_flag=True, help="Blank ballots, and a sheet that says what to mark on each by hand.")
@click.option("--copies", type=click.IntRange(1, 200), default=1, show_default=True, help="How often each is printed.")
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the pens and strokes.")
@click.option("--simulated", is_flag=True, help="Also scan the deck with a simulated scanner, into scans/.")
def deck(workspace: Path, out: Path, by_hand: bool, copies: int, seed: int, simulated: bool) -> None:
    """Print a test deck from the ballots of WORKSPACE: deck.pdf, instructions.pdf, answers.json."""
    from calibration.trial import deck as decks  # noqa: PLC0415  (slow to import)
    from calibration.trial.instructions import instructions_pdf  # noqa: PLC0415
    from calibration.trial.read import scan_simulated  # noqa: PLC0415

    if by_hand and simulated:
        raise refuse("deck-by-hand", "--simulated", "blank ballots have nothing to scan yet; leave out --by-hand")
    if out.exists() and any(out.iterdir()):
        raise refuse("folder-not-empty", str(out), "the folder is not empty; choose a new one")
    opened = open_workspace(workspace)
    layouts, seats = _layouts(opened)
    title, form_set = opened.election.title, opened.form_set
    opened.close()
    out.mkdir(parents=True, exist_ok=True)
    if by_hand:
        drawn = decks.hand_deck(layouts, seats, copies)
        sheets = [sheet for sheet, _ in drawn]
        pdf = decks.deck_pdf(layouts, sheets)
        told: list[Any] = list(drawn)
    else:
        marked = decks.marked_deck(layouts, seats, copies, seed)
        sheets = [one.sheet for one in marked]
        pdf = decks.deck_pdf(layouts, marked)
        told = [(sheet, None) for sheet in sheets]
        if simulated:
            scan_simulated(marked, {layout.form.id: layout.size for layout in layouts}, out / "scans", seed)
    (out / "deck.pdf").write_bytes(pdf)
    forms = {layout.form.id: layout.form for layout in layouts}
    (out / "instructions.pdf").write_bytes(instructions_pdf(title, forms, told, language()))
    about = {"title": title, "form_set": form_set, "marked_by": "hand" if by_hand else "program", "seed": seed}
    document = decks.dump_deck(sheets, about | {"simulated": simulated})
    (out / ANSWERS).write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    positions = sum(len(s.answers) for s in sheets)
    counts = {"sheets": len(sheets), "positions": positions}
    say(message("{sheets} sheets with {positions} positions in {out}", **counts, out=str(out)))


@trial.command()
@click.argument("workspace", type=FOLDER)
@click.argument("scans", nargs=-1, type=click.Path(path_type=Path))
@click.option("--deck", "folder", type=FOLDER, required=True, help="The folder of the deck.")
@click.option("--out", type=FOLDER, required=True, help="A new folder for the report.")
@click.option("--simulated", is_flag=True, help="Read the simulated scans of the deck instead of SCANS.")
@click.option("--confidence", type=SHARE, default=0.95, show_default=True, help="Of the bound on the error.")
@click.option("--risk", type=SHARE, default=0.0001, show_default=True, help="The error that the dossier aims at.")
@click.option("--workers", type=click.IntRange(1, 256), default=None, help="Processes; one a core otherwise.")
def read(
    workspace: Path, scans: Sequence[Path], folder: Path, out: Path, simulated: bool, confidence: float, risk: float,
    workers: int | None,
) -> None:  # fmt: skip
    """Read the scanned deck (SCANS in its order) under the profile of WORKSPACE and write the accuracy report.

    Exit code 1 when an accepted reading is wrong.
    """
    from calibration.trial.deck import load_deck  # noqa: PLC0415  (slow to import)
    from calibration.trial.read import read_deck  # noqa: PLC0415
    from calibration.trial.report import About, report_json, report_pdf  # noqa: PLC0415

    if out.exists() and any(out.iterdir()):
        raise refuse("folder-not-empty", str(out), "the folder is not empty; choose a new one")
    answers = folder / ANSWERS
    document, digest = _answers(answers)
    sheets = load_deck(document, str(answers))
    opened = open_workspace(workspace)
    _refuse_other_forms(document, opened, answers)
    paths = _scans(folder, scans, simulated)
    with parameters.workers(workers) as pool, progress_bar(text("Reading the test deck")) as step:
        forms = (opened.forms_folder.resolve(), opened.form_set)
        outcome = read_deck(sheets, paths, forms, opened.profile, pool, step)
    about = About(
        title=opened.election.title, day=opened.clock().date().isoformat(), simulated=simulated,
        marked_by=str(document.get("marked_by", "program")), program=program(), build=build(), form_set=opened.form_set,
        forms={p.stem: _sha256(p) for p in sorted(opened.forms_folder.glob("*.json"))}, deck=digest,
        seed=int(document.get("seed", 0)), confidence=confidence, needed_risk=risk,
    )  # fmt: skip
    report = report_json(outcome, sheets, opened.profile, about)
    opened.close()
    out.mkdir(parents=True, exist_ok=True)
    languages: tuple[Literal["vi", "en"], ...] = ("vi", "en")
    for lang in languages:
        (out / f"report-{lang}.pdf").write_bytes(report_pdf(report, outcome.rejected, lang))
    (out / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    _print(report, out)
    if report["wrong"]:
        raise SystemExit(1)


def _layouts(opened: Workspace) -> tuple[list[BallotLayout], dict[str, int]]:
    units = [unit for unit in opened.election.units if unit.seats]
    return [ballot_of(opened.election, unit.id) for unit in units], {unit.id: unit.seats for unit in units}


def _answers(path: Path) -> tuple[Any, str]:
    try:
        content = path.read_bytes()
        return json.loads(content), hashlib.sha256(content).hexdigest()
    except (OSError, ValueError) as error:
        raise refuse(
            "deck-answers",
            str(path),
            "These are no answers of a test deck ({why}); give the answers.json that 'kiemphieu trial deck' wrote.",
            why=str(error),
        ) from error


def _refuse_other_forms(document: Any, opened: Workspace, place: Path) -> None:
    if document.get("form_set") != opened.form_set:
        raise refuse(
            "deck-forms",
            str(place),
            "the deck was printed from other forms ({deck}) than the workspace has ({own}); print the deck anew",
            deck=str(document.get("form_set"))[:12],
            own=opened.form_set[:12],
        )


def _scans(folder: Path, scans: Sequence[Path], simulated: bool) -> list[Path]:
    if simulated and scans:
        raise refuse("deck-scans", str(scans[0]), "give scans or --simulated, not both")
    given = [folder / "scans"] if simulated else list(scans)
    found: list[Path] = []
    for path in given:
        found += sorted(filter(Path.is_file, path.iterdir()), key=scan_order) if path.is_dir() else [path]
    missing = [path for path in found if not path.is_file()]
    if missing or not found:
        place = str(missing[0] if missing else folder / "scans" if simulated else "SCANS")
        raise refuse("scans-missing", place, "there are no scans of the deck here; scan it, or check the path")
    return found


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _print(report: dict[str, Any], out: Path) -> None:
    rows = [
        (text("sheets"), report["sheets"]),
        (text("sheets rejected"), len(report["sheets_rejected"])),
        (text("positions"), report["positions"]),
        (text("accepted"), report["accepted"]),
        (text("wrong among the accepted"), len(report["wrong"])),
        (text("error among the accepted, at most"), decimal(report["bound"], ".2g")),
        (text("plain positions asked"), share(report["plain_asked"], report["plain"])),
        (text("everything lies in"), str(out)),
    ]
    table(text("Trial run"), ["", ""], rows)
    for wrong in report["wrong"]:
        console.print(wrong, highlight=False, style="red")
