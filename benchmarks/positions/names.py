"""Names on blocks of a ballot after registration: drawn, scanned and read without the rest of the sheet.

A block is the part of a ballot with its names, over the sheet's whole width. Pens, strokes and damage are the
simulator's; the scan is grey and upright, its place known but for an error like that of registration. It is read by
the product's :func:`pipeline.recognize.read.read_page`, folds, streaks and added signs included.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
import simplejpeg

from benchmarks.positions.counts import Class, Counts
from benchmarks.positions.papers import Printed, paper_class, printed
from calibration.simulate.ballot import Blank, Sheet, Team, mark_ballot
from calibration.simulate.ink import PAPER_PPMM, Pixels
from calibration.simulate.scanner import Scanner, developed, draw_scanner, fold, shown_through, tinted
from calibration.simulate.seeds import rng_for
from calibration.simulate.truth import NameTruth
from calibration.simulate.voters import Population, intend
from pipeline.recognize.read import read_page
from pipeline.recognize.reading import PageReading
from pipeline.review.decide import decide
from pipeline.review.profile import Profile
from pipeline.scan.local_map import STEP_MM, LocalMap
from pipeline.scan.page import PageSource, RawPage, RegisteredPage

SHEETS, STACK, FOLDED = 320, 16, 0.35
"""Sheets of a shard; sheets scanned with one setting; share that was folded."""
COMMON_MM, LOCAL_MM = 0.02, 0.035
"""Standard deviations, along x and y each, of what registration is off on the whole block, and from place to place:
together a median of some 0.05 mm, as measured without the half pixel between two conventions (docs/benchmarks.md)."""
NOBODY = Team("round", (0, 0, 0), "1")


@dataclass(frozen=True, slots=True)
class Machine:
    """What a stack of sheets has in common."""

    printed: Printed
    scanner: Scanner
    toner: float
    tint: int
    """Grey of the paper."""


def machine_of(shard: int, stack: int) -> Machine:
    rng = rng_for(shard, "positions", "stack", stack)
    forms = printed()
    scanner = draw_scanner(rng, 300 if rng.random() < 0.05 else 200)
    return Machine(
        forms[int(rng.integers(len(forms)))], scanner, float(rng.uniform(0.84, 1.0)), int(rng.integers(205, 250))
    )


def marked(shard: int, number: int, blank: Blank, paper: Pixels, population: Population) -> Sheet:
    """One voter's block of names, neither stamped nor written on elsewhere."""
    rng = rng_for(shard, "positions", "voter", number)
    two_lines = [i for i, n in enumerate(blank.names) if len(n.lines) > 1]
    intent = replace(intend(rng, len(blank.names), blank.seats, two_lines, population), added=False, stamped=False)
    return mark_ballot(rng, blank, paper, population, NOBODY, intent)


@lru_cache(maxsize=32)
def _neighbour(name: str, variant: int) -> Pixels:
    blank = next(p.block for p in printed() if p.block.form == name)
    return marked(variant, -1, blank, blank.pixels, Population()).pixels


def scanned(rng: np.random.Generator, page: Pixels, scanner: Scanner) -> tuple[Pixels, LocalMap]:
    """The block as scanned and saved, and where registration thinks that it lies."""
    ppmm = scanner.dpi / 25.4
    skew = np.deg2rad(np.clip(rng.normal(0, 0.8), -3, 3))
    along, across = 1 + np.clip(scanner.feed_bias + rng.normal(0, 0.002), -0.01, 0.01), 1 + rng.normal(0, 0.0012)
    turn = np.array([[np.cos(skew), -np.sin(skew)], [np.sin(skew), np.cos(skew)]])
    linear = np.diag([ppmm / across, ppmm / along]) @ turn
    height, width = page.shape
    size = np.array([width, height]) / PAPER_PPMM
    out = (round(size[0] * ppmm), round(size[1] * ppmm))
    shift = np.array(out) / 2 - linear @ (size / 2) + rng.uniform(-0.5, 0.5, 2)
    to_scan = np.column_stack([linear, shift])  # mm to pixels whose outer corner is 0
    of_paper = to_scan @ np.array(
        [[1 / PAPER_PPMM, 0, 0.5 / PAPER_PPMM], [0, 1 / PAPER_PPMM, 0.5 / PAPER_PPMM], [0, 0, 1]]
    )
    of_paper[:, 2] -= 0.5
    picture = np.asarray(
        cv2.warpAffine(page, of_paper, out, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=247),
        np.uint8,
    )
    picture = developed(rng, picture, scanner)
    coded = simplejpeg.encode_jpeg(np.ascontiguousarray(picture[..., None]), scanner.quality, "GRAY", "gray")
    picture = simplejpeg.decode_jpeg(coded, "GRAY")[..., 0]
    to_scan[:, 2] -= 0.5
    return picture, LocalMap(to_scan, _registration_error(rng, size))


def _registration_error(rng: np.random.Generator, size: np.ndarray) -> np.ndarray:
    """A smooth field in mm on the map's lattice."""
    columns, rows = (int(np.ceil(length / STEP_MM)) + 3 for length in size)
    coarse = rng.normal(0, LOCAL_MM, (max(2, rows // 4 + 1), max(2, columns // 4 + 1), 2)).astype(np.float32)
    # between its knots a bilinear field is calmer than at them: on the average by the factor below
    field = cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_LINEAR) * 1.3
    return np.asarray(field + rng.normal(0, COMMON_MM, 2), np.float32)


def read_block(picture: Pixels, map_: LocalMap, form: Printed, ppmm: float) -> PageReading:
    raw = RawPage(PageSource("block", "", 1), picture, ppmm * 25.4)
    name = form.block.form
    page = RegisteredPage(raw, name, form.block.side.name, map_, 0.0, 0.1, ppmm)
    return read_page(page, form.block_form)


def class_of(truth: NameTruth, paper: str, pen: str, kind: str = "name") -> Class:
    return Class(kind, paper, pen if truth.intent else "none", truth.intent or "none")


def shard(number: int, profile: Profile, sheets: int = SHEETS, population: Population | None = None) -> Counts:
    """Read all names of one shard."""
    counts = Counts()
    chosen = population or Population()
    for stack in range(-(-sheets // STACK)):
        machine = machine_of(number, stack)
        scanner, blank = machine.scanner, machine.printed.block
        paper = tinted(blank.pixels, (machine.tint, machine.tint, machine.tint), machine.toner, False)
        for n in range(stack * STACK, min(sheets, (stack + 1) * STACK)):
            sheet = marked(number, n, blank, paper, chosen)
            rng = rng_for(number, "positions", "scan", n)
            page, folded = sheet.pixels, bool(rng.random() < FOLDED)
            if folded:
                fold(rng, page)
            if scanner.bleed:
                shift = (int(rng.integers(-8, 9)), int(rng.integers(-8, 9)))
                page = shown_through(page, _neighbour(blank.form, int(rng.integers(4))), scanner.bleed, shift)
            picture, map_ = scanned(rng, page, scanner)
            reading = read_block(picture, map_, machine.printed, scanner.dpi / 25.4)
            count_names(counts, reading, sheet.names, paper_class(scanner, folded), sheet.pen.kind, profile, number, n)
    return counts


def count_names(
    counts: Counts,
    reading: PageReading,
    names: tuple[NameTruth, ...],
    paper: str,
    pen: str,
    profile: Profile,
    shard_: int,
    n: int,
) -> None:
    found: Mapping[str, object] = {f.field: f for f in reading.fields}
    counts.sheets += 1
    for truth in names:
        field = found[truth.field]
        decision = decide(field, profile, reading.engine)
        place = {"shard": shard_, "sheet": n, "field": truth.field, "form": reading.form}
        counts.add(class_of(truth, paper, pen), truth.mark, decision.value, decision.accepted, place)
