"""Agreement on the real ballots of ../shared, per set: the table of docs/benchmarks.md.

python benchmarks/real_paper.py [--ballots ../shared/data/real_ballots] [--list]
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[_name] = "1"

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

import cv2

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "real_paper")]

from real_ballots import SETS, Score, score_set

HEAD = (
    "| set | pages | read | positions | accepted | asked | asked of uncontested | contested accepted "
    "| wrong accepted | quad off p99, mm | with stretched sheets | ms a page, median |"
)


def row(name: str, score: Score) -> str:
    positions, accepted = len(score.positions), sum(p.accepted for p in score.positions)
    cells = (
        name,
        score.pages,
        score.pages - len(score.rejected),
        positions,
        accepted,
        positions - accepted,
        f"{100 * score.asked():.2f} %",
        len(score.too_sure()),
        len(score.wrong()),
        f"{score.off_p99():.2f}",
        f"{score.off_p99(stretched=True):.2f}",
        f"{1000 * statistics.median(score.seconds):.0f}",
    )
    return "| " + " | ".join(str(c) for c in cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    default = ROOT / ".." / "shared" / "data" / "real_ballots"
    parser.add_argument("--ballots", type=Path, default=default)
    parser.add_argument("--list", action="store_true", help="every position that is asked or wrong")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    print(HEAD)
    print("|---" * HEAD.count(" | ") + "|---|")
    with tempfile.TemporaryDirectory() as scratch:
        for name in SETS:
            score = score_set(options.ballots.resolve(), name, Path(scratch))
            print(row(name, score))
            for line in score.rejected:
                print(f"rejected: {line}", file=sys.stderr)
            for p in score.positions if options.list else ():
                if not p.accepted or p.wrong:
                    measures = {k: round(v, 2) for k, v in p.reading.measures.items()}
                    print(p.page, p.place, p.expected, p.value, p.accepted, measures, file=sys.stderr)


if __name__ == "__main__":
    main()
