"""How fast a box is typed, with real key presses in a real browser: ``python benchmarks/typing_pace.py [BALLOTS]``.

One person, SQLite, the command ``kiemphieu serve``. Each ballot is the numbers of the names that are crossed out and
Enter; bundles are ended by the button that the full bundle puts under the finger. Told are ballots a minute, the time
from Enter until the next ballot can be typed, and until the ballot before is kept (on disk) and stands in the list.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from importlib.resources import files
from pathlib import Path

import review_pace
from playwright.sync_api import Page
from visitors import PASSWORD, person

from pipeline.election.load import load_election
from pipeline.tally.typed import BUNDLE
from pipeline.usecases.passwords import hashed
from pipeline.usecases.workspace import create_workspace

FOLLOW = """
window.ready = []; window.kept = [];
const pressed = [];
const field = document.getElementById("typed");
addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target !== field) return;
  const at = performance.now();
  pressed.push(at);
  const free = () => { if (field.value) requestAnimationFrame(free); else ready.push(performance.now() - at); };
  requestAnimationFrame(free);
}, true);
new MutationObserver((told) => {
  if (told.some((one) => one.addedNodes.length)) kept.push(performance.now() - pressed.shift());
}).observe(document.getElementById("last"), { childList: true });
"""


def main(ballots: int) -> None:
    dice = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        count = Path(folder) / "count"
        workspace = create_workspace(count, load_election(Path(str(files("kiemphieu.example")))))
        person(workspace, hashed(PASSWORD), "lan", "operator")
        workspace.close()
        with review_pace._served(count) as (_, at), review_pace._browser(at) as open_page:
            page = open_page("lan")
            page.goto("/typing")
            page.locator("tbody button").first.click()
            page.wait_for_url("**/typing/count/*")
            took, ready, kept = typed(page, ballots, dice)
    print(f"{ballots} ballots typed, {ballots / took * 60:.0f} a minute")
    print(f"from Enter until the next can be typed: {review_pace._spread(ready)}")
    print(f"from Enter until it is kept and shown: {review_pace._spread(kept)}")
    print(f"load of the machine afterwards: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def typed(page: Page, ballots: int, dice: random.Random) -> tuple[float, list[float], list[float]]:
    ready: list[float] = []
    kept: list[float] = []
    begun = time.perf_counter()
    for first in range(0, ballots, BUNDLE):
        number = min(BUNDLE, ballots - first)
        page.evaluate(FOLLOW)
        for _ in range(number):
            page.keyboard.type("".join(str(n) for n in sorted(dice.sample(range(1, 6), dice.randrange(1, 4)))))
            page.keyboard.press("Enter")
        page.wait_for_function("number => kept.length === number", arg=number)
        ready += page.evaluate("ready")
        kept += page.evaluate("kept")
        if number == BUNDLE:
            with page.expect_navigation():
                page.keyboard.press("Enter")
    return time.perf_counter() - begun, ready, kept


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
