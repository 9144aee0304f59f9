"""The prescribed minutes (Mẫu 18, 23) in their exact text, to be filled in by hand, and the form that reads them.

Nothing is added to the text: no box, mark or code. A figure is written on its dots, which are longer here than where
the program prints the figure, and is read as one line of writing; the page is found by its own print.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pypdfium2

from pipeline.forms.fonts import MM_PER_POINT
from pipeline.forms.template import ByContent, Form, FormField, FormRule, FormSide, Reference
from pipeline.geometry import Box, Size
from pipeline.reports.fields import MinutesData
from pipeline.reports.minutes import minutes_paper
from pipeline.reports.paper import Block, Imprint, Text, Together
from pipeline.reports.paper_pdf import paper_pdf
from pipeline.reports.words import DOTS

FIGURE_DOTS, OTHER_DOTS = "." * 24, "." * 14
"""Dots of a figure (27 mm, room for five digits of a tired hand) and of everything else that is written by hand."""
ABOVE, BELOW = 15.0, 3.0
"""Points above and below the dots' line that belong to a figure; lines stand 16.5 apart."""
DPI = 200.0
PERCENT = 10_000


def blank_minutes(given: MinutesData, form: str, imprint: Imprint) -> tuple[bytes, Form]:
    """The minutes without figures as PDF, and the form document whose reference is that PDF (``FORM.pdf``).

    ``given``: no figure may be set; fields are named as in ``pipeline.arithmetic.minutes`` (prescribed text).
    """
    paper = minutes_paper(given)
    content = paper_pdf(replace(paper, blocks=tuple(_widened(block) for block in paper.blocks)), imprint, by_hand=True)
    places = tuple(_places(content))
    names = _names(len(given.candidates))
    found = sum(len(boxes) for _, boxes in places)
    assert found == len(names), (found, len(names))  # the text and the list of its figures belong together
    labels = iter(names)
    sides = []
    for number, (size, boxes) in enumerate(places, start=1):
        fields = tuple(_field(next(labels), box, given) for box in boxes)
        reference = Reference((f"{form}.pdf",), DPI, number)
        sides.append(FormSide(f"page-{number}", size, ByContent(), fields, reference))
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


def _places(content: bytes) -> Iterator[tuple[Size, list[Box]]]:
    """Per page its size and the places of the figures' dots in reading order, mm."""
    document = pypdfium2.PdfDocument(content)
    try:
        for page in document:
            width, height = page.get_size()
            text = page.get_textpage()
            boxes = []
            for run in re.finditer(rf"\.{{{len(FIGURE_DOTS)},}}", text.get_text_range()):
                left, bottom, _, _ = text.get_charbox(run.start())
                _, _, right, _ = text.get_charbox(run.end() - 1)
                top = height - bottom - ABOVE
                boxes.append(Box(*(round(v * MM_PER_POINT, 3) for v in (left, top, right - left, ABOVE + BELOW))))
            yield Size(round(width * MM_PER_POINT, 3), round(height * MM_PER_POINT, 3)), boxes
    finally:
        document.close()


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
