"""A described form set as PDF: always the same bytes for the same description."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Literal, assert_never
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, HRFlowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table

from pipeline.forms.fonts import Face, font_name
from pipeline.forms.number_rows import code_marks
from pipeline.geometry import Box as Place
from pipeline.messages import Message, render
from pipeline.reports.paper import (
    DRAFT,
    STYLES,
    Align,
    Blanks,
    Block,
    Box,
    Columns,
    Imprint,
    Paper,
    Ruled,
    Space,
    Style,
    Text,
    Together,
    grid,
    warnings,
)
from pipeline.reports.paper_widths import BOTTOM, page_size, room, sides, table_widths, top
from pipeline.scan.form_code import code_text

FRAME = 6
"""Points of padding that reportlab puts round the text inside the margins."""
ALIGNMENT: dict[Align, Literal[0, 1, 2, 4]] = {"left": 0, "centre": 1, "right": 2, "justify": 4}


CLOSER = 0.94
"""Share of the space between lines that is kept where that saves a page. With 0.98 the notes of a filled-in Mẫu 18
still leave three lines on a page of their own, with 0.96 none; Mẫu 25, which is tables, needs more than 0.86 gives."""


CODE_MM, CODE_ABOVE_MM = 15.0, 5.0
"""Side of the code in the foot of a page that is read back, and how far above the paper's edge it stands."""


def code_box(paper: Paper) -> Place:
    """Where the code of a page stands: in the foot, below the end of the lines."""
    across, high = page_size(paper)
    return Place(across - sides(paper)[1] - CODE_MM, high - CODE_ABOVE_MM - CODE_MM, CODE_MM, CODE_MM)


def paper_pdf(paper: Paper, imprint: Imprint, why: Sequence[Message] = (), *, form: str = "") -> bytes:
    """The PDF; with ``why`` (what keeps it from being signed) a draft, which says so on every page.

    ``form``: of paper that is filled in by hand and read back, the id of its form; every page then carries the code of
    its side (``page-1`` …). Lines stand a little closer where that saves a page, but not on such paper.
    """
    build = partial(_build, paper, imprint, why, form)
    close, pages = 1.0, build(0, 1.0)[1]
    if pages > 1 and not form:
        fewer = build(0, CLOSER)[1]
        close, pages = (CLOSER, fewer) if fewer < pages else (close, pages)
    return build(pages, close)[0]


def _build(
    paper: Paper, imprint: Imprint, why: Sequence[Message], form: str, pages: int, close: float
) -> tuple[bytes, int]:
    """The PDF and its number of pages, which the last time stands on each of them; ``close``: see :data:`CLOSER`."""
    stream = io.BytesIO()
    left, right = sides(paper)
    document = SimpleDocTemplate(
        stream,
        pagesize=tuple(side * mm for side in page_size(paper)),
        leftMargin=left * mm - FRAME,
        rightMargin=right * mm - FRAME,
        topMargin=top(paper) * mm - FRAME,
        bottomMargin=BOTTOM * mm - FRAME,
        title=f"{paper.title}, {paper.number}" + (f" ({DRAFT})" if why else ""),
        invariant=1,
    )
    margin = partial(_margin, paper=paper, imprint=imprint, draft=bool(why), form=form, pages=pages)
    width = room(paper) * mm
    story = [flow for block in (*draft_box(why), *paper.blocks) for flow in _flow(block, width, close)]
    document.build(story, onFirstPage=margin, onLaterPages=margin)
    return stream.getvalue(), document.page


def draft_box(why: Sequence[Message]) -> tuple[Block, ...]:
    """Says that this is no paper to sign, and everything that is still to do; nothing where it can be signed."""
    if not why:
        return ()
    reasons = tuple(Text(f"• {escape(render(text, 'vi'))}", "reason") for text in why)
    return (Box((Text(DRAFT, "warning"), *reasons)), Space(3))


def _margin(
    canvas: Canvas, document: SimpleDocTemplate, paper: Paper, imprint: Imprint, draft: bool, form: str, pages: int
) -> None:
    """Outside the prescribed text: what these pages belong to, page of pages, digest, log head, trial, draft, code."""
    across, high = (side * mm for side in page_size(paper))
    canvas.saveState()
    if draft:
        _watermark(canvas, across, high)
    feet = (
        (9, 15.5, paper.feet[0]),
        (9, 11.5, f"{paper.feet[1]} · Trang {document.page}/{pages}"),
        (7, 8, imprint.foot),
    )
    for points, height, foot in feet:
        canvas.setFont(font_name("regular"), points)
        canvas.drawCentredString(across / 2, height * mm, foot)
    canvas.setFont(font_name("bold"), 11)
    canvas.drawCentredString(across / 2, high - 11 * mm, warnings(imprint, draft))
    if form:
        for mark in code_marks(code_text(form, side_name(document.page)), code_box(paper)):
            x, y, wide, tall = (v * mm for v in (mark.box.x, mark.box.y, mark.box.w, mark.box.h))
            canvas.rect(x, high - y - tall, wide, tall, stroke=0, fill=1)
    canvas.restoreState()


def side_name(page: int) -> str:
    """The side of a form that a page of a paper is, counted from 1."""
    return f"page-{page}"


def _watermark(canvas: Canvas, across: float, high: float) -> None:
    canvas.saveState()
    canvas.setFillColor(Color(0.9, 0.9, 0.9))
    canvas.setFont(font_name("bold"), 100)
    canvas.translate(across / 2, high / 2)
    canvas.rotate(52 if high > across else 30)
    canvas.drawCentredString(0, -30, "BẢN NHÁP")
    canvas.restoreState()


def _flow(block: Block, width: float, close: float) -> Iterator[Flowable]:
    match block:
        case Text():
            yield _paragraph(block, close)
        case Space():
            yield Spacer(1, block.mm * mm)
        case Blanks():
            yield from (_dotted() for _ in range(block.lines))
            yield Spacer(1, 2 * mm)
        case Columns():
            cells = [[[_paragraph(text, close) for text in cell] for cell in block.cells]]
            widths = [width * share for share in block.shares]
            yield Table(cells, colWidths=widths, style=[("VALIGN", (0, 0), (-1, -1), "TOP"), *_tight()])
        case Ruled():
            yield _ruled(block, width)
        case Box():
            rows = [[_paragraph(text, close)] for text in block.texts]
            yield Table(rows, colWidths=[width], style=[("BOX", (0, 0), (-1, -1), 1, "black"), *_tight()])
        case Together():
            yield KeepTogether([flow for inner in block.blocks for flow in _flow(inner, width, close)])
        case _:
            assert_never(block)


def _tight() -> list[tuple[Any, ...]]:
    return [("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)]


def _dotted() -> Flowable:
    return HRFlowable(width="100%", thickness=0.7, dash=(0.7, 2), spaceBefore=15, spaceAfter=4, color="black")


def _paragraph(text: Text, close: float) -> Paragraph:
    style = replace(STYLES[text.style], leading=STYLES[text.style].leading * close)
    return Paragraph(_markup(text.markup, style.size), _style(text.style, style, keepWithNext=int(text.keep)))


def _markup(text: str, size: float) -> str:
    return re.sub(r"<sup>", f'<super size="{0.69 * size:.1f}" rise="{0.31 * size:.1f}">', text).replace(
        "</sup>", "</super>"
    )


def face_of(style: Style) -> Face:
    if style.bold:
        return "bold-italic" if style.italic else "bold"
    return "italic" if style.italic else "regular"


def _style(name: str, style: Style, **options: Any) -> ParagraphStyle:
    return ParagraphStyle(
        name,
        fontName=font_name(face_of(style)),
        fontSize=style.size,
        leading=style.size * style.leading,
        alignment=ALIGNMENT[style.align],
        spaceAfter=style.after,
        allowWidows=0,
        allowOrphans=0,
        **options,
    )


def _ruled(table: Ruled, width: float) -> Table:
    """Head rows stand on every page; a row is never torn apart."""
    size, widths = table_widths(table, width / mm)
    rows: list[list[Any]] = [["" for _ in table.shares] for _ in (*table.head, *table.rows)]
    commands: list[tuple[Any, ...]] = [
        ("GRID", (0, 0), (-1, -1), 0.5, "black"),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
    for placed in grid(table):
        cell, row, column = placed.cell, placed.row, placed.column
        style = Style(size, cell.align, bold=cell.bold, after=0, leading=1.18)
        rows[row][column] = Paragraph(_markup(cell.markup, size), _style("cell", style))
        if cell.across > 1 or cell.down > 1:
            commands.append(("SPAN", (column, row), (column + cell.across - 1, row + cell.down - 1)))
    return Table(
        rows,
        colWidths=[w * mm for w in widths],
        repeatRows=len(table.head),
        style=commands,
        spaceBefore=3,
        spaceAfter=6,
    )
