"""How many crops a minute the application lets a person do, with real key presses in a real browser.

    python benchmarks/review_pace.py [BALLOTS]                       one reviewer alone, SQLite
    python benchmarks/review_pace.py 1000000 --reviewers 20 [--postgresql] [--a-minute 60] [--keep FOLDER] [--warm]
    python benchmarks/review_pace.py 1000000 --reviewers 20 --postgresql --keep FOLDER --make-only   the count alone

One by one: a key as soon as the place has been in sight for as long as the screen demands (250 ms); told are crops a
minute and the time from each key press until the next place and its pictures stand on screen. By grid: Enter as soon as
the screen takes it (1 s), then every 5 s, which is the bar of 600 crops a minute. The command ``kiemphieu serve``.
Alone: ballots drawn at 100 dpi, each asking for one place. Among others: a count as ``benchmarks/million.py`` makes it,
200 dpi, one reviewer in the browser, the others without screen at ``--a-minute`` crops each (``benchmarks/crowd.py``),
and a loop of bare requests beside them.
``--warm``: the files of the database are read once before, as they lie in memory where they were written this night.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from importlib.resources import files
from pathlib import Path

import psutil
from playwright.sync_api import Page, sync_playwright

sys.path[:0] = [str(Path(__file__).parents[1] / "tests" / room) for room in ("review_ui", "ingest")]
sys.path.insert(0, str(Path(__file__).parent))

import million
from crowd import Crowd, Heard
from own_postgresql import own_postgresql
from serving import command, free_port, kill
from typed_paper import ASKED, Sheet, scan
from visitors import PASSWORD, person

from pipeline.election.load import load_election
from pipeline.usecases.passwords import hashed
from pipeline.usecases.workspace import ADDRESS, create_workspace

SHEET = Sheet((f"clear {ASKED}", "clear", "clear", "struck", "struck"))
IN_SIGHT = 260  # ms; the screen takes no key before 250
FOLLOW = """
const root = document.getElementById("review");
window.waits = [];
let pressed = 0;
addEventListener("keydown", () => { pressed = performance.now(); }, true);
const seen = () => {
  if (!pressed) return;
  const shown = [...document.querySelectorAll("#place img, #paper img")];
  if (shown.length < 2 || !shown.every((p) => p.complete && p.naturalWidth)) { requestAnimationFrame(seen); return; }
  waits.push(performance.now() - pressed);
  pressed = 0;
};
new MutationObserver(() => requestAnimationFrame(seen))
  .observe(root, { attributes: true, attributeFilter: ["data-item"] });
"""


FOLLOW_GRID = """
window.waits = [];
let pressed = 0, before = null;
const crops = () => document.querySelector(".crops");
addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  pressed = performance.now();
  before = crops();
}, true);
const look = () => {
  const shown = [...crops().querySelectorAll("img")];
  if (pressed && crops() !== before && shown.every((p) => p.complete && p.naturalWidth)) {
    waits.push(performance.now() - pressed);
    pressed = 0;
  }
  requestAnimationFrame(look);
};
look();
"""
BAR_SECONDS = 5.0
"""A sheet of fifty crops at 600 crops a minute."""
MADE = "made.json"
"""Stands in the folder of a count that was made to its end, and tells what was asked for."""


def main(given: argparse.Namespace) -> None:
    accounts, number = [f"r{n:02}" for n in range(given.reviewers)], given.ballots
    with tempfile.TemporaryDirectory() as temporary:
        folder: Path = given.keep or Path(temporary)
        prepare(folder, number, accounts, given.postgresql)
        if given.make_only:
            return
        if given.warm:
            read_through(folder)
        with own_postgresql(folder / "pg") if given.postgresql else nullcontext() as address:
            if address is not None:  # the server's port is another each time
                (folder / "count" / ADDRESS).write_text(json.dumps({"database": address}) + "\n", encoding="utf-8")
            with _served(folder / "count") as (server, at), _browser(at) as open_page:
                if len(accounts) > 1:
                    among_others(open_page, server, at, accounts, given.a_minute, given.crops)
                else:
                    one_by_one(open_page(accounts[0]), number, IN_SIGHT)
                    by_grid(open_page("grid"), 2 * number - 200)
    print(f"load of the machine afterwards: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def prepare(folder: Path, number: int, accounts: list[str], on_postgresql: bool) -> None:
    """The count in ``folder``, made unless it stands there already; what was begun and not finished is made anew."""
    asked = {"ballots": number, "reviewers": len(accounts), "postgresql": on_postgresql}
    if (folder / MADE).is_file():
        found = json.loads((folder / MADE).read_text(encoding="utf-8"))
        if found != asked:
            raise SystemExit(f"{folder} holds another count ({found}); give these or another folder")
        return
    for part in ("count", "pg", "scans"):
        shutil.rmtree(folder / part, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    begun = time.perf_counter()
    with own_postgresql(folder / "pg", pouring=True) if on_postgresql else nullcontext() as address:
        _made(folder, number, accounts, address)
    (folder / MADE).write_text(json.dumps(asked) + "\n", encoding="utf-8")
    print(f"made in {time.perf_counter() - begun:.0f} s")


def read_through(folder: Path) -> None:
    """Every file of the database once, so that the machine holds it in memory as far as there is room."""
    for path in (*folder.glob("pg/data/base/**/*"), *folder.glob("count/*.sqlite*")):
        if path.is_file():
            with path.open("rb") as file:
                while file.read(1 << 22):
                    pass


def _made(folder: Path, number: int, accounts: list[str], address: str | None) -> None:
    election = load_election(Path(str(files("kiemphieu.example"))))
    many = len(accounts) > 1
    if many:
        election = million.widened(election, million.batches_for(number))
    workspace = create_workspace(folder / "count", election, address)
    known = hashed(PASSWORD)
    for key in (*accounts, "grid", *(million.EARLIER if many else ())):
        person(workspace, known, key, "reviewer")
    if many:
        million.fill(workspace, number, accounts)
    else:
        scan(workspace, folder / "scans", [SHEET] * number)
    workspace.close()


@contextmanager
def _served(folder: Path) -> Iterator[tuple[psutil.Process, str]]:
    port = free_port()
    server = command(folder, port)
    try:
        yield psutil.Process(server.pid), f"http://127.0.0.1:{port}"
    finally:
        kill(server)


@contextmanager
def _browser(address: str):  # type: ignore[no-untyped-def]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])

        def opened(key: str) -> Page:
            page = browser.new_context(base_url=address).new_page()
            page.set_default_timeout(120_000)
            signed_in(page, key)
            return page

        yield opened
        browser.close()


def signed_in(page: Page, key: str) -> None:
    page.goto("/sign-in")
    page.fill("[name=name]", key)
    page.fill("[name=password]", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def among_others(  # type: ignore[no-untyped-def]
    open_page, server: psutil.Process, address: str, accounts: Sequence[str], a_minute: float, crops: int
) -> None:
    page, beside = open_page(accounts[0]), open_page("grid")
    with Crowd(address, list(accounts[1:]), a_minute) as crowd:
        used, begun = server.cpu_times().user + server.cpu_times().system, time.perf_counter()
        one_by_one(page, crops, 60_000 / a_minute)
        busy = server.cpu_times().user + server.cpu_times().system - used
        print(f"the server used {busy / (time.perf_counter() - begun):.2f} cores")
        by_grid(beside, max(10 * crops, 1200))
    tell_of(crowd.heard(), len(accounts) - 1)


def one_by_one(page: Page, number: int, in_sight: float) -> None:
    page.goto("/review?kind=field")
    page.wait_for_selector("#desk:not([hidden])")
    page.evaluate(FOLLOW)
    began, before = time.perf_counter(), ""
    for _ in range(number - 1):
        page.wait_for_function("before => document.getElementById('review').dataset.item !== before", arg=before)
        before = page.evaluate("document.getElementById('review').dataset.item")
        page.wait_for_timeout(in_sight)
        page.keyboard.press("3")
    took = time.perf_counter() - began
    print(f"one by one: {number - 1} crops, {(number - 1) / took * 60:.0f} a minute")
    print(f"from the key to the next place and its pictures: {_spread(page.evaluate('waits'))}")


def by_grid(page: Page, number: int) -> None:
    """As fast as the screen takes Enter, and at the pace of the bar; both without waiting until the next lies ready."""
    for pace, name in ((0.0, "as fast as the screen lets"), (BAR_SECONDS, "a sheet every 5 s")):
        page.goto("/grid?kind=strike&value=clear")
        page.evaluate(FOLLOW_GRID)
        began, done, sheets = time.perf_counter(), 0, 0
        while done < number / 2:
            page.wait_for_function("() => document.getElementById('grid').dataset.seen")
            page.wait_for_timeout(max(0.0, 1000 * (began + pace * (sheets + 1) - time.perf_counter())))
            done, sheets = done + int(page.inner_text("#number")), sheets + 1
            page.keyboard.press("Enter")
            page.wait_for_function("number => waits.length === number", arg=sheets)
        took = time.perf_counter() - began
        print(f"by grid, {name}: {done} crops in {sheets} sheets, {done / took * 60:.0f} a minute")
        print(f"from Enter to the next sheet and its pictures: {_spread(page.evaluate('waits'))}")


def tell_of(heard: Heard, others: int) -> None:
    print(f"{others} others: {len(heard.answers)} answers, {heard.refused} refused")
    print(f"an answer kept and the next place lent: {_spread(heard.answers)}")
    print(f"a picture: {_spread(heard.pictures)}")
    print(f"a bare request: {_spread(heard.bare)}")


def _spread(times: Sequence[float]) -> str:
    found = sorted(times)
    return (
        f"median {statistics.median(found):.0f} ms, 95th percentile {found[int(len(found) * 0.95)]:.0f} ms, "
        f"slowest {found[-1]:.0f} ms ({len(found)} seen)"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("ballots", type=int, nargs="?", default=300)
    parser.add_argument("--reviewers", type=int, default=1)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--a-minute", type=float, default=60)
    parser.add_argument("--crops", type=int, default=200, help="so many are answered in the browser among others")
    parser.add_argument("--keep", type=Path, help="folder for the count, which is used again the next time")
    parser.add_argument("--make-only", action="store_true", help="make the count in that folder and measure nothing")
    parser.add_argument("--warm", action="store_true", help="read the files of the database once before")
    main(parser.parse_args())
