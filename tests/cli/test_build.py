"""The digest of the program's files: what changes it, and where it is told."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from kiemphieu import build


def test_every_file_of_the_program_counts_and_what_python_writes_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "counted_package"
    (package / "rooms").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "rooms" / "limits.json").write_text("{}")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(build, "PACKAGES", ("counted_package",))
    importlib.invalidate_caches()

    def now() -> str:
        build.build.cache_clear()
        return build.build()

    first = now()
    (package / "__pycache__").mkdir(exist_ok=True)
    (package / "__pycache__" / "x.cpython-311.pyc").write_bytes(b"made")
    assert now() == first
    (package / "rooms" / "limits.json").write_text('{"a": 1}')
    changed = now()
    assert changed != first
    (package / "rooms" / "limits.json").rename(package / "rooms" / "bounds.json")
    assert now() not in (first, changed)
    monkeypatch.undo()
    build.build.cache_clear()


def test_the_version_tells_the_digest(kiemphieu) -> None:  # type: ignore[no-untyped-def]
    told = kiemphieu("--version").out.split()
    assert told[0] == "kiemphieu"
    assert re.fullmatch("[0-9a-f]{64}", told[-1])
    assert told[-1] == build.build()
