"""What was measured on a page: per field the measures, the scores they give and the place looked at.

Nothing here decides; :mod:`pipeline.review` compares scores with a profile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.forms.template import FieldKind, FieldValue
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


@dataclass(frozen=True, slots=True)
class PageReading:
    """Every field of one registered page, read by ``engine`` (name and version of the reader)."""

    source: PageSource
    form: str
    side: str
    rotation_deg: float
    residual_mm: float
    engine: str
    fields: tuple[FieldReading, ...]
