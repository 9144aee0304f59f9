"""The command line as an outsider calls it: arguments in, exit code, standard output and standard error out."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from ran import Command, Ran

from kiemphieu.__main__ import main


@pytest.fixture
def kiemphieu(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """``kiemphieu("read", "--form", path, ...)``, in English."""
    monkeypatch.setenv("KIEMPHIEU_LANG", "en")

    def run(*arguments: object) -> Ran:
        with pytest.raises(SystemExit) as ended:
            main([str(a) for a in arguments])
        out, err = capfd.readouterr()
        assert isinstance(ended.value.code, int)
        return Ran(ended.value.code, out, err)

    return run
