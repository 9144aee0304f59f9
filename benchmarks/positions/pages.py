"""Whole ballots: printed, marked, stamped, scanned in any position, saved, decoded, registered and read."""

from __future__ import annotations

import hashlib

from benchmarks.positions.counts import Class, Counts
from benchmarks.positions.names import FOLDED, STACK, class_of
from benchmarks.positions.papers import paper_class, printed
from calibration.simulate.ballot import Sheet, draw_team, mark_ballot
from calibration.simulate.files import FileKind, encode
from calibration.simulate.ink import Pixels
from calibration.simulate.scanner import draw_geometry, draw_scanner, fold, scan, shown_through, tinted
from calibration.simulate.seeds import rng_for
from calibration.simulate.voters import Population
from pipeline.recognize.read import read_raw
from pipeline.recognize.reading import PageReading
from pipeline.review.decide import decide
from pipeline.review.profile import Profile
from pipeline.scan.decode import decode_pages
from pipeline.scan.page import RawPage

SHEETS = 50
"""Of a shard: some 450 positions."""
COLOURS = ((214, 232, 250), (196, 238, 247), (220, 244, 216), (240, 242, 243), (225, 205, 250))
"""Papers, BGR: light orange, yellow, green, white, pink."""
KINDS: tuple[FileKind, ...] = ("jpg", "jpg", "jpg", "pdf", "tif", "png")
UPSIDE_DOWN, SIDEWAYS = 0.04, 0.015


def shard(number: int, profile: Profile, sheets: int = SHEETS) -> Counts:
    """Every field of every page of one shard; a page that is not read counts as rejected, its positions as none."""
    counts = Counts()
    for stack in range(-(-sheets // STACK)):
        rng = rng_for(number, "pages", "stack", stack)
        form = printed()[int(rng.integers(len(printed())))]
        scanner = draw_scanner(rng, 300 if rng.random() < 0.05 else 200)
        colour = COLOURS[int(rng.integers(len(COLOURS)))]
        blank, kind = form.blank, KINDS[int(rng.integers(len(KINDS)))]
        paper = tinted(blank.pixels, colour, float(rng.uniform(0.84, 1.0)), scanner.colour)
        team = draw_team(rng, str(1 + stack))
        below = mark_ballot(rng, blank, blank.pixels, Population(), team).pixels if scanner.bleed else None
        for n in range(stack * STACK, min(sheets, (stack + 1) * STACK)):
            sheet = mark_ballot(rng_for(number, "pages", "voter", n), blank, paper, Population(), team)
            own = rng_for(number, "pages", "scan", n)
            page, folded = sheet.pixels, bool(own.random() < FOLDED)
            if folded:
                fold(own, page)
            if below is not None:
                page = shown_through(page, below, scanner.bleed, (int(own.integers(-8, 9)), int(own.integers(-8, 9))))
            geometry = draw_geometry(own, scanner, blank.side.size, UPSIDE_DOWN, SIDEWAYS)
            raw = _saved(scan(own, page, scanner, geometry), kind, scanner.quality, scanner.dpi)
            reading = read_raw(raw, [form.form], [p.form for p in printed() if p is not form])
            counts.sheets += 1
            if isinstance(reading, PageReading):
                _count(counts, reading, sheet, paper_class(scanner, folded), profile, {"shard": number, "sheet": n})
            else:
                counts.rejected += 1
    return counts


def _saved(picture: Pixels, kind: FileKind, quality: int, dpi: int) -> RawPage:
    """The scan as it comes out of its file."""
    content = encode(kind, [picture], [quality], dpi)[0]
    raw = next(iter(decode_pages(content, f"scan.{kind}", hashlib.sha256(content).hexdigest())))
    assert isinstance(raw, RawPage), raw
    return raw


def _count(
    counts: Counts, reading: PageReading, sheet: Sheet, paper: str, profile: Profile, place: dict[str, int]
) -> None:
    truths = {t.field: t for t in sheet.names}
    present = {True: "present", False: "absent"}
    for field in reading.fields:
        decision = decide(field, profile, reading.engine)
        if field.kind == "strike":
            of, right = (
                class_of(truths[field.field], paper, sheet.pen.kind, "name, whole page"),
                truths[field.field].mark,
            )
        else:
            there = sheet.stamp if field.kind == "stamp" else sheet.stray
            of, right = Class(f"{field.kind}, whole page", paper, "none", present[there]), present[there]
        counts.add(of, right, decision.value, decision.accepted, {**place, "field": field.field, "form": reading.form})
