"""From labelled readings to limits: scales, the least margin that shows the chosen risk, and the risk by margin.

How and why: docs/calibration.md. Thresholds are tested in a fixed sequence from the strictest to the laxest
(Bauer, Multiple testing in clinical trials, Statistics in Medicine 10, 1991; Angelopoulos, Bates, Candès, Jordan and
Lei, Learn then test, 2021), each by the exact binomial tail; the first that fails ends the sequence, so that all that
passed hold together with the chosen confidence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from calibration.risk.labelled import Labelled
from pipeline.errors import refuse
from pipeline.forms.template import FieldKind, FieldValue, values_of
from pipeline.messages import Message
from pipeline.review.bounds import readings_needed, shown, upper_bound
from pipeline.review.profile import Limits, Profile
from pipeline.review.words import value_at

Unit = Literal["reading", "sheet"]
"""What is counted: readings, or sheets that hold at least one (wrong if any of its readings is)."""

SCALE_PART = 10
"""One sheet in so many, told by its digest, sets scales and thresholds and is then left out of every count."""
FEWEST_FOR_SCALES = 30
"""Right readings that tell a scale; with fewer there is no order and one threshold, the bounds themselves."""
ASKED_LEVELS = (0.6, 0.4, 0.3, 0.2, 0.15, 0.1, 0.07, 0.05, 0.035, 0.025, 0.015, 0.01, 0.005, 0.0025)
"""Shares of right readings inside the bounds that the thresholds to be tested would ask."""
RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Target:
    """The share of errors among accepted ``unit`` s that must not be passed, and how sure that must be."""

    risk: float
    confidence: float
    unit: Unit = "reading"


@dataclass(frozen=True, slots=True)
class Step:
    """One threshold as tested: what has at least this margin, by readings and by sheets."""

    margin: float
    readings: int
    errors: int
    sheets: int
    sheets_wrong: int
    bound: float
    """Upper bound on the share of errors among its readings."""
    bound_sheets: float
    asked: float
    """Share of the readings whose truth is this value that would be asked."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned of one value of one kind."""

    kind: FieldKind
    value: FieldValue
    limits: Limits
    gates: Limits
    met: bool
    """Whether the chosen risk is shown; if not, the bounds set by hand stand and ``chosen`` says what is shown."""
    chosen: Step
    steps: tuple[Step, ...]
    """Strictest first; the last is the bounds set by hand."""
    needed: int
    """Units without error that show the chosen risk."""
    asked_before: float
    asked_interval: tuple[float, float]
    """95 % of the resamples by sheet of the share asked under the new limits."""
    right: NDArray[np.float64]
    wrong: NDArray[np.float64]
    """Margins of the readings inside the bounds or near them, by whether they are right."""
    for_scales: int
    """Right readings inside the bounds that were set aside for scales; too few give none."""
    doubtful: tuple[tuple[float, Labelled], ...]
    """Every wrong reading that would be accepted, then, where there is an order, the right ones with the least
    margin: (margin, reading)."""

    @property
    def name(self) -> Message:
        """Kind and value in words."""
        return value_at(self.kind, self.value)


def learn(readings: Sequence[Labelled], gates: Profile, target: Target) -> tuple[Learned, ...]:
    """Learn every value that ``gates`` can accept, of the kinds that were read; never laxer than ``gates``.

    A value that was never read is among them, with nothing shown: its bounds set by hand stand, which must be told.
    """
    _one_engine(readings, gates)
    there = {one.kind for one in readings}
    found = []
    for kind in (known for known in gates.limits if known in there):
        for value in (known for known in values_of(kind) if known in gates.limits[kind]):
            read = [one for one in readings if one.kind == kind and one.value == value]
            true = [one for one in readings if one.kind == kind and one.truth == value]
            found.append(_learned(kind, value, read, true, gates.limits[kind][value], target))
    return tuple(found)


def learn_by_form(readings: Sequence[Labelled], gates: Profile, target: Target) -> dict[str, tuple[Learned, ...]]:
    """Per form what its own readings show: the values for which they show the chosen risk by themselves.

    A form is left out where they show it for none; the limits of all forms together then hold for it.
    """
    found = {}
    for form in sorted({one.form for one in readings}):
        own = [one for one in readings if one.form == form]
        met = tuple(one for one in learn(own, gates, target) if one.met)
        if met:
            found[form] = met
    return found


def _one_engine(readings: Sequence[Labelled], gates: Profile) -> None:
    engines = sorted({one.engine for one in readings})
    if len(engines) > 1:
        raise refuse(
            "engines-mixed",
            ", ".join(engines),
            "readings of several engines cannot be calibrated together; read the paper again with one",
        )
    for engine in engines:
        gates.check_engine(engine)


def for_scales(sheet: str) -> bool:
    """Whether a sheet sets scales and thresholds; all others are counted."""
    return hashlib.sha256(sheet.encode()).digest()[0] % SCALE_PART == 0


def _learned(
    kind: FieldKind,
    value: FieldValue,
    read: Sequence[Labelled],
    true: Sequence[Labelled],
    gates: Limits,
    target: Target,
) -> Learned:
    first = [one for one in read if for_scales(one.sheet)]
    scales = scales_of(first, gates)
    open_limits = Limits(gates.min_score, gates.measures, (), scales, 0.0)
    thresholds = thresholds_of([m for m in (margin_of(o, open_limits) for o in first if o.right) if m >= 0])
    counted = [(margin_of(one, open_limits), one) for one in read if not for_scales(one.sheet)]
    due = [_accepted_margin(one, open_limits, value) for one in true if not for_scales(one.sheet)]
    steps = tuple(_step(t, counted, due, target.confidence) for t in thresholds)
    last = _last_shown(steps, target)
    chosen = steps[-1] if last is None else steps[last]
    limits = Limits(gates.min_score, gates.measures, risk_by_margin(steps, target.confidence), scales, chosen.margin)
    inside = [m >= 0 for m in due]
    return Learned(
        kind=kind,
        value=value,
        limits=limits,
        gates=gates,
        met=last is not None,
        chosen=chosen,
        steps=steps,
        needed=readings_needed(target.risk, target.confidence),
        asked_before=1 - sum(inside) / len(inside) if inside else 0.0,
        asked_interval=_resampled([one for one in true if not for_scales(one.sheet)], due, chosen.margin),
        right=np.array([m for m, one in counted if one.right and np.isfinite(m)]),
        wrong=np.array([m for m, one in counted if not one.right and np.isfinite(m)]),
        for_scales=len(_inside(first, gates)),
        doubtful=_doubtful(read, open_limits, chosen.margin),
    )


def margin_of(one: Labelled, limits: Limits) -> float:
    """The margin of the value that was read; minus infinity below the least score."""
    score = float(one.reading.scores[one.value])
    return limits.margin(one.reading.measures) if score >= limits.min_score else -np.inf


def _accepted_margin(one: Labelled, limits: Limits, value: FieldValue) -> float:
    return margin_of(one, limits) if one.value == value else -np.inf


def _inside(readings: Iterable[Labelled], gates: Limits) -> list[Labelled]:
    """The right readings inside the bounds set by hand."""
    bare = Limits(gates.min_score, gates.measures, (), {}, 0.0)
    return [o for o in readings if o.right and margin_of(o, bare) >= 0]


def scales_of(readings: Iterable[Labelled], gates: Limits) -> dict[str, float]:
    """Per bounded measure the middle distance of right readings to its bound; none where most lie on the bound."""
    inside = _inside(readings, gates)
    if len(inside) < FEWEST_FOR_SCALES:
        return {}
    scales = {}
    for name, (low, high) in gates.measures.items():
        values = np.array([o.reading.measures[name] for o in inside])
        scales[name] = float(np.median(np.minimum(values - low, high - values)))
    return {name: float(f"{scale:.4g}") for name, scale in scales.items() if scale > 1e-6}


def thresholds_of(margins: Sequence[float]) -> tuple[float, ...]:
    """Margins to be tested, strictest first, 0 (the bounds set by hand) last."""
    if not margins:
        return (0.0,)
    levels = np.quantile(np.array(margins), ASKED_LEVELS)
    rounded = {float(np.floor(m * 1000) / 1000) for m in levels}
    return tuple(sorted(rounded | {0.0}, reverse=True))


def _step(margin: float, counted: Sequence[tuple[float, Labelled]], due: Sequence[float], confidence: float) -> Step:
    inside = [one for m, one in counted if m >= margin]
    errors = sum(not one.right for one in inside)
    sheets = {one.sheet for one in inside}
    wrong = {one.sheet for one in inside if not one.right}
    return Step(
        margin=margin,
        readings=len(inside),
        errors=errors,
        sheets=len(sheets),
        sheets_wrong=len(wrong),
        bound=upper_bound(errors, len(inside), confidence),
        bound_sheets=upper_bound(len(wrong), len(sheets), confidence),
        asked=sum(m < margin for m in due) / len(due) if due else 0.0,
    )


def _last_shown(steps: Sequence[Step], target: Target) -> int | None:
    counts = [(s.readings, s.errors) if target.unit == "reading" else (s.sheets, s.sheets_wrong) for s in steps]
    return laxest_shown(counts, target.risk, target.confidence)


def laxest_shown(counts: Sequence[tuple[int, int]], risk: float, confidence: float) -> int | None:
    """Which of (read, wrong) per threshold, strictest first, is the last that a fixed sequence of tests passes.

    It begins with the strictest threshold that so many reach that no error would show the risk: that is told by
    the margins alone, before any truth is looked at. ``None`` where the first test fails, or none can be made.
    """
    enough = readings_needed(risk, confidence)
    start = next((i for i, (read, _) in enumerate(counts) if read >= enough), None)
    if start is None:
        return None
    passed = None
    for i in range(start, len(counts)):
        read, wrong = counts[i]
        if not shown(wrong, read, risk, confidence):
            break
        passed = i
    return passed


def risk_by_margin(steps: Sequence[Step], confidence: float) -> tuple[tuple[float, float], ...]:
    """(margin, p_wrong from there to the next row): margins rising, p_wrong falling.

    For a band between two thresholds it is the upper bound over all readings from the bounds set by hand to the
    band's upper end: no less than the band's own risk as long as risk does not rise with the margin. Where it rises
    nevertheless, the larger bound holds for the bands below, too.
    """
    least_first = steps[::-1]
    whole = least_first[0]
    above = [*least_first[1:], None]
    bounds = []
    for upper in above:
        read, wrong = (whole.readings, whole.errors)
        if upper is not None:
            read, wrong = read - upper.readings, wrong - upper.errors
        bounds.append(upper_bound(wrong, read, confidence))
    monotone = np.maximum.accumulate(bounds[::-1])[::-1]
    rows: list[tuple[float, float]] = []
    for step, bound in zip(least_first, monotone, strict=True):
        stated = float(f"{bound:.3g}")
        if not rows or stated < rows[-1][1]:
            rows.append((step.margin, stated))
    return tuple(rows)


def _resampled(true: Sequence[Labelled], margins: Sequence[float], least: float) -> tuple[float, float]:
    """The middle 95 % of the share asked, over resamples of whole sheets; the same every time."""
    by_sheet = sorted(zip((o.sheet for o in true), margins, strict=True), key=lambda pair: pair[0])
    groups = [[m for _, m in some] for _, some in groupby(by_sheet, key=lambda pair: pair[0])]
    if not groups:
        return 0.0, 0.0
    asked = np.array([sum(m < least for m in some) for some in groups])
    whole = np.array([len(some) for some in groups])
    rng = np.random.default_rng(1)
    shares = np.empty(RESAMPLES)
    for i in range(RESAMPLES):
        drawn = rng.integers(len(groups), size=len(groups))
        shares[i] = asked[drawn].sum() / whole[drawn].sum()
    low, high = np.quantile(shares, (0.025, 0.975))
    return float(low), float(high)


def _doubtful(read: Sequence[Labelled], limits: Limits, least: float) -> tuple[tuple[float, Labelled], ...]:
    by_margin = sorted(((margin_of(o, limits), o.sheet, o.reading.field, o) for o in read), key=lambda t: t[:3])
    inside = [(m, o) for m, _, _, o in by_margin if m >= 0]
    wrong = [(m, o) for m, o in inside if not o.right]
    right = [(m, o) for m, o in inside if o.right and m >= least]
    return (*wrong, *(right[:12] if limits.scales else ()))
