"""Voters on foreign papers: which targets they mark and how, what they spoil, and what they write elsewhere."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np

from benchmarks.foreign_papers.blank import Place
from benchmarks.foreign_papers.draw import Draw
from benchmarks.foreign_papers.ink import Pen, draw_pen, draw_thin_pen
from benchmarks.foreign_papers.marks import Done, Hand, MarkKind, StrikeKind
from benchmarks.foreign_papers.typesetting import Paper

Aimed = Literal["nothing", "streaks", "folds", "dust", "thin", "all"]
"""What is put onto targets on purpose: dirt and folds, or marks of thin pens."""
Habits = Mapping[MarkKind, int]

BOXES: Habits = {"x": 65, "tick": 12, "filled": 8, "slash": 5, "dash": 4, "dot": 2, "circle": 2}
OVALS: Habits = {"filled": 62, "x": 14, "tick": 9, "slash": 5, "dash": 4, "dot": 3, "circle": 2, "number": 1}
HABITS: dict[str, Habits] = {
    "au": {"number": 70, "x": 10, "tick": 8, "filled": 4, "slash": 3, "dash": 2, "circle": 3},
    "uk": {"x": 60, "tick": 15, "filled": 8, "slash": 6, "dash": 4, "number": 3, "dot": 2, "circle": 2},
    "ke": {"x": 30, "tick": 30, "filled": 8, "slash": 8, "dash": 6, "number": 6, "dot": 4, "circle": 4},
    "ch": {"x": 55, "tick": 22, "filled": 8, "slash": 6, "dash": 4, "dot": 2, "circle": 2},
    "ca": {"x": 60, "tick": 20, "filled": 10, "slash": 4, "dash": 3, "dot": 2, "circle": 1},
    "jp": {"x": 80, "tick": 6, "slash": 5, "filled": 4, "circle": 4, "dash": 3},
    "sh": {"x": 40, "tick": 40, "filled": 6, "slash": 6, "dash": 4, "number": 3, "dot": 2, "circle": 2},
    "de": {"x": 70, "tick": 10, "filled": 6, "slash": 5, "dash": 4, "dot": 2, "circle": 2, "number": 1},
    "es": BOXES, "br": BOXES,
    "exam": {"filled": 80, "x": 6, "tick": 3, "slash": 5, "dash": 2, "dot": 3, "circle": 2},
}  # fmt: skip
"""How often which mark is made, by paper; on the others as in ovals."""
STRIKES: Mapping[StrikeKind, int] = {
    "line": 60, "double": 8, "wavy": 9, "zigzag": 6, "crossed": 4, "partial": 6, "underline": 4, "ring": 3,
}  # fmt: skip
SPOILT: Mapping[str, int] = {"erased": 22, "beside": 22, "between": 14, "run over": 18, "speck": 14, "circle": 10}
"""What is seen now and then at a target that was not chosen."""
NAMES_ON_THE_LEFT = ("uk", "ke", "ca", "ch", "sh", "jp")
FAITHFUL = 0.85
"""The share of marks that are of the kind that a voter makes on this paper."""
MARGIN_MM = 4


@dataclass
class Sheet:
    """One voter with one paper; ``places`` are those of this print, in mm."""

    paper: Paper
    places: Sequence[Place]
    hand: Hand
    done: Done = field(default_factory=Done)

    @property
    def draw(self) -> Draw:
        return self.hand.draw

    def put(self, number: int, kind: MarkKind, digit: str = "") -> None:
        """A mark that is meant for a target."""
        self.done.kinds[number] = kind
        self.hand.mark(self.places[number], number, kind, digit)

    def nearest(self, number: int, within: float) -> int | None:
        """The nearest other target, where one is so near."""
        middle = self.places[number].middle
        away = [math.dist(place.middle, middle) for place in self.places]
        away[number] = math.inf
        other = int(np.argmin(away))
        return other if away[other] < within else None


def pen_of(draw: Draw, aimed: Aimed) -> Pen:
    pen = draw_pen(draw)
    return draw_thin_pen(draw) if aimed == "thin" or (aimed == "all" and draw.chance(0.5)) else pen


def vote(sheet: Sheet, aimed: Aimed) -> None:
    """Put onto the sheet all that its voter puts there."""
    chosen = _chosen(sheet.paper, len(sheet.places), sheet.draw)
    if sheet.paper.kind == "strike":
        _strike(sheet, chosen)
    else:
        _mark(sheet, chosen, aimed)
    _spoil(sheet)
    if sheet.paper.kind != "strike":
        _annotate_names(sheet)
    _comment(sheet)


def _chosen(paper: Paper, count: int, draw: Draw) -> list[int]:
    if paper.name == "exam":
        answers = [row + draw.whole(0, 5) for row in range(0, count, 5) for share in (0.93, 0.03) if draw.chance(share)]
        return sorted(set(answers))
    if paper.name == "sh":
        return [row + draw.one_of((0, 1, 2), (6, 2, 2)) for row in range(0, count, 3) if draw.chance(0.85)]
    if paper.name == "ch":
        return [row + draw.whole(0, 2) for row in range(0, count, 2) if draw.chance(0.9)]
    return sorted(_chosen_one_by_one(paper, count, draw))


def _chosen_one_by_one(paper: Paper, count: int, draw: Draw) -> set[int]:
    if paper.name in ("uk", "ke", "ca"):
        return {draw.whole(0, count), *(n for n in range(count) if draw.chance(0.12))}
    known = 0.4 if paper.kind == "strike" else 0.8 if paper.name == "au" else None
    return {n for n in range(count) if draw.chance(known or draw.between(0.1, 0.28))}


def _strike(sheet: Sheet, chosen: Sequence[int]) -> None:
    for number in chosen:
        kind = sheet.draw.one_of(list(STRIKES), list(STRIKES.values()))
        sheet.done.kinds[number] = kind
        sheet.hand.strike(sheet.places[number], number, kind)
        if kind in ("partial", "ring"):
            sheet.done.doubtful.add(number)
        if kind == "underline":
            sheet.done.beside.add(number)


def _mark(sheet: Sheet, chosen: Sequence[int], aimed: Aimed) -> None:
    draw, habits = sheet.draw, HABITS.get(sheet.paper.name, OVALS)
    kinds, weights = list(habits), list(habits.values())
    own = draw.one_of(kinds, weights)
    if own in ("circle", "dot") and draw.chance(0.6):
        own = "x"
    if aimed == "thin" or (aimed == "all" and draw.chance(0.4)):
        thin: tuple[MarkKind, ...] = ("dash", "slash", "tick", "x")
        own = draw.one_of(thin)
    order = draw.rng.permutation(len(chosen))
    for number, rank in zip(chosen, order.tolist(), strict=True):
        kind = own if draw.chance(FAITHFUL) else draw.one_of(kinds, weights)
        sheet.put(number, kind, str(rank + 1) if sheet.paper.name == "au" else "")


def _spoil(sheet: Sheet) -> None:
    draw, names = sheet.draw, sheet.paper.kind == "strike"
    free = [n for n in range(len(sheet.places)) if n not in sheet.done.kinds]
    often = 0.7 if names else 1.3 if len(sheet.places) < 60 else 3.0
    for _ in range(min(int(draw.rng.poisson(often)), len(free))):
        number = free.pop(draw.whole(0, len(free)))
        how = draw.one_of(("erased", "beside")) if names else draw.one_of(list(SPOILT), list(SPOILT.values()))
        _spoil_one(sheet, number, how)


def _spoil_one(sheet: Sheet, number: int, how: str) -> None:
    place, draw, done = sheet.places[number], sheet.draw, sheet.done
    if how == "erased":
        sheet.hand.erase(place)
        done.doubtful.add(number)
    elif how == "beside":
        _mark_beside(sheet, number)
    elif how == "between":
        _mark_between(sheet, number)
    elif how == "run over":
        _run_over(sheet, number)
    elif how == "speck":
        x, y = place.x + place.w * draw.between(0.3, 0.7), place.y + place.h * draw.between(0.3, 0.7)
        sheet.hand.dot(x, y, draw.between(0.05, 0.25))
        done.doubtful.add(number)
    else:
        sheet.put(number, "circle")


def _mark_beside(sheet: Sheet, number: int) -> None:
    place, draw = sheet.places[number], sheet.draw
    gap, side = draw.one_of((draw.between(0.2, 1.5), draw.between(1.6, 3.0))), min(place.w, 4.5)
    x = place.x + place.w + gap if draw.chance(0.5) else place.x - gap - side
    kinds: tuple[MarkKind, ...] = ("tick", "x", "filled", "slash")
    sheet.hand.mark(Place(x, place.middle[1] - side / 2, side, side, True), None, draw.one_of(kinds))
    sheet.done.beside.add(number)


def _mark_between(sheet: Sheet, number: int) -> None:
    other, place = sheet.nearest(number, 40), sheet.places[number]
    if other is None:
        return
    x, y = (np.array(place.middle) + sheet.places[other].middle) / 2
    side = min(4.0, max(1.5, min(place.w, place.h) * 0.8))
    kinds: tuple[MarkKind, ...] = ("tick", "x", "slash", "filled")
    sheet.hand.mark(Place(x - side / 2, y - side / 2, side, side, True), None, sheet.draw.one_of(kinds))
    sheet.done.beside |= {number, other}


def _run_over(sheet: Sheet, number: int) -> None:
    """A cross whose line runs on towards or into the next target."""
    other, draw = sheet.nearest(number, 30), sheet.draw
    if other is None:
        return
    sheet.put(number, "x")
    start, towards = np.array(sheet.places[number].middle), np.array(sheet.places[other].middle)
    end = start + (towards - start) * draw.between(0.6, 1.05)
    bend = (start + end) / 2 + draw.rng.normal(0, 0.5, 2)
    way = [(float(x), float(y)) for x, y in (start, bend, end)]
    sheet.hand.line(sheet.hand.wobbled(way, 0.2))
    sheet.done.doubtful |= {number, other}


def _annotate_names(sheet: Sheet) -> None:
    """Underline or encircle a name here and there, clear of the targets of its row."""
    draw, left = sheet.draw, sheet.paper.name in NAMES_ON_THE_LEFT
    for _ in range(int(draw.rng.poisson(0.6))):
        own = draw.one_of(sheet.places)
        (x, y), length = own.middle, draw.between(14, 28)
        in_row = [p.middle[0] for p in sheet.places if abs(p.middle[1] - y) < own.h]
        room = min([abs(other - x) - own.w for other in in_row if (other < x) == left and other != x] or [99]) - 3
        if room < 6:
            continue
        length = min(length, room)
        start = own.x - length - 2 if left else own.x + own.w + 2
        start = max(3, min(start, sheet.paper.size[0] - MARGIN_MM - length))
        if draw.chance(0.5):
            ends = [(end, y + 2.2 + draw.between(0, 0.6)) for end in (start, start + length)]
            sheet.hand.line(ends)
        else:
            sheet.hand.line(sheet.hand.loop((start + length / 2, y), (length / 2, 2.6)))


def _comment(sheet: Sheet) -> None:
    """Write something where no target is, mostly at the foot or the head."""
    draw, (w, h) = sheet.draw, sheet.paper.size
    bands = {"foot": (0.8 * h, h - 8), "head": (5.0, 20.0), "anywhere": (10.0, h - 10)}
    for _ in range(int(draw.rng.poisson(0.35))):
        length, band = draw.between(12, 45), bands[draw.one_of(list(bands))]
        for _ in range(30):
            x, y = draw.between(6, max(7, w - length - 12)), draw.between(*band)
            if not any(_touches(place, x, y, length) for place in sheet.places):
                sheet.hand.scrawl(x, y, length, draw.between(2, 3.2))
                break


def _touches(place: Place, x: float, y: float, length: float) -> bool:
    across = place.x - MARGIN_MM < x + length + 9 and place.x + place.w + MARGIN_MM > x
    return across and place.y - MARGIN_MM < y < place.y + place.h + MARGIN_MM


def aimed_choices() -> tuple[Aimed, ...]:
    return get_args(Aimed)
