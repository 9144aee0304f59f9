"""The blank of a real American ballot is learned whole; skipped where the shared paper is absent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Command


def test_every_oval_of_a_real_blank_is_found(shared: Path, kiemphieu: Command, tmp_path: Path) -> None:
    folder = shared / "data" / "real_ballots"
    blanks = [folder / "nh_testballot" / f"scan-unmarked-{side}.jpeg" for side in ("front", "back")]
    if not all(blank.is_file() for blank in blanks):
        pytest.skip("the shared folder has no data/real_ballots/nh_testballot")
    out = tmp_path / "nh.json"
    ran = kiemphieu("learn", blanks[0], "--back", blanks[1], "--out", out)
    assert ran.code == 0, ran.err
    sides = json.loads(out.read_text("utf-8"))["sides"]
    grid = json.loads((folder / "nh_testballot" / "grid.json").read_text("utf-8"))["gridLayouts"][0]["gridPositions"]
    true = [sum(place["side"] == side for place in grid) for side in ("front", "back")]
    assert [len(side["fields"]) for side in sides] == true
    assert {side["registration"]["kind"] for side in sides} == {"timing_marks"}
    labels = {field.get("label") for field in sides[0]["fields"]}
    assert {"Josiah Bartlett", "Hannah Dustin", "Mary Baker Eddy"} <= labels
