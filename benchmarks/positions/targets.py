"""Ovals and boxes on a sheet full of them after registration: drawn, scanned and read in windows.

What a mark is follows from what was drawn and from the ink that the pen left, not from how the reader measures: a
filled target, a cross, a tick that reaches through it and a line that goes right across it are marks; a dot (0.7 mm and
more), a short stroke and a ring round the target are *ambiguous*, so that no value may be accepted. What an eraser
leaves, a pen that rested, and a mark close beside the target may be read as unmarked or be asked. Ink that stays 1.2 mm
and more away says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, ImageDraw

from benchmarks.positions.counts import NOT_MARKED, Class, Counts
from benchmarks.positions.names import FOLDED, STACK, scanned
from benchmarks.positions.papers import paper_class
from calibration.simulate.ink import PAPER_PPMM, Pen, Pixels, Trace, apply, draw_pen, trace
from calibration.simulate.lettering import font
from calibration.simulate.paths import Curve, draw_hand, resampled, shaken, smoothed
from calibration.simulate.scanner import Scanner, draw_scanner, fold, tinted
from calibration.simulate.seeds import rng_for
from pipeline.forms.template import ByContent, FieldKind, Form, FormField, FormSide
from pipeline.geometry import Box, Size
from pipeline.recognize.read import read_page
from pipeline.review.decide import decide
from pipeline.review.profile import Profile
from pipeline.scan.page import PageSource, RawPage, RegisteredPage
from pipeline.scan.prepare import PreparedForm, prepared_side

SHEETS = 40
"""Of a shard: 40 sheets of 140 targets."""
PAGE = Size(148.0, 210.0)
COLUMNS, ROWS, FIRST, PITCH = 7, 20, (12.0, 10.0), (19.5, 9.8)
MARKED = 0.3
"""Share of the targets that a voter marks."""
FAR_MM = 1.2
NOTHING_MM2, RESTED_MM2, LEAST_MM2, BLOT_MM2 = 0.15, 0.3, 0.6, 1.2
"""Ink within an outline up to which a pen left nothing; within a target's box up to which it at most rested there, and
from which a stroke is a plain mark and a dot is as large as one (the pen blotted; it is drawn again)."""
Drawn = tuple[str, list[Curve], float | None]
"""Truth, curves in mm and their width where it is not the pen's."""


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A printed sheet of targets of one kind, 300 dpi, and the form that reads it."""

    pixels: Pixels
    form: PreparedForm

    @property
    def fields(self) -> tuple[FormField, ...]:
        return self.form.sides[0].side.fields


@lru_cache(maxsize=1)
def sheets() -> tuple[Sheet, ...]:
    """Ovals of two sizes and boxes of two sizes; the first of each is read without a picture of its blank."""
    kinds: tuple[tuple[FieldKind, float, float, float, bool], ...] = (
        ("oval", 5.0, 3.2, 0.25, False), ("oval", 4.4, 2.8, 0.35, True),
        ("box", 4.0, 4.0, 0.3, False), ("box", 3.5, 3.5, 0.2, True),
    )  # fmt: skip
    return tuple(_sheet(*k) for k in kinds)


def _sheet(kind: FieldKind, w: float, h: float, line: float, known: bool) -> Sheet:
    fields = tuple(
        FormField(f"{r}-{c}", kind, Box(FIRST[0] + c * PITCH[0], FIRST[1] + r * PITCH[1], w, h))
        for r in range(ROWS) for c in range(COLUMNS)
    )  # fmt: skip
    fine = 2 * PAPER_PPMM
    image = Image.new("L", (round(PAGE.w * fine), round(PAGE.h * fine)), 255)
    draw, face = ImageDraw.Draw(image), font("LiberationSans-Regular.ttf", round(2.6 * fine))
    for i, f in enumerate(fields):
        outer = f.box.grown(line / 2)  # the box is the middle of the printed line
        corners = [outer.x * fine, outer.y * fine, outer.right * fine, outer.bottom * fine]
        radius = outer.h / 2 * fine if kind == "oval" else 0
        draw.rounded_rectangle(corners, radius, outline=20, width=round(line * fine))
        draw.text(((f.box.right + 1.8) * fine, (f.box.y + 0.2) * fine), f"Số {i + 1}", fill=20, font=face)
    size = (round(PAGE.w * PAPER_PPMM), round(PAGE.h * PAPER_PPMM))
    pixels = np.asarray(cv2.resize(np.asarray(image), size, interpolation=cv2.INTER_AREA), np.uint8)
    name = f"{kind}-{w}"
    side = FormSide("front", PAGE, ByContent(), fields)
    prepared = prepared_side(name, side, [(pixels, PAPER_PPMM)])
    if not known:
        prepared = replace(prepared, reference=None)
    return Sheet(pixels, PreparedForm(Form(name, name, (side,)), (prepared,), name))


# --- what people draw ---


def _filled(rng: np.random.Generator, b: Box, pen: Pen) -> Drawn:
    rows = max(4, int(b.h / max(0.35, pen.width * 0.8)))
    inset = rng.uniform(0.0, 0.35)
    ys = np.linspace(b.y + inset, b.bottom - inset, rows)
    # an oval is narrow at its top and bottom
    half = b.w / 2 - inset - (0.5 * b.h * (1 - np.sqrt(np.maximum(0, 1 - ((ys - b.centre[1]) / (b.h / 2)) ** 2))))
    points = [(b.centre[0] + (half[i] if i % 2 else -half[i]), y) for i, y in enumerate(ys)]
    return "marked", [smoothed(resampled(points), 1)], None


def _stroke(rng: np.random.Generator, b: Box, rising: bool, over: float) -> Curve:
    jitter = rng.normal(0, 0.25, 4)
    y0, y1 = (b.bottom + over, b.y - over) if rising else (b.y - over, b.bottom + over)
    return resampled([(b.x - over + jitter[0], y0 + jitter[1]), (b.right + over + jitter[2], y1 + jitter[3])])


def _cross(rng: np.random.Generator, b: Box, _pen: Pen) -> Drawn:
    over = rng.uniform(-0.3, 1.0)
    return "marked", [_stroke(rng, b, True, over), _stroke(rng, b, False, over)], None


def _tick(rng: np.random.Generator, b: Box, _pen: Pen) -> Drawn:
    foot = (b.x + rng.uniform(0.3, 0.45) * b.w, b.bottom - rng.uniform(0.1, 0.5))
    start = (b.x + rng.uniform(-0.2, 0.6), b.y + rng.uniform(0.3, 0.5) * b.h)
    end = (b.right + rng.uniform(-0.2, 2.0), b.y - rng.uniform(0.0, 2.0))
    return "marked", [smoothed(resampled([start, foot, end]), 1)], None


def _slash(rng: np.random.Generator, b: Box, _pen: Pen) -> Drawn:
    return "marked", [_stroke(rng, b, rng.random() < 0.8, rng.uniform(0.0, 1.0))], None


def _dash(rng: np.random.Generator, b: Box, _pen: Pen) -> Drawn:
    y = b.centre[1] + rng.normal(0, 0.1 * b.h)
    return (
        "marked",
        [resampled([(b.x - rng.uniform(0, 2), y), (b.right + rng.uniform(0, 2), y + rng.normal(0, 0.2))])],
        None,
    )


def _over_written(rng: np.random.Generator, b: Box, pen: Pen) -> Drawn:
    return "marked", [*_cross(rng, b, pen)[1], *_filled(rng, b, pen)[1]], None


def _dot(rng: np.random.Generator, b: Box, _pen: Pen) -> Drawn:
    x, y = b.centre[0] + rng.normal(0, 0.3), b.centre[1] + rng.normal(0, 0.2)
    # a stroke's ends are half as wide as the stroke, and a dot is nothing else
    return "ambiguous", [np.array([(x, y), (x + 0.1, y), (x + 0.1, y + 0.1)])], float(rng.uniform(1.5, 2.4))


def _rest(rng: np.random.Generator, b: Box, _pen: Pen) -> Drawn:
    """What a pen leaves that rested there: at most half a millimetre."""
    _, curves, _ = _dot(rng, b, _pen)
    return NOT_MARKED, curves, float(rng.uniform(0.6, 0.9))


def _short(rng: np.random.Generator, b: Box, _pen: Pen) -> Drawn:
    x, y, turn = b.centre[0] + rng.normal(0, 0.3), b.centre[1] + rng.normal(0, 0.2), rng.uniform(0, np.pi)
    d = rng.uniform(0.5, 0.7) * np.array([np.cos(turn), np.sin(turn)])
    return "ambiguous", [resampled([(x - d[0], y - d[1]), (x + d[0], y + d[1])])], None


def _ring(rng: np.random.Generator, b: Box, _pen: Pen) -> Drawn:
    gap, turn = rng.uniform(0.45, 0.8), np.linspace(0, 2 * np.pi * rng.uniform(0.95, 1.1), 60) + rng.uniform(0, 6)
    grow = np.sqrt(2) if rng.random() < 0.5 else 1.25
    x = b.centre[0] + (b.w / 2 * grow + gap) * np.cos(turn)
    return "ambiguous", [np.stack([x, b.centre[1] + (b.h / 2 * grow + gap) * np.sin(turn)], axis=1)], None


def _beside(rng: np.random.Generator, b: Box, pen: Pen) -> Drawn:
    """A stroke that runs close along one side without touching the inside."""
    off = pen.width / 2 + rng.uniform(0.1, 0.4)
    y = b.y - off if rng.random() < 0.5 else b.bottom + off
    return NOT_MARKED, [resampled([(b.x, y), (b.right, y + rng.normal(0, 0.05))])], None


def _aside(_rng: np.random.Generator, b: Box, pen: Pen) -> Drawn:
    """A tick in the margin, away from the target."""
    x = b.x - FAR_MM - 2.2 - pen.width
    points = [(x - 1.5, b.centre[1]), (x - 0.5, b.centre[1] + 1.2), (x + 0.8, b.centre[1] - 1.2)]
    return "unmarked", [smoothed(resampled(points), 1)], None


MARKS: dict[str, Callable[[np.random.Generator, Box, Pen], Drawn]] = {
    "filled": _filled, "cross": _cross, "tick": _tick, "slash": _slash, "dash": _dash, "over-written": _over_written,
}  # fmt: skip
SHARES = (0.42, 0.22, 0.16, 0.1, 0.06, 0.04)
ODD: dict[str, Callable[[np.random.Generator, Box, Pen], Drawn]] = {
    "dot": _dot, "short stroke": _short, "ring": _ring, "rest": _rest, "beside": _beside, "aside": _aside,
    "erased": _filled,
}  # fmt: skip
ODD_RATE = 0.012
THROUGH_RATE = 0.1
"""Of the sheets: one long line runs down through the targets of a column."""


def inked_mm2(ink: Trace, field: FormField) -> tuple[float, float]:
    """How much ink lies within the target's box, and how much of that within its printed outline.

    The corners round an oval are not within it: of 2.9 million targets one was a slash of which a skipping pen had left
    0.16 mm² there and nothing in the oval.
    """
    box = field.box
    x0, x1 = (max(0, round(v * PAPER_PPMM) - ink.x) for v in (box.x, box.right))
    y0, y1 = (max(0, round(v * PAPER_PPMM) - ink.y) for v in (box.y, box.bottom))
    part = ink.mask()[y0:y1, x0:x1]
    whole = within = np.count_nonzero(part)
    if field.kind == "oval" and whole:
        half = box.h / 2
        y, x = np.nonzero(part)
        beside = np.abs((x + x0 + ink.x + 0.5) / PAPER_PPMM - box.centre[0]) - (box.w / 2 - half)
        above = (y + y0 + ink.y + 0.5) / PAPER_PPMM - box.centre[1]
        within = np.count_nonzero(np.maximum(beside, 0) ** 2 + above**2 <= half**2)
    return float(whole) / PAPER_PPMM**2, float(within) / PAPER_PPMM**2


def settled(truth: str, name: str, inked: tuple[float, float]) -> str:
    """The truth by what the pen left: next to nothing within the outline is no mark, and a skipping or blotting pen
    leaves doubt."""
    whole, within = inked
    if truth == "unmarked":
        return truth
    if within < NOTHING_MM2:
        return NOT_MARKED if truth != "ambiguous" or name in ("dot", "short stroke") else truth
    if truth == "marked" and whole < LEAST_MM2:
        return "ambiguous"
    return "ambiguous" if name == "rest" and whole > RESTED_MM2 else truth


def voter(
    rng: np.random.Generator, page: Pixels, fields: Sequence[FormField]
) -> tuple[Pen, dict[str, tuple[str, str]]]:
    """Mark a sheet in place. Returns the pen and, per field that was touched, truth and stroke."""
    pen, hand, favourite = draw_pen(rng), draw_hand(rng), str(rng.choice(list(MARKS), p=SHARES))
    tremor = min(hand.tremor, 0.15)  # on 5 mm a hand shakes less than over a name
    done: dict[str, tuple[str, str]] = {}
    draws = rng.random(len(fields))
    if rng.random() < THROUGH_RATE:
        column = int(rng.integers(COLUMNS))
        first = int(rng.integers(0, ROWS - 6))
        ids = {f"{r}-{column}" for r in range(first, first + int(rng.integers(3, 6)))}
        mine = [f for f in fields if f.id in ids]
        x = mine[0].box.centre[0] + rng.normal(0, 0.15)
        line = resampled([(x, mine[0].box.y - 1.5), (x + rng.normal(0, 0.3), mine[-1].box.bottom + 1.5)])
        ink = trace(rng, [shaken(line, rng, tremor)], pen)
        apply(rng, page, ink, pen)
        # where the pen skipped a whole target, nobody who sees the paper could call it marked
        done |= {f.id: (settled("marked", "long line", inked_mm2(ink, f)), "long line") for f in mine}
    for field, draw in zip(fields, draws, strict=True):
        if draw > MARKED or field.id in done:
            continue
        if draw < ODD_RATE:
            name = str(rng.choice(list(ODD)))
            truth, curves, width = ODD[name](rng, field.box, pen)
        else:
            name = favourite if rng.random() < 0.8 else str(rng.choice(list(MARKS), p=SHARES))
            truth, curves, width = MARKS[name](rng, field.box, pen)
        ink = trace(rng, [shaken(c, rng, tremor) for c in curves], pen, width)
        while name in ("dot", "short stroke") and inked_mm2(ink, field)[0] > BLOT_MM2:
            width = 0.8 * (width or pen.width)
            ink = trace(rng, curves, pen, width)
        used = pen
        truth = settled(truth, name, inked_mm2(ink, field))
        if name == "erased":  # graphite that the eraser left in the paper
            used, truth = replace(pen, opacity=pen.opacity * rng.uniform(0.08, 0.18), smears=True), NOT_MARKED
        apply(rng, page, ink, used)
        done[field.id] = (truth, name)
    return pen, done


def shard(number: int, profile: Profile, sheets_: int = SHEETS) -> Counts:
    counts = Counts()
    for stack in range(-(-sheets_ // STACK)):
        rng = rng_for(number, "targets", "stack", stack)
        sheet = sheets()[int(rng.integers(4))]
        scanner: Scanner = replace(draw_scanner(rng, 300 if rng.random() < 0.05 else 200), bleed=0.0)
        paper = tinted(sheet.pixels, (int(rng.integers(205, 250)),) * 3, float(rng.uniform(0.84, 1.0)), False)
        for n in range(stack * STACK, min(sheets_, (stack + 1) * STACK)):
            own, page = rng_for(number, "targets", "sheet", n), paper.copy()
            pen, drawn = voter(own, page, sheet.fields)
            folded = bool(own.random() < FOLDED)
            if folded:
                fold(own, page)
            picture, map_ = scanned(own, page, scanner)
            ppmm = scanner.dpi / 25.4
            raw = RawPage(PageSource("targets", "", 1), picture, scanner.dpi)
            registered = RegisteredPage(raw, sheet.form.form.id, "front", map_, 0.0, 0.1, ppmm)
            reading = read_page(registered, sheet.form)
            counts.sheets += 1
            shown = paper_class(scanner, folded)
            for field in reading.fields:
                truth, stroke = drawn.get(field.field, ("unmarked", "none"))
                decision = decide(field, profile, reading.engine)
                of = Class(field.kind, shown, pen.kind if stroke != "none" else "none", stroke)
                place = {"shard": number, "sheet": n, "field": field.field, "form": reading.form}
                counts.add(of, truth, decision.value, decision.accepted, place)
    return counts
