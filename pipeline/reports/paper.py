"""A form that is to be printed, as a description: what stands on it, in which order, before it is set.

Both renderings (:mod:`pipeline.reports.paper_pdf`, :mod:`pipeline.reports.paper_docx`) take the same description, so
that they cannot differ in a word. Text is markup of four tags: ``<sup>`` (mark of a footnote), ``<b>``, ``<i>`` and
``<br/>``; anything else is escaped (:func:`pipeline.reports.words.put`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.forms import count_forms

Align = Literal["left", "centre", "right", "justify"]
StyleName = Literal[
    "body", "entry", "title", "head", "rule", "number", "section", "sign", "sign-note", "place", "note", "note-head",
    "reason", "warning",
]  # fmt: skip

DRAFT = "BẢN NHÁP – CHƯA DÙNG ĐỂ KÝ"
TRIAL = count_forms.TRIAL


@dataclass(frozen=True, slots=True)
class Style:
    """``size`` and ``after`` (space below) in points."""

    size: float
    align: Align = "left"
    bold: bool = False
    italic: bool = False
    after: float = 2.5
    leading: float = 1.27
    """Line height as a share of the size: Vietnamese capitals with two accents need a quarter more."""


STYLES: Mapping[StyleName, Style] = {
    "body": Style(13, "justify"),
    "entry": Style(13),
    "title": Style(13, "centre", bold=True),
    "head": Style(11, "centre", bold=True),
    "rule": Style(9, "centre", bold=True),
    "number": Style(10.5, "centre", bold=True),
    "section": Style(13, bold=True, after=4),
    "sign": Style(11.5, "centre", bold=True, after=0),
    "sign-note": Style(11, "centre", italic=True),
    "place": Style(13, "centre", italic=True),
    "note": Style(10, "justify", after=1, leading=1.2),
    "note-head": Style(10, bold=True, after=1, leading=1.2),
    "reason": Style(10, after=1, leading=1.25),
    "warning": Style(12, "centre", bold=True),
}


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; ``keep``: stays on the page of what follows it."""

    markup: str
    style: StyleName = "body"
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Space:
    """Empty height in mm."""

    mm: float


@dataclass(frozen=True, slots=True)
class Blanks:
    """Dotted lines to write on by hand."""

    lines: int


@dataclass(frozen=True, slots=True)
class Columns:
    """Paragraphs side by side without lines; ``shares`` of the width add up to 1."""

    cells: tuple[tuple[Text, ...], ...]
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a ruled table that covers ``across`` columns and ``down`` rows."""

    markup: str = ""
    across: int = 1
    down: int = 1
    align: Align = "left"
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Ruled:
    """A table with lines. ``head`` is repeated on every page; rows hold only cells that no cell above covers.

    ``shares``: how room beyond the longest words is given to the columns. ``size``: points, made smaller where the
    longest words of all columns do not fit side by side.
    """

    head: tuple[tuple[Cell, ...], ...]
    rows: tuple[tuple[Cell, ...], ...]
    shares: tuple[float, ...]
    size: float = 11


@dataclass(frozen=True, slots=True)
class Box:
    """Paragraphs in a frame."""

    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Together:
    """Blocks that a page break must not part."""

    blocks: tuple[Block, ...]


Block = Text | Space | Blanks | Columns | Ruled | Box | Together


@dataclass(frozen=True, slots=True)
class Paper:
    """One form. ``feet``: what its pages belong to, the two lines above the digest in the margin."""

    number: str
    title: str
    blocks: tuple[Block, ...]
    feet: tuple[str, str]
    landscape: bool = False


@dataclass(frozen=True, slots=True)
class Imprint:
    """What identifies a print, in its footer: digest of the figures, head of the log, and whether a trial.

    ``log_head`` is empty where nothing is counted yet.
    """

    digest: str
    log_head: str
    trial: bool

    @property
    def foot(self) -> str:
        log = f" · nhật ký {self.log_head[:16]}" if self.log_head else ""
        return f"SHA-256 {self.digest[:32]}{log}"


def warnings(imprint: Imprint, draft: bool) -> str:
    """What stands above every page that is no paper to sign, or of a trial; empty on others."""
    return " · ".join(w for w, yes in ((TRIAL, imprint.trial), (DRAFT, draft)) if yes)


@dataclass(frozen=True, slots=True)
class Placed:
    """A cell at its row and column in the whole grid, head rows first."""

    row: int
    column: int
    cell: Cell


def grid(table: Ruled) -> tuple[Placed, ...]:
    """Every cell with its place; a row whose cells do not fill the grid is a bug."""
    taken: set[tuple[int, int]] = set()
    found: list[Placed] = []
    width = len(table.shares)
    for row, cells in enumerate((*table.head, *table.rows)):
        column = 0
        for cell in cells:
            while (row, column) in taken:
                column += 1
            found.append(Placed(row, column, cell))
            taken |= {(row + r, column + c) for r in range(cell.down) for c in range(cell.across)}
            column += cell.across
        if {c for r, c in taken if r == row} != set(range(width)):
            raise ValueError(f"row {row} of the table does not fill its {width} columns")
    return tuple(found)
