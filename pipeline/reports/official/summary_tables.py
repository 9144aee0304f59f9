"""The tables of Mẫu 20 and 25: units, turnout and ballots by unit, candidates and elected by unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.reports.fields import CandidateVotes
from pipeline.reports.official.fields import Elected, UnitCount
from pipeline.reports.official.summary_fields import UnitResult
from pipeline.reports.paper import Cell, Ruled
from pipeline.reports.words import DOTS, FIRM, NOTHING_TO_DIVIDE, number, put, put_or, share, shares, total

OF_COLLECTED = "Tỷ lệ % so với tổng số phiếu thu vào"
UNKNOWN = UnitResult("", "", UnitCount(), (CandidateVotes("", "", None),) * 3, (Elected("", "", None),) * 3, None)
"""A row that is not known, as the form prints it."""
NOT_FILLED = replace(UNKNOWN, candidates=(), elected=())


def _top(text: str, across: int = 1, down: int = 1) -> Cell:
    return Cell(text, across, down, "centre", bold=True)


def _middle(text: str) -> Cell:
    return Cell(text, align="centre")


def unit_table(units: Sequence[UnitResult]) -> Ruled:
    """Section 1: which communes lie in which unit."""
    rows = tuple(
        (_middle(str(n)), Cell(u.number and f"Đơn vị bầu cử số{FIRM}{put(u.number)}"), Cell(put_or(u.scope, "")))
        for n, u in enumerate(units or (UNKNOWN, UNKNOWN), start=1)
    )
    head = (_top("STT"), _top("Tên đơn vị bầu cử"), _top("Xã, phường, đặc khu"))
    return Ruled((head,), rows, (0.08, 0.3, 0.62))


def figures_table(units: Sequence[UnitResult] | None, first: str, note: str, *, sums: bool) -> Ruled:
    """Voters, turnout and ballots of every unit. ``None``: not known, so dots; empty: none, so dashes."""
    head = (
        (
            _top("STT", down=2),
            _top(first, down=2),
            _top("Tổng số cử tri của đơn vị bầu cử", down=2),
            _top("Tổng số cử tri đã tham gia bỏ phiếu", down=2),
            _top("Tỷ lệ cử tri đã tham gia bỏ phiếu so với tổng số cử tri", down=2),
            _top("Phiếu hợp lệ", across=2),
            _top("Phiếu không hợp lệ", across=2),
            _top(note, down=2),
        ),
        (_top("Số phiếu"), _top(OF_COLLECTED), _top("Số phiếu"), _top(OF_COLLECTED)),
    )
    shares_of_width = (0.7, 1.7, 1.3, 1.3, 1.5, 1.2, 1.3, 1.2, 1.3, 1.3)
    if units is not None and not units:
        return Ruled(head, (_dashes(10),), shares_of_width, 10)
    known = units or (UNKNOWN, UNKNOWN)
    rows = [_figures_row(f"{n}.", u, blank=units is None) for n, u in enumerate(known, start=1)]
    if sums:
        rows.append(_sums(known, blank=units is None))
    return Ruled(head, tuple(rows), shares_of_width, 10)


def _dashes(number_of: int) -> tuple[Cell, ...]:
    return (_middle(NOTHING_TO_DIVIDE),) * number_of


def _figures_row(count: str, unit: UnitResult, blank: bool) -> tuple[Cell, ...]:
    cells = tuple(Cell() for _ in range(8)) if blank else (*_figures(unit.count), Cell(put_or(unit.note, "")))
    return (_middle(count), Cell(f"Đơn vị bầu cử số{FIRM}{put(unit.number)}"), *cells)


def _sums(units: Sequence[UnitResult], blank: bool) -> tuple[Cell, ...]:
    names = ("voters", "voted", "issued", "collected", "valid", "invalid")
    whole = UnitCount(**{n: total(getattr(u.count, n) for u in units) for n in names})
    cells = [Cell() for _ in range(8)] if blank else [*_figures(whole), Cell()]
    return (Cell("Tổng cộng:", across=2, bold=True), *(replace(c, bold=True) for c in cells))


def _figures(count: UnitCount) -> tuple[Cell, ...]:
    valid, invalid = shares(count.valid, count.invalid, count.collected)
    texts = (
        number(count.voters), number(count.voted), share(count.voted, count.voters), number(count.valid), valid,
        number(count.invalid), invalid,
    )  # fmt: skip
    return tuple(_middle(text) for text in texts)


def people_table(
    units: Sequence[UnitResult] | None, who: str, *, elected: bool, blank: Sequence[UnitResult] = (UNKNOWN, UNKNOWN)
) -> Ruled:
    """Candidates in ballot order, or the elected by votes, of every unit; ``who`` is the head of their column."""
    head = (
        _top("STT"),
        _top("Đơn vị bầu cử"),
        _top(who),
        _top("Số phiếu bầu"),
        _top("Tỷ lệ % so với tổng số phiếu hợp lệ"),
        _top("Ghi chú"),
    )
    shares_of_width = (0.6, 1.8, 3.4, 1.3, 1.6, 1.3)
    if units is not None and not units:
        return Ruled((head,), (_dashes(6),), shares_of_width)
    rows: list[tuple[Cell, ...]] = []
    for n, unit in enumerate(units or blank, start=1):
        rows += _people_rows(n, unit, unit.elected if elected else unit.candidates, known=units is not None)
    return Ruled((head,), tuple(rows), shares_of_width)


def _people_rows(
    place: int, unit: UnitResult, people: Sequence[CandidateVotes | Elected], known: bool
) -> list[tuple[Cell, ...]]:
    """The unit once, beside all its people; a unit that elected nobody says so, once that is settled."""
    none = ("Không có" if unit.missing is not None else DOTS) if known else ""
    lines = [
        (
            Cell(f"{n}. {put_or(p.name, '')}"),
            _middle(number(p.votes) if known else ""),
            _middle(share(p.votes, unit.count.valid) if known else ""),
        )
        for n, p in enumerate(people, start=1)
    ] or [(Cell(none), Cell(), Cell())]
    down = len(lines)
    first = (
        replace(_middle(f"{place}."), down=down),
        Cell(f"Đơn vị bầu cử số{FIRM}{put(unit.number)}", down=down),
    )
    return [(*(first if n == 0 else ()), *line, Cell()) for n, line in enumerate(lines)]
