"""Our own sheets of figures and inventories: printed, filled in with digits of MNIST's test part, scanned askew, read
and decided.

    python -m benchmarks.count_forms [--sheets 60] [--seed 1] [--inventory]

The whole way of ``kiemphieu read``: registration, code, digit boxes, joint decision. One sheet in ten has a slip of the
writer (one figure written wrong). The writers have not been seen in training; the paper is simulated.
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import collections
import time
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
import simplejpeg

from benchmarks.minutes_by_hand import slipped, unseen_digits
from calibration.digits.filled_form import filled, laid_askew
from pipeline.election.load import load_election
from pipeline.forms.ballot import REFERENCE_DPI
from pipeline.forms.count_forms import CountForm, figures_form
from pipeline.forms.inventory_form import InventoryForm, field_of, inventory_form
from pipeline.forms.printing import render_blank
from pipeline.geometry import pixels_per_mm
from pipeline.recognize.read import read_raw
from pipeline.review.numbers import decide_numbers, rules_of
from pipeline.review.profile import default_profile
from pipeline.scan.page import PageSource, RawPage, Rejection
from pipeline.scan.prepare import PreparedForm, prepared_side
from pipeline.usecases.inventory import ROWS

SLIPS = 0.1


def invented(rng: np.random.Generator, seats: int, people: int) -> dict[str, int]:
    """Figures of one area that keep every rule of the sheet."""
    voters = int(rng.integers(300, 3000))
    voted = int(voters * rng.uniform(0.85, 1.0))
    issued, spoiled, left_over = voted + int(rng.integers(0, 6)), int(rng.integers(0, 12)), int(rng.integers(0, 120))
    collected = voted - int(rng.integers(0, 4))
    invalid = int(min(collected, rng.geometric(0.05)))
    valid = collected - invalid
    lefts = rng.multinomial(valid, rng.dirichlet(np.arange(1, seats + 1, dtype=float)))
    total = sum(k * int(n) for k, n in enumerate(lefts, start=1))
    votes = rng.multinomial(total, rng.dirichlet([8.0] * people))
    while votes.max() > valid:
        votes = rng.multinomial(total, rng.dirichlet([20.0] * people))
    return {
        "voters": voters, "voted": voted, "turnout": round(10_000 * voted / voters), "issued": issued,
        "spoiled": spoiled, "left_over": left_over, "received": issued + spoiled + left_over, "collected": collected,
        "valid": valid, "invalid": invalid, "valid_percent": round(10_000 * valid / collected),
        "invalid_percent": round(10_000 * invalid / collected), "votes_sum": total,
        **{f"left_{k}": int(n) for k, n in enumerate(lefts, start=1)},
        **{f"votes_{i}": int(n) for i, n in enumerate(votes, start=1)},
    }  # fmt: skip


def inventory(rng: np.random.Generator, contests: list[str]) -> dict[str, int]:
    """Figures of one area's inventory that keep every rule of its sheet."""
    found: dict[str, int] = {str(row): 0 for row in ROWS}
    voters = int(rng.integers(300, 3000))
    for contest in contests:
        issued, spoiled, left_over = (
            voters - int(rng.integers(0, 60)),
            int(rng.integers(0, 12)),
            int(rng.integers(0, 120)),
        )
        numbers = (issued + spoiled + left_over, issued, spoiled, left_over)
        for row, number in zip(ROWS, numbers, strict=True):
            found[field_of(row, contest)] = number
            found[row] += number
    return found


def main() -> None:
    cv2.setNumThreads(1)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sheets", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--inventory", action="store_true", help="the inventory of ballots instead (Mẫu 32)")
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    glyph = unseen_digits(rng)
    election = load_election(Path(str(files("kiemphieu") / "example")))
    of = CountForm(election, election.area("kv1"), election.contest("xa"))
    stock = InventoryForm(election, of.area)
    if given.inventory:
        layout = inventory_form(stock, issued_includes_spoiled=False)
    else:
        layout = figures_form(of, issued_includes_spoiled=False)
    blank = render_blank(layout, REFERENCE_DPI)
    side = prepared_side(layout.form.id, layout.form.sides[0], [(blank, pixels_per_mm(REFERENCE_DPI))])
    prepared, rules = PreparedForm(layout.form, (side,), ""), rules_of(layout.form)
    counts: collections.Counter[str] = collections.Counter()
    why: collections.Counter[str] = collections.Counter()
    decoded: list[float] = []
    spent: list[float] = []
    for _ in range(given.sheets):
        if given.inventory:
            values = inventory(rng, [contest.id for contest in stock.contests])
        else:
            values = invented(rng, of.unit.seats, len(of.candidates))
        if rng.random() < SLIPS:
            values = slipped(rng, values, list(values))
        holds = all(rule.holds(values) for rule in rules)
        page = filled(rng, blank, layout.form, {name: str(value) for name, value in values.items()}, glyph)
        scan = laid_askew(page, float(rng.normal(0, 0.8)))
        packed = cv2.imencode(".jpg", scan, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()
        began = time.process_time()
        simplejpeg.decode_jpeg(packed, "GRAY")
        decoded.append(1000 * (time.process_time() - began))
        began = time.process_time()
        reading = read_raw(RawPage(PageSource("", "", 1), scan, None), [prepared])
        if isinstance(reading, Rejection):
            counts["rejected"] += 1
            continue
        decided = decide_numbers(reading.written, layout.form, default_profile().numbers)
        spent.append(1000 * (time.process_time() - began))
        accepted = [n for n in decided.numbers if n.accepted]
        counts["accepted"] += len(accepted)
        counts["wrong"] += sum((n.value or 0) != values[n.field] for n in accepted)
        if holds:
            counts["fields"] += len(decided.numbers)
            counts["accepted of consistent"] += len(accepted)
            why.update(n.why[0] for n in decided.numbers if n.why)
        else:
            counts["slips"] += 1
            counts["slips told"] += bool(decided.broken)
    share = counts["accepted of consistent"] / max(counts["fields"], 1)
    decode, rest = float(np.median(decoded)), float(np.median(spent))
    print(f"{given.sheets} sheets, {counts['rejected']} rejected")
    print(f"decoded in {decode:.1f} ms, registered, read and decided in {rest:.1f} ms (medians): the whole is "
          f"{(decode + rest) / decode:.1f} times decoding")  # fmt: skip
    print(f"figures of consistent sheets: {counts['fields']}, accepted {share:.1%}; asked first because {dict(why)}")
    print(f"accepted: {counts['accepted']}, wrong: {counts['wrong']}")
    print(f"sheets whose figures break a rule: {counts['slips']}, told: {counts['slips told']}")


if __name__ == "__main__":
    main()
