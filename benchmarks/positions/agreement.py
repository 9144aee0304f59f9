"""Whether names read on a block after registration are read as on the whole page.

    python -m benchmarks.positions.agreement --sheets 300

The same marked paper is scanned twice by the same machine: whole, saved, decoded, registered and read, and as a block
of names with a registration error that is drawn. A third way cuts the block out of the *whole* page's own scan: same
pixels, the place that registration found. Printed are how often two ways decide alike, and what they accept.
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[_name] = "1"

import argparse
from collections import Counter
from dataclasses import dataclass, replace

import cv2
import numpy as np

from benchmarks.positions.names import FOLDED, NOBODY, STACK, read_block, scanned
from benchmarks.positions.papers import Printed, printed
from calibration.simulate.ballot import Sheet, mark_ballot
from calibration.simulate.ink import PAPER_PPMM, Pixels
from calibration.simulate.scanner import Scanner, draw_geometry, draw_scanner, fold, jpeg, scan, tinted
from calibration.simulate.seeds import rng_for
from calibration.simulate.voters import Population, intend
from pipeline.recognize.read import read_page
from pipeline.recognize.reading import PageReading
from pipeline.review.decide import decide
from pipeline.review.profile import default_profile
from pipeline.scan.decode import decode_pages
from pipeline.scan.page import PageMap, Points, RawPage, RegisteredPage, Rejection
from pipeline.scan.register import register


@dataclass(frozen=True)
class Lower:
    """The map of a block that begins ``top_mm`` below the sheet's top edge."""

    map: PageMap
    top_mm: float

    def to_pixels(self, points_mm: Points) -> Points:
        return self.map.to_pixels(np.asarray(points_mm, np.float64).reshape(-1, 2) + np.array([0.0, self.top_mm]))


def whole(rng: np.random.Generator, page: Pixels, form: Printed, scanner: Scanner) -> RegisteredPage | Rejection:
    geometry = draw_geometry(rng, scanner, form.blank.side.size, 0.0, 0.0)
    content = jpeg(scan(rng, page, scanner, geometry), scanner.quality)
    raw = next(iter(decode_pages(content, "scan.jpg", "")))
    assert isinstance(raw, RawPage)
    return register(raw, [form.form])


def values(reading: PageReading) -> dict[str, tuple[str, bool]]:
    profile = default_profile()
    decided = {f.field: decide(f, profile, reading.engine) for f in reading.fields if f.kind == "strike"}
    return {field: (d.value, d.accepted) for field, d in decided.items()}


def compared(
    count: Counter[str], name: str, one: dict[str, tuple[str, bool]], other: dict[str, tuple[str, bool]]
) -> None:
    for field, (value, accepted) in one.items():
        value2, accepted2 = other[field]
        count[f"{name}: both decide alike"] += accepted == accepted2 and (not accepted or value == value2)
        count[f"{name}: accepted as something else"] += accepted and accepted2 and value != value2


def ways(
    number: int, stack: int, n: int, form: Printed, scanner: Scanner, paper: Pixels
) -> tuple[Sheet, list[PageReading]]:
    """The marked sheet and its three readings; none where the page is rejected."""
    blank, rng = form.blank, rng_for(number, "agreement", stack, n)
    two_lines = [i for i, name in enumerate(blank.names) if len(name.lines) > 1]
    intent = intend(rng, len(blank.names), blank.seats, two_lines, Population())
    sheet = mark_ballot(rng, blank, paper, Population(), NOBODY, replace(intent, added=False, stamped=False))
    first, height = round(form.top_mm * PAPER_PPMM), len(form.block.pixels)
    page = sheet.pixels
    if rng.random() < FOLDED:
        fold(rng, page)
    found = whole(rng, page, form, scanner)
    if isinstance(found, Rejection):
        return sheet, []
    picture, map_ = scanned(rng, np.ascontiguousarray(page[first : first + height]), scanner)
    low = replace(found, map=Lower(found.map, form.top_mm), side=form.block.side.name)
    block = read_block(picture, map_, form, scanner.dpi / 25.4)
    return sheet, [read_page(found, form.form), block, read_page(low, form.block_form)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sheets", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    count: Counter[str] = Counter()
    for stack in range(-(-options.sheets // STACK)):
        rng = rng_for(options.seed, "agreement", "stack", stack)
        form = printed()[int(rng.integers(len(printed())))]
        scanner = replace(draw_scanner(rng, 200), colour=False, bleed=0.0, glass="cropped")
        grey = int(rng.integers(205, 250))
        paper = tinted(form.blank.pixels, (grey, grey, grey), float(rng.uniform(0.84, 1.0)), False)
        for n in range(STACK):
            sheet, readings = ways(options.seed, stack, n, form, scanner, paper)
            count["sheets"] += 1
            if not readings:
                count["rejected"] += 1
                continue
            page, block, cut = (values(r) for r in readings)
            truth = {t.field: t.mark for t in sheet.names}
            count["names"] += len(page)
            for name, way in (("whole page", page), ("block", block), ("block of the whole page", cut)):
                for field, (value, accepted) in way.items():
                    count[f"{name}: accepted"] += accepted
                    count[f"{name}: wrong"] += accepted and value != truth[field]
                    count[f"{name}: unambiguous asked"] += not accepted and truth[field] != "ambiguous"
            compared(count, "whole page and block", page, block)
            compared(count, "whole page and its own block", page, cut)
    for name, n in count.items():
        print(f"{name:60} {n:6} {100 * n / count['names']:.2f} % of names")


if __name__ == "__main__":
    main()
