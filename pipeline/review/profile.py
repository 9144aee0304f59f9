"""The calibration profile: per kind and value, what a reading must reach to stand without a person."""

from __future__ import annotations

import hashlib
import json
import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

from pipeline.errors import Refusal, refuse

VERSION = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """When a value may be accepted: its least score, bounds on measures, and a falling table of risk."""

    min_score: float
    measures: Mapping[str, tuple[float, float]]
    risk: tuple[tuple[float, float], ...]
    """(score, p_wrong), scores rising, p_wrong falling; below the first score the risk is 1."""

    def p_wrong(self, score: float) -> float:
        """The risk stated for the greatest tabled score that ``score`` reaches: never between two rows."""
        row = bisect_right([s for s, _ in self.risk], score) - 1
        return self.risk[row][1] if row >= 0 else 1.0


@dataclass(frozen=True, slots=True)
class Profile:
    """Thresholds for the named engines; ``limits`` by kind, then value; a value without limits is asked."""

    engines: tuple[str, ...]
    made: str
    limits: Mapping[str, Mapping[str, Limits]]
    digest: str
    document: str
    """The JSON text that it was read from, as storage keeps it."""

    def check_engine(self, engine: str) -> None:
        """Refused where this profile was not made for ``engine``."""
        if engine not in self.engines:
            raise refuse(
                "profile-engine",
                self.digest[:12],
                "The profile is for {known}, the reading is by {engine}; choose a profile of that engine.",
                known=", ".join(self.engines),
                engine=engine,
            )


def parse_profile(content: bytes, place: str) -> Profile:
    """The profile in a JSON document; refused where it is not one of this version."""
    try:
        document = json.loads(content)
        if document["version"] != VERSION:
            raise ValueError(f"version {document['version']}")
        limits = {
            kind: {value: _limits(body) for value, body in values.items()}
            for kind, values in document["limits"].items()
        }
        canonical = json.dumps(document, sort_keys=True).encode()
        digest = hashlib.sha256(canonical).hexdigest()
        return Profile(tuple(document["engines"]), document["made"], limits, digest, content.decode())
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _refused(place, error) from error


def _limits(body: Mapping[str, Any]) -> Limits:
    bounds = {
        name: (-math.inf if low is None else float(low), math.inf if high is None else float(high))
        for name, (low, high) in body.get("measures", {}).items()
    }
    risk = tuple((float(s), float(p)) for s, p in body["risk"])
    if any(a[0] >= b[0] or a[1] < b[1] for a, b in pairwise(risk)):
        raise ValueError("risk: scores must rise and p_wrong fall")
    return Limits(float(body["min_score"]), bounds, risk)


def _refused(place: str, error: Exception) -> Refusal:
    return refuse(
        "profile-invalid",
        place,
        "This is not a profile of version {version} ({why}); make one by calibration.",
        version=VERSION,
        why=str(error),
    )


def load_profile(path: Path) -> Profile:
    """The profile in a file; refused where it cannot be read or is none."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _refused(str(path), error) from error
    return parse_profile(content, str(path))


@lru_cache(maxsize=1)
def default_profile() -> Profile:
    """The profile that ships with the program."""
    name = "default_profile.json"
    return parse_profile((files("pipeline.review") / name).read_bytes(), name)
