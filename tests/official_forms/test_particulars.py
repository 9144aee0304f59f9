"""The sheets of what no count tells: read back as written, and every fault by file, row, value and remedy."""

from __future__ import annotations

from pathlib import Path

import counted_forms as counted
import pytest

from pipeline.election.definition import Election
from pipeline.election.particulars import KINDS, SheetName, expected, from_json, to_json
from pipeline.election.particulars_sheet import load_particulars, write_template
from pipeline.errors import Refusal


@pytest.fixture(scope="module")
def election() -> Election:
    return counted.election()


@pytest.mark.parametrize("sheet", KINDS)
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_a_template_holds_a_row_for_each_and_reads_back_what_was_known(
    sheet: SheetName, ending: str, election: Election, tmp_path: Path
) -> None:
    given = load_particulars(counted.EXAMPLE / f"{sheet}.csv", sheet, election)
    assert [r.key for r in given] == [key for key, _ in expected(sheet, election)]
    path = tmp_path / f"{sheet}.{ending}"
    write_template(path, sheet, election, given)
    assert load_particulars(path, sheet, election) == given
    assert tuple(from_json(sheet, to_json(r)) for r in given) == given


@pytest.mark.parametrize("sheet", KINDS)
def test_an_empty_template_is_read_as_nothing_known(sheet: SheetName, election: Election, tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    write_template(path, sheet, election)
    records = load_particulars(path, sheet, election)
    assert [r.key for r in records] == [key for key, _ in expected(sheet, election)]
    for record in records:
        assert record == KINDS[sheet](record.key)


FAULTS = [
    ("boards", "unit,met_at", "xa-9,", "row 2, column unit: 'xa-9' is not in the election; write one of: qh-1"),
    ("boards", "unit,met_at", "qh-1,18/3", "row 2, column met_at: '18/3' is no date and time"),
    ("boards", "unit,members", "qh-1,(Trưởng ban)", "column members: a name is missing in '(Trưởng ban)'"),
    ("boards", "unit,signed_day", "qh-1,31/02/2026", "column signed_day: '31/02/2026' is no day; write it as"),
    ("boards", "unit,seats_resolution", "qh-1,số 5?", "'số 5?' is no number of a resolution; write it as 81"),
    ("committees", "contest,events", "qh,a\nqh,b", "row 3, column contest: 'qh' already stands in row 2"),
    ("dossiers", "candidate,sector", "qh-1-1,nhà nước", "'nhà nước' is no sector; write one of: cơ quan đảng"),
    ("dossiers", "candidate,study", "qh-1-1,cao học", "'cao học' is no level of study"),
    ("dossiers", "candidate,theory_level", "qh-1-1,A", "'A' is no level of theory"),
    ("dossiers", "candidate,reelected", "qh-1-1,2", "'2' is neither 'có' nor 'không'"),
    ("dossiers", "candidate,nghề", "qh-1-1,x", "the column 'nghề' is unknown"),
]


@pytest.mark.parametrize(("sheet", "head", "rows", "told"), FAULTS)
def test_a_fault_names_row_column_value_and_remedy(
    sheet: SheetName, head: str, rows: str, told: str, election: Election, tmp_path: Path
) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text(f"{head}\n{rows}\n", encoding="utf-8")
    with pytest.raises(Refusal) as refused:
        load_particulars(path, sheet, election)
    assert len(refused.value.problems) == 1
    assert "sheet.csv, row" in str(refused.value)
    assert told in str(refused.value)


def test_every_fault_of_a_sheet_is_told_at_once(election: Election, tmp_path: Path) -> None:
    path = tmp_path / "boards.csv"
    path.write_text("unit,met_at,signed_day\nqh-1,x,y\nzz,,z\n", encoding="utf-8")
    with pytest.raises(Refusal) as refused:
        load_particulars(path, "boards", election)
    assert len(refused.value.problems) == 4
