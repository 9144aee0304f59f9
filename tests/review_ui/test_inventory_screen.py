"""The inventory Mẫu 32 on screen and from a spreadsheet: R19 and R21 are asked of whoever types either paper."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from counted import AREA, CONTEST
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page, expect
from serving import Serving
from test_every_screen import check, pictures  # noqa: F401  (the fixture)
from test_figures_screen import ONE, TWO, TYPED
from visitors import Browser

from pipeline.access.roles import SYSTEM
from pipeline.election.figures import AreaFigures, figures_of
from pipeline.errors import Refusal
from pipeline.storage import accounts, levels, log
from pipeline.tally.paper_rules import InventoryRow
from pipeline.usecases.checking import check_import
from pipeline.usecases.figures import keep_figures
from pipeline.usecases.inventory import (
    ROWS,
    check_inventory,
    field_of,
    fields_of,
    inventory_places,
    inventory_view,
    keep_inventory,
    keep_read,
    load_inventories,
    other_issued,
    take_back_inventory,
    write_template,
)
from pipeline.usecases.keying import check_figures, key_in
from pipeline.usecases.workspace import Workspace

Screens = Callable[..., Page]
HELD = ("qh", "tinh", "xa")
NUMBERS = {"received": 1300, "issued": 1190, "spoiled": 0, "left_over": 110}


@pytest.fixture(autouse=True)
def known(workspace: Workspace) -> None:
    with workspace.database.write() as db:
        for actor in (ONE, TWO):
            accounts.put(db, actor)


def contests(workspace: Workspace) -> tuple[str, ...]:
    return inventory_view(workspace, ONE, AREA).contests


def whole(workspace: Workspace, **changes: str) -> dict[str, str]:
    held = contests(workspace)
    fields = {field_of(row): str(NUMBERS[row] * len(held)) for row in ROWS}
    fields |= {field_of(row, c): str(NUMBERS[row]) for row in ROWS for c in held}
    return fields | {name.replace("__", ":"): text for name, text in changes.items()}


def codes(act: Callable[[], object]) -> dict[str, str]:
    with pytest.raises(Refusal) as told:
        act()
    return {p.place: p.code for p in told.value.problems}


def count_figures(workspace: Workspace, issued: int = 1190) -> AreaFigures:
    fields = TYPED | {"issued": str(issued), "received": str(issued + 110), "area": AREA, "contest": CONTEST}
    days = {n: f"15/03/2026 {t}" for n, t in (("opened", "7:00"), ("closed", "19:00"), ("finished", "23:00"))}
    people = {n: "; ".join(TYPED[n].splitlines()) for n in ("members", "opening_witnesses", "closing_witnesses")}
    found, problems = figures_of(fields | days | people, workspace.election)
    assert problems == ()
    return found


# Typing --------------------------------------------------------------------------------------------------


def test_an_inventory_stands_as_it_was_typed_and_is_in_the_log(workspace: Workspace) -> None:
    assert not inventory_view(workspace, ONE, AREA).given
    assert keep_inventory(workspace, ONE, AREA, whole(workspace))
    assert not keep_inventory(workspace, ONE, AREA, whole(workspace))  # the same again is nothing new
    view = inventory_view(workspace, ONE, AREA)
    assert (view.given, dict(view.fields)) == (True, whole(workspace))
    assert [p.area for p in inventory_places(workspace, ONE) if p.given] == [AREA]
    with workspace.database.read() as db:
        acts = [line.event.act for line in log.lines(db)]
    assert acts.count("inventory") == 1


def test_a_row_that_is_not_the_sum_of_its_ballots_is_refused_by_r21(workspace: Workspace) -> None:
    held = contests(workspace)
    wrong = whole(workspace, left_over="331")
    off = ", ".join((field_of("left_over"), *(field_of("left_over", c) for c in held)))
    assert codes(lambda: keep_inventory(workspace, ONE, AREA, wrong)) == {off: "R21"}
    assert not inventory_view(workspace, ONE, AREA).given


def test_another_issued_figure_than_the_count_has_is_refused_by_r19(workspace: Workspace) -> None:
    for actor in (ONE, TWO):
        key_in(workspace, actor, CONTEST, AREA, TYPED)
    held = contests(workspace)
    wrong = whole(workspace, issued=str(1190 * len(held) + 1), issued__qh="1191")
    assert codes(lambda: keep_inventory(workspace, ONE, AREA, wrong)) == {"issued:qh": "R19"}
    scanned = {name: int(text) for name, text in wrong.items()}
    with workspace.database.write() as db:  # told without the figure of the minutes: a scanned sheet is typed blind
        assert codes(lambda: keep_read(db, workspace, ONE, AREA, scanned, "")) == {"issued:qh": "R19"}
    half = dict.fromkeys(wrong, "") | {"issued:qh": "1191"}
    assert "R19" in {t.code for t in check_inventory(workspace, ONE, AREA, half)}  # while it is typed
    assert keep_inventory(workspace, ONE, AREA, whole(workspace))


def test_figures_are_held_to_the_inventory_and_do_not_learn_its_number(workspace: Workspace) -> None:
    keep_inventory(workspace, ONE, AREA, whole(workspace))
    other = TYPED | {"issued": "1191", "received": "1301"}
    (trouble,) = [t for t in check_figures(workspace, TWO, CONTEST, AREA, other).troubles if t.code == "R19"]
    assert (trouble.kind, trouble.fields) == ("error", ("issued",))
    assert "1190" not in str(trouble.text)
    assert codes(lambda: key_in(workspace, TWO, CONTEST, AREA, other)) == {"issued": "R19"}
    assert key_in(workspace, ONE, CONTEST, AREA, TYPED) == "waits"
    with workspace.database.read() as db, pytest.raises(Refusal) as told:
        check_import(db, workspace.election, [count_figures(workspace, 1191)], "")
    assert {p.code for p in told.value.problems} == {"R19"}


def test_a_wrong_inventory_is_taken_back_with_a_reason(workspace: Workspace) -> None:
    keep_inventory(workspace, ONE, AREA, whole(workspace))
    assert codes(lambda: take_back_inventory(workspace, ONE, AREA, " ")) == {"reason": "reason-missing"}
    take_back_inventory(workspace, ONE, AREA, "ghi nhầm dòng")
    assert not inventory_view(workspace, ONE, AREA).given
    assert key_in(workspace, ONE, CONTEST, AREA, TYPED | {"issued": "1191", "received": "1301"}) == "waits"
    assert codes(lambda: take_back_inventory(workspace, ONE, AREA, "nữa")) == {AREA: "inventory-missing"}


def test_a_change_needs_a_reason(workspace: Workspace) -> None:
    keep_inventory(workspace, ONE, AREA, whole(workspace))
    changed = whole(workspace, spoiled="1", spoiled__qh="1")
    assert codes(lambda: keep_inventory(workspace, ONE, AREA, changed)) == {"reason": "reason-missing"}
    assert keep_inventory(workspace, ONE, AREA, changed, "đếm lại")


def test_what_is_no_number_is_named_by_its_field(workspace: Workspace) -> None:
    wrong = whole(workspace, issued__qh="viele", received="")
    assert codes(lambda: keep_inventory(workspace, ONE, AREA, wrong)) == {
        "issued:qh": "inventory",
        "received": "inventory",
    }


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=3), st.integers(-5, 5))
def test_law_an_issued_figure_is_other_exactly_where_it_differs(numbers: list[int], moved: int) -> None:
    of = {HELD[n]: number for n, number in enumerate(numbers)}
    stock = (InventoryRow("issued", sum(numbers), of), InventoryRow("received", 0, dict.fromkeys(of, 0)))
    for contest, number in of.items():
        assert other_issued(stock, contest, number + moved) == (moved != 0)


# Spreadsheets --------------------------------------------------------------------------------------------


def filled(workspace: Workspace, path: Path, **changed: str) -> Path:
    write_template(workspace.election, path)
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    mine = [r for r in rows if r["area"] == AREA]
    for row in mine:
        times = len(mine) - 1 if row["contest"] == "total" else 1
        row.update({name: str(NUMBERS[name] * times) for name in ROWS})
    mine[0].update(changed)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, mine[0].keys())
        writer.writeheader()
        writer.writerows(mine)
    return path


def test_a_spreadsheet_is_taken_whole_or_not_at_all(workspace: Workspace, tmp_path: Path) -> None:
    with workspace.database.write() as db:
        keep_figures(db, SYSTEM, [count_figures(workspace)], "", workspace.clock())
    wrong = filled(workspace, tmp_path / "sai.csv", issued="1191")
    places = codes(lambda: load_inventories(workspace, SYSTEM, wrong))
    assert sorted(places.values()) == ["R19", "R21"]
    assert places["sai.csv, row 2, column issued"] == "R19"
    assert not inventory_view(workspace, ONE, AREA).given
    assert load_inventories(workspace, SYSTEM, filled(workspace, tmp_path / "dung.csv")) == (1, 1)
    assert load_inventories(workspace, SYSTEM, tmp_path / "dung.csv") == (1, 0)
    assert inventory_view(workspace, ONE, AREA).fields["issued:qh"] == "1190"


def test_unknown_areas_contests_and_missing_rows_are_named(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "kk.csv"
    path.write_text(
        "area,contest,received,issued,spoiled,left_over\nkv9,qh,1,1,0,0\nkv1,qh,1,1,0,0\nkv1,qh,1,1,0,0\n"
        "kv1,la,1,1,0,0\n",
        encoding="utf-8",
    )
    with pytest.raises(Refusal) as told:
        load_inventories(workspace, SYSTEM, path)
    said = {(p.code, p.place) for p in told.value.problems}
    assert ("area-unknown", "kk.csv, row 2, column area") in said
    assert ("inventory", "kk.csv, row 4, column contest") in said
    assert ("inventory", "kk.csv, row 5, column contest") in said
    with workspace.database.read() as db:
        assert not levels.decided(db, CONTEST, 1)
        assert [line.event.act for line in log.lines(db) if line.event.act == "inventory"] == []


# The screen ----------------------------------------------------------------------------------------------


def test_the_screen_keeps_refuses_and_takes_back(signed_in: Callable[..., Browser], workspace: Workspace) -> None:
    browser = signed_in("mai", "operator")
    assert 'href="/inventory"' in browser.client.get("/figures").text
    refused = browser.post(f"/inventory/{AREA}", **whole(workspace, left_over="331"))
    assert refused.status_code == 409
    assert "<strong>R21</strong>" in refused.text
    assert 'value="331"' in refused.text
    assert browser.post(f"/inventory/{AREA}", **whole(workspace)).headers["location"] == "/inventory?told=kept"
    assert browser.post(f"/inventory/{AREA}/back", reason="").status_code == 409
    assert browser.post(f"/inventory/{AREA}/back", reason="nhầm").status_code == 303
    assert not inventory_view(workspace, ONE, AREA).given
    assert signed_in("quan", "committee").client.get("/inventory").status_code == 403


@pytest.mark.parametrize("language", ["vi", "en"])
def test_r19_and_r21_are_told_while_it_is_typed(
    screen_of: Screens,
    serving: Serving,
    pictures: Path,  # noqa: F811
    language: str,
) -> None:
    with serving.workspace.database.write() as db:
        keep_figures(db, SYSTEM, [count_figures(serving.workspace)], "", serving.workspace.clock())
    page = screen_of("mai", "operator", path="/figures", language=language)
    page.get_by_role("link", name="Mẫu 32").click()
    page.goto(f"/inventory/{AREA}")
    for name in fields_of(contests(serving.workspace)):
        page.fill(f'[name="{name}"]', whole(serving.workspace)[name])
    page.fill('[name="issued:qh"]', "1191")
    expect(page.locator(".trouble")).to_have_count(2)
    expect(page.locator(".trouble strong")).to_have_text(["R19", "R21"])
    expect(page.locator("#keep")).to_be_disabled()
    check(page, f"inventory-troubles-{language}", pictures)
    page.fill('[name="issued:qh"]', "1190")
    expect(page.locator("#keep")).to_be_enabled()
    page.locator("#keep").click()
    page.wait_for_url("**/inventory?told=kept")
