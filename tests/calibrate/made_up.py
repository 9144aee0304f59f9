"""Labelled readings that were never on paper: how sure each is decides how likely it is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np

from calibration.risk.labelled import Labelled
from pipeline.recognize.read import ENGINE
from pipeline.recognize.reading import FieldReading
from pipeline.review.profile import Profile, parse_profile

QUAD = ((0.0, 0.0), (9.0, 0.0), (9.0, 3.0), (0.0, 3.0))


def gates() -> Profile:
    """Bounds set by hand on two measures, one of them a flag."""
    struck = {"min_score": 0.3, "measures": {"span": [0.9, None], "flag": [None, 0]}, "risk": [[0.3, 0.01]]}
    document = {"version": 1, "engines": [ENGINE], "made": "test", "limits": {"strike": {"struck": struck}}}
    return parse_profile(json.dumps(document).encode(), "gates")


def reading(sheet: str, span: float, right: bool, field: str = "a", flag: float = 0.0) -> Labelled:
    """One name read as struck."""
    scores = {"struck": 1.0, "clear": 0.0, "partial": 0.0, "unclear": 0.0}
    read = FieldReading(field, "strike", scores, {"span": span, "flag": flag}, QUAD)
    return Labelled("made up", sheet, "form", ENGINE, "none.png", 1, read, "struck" if right else "clear")


def readings(
    rng: np.random.Generator, sheets: int, risk_at: Callable[[float], float], names: int = 5, start: int = 0
) -> list[Labelled]:
    """``names`` readings a sheet with spans from 0.9 to 1, each wrong with probability ``risk_at(span)``."""
    spans = rng.uniform(0.9, 1.0, (sheets, names))
    wrong = rng.random((sheets, names)) < np.vectorize(risk_at)(spans)
    return [
        reading(f"sheet {start + i}", float(spans[i, k]), not wrong[i, k], f"name {k}")
        for i in range(sheets)
        for k in range(names)
    ]
