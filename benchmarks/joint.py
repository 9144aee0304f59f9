"""Whole forms: digits and sums together, on simulated minutes and on real result forms; and the same without sums.

    python benchmarks/joint.py simulated RESULTS.jsonl [--shards 30] [--first-seed 4300] [--minutes 20] [--prescribed]
    python benchmarks/joint.py real
    python benchmarks/joint.py speed

``simulated``: minutes of 25 number fields, digits of MNIST's test part (writers that the weights have not seen), each
set into boxes on simulated paper; 5 % of the forms with one slip of the writer. A shard is 1,000 forms and follows from
its seed; it is one line of RESULTS.jsonl, and shards that stand there are not run again. Lines of another reader,
another decision or other forms are refused. Glyphs repeat, so the bound is bootstrapped by glyph. ``real``: the 2019
forms of the shared folder, which nothing is trained or tuned on.
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import collections
import hashlib
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path[:0] = [str(Path(__file__).parents[1])]

from benchmarks.minutes_by_hand import CANDIDATES, LEADING, SEATS, SHARED, invented, read_bank, slipped, written
from pipeline.arithmetic.decide import Decision, Limits, decide_form
from pipeline.arithmetic.fields import Field, from_boxes
from pipeline.arithmetic.minutes import minutes_fields, minutes_rules
from pipeline.arithmetic.rules import AtMostRule, Rule, total
from pipeline.recognize.numbers import read_numbers

SLIPS = 0.05
FORMS = 1000
"""Forms of a shard."""
ROOT = Path(__file__).parents[1]
READER = ("pipeline/arithmetic", "pipeline/recognize/digits", "pipeline/recognize/number_values.py")
PAPER = ("calibration/digits/paper.py", "calibration/digits/strokes.py", "benchmarks/minutes_by_hand.py")
"""What reads and decides, weights and all; what draws the forms."""


def _digest(places: Sequence[str]) -> str:
    found = hashlib.sha256()
    for place in places:
        path = ROOT / place
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.suffix in (".py", ".onnx"):
                found.update(f"{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    return found.hexdigest()[:16]


def head_of(limits: Limits, prescribed: bool, forms: int) -> dict[str, Any]:
    """What a line is of; only lines in which all of it is the same are added up."""
    made_by = {"reader": _digest(READER), "paper": _digest(PAPER)}
    return made_by | {"limits": asdict(limits), "prescribed": prescribed, "forms": forms}


def shard(seed: int, head: dict[str, Any]) -> dict[str, Any]:
    """Counts of one shard. ``used``: how often each glyph was; ``blamed``: glyphs in the boxes of wrong fields."""
    rng = np.random.default_rng(seed)
    limits, prescribed = Limits(**head["limits"]), head["prescribed"]
    bank = read_bank(rng, 1)
    ids = minutes_fields(CANDIDATES, SEATS, prescribed=prescribed)
    rules = minutes_rules(CANDIDATES, SEATS, prescribed=prescribed)
    counts: collections.Counter[str] = collections.Counter()
    reasons: collections.Counter[str] = collections.Counter()
    used: collections.Counter[int] = collections.Counter()
    blamed: list[int] = []
    spent = 0.0
    for _ in range(head["forms"]):
        all_values = invented(rng)
        values = {name: all_values[name] for name in ids}
        if rng.random() < SLIPS:
            values = slipped(rng, values, ids)
        holds = all(r.holds(values) for r in rules)
        fields, glyphs = written(rng, bank, values, LEADING[int(rng.choice(3, p=[0.6, 0.2, 0.2]))])
        began = time.process_time()
        decision = decide_form(fields, rules, limits)
        spent += time.process_time() - began
        wrong = _score(counts, decision, fields, values, holds)
        reasons.update(a.reason for a in decision.asked if holds)
        blamed += [g for name in wrong for g in glyphs[name] if g >= 0]
        used.update(g for of_field in glyphs.values() for g in of_field if g >= 0)
    found = {"seed": seed, "counts": dict(counts), "reasons": dict(reasons), "blamed": blamed}
    return head | found | {"most_used": max(used.values()), "seconds": round(spent, 2)}


def _score(
    counts: collections.Counter[str], decision: Decision, fields: list[Field], values: dict[str, int], holds: bool
) -> list[str]:
    """Count one form; returns the fields accepted with another value than was written."""
    wrong = [a.field for a in decision.accepted if (a.value or 0) != values[a.field]]
    counts["accepted"] += len(decision.accepted)
    counts["wrong"] += len(wrong)
    if holds:
        counts["forms that add up"] += 1
        counts["fields that add up"] += len(fields)
        counts["accepted of them"] += len(decision.accepted)
        counts["said to be broken"] += bool(decision.broken)
    else:
        counts["slips"] += 1
        counts["slips told"] += bool(decision.broken)
        counts["slips repaired"] += bool(wrong)
    alone = [f for f in fields if 1 - f.values[0][1] <= Limits().risk]
    counts["without sums"] += len(alone)
    counts["without sums, wrong"] += sum((f.read or 0) != values[f.id] for f in alone)
    return wrong


def simulated(results: Path, seeds: range, head: dict[str, Any], minutes: float) -> None:
    """Run the shards that ``results`` does not hold, none begun after so many minutes; then print the sum of all."""
    lines = [json.loads(line) for line in results.read_text("utf-8").splitlines()] if results.exists() else []
    for line in lines:
        other = {name: line.get(name) for name in head if line.get(name) != head[name]}
        if other:
            raise SystemExit(f"{results}: seed {line.get('seed')} was made with {other}, now it is {head}")
    until = time.time() + 60 * minutes
    for seed in seeds:
        if time.time() > until:
            break
        if any(line["seed"] == seed for line in lines):
            continue
        lines.append(shard(seed, head))
        with results.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(lines[-1]) + "\n")
        print(seed, lines[-1]["counts"], file=sys.stderr, flush=True)
    if lines:
        _report(lines)


def _report(lines: list[dict[str, Any]]) -> None:
    counts: collections.Counter[str] = collections.Counter()
    reasons: collections.Counter[str] = collections.Counter()
    for line in lines:
        counts.update(line["counts"])
        reasons.update(line["reasons"])
    forms = sum(line["forms"] for line in lines)
    print(f"{forms} forms; joint decision {1000 * sum(line['seconds'] for line in lines) / forms:.1f} ms a form")
    for name, count in counts.items():
        print(f"{name:22} {count}")
    share = counts["accepted of them"] / max(counts["fields that add up"], 1)
    asked = {name: f"{n / max(counts['fields that add up'], 1):.2%}" for name, n in reasons.most_common()}
    print(f"of fields of forms that add up accepted {share:.2%}; asked {asked}")
    guilty = collections.Counter(g for line in lines for g in line["blamed"])
    if guilty:
        weights = np.random.default_rng(1).poisson(1.0, (2000, len(guilty)))
        bound = float(np.quantile(weights @ np.array(list(guilty.values())), 0.95))
    else:  # every use of the three most used glyphs at the worst: none of as many was wrong
        bound = 3.0 * sum(line["most_used"] for line in lines)
    print(f"95 % bound on wrong accepted, by glyph: {bound / max(counts['accepted'], 1):.2e}")


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
        fields, _ = written(rng, bank, values, "_")
        began = time.process_time()
        decide_form(fields, rules)
        spent.append(1000 * (time.process_time() - began))
    print(f"joint decision, {len(values)} fields: median {np.median(spent):.1f} ms, slowest {max(spent):.1f} ms")


def main() -> None:
    cv2.setNumThreads(1)
    parser = argparse.ArgumentParser(description=__doc__)
    what = parser.add_subparsers(dest="what", required=True)
    of_simulated = what.add_parser("simulated")
    of_simulated.add_argument("results", type=Path)
    of_simulated.add_argument("--shards", type=int, default=30)
    of_simulated.add_argument("--first-seed", type=int, default=4300)
    of_simulated.add_argument("--forms", type=int, default=FORMS, help="a shard")
    of_simulated.add_argument("--minutes", type=float, default=1e6, help="begin no shard after so many minutes")
    of_simulated.add_argument("--prescribed", action="store_true")
    of_simulated.add_argument("--risk", type=float, default=Limits().risk)
    what.add_parser("real")
    what.add_parser("speed")
    given = parser.parse_args()
    match given.what:
        case "simulated":
            seeds = range(given.first_seed, given.first_seed + given.shards)
            head = head_of(Limits(risk=given.risk), given.prescribed, given.forms)
            simulated(given.results, seeds, head, given.minutes)
        case "real":
            real()
        case _:
            speed()


if __name__ == "__main__":
    main()
