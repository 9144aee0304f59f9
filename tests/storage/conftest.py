"""The same databases as in ``tests/ingest``: SQLite and a real PostgreSQL server."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

INGEST = Path(__file__).parents[1] / "ingest"
sys.path.insert(0, str(INGEST))
_spec = importlib.util.spec_from_file_location("databases_of_ingest", INGEST / "conftest.py")
assert _spec
assert _spec.loader
_found = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_found)
address, election, postgresql = _found.address, _found.election, _found.postgresql
