"""What was measured on a page: per field the measures, the scores they give and the place looked at.

Nothing here decides; :mod:`pipeline.review` compares scores with a profile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.forms.template import FieldKind, FieldValue, WrittenKind
from pipeline.geometry import Quad
from pipeline.scan.page import PageSource


@dataclass(frozen=True, slots=True)
class FieldReading:
    """One field of one page.

    ``scores``: for each value of the field's kind a non-negative weight; they sum to 1 and rank the values.
    ``measures``: the numbers behind them by name (mm, ratios), kept as evidence and for calibration.
    """

    field: str
    kind: FieldKind
    scores: Mapping[FieldValue, float]
    measures: Mapping[str, float]
    quad: Quad

    @property
    def value(self) -> FieldValue:
        return max(self.scores, key=lambda v: self.scores[v])


Doubt = Literal[
    "empty", "several_digits", "filled_in", "left_of_empty", "pale", "outside_box", "covered", "strokes_unsure"
]
"""Why a written number is never accepted alone: nothing is written; two digits in one box; a box rubbed out or struck
through by a heap of ink; an empty box right of a digit; ink too pale to tell; writing beside the digit boxes; the
form's own print is covered (white-out, erasure); strokes that are no plain group."""


@dataclass(frozen=True, slots=True)
class WrittenReading:
    """A number or tally field. ``values``: value (``None``: no number) to its chance by the ink alone, likeliest
    first; ``dropped``: the mass of all others; ``quads``: of a number in boxes, one each, else empty."""

    field: str
    kind: WrittenKind
    values: tuple[tuple[int | None, float], ...]
    dropped: float
    doubts: tuple[Doubt, ...]
    measures: Mapping[str, float]
    quad: Quad
    quads: tuple[Quad, ...] = ()


@dataclass(frozen=True, slots=True)
class PageReading:
    """Every field of one registered page, read by ``engine`` (name and version of the reader).

    ``fields`` have words as values, ``written`` numbers; both in the form's order.
    """

    source: PageSource
    form: str
    side: str
    rotation_deg: float
    residual_mm: float
    engine: str
    fields: tuple[FieldReading, ...]
    written: tuple[WrittenReading, ...] = ()
