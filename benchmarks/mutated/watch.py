"""Damaged files through decoding and reading: each must end as pages read or rejected, quickly and in little memory.

    python -m benchmarks.mutated.watch PAPER RESULTS.jsonl --files 10000

PAPER is a folder as ``kiemphieu simulate`` writes it. A child process reads file after file and is watched from
outside: its largest resident size and its processor time are taken per file, children (poppler) included. Files that
stand in RESULTS.jsonl are not read again. A file counts as

- a crash, if anything but pages and rejections comes of it, or the process dies;
- a hang, if it takes more than 10 s of processor time, or 60 s altogether on a busy machine;
- too large, if the process or a child of it holds more than 1 GB;
- wrong, if a page of it has a reading accepted that differs from the one accepted on the undamaged scan.
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[_name] = "1"

import argparse
import json
import multiprocessing
import re
import resource
import sys
import time
import warnings
from collections import Counter
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import cv2

from benchmarks.mutated.mutations import KINDS, mutated, scans_as, zeros_folded
from pipeline.forms.document import load_form
from pipeline.recognize.read import read_raw
from pipeline.recognize.reading import PageReading
from pipeline.recognize.seems import what_it_seems
from pipeline.review.decide import decide
from pipeline.review.profile import default_profile
from pipeline.scan.decode import decode_pages
from pipeline.scan.page import RawPage
from pipeline.scan.prepare import PreparedForm, prepare_form

SECONDS, AT_MOST_SECONDS, MEGABYTES = 10.0, 60.0, 1000.0
SCANS = 6
PAGES = 25
"""Pages of one file that are read: a damaged PDF may claim a million."""


def material(paper: Path) -> tuple[PreparedForm, dict[str, list[bytes]]]:
    """The form of the first batch, and some scans of that batch as files of every kind."""
    folder = sorted(p for p in (paper / "scans").iterdir() if p.is_dir() and p.name.endswith("qh"))[0]
    path = sorted((paper / "forms").glob("qh*.json"))[0]
    form = prepare_form(load_form(path), path.parent)
    drawn = sorted((paper / "forms").glob("qh*.pdf"))[0].read_bytes()
    jpegs = [p.read_bytes() for p in sorted(folder.glob("*.jpg"))[:SCANS]]
    return form, {kind: [scans_as(kind, jpeg, drawn) for jpeg in jpegs] for kind in KINDS}


def read_file(content: bytes, name: str, form: PreparedForm) -> tuple[list[str], list[dict[str, str]]]:
    """Of every page what became of it, and of those read the accepted values."""
    outcomes, accepted = [], []
    for page in islice(decode_pages(content, name, name), PAGES):
        outcome = read_raw(page, [form]) if isinstance(page, RawPage) else page
        if isinstance(outcome, PageReading):
            outcomes.append("read")
            decided = {f.field: decide(f, default_profile()) for f in outcome.fields}
            accepted.append({field: d.value for field, d in decided.items() if d.accepted})
        else:
            outcomes.append(outcome.reason)
            if isinstance(page, RawPage) and outcome.reason in ("no_form_fits", "poor_registration"):
                what_it_seems(page.pixels)  # as the product does
    return outcomes, accepted


def child(paper: Path, bombs: dict[str, list[bytes]], line: Connection) -> None:
    warnings.simplefilter("ignore")
    cv2.setNumThreads(1)
    form, files = material(paper)
    known = [read_file(content, "known", form)[1] for kind in KINDS for content in files[kind]]
    files |= bombs
    whole = [values for pages in known for values in pages]
    line.send("ready")
    while True:
        seed = line.recv()
        if seed is None:
            return
        kind, content = mutated(seed, files)
        Path("/proc/self/clear_refs").write_text("5")  # the largest resident size starts anew
        start = time.process_time() + _children_seconds()
        result: dict[str, Any] = {"seed": seed, "kind": kind, "bytes": len(content)}
        try:
            outcomes, accepted = read_file(content, f"{seed}", form)
            wrong = sum(all(_differs(values, other) for other in whole) for values in accepted)
            result |= {"pages": dict(Counter(outcomes)), "wrong": wrong}
        except BaseException as error:  # whatever it is, it is what is looked for
            result["crash"] = f"{type(error).__name__}: {error}"[:300]
        result["cpu_s"] = round(time.process_time() + _children_seconds() - start, 3)
        result["mb"] = _peak_mb()
        line.send(result)


def _differs(values: dict[str, str], other: dict[str, str]) -> bool:
    return any(other.get(field, value) != value for field, value in values.items())


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _peak_mb() -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    own = int(found[1]) / 1024 if found else 0.0
    return round(max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024), 1)


class Reader:
    """A child that reads, replaced when it dies or hangs."""

    def __init__(self, paper: Path) -> None:
        self.paper, self.bombs = paper, zeros_folded()
        self._start()

    def _start(self) -> None:
        self.line, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        self.process = context.Process(target=child, args=(self.paper, self.bombs, theirs), daemon=True)
        self.process.start()
        theirs.close()
        assert self.line.recv() == "ready"

    def read(self, seed: int) -> dict[str, Any]:
        self.line.send(seed)
        result: dict[str, Any] = {"seed": seed, "kind": "", "hang": True}
        try:
            if self.line.poll(AT_MOST_SECONDS):
                result = self.line.recv()
        except EOFError:
            result = {"seed": seed, "kind": "", "crash": "the process died"}
        if "hang" in result or "crash" in result or result["mb"] > MEGABYTES:
            self.process.kill()  # children's largest size cannot be reset but with their parent
            self.process.join()
            self._start()
        return result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paper", type=Path)
    parser.add_argument("results", type=Path)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--first-seed", type=int, default=0)
    arguments = parser.parse_args()
    arguments.results.touch()
    lines = [json.loads(line) for line in arguments.results.read_text(encoding="utf-8").splitlines()]
    done = {line["seed"] for line in lines}
    reader = Reader(arguments.paper)
    with arguments.results.open("a", encoding="utf-8") as stream:
        for seed in range(arguments.first_seed, arguments.first_seed + arguments.files):
            if seed not in done:
                lines.append(reader.read(seed))
                stream.write(json.dumps(lines[-1], ensure_ascii=False) + "\n")
                stream.flush()
    _print(lines)
    return 0


def _print(lines: list[dict[str, Any]]) -> None:
    print(f"{'damage':14} {'files':>6} {'crash':>6} {'hang':>5} {'>1 GB':>6} {'wrong':>6} {'most s':>7} {'most MB':>8}")
    for kind in [*sorted({line["kind"] for line in lines}), "all"]:
        of = [line for line in lines if kind in ("all", line["kind"])]
        slow = [line for line in of if "hang" in line or line.get("cpu_s", 0) > SECONDS]
        crashed, large = [x for x in of if "crash" in x], [x for x in of if x.get("mb", 0) > MEGABYTES]
        most_s, most_mb = max(x.get("cpu_s", 0) for x in of), max(x.get("mb", 0) for x in of)
        wrong = sum(x.get("wrong", 0) for x in of)
        print(
            f"{kind or 'unknown':14} {len(of):6} {len(crashed):6} {len(slow):5} {len(large):6} {wrong:6} "
            f"{most_s:7.1f} {most_mb:8.0f}"
        )
    outcomes: Counter[str] = Counter()
    for line in lines:
        outcomes.update(line.get("pages", {}))
    print("pages:", ", ".join(f"{name} {count}" for name, count in outcomes.most_common()))
    for line in lines:
        if "crash" in line or "hang" in line or line.get("wrong") or line.get("mb", 0) > MEGABYTES:
            print(json.dumps(line, ensure_ascii=False), file=sys.stderr)


if __name__ == "__main__":
    from benchmarks.mutated.watch import main as run  # a spawned child finds only what is imported by its full name

    sys.exit(run())
