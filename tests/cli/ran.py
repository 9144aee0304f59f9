"""What a command left behind, for tests that call the command line as an outsider does."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output as JSON, one document a line."""
        return [json.loads(line) for line in self.out.splitlines()]


Command = Callable[..., Ran]
