"""Ovals and boxes to be filled: closed outlines of a target's size that are no letters and come in one size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
INK_INSIDE_MM2 = 0.15
"""Ink in the middle of a target that the others do not have; grain gives 0.05."""
FAINT = 45
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
        usual = float(np.median(inside)) + INK_INSIDE_MM2
        for outline, ink_mm2 in zip(free, inside, strict=True):
            uneven = "broken_outline" if not _regular(outline, kind) else ""
            doubt = lone or ("ink_inside" if ink_mm2 > usual else uneven)
            taken.append(Target(kind, _centred(outline.box, size), doubt))
        left += [Target(kind, _centred(o.box, size), "part_of_a_word") for o in words]
    return _apart(taken), left


def _ink_inside(page: Print, box: Box) -> float:
    """Square millimetres of ink well inside a target: print in all of them alike, dirt or a mark in one."""
    d = page.blank.density
    inner = Box(box.x + 0.25 * box.w, box.y + 0.25 * box.h, 0.5 * box.w, 0.5 * box.h)
    y0, y1, x0, x1 = (max(0, round(v * d)) for v in (inner.y, inner.bottom, inner.x, inner.right))
    return float(cv2.countNonZero(page.ink(FAINT)[y0:y1, x0:x1]) / d**2)


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
    return found
