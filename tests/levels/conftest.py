"""A small country on SQLite and on a real PostgreSQL server."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "ingest")]
_spec = importlib.util.spec_from_file_location("databases_for_levels", HERE.parent / "ingest" / "conftest.py")
assert _spec
assert _spec.loader
_found = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_found)
address, election, postgresql = _found.address, _found.election, _found.postgresql

from country import AT, small  # noqa: E402

from pipeline.election.definition import Election  # noqa: E402
from pipeline.storage.database import Database, open_database  # noqa: E402
from pipeline.storage.migrations import upgrade  # noqa: E402
from pipeline.usecases.workspace import Workspace, create_workspace  # noqa: E402


@pytest.fixture
def database(tmp_path: Path, address: str | None) -> Iterator[Database]:
    opened = open_database(address or tmp_path / "levels.sqlite")
    upgrade(opened)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def country() -> Election:
    return small()


@pytest.fixture
def summary(tmp_path: Path, address: str | None, country: Election) -> Iterator[Workspace]:
    """A workspace of a committee that takes results in and counts nothing itself."""
    made = create_workspace(tmp_path / "w", country, address, clock=lambda: AT)
    yield made
    made.close()
