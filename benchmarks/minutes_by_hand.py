"""Minutes filled in by simulated writers: numbers that keep the rules, slips of the writer, digits in boxes as read.

Digits are of MNIST's test part (writers that the weights have not seen), each set into a box on simulated paper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calibration.digits.filled_form import Glyphs
from calibration.digits.paper import own_box_crop
from calibration.digits.sources import CANVAS, canvases, load
from calibration.digits.strokes import draw_sign
from pipeline.arithmetic.fields import Field
from pipeline.arithmetic.minutes import left, of_valid, votes
from pipeline.recognize.digits.reader import CLASSES, read_digits
from pipeline.recognize.number_values import values_of_fields

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
CANDIDATES, SEATS, BOXES = 5, 3, 5
LEADING = ("_", "X", "-")
SIGNS = 2000
"""Boxes of each leading sign."""


@dataclass(frozen=True)
class Bank:
    """Readings of box crops by letter: ``chances`` (n, 15) and the glyph that each shows; -1 is no glyph."""

    chances: dict[str, NDArray[np.float64]]
    glyphs: dict[str, NDArray[np.int64]]


def read_bank(rng: np.random.Generator, views: int) -> Bank:
    """Every glyph of MNIST's test part in ``views`` boxes, and SIGNS boxes of each sign, read."""
    held = load(SHARED / "digits", "mnist-test")
    drawn = canvases(held)
    chances, glyphs = {}, {}
    for digit in range(10):
        places = np.repeat(np.flatnonzero(held.labels == digit), views)
        chances[str(digit)] = _read([own_box_crop(rng, drawn[k]) for k in places])
        glyphs[str(digit)] = places
    for sign in LEADING:
        empty = np.zeros((CANVAS, CANVAS), np.uint8)
        made = [empty if sign == "_" else draw_sign(rng, CLASSES.index(sign)) for _ in range(SIGNS)]
        chances[sign] = _read([own_box_crop(rng, canvas, sign=True) for canvas in made])
        glyphs[sign] = np.full(SIGNS, -1)
    return Bank(chances, glyphs)


def unseen_digits(rng: np.random.Generator) -> Glyphs:
    """A digit as somebody of MNIST's test part wrote it, drawn anew each time."""
    held = load(SHARED / "digits", "mnist-test")
    drawn = canvases(held)
    places = [np.flatnonzero(held.labels == digit) for digit in range(10)]
    return lambda digit: np.asarray(drawn[int(rng.choice(places[digit]))], np.uint8)


def _read(crops: Sequence[NDArray[np.uint8]]) -> NDArray[np.float64]:
    chances = np.exp(read_digits(crops).astype(np.float64))
    return np.asarray(chances / chances.sum(1, keepdims=True), np.float64)


def invented(rng: np.random.Generator) -> dict[str, int]:
    """Numbers of one voting area that keep all rules."""
    voters = int(rng.integers(300, 3000))
    voted = int(voters * rng.uniform(0.85, 1.0))
    issued = voted + int(rng.integers(0, 6))
    collected = voted - int(rng.integers(0, 4))
    invalid = int(min(collected, rng.geometric(0.05)))
    valid = collected - invalid
    split = rng.multinomial(valid, rng.dirichlet([1.0, 2.0, 8.0]))
    values = {left(k + 1): int(n) for k, n in enumerate(split)}
    names = sum((k + 1) * int(n) for k, n in enumerate(split))
    values.update(_votes(rng, names, valid))
    left_over = int(rng.integers(0, 120))
    values |= {
        "voters": voters, "voted": voted, "turnout": round(10_000 * voted / voters), "received": issued + left_over,
        "issued": issued, "left_over": left_over, "collected": collected, "valid": valid, "invalid": invalid,
        "valid_percent": round(10_000 * valid / collected), "invalid_percent": round(10_000 * invalid / collected),
        "votes_sum": names,
    }  # fmt: skip
    return values | {of_valid(c): valid for c in range(1, CANDIDATES + 1)}


def _votes(rng: np.random.Generator, names: int, valid: int) -> dict[str, int]:
    """Names left, shared out among candidates, nobody above the valid ballots."""
    while True:
        shared = rng.multinomial(names, rng.dirichlet([6.0] * CANDIDATES))
        if shared.max() <= valid:
            return {votes(c + 1): int(n) for c, n in enumerate(shared)}


def slipped(rng: np.random.Generator, values: Mapping[str, int], fields: Sequence[str]) -> dict[str, int]:
    """One number written wrong: a digit off, a carry lost, two digits swapped, a digit left out or another's number."""
    while True:
        field = fields[int(rng.integers(len(fields)))]
        digits = str(values[field])
        place = int(rng.integers(len(digits)))
        match int(rng.integers(5)):
            case 0:
                wrong = digits[:place] + str(rng.integers(10)) + digits[place + 1 :]
            case 1:
                wrong = str(max(0, values[field] + int(rng.choice([-100, -10, -1, 1, 10, 100]))))
            case 2:
                wrong = digits[:place] + digits[place : place + 2][::-1] + digits[place + 2 :]
            case 3:
                wrong = digits[:place] + digits[place + 1 :] or "0"
            case _:
                wrong = str(values[fields[int(rng.integers(len(fields)))]])
        if int(wrong) != values[field] and len(wrong) <= BOXES:
            return {**values, field: int(wrong)}


def written(
    rng: np.random.Generator, bank: Bank, values: Mapping[str, int], lead: str
) -> tuple[list[Field], dict[str, list[int]]]:
    """The fields as somebody wrote them, and the glyphs in each one's boxes."""
    boxes: list[list[dict[str, float]]] = []
    glyphs: dict[str, list[int]] = {}
    for name, value in values.items():
        letters = str(value).rjust(BOXES, lead)
        places = [int(rng.integers(len(bank.chances[letter]))) for letter in letters]
        boxes.append(
            [
                dict(zip(CLASSES, bank.chances[letter][k].tolist(), strict=True))
                for letter, k in zip(letters, places, strict=True)
            ]
        )
        glyphs[name] = [int(bank.glyphs[letter][k]) for letter, k in zip(letters, places, strict=True)]
    fields = [Field(name, *each) for name, each in zip(values, values_of_fields(boxes), strict=True)]
    return fields, glyphs
