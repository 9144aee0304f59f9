"""Totals at every level as CSV, XLSX and JSON: area, commune, province, country; units and the whole contest."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from pipeline.spreadsheets import as_text, csv_for_excel
from pipeline.tally.ballots import GROUNDS
from pipeline.tally.totals import AreaResult

Kind = Literal["csv", "json", "xlsx"]
PROVISIONAL = "tam-tinh"
"""Name of what is not official: "provisional" in Vietnamese."""
_NUMBERS = (
    "areas",
    "areas_closed",
    "voters",
    "voted",
    "collected",
    "scanned",
    "entered_by_hand",
    "set_aside",
    "valid",
    "invalid",
    "undecided",
)


@dataclass(frozen=True, slots=True)
class LevelRow:
    """One contest at one place: the sum of the closed batches of the areas below it.

    ``level``: ``area``, ``commune``, ``province``, ``country``, ``unit`` or ``contest``, and ``shares``, where every
    number is one of shares. ``official``: every area below
    is closed, nothing is open and no rule stands against it. Voters are those of areas whose figures are given.
    """

    contest: str
    level: str
    id: str
    name: str
    above: str
    areas: int
    closed: int
    official: bool
    voters: int
    voted: int
    result: AreaResult

    @property
    def numbers(self) -> dict[str, int]:
        of = self.result
        values = (
            self.areas,
            self.closed,
            self.voters,
            self.voted,
            of.collected,
            of.scanned,
            of.by_hand,
            of.set_aside,
            of.valid,
            of.invalid_total,
            of.undecided,
        )
        return dict(zip(_NUMBERS, values, strict=True))


def levels_file(rows: Sequence[LevelRow], names: Mapping[str, str], kind: Kind, election: Mapping[str, str]) -> bytes:
    """The rows as a file; ``names``: candidate -> name. The same rows always give the same CSV and JSON."""
    match kind:
        case "csv":
            return _csv(rows, names)
        case "json":
            return _json(rows, election)
        case "xlsx":
            return _xlsx(rows, names)


def _csv(rows: Iterable[LevelRow], names: Mapping[str, str]) -> bytes:
    """One line a figure."""
    lines: list[Sequence[object]] = [
        ("contest", "level", "id", "name", "official", "figure", "candidate", "candidate_name", "value")
    ]
    for row in rows:
        head = (row.contest, row.level, row.id, row.name, int(row.official))
        lines += [(*head, figure, "", "", value) for figure, value in row.numbers.items()]
        lines += [(*head, figure, c, names.get(c, ""), value) for figure, c, value in _more(row.result)]
    return csv_for_excel(lines)


def _more(result: AreaResult) -> Iterator[tuple[str, str, int]]:
    """(figure, candidate, value) of everything that not every place has."""
    for ground in GROUNDS:
        if ground in result.invalid:
            yield f"invalid_{ground}", "", result.invalid[ground]
    for k in sorted(result.leaving):
        yield f"leaving_{k}", "", result.leaving[k]
    for candidate in sorted(result.votes):
        yield "votes", candidate, result.votes[candidate]


def _json(rows: Sequence[LevelRow], election: Mapping[str, str]) -> bytes:
    document: dict[str, Any] = {
        "format": "kiemphieu-levels/1",
        **election,
        "complete": bool(rows) and all(r.official for r in rows),
        "levels": [
            {
                "contest": r.contest,
                "level": r.level,
                "id": r.id,
                "name": r.name,
                "above": r.above or None,
                "official": r.official,
                **r.numbers,
                "invalid_by_ground": {g: r.result.invalid[g] for g in GROUNDS if g in r.result.invalid},
                "leaving": {str(k): r.result.leaving[k] for k in sorted(r.result.leaving)},
                "votes": {c: r.result.votes[c] for c in sorted(r.result.votes)},
            }
            for r in rows
        ],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _xlsx(rows: Sequence[LevelRow], names: Mapping[str, str]) -> bytes:
    """Two sheets: a line a place, and votes by candidate. Their names tell where they are not official."""
    book = Workbook(write_only=True)
    mark = "" if rows and all(r.official for r in rows) else f" {PROVISIONAL}"
    figures = book.create_sheet(f"levels{mark}")
    figures.freeze_panes = "E2"
    figures.append(_bold(figures, ["contest", "level", "id", "name", "official", *_NUMBERS]))
    for row in rows:
        figures.append([row.contest, row.level, row.id, as_text(row.name), int(row.official), *row.numbers.values()])
    votes = book.create_sheet(f"votes{mark}")
    votes.freeze_panes = "E2"
    votes.append(_bold(votes, ["contest", "level", "id", "name", "official", "figure", "candidate", "who", "value"]))
    for row in rows:
        for figure, candidate, value in _more(row.result):
            head = [row.contest, row.level, row.id, as_text(row.name), int(row.official)]
            votes.append([*head, figure, candidate, as_text(names.get(candidate, "")), value])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _bold(sheet: Any, titles: Iterable[str]) -> list[Any]:
    cells = []
    for title in titles:
        cell = WriteOnlyCell(sheet, title)
        cell.font = Font(bold=True)
        cells.append(cell)
    return cells
