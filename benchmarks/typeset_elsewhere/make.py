"""Ballots typeset elsewhere: three scans of the blank, a form document, filled scans and their truth.

    python -m benchmarks.typeset_elsewhere.make OUT --ballots 200 --seed 1

writes per style ``OUT/<style>/FORM.json`` with ``blank-1.png`` to ``blank-3.png`` beside it (all that the product
may know of this paper), ``scans/*.jpg`` and, apart, ``OUT/truth/<style>.jsonl``.
The truth's geometry is in mm of the printed sheet; ``FORM.json`` is in mm of the first blank picture, and
``OUT/truth/<style>-blank.json`` holds the geometry of that picture, which joins the two.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os

for _pool in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_pool, "1")

from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np

from benchmarks.typeset_elsewhere.paper import STYLES, Style, draw_paper
from calibration.simulate.ballot import Blank, draw_team, mark_ballot
from calibration.simulate.files import encode
from calibration.simulate.geometry import ScanGeometry
from calibration.simulate.ink import Pixels
from calibration.simulate.scanner import draw_geometry, draw_scanner, fold, scan, tinted
from calibration.simulate.seeds import rng_for
from calibration.simulate.truth import BallotTruth, PageTruth, page_to_json
from calibration.simulate.voters import Population
from pipeline.forms.document import dump_form
from pipeline.forms.template import Form, FormField, FormSide, Reference
from pipeline.geometry import Box, Size

BLANK_DPI = 200
PAPER = (214, 232, 250)
"""A light orange paper, BGR."""
STACK = 20


def blank_scans(style: Style, paper: Pixels, size: Size) -> list[tuple[Pixels, ScanGeometry]]:
    """Three blank sheets on a decent scanner: little skew, ordinary noise, no stamp, no ink, uncut edges."""
    scans = []
    for n in range(3):
        rng = rng_for(99, "blank", style.id, n)
        machine = replace(
            draw_scanner(rng, BLANK_DPI), colour=True, glass="cropped", streaks=(), uneven=0.0, bleed=0.0,
            blur=0.5, noise=2.0, quality=92, gamma=1.0, feed_bias=0.0,
        )  # fmt: skip
        geometry = draw_geometry(rng, machine, size, 0.0, 0.0)
        skew = float(np.clip(geometry.rotation_deg, -0.5, 0.5))
        wide, high = size.w + 1.0, size.h + 1.0
        geometry = replace(
            geometry,
            rotation_deg=skew,
            width=round(wide * geometry.pixels_per_mm),
            height=round(high * geometry.pixels_per_mm),
            centre_at=(wide / 2, high / 2),
            feed_waves=tuple((a * 0.3, c, p) for a, c, p in geometry.feed_waves),
        )
        scans.append((scan(rng, tinted(paper, PAPER, 0.95, True), machine, geometry), geometry))
    return scans


def on_first_blank(box: Box, geometry: ScanGeometry) -> Box:
    """The upright box round ``box`` (mm of the sheet) in mm of the first blank picture."""
    places = geometry.true_pixels(np.array(box.corners)) / (BLANK_DPI / 25.4)
    # a skew of half a degree turns a name's box by half a millimetre over 60 mm: take the mean edges
    left, right = places[[0, 3], 0].mean(), places[[1, 2], 0].mean()
    top, bottom = places[[0, 1], 1].mean(), places[[2, 3], 1].mean()
    return Box(float(left), float(top), float(right - left), float(bottom - top))


def _moved(field: FormField, geometry: ScanGeometry) -> FormField:
    lines = tuple(on_first_blank(line, geometry) for line in field.lines)
    return replace(field, box=on_first_blank(field.box, geometry), lines=lines)


def form_of(style: Style, side: FormSide, first: Pixels, geometry: ScanGeometry) -> Form:
    """The form document's content, in mm of the first blank picture."""
    size = Size(first.shape[1] / (BLANK_DPI / 25.4), first.shape[0] / (BLANK_DPI / 25.4))
    by = side.registration
    if by.kind == "box":
        by = replace(by, outline=on_first_blank(by.outline, geometry))
    reference = Reference(("blank-1.png", "blank-2.png", "blank-3.png"), BLANK_DPI)
    fields = tuple(_moved(f, geometry) for f in side.fields)
    return Form(f"elsewhere-{style.id}", " ".join(style.title), (FormSide("front", size, by, fields, reference),))


@dataclass(frozen=True, slots=True)
class Filled:
    """One stack of filled sheets; the task of a worker."""

    style: Style
    seed: int
    stack: int
    count: int
    folder: str


def fill(task: Filled) -> list[PageTruth]:
    """Mark, scan and write one stack."""
    cv2.setNumThreads(1)
    pixels, side = draw_paper(task.style)
    blank = Blank(task.style.id, side, pixels, task.style.seats)
    rng = rng_for(task.seed, task.style.id, task.stack)
    machine = draw_scanner(rng, 200)
    paper = tinted(pixels, PAPER, float(rng.uniform(0.85, 1)), machine.colour)
    team = draw_team(rng_for(task.seed, task.style.id, "team", task.stack % 3), str(1 + task.stack % 3))
    pages = []
    for n in range(task.stack * STACK, task.stack * STACK + task.count):
        sheet = mark_ballot(rng_for(task.seed, task.style.id, "ballot", n), blank, paper, Population(), team)
        own = rng_for(task.seed, task.style.id, "scan", n)
        if own.random() < 0.35:
            fold(own, sheet.pixels)
        geometry = draw_geometry(own, machine, side.size, 0.04, 0.015)
        picture = scan(own, sheet.pixels, machine, geometry)
        content = encode("jpg", [picture], [machine.quality], 200)[0]
        name = f"{n + 1:05d}.jpg"
        (Path(task.folder) / name).write_bytes(content)
        ballot = BallotTruth(
            name, f"elsewhere-{task.style.id}", "elsewhere", "elsewhere", task.style.id,
            sheet.names, sheet.stamp, sheet.stray, sheet.verdict,
        )  # fmt: skip
        conditions = {"pen": sheet.pen.kind, "width": round(sheet.pen.width, 2), "colour": machine.colour}
        digest = hashlib.sha256(content).hexdigest()
        pages.append(PageTruth(task.style.id, name, 1, "ballot", digest, ballot, geometry, None, conditions))
    return pages


def make(out: Path, ballots: int, seed: int, workers: int) -> None:
    """Write both styles below ``out``; ``ballots`` of each."""
    truth = out / "truth"
    truth.mkdir(parents=True, exist_ok=True)
    for style in STYLES:
        folder = out / style.id
        (folder / "scans").mkdir(parents=True, exist_ok=True)
        paper, side = draw_paper(style)
        blanks = blank_scans(style, paper, side.size)
        for n, (picture, _) in enumerate(blanks):
            cv2.imwrite(str(folder / f"blank-{n + 1}.png"), picture)
        form = dump_form(form_of(style, side, *blanks[0]))
        (folder / "FORM.json").write_text(json.dumps(form, ensure_ascii=False, indent=1), "utf-8")
        (truth / f"{style.id}-blank.json").write_text(json.dumps(asdict(blanks[0][1])), "utf-8")
        tasks = [
            Filled(style, seed, i, min(STACK, ballots - i * STACK), str(folder / "scans"))
            for i in range(-(-ballots // STACK))
        ]
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            pages = [page for stack in pool.map(fill, tasks) for page in stack]
        lines = "\n".join(json.dumps(page_to_json(p), ensure_ascii=False) for p in pages)
        (truth / f"{style.id}.jsonl").write_text(lines + "\n", "utf-8")


def main() -> None:
    options = argparse.ArgumentParser(description="Make ballots typeset elsewhere.")
    options.add_argument("out", type=Path)
    options.add_argument("--ballots", type=int, default=200, help="of each style")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--workers", type=int, default=1)
    chosen = options.parse_args()
    make(chosen.out, chosen.ballots, chosen.seed, chosen.workers)


if __name__ == "__main__":
    main()
