"""A small election of one's own as tables that a test may change before they are written as files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from openpyxl import Workbook

from pipeline.election.definition import Election
from pipeline.election.load import load_election
from pipeline.errors import Problem, Refusal
from pipeline.spreadsheets import write_sheet

Table = list[list[object]]


def as_people_make_it(path: Path, header: Sequence[object], rows: Sequence[Sequence[object]]) -> None:
    """A sheet in whose .xlsx what begins with "=" is a formula, as where somebody typed it into a cell."""
    if path.suffix != ".xlsx":
        write_sheet(path, [str(c) for c in header], rows)
        return
    book = Workbook()
    for row in (header, *rows):
        book.active.append(list(row))
    book.save(path)


def _head() -> dict[str, object]:
    return {
        "id": "thu",
        "title": "Bầu cử thử",
        "day": "2026-03-15",
        "rule_set": "state-2026",
        "places": [
            {"id": "nuoc", "kind": "country", "name": "Việt Nam"},
            {"id": "tinh-a", "kind": "province", "name": "Tỉnh A", "parent": "nuoc"},
            {"id": "xa-b", "kind": "commune", "name": "Xã B", "parent": "tinh-a"},
        ],
        "contests": [
            {"id": "qh", "level": "assembly", "ballot_form": "mau-13", "body": "Quốc hội", "term": "XVI"},
            {
                "id": "xa", "level": "commune", "ballot_form": "mau-15", "body": "xã B", "term": "II",
                "years": "2026-2031", "paper": "#cfe6cf",
            },
        ],
        "units": "units.csv",
        "areas": "areas.csv",
        "candidates": "candidates.csv",
    }  # fmt: skip


def _units() -> Table:
    return [
        ["id", "contest", "number", "name", "parent", "seats", "scope"],
        ["ca-nuoc", "qh", "0", "Cả nước", "", "", ""],
        ["qh-tinh", "qh", "0", "Tỉnh A", "ca-nuoc", "", ""],
        ["qh-1", "qh", 1, "Đơn vị số 1", "qh-tinh", 2, "xã B"],
        ["xa-1", "xa", 1, "Đơn vị số 1", "", 1, "thôn Một"],
        ["xa-2", "xa", 2, "Đơn vị số 2", "", 1, "thôn Hai"],
    ]


def _areas() -> Table:
    return [
        ["id", "number", "place", "name", "qh", "xa"],
        ["kv1", 1, "xa-b", "Nhà văn hóa thôn Một", "qh-1", "xa-1"],
        ["kv2", 2, "xa-b", "Nhà văn hóa thôn Hai", "qh-1", "xa-2"],
        ["kv3", 3, "xa-b", "Trại tạm giam", "qh-1", ""],
    ]


def _candidates() -> Table:
    return [
        ["id", "unit", "order", "gender", "family", "middle", "given", "birth_date", "other_name", "two_lines"],
        ["q1", "qh-1", 1, "Bà", "Lê", "Thị", "An", "01/02/1970", "", ""],
        ["q2", "qh-1", 2, "Ông", "Nguyễn", "Văn", "Bình", "03/04/1971", "", ""],
        ["q3", "qh-1", 3, "Ông", "Đỗ", "", "Đạt", "05/06/1972", "Hai Đạt", "x"],
        ["q4", "qh-1", 4, "Bà", "Trần", "Thị", "Út", "07/08/1973", "", ""],
        ["x1", "xa-1", 1, "Ông", "Bùi", "Văn", "Cảnh", "09/10/1974", "", ""],
        ["x2", "xa-1", 2, "Bà", "Hà", "Thị", "Dung", "11/12/1975", "", ""],
        ["x3", "xa-2", 1, "Ông", "Ngô", "Văn", "Em", "13/01/1976", "", ""],
        ["x4", "xa-2", 2, "Bà", "Vũ", "Thị", "Hoa", "15/02/1977", "", ""],
    ]


@dataclass
class Files:
    """The tables of an election in a folder of their own; ``load`` writes them first."""

    folder: Path
    head: dict[str, object] = field(default_factory=_head)
    units: Table = field(default_factory=_units)
    areas: Table = field(default_factory=_areas)
    candidates: Table = field(default_factory=_candidates)

    def put(self, table: str, row: int, column: str, value: object) -> None:
        """Write into the cell that spreadsheet programs call that row of that column."""
        cells: Table = getattr(self, table)
        cells[row - 1][cells[0].index(column)] = value

    def write(self) -> Path:
        text = yaml.safe_dump(self.head, allow_unicode=True, sort_keys=False)
        (self.folder / "election.yaml").write_text(text, encoding="utf-8")
        for table in ("units", "areas", "candidates"):
            header, *rows = getattr(self, table)
            name = self.head.get(table)
            if isinstance(name, str):
                as_people_make_it(self.folder / name, header, rows)
        return self.folder

    def load(self) -> Election:
        return load_election(self.write())

    def problems(self) -> tuple[Problem, ...]:
        with pytest.raises(Refusal) as refusal:
            self.load()
        return refusal.value.problems

    def told(self) -> list[tuple[str, str]]:
        """(code, place) of every problem."""
        return [(p.code, p.place) for p in self.problems()]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


@pytest.fixture
def sheet_file(tmp_path: Path) -> Callable[[str, Sequence[Sequence[object]]], Path]:
    """Writes rows, header first, to a file of that name."""

    def write(name: str, rows: Sequence[Sequence[object]]) -> Path:
        as_people_make_it(tmp_path / name, [str(c) for c in rows[0]], rows[1:])
        return tmp_path / name

    return write
