"""The example election, counted on paper: every area settled, so that its forms can be filled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from pipeline.election.definition import Election
from pipeline.election.figures import AreaFigures, Member, Witness
from pipeline.election.load import load_election
from pipeline.election.particulars_sheet import load_particulars
from pipeline.tally.totals import AreaResult
from pipeline.usecases.official_data import Result, Source
from pipeline.usecases.particulars import Particulars
from pipeline.usecases.totals import AreaTotals, Totals, unit_totals

EXAMPLE = Path(str(files("kiemphieu.example")))
VALID = 100
WITNESSES = (Witness("E", "thôn Đông"), Witness("F", "thôn Đông"))


def election() -> Election:
    return load_election(EXAMPLE)


def area(of: Election, area_id: str, contest: str, winners: int | None = None) -> AreaTotals:
    """110 of 120 voters, 105 collected, 100 valid; the first candidates of the ballot lead, as many as there are seats
    (or ``winners``), the others stay under half."""
    unit = of.unit(of.area(area_id).units[contest])
    names = [c.id for c in of.candidates_of(unit.id)]
    leading = unit.seats if winners is None else winners
    votes = {c: 90 - n if n < leading else 20 for n, c in enumerate(names)}
    result = AreaResult(collected=105, scanned=105, valid=VALID, invalid={"b": 5}, votes=votes, leaving={1: VALID})
    figures = AreaFigures(
        area_id, contest, voters=120, voted=110, received=150, issued=110, left_over=38, spoiled=2,
        opened=datetime(2026, 3, 15, 7), closed=datetime(2026, 3, 15, 19), finished=datetime(2026, 3, 15, 22),
        members=(Member("A", "Tổ trưởng"), Member("B", "Thư ký")),
        opening_witnesses=(Witness("C", "thôn Đông"), Witness("D", "thôn Đông")),
        closing_witnesses=WITNESSES, incidents="Không có", complaints="Không có",
    )  # fmt: skip
    return AreaTotals(area_id, contest, unit.id, result, figures, (), 0)


def totals(of: Election, changed: Sequence[AreaTotals] = (), winners: Mapping[str, int] | None = None) -> Totals:
    """All areas as :func:`area` makes them, but for those that are ``changed``."""
    other = {(a.area, a.contest): a for a in changed}
    short = winners or {}
    areas = tuple(
        other.get((a.id, c), area(of, a.id, c, short.get(c))) for c in (x.id for x in of.contests) for a in of.areas
    )
    units = tuple(unit_totals(of, u, [a for a in areas if a.unit == u.id]) for u in of.units if u.seats)
    return Totals("", areas, units)


def particulars(of: Election) -> Particulars:
    """What the example ships."""
    boards, committees, dossiers, reports = (
        {r.key: r for r in load_particulars(EXAMPLE / f"{name}.csv", name, of)}  # type: ignore[arg-type]
        for name in ("boards", "committees", "dossiers", "reports")
    )
    return Particulars(boards, committees, dossiers, reports)  # type: ignore[arg-type]


def source(of: Election, found: Totals | None = None, given: Particulars | None = None) -> Source:
    return Source(Result(of, found or totals(of)), given if given is not None else particulars(of))


__all__ = ["EXAMPLE", "area", "election", "particulars", "replace", "source", "totals"]
