"""Ovals and boxes to be filled: closed outlines of a target's size that are no letters and come in one size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np

from calibration.learn.strokes import Outline, Print
from pipeline.geometry import Box

WIDTHS, HEIGHTS, ASPECT = (1.9, 14.0), (1.8, 10.0), (0.85, 4.5)
"""mm: from the smallest bubbles of answer sheets to the largest boxes on posters."""
ROUND, SQUARE = 0.70, 0.925
"""Share of its rectangle that an outline encloses: a thin ellipse loses its tips to the pixels, a diamond has 0.5;
a 4 mm box with round corners has 0.95."""
THICKEST = 0.9
ONE_SIZE_MM = 0.5
"""Targets of a form are equal; scanned at 200 dpi they differ by two pixels."""
LETTER_GAP = 0.25
"""Of its height, to the next letter: an O in a word has 0.1, a word's space 0.3, a name beside its oval 0.4."""
UPRIGHT_GAP, UPRIGHT_LETTER_MM = 0.27, 4.5
"""The same in upright words, and the height of the largest capital there; labels stand further above a target."""
INK_INSIDE_MM2 = 0.15
"""Ink in the middle of a target that the others do not have; grain gives 0.05."""
FAINT = 45
BLACK_ROUND_MM, BLACK_ROUND = 1.2, 0.9
"""How far it is black round a white target, and over which share."""
ENOUGH = 3
"""So many of one size are no chance."""


@dataclass(frozen=True, slots=True)
class Target:
    """A found oval or box; ``doubt`` says why a person should look, empty where there is none."""

    kind: Literal["oval", "box"]
    box: Box
    doubt: str = ""


def targets_of(page: Print) -> tuple[list[Target], list[Target]]:
    """(taken, left out with the reason in ``doubt``)."""
    possible = [o for o in page.outlines if o.alone and _like_a_target(o)]
    possible += _white_on_black(page)
    in_words = _in_words(page, possible)
    taken: list[Target] = []
    left: list[Target] = []
    for group in _of_one_size(possible):
        words = [o for o in group if id(o) in in_words]
        free = [o for o in group if id(o) not in in_words]
        if len(free) < max(1, len(words)):
            left += [Target(_kind([o]), o.box, "part_of_a_word") for o in free]
            continue
        kind, size = _kind(free), _size(free)
        lone = "few_of_this_size" if len(free) < ENOUGH else ""
        inside = [_ink_inside(page, o.box) for o in free]
        # letters printed in most of them are no dirt
        lettered = float(np.median(inside)) >= INK_INSIDE_MM2
        usual = float(np.percentile(inside, 95) if lettered else np.median(inside)) + INK_INSIDE_MM2
        for outline, ink_mm2 in zip(free, inside, strict=True):
            uneven = "broken_outline" if not _regular(outline, kind) else ""
            doubt = "white_on_black" if outline.stroke == 0 else lone or ("ink_inside" if ink_mm2 > usual else uneven)
            taken.append(Target(kind, _centred(outline.box, size), doubt))
        left += [Target(kind, _centred(o.box, size), "part_of_a_word") for o in words]
    return _apart(taken), left


def _ink_inside(page: Print, box: Box) -> float:
    """Square millimetres of ink well inside a target: print in all of them alike, dirt or a mark in one."""
    d = page.blank.density
    inner = Box(box.x + 0.25 * box.w, box.y + 0.25 * box.h, 0.5 * box.w, 0.5 * box.h)
    y0, y1, x0, x1 = (max(0, round(v * d)) for v in (inner.y, inner.bottom, inner.x, inner.right))
    return float(cv2.countNonZero(page.ink(FAINT)[y0:y1, x0:x1]) / d**2)


def _white_on_black(page: Print) -> list[Outline]:
    """White shapes of a target's form on black: blank inside, unlike a letter, and with black all around."""
    found = []
    d, ink = page.blank.density, page.ink()
    for outline in page.outlines:
        # their own edge is the target's, not the middle of a line
        bare = replace(outline, box=outline.box.grown(-outline.stroke / 2), stroke=0.0)
        if outline.alone or not _like_a_target(bare):
            continue
        box = bare.box
        middle = Box(box.x + 0.2 * box.w, box.y + 0.2 * box.h, 0.6 * box.w, 0.6 * box.h)
        around = box.grown(BLACK_ROUND_MM)
        y0, y1, x0, x1 = (max(0, round(v * d)) for v in (around.y, around.bottom, around.x, around.right))
        ring = ink[y0:y1, x0:x1].copy()
        a0, a1, b0, b1 = (round(v * d) for v in (box.y, box.bottom, box.x, box.right))
        ring[max(0, a0 - y0 - 1) : a1 - y0 + 2, max(0, b0 - x0 - 1) : b1 - x0 + 2] = 2
        outside = ring[ring < 2]
        y0, y1, x0, x1 = (max(0, round(v * d)) for v in (middle.y, middle.bottom, middle.x, middle.right))
        blank = cv2.countNonZero(ink[y0:y1, x0:x1]) == 0
        if blank and outside.size and float(outside.mean()) > BLACK_ROUND:
            found.append(bare)
    return found if len(found) >= ENOUGH else []


def _like_a_target(outline: Outline) -> bool:
    box = outline.box
    return (
        WIDTHS[0] <= box.w <= WIDTHS[1]
        and HEIGHTS[0] <= box.h <= HEIGHTS[1]
        and ASPECT[0] <= box.w / box.h <= ASPECT[1]
        and outline.fill >= ROUND
        and outline.stroke <= THICKEST
    )


def _of_one_size(outlines: Sequence[Outline]) -> list[list[Outline]]:
    left, groups = list(outlines), []
    while left:
        grouped = [[b for b in left if _near(a.box, b.box) and _kind([a]) == _kind([b])] for a in left]
        largest = max(grouped, key=len)
        groups.append(largest)
        taken = set(map(id, largest))
        left = [o for o in left if id(o) not in taken]
    return groups


def _near(a: Box, b: Box) -> bool:
    return abs(a.w - b.w) <= ONE_SIZE_MM and abs(a.h - b.h) <= ONE_SIZE_MM


def _kind(outlines: Sequence[Outline]) -> Literal["oval", "box"]:
    return "box" if float(np.median([o.fill for o in outlines])) >= SQUARE else "oval"


def _regular(outline: Outline, kind: str) -> bool:
    return outline.fill >= SQUARE - 0.02 if kind == "box" else ROUND + 0.04 <= outline.fill < SQUARE + 0.02


def _size(outlines: Sequence[Outline]) -> tuple[float, float]:
    return float(np.median([o.box.w for o in outlines])), float(np.median([o.box.h for o in outlines]))


def _centred(box: Box, size: tuple[float, float]) -> Box:
    x, y = box.centre
    return Box(round(x - size[0] / 2, 3), round(y - size[1] / 2, 3), round(size[0], 3), round(size[1], 3))


def _apart(targets: list[Target]) -> list[Target]:
    """Without the smaller of two that lie on each other: a bubble's printed letter has a hole as well."""
    kept: list[Target] = []
    for target in sorted(targets, key=lambda t: -t.box.w * t.box.h):
        if not any(target.box.grown(-0.05).overlaps(other.box) for other in kept):
            kept.append(target)
    return _by_rows(kept)


def _by_rows(targets: Sequence[Target]) -> list[Target]:
    """Row by row and left to right, whatever a pixel more or less makes of their heights."""
    left, ordered = sorted(targets, key=lambda t: t.box.centre[1]), list[Target]()
    while left:
        first = left[0].box
        row = [t for t in left if t.box.centre[1] - first.centre[1] < 0.5 * first.h]
        ordered += sorted(row, key=lambda t: t.box.x)
        left = left[len(row) :]
    return ordered


def _in_words(page: Print, outlines: Sequence[Outline]) -> set[int]:
    """Ids of outlines with a letter close beside them."""
    d = page.blank.density
    ink = page.ink()
    found = set()
    for outline in outlines:
        box = outline.box
        top, bottom = round((box.y + 0.15 * box.h) * d), round((box.bottom - 0.15 * box.h) * d)
        gap = max(0.3, LETTER_GAP * box.h)
        half = outline.stroke / 2 + 0.25
        for x0, x1 in ((box.x - half - gap, box.x - half), (box.right + half, box.right + half + gap)):
            strip = ink[max(0, top) : bottom, max(0, round(x0 * d)) : max(0, round(x1 * d))]
            # a rule beside the target goes past it above and below; a letter is as high as it
            beyond = ink[
                max(0, round((box.y - 1.5) * d)) : max(0, round((box.y - 0.5) * d)),
                max(0, round(x0 * d)) : max(0, round(x1 * d)),
            ]
            if cv2.countNonZero(strip) > 0.12 * strip.size and cv2.countNonZero(beyond) < 0.05 * max(1, beyond.size):
                found.add(id(outline))
        if _in_upright_word(page, outline, outlines):
            found.add(id(outline))
    return found


def _in_upright_word(page: Print, outline: Outline, outlines: Sequence[Outline]) -> bool:
    """Whether a letter stands close above or below it, as in a word that is printed upright; a rule goes on beside."""
    d, box = page.blank.density, outline.box
    high = max(box.w, box.h)
    if high > UPRIGHT_LETTER_MM:
        return False
    gap, half = UPRIGHT_GAP * high, outline.stroke / 2 + 0.25
    for y0 in (box.y - half - gap, box.bottom + half):
        strip = Box(box.x + 0.15 * box.w, y0, 0.7 * box.w, gap)
        beside = (Box(box.x - 2.5, y0, 1.5, gap), Box(box.right + 1.0, y0, 1.5, gap))
        if any(o is not outline and o.box.overlaps(strip) for o in outlines):
            continue
        if _share(page, strip, d) > 0.12 and all(_share(page, aside, d) < 0.05 for aside in beside):
            return True
    return False


def _share(page: Print, box: Box, density: float) -> float:
    y0, y1, x0, x1 = (max(0, round(v * density)) for v in (box.y, box.bottom, box.x, box.right))
    part = page.ink()[y0:y1, x0:x1]
    return cv2.countNonZero(part) / part.size if part.size else 0.0
