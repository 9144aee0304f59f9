"""Error of registration at the field boxes against the simulator's known geometry, and what is rejected.

    python benchmarks/registration.py PAPER [--batches kv1-qh ...]

PAPER is a folder made by ``kiemphieu simulate`` (scans/, truth/, forms/). Error: distance in mm between where the
registration puts a corner of a field's box and where the simulator put it, at every corner of every field.
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[_name] = "1"

import argparse
import collections
import hashlib
import time
from pathlib import Path

import cv2
import numpy as np

from calibration.simulate.truth import read_truth
from pipeline.forms.document import load_form
from pipeline.scan.decode import decode_pages
from pipeline.scan.page import RawPage, RegisteredPage
from pipeline.scan.prepare import prepare_form
from pipeline.scan.register import register


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paper", type=Path)
    parser.add_argument("--limit", type=int, default=10**9)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    forms = {p.stem: prepare_form(load_form(p), p.parent) for p in sorted((arguments.paper / "forms").glob("*.json"))}
    truth = read_truth(arguments.paper / "truth")
    folders = {b.batch: arguments.paper / b.folder for b in truth.batches}
    errors: list[np.ndarray] = []
    residuals: list[float] = []
    milliseconds: list[float] = []
    fate: collections.Counter[str] = collections.Counter()
    for page in truth.pages[: arguments.limit]:
        if page.kind in ("duplicate",):
            continue
        path = folders[page.batch] / page.file
        content = path.read_bytes()
        raws = list(decode_pages(content, str(path), hashlib.sha256(content).hexdigest(), only=page.page))
        raw = raws[0]
        expected = forms[page.ballot.form] if page.ballot else next(iter(forms.values()))
        others = [f for f in forms.values() if f is not expected]
        found = raw
        if isinstance(raw, RawPage):
            start = time.process_time()
            found = register(raw, [expected], others)
            milliseconds.append((time.process_time() - start) * 1000)
        if not isinstance(found, RegisteredPage):
            fate[f"{page.kind}: {found.reason}"] += 1
            if page.kind == "ballot":
                print("rejected", path, page.page, found.reason, page.conditions)
            continue
        fate[f"{page.kind}: read"] += 1
        if page.ballot is None or page.geometry is None:
            continue
        corners = np.array([c for f in expected.form.sides[0].fields for c in f.box.corners if f.kind != "stray"])
        where = page.geometry.true_pixels(corners)
        off = found.map.to_pixels(corners) - where
        distance = np.hypot(off[:, 0], off[:, 1]) / found.pixels_per_mm
        errors.append(distance)
        residuals.append(found.residual_mm)
        if distance.max() > 0.5:
            print("far", path, page.page, round(float(distance.max()), 2), round(found.residual_mm, 3), page.conditions)
    for what, count in sorted(fate.items()):
        print(f"{what:32} {count}")
    every = np.concatenate(errors)
    print(f"pages {len(errors)}, corners {len(every)}")
    for q in (50, 90, 99, 99.9, 100):
        print(f"error, mm, {q:5}th percentile {np.percentile(every, q):.3f}")
    print(f"residual, mm, median {np.median(residuals):.3f}, largest {max(residuals):.3f}")
    print(f"register, ms, median {np.median(milliseconds):.1f}, p99 {np.percentile(milliseconds, 99):.1f}")


if __name__ == "__main__":
    main()
