"""Many simulated ballots through the whole reading, in shards of about a thousand, resumable on any machine.

    python benchmarks/volume.py RESULTS.jsonl --shards 20 --first-seed 5000

A shard is a whole simulated election (one seed): printed, marked, scanned, ingested as in ``kiemphieu demo``, and
every reading compared with the voter's ink. Its counts are one line of RESULTS.jsonl; shards that stand there are
not run again. Prints the sum of all lines.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from calibration.simulate.election import simulate_election
from kiemphieu.demo_command import EXAMPLE, ingest_paper
from kiemphieu.demo_score import score_readings
from pipeline.election.load import load_election
from pipeline.forms.ballot import ballot_layout
from pipeline.usecases.execution import process_pool
from pipeline.usecases.workspace import create_workspace

COUNTS = (
    "readings", "unambiguous", "accepted", "asked", "asked_unambiguous", "good_pages", "good_pages_rejected",
)  # fmt: skip


def shard(seed: int, ballots: int) -> dict[str, Any]:
    election = load_election(EXAMPLE)
    layouts = {u.id: ballot_layout(election, u.id) for u in election.units if u.seats}
    with tempfile.TemporaryDirectory() as folder, process_pool() as pool:
        workspace = create_workspace(Path(folder) / "workspace", election)
        paper = simulate_election(election, layouts, Path(folder) / "paper", seed, ballots, pool)
        ingested = ingest_paper(workspace, paper.folder, pool)
        score = score_readings(workspace, paper.truth)
        line: dict[str, Any] = {"seed": seed, "ballots": len(paper.truth.ballots()), "pages": ingested.pages}
        line |= {name: getattr(score, name) for name in COUNTS}
        line |= {"wrong": score.wrong, "rejected": dict(ingested.rejected), "profile": workspace.profile.digest}
        workspace.close()
    return line


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("--shards", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=5000)
    parser.add_argument("--ballots", type=int, default=112, help="per batch; nine batches a shard")
    arguments = parser.parse_args()
    arguments.results.touch()
    lines = [json.loads(line) for line in arguments.results.read_text(encoding="utf-8").splitlines()]
    done = {line["seed"] for line in lines}
    for seed in range(arguments.first_seed, arguments.first_seed + arguments.shards):
        if seed in done:
            continue
        line = shard(seed, arguments.ballots)
        lines.append(line)
        with arguments.results.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")
        print(f"seed {seed}: {line['ballots']} ballots, {len(line['wrong'])} wrong", file=sys.stderr, flush=True)
    total: Counter[str] = Counter()
    for line in lines:
        total.update({name: line[name] for name in ("ballots", "pages", *COUNTS)})
        total["wrong accepted"] += len(line["wrong"])
    for name, count in total.items():
        print(f"{name:22} {count}")
    print(f"unambiguous asked      {100 * total['asked_unambiguous'] / max(1, total['unambiguous']):.2f} %")
    print(f"all asked              {100 * total['asked'] / max(1, total['readings']):.2f} %")
    print(f"good pages rejected    {100 * total['good_pages_rejected'] / max(1, total['good_pages']):.3f} %")
    return 0


if __name__ == "__main__":
    sys.exit(main())
