"""A definition that is written comes back equal when it is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from importlib.resources import files as package_files
from pathlib import Path

import pytest

from pipeline.election.definition import Round, RuleChange
from pipeline.election.load import load_election
from pipeline.election.write import write_election
from pipeline.errors import Refusal
from tests.election.conftest import Files


def test_a_small_election_comes_back_equal_with_rules_and_round(files: Files, tmp_path: Path) -> None:
    election = replace(
        files.load(),
        rules=(RuleChange("circle", "for", "Văn bản 12/HĐBCQG: mục 3"), RuleChange("counts", "2", "Ban")),
        round=Round("extra", "a" * 64, date(2026, 3, 8), "12/NQ", date(2026, 3, 10), "Hội đồng bầu cử quốc gia"),
    )
    write_election(tmp_path / "out", election)
    assert load_election(tmp_path / "out") == election


def test_the_example_election_comes_back_equal(tmp_path: Path) -> None:
    election = load_election(Path(str(package_files("kiemphieu.example"))))
    write_election(tmp_path / "out", election)
    assert load_election(tmp_path / "out") == election


def test_a_unit_without_its_surplus_stays_excused(files: Files, tmp_path: Path) -> None:
    files.put("units", 6, "seats", 2)
    files.head["surplus_excused"] = ["xa-2"]
    election = files.load()
    write_election(tmp_path / "out", election)
    assert load_election(tmp_path / "out") == election


def test_nothing_is_written_over_something_else(files: Files, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("x")
    with pytest.raises(Refusal, match="folder-not-empty"):
        write_election(tmp_path / "out", files.load())
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["notes.txt"]
