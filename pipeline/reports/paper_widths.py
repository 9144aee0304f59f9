"""How wide the columns of a described table are, and the page it stands on; the same in PDF and DOCX."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape

from pipeline.forms.fonts import Face, width_mm
from pipeline.reports.paper import Paper, Ruled, grid

A4_MM = (210.0, 297.0)
LEFT, RIGHT, TOP, BOTTOM = 28.0, 18.0, 20.0, 22.0
"""Margins in mm: official letters leave 30 to 35 at the left, where sheets are bound; 28 holds a line more."""
LEFT_ACROSS, RIGHT_ACROSS, TOP_ACROSS = 18.0, 12.0, 16.0
"""On a sheet laid across, which is bound at its top; the tables of the forms have up to 24 columns."""
PADDING = 1.7
"""Beside the text of a cell, both sides together, in mm."""
SMALLEST = 5.5
"""Points below which nobody reads a table on paper; words longer than a column are parted then."""


def page_size(paper: Paper) -> tuple[float, float]:
    """Width and height in mm."""
    return (A4_MM[1], A4_MM[0]) if paper.landscape else A4_MM


def room(paper: Paper) -> float:
    """Between the side margins, in mm."""
    return page_size(paper)[0] - sum(sides(paper))


def sides(paper: Paper) -> tuple[float, float]:
    """The left and the right margin, in mm."""
    return (LEFT_ACROSS, RIGHT_ACROSS) if paper.landscape else (LEFT, RIGHT)


def top(paper: Paper) -> float:
    """The top margin, in mm."""
    return TOP_ACROSS if paper.landscape else TOP


@lru_cache(maxsize=64)
def table_widths(table: Ruled, width: float) -> tuple[float, tuple[float, ...]]:
    """Points of the type and mm of every column: no word is parted while the type is at least ``SMALLEST``."""
    size = table.size
    least = _longest_words(table, size)
    while sum(least) > width and size > SMALLEST:
        size -= 0.25
        least = _longest_words(table, size)
    left = width - sum(least)
    if left < 0:
        return size, tuple(w * width / sum(least) for w in least)
    return size, _shared(least, table.shares, width)


def _shared(least: list[float], shares: tuple[float, ...], width: float) -> tuple[float, ...]:
    """Every column as its share of the width, except those whose longest word needs more."""
    fixed: set[int] = set()
    while True:
        rest = width - sum(least[i] for i in fixed)
        total = sum(shares[i] for i in range(len(shares)) if i not in fixed)
        found = [least[i] if i in fixed else rest * shares[i] / total for i in range(len(shares))]
        narrow = {i for i in range(len(shares)) if i not in fixed and found[i] < least[i]}
        if not narrow:
            return tuple(found)
        fixed |= narrow


def _longest_words(table: Ruled, size: float) -> list[float]:
    least = [PADDING + 1.0] * len(table.shares)
    for placed in grid(table):
        cell = placed.cell
        if cell.across > 1:
            continue
        face: Face = "bold" if cell.bold else "regular"
        text = unescape(re.sub(r"<br/>", " ", cell.markup))
        for word in re.sub(r"</?\w+>", "", text).split(" "):
            least[placed.column] = max(least[placed.column], width_mm(word, face, size) + PADDING)
    return least
