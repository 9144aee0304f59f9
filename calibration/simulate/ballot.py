"""One voter's ballot on paper: the printed blank, the voter's ink, the team's stamp, and the truth about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calibration.simulate import paths
from calibration.simulate.ink import PAPER_PPMM, InkMask, Pen, Pixels, Trace, apply, draw_pen, trace
from calibration.simulate.lettering import handwriting
from calibration.simulate.measure import LineInk, line_ink, mark_of
from calibration.simulate.paths import Curve, Hand, draw_hand
from calibration.simulate.stamps import choose_stamp, press
from calibration.simulate.truth import NameTruth, Seen, Verdict, verdict
from calibration.simulate.voters import Act, Intent, NameAct, Population, intend
from pipeline.forms.template import FormField, FormSide
from pipeline.geometry import Box

WORDS = ("dong y", "khong", "tot", "OK", "bo", "bau", "ung ho", "khong biet", "xem lai")
NAMES = (
    "Nguyen Van An",
    "Tran Thi Be",
    "Le Van Hai",
    "Pham Minh",
    "Vo Thi Sau",
    "khong bau ai",
    "Da xem 15-3",
)
CHARACTER_ACTS: frozenset[Act] = frozenset({"sign", "word"})
"""Acts that add content beside a name (Art. 74, ground đ)."""
TITLE_REACH_MM = 14.0
PERSON_SEES_STRUCK = 0.88
"""A person calls a line over at least this share of a name a strike; nothing is drawn between it and 0.92
unless the population asks for borderline marks."""
PIECES_SEEN_STRUCK = 0.75
"""Strokes that cross a name in many places are called a strike even where the outer letters are free."""


@dataclass(frozen=True, slots=True, eq=False)
class Blank:
    """The front of an unmarked ballot: its fields in mm and its print, grey, at 300 dpi."""

    form: str
    side: FormSide
    pixels: Pixels
    seats: int

    @property
    def names(self) -> tuple[FormField, ...]:
        return tuple(sorted((f for f in self.side.fields if f.kind == "strike"), key=lambda f: (f.box.y, f.box.x)))

    @property
    def stamp_place(self) -> Box:
        found = [f.box for f in self.side.fields if f.kind == "stamp"]
        return found[0] if found else Box(12, 14, 34, 20)


def lines_of(name: FormField) -> tuple[Box, ...]:
    return name.lines or (name.box,)


@dataclass(frozen=True, slots=True)
class Team:
    """What the sheets of one batch have in common: stamp and number of the team."""

    stamp: str
    stamp_ink: tuple[int, int, int]
    number: str


def draw_team(rng: np.random.Generator, number: str) -> Team:
    shape, colour = choose_stamp(rng)
    return Team(shape, colour, number)


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A marked ballot: its picture on paper (300 dpi, like the blank given) and what is true about it."""

    pixels: Pixels
    ink: InkMask
    names: tuple[NameTruth, ...]
    stamp: bool
    stray: bool
    verdict: Verdict
    pen: Pen


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """One act as ink: every trace with the pen it was drawn with, and where a sign stands beside a name."""

    act: NameAct
    traces: tuple[Trace, ...]


def word_boxes(blank: Blank, line: Box) -> list[Box]:
    """The printed words of a line, told apart by the gaps between them."""
    x0, x1 = round(line.x * PAPER_PPMM), round(line.right * PAPER_PPMM)
    y0, y1 = round(line.y * PAPER_PPMM), round(line.bottom * PAPER_PPMM)
    dark = np.flatnonzero((blank.pixels[y0:y1, x0:x1] < 128).any(axis=0))
    if not len(dark):
        return [Box(line.x + line.w * i / 3, line.y, line.w / 3, line.h) for i in range(3)]
    wide = np.flatnonzero(np.diff(dark) > max(0.9 * PAPER_PPMM, 0.22 * (y1 - y0)))
    starts = dark[np.concatenate([[0], wide + 1])]
    ends = dark[np.concatenate([wide, [len(dark) - 1]])]
    return [
        Box(line.x + s / PAPER_PPMM, line.y, (e - s + 1) / PAPER_PPMM, line.h)
        for s, e in zip(starts.tolist(), ends.tolist(), strict=True)
    ]


def title_width(blank: Blank, line: Box) -> float:
    """Width in mm of a title ("Ông", "Bà") printed before the line's box; 0 where the box begins with it."""
    x0, x1 = round((line.x - TITLE_REACH_MM) * PAPER_PPMM), round((line.x - 0.6) * PAPER_PPMM)
    y0, y1 = round(line.y * PAPER_PPMM), round(line.bottom * PAPER_PPMM)
    dark = np.flatnonzero((blank.pixels[y0:y1, max(0, x0) : max(0, x1)] < 128).any(axis=0))
    return float(line.x - (max(0, x0) + dark[0]) / PAPER_PPMM) if len(dark) else 0.0


def _part_box(blank: Blank, line: Box, part: int) -> Box:
    """The family (0), middle (1) or given name (2); the title before it is left alone."""
    words = word_boxes(blank, line)
    name = words[1:] if len(words) > 2 and not title_width(blank, line) else words
    if part == 0:
        return name[0]
    if part == 2 or len(name) < 3:
        return name[-1]
    return name[1].union(name[-2])


class _Voter:
    """One person at one ballot: a hand and a pen, and the acts turned into ink."""

    def __init__(self, rng: np.random.Generator, blank: Blank) -> None:
        self.rng = rng
        self.blank = blank
        self.hand: Hand = draw_hand(rng)
        self.pen: Pen = draw_pen(rng)

    def _ink(self, curves: Sequence[Curve]) -> Trace:
        shaken = [paths.shaken(c, self.rng, self.hand.tremor) for c in curves]
        return trace(self.rng, shaken, self.pen)

    def _room(self, name: int) -> float:
        """Free mm between a name and its neighbours."""
        lines = lines_of(self.blank.names[name])
        others = [b for i, n in enumerate(self.blank.names) if i != name for b in lines_of(n)]
        gaps = [lines[0].y - b.bottom for b in others if b.bottom <= lines[0].y]
        gaps += [b.y - lines[-1].bottom for b in others if b.y >= lines[-1].bottom]
        return max(0.4, min(gaps, default=4.0))

    def draw(self, act: NameAct) -> tuple[Trace, ...]:
        match act.act:
            case "strike":
                return self._strike(act)
            case "short" | "borderline" | "part" | "one_line":
                return self._partly(act)
            case "circle" | "underline" | "overline":
                return self._around(act)
            case "sign" | "word":
                return (self._beside(act),)
            case "sweep":
                boxes = [b for i in act.names for b in lines_of(self.blank.names[i])]
                return (self._ink(paths.sweep(self.rng, boxes, act.part)),)

    def _strike(self, act: NameAct) -> tuple[Trace, ...]:
        if act.way == "snake":
            boxes = [b for i in act.names for b in lines_of(self.blank.names[i])]
            return (self._ink(paths.snake(self.rng, boxes, self.hand)),)
        draw = paths.WHOLE_NAME[act.way]
        return tuple(self._sure(draw, line) for line in lines_of(self.blank.names[act.names[0]]))

    def _sure(self, draw: paths.WholeName, line: Box) -> Trace:
        """A whole strike; one that happens to end in the doubtful zone is drawn again."""
        title = title_width(self.blank, line) if self.hand.from_title else 0.0
        reach = Box(line.x - title, line.y, line.w + title, line.h)
        for _ in range(4):
            drawn = self._ink(draw(self.rng, reach, self.hand))
            span = _span_alone(drawn, line)
            if span.span >= 0.92 or span.span < 0.88:
                return drawn
        return drawn

    def _partly(self, act: NameAct) -> tuple[Trace, ...]:
        lines = lines_of(self.blank.names[act.names[0]])
        if act.act == "one_line":
            line = lines[min(act.part, len(lines) - 1)]
            return (self._sure(paths.horizontal, line),)
        if act.act == "part":
            part = _part_box(self.blank, lines[0], act.part)
            grown = Box(part.x - 0.3, part.y, part.w + 0.6, part.h)
            return (self._ink(paths.span(self.rng, grown, self.hand, 0, 1, act.way)),)
        start = 0.0 if self.rng.random() < 0.7 else 1 - act.share
        drawn = []
        for line in lines:
            # a round nib reaches half a line width beyond the curve
            inset = self.pen.width * 0.4 / line.w
            curves = paths.span(self.rng, line, self.hand, start + inset, start + act.share - inset, act.way)
            drawn.append(self._ink(curves))
        return tuple(drawn)

    def _around(self, act: NameAct) -> tuple[Trace, ...]:
        lines = lines_of(self.blank.names[act.names[0]])
        whole = lines[0] if len(lines) == 1 else lines[0].union(lines[-1])
        room = self._room(act.names[0])
        if act.act == "circle":
            return (self._ink(paths.circle(self.rng, whole, room)),)
        line = lines[0] if act.act == "overline" else lines[-1]
        return (self._ink(paths.beneath(self.rng, line, self.hand, self.pen.width / 2, above=act.act == "overline")),)

    def _beside(self, act: NameAct) -> Trace:
        line = lines_of(self.blank.names[act.names[0]])[0]
        page = self.blank.side.size
        if act.act == "word":
            x = min(line.right + self.rng.uniform(3, 6), page.w - 24)
            height = float(self.rng.uniform(3.0, 4.5))
            word = WORDS[int(self.rng.integers(len(WORDS)))]
            return handwriting(self.rng, word, (x, line.bottom - 0.6), height, min(self.pen.width, 0.8))
        size = float(self.rng.uniform(3.0, 6.0))
        to_left = self.rng.random() < 0.45 and line.x - size - 5 > 6
        x = (
            line.x - size / 2 - self.rng.uniform(2.0, 4.5)
            if to_left
            else line.right + size / 2 + self.rng.uniform(2, 6)
        )
        place = (min(x, page.w - 8), line.centre[1] + self.rng.normal(0, 0.4))
        return self._ink(paths.sign(self.rng, place, size))

    def add_writing(self) -> Trace:
        """A name, a remark or a drawing away from the names: below them, or at the side of the header."""
        lowest = max(b.bottom for n in self.blank.names for b in lines_of(n))
        page = self.blank.side.size
        free = page.h - 14 - (lowest + 8)
        y = lowest + 8 + self.rng.uniform(0.1, 1) * free if free > 5 else page.h - 13
        x = float(self.rng.uniform(18, 70))
        if self.rng.random() < 0.7:
            text = NAMES[int(self.rng.integers(len(NAMES)))]
            height = float(self.rng.uniform(3.5, 6.0))
            return handwriting(self.rng, text, (x, y), height, min(self.pen.width, 0.9))
        return self._ink(paths.sign(self.rng, (x + 8, y - 4), float(self.rng.uniform(6, 14))))


def _span_alone(drawn: Trace, line: Box) -> LineInk:
    """What a single trace covers of a line."""
    mask = drawn.mask()
    moved = Box(line.x - drawn.x / PAPER_PPMM, line.y - drawn.y / PAPER_PPMM, line.w, line.h)
    padded = np.zeros(
        (
            max(mask.shape[0], round(moved.bottom * PAPER_PPMM)),
            max(mask.shape[1], round(moved.right * PAPER_PPMM)),
        ),
        bool,
    )
    padded[: mask.shape[0], : mask.shape[1]] = mask
    return line_ink(padded, moved)


def _sign_rows(drawn: Sequence[_Drawn], lines: Sequence[Box]) -> bool:
    """Whether ink of a sign or a word stands on the line of a name (half a millimetre more each side)."""
    for one in drawn:
        if one.act.act not in CHARACTER_ACTS:
            continue
        for spot in one.traces:
            rows = np.flatnonzero(spot.mask().any(axis=1))
            if not len(rows):
                continue
            top, bottom = (spot.y + rows[0]) / PAPER_PPMM, (spot.y + rows[-1] + 1) / PAPER_PPMM
            if any(top < line.bottom and bottom > line.y for line in lines):
                return True
    return False


def _seen(mark: str, own: NameAct | None, ink: Sequence[LineInk], beside: bool) -> Seen:
    """What a careful person answers for a name."""
    if mark in ("struck", "clear"):
        return "struck" if mark == "struck" else "clear"
    widest = min(i.span for i in ink)
    if beside or (own is not None and own.act not in ("strike", "short", "part", "borderline")):
        return "unclear"
    pieces = own is not None and own.way in ("verticals", "x", "zigzag", "scribble")
    if own is not None and own.act != "part" and widest >= (PIECES_SEEN_STRUCK if pieces else PERSON_SEES_STRUCK):
        return "struck"
    if own is None:  # a neighbour's line ran into it
        return "clear" if max(i.core_span for i in ink) < 0.15 else "unclear"
    return "partial" if max(i.span for i in ink) > 0 else "clear"


def _name_truth(blank: Blank, place: int, acts: dict[int, NameAct], drawn: Sequence[_Drawn], ink: InkMask) -> NameTruth:
    name = blank.names[place]
    lines = lines_of(name)
    beside = _sign_rows(drawn, lines)
    mark, spans = mark_of(ink.inked, lines, beside)
    own = acts.get(place)
    seen = _seen(mark, own, spans, beside)
    # the team: a sweep over several names crosses them out; partial, ring, underline, tick, one of two lines: for
    struck = seen == "struck" or (seen == "unclear" and own is not None and own.act in ("sweep", "strike"))
    intent = "" if own is None else f"{own.act}:{own.way}" if own.act == "strike" else own.act
    return NameTruth(name.id, mark, seen, not struck, intent, tuple(round(s.span, 3) for s in spans))


def _stamped(rng: np.random.Generator, blank: Blank, team: Team, lowest: float) -> list[tuple[Trace, Pen]]:
    return press(rng, blank.stamp_place, lowest, team.stamp, team.stamp_ink, team.number)


def mark_ballot(
    rng: np.random.Generator,
    blank: Blank,
    paper: Pixels,
    population: Population,
    team: Team,
    intent: Intent | None = None,
) -> Sheet:
    """One voter's ballot on ``paper``: the blank in the colours of its paper (BGR or grey, 300 dpi, kept)."""
    names = blank.names
    if intent is None:
        two_lines = [i for i, n in enumerate(names) if len(n.lines) > 1]
        intent = intend(rng, len(names), blank.seats, two_lines, population)
    voter = _Voter(rng, blank)
    drawn = [_Drawn(act, voter.draw(act)) for act in intent.acts]
    if intent.added:
        drawn.append(_Drawn(NameAct("word", ()), (voter.add_writing(),)))
    page = paper.copy()
    ink = InkMask.empty(paper.shape[:2])
    lowest = min(b.y for n in names for b in lines_of(n)) - 2.5
    pressed = press(rng, blank.stamp_place, lowest, team.stamp, team.stamp_ink, team.number) if intent.stamped else []
    for spot, stamp_ink in pressed:
        apply(rng, page, spot, stamp_ink)
    for spot in [t for d in drawn for t in d.traces]:
        apply(rng, page, spot, voter.pen)
        ink.add(spot)
    acts = {i: act for act in intent.acts for i in act.names}
    truths = tuple(_name_truth(blank, i, acts, drawn, ink) for i in range(len(names)))
    stray = intent.added or any(a.act in CHARACTER_ACTS for a in intent.acts)
    ruling = verdict(truths, blank.seats, intent.stamped, stray)
    return Sheet(page, ink, truths, intent.stamped, stray, ruling, voter.pen)
