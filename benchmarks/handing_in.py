"""How long a batch takes from the operator's press on *Hand in* until all of it is read, in a real browser.

    python benchmarks/handing_in.py [PAGES]

The command ``kiemphieu serve`` with its worker processes and the true reader; ballots of 200 dpi, drawn, without stamp
(so each asks for one place). The page is not reloaded meanwhile; how long its looks at the progress take is told, too.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from importlib.resources import files
from pathlib import Path

from playwright.sync_api import Page, Request, expect, sync_playwright

sys.path[:0] = [str(Path(__file__).parents[1] / "tests" / room) for room in ("review_ui", "ingest")]

import typed_paper as paper
from serving import command, free_port, kill
from visitors import PASSWORD, person

from pipeline.access.roles import SYSTEM
from pipeline.election.load import load_election
from pipeline.usecases.ingest import open_batch
from pipeline.usecases.passwords import hashed
from pipeline.usecases.workspace import create_workspace

MINUTES = 10 * 60_000
SHEET = paper.Sheet(("clear", "clear", "clear", "struck", "struck"))


def main(number: int) -> None:
    paper.DPI = 200
    with tempfile.TemporaryDirectory() as folder:
        workspace = create_workspace(Path(folder) / "count", load_election(Path(str(files("kiemphieu.example")))))
        person(workspace, hashed(PASSWORD), "an", "operator")
        scans = paper.scans_of(workspace, Path(folder) / "scans", [SHEET] * number)
        open_batch(workspace, SYSTEM, "kv1-qh", "kv1", "qh", number, "simplex")
        workspace.close()
        port = free_port()
        server = command(workspace.folder, port)
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
                measured(browser.new_page(base_url=f"http://127.0.0.1:{port}"), scans)
                browser.close()
        finally:
            kill(server)


def measured(page: Page, scans: list[Path]) -> None:
    page.goto("/sign-in?next=/batches/kv1-qh")
    page.fill("[name=name]", "an")
    page.fill("[name=password]", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    looks: list[float] = []

    def looked(request: Request) -> None:
        if request.url.endswith("/now"):
            looks.append(request.timing["responseEnd"])

    page.on("requestfinished", looked)
    page.set_input_files("#files", scans)
    began = time.perf_counter()
    page.click("#upload button")
    expect(page.locator("#sent-text")).to_contain_text(f"Đã nộp đủ {len(scans)}", timeout=MINUTES)
    handed = time.perf_counter() - began
    expect(page.locator(".numbers .wide dd")).to_contain_text(f"{len(scans)} / {len(scans)}", timeout=MINUTES)
    read = time.perf_counter() - began
    print(
        f"{len(scans)} files of {scans[0].stat().st_size // 1000} kB: handed in {handed:.1f} s, all read {read:.1f} s"
    )
    print(f"{len(looks)} looks: median {statistics.median(looks):.0f} ms, slowest {max(looks):.0f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
