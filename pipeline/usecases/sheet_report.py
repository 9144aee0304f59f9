"""All scanned sheets of figures of one place together: what stands, and whether the bundles add up to the box."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.forms.count_form_ids import is_tally
from pipeline.forms.count_forms import CountForm
from pipeline.storage import batches
from pipeline.tally.bundles import BundleSums, added_up
from pipeline.usecases.count_sheet_forms import tells_figures
from pipeline.usecases.count_sheets import SheetView, sheets_of
from pipeline.usecases.totals import area_totals
from pipeline.usecases.workspace import Workspace


@dataclass(frozen=True, slots=True)
class PlaceReport:
    """The sheets of one contest in one area that are not void, the first handed in first, and their bundles' sums."""

    contest: str
    area: str
    sheets: tuple[SheetView, ...]
    bundles: BundleSums


def place_report(workspace: Workspace, actor: Actor, contest: str, area: str) -> PlaceReport:
    """What the sheets of a place say. Only figures that stand are added up and compared, the scanned count only when
    all its piles are closed and nothing of it waits for people. Refused: ``area-unknown``."""
    require(actor, "ingest")
    views = sheets_of(workspace, actor, contest, area)
    of_bundles = [_standing(v) for v in views if is_tally(v.sheet.form)]
    written: dict[str, int | None] = {}
    for view in views:
        if tells_figures(view.sheet.form, contest, area):
            written |= {name: value for name, value in _standing(view).items() if value is not None}
    with workspace.database.read() as db:
        scanned = _scanned(db, workspace, contest, area)
    return PlaceReport(contest, area, views, added_up(of_bundles, written, scanned))


def _standing(view: SheetView) -> dict[str, int | None]:
    """Figures that stand; one that people found empty is nothing to add, but no number of a bundle."""
    return {
        f.field: None if not f.stands else f.value if f.value is not None or f.field == "bundle" else 0
        for f in view.figures
    }


def _scanned(db: Connection, workspace: Workspace, contest: str, area: str) -> Mapping[str, int | None]:
    piles = batches.every(db, area=area, contest=contest)
    if not piles or any(pile.state == "open" for pile in piles):
        return {}
    found = area_totals(db, workspace.count, area, contest)
    if found.open_items or not found.result.complete:
        return {}
    result, election = found.result, workspace.election
    of = CountForm(election, election.area(area), election.contest(contest))
    votes = [result.votes_for(c.id) for c in of.candidates]
    return {
        "valid": result.valid,
        "invalid": result.invalid_total,
        "votes_sum": sum(votes),
        **{f"left_{k}": result.leaving.get(k, 0) for k in of.counts},
        **{f"votes_{i}": n for i, n in enumerate(votes, start=1)},
    }
