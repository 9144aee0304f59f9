"""Seventeen foreign papers: their print, the true places of their targets, and the form that is learned of each.

    python -m benchmarks.foreign_papers.make OUT [--papers de,uk]

writes per paper ``OUT/<paper>/blank.pdf``, ``targets.json`` (mm of the sheet, as the browser laid them out, and what is
printed about each) and ``FORM.json`` with what belongs to it, which ``kiemphieu learn`` makes of the PDF alone. Prints
what it found (``benchmarks.foreign_papers.learned``). Needs Chromium.
"""

from __future__ import annotations

import os

for _pool in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ.setdefault(_pool, "1")

import argparse
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
from playwright.sync_api import Browser, sync_playwright

from benchmarks.foreign_papers.blank import PDF, TARGETS, chosen
from benchmarks.foreign_papers.learned import table
from benchmarks.foreign_papers.papers import ALL_PAPERS, PAPERS
from benchmarks.foreign_papers.typesetting import Paper

MM = 25.4 / 96
"""Of a pixel of the browser."""
LAID_OUT = """() => [...document.querySelectorAll('[data-t]')].map(e => {
    const r = e.getBoundingClientRect(), s = getComputedStyle(e).borderTopLeftRadius
    const radius = s.endsWith('%') ? parseFloat(s) / 100 * Math.min(r.width, r.height) : parseFloat(s)
    const d = e.dataset, says = {label: d.l, more: d.m || '', group: d.g || '', group_more: d.h || ''}
    return [e.dataset.t, says, r.x, r.y, r.width, r.height, radius >= 0.49 * Math.min(r.width, r.height)]
})"""


def typeset(browser: Browser, paper: Paper, folder: Path) -> None:
    """Print ``paper`` into ``folder`` and write down where its targets lie."""
    w, h = paper.size
    page: Any = browser.new_page(viewport={"width": round(w / MM), "height": round(h / MM)})
    page.set_content(paper.html())
    page.emulate_media(media="print")
    targets = [
        {"id": name, "mm": [round(v * MM, 4) for v in box], "round": is_round, "says": says}
        for name, says, *box, is_round in page.evaluate(LAID_OUT)
    ]
    none = dict.fromkeys(("top", "left", "right", "bottom"), "0")
    page.pdf(path=str(folder / PDF), width=f"{w}mm", height=f"{h}mm", print_background=True, margin=none)
    page.close()
    (folder / TARGETS).write_text(json.dumps(targets, indent=1, ensure_ascii=False), "utf-8")


def make(out: Path, papers: Sequence[Paper]) -> None:
    """Print and learn ``papers`` into ``out``; what an earlier run wrote of them there is replaced."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for paper in papers:
            folder = out / paper.name
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            typeset(browser, paper, folder)
        browser.close()
    table(out, papers, told=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--papers", type=chosen, default=tuple(PAPERS), help="names, joined by commas")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    make(options.out, [ALL_PAPERS[name] for name in options.papers])


if __name__ == "__main__":
    main()
