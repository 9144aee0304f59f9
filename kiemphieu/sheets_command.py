"""``kiemphieu sheets``: scanned sheets of figures, tally sheets and minutes read without the browser."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from kiemphieu.language import language
from kiemphieu.parameters import FILE, FOLDER, refuse_existing
from kiemphieu.piles import scans_in
from kiemphieu.screen import say, table, text
from pipeline.access.roles import SYSTEM
from pipeline.errors import refuse
from pipeline.messages import Message, message, render
from pipeline.review.number_words import EMPTY, WHY, Question, decimal_text
from pipeline.tally.bundles import BundleSum, BundleSums
from pipeline.usecases.count_sheet_forms import named_side
from pipeline.usecases.count_sheet_scans import Taken, take_sheets
from pipeline.usecases.count_sheets import Figure, SheetView, missing_pages
from pipeline.usecases.exports import whole_file
from pipeline.usecases.sheet_report import PlaceReport, place_report
from pipeline.usecases.workspace import Workspace, open_workspace
from review_ui.wording_count import PAPER

FORMAT = "kiemphieu-sheets/1"


@click.command()
@click.argument("workspace", type=FOLDER)
@click.argument("scans", nargs=-1, type=click.Path(path_type=Path))
@click.option("--area", required=True, help="Id of the area.")
@click.option("--contest", required=True, help="Id of the contest.")
@click.option(
    "--named",
    help="Which sheet a page is whose printed code cannot be read: bien-ban-xa-kv1/2 is page 2 of "
    "those minutes. An unknown one is refused with those that the place has.",
)
@click.option("--out", type=FILE, help="Write everything as JSON into this file, too; one that stands is not replaced.")
def sheets(
    workspace: Path, scans: tuple[Path, ...], area: str, contest: str, named: str | None, out: Path | None
) -> None:
    """Read SCANS (files or folders) as sheets of figures, tally sheets and minutes of one area and contest of
    WORKSPACE, and tell what stands, what is asked of people and why, and whether the bundles add up; without SCANS
    only tell.

    What is asked is typed in the web application. Figures that do not stand are shown nowhere, because two people type
    them blind. Exit code 1 where a page was rejected or is there twice, a sheet is empty or figures differ.
    """
    if out is not None:
        refuse_existing(out)
    files = scans_in(scans) if scans else ()
    opened = open_workspace(workspace)
    try:
        taken = _take(opened, contest, area, files, named)
        report = place_report(opened, SYSTEM, contest, area)
    finally:
        opened.close()
    _tell(taken, report)
    if out is not None:
        document = json.dumps(_document(taken, report), ensure_ascii=False, indent=1) + "\n"
        with whole_file(out) as stream:
            stream.write(document.encode())
        say(message("exported to {folder}", folder=str(out)))
    doubtful = any(view.broken or view.empty or view.twice for view in report.sheets)
    if doubtful or report.bundles.differing or any(one.became == "rejected" for one in taken):
        raise SystemExit(1)


def _take(opened: Workspace, contest: str, area: str, files: Sequence[Path], named: str | None) -> list[Taken]:
    found: list[Taken] = []
    side = named_side(opened, contest, area, named) if named else None
    for path in files:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise refuse("file-unreadable", str(path), "cannot be read ({why}); check its permissions",
                         why=error.strerror or str(error)) from error  # fmt: skip
        found += take_sheets(opened, SYSTEM, contest, area, str(path), content, side)
    return found


def _tell(taken: Sequence[Taken], report: PlaceReport) -> None:
    for one in taken:
        if one.became == "rejected":
            say(message("{file}, page {page}: NOT TAKEN: {why}", file=one.name, page=one.page,
                        why=render(one.text, language()) if one.text else ""))  # fmt: skip
        elif one.became == "nothing":
            say(message("{file}, page {page}: {text}", file=one.name, page=one.page,
                        text=render(one.text, language()) if one.text else ""))  # fmt: skip
        elif one.became == "already":
            say(message("{file}, page {page}: was here already, nothing was changed", file=one.name, page=one.page))
    for view in report.sheets:
        _tell_sheet(view)
    for title, pages in missing_pages(report.sheets):
        say(message("{title}: page {pages} is not here yet; hand it in.", title=title, pages=_listed(pages)))
    if report.bundles.sheets:
        labels = {"collected": text("Ballots")} | {f.field: f.label for view in report.sheets for f in view.figures}
        _tell_bundles(report.bundles, labels)


def _tell_sheet(view: SheetView) -> None:
    title = _title(view)
    if view.empty or not view.figures:
        told = render(EMPTY if view.empty else _TO_SIGN, language())
        say(message("{sheet} ({title}): {text}", sheet=view.sheet.id, title=title, text=told))
    if view.empty:
        return
    if view.figures:
        _tell_figures(view, title)
    for question in (*view.broken, *view.unsigned):
        say(question.text)
    if view.sheet.paper:
        say(PAPER[view.sheet.paper])
    act = view.sheet.confirmed
    if act is not None and act.broken:
        say(message("{sheet}: confirmed by {name} against {rules}: {reason}", sheet=view.sheet.id,
                    name=view.people[act.by], rules=", ".join(act.broken), reason=act.reason))  # fmt: skip
    if view.twice:
        say(message("{sheet}: the same page as {others}: take all but one out", sheet=view.sheet.id,
                    others=", ".join(view.twice)))  # fmt: skip


_TO_SIGN = message("On this page there are only places to sign.")


def _title(view: SheetView) -> str:
    """What a sheet is called, the pages of the minutes by their number."""
    page = render(message("page {page}", page=view.page), language()) if view.page else ""
    return ", ".join(part for part in (view.title, page) if part)


def _tell_figures(view: SheetView, title: str) -> None:
    standing = sum(f.stands for f in view.figures)
    say(message("{sheet} ({title}): figures that stand {standing} of {all}, asked of people {asked}",
                sheet=view.sheet.id, title=title, standing=standing, all=len(view.figures),
                asked=len(view.figures) - standing))  # fmt: skip
    order = {name: place for place, name in enumerate(view.asked)}
    waiting = sorted((f for f in view.figures if not f.stands), key=lambda f: order.get(f.field, len(order)))
    rows = [[f.label, _why(f)] for f in waiting]
    if rows:
        table(text("Asked of people"), [text("Figure"), text("Reason")], rows)


def _question(question: Question) -> dict[str, Any]:
    return {"code": question.code, "fields": list(question.fields), "text": render(question.text, "en")}


def _why(figure: Figure) -> str:
    return "; ".join(render(WHY[code], language()) for code in figure.why)


def _tell_bundles(of: BundleSums, labels: Mapping[str, str]) -> None:
    say(message("{count} tally sheets; {state}", count=of.sheets, state=render(_state(of), language())))
    compared = [s for s in of.sums if s.added is not None]
    if compared:
        rows = [[labels[s.field], *(_shown(v) for v in (s.added, s.written, s.scanned)), "≠" if s.differs else ""]
                for s in compared]  # fmt: skip
        columns = [text("Figure"), text("all bundles"), text("sheet of figures"), text("scanned ballots"), ""]
        table(text("Bundles added up"), columns, rows)
    for one in of.differing:
        say(_differing(one, labels[one.field]))


def _state(of: BundleSums) -> Message:
    if of.twice:
        return message("bundles {numbers} stand on two sheets: take one out", numbers=_listed(of.twice))
    if of.missing:
        return message("bundles {numbers} are missing: hand them in", numbers=_listed(of.missing))
    if of.unknown:
        return message("the number of {count} bundles is still to be typed", count=of.unknown)
    return message("every bundle is there once")


def _differing(one: BundleSum, name: str) -> Message:
    return message("{figure}: all bundles {added}, sheet of figures {written}, scanned ballots {scanned}; look at the "
                   "paper and mend what is wrong", figure=name, added=_shown(one.added),
                   written=_shown(one.written), scanned=_shown(one.scanned))  # fmt: skip


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def _shown(value: int | None) -> str:
    return "–" if value is None else str(value)


def _document(taken: Sequence[Taken], report: PlaceReport) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "contest": report.contest,
        "area": report.area,
        "pages": [
            {"file": t.name, "page": t.page, "became": t.became, "sheet": t.sheet,
             "text": render(t.text, "en") if t.text else None} for t in taken
        ],
        "sheets": [_sheet(view) for view in report.sheets],
        "bundles": {
            "sheets": report.bundles.sheets, "twice": list(report.bundles.twice),
            "missing": list(report.bundles.missing), "number_open": report.bundles.unknown,
            "sums": [
                {"field": s.field, "bundles": s.added, "figures": s.written, "scanned": s.scanned, "differs": s.differs}
                for s in report.bundles.sums
            ],
        },
    }  # fmt: skip


def _sheet(view: SheetView) -> dict[str, Any]:
    return {
        "sheet": view.sheet.id, "form": view.sheet.form, "state": view.sheet.state, "ready": view.ready,
        "empty": view.empty,
        "figures": [
            {"field": f.field, "label": f.label, "kind": f.kind, "state": f.state,
             "value": decimal_text(f.value, f.decimals) if f.stands and f.value is not None else None,
             "by": list(f.by), "why": [{"code": code, "text": render(WHY[code], "en")} for code in f.why]}
            for f in view.figures
        ],
        "ask_first": list(view.asked),
        "broken": [_question(q) for q in view.broken],
        "signatures": None if view.signatures is None else [
            {"field": s.field, "label": render(s.label, "en"), "state": s.state} for s in view.signatures
        ],
        "questions": [_question(q) for q in view.unsigned],
        "paper": view.sheet.paper,
        "file": view.sheet.name, "same_page": list(view.twice),
        "confirmed": view.sheet.confirmed.document() if view.sheet.confirmed else None,
    }  # fmt: skip
