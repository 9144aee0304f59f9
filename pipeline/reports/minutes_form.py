"""The prescribed minutes (Mẫu 18, 23) in their exact text, to be filled in by hand, and the form that reads them.

Nothing is added to the text, no box and no mark; the foot, which is ours, carries the code of the page, since minutes
of two places differ by a few letters. Dots are longer here than where the program prints what stands on them: names and
addresses have what is left of their line, and the list of members, which the form ends with "5." and dots, goes on for
as many as the law gives a team, two on a line. A figure is read as one line of writing; the page is found by its own
print.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import unescape

import pypdfium2

from pipeline.forms.fonts import MM_PER_POINT, width_mm
from pipeline.forms.template import ByContent, Form, FormField, FormRule, FormSide, Reference
from pipeline.geometry import Box, Size
from pipeline.reports.fields import TEAM_MOST, MinutesData
from pipeline.reports.minutes import minutes_paper
from pipeline.reports.paper import STYLES, Block, Imprint, Style, Text, Together
from pipeline.reports.paper_pdf import code_box, face_of, paper_pdf, side_name
from pipeline.reports.paper_widths import room
from pipeline.reports.words import DOTS, FIRM, GAP

FIGURE_DOTS, OTHER_DOTS = "." * 24, "." * 14
"""Dots of a figure (27 mm, room for five digits of a tired hand), and of an hour, a minute, a day, a month (16 mm)."""
FIGURE = re.compile(rf"(?<!\.)\.{{{len(FIGURE_DOTS)}}}(?=\s(?:người|phiếu|%))")
"""A figure's dots on the page: its unit stands behind them, behind no other dots of that length."""
NUMBERED = re.compile(rf"\d+\. {re.escape(DOTS)}")
"""A line of the list of members that has a number and no more."""
SHARE = ". Tỷ lệ so với"
"""What opens the second sentence of a line, a percentage."""
SPARE = 0.5
"""mm of a filled line that stay free, so that rounding never breaks it."""
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
    paper = minutes_paper(given, TEAM_MOST)
    blocks = tuple(_widened(block, room(paper)) for block in _parted(_paired(paper.blocks)))
    content = paper_pdf(replace(paper, blocks=blocks), imprint, form=form)
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


def _paired(blocks: Sequence[Block]) -> Iterator[Block]:
    """Further members stand two on a line, 70 mm each for a name and an office: one below the other they cost a page
    more, on which nothing but notes would stand."""
    numbered = [b.markup for b in blocks if isinstance(b, Text) and NUMBERED.fullmatch(b.markup)]
    beside = dict(zip(numbered[::2], numbered[1::2], strict=False))
    for block in blocks:
        match block:
            case Text(markup=text) if text in beside:
                yield replace(block, markup=text + GAP + beside[text])
            case Text(markup=text) if text in beside.values():
                pass
            case _:
                yield block


def _parted(blocks: Iterable[Block]) -> Iterator[Block]:
    """The percentage of a figure stands below it, as far as figures stand apart: within one paragraph lines stand so
    close that the places of the two would meet."""
    for block in blocks:
        match block:
            case Text(markup=text) if SHARE in text:
                figure, share = text.split(SHARE)
                yield replace(block, markup=f"{figure}.", keep=True)
                yield replace(block, markup=SHARE.removeprefix(". ") + share)
            case _:
                yield block


def _widened(block: Block, wide: float) -> Block:
    match block:
        case Text(markup=text) if DOTS in text:
            figure = text.startswith(("- ", SHARE.removeprefix(". "))) or "phiếu/" in text
            return replace(block, markup=_with_figures(text) if figure else _with_words(block, wide))
        case Together(blocks=blocks):
            return replace(block, blocks=tuple(_widened(one, wide) for one in blocks))
        case _:
            return block


def _with_figures(text: str) -> str:
    """Dots for the figures; a line that is too short for a candidate's breaks behind the name, nowhere else."""
    name, gets, votes = text.rpartition(" được ")
    if gets:
        text = f"{name} {(gets.lstrip() + votes).replace(' ', FIRM)}"
    return text.replace(f" {DOTS}", FIRM + DOTS).replace(DOTS, FIGURE_DOTS)


def _with_words(block: Text, wide: float) -> str:
    """Dots for words, an address on a line of its own."""
    style, parts, between = STYLES[block.style], block.markup.split(GAP), "<br/>"
    if NUMBERED.fullmatch(parts[0]):
        wide, between = (wide - width_mm(GAP, face_of(style), style.size)) / 2, GAP
    return between.join(_dotted(part, style, wide) for part in parts)


def _dotted(text: str, style: Style, wide: float) -> str:
    """Dots up to the end of a line of ``wide`` mm where its text has one place for them, else short ones."""
    printed = unescape(re.sub(r"<[^>]+>", "", text.replace(DOTS, "")))
    left = wide - SPARE - width_mm(printed, face_of(style), style.size)
    dots = int(left / width_mm(".", face_of(style), style.size))
    alone = text.count(DOTS) == 1 and dots > len(OTHER_DOTS)
    return text.replace(f" {DOTS}", FIRM + DOTS).replace(DOTS, "." * dots if alone else OTHER_DOTS)


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
            dots = [_run(text, found, height) for found in FIGURE.finditer(_text(text))]
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
