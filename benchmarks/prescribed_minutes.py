"""The prescribed minutes (Mẫu 23) filled in by hand on their dots: printed, written on, scanned askew, read, decided.

    python -m benchmarks.prescribed_minutes [--minutes 40] [--seed 1]

Digits of MNIST's test part, which the weights have not seen; the paper is simulated. The three pages of a minutes go
through ``kiemphieu sheets``' way one by one and are decided together. One in ten has a slip of the writer.
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import collections
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np

from benchmarks.count_forms import SLIPS, invented
from benchmarks.minutes_by_hand import slipped, unseen_digits
from calibration.digits.filled_form import filled, laid_askew
from pipeline.election.load import load_election
from pipeline.geometry import pixels_per_mm
from pipeline.recognize.read import read_raw
from pipeline.recognize.reading import WrittenReading
from pipeline.review.numbers import decide_numbers, rules_of
from pipeline.review.profile import default_profile
from pipeline.scan.decode import decode_pages
from pipeline.scan.page import PageSource, RawPage, Rejection
from pipeline.scan.prepare import PreparedForm, grey_of, prepared_side
from pipeline.usecases.blank_minutes import blank_minutes_of
from pipeline.usecases.count_sheets import MACHINE_KEYS_FROM

SIGNED = ("sign_witness_1", "sign_witness_2", "sign_secretary", "sign_leader")


def main() -> None:
    cv2.setNumThreads(1)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    glyph = unseen_digits(rng)
    election = load_election(Path(str(files("kiemphieu") / "example")))
    content, form = blank_minutes_of(election, "xa", "kv1", trial=False)
    blanks = [page for page in decode_pages(content, form.id, "") if isinstance(page, RawPage)]
    sides = tuple(
        prepared_side(form.id, side, [(grey_of(page), pixels_per_mm(page.dpi or 200.0))])
        for side, page in zip(form.sides, blanks, strict=True)
    )
    prepared, rules = PreparedForm(form, sides, ""), rules_of(form)
    limits = default_profile().numbers
    names = [f.id for side in form.sides for f in side.fields if f.kind == "number"]
    people = sum(name.startswith("votes_") for name in names)
    counts: collections.Counter[str] = collections.Counter()
    signatures: collections.Counter[str] = collections.Counter()
    for _ in range(given.minutes):
        figures = invented(rng, 5, people)
        figures |= {f"of_valid_{i}": figures["valid"] for i in range(1, people + 1)}
        values = {name: figures[name] for name in names}
        if rng.random() < SLIPS:
            values = slipped(rng, values, names)
        signs = {name: bool(rng.random() < 0.8) for name in SIGNED}
        texts = {name: str(value) for name, value in values.items()}
        texts |= {name: "x" for name, there in signs.items() if there}
        written: list[WrittenReading] = []
        for number, blank in enumerate(blanks):
            page = filled(rng, grey_of(blank), form, texts, glyph, side=number)
            scan = laid_askew(page, float(rng.normal(0, 0.8)))
            read = read_raw(RawPage(PageSource("", "", 1), scan, None), [prepared])
            counts["pages"] += 1
            if isinstance(read, Rejection):
                counts[f"rejected: {read.reason}"] += 1
                continue
            counts["taken for another page"] += read.side != form.sides[number].name
            written += read.written
            for one in read.fields:
                seen = max(one.scores, key=lambda v: one.scores[v])
                signatures[f"{'signed' if signs[one.field] else 'bare'}, seen {seen}"] += 1
        decided = decide_numbers(written, form, limits)
        broken = not all(rule.holds(values) for rule in rules)
        counts["with a slip that breaks a rule"] += broken
        counts["of these told"] += broken and bool(decided.broken)
        for reading, number_ in zip(written, decided.numbers, strict=True):
            first, chance = reading.values[0]
            right = (first or 0) == values[reading.field]
            counts["figures"] += 1
            counts["likeliest value right"] += right
            counts["accepted"] += number_.accepted
            counts["accepted, wrong"] += number_.accepted and not right
            keys = not reading.doubts and chance >= MACHINE_KEYS_FROM
            counts["good enough to be one of two keyers"] += keys
            counts["of these wrong"] += keys and not right
    for name, count in counts.items():
        print(f"{name}: {count}")
    print(", ".join(f"{name}: {count}" for name, count in sorted(signatures.items())))


if __name__ == "__main__":
    main()
