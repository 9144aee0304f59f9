"""The one place that compares scores and measures with thresholds: accept a reading, or ask a person."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pipeline.forms.template import FieldValue
from pipeline.recognize.reading import FieldReading
from pipeline.review.profile import Profile


@dataclass(frozen=True, slots=True)
class Decision:
    """What a reading says and whether it stands without a person; ``p_wrong`` is the stated risk."""

    value: FieldValue
    accepted: bool
    score: float
    p_wrong: float


def decide(reading: FieldReading, profile: Profile, engine: str | None = None, form: str | None = None) -> Decision:
    """Accept or ask; pure. A missing measure that has a bound is asked; a strange ``engine`` is refused.

    ``form``: the id of the form that was read; its own limits hold where the profile has any.
    """
    if engine is not None:
        profile.check_engine(engine)
    value = reading.value
    score = float(reading.scores[value])
    limits = profile.limits_of(reading.kind, value, form)
    if limits is None:
        return Decision(value, False, score, 1.0)
    if limits.min_margin is not None:
        margin = limits.margin(reading.measures)
        return Decision(value, margin >= limits.min_margin and score >= limits.min_score, score, limits.p_wrong(margin))
    within = all(low <= reading.measures.get(name, math.nan) <= high for name, (low, high) in limits.measures.items())
    return Decision(value, within and score >= limits.min_score, score, limits.p_wrong(score))
