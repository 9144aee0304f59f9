"""Whole forms: digits and sums together, on simulated minutes and on real result forms; and the same without sums.

    python benchmarks/joint.py simulated [--forms 30000] [--seed 1] [--prescribed]
    python benchmarks/joint.py real
    python benchmarks/joint.py speed

``simulated``: minutes of 25 number fields, digits of MNIST's test part (writers that the weights have not seen), each
set into boxes on simulated paper; 5 % of the forms with one slip of the writer. Glyphs repeat, so the bound is
bootstrapped by glyph. ``real``: the 2019 forms of the shared folder, which nothing is trained or tuned on.
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import collections
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.digits.paper import own_box_crop
from calibration.digits.sources import CANVAS, canvases, load
from calibration.digits.strokes import draw_sign
from pipeline.arithmetic.decide import Decision, Limits, decide_form
from pipeline.arithmetic.fields import Field, from_boxes
from pipeline.arithmetic.minutes import left, minutes_fields, minutes_rules, of_valid, votes
from pipeline.arithmetic.rules import AtMostRule, Rule, total
from pipeline.recognize.digits.reader import CLASSES, read_digits
from pipeline.recognize.numbers import read_numbers

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
CANDIDATES, SEATS, BOXES = 5, 3, 5
SLIPS = 0.05
LEADING = ("_", "X", "-")


@dataclass(frozen=True)
class Bank:
    """Readings of box crops by letter: ``logs`` (n, 15) and the glyph that each shows."""

    logs: dict[str, NDArray[np.float64]]
    glyphs: dict[str, NDArray[np.int64]]


def read_bank(rng: np.random.Generator, views: int) -> Bank:
    """Every glyph of MNIST's test part in ``views`` boxes, and 2,000 boxes of each sign, read."""
    held = load(SHARED / "digits", "mnist-test")
    drawn = canvases(held)
    logs, glyphs = {}, {}
    for digit in range(10):
        places = np.repeat(np.flatnonzero(held.labels == digit), views)
        logs[str(digit)] = _read([own_box_crop(rng, drawn[k]) for k in places])
        glyphs[str(digit)] = places
    for sign in LEADING:
        empty = np.zeros((CANVAS, CANVAS), np.uint8)
        made = [empty if sign == "_" else draw_sign(rng, CLASSES.index(sign)) for _ in range(2000)]
        logs[sign] = _read([own_box_crop(rng, canvas, sign=True) for canvas in made])
        glyphs[sign] = np.full(2000, -1)
    return Bank(logs, glyphs)


def _read(crops: Sequence[NDArray[np.uint8]]) -> NDArray[np.float64]:
    chances = np.exp(read_digits(crops).astype(np.float64))
    return chances / chances.sum(1, keepdims=True)


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


def slipped(rng: np.random.Generator, values: dict[str, int], fields: Sequence[str]) -> dict[str, int]:
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
            return values | {field: int(wrong)}


def written(rng: np.random.Generator, bank: Bank, name: str, value: int, lead: str) -> tuple[Field, list[int]]:
    """A field as somebody wrote it, and the glyphs in its boxes."""
    boxes, glyphs = [], []
    for letter in str(value).rjust(BOXES, lead):
        place = int(rng.integers(len(bank.logs[letter])))
        boxes.append(dict(zip(CLASSES, bank.logs[letter][place], strict=True)))
        glyphs.append(int(bank.glyphs[letter][place]))
    return from_boxes(name, boxes), glyphs


@dataclass
class Tally:
    """What happened over all forms; ``blamed``: wrong accepted fields by the glyphs in their boxes."""

    fields_of_consistent: int = 0
    accepted_of_consistent: int = 0
    accepted: int = 0
    wrong: int = 0
    slips: int = 0
    slips_told: int = 0
    slips_repaired: int = 0
    false_alarms: int = 0
    without_sums: int = 0
    without_sums_wrong: int = 0
    milliseconds: float = 0.0


def simulated(forms: int, seed: int, prescribed: bool, views: int, limits: Limits) -> None:
    rng = np.random.default_rng(seed)
    bank = read_bank(rng, views)
    ids = minutes_fields(CANDIDATES, SEATS, prescribed=prescribed)
    rules = minutes_rules(CANDIDATES, SEATS, prescribed=prescribed)
    tally, blamed = Tally(), []
    reasons: collections.Counter[str] = collections.Counter()
    used: collections.Counter[int] = collections.Counter()
    for _ in range(forms):
        values = invented(rng)
        slip = rng.random() < SLIPS
        if slip:
            values = slipped(rng, values, ids)
        holds = all(r.holds(values) for r in rules)
        lead = LEADING[int(rng.choice(3, p=[0.6, 0.2, 0.2]))]
        pairs = [written(rng, bank, name, values[name], lead) for name in ids]
        began = time.process_time()
        decision = decide_form([field for field, _ in pairs], rules, limits)
        tally.milliseconds += 1000 * (time.process_time() - began)
        wrong = _score(tally, decision, [f for f, _ in pairs], values, holds)
        reasons.update(a.reason for a in decision.asked if holds)
        of = dict(zip(ids, pairs, strict=True))
        blamed += [g for name in wrong for g in of[name][1] if g >= 0]
        used.update(g for _, glyphs in pairs for g in glyphs if g >= 0)
    _report(tally, reasons, blamed, used, rng, len(ids), forms)


def _score(tally: Tally, decision: Decision, fields: Sequence[Field], values: dict[str, int], holds: bool) -> list[str]:
    """Count one form; returns the fields accepted with another value than was written."""
    wrong = [a.field for a in decision.accepted if (a.value or 0) != values[a.field]]
    tally.accepted += len(decision.accepted)
    tally.wrong += len(wrong)
    if holds:
        tally.fields_of_consistent += len(fields)
        tally.accepted_of_consistent += len(decision.accepted)
        tally.false_alarms += bool(decision.broken)
    else:
        tally.slips += 1
        tally.slips_told += bool(decision.broken)
        tally.slips_repaired += bool(wrong)
    alone = [f for f in fields if 1 - f.values[0][1] <= Limits().risk]
    tally.without_sums += len(alone)
    tally.without_sums_wrong += sum((f.read or 0) != values[f.id] for f in alone)
    return wrong


def _report(
    tally: Tally, reasons: collections.Counter[str], blamed: list[int], used: collections.Counter[int],
    rng: np.random.Generator, per_form: int, forms: int,
) -> None:  # fmt: skip
    print(f"{forms} forms of {per_form} fields; joint decision {tally.milliseconds / forms:.1f} ms of processor a form")
    share = tally.accepted_of_consistent / tally.fields_of_consistent
    print(f"fields of forms that add up: {tally.fields_of_consistent}, accepted {share:.2%}; asked: {dict(reasons)}")
    print(f"forms that add up, said to be broken: {tally.false_alarms}")
    print(f"accepted: {tally.accepted}, wrong: {tally.wrong}")
    guilty = collections.Counter(blamed)
    weights = rng.poisson(1.0, (2000, len(guilty))) if guilty else np.zeros((1, 1))
    resampled = weights @ np.array(list(guilty.values())) if guilty else np.zeros(1)
    bound = float(np.quantile(resampled, 0.95)) if guilty else 3.0 * max(used.values()) / 1
    print(f"95 % bound on wrong accepted, resampled by glyph: {bound / max(tally.accepted, 1):.2e}")
    print(f"forms with a slip: {tally.slips}, flagged: {tally.slips_told}, repaired in silence: {tally.slips_repaired}")
    print(f"without sums: accepted {tally.without_sums}, wrong {tally.without_sums_wrong}")


def real() -> None:
    folder = SHARED / "forms" / "c1_2019"
    cells = json.loads((folder / "cells.json").read_text("utf-8"))
    forms = json.loads((folder / "forms.json").read_text("utf-8"))
    with np.load(folder / "cells.npz", allow_pickle=False) as kept:
        crops: dict[tuple[int, str], list[NDArray[np.uint8]]] = collections.defaultdict(list)
        for cell, name in zip(cells, kept, strict=True):
            crops[cell["form"], cell["field"]].append(kept[name])
    rules: list[Rule] = [
        total("valid", ("c01", "c02"), "valid"),
        total("total", ("valid", "invalid"), "total"),
        AtMostRule("order", "valid", "total"),
    ]
    for form in forms:
        readings = read_numbers([crops[form["form"], name] for name in form["fields"]])
        fields = [from_boxes(name, seen.boxes) for name, seen in zip(form["fields"], readings, strict=True)]
        decision = decide_form(fields, rules)
        wrong = [a.field for a in decision.accepted if (a.value or 0) != form["values"][a.field]]
        alone = [f for f in fields if 1 - f.values[0][1] <= Limits().risk]
        alone_wrong = [f.id for f in alone if (f.read or 0) != form["values"][f.id]]
        said = "adds up" if form["sum_ok"] and form["total_ok"] else "does not add up"
        print(f"form {form['form']} {said}, read {[f.read for f in fields]}")
        print(
            f"  accepted {len(decision.accepted)} of 5, wrong {wrong}; without sums {len(alone)}, wrong {alone_wrong}"
        )
        print(f"  asked {[(a.field, a.reason) for a in decision.asked]}")
        print(f"  broken {[(b.code, b.off) for b in decision.broken]}")


def speed() -> None:
    """40 fields of five digits in eight sums, in two of which a digit is doubtful."""
    rng = np.random.default_rng(3)
    values = {f"part_{k}": int(rng.integers(10, 3000)) for k in range(32)}
    rules: list[Rule] = []
    for row in range(8):
        parts = tuple(f"part_{k}" for k in range(4 * row, 4 * row + 4))
        values[f"sum_{row}"] = sum(values[p] for p in parts)
        rules.append(total("R9", parts, f"sum_{row}"))
    bank = read_bank(rng, 1)
    spent = []
    for _ in range(60):
        fields = [written(rng, bank, name, value, "_")[0] for name, value in values.items()]
        began = time.process_time()
        decide_form(fields, rules)
        spent.append(1000 * (time.process_time() - began))
    print(f"joint decision, {len(values)} fields: median {np.median(spent):.1f} ms, slowest {max(spent):.1f} ms")


def main() -> None:
    cv2.setNumThreads(1)
    parser = argparse.ArgumentParser(description=__doc__)
    what = parser.add_subparsers(dest="what", required=True)
    of_simulated = what.add_parser("simulated")
    of_simulated.add_argument("--forms", type=int, default=30_000)
    of_simulated.add_argument("--seed", type=int, default=1)
    of_simulated.add_argument("--views", type=int, default=3)
    of_simulated.add_argument("--prescribed", action="store_true")
    of_simulated.add_argument("--risk", type=float, default=Limits().risk)
    what.add_parser("real")
    what.add_parser("speed")
    given = parser.parse_args()
    match given.what:
        case "simulated":
            simulated(given.forms, given.seed, given.prescribed, given.views, Limits(risk=given.risk))
        case "real":
            real()
        case _:
            speed()


if __name__ == "__main__":
    main()
