"""Why a place on a page is asked of people, from the measures alone: told without the machine's reading of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Why = Literal["partial", "fold", "faint", "beside", "two_level", "unsure"]
"""``partial``: a stroke over a part of the name; ``fold``: a fold, streak or crease at the name; ``faint``: faint ink;
``beside``: ink beside the name; ``two_level``: the scan is black and white; ``unsure``: measures near a bound."""

Pen = Literal["none", "faint", "dark"]
"""How dark the pen was at a name: no ink at all, more faint ink than plain, plain ink."""
NO_INK_MM2 = 0.5
"""Less ink than this, faint or plain, is no pen: a full stop has 0.2 mm². Only for finding things."""
HALF_FAINT = 0.5
"""Of the ink, so much faint: below it a stroke looks plain on screen. Chosen by eye; it decides nothing."""
RUNS_ON = 0.5
"""Of both sides beside a name, so much over which what lies along it goes on: a fold, whatever else. Only for the words
on screen."""
PART_LOW, PART_HIGH = 0.15, 0.97
"""Of a name's length: below, ink that is no stroke; above, a whole one. Only for the words on screen."""


def pen_of(measures: Mapping[str, float]) -> Pen:
    """How dark the pen was; the same in SQL is :func:`pipeline.storage.readings.written_with`."""
    ink, faint = measures.get("ink_mm2", 0.0), measures.get("faint_mm2", 0.0)
    if ink + faint < NO_INK_MM2:
        return "none"
    return "faint" if faint > HALF_FAINT * ink else "dark"


def why(measures: Mapping[str, float]) -> Why:
    """The likeliest reason; an aid to the eye."""
    ink, faint = measures.get("ink_mm2", 0.0), measures.get("faint_mm2", 0.0)
    if measures.get("two_level", 0.0) > 0:
        return "two_level"
    if measures.get("crease", 0.0) >= 1 or measures.get("streaked", 0.0) > 0 or measures.get("runs_on", 0.0) > RUNS_ON:
        return "fold"
    if PART_LOW <= measures.get("span", 0.0) <= PART_HIGH:
        return "partial"
    if measures.get("beside_mm2", 0.0) > ink / 2 or measures.get("signs_at_names", 0.0) > 0:
        return "beside"
    if faint > HALF_FAINT * ink:
        return "faint"
    return "unsure"
