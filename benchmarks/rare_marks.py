"""Targets of which nearly every mark is odd: dots, short strokes, rings, resting pens, marks beside, erasures.

    python -m benchmarks.rare_marks --shards 40 --first 0

In the run of ten million (``benchmarks.positions``) one target in 83 is such a mark, and of what was read wrong there
nearly all was one. Here a third of all targets is, beside the same empty ones on the same paper: a shard holds as many
of them as 25 shards there. Counted are wrong accepted readings; what is asked says nothing, for no voter draws so.
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[_name] = "1"

import argparse
import sys

import cv2

from benchmarks.positions import targets
from benchmarks.positions.counts import Counts
from pipeline.review.profile import default_profile

FAR = 1_000_000
"""Number of the first shard: none of the run of ten million."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=int, default=40)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    usual, profile, counts = targets.ODD_RATE, default_profile(), Counts()
    targets.ODD_RATE = targets.MARKED
    for number in range(options.first, options.first + options.shards):
        counts.merge(targets.shard(FAR + number, profile))
        print(number, counts.total(), file=sys.stderr, flush=True)
    odd = sum(row[0] for key, row in counts.figures.items() if key.rsplit("|", 1)[1] in targets.ODD)
    print(f"{counts.total()}\n{odd} odd marks, as many as in {odd / usual:,.0f} targets of the usual paper")
    for one in counts.wrong:
        print("WRONG", one)


if __name__ == "__main__":
    main()
