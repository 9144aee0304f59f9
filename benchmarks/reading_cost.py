"""Cost of reading a page (decode, register, read, decide) against decoding the same JPEG alone.

One process, one thread, the two measured turn by turn on the same bytes, so that noise of the machine meets
both alike. Processor time, not wall time. Memory: resident size after the first and after the last page.

    python benchmarks/reading_cost.py --form FORM.json --pages 400 SCAN.jpg ...
    python benchmarks/reading_cost.py --real nh_m17 --pages 120     # fronts of the shared real ballots, timing marks
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[_name] = "1"

import argparse
import hashlib
import itertools
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import cv2
import psutil
import simplejpeg

from pipeline.forms.document import load_form
from pipeline.recognize.read import read_raw
from pipeline.recognize.reading import PageReading
from pipeline.review.decide import decide
from pipeline.review.profile import default_profile
from pipeline.scan.decode import decode_pages
from pipeline.scan.page import RawPage
from pipeline.scan.prepare import PreparedForm, prepare_form

ROOT = Path(__file__).parents[1]


def quantile(values: list[float], q: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]


def of_real_paper(name: str) -> tuple[list[PreparedForm], list[Path]]:
    """The form of a set of real ballots, and its fronts that are JPEG."""
    sys.path[:0] = [str(ROOT / "tests" / "real_paper")]
    from real_ballots import prepared_ballot  # noqa: PLC0415

    folder = ROOT.resolve().parent / "shared" / "data" / "real_ballots"
    with tempfile.TemporaryDirectory() as scratch:
        form = prepared_ballot(folder / name, name, Path(scratch))
    truth = [page for page in json.loads((folder / "truth.json").read_text("utf-8")) if page["set"] == name]
    return [form], [folder / page["file"] for page in truth if page["side"] == "front"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--form", action="append", default=[], type=Path)
    parser.add_argument("--real", metavar="SET")
    parser.add_argument("--pages", type=int, default=400)
    parser.add_argument("scans", nargs="*", type=Path)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    if arguments.real:
        forms, scans = of_real_paper(arguments.real)
    else:
        forms, scans = [prepare_form(load_form(path), path.parent) for path in arguments.form], arguments.scans
    profile = default_profile()
    contents = [(p, p.read_bytes()) for p in scans]
    contents = [(p, c) for p, c in contents if simplejpeg.is_jpeg(c)]
    process = psutil.Process()
    alone: list[float] = []
    whole: list[float] = []
    ratios: list[float] = []
    memory: list[float] = []
    rejected = 0
    for count, (path, content) in enumerate(itertools.cycle(contents)):
        if count == arguments.pages + 10:
            break
        digest = hashlib.sha256(content).hexdigest()
        colorspace = "GRAY" if simplejpeg.decode_jpeg_header(content)[2] == "Gray" else "BGR"
        start = time.process_time()
        simplejpeg.decode_jpeg(content, colorspace=colorspace)
        middle = time.process_time()
        for raw in decode_pages(content, str(path), digest):
            outcome = read_raw(raw, forms) if isinstance(raw, RawPage) else raw
            if isinstance(outcome, PageReading):
                for reading in outcome.fields:
                    decide(reading, profile)
            elif count >= 10:
                rejected += 1
        end = time.process_time()
        if count >= 10:  # the first pages warm caches
            alone.append((middle - start) * 1000)
            whole.append((end - middle) * 1000)
            ratios.append((end - middle) / (middle - start))
            memory.append(process.memory_info().rss / 1e6)
    print(f"pages {len(whole)} (of {len(contents)} scans), rejected {rejected}")
    for name, values in (("decode alone, ms", alone), ("whole, ms", whole), ("ratio", ratios)):
        print(f"{name:18} median {statistics.median(values):7.2f}   p99 {quantile(values, 0.99):7.2f}")
    print(f"ratio of medians {statistics.median(whole) / statistics.median(alone):.2f}")
    print(f"resident memory, MB: first {memory[0]:.0f}, last {memory[-1]:.0f}, largest {max(memory):.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
