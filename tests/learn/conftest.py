"""The command line as an outsider calls it, and drawn blanks of strangers."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from drawn_forms import FORMS, saved, scanned

from kiemphieu.__main__ import main


@dataclass(frozen=True)
class Ran:
    """What a command left behind; lines are joined, for the console breaks them."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return " ".join(self.out.split())

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Command = Callable[..., Ran]


@pytest.fixture(scope="session")
def learned_forms(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The form document learned from one scan of a drawn form, once for all tests that only look at it."""
    folder = tmp_path_factory.mktemp("learned")

    def learned(name: str) -> Path:
        out = folder / f"{name}.json"
        if not out.exists():
            blank = saved(scanned(FORMS[name]().pixels, 0.5), folder / f"{name}-blank.png")
            with pytest.raises(SystemExit) as ended:
                main(["learn", str(blank), "--out", str(out)])
            assert ended.value.code == 0
        return out

    return learned


@pytest.fixture
def kiemphieu(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """``kiemphieu("learn", path, ...)``, in English."""
    monkeypatch.setenv("KIEMPHIEU_LANG", "en")

    def run(*arguments: object) -> Ran:
        with pytest.raises(SystemExit) as ended:
            main([str(a) for a in arguments])
        out, err = capfd.readouterr()
        assert isinstance(ended.value.code, int)
        return Ran(ended.value.code, out, err)

    return run
