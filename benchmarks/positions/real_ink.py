"""Real ink: marks cut from scans of real ballots, laid over printed names and over ovals and boxes.

    python -m benchmarks.positions.real_ink --sheets 400

A mark is what a scan has more of than the blank sheet of the same ballot, both laid upright by the product's own
registration. Over ovals and boxes a mark lies as it lay in its own oval; it is a mark where the truth of the real
ballots says so, and *ambiguous* where that is contested. Over names marks of one ballot, so of one hand and one pen,
stand in a row: along the whole name, along a part of it, one alone, or beside it. What is struck is measured on the
ink as in the simulator. Nothing of the ballots goes into the project; without them the command says so and ends.
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[_name] = "1"

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.positions import targets
from benchmarks.positions.counts import ROOT, Class, Counts
from benchmarks.positions.names import FOLDED, STACK, machine_of, read_block, scanned
from benchmarks.positions.papers import paper_class
from benchmarks.positions.table import line, summed
from calibration.simulate.ballot import lines_of
from calibration.simulate.ink import PAPER_PPMM, Pixels
from calibration.simulate.measure import mark_of
from calibration.simulate.scanner import draw_scanner, fold, tinted
from calibration.simulate.seeds import rng_for
from pipeline.geometry import Box
from pipeline.recognize.read import read_page
from pipeline.review.bounds import upper_bound
from pipeline.review.decide import decide
from pipeline.review.profile import default_profile
from pipeline.scan.decode import decode_pages
from pipeline.scan.page import PageMap, PageSource, RawPage, RegisteredPage, Rejection
from pipeline.scan.prepare import PreparedForm, grey_of
from pipeline.scan.register import register

sys.path.insert(0, str(ROOT / "tests" / "real_paper"))
from real_ballots import prepared_ballot

Dark = NDArray[np.float32]
SET, BLANK = "nh_m17", "12effe84"
WIDE_MM, HIGH_MM = 10.0, 6.0
"""Of the window round an oval in which its mark is looked for."""
PRINT_PX, CLOSED_PX, INK = 7, 7, 0.12
"""Print may lie so far off (0.3 mm each way) and hides ink, which is closed over it; less darkness is grain."""
LEAST_MM2 = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """Ink of one mark, 0 to 1, at the paper's density with the oval's middle in its own; ``sure``: not contested."""

    dark: Dark
    sure: bool


def _window(picture: Pixels, map_: PageMap, centre: tuple[float, float]) -> Dark:
    """Darkness against the paper round a place of the form."""
    size = (round(WIDE_MM * PAPER_PPMM), round(HIGH_MM * PAPER_PPMM))
    x0, y0 = centre[0] - WIDE_MM / 2, centre[1] - HIGH_MM / 2
    corners = np.array([(x0, y0), (x0 + WIDE_MM, y0), (x0, y0 + HIGH_MM)])
    source = map_.to_pixels(corners).astype(np.float32)
    target = np.array([(0, 0), (size[0], 0), (0, size[1])], np.float32) - 0.5
    cut = cv2.warpAffine(picture, cv2.getAffineTransform(source, target), size, borderMode=cv2.BORDER_REPLICATE)
    paper = max(60.0, float(np.percentile(cut, 75)))
    return np.asarray(np.clip(1 - cut.astype(np.float32) / paper, 0, 1), np.float32)


def _ink(scan: Dark, blank: Dark) -> Dark:
    around = cv2.dilate(blank, np.ones((PRINT_PX, PRINT_PX), np.uint8))
    excess = np.where(around > INK, np.maximum(scan - 1.5 * around, 0), scan)
    closed = cv2.morphologyEx(excess.astype(np.float32), cv2.MORPH_CLOSE, np.ones((CLOSED_PX, CLOSED_PX), np.uint8))
    solid = cv2.morphologyEx((closed > INK).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return np.asarray(np.where(solid > 0, closed, 0), np.float32)


def _page(real: Path, file: str, form: PreparedForm) -> RegisteredPage | None:
    content = (real / file).read_bytes()
    raw = next(iter(decode_pages(content, file, hashlib.sha256(content).hexdigest())))
    page = register(raw, [form]) if isinstance(raw, RawPage) else raw
    return None if isinstance(page, Rejection) else page


def real_marks(real: Path) -> list[list[Mark]]:
    """Marks of each page that has any."""
    truths: list[dict[str, Any]] = [t for t in json.loads((real / "truth.json").read_text()) if t["set"] == SET]
    with tempfile.TemporaryDirectory() as scratch:
        form = prepared_ballot(real / SET, SET, Path(scratch))
    blanks = {t["side"]: _page(real, t["file"], form) for t in truths if BLANK in t["file"]}
    found = []
    for truth in truths:
        page, blank = _page(real, truth["file"], form), blanks[truth["side"]]
        if page is None or blank is None or BLANK in truth["file"] or page.side != truth["side"]:
            continue
        boxes = {tuple(f.id.rsplit("-", 2)[1:]): f.box for f in form.side(page.side).side.fields}
        marks = [_mark(page, blank, boxes[str(m["grid"]["column"]), str(m["grid"]["row"])], m) for m in truth["marks"]]
        kept = [m for m in marks if m is not None]
        if kept:
            found.append(kept)
    return found


def _mark(page: RegisteredPage, blank: RegisteredPage, box: Box, truth: Mapping[str, Any]) -> Mark | None:
    if truth["expected"] != "marked" or truth.get("damage"):
        return None
    dark = _ink(_window(grey_of(page.raw), page.map, box.centre), _window(grey_of(blank.raw), blank.map, box.centre))
    if np.count_nonzero(dark) / PAPER_PPMM**2 < LEAST_MM2:
        return None
    return Mark(dark, not truth.get("contested"))


def lay(page: Pixels, ink: NDArray[np.bool_], mark: Dark, centre: tuple[float, float]) -> None:
    """Put a mark on grey paper with its window's middle at a place (mm); what lies beyond the sheet is lost."""
    x, y = round(centre[0] * PAPER_PPMM - mark.shape[1] / 2), round(centre[1] * PAPER_PPMM - mark.shape[0] / 2)
    x0, y0, x1, y1 = max(0, x), max(0, y), min(page.shape[1], x + mark.shape[1]), min(page.shape[0], y + mark.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    part = mark[y0 - y : y1 - y, x0 - x : x1 - x]
    page[y0:y1, x0:x1] = (page[y0:y1, x0:x1] * (1 - part)).astype(np.uint8)
    ink[y0:y1, x0:x1] |= part > INK


def _tight(mark: Dark) -> Dark:
    """The mark without the empty paper round it."""
    x, y, w, h = cv2.boundingRect((mark > 0).astype(np.uint8))
    return mark[y : y + h, x : x + w]


def _row(
    rng: np.random.Generator, page: Pixels, ink: NDArray[np.bool_], line_: Box, marks: Sequence[Mark], share: float
) -> None:
    """Marks of one hand in a row along ``share`` of a line, 1.5 mm apart at most."""
    end = line_.x + share * line_.w + (1.5 if share >= 1 else 0.0)
    x = line_.x - (rng.uniform(0, 2) if share >= 1 else 0.0)
    while x < end:
        piece = _tight(marks[int(rng.integers(len(marks)))].dark)
        wide = piece.shape[1] / PAPER_PPMM
        if share < 1 and x + wide > end:
            break
        lay(page, ink, piece, (x + wide / 2, line_.centre[1] + rng.normal(0, 0.3)))
        x += wide + rng.uniform(-0.8, 1.5)


def _on_name(
    rng: np.random.Generator, page: Pixels, ink: NDArray[np.bool_], lines: Sequence[Box], marks: Sequence[Mark]
) -> str:
    """What was laid over one name."""
    draw = rng.random()
    if draw < 0.5:
        return "none"
    if draw < 0.85:
        share, name = (1.0, "row") if draw < 0.75 else (float(rng.uniform(0.3, 0.85)), "row over a part")
        for line_ in lines:
            _row(rng, page, ink, line_, marks, share)
        return name
    piece = _tight(marks[int(rng.integers(len(marks)))].dark)
    if draw < 0.95:
        lay(page, ink, piece, (lines[0].x + rng.uniform(0.1, 0.9) * lines[0].w, lines[0].centre[1]))
        return "one mark"
    lay(page, ink, piece, (lines[0].right + 3 + piece.shape[1] / PAPER_PPMM / 2, lines[0].centre[1]))
    return "beside"


def over_names(marks: Sequence[Sequence[Mark]], sheets: int, seed: int) -> Counts:
    counts, profile = Counts(), default_profile()
    for n in range(sheets):
        machine = machine_of(-1 - seed, n // STACK)
        blank, scanner, rng = machine.printed.block, machine.scanner, rng_for(seed, "real ink", "names", n)
        page = tinted(blank.pixels, (machine.tint, machine.tint, machine.tint), machine.toner, False).copy()
        ink = np.zeros(page.shape, np.bool_)
        own = marks[int(rng.integers(len(marks)))]
        strokes = {f.id: _on_name(rng, page, ink, lines_of(f), own) for f in blank.names}
        truth = {f.id: mark_of(ink, lines_of(f), strokes[f.id] == "beside")[0] for f in blank.names}
        folded = bool(rng.random() < FOLDED)
        if folded:
            fold(rng, page)
        picture, map_ = scanned(rng, page, scanner)
        reading = read_block(picture, map_, machine.printed, scanner.dpi / 25.4)
        counts.sheets += 1
        for field in (f for f in reading.fields if f.kind == "strike"):
            decision, of = decide(field, profile, reading.engine), strokes[field.field]
            kind = Class("name", paper_class(scanner, folded), "real", of)
            place = {"sheet": n, "field": field.field, "form": reading.form}
            counts.add(kind, truth[field.field], decision.value, decision.accepted, place)
    return counts


def over_targets(marks: Sequence[Sequence[Mark]], sheets: int, seed: int) -> Counts:
    counts, profile = Counts(), default_profile()
    for n in range(sheets):
        rng = rng_for(seed, "real ink", "targets", n)
        form = targets.sheets()[n % len(targets.sheets())]
        scanner, own = draw_scanner(rng), marks[int(rng.integers(len(marks)))]
        grey = int(rng.integers(205, 250))
        page = tinted(form.pixels, (grey, grey, grey), float(rng.uniform(0.84, 1.0)), False).copy()
        ink, truth = np.zeros(page.shape, np.bool_), {}
        for field in form.fields:
            if rng.random() < targets.MARKED:
                mark = own[int(rng.integers(len(own)))]
                lay(page, ink, mark.dark, field.box.centre)
                truth[field.id] = "marked" if mark.sure else "ambiguous"
        folded = bool(rng.random() < FOLDED)
        if folded:
            fold(rng, page)
        picture, map_ = scanned(rng, page, scanner)
        raw = RawPage(PageSource("real ink", "", 1), picture, scanner.dpi)
        registered = RegisteredPage(raw, form.form.form.id, "front", map_, 0.0, 0.1, scanner.dpi / 25.4)
        reading = read_page(registered, form.form)
        counts.sheets += 1
        for read in reading.fields:
            decision, right = decide(read, profile, reading.engine), truth.get(read.field, "unmarked")
            kind = Class(read.kind, paper_class(scanner, folded), "real", "mark" if read.field in truth else "none")
            place = {"sheet": n, "field": read.field, "form": reading.form}
            counts.add(kind, right, decision.value, decision.accepted, place)
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ballots", type=Path, default=ROOT / ".." / "shared" / "data" / "real_ballots")
    parser.add_argument("--sheets", type=int, default=400, help="of names; a quarter as many of ovals and boxes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--list", action="store_true", help="every wrong accepted reading")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    if not (options.ballots / "truth.json").is_file():
        raise SystemExit(f"{options.ballots}: no real ballots lie here; give their folder with --ballots")
    marks = real_marks(options.ballots)
    print(f"{sum(map(len, marks))} marks of {len(marks)} pages, {sum(not m.sure for p in marks for m in p)} contested")
    counts = over_names(marks, options.sheets, options.seed)
    counts.merge(over_targets(marks, options.sheets // 4, options.seed))
    total = counts.total()
    bound = upper_bound(total["wrong"], total["accepted"], 0.95)
    print(f"{total}: at most {bound:.2g} of the accepted are wrong (95 %)")
    for part in (0, 1, 3):
        for (kind, name), row in summed(counts, part).items():
            print(line(kind if part == 0 else f"{kind}: {name}", row))
    for wrong in counts.wrong if options.list else ():
        print(wrong)


if __name__ == "__main__":
    main()
