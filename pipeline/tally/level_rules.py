"""The numbered rules over the figures of an area that come as numbers alone: imported, or corrected by a decision."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from pipeline.tally.levels import Figures, paper_in, result_in
from pipeline.tally.rules import Conventions, Finding, Sheet, findings

NEEDS: dict[int, Collection[str]] = {
    2: ("received",),
    3: ("received", "left_over"),
    8: ("leaving",),
    9: ("leaving",),
    23: ("scanned", "by_hand", "set_aside"),
}
"""Rules that say nothing where none of these figures is given: the minutes Mẫu 18 and 23 do not have them."""


def level_findings(figures: Figures, seats: int, conventions: Conventions) -> tuple[Finding, ...]:
    """Every rule that does not hold among the figures that are given, in order of number."""
    result = result_in(figures)
    without_ground = figures.get("invalid", 0) - result.invalid_total
    if without_ground:  # others' minutes give no grounds; the rules look at the total alone
        result = replace(result, invalid={**result.invalid, "a": result.invalid.get("a", 0) + without_ground})
    found = findings(Sheet(paper_in(figures), result, seats, conventions))
    if not any(f.number in NEEDS for f in found):
        return found
    given = {name.partition(":")[0] for name in figures}
    return tuple(f for f in found if f.number not in NEEDS or given & set(NEEDS[f.number]))
