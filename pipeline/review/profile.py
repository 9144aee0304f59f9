"""The calibration profile: per kind and value, what a reading must reach to stand without a person.

Version 1 is set by hand: bounds on measures and a least score; its risk is stated by score. Version 2 is what
calibration writes (docs/calibration.md): the same bounds, with a margin inside them that orders readings from sure
to unsure, the least margin, and the risk by margin. Version 3 adds limits of single forms, which go before the others.
"""

from __future__ import annotations

import hashlib
import json
import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

from pipeline.arithmetic.decide import Limits as NumberLimits
from pipeline.errors import Refusal, refuse

VERSIONS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Limits:
    """When a value may be accepted: its least score, bounds on measures, and a falling table of risk."""

    min_score: float
    measures: Mapping[str, tuple[float, float]]
    risk: tuple[tuple[float, float], ...]
    """(score, or margin from version 2 on, and p_wrong): the first rising, p_wrong falling; below the first it is 1."""
    scales: Mapping[str, float] = field(default_factory=dict)
    """Per bounded measure the distance that counts as a margin of 1; those without are bounds and no more."""
    min_margin: float | None = None
    """The least margin; ``None`` in version 1, which knows none."""

    def p_wrong(self, at: float) -> float:
        """The risk stated for the greatest tabled score or margin that ``at`` reaches: never between two rows."""
        row = bisect_right([s for s, _ in self.risk], at) - 1
        return self.risk[row][1] if row >= 0 else 1.0

    def margin(self, measures: Mapping[str, float]) -> float:
        """How far a reading lies inside its limits: the least distance to a bound, in units of its scale.

        0 lies on a bound (or nothing has a scale), negative is outside; minus infinity where a bound without scale
        is broken or a bounded measure is missing. NaN counts as missing.
        """
        least = math.inf
        for name, (low, high) in self.measures.items():
            at = measures.get(name, math.nan)
            inside = min(at - low, high - at)
            if name in self.scales and math.isfinite(inside):
                least = min(least, inside / self.scales[name])
            elif not inside >= 0:
                return -math.inf
        return 0.0 if least == math.inf else least


@dataclass(frozen=True, slots=True)
class Profile:
    """Thresholds for the named engines; ``limits`` by kind, then value; a value without limits is asked."""

    engines: tuple[str, ...]
    made: str
    limits: Mapping[str, Mapping[str, Limits]]
    digest: str
    document: str
    """The JSON text that it was read from, as storage keeps it."""
    numbers: NumberLimits = field(default_factory=NumberLimits)
    """When a form's numbers stand without a person; a profile that does not tell takes what ships."""
    by_form: Mapping[str, Mapping[str, Mapping[str, Limits]]] = field(default_factory=dict)
    """Per form id the limits that were learned from its own readings; the others hold for what is not here."""

    def limits_of(self, kind: str, value: str, form: str | None = None) -> Limits | None:
        """The limits of a value on a form: its own, else those of all forms, else none (then it is asked)."""
        own = self.by_form.get(form, {}).get(kind, {}).get(value) if form is not None else None
        return own or self.limits.get(kind, {}).get(value)

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
        version = document["version"]
        if version not in VERSIONS:
            raise ValueError(f"version {version}")
        limits = _all_limits(document["limits"], version)
        forms = document.get("forms", {}) if version >= 3 else {}
        by_form = {str(form): _all_limits(own, version) for form, own in forms.items()}
        canonical = json.dumps(document, sort_keys=True).encode()
        digest = hashlib.sha256(canonical).hexdigest()
        numbers = NumberLimits(**{name: float(limit) for name, limit in document.get("numbers", {}).items()})
        engines = tuple(document["engines"])
        return Profile(engines, document["made"], limits, digest, content.decode(), numbers, by_form)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _refused(place, error) from error


def _all_limits(document: Mapping[str, Any], version: int) -> dict[str, dict[str, Limits]]:
    return {
        kind: {value: _limits(body, version) for value, body in values.items()} for kind, values in document.items()
    }


def _limits(body: Mapping[str, Any], version: int) -> Limits:
    bounds = {
        name: (-math.inf if low is None else float(low), math.inf if high is None else float(high))
        for name, (low, high) in body.get("measures", {}).items()
    }
    risk = tuple((float(s), float(p)) for s, p in body["risk"])
    if any(a[0] >= b[0] or a[1] < b[1] for a, b in pairwise(risk)):
        raise ValueError("risk: scores must rise and p_wrong fall")
    if version == 1:
        return Limits(float(body["min_score"]), bounds, risk)
    scales = {name: float(scale) for name, scale in body["scales"].items()}
    strange = sorted(scales.keys() - bounds.keys())
    if strange:
        raise ValueError(f"scales: {strange[0]} has no bound")
    least = float(body["min_margin"])
    if not least >= 0 or not all(0 < scale < math.inf for scale in scales.values()):
        raise ValueError("min_margin must be 0 or more, scales above 0")
    return Limits(float(body["min_score"]), bounds, risk, scales, least)


def _refused(place: str, error: Exception) -> Refusal:
    return refuse(
        "profile-invalid",
        place,
        "This is not a profile of version {version} ({why}); make one by calibration.",
        version=" | ".join(map(str, VERSIONS)),
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
