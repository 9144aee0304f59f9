"""Every screen in both languages: no accessibility violation of level A or AA, nothing cut off, a picture of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from serving import Serving

from pipeline.access.roles import SYSTEM
from pipeline.storage import slips
from pipeline.usecases.paper import open_sheets
from pipeline.usecases.workspace import Workspace
from review_ui.app import SCREENS as ALL

Screens = Callable[..., Page]
SCREENS = {
    "start": ("/", "reviewer"),
    "password": ("/password", "reviewer"),
    "people": ("/people", "administrator"),
    "review": ("/review?kind=field", "reviewer"),
    "review-sheet": ("/review?kind=page", "reviewer"),
    "grid": ("/grid", "reviewer"),
    "team": ("/team", "team_leader"),
    "totals-counting": ("/totals", "committee"),
    "totals-area-counting": ("/totals/qh/kv1", "committee"),
    "witness-counting": ("/witness/qh/kv1", "witness"),
    "witness-areas": ("/witness", "witness"),
    "result-counting": ("/result", "witness"),
    "log-counting": ("/log", "auditor"),
    "problem": ("/nowhere", "reviewer"),
    "batches": ("/batches", "operator"),
    "batch": ("/batches/kv1-qh", "operator"),
    "rejected": ("/rejected", "operator"),
    "paper": ("/paper", "reviewer"),
    "paper-sheet": ("/paper/{typed}", "reviewer"),
    "figures": ("/figures", "operator"),
    "inventories": ("/inventory", "operator"),
    "inventory": ("/inventory/kv1", "operator"),
    "work": ("/work", "team_leader"),
    "typing": ("/typing", "reviewer"),
    "boxes": ("/typing/boxes", "team_leader"),
    "compare": ("/typing/compare/qh/kv1", "team_leader"),
    "count-sheets": ("/sheets/of/qh/kv1", "operator"),
    "levels": ("/levels", "committee"),
    "levels-area": ("/levels/area/qh/kv1", "committee"),
    "mode": ("/mode", "administrator"),
    "particulars": ("/particulars", "committee"),
    "particulars-record": ("/particulars/boards/qh-1", "committee"),
    "particulars-missing": ("/particulars/missing/19", "committee"),
    "audits": ("/audits", "auditor"),
    "anomalies": ("/anomalies", "auditor"),
}
LEVELS = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
LINES = "new Set([...document.querySelectorAll('header nav > *')].map(one => one.offsetTop)).size"
SIZES = {"laptop": (1280, 720), "tablet": (1024, 768)}


def test_no_screen_of_the_menu_is_left_out() -> None:
    shown = {path.split("?")[0] for path, _ in SCREENS.values()}
    assert [s.link.path for s in ALL if s.link is not None and s.link.path not in shown] == []


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: KIEMPHIEU_SCREENSHOTS, to look at them."""
    folder = Path(os.environ.get("KIEMPHIEU_SCREENSHOTS") or tmp_path_factory.mktemp("screens"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def to_be_typed(workspace: Workspace) -> str:
    """Two sheets that are typed from the paper; the ballot of the first."""
    open_sheets(workspace, SYSTEM, "kv1-qh", 2, 1)
    with workspace.database.read() as db:
        return next(iter(slips.states(db, "kv1-qh"))).ballot


def settle(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")


def check(page: Page, name: str, folder: Path) -> None:
    settle(page)
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=folder / f"{name}-{size}.png")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"{name} is too wide on {size}"
        assert page.evaluate(LINES) <= 1, f"the menu of {name} takes more than a line on {size}"
    found = Axe().run(page, options=LEVELS).response["violations"]
    assert [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in found] == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_screen_is_accessible_and_fits(
    screen_of: Screens, serving: Serving, language: str, pictures: Path
) -> None:
    typed = to_be_typed(serving.workspace)
    pages: dict[str, Page] = {}
    complaints: list[str] = []
    for name, (path, role) in SCREENS.items():
        if role not in pages:
            pages[role] = screen_of(role.replace("_", "-"), role, language=language)
            pages[role].on("console", lambda said: complaints.append(said.text) if "policy" in said.text.lower() else 0)
        page = pages[role]
        page.goto(path.replace("{typed}", typed))
        check(page, f"{name}-{language}", pictures)
        assert page.locator("html").get_attribute("lang") == language
        assert complaints == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_sign_in_page_is_accessible_and_fits(
    screen_of: Screens, serving: Serving, language: str, pictures: Path
) -> None:
    page = screen_of("an", "reviewer", language=language)
    with page.expect_navigation():
        page.keyboard.press("Shift+X")
    page.fill("[name=name]", "an")
    page.fill("[name=password]", "wrong password")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    check(page, f"sign-in-{language}", pictures)


def test_a_page_asks_nothing_of_any_other_host(screen_of: Screens, serving: Serving) -> None:
    page = screen_of("an", "reviewer")
    hosts = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    for path in ("/", "/review", "/grid"):
        page.goto(path)
        settle(page)
    assert hosts == {serving.address.split("/")[2]}
