"""The truth about one printed name, measured on the mask of the voter's ink."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from calibration.simulate.ink import PAPER_PPMM
from pipeline.geometry import Box

Mark = Literal["struck", "clear", "ambiguous"]

STRUCK_SPAN = 0.90
CLEAR_MM = 0.5
LARGEST_GAP_MM = 7.0
"""Ink that crosses a name in pieces (vertical strokes, waves) is one mark when no gap is wider: strokes five
millimetres apart are drawn by people, ends of a ring round a name are thirty apart."""
CORE = (0.2, 0.85)
"""The middle of the printed line, as shares of its box: what stays outside lies over or under the letters."""
CORE_SPAN = 0.5
"""Share of the name that must be crossed there: a corner-to-corner line has 0.65, an underline nothing."""


@dataclass(frozen=True, slots=True)
class LineInk:
    """Of one printed line: the share of its width that the ink spans, in all and through the middle."""

    span: float
    core_span: float


def _window(inked: NDArray[np.bool_], box: Box) -> NDArray[np.bool_]:
    x0, y0 = (max(0, round(v * PAPER_PPMM)) for v in (box.x, box.y))
    x1, y1 = (max(0, round(v * PAPER_PPMM)) for v in (box.right, box.bottom))
    return inked[y0:y1, x0:x1]


def longest_run(columns: NDArray[np.bool_]) -> float:
    """Share of the width between the ends of the longest stretch of ink without a wide gap."""
    at = np.flatnonzero(columns)
    if not len(at):
        return 0.0
    gaps = np.flatnonzero(np.diff(at) > LARGEST_GAP_MM * PAPER_PPMM)
    starts = at[np.concatenate([[0], gaps + 1])]
    ends = at[np.concatenate([gaps, [len(at) - 1]])]
    return float((ends - starts + 1).max() / len(columns))


def _columns(window: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(window.any(axis=0), np.bool_)


def line_ink(inked: NDArray[np.bool_], line: Box) -> LineInk:
    """How far the ink spans the printed ``line``."""
    window = _window(inked, line)
    h = len(window)
    core = window[int(h * CORE[0]) : int(np.ceil(h * CORE[1]))]
    return LineInk(longest_run(_columns(window)), longest_run(_columns(core)))


def touched(inked: NDArray[np.bool_], lines: Sequence[Box]) -> bool:
    """Whether ink lies within half a millimetre of the printed lines."""
    return any(bool(_window(inked, line.grown(CLEAR_MM)).any()) for line in lines)


def is_struck(ink: Sequence[LineInk]) -> bool:
    return all(i.span >= STRUCK_SPAN and i.core_span >= CORE_SPAN for i in ink)


def mark_of(inked: NDArray[np.bool_], lines: Sequence[Box], sign_beside: bool) -> tuple[Mark, tuple[LineInk, ...]]:
    """The mark on the name printed in ``lines`` and what it was judged by.

    A sign beside a name makes it ambiguous even where the name itself is crossed out.
    """
    ink = tuple(line_ink(inked, line) for line in lines)
    if sign_beside:
        return "ambiguous", ink
    if is_struck(ink):
        return "struck", ink
    return ("ambiguous" if touched(inked, lines) else "clear"), ink
