"""The piles of scans that ``ingest`` is given: files and folders, or a spreadsheet of batches, checked as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import Problem, Refusal, refuse
from pipeline.messages import Message, message
from pipeline.spreadsheets import Row, check_sheet, parse_whole
from pipeline.storage.batches import Sides
from pipeline.usecases.ingest import batch_faults, closed_with
from pipeline.usecases.scan_order import scan_order
from pipeline.usecases.workspace import Workspace

COLUMNS = ("batch", "area", "contest", "declared", "sides", "folder")
ALIASES = {
    "lô": "batch",
    "mã lô": "batch",
    "khu vực": "area",
    "khu vực bỏ phiếu": "area",
    "cuộc bầu": "contest",
    "số phiếu": "declared",
    "số phiếu đếm tay": "declared",
    "số mặt": "sides",
    "thư mục": "folder",
}
"""Vietnamese headers of the spreadsheet."""


@dataclass(frozen=True, slots=True)
class Pile:
    """A batch as it is handed over."""

    batch: str
    area: str
    contest: str
    declared: int | None
    sides: Sides
    files: tuple[Path, ...]


def scans_in(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The files in the order of their names and the numbers in them; of folders every file: none is passed over.

    Refused: a path where nothing is, no file at all, and folders in a folder, which may be piles of their own.
    """
    given, found = list(paths), []
    for path in given:
        if path.is_dir():
            inside = sorted((p for p in path.iterdir() if not p.name.startswith(".")), key=scan_order)
            if below := [p.name for p in inside if p.is_dir()]:
                raise refuse(
                    "scans-below",
                    str(path),
                    "there are folders here ({folders}), which are not looked into; name the folder or the files of "
                    "one pile",
                    folders=", ".join(below),
                )
            found += [p for p in inside if p.is_file()]
        elif path.is_file():
            found.append(path)
        else:
            raise refuse("file-missing", str(path), "there is no such file; check the path")
    if not found:
        raise refuse("scans-missing", ", ".join(map(str, given)), "there are no files here; check the folder")
    return tuple(found)


def piles_of(sheet: Path, workspace: Workspace | None = None) -> list[Pile]:
    """The piles of a spreadsheet of batches, folders beside it; refused with every fault of every row.

    With a ``workspace`` also with what does not fit its election and its batches, before any of them is opened; a
    pile that was closed with all of its files is no fault.
    """
    table, problems = check_sheet(sheet, COLUMNS, (), ALIASES)
    found = list(problems)
    if table.whole and not table.rows:
        found.append(
            Problem("sheet-empty", table.file, message("the sheet has no rows below its first; fill in one per record"))
        )
    piles: list[Pile] = []
    seen: dict[str, str] = {}
    for row in table.rows:
        pile, faults = _pile(row, sheet.parent)
        if workspace is not None and not (pile is not None and closed_before(workspace, pile)):
            faults = [*faults, *_unfit(workspace, row)]
        batch = row.text("batch")
        if batch and batch in seen:
            twice = message("the id '{id}' already stands in {other}; give each its own", id=batch, other=seen[batch])
            faults = [*faults, Problem("id-twice", row.place("batch"), twice)]
        seen.setdefault(batch, row.place())
        found += faults
        if pile is not None:
            piles.append(pile)
    if found:
        raise Refusal(found)
    return piles


def closed_before(workspace: Workspace, pile: Pile) -> bool:
    """Whether the pile was counted to its end already, file for file."""
    return closed_with(workspace, pile.batch, pile.area, pile.contest, pile.declared, pile.sides, pile.files)


def _unfit(workspace: Workspace, row: Row) -> list[Problem]:
    """What the election and its batches say against a row; of an empty cell it is told that it is empty."""
    batch, area, contest = (row.text(c) for c in ("batch", "area", "contest"))
    declared = parse_whole(row.text("declared")) if row.text("declared") else None
    faults = batch_faults(workspace, batch, area, contest, declared, _sides(row))
    return [Problem(f.code, row.place(f.column), f.text) for f in faults if row.text(f.column)]


def _sides(row: Row) -> Sides:
    return "duplex" if row.text("sides") == "2" else "simplex"


def _pile(row: Row, folder: Path) -> tuple[Pile | None, Sequence[Problem]]:
    faults: list[Problem] = []

    def fault(code: str, column: str, text: Message) -> None:
        faults.append(Problem(code, row.place(column), text))

    for column in ("batch", "area", "contest", "folder"):
        if not row.text(column):
            fault("cell-empty", column, message("the cell is empty; fill it in"))
    declared = parse_whole(row.text("declared")) if row.text("declared") else None
    if declared is None and row.text("declared"):
        fault(
            "declared",
            "declared",
            message("'{value}' is no count of ballots; write a whole number", value=row.text("declared")),
        )
    if row.text("sides") not in ("1", "2"):
        fault(
            "sides",
            "sides",
            message("'{value}' is no number of scanned sides; write 1 or 2", value=row.text("sides")),
        )
    files: tuple[Path, ...] = ()
    if row.text("folder"):
        try:
            files = scans_in((folder / row.text("folder"),))
        except Refusal as refusal:
            faults += [Problem(p.code, f"{row.place('folder')}: {p.place}", p.text) for p in refusal.problems]
    if faults:
        return None, faults
    return Pile(row.text("batch"), row.text("area"), row.text("contest"), declared, _sides(row), files), ()
