"""How many crops a minute the application lets one person do, with real key presses in a real browser.

    python benchmarks/review_pace.py [BALLOTS]

One by one: a key as soon as the place has been in sight for as long as the screen demands (250 ms); told are crops a
minute and the time from each key press until the next place is shown. By grid: Enter as soon as a sheet and its
pictures are loaded. The command ``kiemphieu serve``, SQLite, ballots drawn at 100 dpi, each asking for one place.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from importlib.resources import files
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path[:0] = [str(Path(__file__).parents[1] / "tests" / room) for room in ("review_ui", "ingest")]

from serving import command, free_port, kill
from typed_paper import ASKED, Sheet, scan
from visitors import PASSWORD, person

from pipeline.election.load import load_election
from pipeline.usecases.passwords import hashed
from pipeline.usecases.workspace import create_workspace

SHEET = Sheet((f"clear {ASKED}", "clear", "clear", "struck", "struck"))
IN_SIGHT = 260  # ms; the screen takes no key before 250
FOLLOW = """
const root = document.getElementById("review");
window.waits = [];
let pressed = 0;
addEventListener("keydown", () => { pressed = performance.now(); }, true);
const seen = () => { if (pressed) waits.push(performance.now() - pressed); pressed = 0; };
new MutationObserver(() => requestAnimationFrame(seen))
  .observe(root, { attributes: true, attributeFilter: ["data-item"] });
"""


def main(number: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        workspace = create_workspace(Path(folder) / "count", load_election(Path(str(files("kiemphieu.example")))))
        known = hashed(PASSWORD)
        for key in ("an", "ba"):
            person(workspace, known, key, "reviewer")
        scan(workspace, Path(folder) / "scans", [SHEET] * number)
        workspace.close()
        port = free_port()
        server = command(workspace.folder, port)
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
                for key, measure in (("an", one_by_one), ("ba", by_grid)):
                    page = browser.new_context(base_url=f"http://127.0.0.1:{port}").new_page()
                    signed_in(page, key)
                    measure(page, number)
                browser.close()
        finally:
            kill(server)
    print(f"load of the machine afterwards: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def signed_in(page: Page, key: str) -> None:
    page.goto("/sign-in")
    page.fill("[name=name]", key)
    page.fill("[name=password]", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def one_by_one(page: Page, number: int) -> None:
    page.goto("/review?kind=field")
    page.wait_for_selector("#desk:not([hidden])")
    page.evaluate(FOLLOW)
    began, before = time.perf_counter(), ""
    for _ in range(number - 1):
        page.wait_for_function("before => document.getElementById('review').dataset.item !== before", arg=before)
        before = page.evaluate("document.getElementById('review').dataset.item")
        page.wait_for_timeout(IN_SIGHT)
        page.keyboard.press("3")
    took = time.perf_counter() - began
    waits = sorted(page.evaluate("waits"))
    print(f"one by one: {number - 1} crops, {(number - 1) / took * 60:.0f} a minute")
    print(
        f"from the key to the next place: median {statistics.median(waits):.0f} ms, 95th percentile "
        f"{waits[int(len(waits) * 0.95)]:.0f} ms, slowest {waits[-1]:.0f} ms ({len(waits)} seen)"
    )


def by_grid(page: Page, number: int) -> None:
    page.goto("/grid?kind=strike&value=clear")
    began, done, sheets = time.perf_counter(), 0, 0
    while done < 2 * number - 100:
        crops = page.locator(".crop").count()
        with page.expect_navigation(wait_until="load"):
            page.keyboard.press("Enter")
        done, sheets = done + crops, sheets + 1
    took = time.perf_counter() - began
    print(f"by grid: {done} crops in {sheets} sheets, {done / took * 60:.0f} a minute")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
