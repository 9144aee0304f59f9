"""A learned profile as the JSON document that the product loads, with what it rests on."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from calibration.risk.labelled import Tally
from calibration.risk.learn import SCALE_PART, Learned, Step, Target
from pipeline.review.profile import Limits, Profile


def profile_text(
    learned: Sequence[Learned],
    gates: Profile,
    engine: str,
    target: Target,
    tallies: Sequence[Tally],
    by_form: Mapping[str, Sequence[Learned]] | None = None,
) -> str:
    """Profile version 2 for ``engine``, version 3 with limits ``by_form``; the same text for the same readings.

    Values of ``gates`` that no reading tells anything of keep their bounds and the risk that was stated by hand.
    """
    by_value: dict[tuple[str, str], Learned] = {(one.kind, one.value): one for one in learned}
    limits: dict[str, dict[str, Any]] = {}
    for kind, values in gates.limits.items():
        for value, stated in values.items():
            one = by_value.get((kind, value))
            limits.setdefault(kind, {})[value] = (
                _learned(one) if one is not None and one.chosen.readings else _unlearned(stated)
            )
    document = {
        "version": 2,
        "engines": [engine],
        "made": _made(learned, target, tallies),
        "calibration": {
            "risk": target.risk,
            "confidence": target.confidence,
            "unit": target.unit,
            "bounds_of": gates.digest,
            "left_out_for_scales": f"1 sheet in {SCALE_PART}",
            "sources": [tally.document() for tally in tallies],
        },
        "limits": limits,
    }
    if by_form:
        document |= {"version": 3, "forms": {form: _own(by_form[form]) for form in sorted(by_form)}}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _own(learned: Sequence[Learned]) -> dict[str, dict[str, Any]]:
    own: dict[str, dict[str, Any]] = {}
    for one in learned:
        own.setdefault(one.kind, {})[one.value] = _learned(one)
    return own


def _made(learned: Sequence[Learned], target: Target, tallies: Sequence[Tally]) -> str:
    names = ", ".join(t.name for t in tallies)
    read, sheets = sum(t.readings for t in tallies), sum(t.sheets for t in tallies)
    shown = [f"{one.kind} {one.value}" for one in learned if one.met]
    short = [f"{one.kind} {one.value} ({one.chosen.bound:.2g})" for one in learned if not one.met]
    return (
        f"Calibrated on {read} readings of {sheets} sheets: {names}. "
        f"A risk of {target.risk:g} per {target.unit} with confidence {target.confidence:g} is shown for: "
        f"{', '.join(shown) or 'nothing'}; not shown, with the bound that is: {', '.join(short) or 'nothing'}."
    )


def _learned(one: Learned) -> dict[str, Any]:
    return _limits(one.limits) | {
        "evidence": {
            "shown": one.met,
            "accepted": _step(one.chosen),
            "asked_before": round(one.asked_before, 5),
            "asked_interval": [round(share, 5) for share in one.asked_interval],
        }
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "readings": step.readings,
        "errors": step.errors,
        "bound": float(f"{step.bound:.3g}"),
        "sheets": step.sheets,
        "sheets_wrong": step.sheets_wrong,
        "bound_sheets": float(f"{step.bound_sheets:.3g}"),
        "asked": round(step.asked, 5),
    }


def _unlearned(gates: Limits) -> dict[str, Any]:
    stated = min(p for _, p in gates.risk)
    kept = Limits(gates.min_score, gates.measures, ((0.0, stated),), {}, 0.0)
    return _limits(kept) | {"evidence": None}


def _limits(limits: Limits) -> dict[str, Any]:
    return {
        "min_score": limits.min_score,
        "measures": {name: [_open(low), _open(high)] for name, (low, high) in limits.measures.items()},
        "scales": dict(limits.scales),
        "min_margin": limits.min_margin,
        "risk": [list(row) for row in limits.risk],
    }


def _open(bound: float) -> float | None:
    return bound if math.isfinite(bound) else None
