"""Simulated minutes in shards: each is run once, and lines of another reader are never added to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks import joint
from pipeline.arithmetic.decide import Limits

HEAD = joint.head_of(Limits(), prescribed=False, forms=10)


def made_up(seed: int, head: dict[str, Any]) -> dict[str, Any]:
    counts = {"accepted": 200, "wrong": 0, "fields that add up": 240, "accepted of them": 200}
    return head | {
        "seed": seed, "counts": counts, "reasons": {"risk": 40}, "blamed": [], "most_used": 3, "seconds": 0.1,
    }  # fmt: skip


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    seeds: list[int] = []

    def counted(seed: int, head: dict[str, Any]) -> dict[str, Any]:
        seeds.append(seed)
        return made_up(seed, head)

    monkeypatch.setattr(joint, "shard", counted)
    return seeds


def test_a_run_goes_on_where_it_was(tmp_path: Path, run: list[int], capsys: pytest.CaptureFixture[str]) -> None:
    results = tmp_path / "results.jsonl"
    joint.simulated(results, range(5, 7), HEAD, 1e6)
    joint.simulated(results, range(5, 9), HEAD, 1e6)
    assert run == [5, 6, 7, 8]
    assert "40 forms" in capsys.readouterr().out


def test_no_shard_is_begun_after_the_time_is_up(tmp_path: Path, run: list[int]) -> None:
    joint.simulated(tmp_path / "results.jsonl", range(5, 9), HEAD, -1.0)
    assert run == []


def test_lines_of_another_reader_are_refused(tmp_path: Path, run: list[int]) -> None:
    results = tmp_path / "results.jsonl"
    joint.simulated(results, range(5, 6), HEAD | {"reader": "another"}, 1e6)
    with pytest.raises(SystemExit, match="seed 5 was made with"):
        joint.simulated(results, range(5, 7), HEAD, 1e6)
    assert run == [5]
