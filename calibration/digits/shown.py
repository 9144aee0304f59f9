"""What the networks are shown: pictures drawn by shares from all sources, distorted, set into boxes, in batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.digits.distort import distorted, nearly_plain
from calibration.digits.hands import barred, flagged
from calibration.digits.paper import box_crop, box_size
from calibration.digits.sources import CANVAS, Canvases, Labels
from calibration.digits.strokes import BLOB, DASH, DOT, EMPTY, X, draw_digit, draw_sign
from pipeline.recognize.digits.box import box_inks
from pipeline.recognize.digits.normal_form import INK, SIDE, normal_form, normal_forms

Pictures = NDArray[np.uint8]
Pool = dict[str, tuple[Canvases, Labels]]
"""Canvases and labels by source."""

BATCH = 128


@dataclass(frozen=True, slots=True)
class Diet:
    """What one network is shown.

    ``shares``: parts of each batch, plain (MNIST a little moved and no more), mnist (as paper and scanners leave it),
    others (the smaller sources together), drawn (digits drawn from strokes) and signs (that are no digits); ``most``:
    strongest distortion at the beginning and at the end, sinking over the second half of the training; ``in_boxes``:
    share of all but the plain ones that is set into a box on simulated paper and cut out again as a form's boxes are;
    of signs twice.
    """

    shares: dict[str, float]
    most: tuple[float, float]
    in_boxes: float


DIETS = {
    "first": Diet({"plain": 0.55, "mnist": 0.2, "others": 0.08, "drawn": 0.05, "signs": 0.12}, (0.9, 0.3), 0.35),
    "second": Diet({"plain": 0.0, "mnist": 0.56, "others": 0.18, "drawn": 0.13, "signs": 0.13}, (1.25, 0.5), 0.2),
}
"""The first network mostly sees digits as their writers left them, the second what paper and hands do to them: brought
up apart they err at different digits, and less together than two networks that were shown the same."""
STRONGEST = 1.25
"""Distortion of signs, at the most."""
SIGNS = (X, X, DASH, DOT, BLOB, EMPTY, EMPTY)
BARRED, FLAGGED = 0.2, 0.15
"""Shares of the sevens that get a bar and of the ones that get a flag."""
LEFT_IN_BOXES = 0.6
"""Share of the empty boxes that are shown by what paper and form left in them."""
TRIES, LONG = 4, 2.2
"""Empty boxes made for each that is wanted, as most leave nothing; longer over thinner from which what is left looks
like a plain 1, which the normal form cannot tell from it."""
GROUP, SIZES = 1024, 5
"""Pictures made together, and sizes of crop among them: crops of one size are prepared together."""
AGAIN = 0.5
"""Share of each batch that was shown once before, then as it was, now moved by a pixel: distorting costs as much as a
step of the training."""
KEPT_BATCHES = 150
"""So many batches back lie what is shown again, about."""
CHUNK = 500
"""Batches after which random numbers begin anew, so that a run can be taken up there."""


@dataclass(slots=True)
class _Wanted:
    """One picture to be made: its canvas and label; ``sign``: its canvas is the box; ``plain``: as its writer left it,
    nearly."""

    canvas: NDArray[np.uint8]
    label: int
    sign: bool = False
    plain: bool = False


def _wanted(rng: np.random.Generator, pool: Pool, shares: dict[str, float]) -> Iterator[_Wanted]:
    """Canvases without end."""
    others = [name for name in pool if not name.startswith("mnist")]
    mnist = [name for name in pool if name.startswith("mnist")]
    sizes = np.array([len(pool[name][1]) for name in mnist], float)
    kinds = list(shares)
    while True:
        match kinds[int(rng.choice(len(kinds), p=list(shares.values())))]:
            case "drawn":
                digit = int(rng.integers(10))
                yield _Wanted(draw_digit(rng, digit), digit)
            case "signs":
                sign = int(rng.choice(SIGNS))
                yield _Wanted(draw_sign(rng, sign), sign, sign=True)
            case source:
                names, weights = (others, np.ones(len(others))) if source == "others" else (mnist, sizes)
                drawn, labels = pool[names[int(rng.choice(len(names), p=weights / weights.sum()))]]
                place = int(rng.integers(len(labels)))
                canvas, digit = drawn[place], int(labels[place])
                if source == "plain":
                    yield _Wanted(canvas, digit, plain=True)
                else:
                    yield _Wanted(_in_a_hand(rng, canvas, digit), digit)


def _in_a_hand(rng: np.random.Generator, canvas: NDArray[np.uint8], digit: int) -> NDArray[np.uint8]:
    if digit == 7 and rng.random() < BARRED:
        return barred(rng, canvas)
    if digit == 1 and rng.random() < FLAGGED:
        return flagged(rng, canvas)
    return canvas


def _group(
    rng: np.random.Generator, wanted: Iterator[_Wanted], most: float, in_boxes: float
) -> list[tuple[Pictures, int]]:
    """GROUP pictures with their labels; ``most``: how strongly they are distorted at the most."""
    sizes = [box_size(rng) for _ in range(SIZES)]
    out: list[tuple[Pictures, int]] = []
    boxed: list[tuple[Pictures, int]] = []
    left = 0
    for _ in range(GROUP):
        one = next(wanted)
        if one.plain:
            out.append((nearly_plain(rng, one.canvas), one.label))
        elif one.label == EMPTY and rng.random() < LEFT_IN_BOXES:
            left += 1
        elif rng.random() < in_boxes * (1 + one.sign):
            canvas = np.zeros((CANVAS, CANVAS), np.uint8) if one.label == EMPTY else one.canvas
            size = sizes[int(rng.integers(SIZES))]
            boxed.append((box_crop(rng, canvas, sign=one.sign, legible=True, size=size), one.label))
        else:
            out.append((distorted(rng, one.canvas, box=one.sign, most=STRONGEST if one.sign else most), one.label))
    inks = box_inks([crop for crop, _ in boxed])
    forms = normal_forms([(box.ink, box.bounds, min(box.ink.shape)) for box in inks])
    out += [(form, label) for form, (_, label) in zip(forms, boxed, strict=True)]
    out += [(form, EMPTY) for form in _left_in_empty_boxes(rng, left, sizes)]
    return [out[k] for k in rng.permutation(len(out))]


def _left_in_empty_boxes(rng: np.random.Generator, count: int, sizes: list[tuple[int, int]]) -> list[Pictures]:
    """What ``count`` empty boxes on patterned, stained, lined paper leave in normal form; most often something.

    Not what is long and thin: in normal form, where the box is not seen any more, that is a plain 1.
    """
    blank = np.zeros((CANVAS, CANVAS), np.uint8)
    crops = [box_crop(rng, blank, sign=True, size=sizes[int(rng.integers(SIZES))]) for _ in range(TRIES * count)]
    seen: list[Pictures] = []
    for box in box_inks(crops):
        if len(seen) == count or box.bounds is None:
            continue
        (_, sides, _) = cv2.minAreaRect(np.argwhere(box.ink > INK * box.ink.max()).astype(np.float32))
        if max(sides) <= LONG * min(sides):
            seen.append(normal_form(box.ink, min(box.ink.shape)))
    return seen + [np.zeros((SIDE, SIDE), np.uint8)] * (count - len(seen))


def batches(pool: Pool, diet: Diet, seed: int, steps: int, done: int) -> Iterator[tuple[Pictures, NDArray[np.int64]]]:
    """The batches of a training of ``steps`` steps after the first ``done`` (a multiple of CHUNK).

    Half of each are new pictures, half were shown once before and are moved by up to a pixel.
    """
    seen: list[tuple[Pictures, int]] = []
    keep = round(KEPT_BATCHES * BATCH * AGAIN)
    for first in range(done, steps, CHUNK):
        rng = np.random.default_rng([seed, first])
        wanted = _wanted(rng, pool, diet.shares)
        most = float(np.interp(first / steps, [0.5, 1.0], diet.most))
        made: list[tuple[Pictures, int]] = []
        for _ in range(min(CHUNK, steps - first)):
            old = _shown_again(rng, seen) if len(seen) >= keep else []
            while len(made) < BATCH - len(old):
                made += _group(rng, wanted, most, diet.in_boxes)
            new, made = made[: BATCH - len(old)], made[BATCH - len(old) :]
            seen += new
            pairs = [*new, *old]
            yield np.stack([p for p, _ in pairs]), np.array([label for _, label in pairs], np.int64)


def _shown_again(rng: np.random.Generator, seen: list[tuple[Pictures, int]]) -> list[tuple[Pictures, int]]:
    """Take some out of ``seen``, each moved by up to a pixel."""
    out = []
    for place in sorted(rng.choice(len(seen), round(BATCH * AGAIN), replace=False).tolist(), reverse=True):
        picture, label = seen[place]
        seen[place] = seen[-1]
        seen.pop()
        down, across = (int(n) for n in rng.integers(-1, 2, 2))
        out.append((np.roll(picture, (down, across), (0, 1)), label))
    return out
