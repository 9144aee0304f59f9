"""The order in which files of scans lie: by the numbers in their names, as people count and scanners write them."""

from __future__ import annotations

import re
from pathlib import Path

_NUMBERS = re.compile(r"(\d+)")


def scan_order(path: Path) -> tuple[tuple[str | int, ...], str]:
    """A key to sort by: *scan-2* comes before *scan-10*. The place of a sheet in its pile follows from this order."""
    parts = _NUMBERS.split(path.as_posix().casefold())
    return tuple(int(part) if i % 2 else part for i, part in enumerate(parts)), path.as_posix()
