"""The next sheet of a grid lies ready before the present one is confirmed; nothing is lost or counted twice by that."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from serving import Serving, serve_here
from test_grid_screen import CLEAR, looked_over, verdicts
from typed_paper import Sheet, scan
from visitors import Clock, person

from pipeline.storage import batches
from pipeline.usecases.grid import SHEET, sheet
from pipeline.usecases.workspace import open_workspace

Screens = Callable[..., Page]
BALLOTS = 45


@pytest.fixture(scope="module")
def many(empty_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More than two sheets of names that the machine reads as not crossed out."""
    folder = tmp_path_factory.mktemp("many") / "workspace"
    shutil.copytree(empty_workspace, folder)
    opened = open_workspace(folder, Clock())
    scan(opened, folder.parent / "scans", [Sheet(("clear", "clear", "clear", "struck", "struck"))] * BALLOTS)
    opened.close()
    return folder


@pytest.fixture
def grids(many: Path, tmp_path: Path, clock: Clock) -> Iterator[Serving]:
    shutil.copytree(many, tmp_path / "many")
    opened = open_workspace(tmp_path / "many", clock)
    with serve_here(opened) as serving:
        yield serving
    opened.close()


def on_screen(page: Page) -> list[str]:
    return page.locator("#grid input[name=shown]").evaluate_all("every => every.map(one => one.value)")


def kept(page: Page) -> None:
    page.wait_for_function("() => document.getElementById('grid').dataset.ready")


def opened(screen_of: Screens, grids: Serving) -> Page:
    page = screen_of("an", "reviewer", path="/grid", at=grids)
    looked_over(page)
    return page


def test_the_next_sheet_is_there_at_once_and_the_one_that_was_left_is_kept(screen_of: Screens, grids: Serving) -> None:
    an = opened(screen_of, grids)
    address, first = an.url, on_screen(an)
    an.locator(".crop").nth(3).click()
    shown = an.evaluate(
        """() => {
          document.activeElement.blur();
          document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
          const pictures = [...document.querySelectorAll("#grid .crop img")];
          return [pictures.length, pictures.every((one) => one.complete && one.naturalWidth > 0)];
        }"""
    )
    assert shown == [SHEET, True]  # within the very key press
    second = on_screen(an)
    assert set(first).isdisjoint(second)
    kept(an)
    assert an.url == address
    expect(an.locator(".done")).to_contain_text(str(SHEET - 1))
    found = verdicts(grids.workspace)
    assert (found["an", "same"], found["an", "odd"]) == (SHEET - 1, 1)
    looked_over(an)
    an.keyboard.press("Enter")
    assert on_screen(an) != second
    kept(an)
    looked_over(an)
    with an.expect_navigation():  # the last sheet: the page tells that nothing is left
        an.keyboard.press("Enter")
    expect(an.get_by_role("heading", name="Không còn chỗ nào loại này để soát")).to_be_visible()
    found = verdicts(grids.workspace)
    assert set(found) == {("an", "same"), ("an", "odd")}  # nothing was shown and not answered
    assert sum(found.values()) > 2 * SHEET


def test_a_sheet_that_was_just_shown_takes_no_enter(screen_of: Screens, grids: Serving) -> None:
    an = opened(screen_of, grids)
    first = on_screen(an)
    shown = an.evaluate(
        """() => {
          document.activeElement.blur();
          const enter = () => {
            const key = { key: "Enter", bubbles: true, cancelable: true };
            document.body.dispatchEvent(new KeyboardEvent("keydown", key));
            return [...document.querySelectorAll("#grid input[name=shown]")].map((one) => one.value);
          };
          return [enter(), enter(), enter()];
        }"""
    )  # three presses within one moment, however slow the machine
    assert shown[0] == shown[1] == shown[2] == on_screen(an)
    assert set(first).isdisjoint(shown[0])
    kept(an)
    assert on_screen(an) == shown[0]
    assert verdicts(grids.workspace)["an", "same"] == SHEET


def test_a_server_that_is_away_gets_the_sheet_when_it_is_back_and_counts_it_once(
    screen_of: Screens, grids: Serving
) -> None:
    an = opened(screen_of, grids)
    ways = ["never arrives", "arrives, and the answer is lost", "arrives"]

    def away(route: Route) -> None:
        if ways[0] == "arrives":
            route.continue_()
            return
        if ways[0] == "arrives, and the answer is lost":
            ways.pop(0)
            route.fetch()
        route.abort()

    an.route("**/grid/next?*", away)
    an.keyboard.press("Enter")
    expect(an.locator("#trouble")).to_be_visible()  # it stays until the server is there again
    ways.pop(0)
    kept(an)
    expect(an.locator("#trouble")).to_be_hidden()
    assert verdicts(grids.workspace)["an", "same"] == SHEET


def test_a_sheet_that_is_refused_comes_back_as_it_was(screen_of: Screens, grids: Serving) -> None:
    an = opened(screen_of, grids)
    first = on_screen(an)
    an.locator(".crop").nth(3).click()
    with grids.workspace.database.write() as db:
        batches.set_state(db, "kv1-qh", "closed")
    an.keyboard.press("Enter")
    expect(an.locator("#trouble")).to_contain_text("vừa được đóng")
    assert on_screen(an) == first
    assert an.locator(".crop input:checked").count() == 1
    assert set(verdicts(grids.workspace)) == {("an", "shown")}


def test_an_expired_session_is_told_and_the_sheet_comes_back(screen_of: Screens, grids: Serving) -> None:
    an = opened(screen_of, grids)
    first = on_screen(an)
    an.context.clear_cookies(name="kiemphieu_session")
    an.keyboard.press("Enter")
    expect(an.locator("#trouble")).to_contain_text("đăng nhập lại")
    assert on_screen(an) == first
    assert set(verdicts(grids.workspace)) == {("an", "shown")}


def test_what_stands_on_the_screen_is_not_in_the_next_sheet(grids: Serving) -> None:
    an = person(grids.workspace, "x", "an", "reviewer")
    first = [one.key for one in sheet(grids.workspace, an, CLEAR).crops]
    second = [one.key for one in sheet(grids.workspace, an, CLEAR, but=first).crops]
    assert len(first) == len(second) == SHEET
    assert set(first).isdisjoint(second)
    assert verdicts(grids.workspace) == {("an", "shown"): 2 * SHEET}
