"""The scanned sheet of the inventory (Mẫu 32): read, typed where asked, confirmed; then it stands as the inventory."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import Refusal
from pipeline.forms.inventory_form import InventoryForm, fields_of, inventory_form
from pipeline.storage import log
from pipeline.usecases.count_sheets import (
    confirm_sheet,
    sheet_view,
    sheets_of,
    void_sheet,
)
from pipeline.usecases.inventory import inventory_view, keep_inventory
from pipeline.usecases.workspace import Workspace
from tests.count_forms.conftest import Printed, as_printed, example
from tests.count_forms.handing_in import LEADER, ONE, handed_in, png, taken, typed_by_two

CONTESTS = ("qh", "tinh", "xa")
STOCK = {
    "received": (1200, 1200, 1300),
    "issued": (1050, 1043, 1101),
    "spoiled": (7, 12, 9),
    "left_over": (143, 145, 190),
}
FIGURES = {
    name: number
    for row, numbers in STOCK.items()
    for name, number in zip((row, *(f"{row}:{c}" for c in CONTESTS)), (sum(numbers), *numbers), strict=True)
}


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Printed:
    return _printed(0, tmp_path_factory.mktemp("stock"))


def _printed(area: int, folder: Path) -> Printed:
    election = example()
    return as_printed(
        inventory_form(InventoryForm(election, election.areas[area]), issued_includes_spoiled=False), folder
    )


def stands(workspace: Workspace) -> dict[str, int]:
    return {name: int(text or 0) for name, text in inventory_view(workspace, ONE, "kv1").fields.items()}


def test_a_filled_sheet_is_read_back_with_nothing_wrong(stock: Printed) -> None:
    for seed in (1, 2, 3):
        decided = stock.decided(stock.filled(FIGURES, seed))
        accepted = {n.field: n.value for n in decided.numbers if n.accepted}
        assert accepted == {name: FIGURES[name] for name in accepted}
        assert len(accepted) >= len(FIGURES) / 2
        assert tuple(n.field for n in decided.numbers) == fields_of(CONTESTS)


def test_a_confirmed_sheet_stands_as_the_inventory_of_the_area_and_goes_with_it(
    workspace: Workspace, stock: Printed
) -> None:
    sheet = taken(workspace, png(stock.filled(FIGURES, 4)))
    view = typed_by_two(workspace, sheet, FIGURES)
    assert (view.ready, view.inventory, view.replaces, view.broken) == (True, True, False, ())
    assert stands(workspace) == dict.fromkeys(FIGURES, 0)
    confirm_sheet(workspace, LEADER, sheet, paper="signed")
    assert stands(workspace) == FIGURES
    with workspace.database.read() as db:
        acts = [line.event.act for line in log.lines(db)]
    assert acts[-2:] == ["inventory", "count_sheet_confirmed"]
    # handed in with one contest, seen with every one of the area
    assert [v.sheet.id for v in sheets_of(workspace, ONE, "qh", "kv1")] == [sheet]
    void_sheet(workspace, LEADER, sheet, "written anew")
    assert stands(workspace) == dict.fromkeys(FIGURES, 0)


def test_an_inventory_typed_otherwise_is_changed_only_with_a_reason(workspace: Workspace, stock: Printed) -> None:
    typed = FIGURES | {"left_over:xa": 191, "left_over": FIGURES["left_over"] + 1}
    keep_inventory(workspace, ONE, "kv1", {name: str(number) for name, number in typed.items()})
    sheet = taken(workspace, png(stock.filled(FIGURES, 5)))
    assert typed_by_two(workspace, sheet, FIGURES).replaces
    with pytest.raises(Refusal, match="reason-missing"):
        confirm_sheet(workspace, LEADER, sheet, paper="signed")
    assert stands(workspace) == typed
    assert sheet_view(workspace, ONE, sheet).sheet.state == "open"
    confirm_sheet(workspace, LEADER, sheet, "counted again", "signed")
    assert stands(workspace) == FIGURES


def test_a_row_that_is_not_the_sum_of_its_ballots_blocks_by_its_number(workspace: Workspace, stock: Printed) -> None:
    wrong = FIGURES | {"issued": FIGURES["issued"] + 10}
    sheet = taken(workspace, png(stock.filled(wrong, 6)))
    view = typed_by_two(workspace, sheet, wrong)
    assert {q.code for q in view.broken} == {"R21"}
    with pytest.raises(Refusal, match="R21"):
        confirm_sheet(workspace, LEADER, sheet, "it is so", "signed")
    assert stands(workspace) == dict.fromkeys(FIGURES, 0)


def test_the_inventory_of_another_area_is_told_in_words(workspace: Workspace, tmp_path: Path) -> None:
    other = _printed(1, tmp_path)
    told = handed_in(workspace, png(other.filled(FIGURES, 7)))
    assert told.became == "rejected"
    assert str(told.text).startswith("This is the inventory of another area: ")
