"""Profiles of both versions: version 1 decides as it always did, version 2 by margin."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Refusal
from pipeline.recognize.reading import FieldReading
from pipeline.review.decide import decide
from pipeline.review.profile import default_profile, parse_profile

QUAD = ((0.0, 0.0), (9.0, 0.0), (9.0, 3.0), (0.0, 3.0))
PLAIN = {
    "span": 1.0, "core": 1.0, "middle": 1.0, "heart": 1.0, "ring": 0.0, "hanging": 0.0, "signs_mm2": 0.0,
    "taller_mm": 0.0, "far_mm2": 0.0, "open": 0.0, "creased": 0.0, "streaked": 0.0, "runs_on": 0.0, "crease": 0.0,
    "patchy": 0.0,
}  # fmt: skip
FILLED = {
    "slight": 0.0, "darkest": 0.8, "through": 0.0, "void": 0.0, "around": 0.0, "level": 1.0, "spread_mm": 0.0,
    "shaded": 0.0, "unplaced_mm": 0.0, "wider_mm": 0.0, "on_line_mm": 0.0, "spot": 0.0, "faint_around": 0.0,
    "together": 0.0, "blot_mm": 0.0, "outline": 1.0,
}  # fmt: skip

# Readings as they were recorded with the shipped profile of version 1: kind, scores, measures, accepted, p_wrong.
RECORDED: list[tuple[str, dict[str, float], dict[str, float], bool, float]] = [
    ("strike", {"struck": 1.0, "clear": 0.0}, PLAIN, True, 0.001),
    ("strike", {"struck": 1.0, "clear": 0.0}, PLAIN | {"span": 0.905}, True, 0.001),
    ("strike", {"struck": 1.0, "clear": 0.0}, PLAIN | {"span": 0.9049}, False, 0.001),
    ("strike", {"struck": 0.29, "clear": 0.0, "unclear": 0.28}, PLAIN, False, 1.0),
    ("strike", {"struck": 1.0, "clear": 0.0}, {k: v for k, v in PLAIN.items() if k != "heart"}, False, 0.001),
    ("strike", {"struck": 1.0, "clear": 0.0}, PLAIN | {"ring": math.nan}, False, 0.001),
    ("strike", {"struck": 1.0, "clear": 0.0}, PLAIN | {"runs_on": 0.61}, False, 0.001),
    ("strike", {"struck": 1.0, "clear": 0.0}, PLAIN | {"span": 0.92, "patchy": 0.17}, False, 0.001),
    ("strike", {"partial": 1.0, "clear": 0.0}, PLAIN, False, 1.0),
    ("stamp", {"present": 0.95, "absent": 0.05}, {"area_mm2": 25.0}, True, 0.001),
    ("stamp", {"present": 0.95, "absent": 0.05}, {"area_mm2": 24.9}, False, 0.001),
    ("stray", {"absent": 1.0, "present": 0.0}, {}, True, 0.001),
    ("oval", {"marked": 0.95, "unmarked": 0.05}, FILLED, True, 0.002),
    ("oval", {"marked": 0.95, "unmarked": 0.05}, FILLED | {"slight": 0.01}, False, 0.002),
    ("box", {"marked": 0.95, "unmarked": 0.05}, FILLED | {"outline": 0.4}, False, 0.002),
]  # fmt: skip


def a_reading(kind: Any, scores: Any, measures: dict[str, float]) -> FieldReading:
    return FieldReading("f", kind, scores, measures, QUAD)


def version_2(**changes: Any) -> dict[str, Any]:
    body = {
        "min_score": 0.3, "measures": {"span": [0.9, None], "flag": [None, 0]}, "scales": {"span": 0.05},
        "min_margin": 0.5, "risk": [[0.0, 0.1], [0.5, 0.01], [1.0, 0.0001]],
    }  # fmt: skip
    return {"version": 2, "engines": ["e"], "made": "test", "limits": {"strike": {"struck": body | changes}}}


def read(document: dict[str, Any]) -> Any:
    return parse_profile(json.dumps(document).encode(), "profile.json")


@pytest.mark.parametrize(("kind", "scores", "measures", "accepted", "p_wrong"), RECORDED)
def test_version_1_decides_recorded_readings_as_before(
    kind: str, scores: dict[str, float], measures: dict[str, float], accepted: bool, p_wrong: float
) -> None:
    decision = decide(a_reading(kind, scores, measures), default_profile(), default_profile().engines[0])
    assert (decision.accepted, decision.p_wrong) == (accepted, p_wrong)


def test_readings_of_simulated_paper_are_decided_as_recorded_with_version_1() -> None:
    """``recorded.jsonl.gz``: readings of 3,000 simulated ballots, chosen per kind, value and decision, and what the
    program before version 2 decided with ``recorded_profile.json``."""
    here = Path(__file__).parent
    profile = parse_profile((here / "recorded_profile.json").read_bytes(), "recorded")
    lines = gzip.decompress((here / "recorded.jsonl.gz").read_bytes()).decode().splitlines()
    decided = {True: 0, False: 0}
    for line in map(json.loads, lines):
        found = decide(a_reading(line["kind"], line["scores"], line["measures"]), profile, profile.engines[0])
        assert [found.value, found.accepted, found.score, found.p_wrong] == line["decided"]
        decided[found.accepted] += 1
    assert min(decided.values()) > 100


@given(st.floats(0, 1), st.floats(0, 1.2), st.sampled_from([0.0, 1.0]))
def test_version_2_with_no_least_margin_accepts_what_version_1_accepts(score: float, span: float, flag: float) -> None:
    one = read(version_2(min_margin=0))
    document = version_2()
    document["version"] = 1
    reading = a_reading("strike", {"struck": score, "unclear": 0.0}, {"span": span, "flag": flag})
    assert decide(reading, one).accepted == decide(reading, read(document)).accepted


@pytest.mark.parametrize(
    ("measures", "score", "accepted", "p_wrong"),
    [
        ({"span": 0.93, "flag": 0}, 1.0, True, 0.01),
        ({"span": 0.96, "flag": 0}, 1.0, True, 0.0001),
        ({"span": 0.92, "flag": 0}, 1.0, False, 0.1),  # inside the bounds, too near to one
        ({"span": 0.89, "flag": 0}, 1.0, False, 1.0),  # outside
        ({"span": 1.0, "flag": 1}, 1.0, False, 1.0),  # a bound without scale is broken
        ({"flag": 0}, 1.0, False, 1.0),  # missing
        ({"span": math.nan, "flag": 0}, 1.0, False, 1.0),
        ({"span": 1.0, "flag": 0}, 0.29, False, 0.0001),  # the least score still holds
    ],
)
def test_version_2_accepts_by_margin(measures: dict[str, float], score: float, accepted: bool, p_wrong: float) -> None:
    decision = decide(a_reading("strike", {"struck": score, "unclear": 0.0}, measures), read(version_2()))
    assert (decision.accepted, decision.p_wrong, decision.score) == (accepted, p_wrong, score)


@pytest.mark.parametrize(
    "changes",
    [
        {"scales": {"middle": 1.0}},
        {"scales": {"span": 0}},
        {"min_margin": -0.1},
        {"min_margin": None},
        {"risk": [[0.5, 0.1], [0.0, 0.01]]},
        {"risk": [[0.0, 0.01], [0.5, 0.1]]},
    ],
)
def test_a_profile_that_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Refusal, match="profile-invalid"):
        read(version_2(**changes))


def test_a_version_that_is_not_known_is_refused() -> None:
    with pytest.raises(Refusal, match="version 4"):
        read(version_2() | {"version": 4})


def test_limits_of_a_form_go_before_those_of_all_and_others_fall_back() -> None:
    stricter = version_2(min_margin=1.0)["limits"]
    profile = read(version_2() | {"version": 3, "forms": {"dense": stricter}})
    near = a_reading("strike", {"struck": 1.0, "unclear": 0.0}, {"span": 0.93, "flag": 0})  # a margin of 0.6
    assert [decide(near, profile, form=form).accepted for form in (None, "other", "dense")] == [True, True, False]
    sure = a_reading("strike", {"struck": 1.0, "unclear": 0.0}, {"span": 0.96, "flag": 0})
    assert decide(sure, profile, form="dense").accepted
    # a form without limits of a value falls back for that value alone
    partly = read(version_2() | {"version": 3, "forms": {"dense": {"stamp": stricter["strike"]}}})
    assert decide(near, partly, form="dense").accepted
    # version 2 knows no forms, whatever stands there
    assert decide(near, read(version_2() | {"forms": {"dense": stricter}}), form="dense").accepted


@pytest.mark.parametrize("forms", [[], {"dense": {"strike": {"struck": {}}}}, {"dense": None}])
def test_limits_of_a_form_that_cannot_be_are_refused(forms: Any) -> None:
    with pytest.raises(Refusal, match="profile-invalid"):
        read(version_2() | {"version": 3, "forms": forms})
