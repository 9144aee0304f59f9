"""A small country: one province with three communes, an Assembly unit over two of them, and units inside communes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from pipeline.election.definition import Area, Candidate, Contest, Election, Place, Unit
from pipeline.storage.levels import Entry
from pipeline.usecases.handing_up import NewFigures

AT = datetime(2026, 3, 16, 2, 0, tzinfo=UTC)
AREAS = {"a1": "x1", "a2": "x1", "b1": "x2", "c1": "x3", "c2": "x3"}


def small() -> Election:
    places = (
        Place("vn", "country", "Cả nước", None),
        Place("t", "province", "Tỉnh A", "vn"),
        Place("x1", "commune", "Xã 1", "t"),
        Place("x2", "commune", "Xã 2", "t"),
        Place("x3", "commune", "Xã 3", "t"),
    )
    units = (
        Unit("qh", "qh", "", "Cả nước", None, 0),
        Unit("qh-t", "qh", "", "Ủy ban bầu cử tỉnh A", "qh", 0),
        Unit("qh-1", "qh", "1", "Đơn vị 1", "qh-t", 2),
        Unit("qh-2", "qh", "2", "Đơn vị 2", "qh-t", 1),
        Unit("xa-1", "xa", "", "Hội đồng nhân dân xã 1", None, 0),
        Unit("xa-1-1", "xa", "1", "Đơn vị 1", "xa-1", 1),
        Unit("xa-1-2", "xa", "2", "Đơn vị 2", "xa-1", 1),
    )
    areas = (
        Area("a1", "1", "x1", "Khu vực 1", {"qh": "qh-1", "xa": "xa-1-1"}),
        Area("a2", "2", "x1", "Khu vực 2", {"qh": "qh-1", "xa": "xa-1-2"}),
        Area("b1", "1", "x2", "Khu vực 1", {"qh": "qh-1"}),
        Area("c1", "1", "x3", "Khu vực 1", {"qh": "qh-2"}),
        Area("c2", "2", "x3", "Đơn vị quân đội", {"qh": "qh-2"}),
    )
    stand = {"qh-1": 4, "qh-2": 3, "xa-1-1": 2, "xa-1-2": 2}
    candidates = tuple(
        Candidate(f"{unit}/{n}", unit, n, "female", "Trần", "Thị", f"Người {n}", date(1980, 1, n))
        for unit, number in stand.items()
        for n in range(1, number + 1)
    )
    contests = (
        Contest("qh", "assembly", "mau-13", "Quốc hội", "XVI", "2026-2031"),
        Contest("xa", "commune", "mau-15", "xã 1", "", "2026-2031"),
    )
    return Election("small", "Bầu cử thử", date(2026, 3, 15), "state-2026", places, contests, units, areas, candidates)


def figures(unit: str, seats: int, ballots: int, invalid: int = 0, **other: int) -> dict[str, int]:
    """Figures of one area that agree: every valid ballot leaves the first ``seats`` names."""
    found = {
        "voters": ballots + invalid + 10,
        "voted": ballots + invalid,
        "received": ballots + invalid + 20,
        "issued": ballots + invalid,
        "left_over": 20,
        "collected": ballots + invalid,
        "by_hand": ballots + invalid,
        "valid": ballots,
        "invalid": invalid,
        "ground:c": invalid,
        f"leaving:{seats}": ballots,
        **{f"votes:{unit}/{n}": ballots for n in range(1, seats + 1)},
        **other,
    }
    return {name: n for name, n in found.items() if n}


def of_area(area: str, ballots: int, invalid: int = 0, state: str = "complete", **other: int) -> NewFigures:
    unit, seats = ("qh-2", 1) if area.startswith("c") else ("qh-1", 2)
    given = figures(unit, seats, ballots, invalid, **other)
    return NewFigures("qh", area, state, "import", given, "uyban")  # type: ignore[arg-type]


def as_correction(entry: Entry, reason: str = "đếm lại", approver: str | None = "hai", **other: int) -> NewFigures:
    given = {**entry.figures, **other}
    new = NewFigures(entry.contest, entry.area, "corrected", "correction", given, "uyban", reason=reason)
    return replace(new, approver=approver)
