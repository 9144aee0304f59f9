"""Millions of simulated positions through the product's reading, resumable on any machine.

    python -m benchmarks.positions.run targets --range 3    # 100 shards, counts/targets-0003.json
    python -m benchmarks.positions.table                    # the sum of all counts

A *kind* is ``names`` (blocks of names after registration), ``targets`` (sheets of ovals and boxes after registration)
or ``pages`` (whole ballots: decoded, registered, read). A shard follows from its kind and number alone. A range is 100
shards and one file, which is written anew after each shard; shards that stand in it are not run again. So two machines
take different ranges, and a stopped run goes on where it was. Every reading is decided by the profile that ships.
Counts by another reader, another profile or other paper are refused, not added to.
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[_name] = "1"

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2

from benchmarks.positions import names, pages, targets
from benchmarks.positions.counts import PAPER, READER, Counts, counts_of, digest_of, limits_of, written
from pipeline.recognize.read import ENGINE
from pipeline.review.profile import Profile, default_profile

SHARDS: dict[str, Callable[[int, Profile], Counts]] = {
    "names": names.shard, "targets": targets.shard, "pages": pages.shard,
}  # fmt: skip
A_RANGE = 100
FOLDER = Path(__file__).parent / "counts"


def head_of(kind: str, number: int, profile: Profile) -> dict[str, Any]:
    """What a file of counts is of; two runs may only be added up where all of it is the same."""
    return {
        "kind": kind, "range": number, "engine": ENGINE, "reader": digest_of(READER), "paper": digest_of(PAPER),
        "profile": limits_of(profile, kind),
    }  # fmt: skip


def resumed(path: Path, head: dict[str, Any]) -> tuple[Counts, list[int]]:
    """Counts and shards of an earlier run; nothing where there was none, an error where it was another reader's."""
    if not path.exists():
        return Counts(), []
    document = json.loads(path.read_text("utf-8"))
    other = {name: document.get(name) for name, value in head.items() if document.get(name) != value}
    if other:
        raise SystemExit(f"{path}: counted with {other}, now it is {head}; give another --folder or remove the file")
    return counts_of(document), list(document["shards"])


def run(kind: str, number: int, folder: Path, until: float) -> bool:
    """One range; ``False`` where ``until`` (seconds since the epoch) came before its end."""
    profile = default_profile()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{kind}-{number:04d}.json"
    head = head_of(kind, number, profile)
    counts, done = resumed(path, head)
    for shard in range(number * A_RANGE, (number + 1) * A_RANGE):
        if shard in done:
            continue
        if time.time() > until:
            return False
        counts.merge(SHARDS[kind](shard, profile))
        done.append(shard)
        written(path, head | {"shards": done} | counts.document())
        print(kind, shard, counts.total(), f"{counts.rejected} rejected", file=sys.stderr, flush=True)
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=sorted(SHARDS))
    parser.add_argument("--range", type=int, default=0, help="the first range of 100 shards")
    parser.add_argument("--ranges", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--hours", type=float, default=1e6, help="begin no shard after so many hours")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    until = time.time() + 3600 * options.hours
    for number in range(options.range, options.range + options.ranges):
        if not run(options.kind, number, options.folder, until):
            break


if __name__ == "__main__":
    main()
