"""The prescribed minutes (Mẫu 18, 23) in their exact text, to be filled in by hand, and the form that reads them.

Nothing is added to the text, no box and no mark; the foot, which is ours, carries the code of the page, since minutes
of two places differ by a few letters. A figure is written on its dots, which are longer here than where the program
prints the figure, and is read as one line of writing; the page is found by its own print.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pypdfium2

from pipeline.forms.fonts import MM_PER_POINT
from pipeline.forms.template import ByContent, Form, FormField, FormRule, FormSide, Reference
from pipeline.geometry import Box, Size
from pipeline.reports.fields import MinutesData
from pipeline.reports.minutes import minutes_paper
from pipeline.reports.paper import Block, Imprint, Text, Together
from pipeline.reports.paper_pdf import code_box, paper_pdf, side_name
from pipeline.reports.words import DOTS

FIGURE_DOTS, OTHER_DOTS = "." * 24, "." * 14
"""Dots of a figure (27 mm, room for five digits of a tired hand) and of everything else that is written by hand."""
ABOVE, BELOW = 15.0 * MM_PER_POINT, 3.0 * MM_PER_POINT
"""mm above and below the dots' line that belong to a figure; lines stand 16.5 points apart."""
SIGN_WIDE, SIGN_BELOW, SIGN_HIGH, LINE = 48.0, 1.5, 16.0, 5.0
"""A place to sign, mm: its width, how far below the line that says how it begins, and its height; a line of these."""
SIGNED = (
    ("sign_witness_1", "Cử tri thứ nhất chứng kiến việc kiểm phiếu"), ("sign_leader", "Tổ trưởng Tổ bầu cử"),
    ("sign_secretary", "Thư ký Tổ bầu cử"), ("sign_witness_2", "Cử tri thứ hai chứng kiến việc kiểm phiếu"),
)  # fmt: skip
"""Who signs (R17), in the order of the form."""
HOW = re.compile(r"\(Ký, ghi rõ họ và tên(,?)")
"""How somebody signs; who also seals has a second line."""
DPI = 200.0
PERCENT = 10_000


def blank_minutes(given: MinutesData, form: str, imprint: Imprint) -> tuple[bytes, Form]:
    """The minutes without figures as PDF, and the form document whose reference is that PDF (``FORM.pdf``).

    ``given``: no figure may be set; fields are named as in ``pipeline.arithmetic.minutes`` (prescribed text).
    """
    paper = minutes_paper(given)
    content = paper_pdf(replace(paper, blocks=tuple(_widened(block) for block in paper.blocks)), imprint, form=form)
    places = tuple(_places(content))
    names = iter(_names(len(given.candidates)))
    people = iter(SIGNED)
    sides = []
    for number, page in enumerate(places, start=1):
        figures = [_field(next(names), box, given) for box in page.figures]
        signed = [_signature(next(people), box) for box in page.signatures]
        reference = Reference((f"{form}.pdf",), DPI, number)
        fields = (*figures, *signed)
        sides.append(FormSide(side_name(number), page.size, ByContent(), fields, reference, code=code_box(paper)))
    assert not (*names, *people), form  # the text and the lists of its places belong together
    return content, Form(form, f"Biên bản kết quả kiểm phiếu, {given.number}", tuple(sides), _rules(given))


def _widened(block: Block) -> Block:
    match block:
        case Text(markup=text):
            figure = text.startswith("- ") or "phiếu/" in text
            return replace(block, markup=text.replace(DOTS, FIGURE_DOTS if figure else OTHER_DOTS))
        case Together(blocks=blocks):
            return replace(block, blocks=tuple(_widened(one) for one in blocks))
        case _:
            return block


@dataclass(frozen=True, slots=True)
class _Page:
    """A page and where on it somebody writes a figure or signs, in reading order, mm."""

    size: Size
    figures: tuple[Box, ...]
    signatures: tuple[Box, ...]


def _places(content: bytes) -> Iterator[_Page]:
    document = pypdfium2.PdfDocument(content)
    try:
        for page in document:
            width, height = page.get_size()
            text = page.get_textpage()
            dots = [_run(text, found, height) for found in re.finditer(rf"\.{{{len(FIGURE_DOTS)},}}", _text(text))]
            hows = [(*_run(text, found, height), LINE * len(found[1])) for found in HOW.finditer(_text(text))]
            yield _Page(
                Size(round(width * MM_PER_POINT, 3), round(height * MM_PER_POINT, 3)),
                tuple(Box(x, round(y - ABOVE, 3), w, round(ABOVE + BELOW, 3)) for x, y, w in dots),
                tuple(
                    Box(round(x + (w - SIGN_WIDE) / 2, 3), round(y + more + SIGN_BELOW, 3), SIGN_WIDE, SIGN_HIGH)
                    for x, y, w, more in hows
                ),
            )
    finally:
        document.close()


def _text(page: pypdfium2.PdfTextPage) -> str:
    return str(page.get_text_range())


def _run(page: pypdfium2.PdfTextPage, found: re.Match[str], height: float) -> tuple[float, float, float]:
    """Of a run of characters: the left end of its line, how far down it stands, and its length, mm."""
    left, bottom, _, _ = page.get_charbox(found.start())
    _, _, right, _ = page.get_charbox(found.end() - 1)
    x, y, length = (round(v * MM_PER_POINT, 3) for v in (left, height - bottom, right - left))
    return x, y, length


_FIGURES = ("voters", "voted", "turnout", "issued", "collected", "valid", "valid_percent", "invalid", "invalid_percent")
_LABELS = {
    "voters": "Tổng số cử tri", "voted": "Số cử tri đã tham gia bỏ phiếu", "turnout": "Tỷ lệ cử tri đã bỏ phiếu (%)",
    "issued": "Số phiếu phát ra", "collected": "Số phiếu thu vào", "valid": "Số phiếu hợp lệ",
    "valid_percent": "Tỷ lệ phiếu hợp lệ (%)", "invalid": "Số phiếu không hợp lệ",
    "invalid_percent": "Tỷ lệ phiếu không hợp lệ (%)",
}  # fmt: skip


def _names(candidates: int) -> tuple[str, ...]:
    people = range(1, candidates + 1)
    return (*_FIGURES, *(name for c in people for name in (f"votes_{c}", f"of_valid_{c}")))


def _signature(of: tuple[str, str], box: Box) -> FormField:
    name, label = of
    return FormField(name, "signature", box, label)


def _field(name: str, box: Box, given: MinutesData) -> FormField:
    decimals = 2 if name in ("turnout", "valid_percent", "invalid_percent") else 0
    label = _LABELS.get(name, "")
    if not label:
        candidate = given.candidates[int(name.rpartition("_")[2]) - 1]
        label = candidate.name if name.startswith("votes_") else f"{candidate.name}: phiếu hợp lệ"
    return FormField(name, "number", box, label, decimals=decimals, most=PERCENT if decimals else None)


def _rules(given: MinutesData) -> tuple[FormRule, ...]:
    people = range(1, len(given.candidates) + 1)
    return (
        FormRule("R1", "at_most", ("voted", "voters")),
        FormRule("R4", "at_most", ("collected", "issued")),
        FormRule("R5", "at_most", ("collected", "voted")),
        FormRule("R6", "sum", ("valid", "invalid", "collected")),
        FormRule("R20", "at_most", ("voted", "issued")),
        FormRule("R22", "percent", ("voted", "voters", "turnout")),
        FormRule("R11", "percent", ("valid", "collected", "valid_percent")),
        FormRule("R11", "percent", ("invalid", "collected", "invalid_percent")),
        *(FormRule("R7", "at_most", (f"votes_{c}", "valid")) for c in people),
        *(FormRule("R7", "same", (f"of_valid_{c}", "valid")) for c in people),
    )
