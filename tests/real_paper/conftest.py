"""Makes the forms and scores of the real ballots importable for the tests beside it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def real_ballots(shared: Path) -> Path:
    """The folder of real American ballots with their truth."""
    folder = shared / "data" / "real_ballots"
    if not (folder / "truth.json").is_file():
        pytest.skip("the shared folder has no data/real_ballots")
    return folder
