"""What the program opens beside its modules is installed with it."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("kiemphieu", "pipeline", "calibration", "review_ui")
OURS = {".py", ".pyc", ".pyi"}


def test_every_kind_of_file_in_the_packages_is_package_data() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = settings["tool"]["setuptools"]["package-data"]["*"]
    files = [f for room in ROOMS for f in (ROOT / room).rglob("*") if f.is_file() and f.suffix not in OURS]
    assert len(files) > 100
    assert sorted({f.suffix for f in files if not any(fnmatch(f.name, p) for p in patterns)}) == []
