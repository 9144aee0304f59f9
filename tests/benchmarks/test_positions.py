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
from benchmarks.positions.counts import (
    NOT_MARKED,
    OF_FIGURES,
    PAPER,
    READER,
    ROOT,
    Class,
    Counts,
    counts_of,
    digest_of,
)
from benchmarks.positions.table import by_reader, summed
from calibration.simulate.ink import PAPER_PPMM, Trace
from pipeline.forms.template import FormField
from pipeline.geometry import Box
from pipeline.review.profile import Profile, default_profile

OWN = ("pipeline", "calibration", "benchmarks")
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
    assert targets.inked_mm2(whole, FormField("a", "box", box)) == pytest.approx((16, 16), rel=0.05)
    beside = Trace(round(14.5 * PAPER_PPMM), round(10 * PAPER_PPMM), square)
    assert targets.inked_mm2(beside, FormField("a", "box", box)) == (0, 0)
    assert targets.settled("marked", "cross", (2.0, 2.0)) == "marked"
    assert targets.settled("marked", "cross", (0.4, 0.4)) == "ambiguous"
    assert targets.settled("marked", "cross", (0.0, 0.0)) == NOT_MARKED
    assert targets.settled("ambiguous", "ring", (0.0, 0.0)) == "ambiguous"
    assert targets.settled(NOT_MARKED, "rest", (0.5, 0.5)) == "ambiguous"


def test_ink_in_the_corners_round_an_oval_is_not_within_it() -> None:
    oval = FormField("a", "oval", Box(10, 10, 6, 4))
    first = round(10 * PAPER_PPMM)
    filled = Trace(first, first, np.full((round(4 * PAPER_PPMM), round(6 * PAPER_PPMM)), 255, np.uint8))
    assert targets.inked_mm2(filled, oval) == pytest.approx((24, 2 * 4 + np.pi * 4), rel=0.03)
    corner = Trace(first, first, np.full((round(0.5 * PAPER_PPMM),) * 2, 255, np.uint8))
    assert targets.inked_mm2(corner, oval) == pytest.approx((0.25, 0), rel=0.1)
    assert targets.settled("marked", "slash", (0.25, 0.0)) == NOT_MARKED
    assert targets.settled("marked", "slash", (0.25, 0.2)) == "ambiguous"


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


def loaded_by(program: str) -> list[Path]:
    """The project's own files that a program loads."""
    code = f"import sys; {program}; print(*(m for m in sys.modules if m.split('.')[0] in {OWN}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    places = [ROOT / module.replace(".", "/") for module in loaded.split()]
    paths = [place / "__init__.py" if place.is_dir() else place.with_suffix(".py") for place in places]
    return [path for path in paths if path.exists()]  # benchmarks is a folder without one


def test_the_digest_covers_every_room_that_a_position_goes_through() -> None:
    """What reading and deciding import lies in READER, or reads figures alone, or is made of no measures."""
    told = [*READER, *OF_FIGURES, "pipeline/arithmetic", "pipeline/errors.py", "pipeline/messages.py"]
    for path in loaded_by("import pipeline.recognize.read, pipeline.review.decide"):
        covered = any(path.is_relative_to(ROOT / one) for one in told)
        assert covered or not path.read_text(encoding="utf-8").count("def "), path


def test_the_digest_covers_all_that_draws_positions() -> None:
    loading = "from benchmarks.positions import names, pages, targets"
    drawn = [path for path in loaded_by(loading) if "pipeline" not in path.parts]
    assert len(drawn) > 15
    for path in drawn:
        covered = any(path.is_relative_to(ROOT / one) for one in PAPER)
        assert covered or not path.read_text(encoding="utf-8").count("def "), path


def test_the_digest_is_of_what_a_program_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A comment changes nothing; one number, or one file more, does."""
    monkeypatch.setattr("benchmarks.positions.counts.ROOT", tmp_path)
    program = tmp_path / "room" / "reads.py"
    program.parent.mkdir()
    program.write_text('"""Reads."""\n\n\ndef read() -> int:\n    """One."""\n    return 1\n', "utf-8")
    first = digest_of(["room"])
    program.write_text('"""Reads well."""\n\ndef read() -> int:\n    return 1  # the first\n', "utf-8")
    assert digest_of(["room"]) == first
    program.write_text("def read() -> int:\n    return 2\n", "utf-8")
    second = digest_of(["room"])
    assert second != first
    (tmp_path / "room" / "limits.json").write_text("{}", "utf-8")
    assert digest_of(["room"]) not in (first, second)
