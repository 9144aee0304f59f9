"""Seventeen foreign papers: their print, the true places of their targets, and the form that is learned of each.

    python -m benchmarks.foreign_papers.make OUT [--papers de,uk]

writes per paper ``OUT/<paper>/blank.pdf``, ``targets.json`` (mm of the sheet, as the browser laid them out) and
``FORM.json`` with what belongs to it, which ``kiemphieu learn`` makes of the PDF alone. Prints what it found. Needs
Chromium.
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

from benchmarks.foreign_papers.blank import FORM, PDF, TARGETS, Place, chosen, fields_of, load_targets
from benchmarks.foreign_papers.papers import PAPERS
from benchmarks.foreign_papers.typesetting import Paper
from calibration.learn.average import averaged
from calibration.learn.blank import load_blanks
from calibration.learn.fields import Wanted
from calibration.learn.files import write_learned
from calibration.learn.learn import faces_of, learn
from pipeline.errors import Refusal
from pipeline.forms.document import load_form
from pipeline.review.profile import default_profile

MM = 25.4 / 96
"""Of a pixel of the browser."""
LAID_OUT = """() => [...document.querySelectorAll('[data-t]')].map(e => {
    const r = e.getBoundingClientRect(), s = getComputedStyle(e).borderTopLeftRadius
    const radius = s.endsWith('%') ? parseFloat(s) / 100 * Math.min(r.width, r.height) : parseFloat(s)
    return [e.dataset.t, r.x, r.y, r.width, r.height, radius >= 0.49 * Math.min(r.width, r.height)]
})"""
HEAD = "| paper | targets | found | other fields | placed off by, mm, at most | found by |\n|---|---|---|---|---|---|"


def typeset(browser: Browser, paper: Paper, folder: Path) -> None:
    """Print ``paper`` into ``folder`` and write down where its targets lie."""
    w, h = paper.size
    page: Any = browser.new_page(viewport={"width": round(w / MM), "height": round(h / MM)})
    page.set_content(paper.html())
    page.emulate_media(media="print")
    targets = [
        {"id": name, "mm": [round(v * MM, 4) for v in box], "round": is_round}
        for name, *box, is_round in page.evaluate(LAID_OUT)
    ]
    none = dict.fromkeys(("top", "left", "right", "bottom"), "0")
    page.pdf(path=str(folder / PDF), width=f"{w}mm", height=f"{h}mm", print_background=True, margin=none)
    page.close()
    (folder / TARGETS).write_text(json.dumps(targets, indent=1), "utf-8")


def learn_form(paper: Paper, folder: Path) -> str:
    """Learn the form of the blank in ``folder``; why there is none, or nothing."""
    wanted = Wanted()
    try:
        faces = faces_of([load_blanks(folder / PDF, None, wanted.language)], [])
        sides = [averaged(name, scans) for name, scans in faces]
        write_learned(folder / FORM, learn(paper.name, paper.name, sides, wanted, default_profile()), str)
    except Refusal as refusal:
        return ", ".join(problem.code for problem in refusal.problems)
    return ""


def found_row(paper: Paper, folder: Path, refused: str) -> str:
    """A row of the table: true targets that a learned field of their kind has its middle in, and the other fields."""
    targets = load_targets(folder)
    if refused:
        return f"| {paper.name} | {len(targets)} | none: {refused} | | | |"
    form = load_form(folder / FORM)
    left = [Place(f.box.x, f.box.y, f.box.w, f.box.h) for f in fields_of(form, paper.kind)]
    off = []
    for target in targets:
        own = next((place for place in left if target.place.holds(*place.middle)), None)
        if own is None:
            continue
        left.remove(own)
        off.append(max(abs(a - b) for a, b in zip(own.middle, target.place.middle, strict=True)))
    furthest = f"{max(off):.2f}" if off else ""
    by = ", ".join(side.registration.kind for side in form.sides)
    return f"| {paper.name} | {len(targets)} | {len(off)} | {len(left)} | {furthest} | {by} |"


def make(out: Path, papers: Sequence[Paper]) -> None:
    """Print and learn ``papers`` into ``out``; what an earlier run wrote of them there is replaced."""
    print(HEAD)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for paper in papers:
            folder = out / paper.name
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            typeset(browser, paper, folder)
            print(found_row(paper, folder, learn_form(paper, folder)), flush=True)
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--papers", type=chosen, default=tuple(PAPERS), help="names, joined by commas")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    make(options.out, [PAPERS[name] for name in options.papers])


if __name__ == "__main__":
    main()
