"""The sum of all counts of simulated positions, by kind and by class of paper, pen and stroke, as Markdown.

python -m benchmarks.positions.table [--folder benchmarks/positions/counts] [--list]
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.positions.counts import FIGURES, Counts, counts_of
from benchmarks.positions.run import FOLDER
from pipeline.review.bounds import upper_bound

WANTED = 10_000_000
SAME = ("engine", "reader", "paper")
TABLES = (
    (0, "all", None), (1, "paper", None), (2, "pen", None), (3, "stroke", None),
    (2, "pen on ordinary paper", "ordinary"), (3, "stroke on ordinary paper", "ordinary"),
)  # fmt: skip


def by_reader(folder: Path) -> dict[tuple[str, ...], list[dict[str, Any]]]:
    """The documents of a folder, those of one reader and paper together, each kind decided by the same limits."""
    found: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for path in sorted(folder.glob("*.json")):
        document = json.loads(path.read_text("utf-8"))
        found[tuple(str(document[name]) for name in SAME)].append(document)
    for documents in found.values():
        decided = {(document["kind"], document["profile"]) for document in documents}
        if len(decided) > len({kind for kind, _ in decided}):
            raise SystemExit(
                f"{folder}: counts of one kind by several limits, {sorted(decided)}; remove those of before"
            )
    return dict(found)


def summed(counts: Counts, part: int, paper: str | None = None) -> dict[tuple[str, str], list[int]]:
    """Figures by kind and one part of the class (1 paper, 2 pen, 3 stroke), of one class of paper or of all."""
    found: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * len(FIGURES))
    for key, row in counts.figures.items():
        parts = key.split("|")
        if paper not in (None, parts[1]):
            continue
        for i, n in enumerate(row):
            found[parts[0], parts[part]][i] += n
    return dict(sorted(found.items()))


def line(name: str, row: list[int]) -> str:
    positions, accepted, wrong, plain, asked = row
    share = f"{100 * asked / plain:.2f} %" if plain else "–"
    return f"| {name} | {positions:,} | {accepted:,} | {wrong} | {plain:,} | {share} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--list", action="store_true", help="every wrong accepted reading")
    options = parser.parse_args()
    for same, documents in by_reader(options.folder).items():
        print("\n" + ", ".join(f"{name} {value}" for name, value in zip(SAME, same, strict=True)))
        counts = Counts()
        for document in documents:
            counts.merge(counts_of(document))
        total = counts.total()
        bound = upper_bound(total["wrong"], total["accepted"], 0.95) if total["accepted"] else 1.0
        print(f"{total['positions']:,} of {WANTED:,} positions; {counts.sheets:,} sheets, {counts.rejected} rejected;")
        print(f"{total['wrong']} wrong of {total['accepted']:,} accepted: at most {bound:.2g} (95 %)\n")
        head = " | ".join(("positions", "accepted", "wrong", "unambiguous", "of these asked"))
        for part, title, paper in TABLES:
            print(f"| {title} | {head} |\n" + "|---" * 6 + "|")
            for (kind, name), row in summed(counts, part, paper).items():
                print(line(kind if part == 0 else f"{kind}: {name}", row))
            print()
        for wrong in counts.wrong if options.list else ():
            print(wrong)


if __name__ == "__main__":
    main()
