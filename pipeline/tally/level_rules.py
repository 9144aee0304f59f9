"""The numbered rules over the figures of an area that come as numbers alone: imported, or corrected by a decision."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pipeline.tally.levels import Figures, paper_in, result_in
from pipeline.tally.percentages import Percentage
from pipeline.tally.rules import Conventions, Finding, Sheet, Times, findings

NEEDS: dict[int, Collection[str]] = {
    2: ("received",),
    3: ("received", "left_over"),
    8: ("leaving",),
    9: ("leaving",),
    23: ("scanned", "by_hand", "set_aside"),
}
"""Rules that say nothing where none of these figures is given: the minutes Mẫu 18 and 23 do not have them."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a paper tells besides its figures: times, % valid and % invalid, % who voted; ``None`` where it does not."""

    times: Times | None = None
    shares: tuple[Percentage, Percentage] | None = None
    turnout: Percentage | None = None


def level_findings(figures: Figures, seats: int, conventions: Conventions, told: Told = Told()) -> tuple[Finding, ...]:
    """Every rule that does not hold among what is given, in order of number."""
    result = result_in(figures)
    paper = paper_in(figures)
    found = findings(Sheet(paper, result, seats, conventions, told.times, told.shares, told.turnout))
    if not any(f.number in NEEDS for f in found):
        return found
    given = {name.partition(":")[0] for name in figures}
    return tuple(f for f in found if f.number not in NEEDS or given & set(NEEDS[f.number]))
