"""The volume run: the same counts whoever runs a shard, nothing run twice, nothing of two readers added up."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from benchmarks.positions import names, pages, run, targets
from benchmarks.positions.counts import NOT_MARKED, OF_FIGURES, READER, ROOT, Class, Counts, counts_of
from benchmarks.positions.table import by_reader, summed
from calibration.simulate.ink import PAPER_PPMM, Trace
from pipeline.geometry import Box
from pipeline.review.profile import Profile, default_profile

OF = Class("box", "ordinary", "gel", "cross")


@pytest.mark.parametrize("shard", [names.shard, targets.shard, pages.shard])
def test_a_shard_gives_the_same_counts_again(shard: Callable[..., Counts]) -> None:
    first, again = (shard(3, default_profile(), 2) for _ in range(2))
    assert first.document() == again.document()
    assert first.sheets == 2
    assert first.total()["positions"] >= 10


@pytest.mark.parametrize(
    ("right", "value", "accepted", "row"),
    [
        ("marked", "marked", True, [1, 1, 0, 1, 0]),
        ("marked", "unmarked", True, [1, 1, 1, 1, 0]),
        ("marked", "unclear", False, [1, 0, 0, 1, 1]),
        ("ambiguous", "marked", True, [1, 1, 1, 0, 0]),
        ("ambiguous", "unclear", False, [1, 0, 0, 0, 0]),
        (NOT_MARKED, "unmarked", True, [1, 1, 0, 0, 0]),
        (NOT_MARKED, "marked", True, [1, 1, 1, 0, 0]),
    ],
)
def test_what_counts_as_wrong_and_as_asked(right: str, value: str, accepted: bool, row: list[int]) -> None:
    counts = Counts()
    counts.add(OF, right, value, accepted, {"shard": 1, "sheet": 2, "field": "a"})
    assert counts.figures == {OF.key: row}
    assert len(counts.wrong) == row[2]
    twice = Counts()
    for _ in range(2):
        twice.merge(counts_of(json.loads(json.dumps(counts.document()))))
    assert summed(twice, 3) == {("box", "cross"): [2 * n for n in row]}


def test_the_truth_of_a_target_follows_the_ink_that_the_pen_left() -> None:
    box = Box(10, 10, 4, 4)
    square = np.full((round(4 * PAPER_PPMM),) * 2, 255, np.uint8)
    whole = Trace(round(10 * PAPER_PPMM), round(10 * PAPER_PPMM), square)
    assert targets.inside_mm2(whole, box) == pytest.approx(16, rel=0.05)
    beside = Trace(round(14.5 * PAPER_PPMM), round(10 * PAPER_PPMM), square)
    assert targets.inside_mm2(beside, box) == 0
    assert targets.settled("marked", "cross", 2.0) == "marked"
    assert targets.settled("marked", "cross", 0.4) == "ambiguous"
    assert targets.settled("marked", "cross", 0.0) == NOT_MARKED
    assert targets.settled("ambiguous", "ring", 0.0) == "ambiguous"
    assert targets.settled(NOT_MARKED, "rest", 0.5) == "ambiguous"


def test_a_stopped_run_goes_on_and_another_reader_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[int] = []

    def shard(number: int, _: Profile) -> Counts:
        if number == 203 and 203 not in ran:
            ran.append(number)
            raise KeyboardInterrupt
        ran.append(number)
        counts = Counts(sheets=1)
        counts.add(OF, "marked", "marked", True, {})
        return counts

    monkeypatch.setitem(run.SHARDS, "targets", shard)
    monkeypatch.setattr(run, "A_RANGE", 100)
    with pytest.raises(KeyboardInterrupt):
        run.run("targets", 2, tmp_path, time.time() + 1e6)
    assert run.run("targets", 2, tmp_path, time.time() + 1e6)
    assert ran == [200, 201, 202, 203, *range(203, 300)]
    (documents,) = by_reader(tmp_path).values()
    assert documents[0]["shards"] == list(range(200, 300))
    assert counts_of(documents[0]).total()["positions"] == 100
    assert run.run("targets", 2, tmp_path, 0.0)  # all of it stands
    assert not run.run("targets", 3, tmp_path, 0.0)  # no time to begin
    monkeypatch.setattr(run, "ENGINE", "another-reader")
    with pytest.raises(SystemExit, match="another-reader"):
        run.run("targets", 2, tmp_path, time.time() + 1e6)


def test_the_digest_covers_every_room_that_a_position_goes_through() -> None:
    """What reading and deciding import lies in READER, or reads figures alone, or is made of no measures."""
    code = (
        "import sys, pipeline.recognize.read, pipeline.review.decide; print(*(m for m in sys.modules if 'pipel' in m))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    told = [*READER, *OF_FIGURES, "pipeline/arithmetic", "pipeline/errors.py", "pipeline/messages.py"]
    for module in loaded.split():
        place = ROOT / module.replace(".", "/")
        path = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
        covered = any(path.is_relative_to(ROOT / one) for one in told)
        assert covered or not path.read_text(encoding="utf-8").count("def "), module
